# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Train a table from noise on twelve sentences."""

import numpy as np

text = """. the fluffy cat sat on the mat . the cute cat . the fluffy dog .
my dog is cute . the cute dog . my cat is fluffy .
the old boat sailed on the sea . the fast boat . the old ship .
my ship is fast . the fast ship . my boat is old .""".split()
words = list(dict.fromkeys(text))
tokens = np.array([words.index(word) for word in text])
before, after = tokens[:-1], tokens[1:]

rng = np.random.default_rng(0)
wte = 0.1 * rng.standard_normal((len(words), 8))  # (17, 8)
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


def cosines():
    unit = wte / np.linalg.norm(wte, axis=1, keepdims=True)  # (17, 8)
    return unit @ unit.T  # (17, 17)


def nearest(word):
    order = np.argsort(-cosines()[words.index(word)], kind="stable")
    return ", ".join(words[i] for i in order[1:4])


cat, dog, boat = (words.index(word) for word in ("cat", "dog", "boat"))
print("nearest to cat: ", nearest("cat"))
print("nearest to boat:", nearest("boat"))
print("step    loss  cat-dog  cat-boat")
for step in range(601):
    loss, by_input, by_output, by_layer = gradients(wte, layer, before, after)
    if step in (0, 10, 50, 100, 200, 600):
        near = cosines()[cat]
        print(f"{step:4} {loss:7.3f} {near[dog]:8.3f} {near[boat]:9.3f}")
    wte -= 0.5 * (by_input + by_output)
    layer -= 0.5 * by_layer
print("nearest to cat: ", nearest("cat"))
print("nearest to boat:", nearest("boat"))
