# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""How honest a flat map is."""

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
encoding = tiktoken.get_encoding("gpt2")

words = (
    "cat kitten dog puppy boat ship water sea happy joyful sad angry "
    "king queen man woman prince princess car tree"
).split()
rows = wte[
    [encoding.encode_single_token(" " + word) for word in words]
]  # (20, 768)

centred = rows - rows.mean(axis=0)
u, s, _ = np.linalg.svd(centred, full_matrices=False)
flat = u[:, :2] * s[:2]  # (20, 2)


def nearest_three(points):
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1)  # (20, 20)
    np.fill_diagonal(distance, np.inf)
    return np.argsort(distance, axis=1, kind="stable")[:, :3]  # (20, 3)


kept = [
    len(set(a) & set(b)) for a, b in zip(nearest_three(rows), nearest_three(flat))
]
print(f"variance that the map keeps: {np.sum(s[:2] ** 2) / np.sum(s**2):.1%}")
print(f"of its 3 nearest, a word keeps {np.mean(kept):.2f} on average")
for count in range(4):
    keeps = [word for word, k in zip(words, kept) if k == count]
    print(f"{count} kept: {', '.join(keeps) or 'none'}")
