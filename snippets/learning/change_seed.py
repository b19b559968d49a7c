# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Other noise, other names: what changes, and what does not?"""

import numpy as np

text = """. the fluffy cat sat on the mat . the cute cat . the fluffy dog .
my dog is cute . the cute dog . my cat is fluffy .
the old boat sailed on the sea . the fast boat . the old ship .
my ship is fast . the fast ship . my boat is old .""".split()
names = {"cat": "zib", "dog": "zob", "boat": "fli", "ship": "flo", "the": "ka"}
renamed = [names.get(word, word) for word in text]


def gradients(wte, layer, before, after):
    h = wte[before] @ layer  # (pairs, 8)
    chance = np.exp(h @ wte.T)  # (pairs, words)
    chance /= chance.sum(axis=1, keepdims=True)
    error = (chance - np.eye(len(wte))[after]) / len(after)  # (pairs, words)
    by_input = np.zeros_like(wte)  # (words, 8)
    np.add.at(by_input, before, error @ wte @ layer.T)
    by_output = error.T @ h  # (words, 8)
    by_layer = wte[before].T @ (error @ wte)  # (8, 8)
    return by_input + by_output, by_layer


def train(text, seed):
    words = list(dict.fromkeys(text))
    tokens = np.array([words.index(word) for word in text])
    rng = np.random.default_rng(seed)
    wte = 0.1 * rng.standard_normal((len(words), 8))  # (17, 8)
    layer = rng.standard_normal((8, 8)) / np.sqrt(8)  # (8, 8)
    for _ in range(600):
        by_wte, by_layer = gradients(wte, layer, tokens[:-1], tokens[1:])
        wte, layer = wte - 0.5 * by_wte, layer - 0.5 * by_layer
    return words, wte


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


print("seed   the row of cat begins    cat-dog  cat-boat")
tables = []
for seed in range(5):
    words, wte = train(text, seed)
    cat, dog, boat = (wte[words.index(word)] for word in ("cat", "dog", "boat"))
    begins = " ".join(f"{number:6.3f}" for number in cat[:3])
    print(f"{seed:4}   {begins} {cosine(cat, dog):12.3f} {cosine(cat, boat):9.3f}")
    tables.append(wte)
i = words.index("cat")
across = cosine(tables[0][i], tables[1][i])
print(f"cat of seed 0 with cat of seed 1: cosine {across:.3f}")
_, wte = train(renamed, seed=0)
print("with the names", ", ".join(names.values()))
print("    every number the same:", np.array_equal(wte, tables[0]))
