# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The rows nearest to the middle of the table."""

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

reference = wte[177:188].mean(axis=0, dtype=np.float64)  # (768,)
length = np.linalg.norm(wte, axis=1) * np.linalg.norm(reference)  # (50257,)
indicator = 1 - np.einsum("nd,d->n", wte, reference) / length  # (50257,)

centroid = wte.mean(axis=0, dtype=np.float64)  # (768,)
centred = wte - centroid  # (50257, 768)
distance = np.sqrt(np.vecdot(centred, centred))  # (50257,)

nearest = np.argsort(distance, kind="stable")
print("distance  indicator  token")
for token in nearest[:12]:
    name = str(encoding.decode_single_token_bytes(token))[1:30]
    print(f"{distance[token]:8.4f}  {indicator[token]:9.5f}  {name}")
print(f"median distance {np.median(distance):.4f}")
for count in [20, 100, len(wte)]:
    low = np.sum(indicator[nearest[:count]] < 0.1)
    print(f"of the {count:6,} nearest, {low:4} have an indicator below 0.1")
