# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The angles between the rows of the two tables."""

import numpy as np
import tiktoken
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wte = tensors.get_tensor("wte.weight")  # (50257, 768)
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)
encoding = tiktoken.get_encoding("gpt2")


def unit(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


positions = unit(wpe)  # (1024, 768)
total = squares = largest = 0.0
for start in range(0, len(wte), 4_000):
    cosine = unit(wte[start : start + 4_000]) @ positions.T  # (4000, 1024)
    total += cosine.sum(dtype=np.float64)
    squares += np.square(cosine).sum(dtype=np.float64)
    i, p = np.unravel_index(np.abs(cosine).argmax(), cosine.shape)
    if abs(cosine[i, p]) > abs(largest):
        largest, token, place = cosine[i, p], int(start + i), p

pairs = len(wte) * len(wpe)
name = encoding.decode_single_token_bytes(token).decode("utf-8", "backslashreplace")
print(f"pairs of a token and a position   {pairs:>11,}")
print(f"mean cosine                       {total / pairs:11.4f}")
print(f"typical size (root mean square)   {np.sqrt(squares / pairs):11.4f}")
print(f"the same for random directions    {wte.shape[1] ** -0.5:11.4f}")
print(f"furthest from a right angle       {largest:11.4f}")
print(f"   token {token}, {name!r}, position {place}")
