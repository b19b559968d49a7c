"""A row of the bench, and how it is printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HEADER = "| what | measured | reference | ratio | to reach | met? |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Figure:
    """Several measurements of one thing."""

    values: Sequence[float]
    unit: str
    note: str = ""

    @property
    def median(self) -> float:
        """Of ``values``."""
        return statistics.median(self.values)

    @property
    def shown(self) -> str:
        """The median with its unit."""
        return f"{human(self.median)} {self.unit}".strip()

    @property
    def said(self) -> str:
        """What should be known of it: the spread, and the note."""
        spread = f"(median of {len(self.values)}, {human(min(self.values))}–{human(max(self.values))})"
        return f"{spread if len(self.values) > 1 else ''} {self.note}".strip()

    def __str__(self) -> str:
        return f"{self.shown} {self.said}".strip()

    def record(self) -> dict[str, Any]:
        """For the JSON."""
        figures = {"values": list(self.values), "median": self.median, "unit": self.unit}
        return {**figures, "shown": self.shown, "said": self.said}


@dataclass(frozen=True)
class Row:
    """One line.

    Attributes:
        what: what was measured, and what was run for it.
        measured: the figure; None if it could not be had, and then ``why`` says why.
        reference: what it is held against, measured in the same run.
        to_reach: the budget, in words.
        met: whether it is met; None where nothing was measured, or nothing is asked.
        why: why there is no figure, or what should be known of it.
        values: more figures, for the JSON.
    """

    what: str
    measured: Figure | None = None
    reference: Figure | None = None
    to_reach: str = ""
    met: bool | None = None
    why: str = ""
    values: dict[str, Any] | None = None

    @property
    def ratio(self) -> float | None:
        """Measured by reference, of the medians."""
        same = self.measured and self.reference and self.measured.unit == self.reference.unit
        return (
            self.measured.median / self.reference.median
            if same and self.measured and self.reference and self.reference.median
            else None
        )

    @property
    def line(self) -> str:
        """A line of a Markdown table, under ``HEADER``."""
        measured = str(self.measured) if self.measured else "not measured"
        if self.why:
            measured += f": {self.why}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "**no**", None: "—"}[self.met]
        cells = (self.what, measured, str(self.reference or ""), ratio, self.to_reach, met)
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    def __str__(self) -> str:
        return self.line

    def record(self) -> dict[str, Any]:
        """For the JSON."""
        return {
            "what": self.what,
            "measured": self.measured and self.measured.record(),
            "reference": self.reference and self.reference.record(),
            "ratio": self.ratio,
            "to_reach": self.to_reach,
            "met": self.met,
            "why": self.why,
            **(self.values or {}),
        }


def human(value: float) -> str:
    """Three digits that count."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
