# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""How alike two positions are, by how far apart they stand."""

import numpy as np
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)

unit = wpe / np.linalg.norm(wpe, axis=1, keepdims=True)
similarity = unit @ unit.T  # (1024, 1024)

n_ctx = len(wpe)
print("distance  mean cosine  pairs")
for distance in sorted(
    {1, 2, 4, 8, 16, n_ctx // 8, n_ctx // 4, n_ctx // 2, n_ctx - 1}
):
    pairs = np.diagonal(similarity, distance)
    print(f"{distance:8}  {pairs.mean():11.4f}  {len(pairs):5}")
