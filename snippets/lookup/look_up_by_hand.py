# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""A table of six words and three numbers."""

import numpy as np

vocabulary = ["cat", "dog", "boat", "ship", "happy", "sad"]
table = np.array(  # (6, 3): invented, so that you can check every step
    [
        [0.9, 0.1, 0.0],
        [0.8, 0.2, 0.1],
        [0.0, 0.9, 0.2],
        [0.1, 0.8, 0.3],
        [0.2, 0.0, 0.9],
        [0.1, 0.1, 0.8],
    ]
)

for word in ["cat", "boat", "cat"]:
    token = vocabulary.index(word)
    print(f"{word:5} -> row {token} -> {table[token]}")
