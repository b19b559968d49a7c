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


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def row(word):
    return wte[encoding.encode_single_token(" " + word)]  # (768,)


names = [encoding.decode_single_token_bytes(i) for i in range(len(wte))]
words = [
    i for i, name in enumerate(names) if name[:1] == b" " and name[1:].isalpha()
]
chance = np.random.default_rng(0).choice(words, size=(5_000, 2))
by_chance = np.array([cosine(wte[i], wte[j]) for i, j in chance])  # (5000,)

print("pair            cosine  nearer than")
pairs = "cat kitten, dog puppy, boat ship, boat water, happy joyful, cat boat"
for pair in pairs.split(", "):
    first, second = pair.split()
    similarity = cosine(row(first), row(second))
    share = np.mean(by_chance < similarity)
    print(f"{pair:14} {similarity:7.3f}  {share:6.1%} of random pairs")
