# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""How long the rows of the two tables are."""

import numpy as np
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wte = tensors.get_tensor("wte.weight")  # (50257, 768)
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)

print("       shortest    5%   median   95%   longest")
for name, table in [("wte", wte), ("wpe", wpe)]:
    length = np.linalg.norm(table, axis=1)  # (50257,) or (1024,)
    shown = np.quantile(length, [0, 0.05, 0.5, 0.95, 1])
    print(f"{name}   ", "  ".join(f"{number:6.3f}" for number in shown))

lengths = np.linalg.norm(wte, axis=1)  # (50257,)
for p in [0, 1, len(wpe) // 2, len(wpe) - 1]:
    share = np.mean(np.linalg.norm(wpe[p]) > lengths)
    print(f"wpe[{p}] is longer than {share:.1%} of the rows of wte")
