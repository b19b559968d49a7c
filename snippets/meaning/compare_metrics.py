# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Cosine, dot product and Euclidean distance side by side."""

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


def name(token):
    return encoding.decode_single_token_bytes(token).decode(
        "utf-8", "backslashreplace"
    )


query = wte[encoding.encode_single_token(" cat")]  # (768,)
dot = wte @ query  # (50257,)
cosine = dot / (np.linalg.norm(wte, axis=1) * np.linalg.norm(query))  # (50257,)
distance = np.linalg.norm(wte - query, axis=1)  # (50257,)

by_cosine, by_dot, by_distance = (
    np.argsort(score, kind="stable") for score in (-cosine, -dot, distance)
)
print("    cosine        dot product   Euclidean")
for rank in range(8):
    first, second, third = (
        name(order[rank]) for order in (by_cosine, by_dot, by_distance)
    )
    print(f"{rank:2}  {first!r:13} {second!r:13} {third!r}")
shared = len(set(by_cosine[:50]) & set(by_dot[:50]))
print(f"first 50 by cosine and by dot product: {shared} in common")
