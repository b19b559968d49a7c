"""TinyGPT's first step, taken on one sentence.

Lengths of the gradient of rows of wte for “The fluffy cat sat on the mat.”, from the noise that TinyGPT starts with: what
reaches a row as the input of a position, and what reaches it as a possible output.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.tables import Tables, load
from scripts.tables.tiny import model, training

PAGE = "learning"
MODEL = "tiny"
SENTENCE = "The fluffy cat sat on the mat."
OTHERS = ("dog", "kitten", "boat", "king")
INPUT, OUTPUT = "as an input", "as a possible output"


def moved(params: model.Params) -> list[Row]:
    """Both parts of the gradient of each row that the chart shows."""
    tables = load("tiny")
    ids = np.array(tables.encoding.encode_ordinary(SENTENCE))
    _, gradient = model.loss_and_gradients(params, ids[:-1], ids[1:])
    by_input = np.zeros_like(gradient["wte.weight"])
    # one text: what reaches a position's row of wpe is what reaches the row of the token that stands there
    np.add.at(by_input, ids[:-1], gradient["wpe.weight"][: len(ids) - 1])
    lengths = {INPUT: by_input, OUTPUT: gradient["wte.weight"] - by_input}
    shown = {repr(tables.encoding.decode([i])): i for i in ids}
    shown |= {repr(f" {word}"): tables.encoding.encode_single_token(f" {word}") for word in OTHERS}
    rest = np.setdiff1d(np.arange(tables.n_vocab), list(shown.values()))
    values: list[Row] = []
    for part, rows in lengths.items():
        length = np.linalg.norm(rows, axis=1)
        values += [
            {"token": name, "part": part, "length": float(f"{length[i]:.4g}")} for name, i in shown.items()
        ]
        values.append(
            {"token": "the rest, median", "part": part, "length": float(f"{np.median(length[rest]):.4g}")}
        )
    return values


def drawing(values: list[Row]) -> alt.Chart:
    """Two marks a token on a logarithmic scale, where nothing has no place."""
    return (
        alt.Chart(alt.Data(values=values))
        .transform_filter("datum.length > 0")
        .mark_point(size=70)
        .encode(
            x=alt.X(
                "length:Q",
                title="length of the gradient",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="~g", tickCount=4),
            ),
            y=alt.Y("token:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False, grid=True)),
            color=alt.Color("part:N", title=None, sort=None),
            shape=alt.Shape("part:N", title=None, sort=None),
            tooltip=["token:N", "part:N", "length:Q"],
        )
        .properties(height=22 * len({value["token"] for value in values}))
    )


def build(tables: Tables) -> alt.Chart:
    """From the noise of the recipe's seed."""
    recipe, own = training.RECIPE, load("tiny")
    return drawing(
        moved(model.initial_parameters(recipe.seed, own.n_vocab, own.n_ctx, own.n_embd, recipe.n_layer))
    )


def describe(rows: list[Row]) -> str:
    """What reaches cat, dog, and the rest."""
    at = {(row["token"], row["part"]): row["length"] for row in rows}
    none = sum(row["length"] == 0 for row in rows if row["part"] == INPUT)
    return (
        f"In TinyGPT, the gradient that reaches the row of ' cat' is {at[repr(' cat'), INPUT]:.2g} long as an input and "
        f"{at[repr(' cat'), OUTPUT]:.2g} long as a possible output. ' dog', which is not in the sentence, gets "
        f"{at[repr(' dog'), OUTPUT]:.2g} as an output; the median of all tokens not shown is "
        f"{at['the rest, median', OUTPUT]:.2g}. As inputs, {none} of the lines get nothing at all and have no mark."
    )
