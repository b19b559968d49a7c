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

query = wte[encoding.encode_single_token(" cat")]  # (768,)
dot = wte @ query  # (50257,)
length = np.linalg.norm(wte, axis=1)
rankings = {
    "cosine": np.argsort(-dot / (length * np.linalg.norm(query)), kind="stable"),
    "dot product": np.argsort(-dot, kind="stable"),
    "Euclidean": np.argsort(np.linalg.norm(wte - query, axis=1), kind="stable"),
}

print("    " + "".join(f"{name:18}" for name in rankings))
for rank in range(8):
    names = (
        encoding.decode_single_token_bytes(order[rank]).decode(
            "utf-8", "backslashreplace"
        )
        for order in rankings.values()
    )
    print(f"{rank:2}  " + "".join(f"{name!r:18}" for name in names))
shared = set(rankings["cosine"][:50]) & set(rankings["dot product"][:50])
print(
    f"of the first 50 by cosine, {len(shared)} are among the first 50 by dot product"
)
