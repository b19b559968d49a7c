# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""One step of training on a table of four rows, two of them never used."""

import numpy as np

names = ["cat", "dog", "zzyx", "qwph"]  # no text has the last two
table = np.array([[0.3, 0.1], [0.1, 0.3], [-0.2, 0.4], [0.4, -0.2]])  # (4, 2)
state = np.array([1.0, 0.5])  # what the model has made of the text before
answer = np.array([1, 0, 0, 0])  # the next token was "cat"

scores = table @ state  # (4,)
chance = np.exp(scores) / np.exp(scores).sum()  # (4,), adds up to 1
push = np.outer(answer - chance, state)  # (4, 2), downhill for the loss
for name, p, step in zip(names, chance, push):
    print(f"{name:5} given {p:.3f}, pushed by ({step[0]:6.3f}, {step[1]:6.3f})")


def cosine(i, j):
    a, b = table[i], table[j]
    return a @ b / np.sqrt(a @ a * (b @ b))


print(f"cosine of zzyx and qwph before {cosine(2, 3):6.3f}")
states = np.array([[1.0, 0.5], [0.5, 1.0]])  # before "cat", before "dog"
for number in range(1_000):
    answer, state = np.eye(4)[number % 2], states[number % 2]
    chance = np.exp(table @ state) / np.exp(table @ state).sum()  # (4,)
    table += 0.1 * np.outer(answer - chance, state)
print(f"after 1,000 smaller steps      {cosine(2, 3):6.3f}")
print(f"cosine of cat and dog          {cosine(0, 1):6.3f}")
