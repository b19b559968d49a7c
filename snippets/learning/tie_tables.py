# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""One table for input and output, or two: which rows move?"""

import numpy as np

text = """. the fluffy cat sat on the mat . the cute cat . the fluffy dog .
my dog is cute . the cute dog . my cat is fluffy .
the old boat sailed on the sea . the fast boat . the old ship .
my ship is fast . the fast ship . my boat is old .""".split()
words = list(dict.fromkeys(text))
tokens = np.array([words.index(word) for word in text])
seen = tokens[: text.index("old") - 1]  # only the sentences about cat and dog
before, after = seen[:-1], seen[1:]


def gradients(wte, out, layer):
    h = wte[before] @ layer  # (pairs, 8)
    chance = np.exp(h @ out.T)  # (pairs, words)
    chance /= chance.sum(axis=1, keepdims=True)
    error = (chance - np.eye(len(out))[after]) / len(after)  # (pairs, words)
    by_input = np.zeros_like(wte)  # (words, 8)
    np.add.at(by_input, before, error @ out @ layer.T)
    by_output = error.T @ h  # (words, 8)
    by_layer = wte[before].T @ (error @ out)  # (8, 8)
    return by_input, by_output, by_layer


for tied in (True, False):
    rng = np.random.default_rng(0)
    wte = 0.1 * rng.standard_normal((len(words), 8))  # (17, 8)
    layer = rng.standard_normal((8, 8)) / np.sqrt(8)  # (8, 8)
    out = wte if tied else 0.1 * rng.standard_normal((len(words), 8))  # (17, 8)
    start = wte.copy()
    for _ in range(600):
        by_input, by_output, by_layer = gradients(wte, out, layer)
        wte -= 0.5 * by_input
        out -= 0.5 * by_output
        layer -= 0.5 * by_layer
    moved = wte - start  # (17, 8)
    print("one table (tied):" if tied else "two tables:")
    for word in ["cat", "dog", "boat", "ship"]:
        length = np.linalg.norm(moved[words.index(word)])
        print(f"    the input row of {word:5} moved by {length:.4f}")
