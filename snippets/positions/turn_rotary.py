# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Rotary positions: turn the vector, add nothing."""

import numpy as np


def turn(vector, p):
    """Turn the pairs of numbers (0, 1), (2, 3) ... by an angle that grows with p."""
    pairs = vector.reshape(-1, 2)  # (2, 2)
    angle = p * 10_000.0 ** (-np.arange(len(pairs)) / len(pairs))  # (2,)
    turned = (pairs[:, 0] + 1j * pairs[:, 1]) * np.exp(1j * angle)  # (2,), complex
    return np.stack([turned.real, turned.imag], axis=1).ravel()  # (4,)


query, key = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.8, 0.6, 1.0, 0.0])
print("the same distance gives the same product, wherever the two stand:")
for p, q in [(0, 3), (7, 10), (500, 503)]:
    print(f"query at {p:3}, key at {q:3}: {turn(query, p) @ turn(key, q):9.6f}")
before, after = np.linalg.norm(key), np.linalg.norm(turn(key, 500))
print(f"the length stays: {before:.6f} before, {after:.6f} after")
