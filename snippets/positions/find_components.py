# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""How many directions the positions use."""

import numpy as np
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)

centred = wpe - wpe.mean(axis=0)
variance = np.linalg.svd(centred, compute_uv=False) ** 2  # (768,)
share = np.cumsum(variance) / variance.sum()

print("directions  variance kept")
for count in [1, 2, 3, 5, 10, 20, 30]:
    print(f"{count:10}  {share[count - 1]:13.2%}")
print(f"of {wpe.shape[1]}")
