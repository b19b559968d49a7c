# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Two small tables, added."""

import numpy as np

vocabulary = ["dog", "bites", "man"]
wte = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.4], [0.8, 0.0, 0.3]])  # (3, 3)
wpe = np.array([[0.0, 0.0, 0.1], [0.1, 0.0, 0.0], [0.0, 0.2, 0.0]])  # (3, 3)

for sentence in ["dog bites man", "man bites dog"]:
    print(sentence)
    for p, word in enumerate(sentence.split()):
        row = wte[vocabulary.index(word)]  # (3,)
        print(f"  {word:5} at {p}:  {row} + {wpe[p]} = {row + wpe[p]}")
