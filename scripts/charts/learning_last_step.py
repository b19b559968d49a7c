"""The same step, taken by the finished TinyGPT.

Lengths of the gradient of rows of wte for “The fluffy cat sat on the mat.”, now that the table is trained.
"""

import altair as alt
import numpy as np

from scripts.charts import Row, learning_first_step
from scripts.tables import Tables, tiny

PAGE = "learning"
MODEL = "tiny"


def build(tables: Tables) -> alt.Chart:
    """From the parameters at the end of training."""
    return learning_first_step.drawing(
        learning_first_step.moved(
            {name: value.astype(np.float64) for name, value in tiny.parameters().items()}
        )
    )


def describe(rows: list[Row]) -> str:
    """What reaches cat, dog, and the rest."""
    return learning_first_step.describe(rows)
