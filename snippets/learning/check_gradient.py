# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""The gradient, checked by nudging every number."""

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


_, by_input, by_output, _ = gradients(wte, layer, before, after)
gradient = by_input + by_output  # (17, 8)

measured = np.empty_like(wte)  # (17, 8)
for place in np.ndindex(wte.shape):
    up, down = wte.copy(), wte.copy()
    up[place] += 0.00001
    down[place] -= 0.00001
    higher, *_ = gradients(up, layer, before, after)
    lower, *_ = gradients(down, layer, before, after)
    measured[place] = (higher - lower) / 0.00002

print("number        by the formula  by nudging it")
for place in [(words.index("cat"), 0), (words.index("dog"), 3)]:
    name = f"{words[place[0]]}[{place[1]}]"
    print(f"{name:12} {gradient[place]:15.8f} {measured[place]:14.8f}")
agree = np.abs(gradient - measured) < 0.00000001
print(f"equal to 8 decimals: {agree.sum()} of {agree.size} numbers")
