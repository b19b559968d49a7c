# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""One step on one sentence: which rows move, and how far."""

import numpy as np

text = """. the fluffy cat sat on the mat . the cute cat . the fluffy dog .
my dog is cute . the cute dog . my cat is fluffy .
the old boat sailed on the sea . the fast boat . the old ship .
my ship is fast . the fast ship . my boat is old .""".split()
words = list(dict.fromkeys(text))
tokens = np.array([words.index(word) for word in text])
before, after = tokens[:-1], tokens[1:]
sentence = [words.index(word) for word in ". the fluffy cat sat on the mat".split()]
before, after = np.array(sentence[:-1]), np.array(sentence[1:])

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


loss, by_input, by_output, _ = gradients(wte, layer, before, after)
new = wte - 0.5 * (by_input + by_output)

print("how far a row moves   as input  as output  together")
for word in "the fluffy cat sat on mat dog boat is".split():
    i = words.index(word)
    moves = [np.linalg.norm(0.5 * by[i]) for by in (by_input, by_output)]
    together = np.linalg.norm(new[i] - wte[i])
    print(f"{word:20} {moves[0]:9.4f} {moves[1]:10.4f} {together:9.4f}")

print("score of what came next   before the step   after it")
for i, j in zip(before[2:5], after[2:5]):
    scores = [table[i] @ layer @ table[j] for table in (wte, new)]
    name = f"{words[i]} -> {words[j]}"
    print(f"{name:26} {scores[0]:14.4f} {scores[1]:10.4f}")
print(f"loss {loss:15.4f} -> {gradients(new, layer, before, after)[0]:.4f}")
