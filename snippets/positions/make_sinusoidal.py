# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==2.4.6",
# ]
# ///
"""Positions by formula: sines and cosines."""

import numpy as np

n_ctx, n_embd = 1024, 768
frequency = 10_000.0 ** (-np.arange(0, n_embd, 2) / n_embd)  # (384,)
angle = np.arange(n_ctx)[:, None] * frequency  # (1024, 384)
table = np.empty((n_ctx, n_embd))  # (1024, 768)
table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)

print("position 0 begins", *(f"{number:6.3f}" for number in table[0, :4]))
print("position 1 begins", *(f"{number:6.3f}" for number in table[1, :4]))
shortest, longest = 2 * np.pi / frequency[[0, -1]]
print(f"shortest wave {shortest:.2f} positions, longest {longest:,.0f}")
length = np.linalg.norm(table, axis=1)  # (1024,)
print(f"length of a row: {length.min():.4f} to {length.max():.4f}")
