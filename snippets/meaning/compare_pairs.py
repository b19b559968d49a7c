# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Pairs of words, and how near they are."""

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

pairs = [
    ("cat", "kitten"),
    ("dog", "puppy"),
    ("boat", "ship"),
    ("boat", "water"),
    ("happy", "joyful"),
    ("cat", "boat"),
]

rng = np.random.default_rng(0)
a, b = wte[rng.integers(len(wte), size=(2, 20_000))]  # two (20000, 768)
length = np.linalg.norm
chance = np.sum(a * b, axis=1) / (length(a, axis=1) * length(b, axis=1))  # (20000,)

print("pair             cosine  nearer than")
for first, second in pairs:
    p, q = (
        wte[encoding.encode_single_token(" " + word)] for word in (first, second)
    )
    cosine = p @ q / (length(p) * length(q))
    print(
        f"{first:6} {second:8} {cosine:8.3f}  {np.mean(chance < cosine):6.1%} of random pairs"
    )
