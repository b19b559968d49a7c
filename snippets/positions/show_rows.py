# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""The position table, and how long its rows are."""

import numpy as np
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)

n_ctx, n_embd = wpe.shape
length = np.linalg.norm(wpe, axis=1)  # (1024,)

print(f"{n_ctx} positions, {n_embd} numbers each")
for p in [0, 1, 2, n_ctx // 2, n_ctx - 2, n_ctx - 1]:
    begins = f"{wpe[p, 0]:9.6f} {wpe[p, 1]:9.6f}"
    print(f"position {p:4}  begins {begins}  length {length[p]:.4f}")
print(f"median length {np.median(length):.4f}")
