# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Two sentences that differ in one word nudge two rows alike."""

import numpy as np

text = """. the fluffy cat sat on the mat .
the fluffy dog sat on the mat . the old boat sailed on the sea .""".split()
words = list(dict.fromkeys(text))
tokens = np.array([words.index(word) for word in text])
before, after = tokens[:-1], tokens[1:]

rng = np.random.default_rng(0)
wte = 0.1 * rng.standard_normal((len(words), 8))  # (12, 8)
layer = rng.standard_normal((8, 8)) / np.sqrt(8)  # (8, 8)


def gradients(wte, layer, before, after):
    h = wte[before] @ layer  # (pairs, 8)
    chance = np.exp(h @ wte.T)  # (pairs, words)
    chance /= chance.sum(axis=1, keepdims=True)
    loss = -np.log(chance[np.arange(len(after)), after]).mean()
    error = (chance - np.eye(len(wte))[after]) / len(after)  # (pairs, words)
    by_input = np.zeros_like(wte)  # (words, 8)
    np.add.at(by_input, before, error @ wte @ layer.T)
    by_output = error.T @ h  # (words, 8)
    by_layer = wte[before].T @ (error @ wte)  # (8, 8)
    return loss, by_input, by_output, by_layer


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


_, by_input, by_output, _ = gradients(wte, layer, before, after)
cat, dog, boat, mat = (words.index(word) for word in ("cat", "dog", "boat", "mat"))

print("cosine of the nudges   as input  as output  together")
for name, other in [("cat, dog", dog), ("cat, boat", boat), ("cat, mat", mat)]:
    parts = by_input, by_output, by_input + by_output
    cells = [f"{cosine(part[cat], part[other]):10.3f}" for part in parts]
    print(f"{name:20} {''.join(cells)}")

print("                        before  after 20 steps")
start = wte
for _ in range(20):
    _, by_input, by_output, by_layer = gradients(wte, layer, before, after)
    wte = wte - 0.5 * (by_input + by_output)
    layer = layer - 0.5 * by_layer
for name, other in [("cat, dog", dog), ("cat, boat", boat), ("cat, mat", mat)]:
    values = [cosine(table[cat], table[other]) for table in (start, wte)]
    print(f"cosine of {name:11} {values[0]:9.3f} {values[1]:15.3f}")
for name, parts in [("cat + dog", (cat, dog, 1)), ("cat - dog", (cat, dog, -1))]:
    i, j, sign = parts
    values = [np.linalg.norm(table[i] + sign * table[j]) for table in (start, wte)]
    print(f"length of {name:11} {values[0]:9.3f} {values[1]:15.3f}")
