# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Arithmetic with words, on a table you can check."""

import numpy as np

# invented: the first number says how royal, the second how female
neat = {
    "man": (1, 1), "woman": (1, 3), "king": (5, 1), "queen": (5, 3), "boat": (0, 0)
}  # fmt: skip
# the same, but queen is a little off the corner, and the step is short
untidy = {
    "man": (1, 1), "woman": (1, 2), "king": (5, 1), "queen": (6, 3), "boat": (0, 0)
}  # fmt: skip

for name, table in [("neat", neat), ("untidy", untidy)]:
    row = {word: np.array(numbers) for word, numbers in table.items()}
    target = row["king"] - row["man"] + row["woman"]
    distance = {word: np.linalg.norm(row[word] - target) for word in row}
    print(f"{name}: king - man + woman = {target}")
    for word in sorted(distance, key=distance.get)[:3]:
        print(f"    {word:6} {row[word]}  distance {distance[word]:.2f}")
