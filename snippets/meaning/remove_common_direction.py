# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The direction that all rows share, and what is left without it."""

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

rng = np.random.default_rng(0)
centred = wte - wte.mean(axis=0)  # (50257, 768)
pairs = rng.integers(len(wte), size=(2, 20_000))


def cosines(table, first, second):
    a, b = table[first], table[second]
    return np.sum(a * b, axis=-1) / (
        np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    )


for name, table in [("raw", wte), ("centred", centred)]:
    chance = cosines(table, *pairs)
    cat, kitten, boat = (
        encoding.encode_single_token(word) for word in (" cat", " kitten", " boat")
    )
    print(
        f"{name:8} two random rows {chance.mean():6.3f} ± {chance.std():.3f}",
        end="",
    )
    print(
        f"   cat, kitten {cosines(table, cat, kitten):.3f}   cat, boat {cosines(table, cat, boat):.3f}"
    )
