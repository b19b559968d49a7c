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


def cosine(a, b):
    return np.sum(a * b, -1) / (
        np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    )


names = [encoding.decode_single_token_bytes(i) for i in range(len(wte))]
words = [
    i for i, name in enumerate(names) if name[:1] == b" " and name[1:].isalpha()
]
first, second = np.random.default_rng(0).choice(words, size=(2, 5_000))
cat, kitten, boat = (
    encoding.encode_single_token(word) for word in (" cat", " kitten", " boat")
)

print("              raw  centred")
centred = wte - wte[words].mean(axis=0)  # (50257, 768)
for name, i, j in [
    ("random words", first, second),
    ("cat, kitten", cat, kitten),
    ("cat, boat", cat, boat),
]:
    raw, left = (np.mean(cosine(table[i], table[j])) for table in (wte, centred))
    print(f"{name:12} {raw:5.3f}  {left:7.3f}")
