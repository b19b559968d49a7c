"""How much of GPT-2 is lookup table, in its four sizes.

Counted from the published configurations (huggingface.co/openai-community/<name>/blob/main/config.json), not from tables:
n_vocab 50,257 and n_ctx 1,024 in all four.
"""

import altair as alt

from scripts.charts import Row
from scripts.tables import Tables

PAGE = "input"
MODELS = {"small": (768, 12), "medium": (1024, 24), "large": (1280, 36), "XL": (1600, 48)}
PARTS = ("words (wte)", "positions (wpe)", "layers")


def build(_: Tables) -> alt.Chart:
    """Stacked bars, one a model."""
    values = [row for model in MODELS for row in parts(model)]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X(
                "share:Q",
                title="share of all parameters",
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
                stack="zero",
            ),
            y=alt.Y("model:N", sort=None, title=None),
            color=alt.Color("part:N", title=None, sort=list(PARTS)),
            order=alt.Order("order:Q"),
            tooltip=[
                "model:N",
                "part:N",
                alt.Tooltip("parameters:Q", format=","),
                alt.Tooltip("share:Q", format=".2%"),
            ],
        )
        .properties(height=40 * len(MODELS))
    )


def parts(model: str) -> list[Row]:
    """Parameters of a model's tables and of the rest: its blocks, 12 n² + 13 n each, and the last layer norm, 2 n."""
    n_embd, n_layer = MODELS[model]
    counts = (50_257 * n_embd, 1_024 * n_embd, n_layer * (12 * n_embd**2 + 13 * n_embd) + 2 * n_embd)
    return [
        {
            "model": model,
            "part": part,
            "order": order,
            "parameters": count,
            "share": round(count / sum(counts), 5),
        }
        for order, (part, count) in enumerate(zip(PARTS, counts, strict=True))
    ]


def describe(rows: list[Row]) -> str:
    """The share of both tables, smallest and largest model."""
    share = {m: sum(r["share"] for r in rows if r["model"] == m and r["part"] != "layers") for m in MODELS}
    return (
        "The two tables are " + ", ".join(f"{value:.1%} of {model}" for model, value in share.items()) + "."
    )
