# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""One nudge, by hand."""

import numpy as np

after = ["sat", "barked", "sailed"]
rows = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])  # (3, 2): one row a word
cat = np.array([0.0, 0.0])  # (2,): nothing learned yet
wanted = np.array([1.0, 0.0, 0.0])  # the text goes on with "sat"


def guess(cat):
    chance = np.exp(rows @ cat)  # (3,)
    return chance / chance.sum()


print("step   row of cat      sat  barked  sailed   gradient")
for step in range(4):
    chance = guess(cat)  # (3,)
    gradient = (chance - wanted) @ rows  # (2,)
    row, slope = (f"{a:6.3f} {b:6.3f}" for a, b in (cat, gradient))
    print(
        f"{step:4} {row}  " + "".join(f"{c:7.3f}" for c in chance) + f"   {slope}"
    )
    cat = cat - 0.5 * gradient
