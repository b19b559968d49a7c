"""How every chart looks: one palette that colour-blind readers can tell apart, light and dark."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import altair as alt

    from scripts.geometry import Array

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

#: Okabe and Ito, "Color Universal Design", 2008, without black; darker yellow, so that it can be seen on white.
LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9", "#E69F00"]
DARK = ["#56B4E9", "#E69F00", "#2BC79B", "#E39BC4", "#F0E442", "#5B9BD5", "#F28E5B"]

#: Diverging, for numbers whose zero means something: blue below, white at zero, orange above.
DIVERGING = ["#08519c", "#4292c6", "#9ecae1", "#f7f7f7", "#fdae6b", "#e6550d", "#a63603"]
DIVERGING_DARK = ["#9ecae1", "#4292c6", "#0b4a86", "#22252b", "#8c3a08", "#e6550d", "#fdae6b"]

#: How wide a chart stands in the page: on a screen with both side bars, and on one of 360 px.
WIDTH = {"wide": 688, "phone": 328}


def config(mode: str) -> dict[str, Any]:
    """Vega-Lite config of a mode, ``light`` or ``dark``."""
    light = mode == "light"
    ink, faint = ("#1b1f24", "#d0d7de") if light else ("#e6e9ef", "#3b414d")
    return {
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "padding": {"left": 4, "right": 8, "top": 6, "bottom": 4},
        "axis": {
            "labelColor": ink, "titleColor": ink, "gridColor": faint, "domainColor": faint, "tickColor": faint,
            "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 120, "labelOverlap": True,
        },
        "legend": {
            "labelColor": ink, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
            "orient": "top", "gradientLength": 160, "columns": 2, "labelLimit": 200,
            "layout": {"top": {"direction": "vertical"}},  # two of them side by side are wider than a phone
        },
        "mark": {"color": (LIGHT if light else DARK)[0]},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": ink},
        "line": {"strokeWidth": 2},
        "point": {"size": 45, "filled": True},
        "range": {
            "category": LIGHT if light else DARK,
            "diverging": DIVERGING if light else DIVERGING_DARK,
            "heatmap": {"scheme": "viridis"},
            "ramp": {"scheme": "viridis"},
        },
    }  # fmt: skip


def step(count: int, most: int) -> int:
    """Every how many of ``count`` things have to be shown, so that at most ``most`` are: a round number, or 1 for all."""
    return next(n for n in itertools.chain((1, 2, 5), itertools.count(10, 5)) if count <= n * most)


def every(numbers: Iterable[float]) -> str:
    """Which of the numbers from 0 on these evenly spaced ones are, in words: ``every``, ``every 2nd``, ``every 15th``."""
    first, second, *_ = sorted(set(numbers))
    apart = int(second - first)
    return "every" if apart == 1 else f"every {apart}{'nd' if apart == 2 else 'th'}"


def thin(table: Array, positions: int = 48, dimensions: int = 64) -> list[dict[str, float]]:
    """Evenly spaced cells of a table of positions, whose every cell no screen can show: each ``step``-th row and column.

    Args:
        table: (n_ctx, n_embd).
        positions: how many rows at the most.
        dimensions: how many columns at the most.

    Returns:
        One dict a cell: ``position``, ``dimension``, ``value`` (4 decimals).
    """
    n_ctx, n_embd = table.shape
    return [
        {"position": i, "dimension": j, "value": round(float(table[i, j]), 4)}
        for i in range(0, n_ctx, step(n_ctx, positions))
        for j in range(0, n_embd, step(n_embd, dimensions))
    ]


def heat_map(values: list[dict[str, float]]) -> alt.Chart:
    """Positions down, dimensions across; the scale is centred on zero and ends at the 99th percentile."""
    import altair as alt

    limit = float(np.quantile([abs(value["value"]) for value in values], 0.99))
    ticks = (
        sorted({value["position"] for value in values})[::10],
        sorted({value["dimension"] for value in values})[::10],
    )
    return (
        alt.Chart(alt.Data(values=values))
        .mark_rect()
        .encode(
            x=alt.X("dimension:O", title="dimension", axis=alt.Axis(values=ticks[1], labelAngle=0)),
            y=alt.Y("position:O", title="position", axis=alt.Axis(values=ticks[0])),
            color=alt.Color(
                "value:Q",
                title="value",
                scale=alt.Scale(domain=[-limit, limit], domainMid=0, clamp=True),
            ),
            tooltip=["position:Q", "dimension:Q", "value:Q"],
        )
        .properties(height=380)
    )
