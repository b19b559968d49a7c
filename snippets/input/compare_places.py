# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""The difference between two places is the same for every token."""

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

n_vocab, n_ctx = len(wte), len(wpe)
count = min(5_000, n_vocab)
tokens = np.random.default_rng(0).choice(n_vocab, count, replace=False)
rows = wte[tokens]  # (5000, 768)
exact = rows.astype(np.float64)

print(f"{count:,} tokens     equal in float32  furthest apart  float64")
for p1, p2 in [(0, 1), (1, 2), (2, n_ctx // 2), (0, n_ctx - 1)]:
    x1, x2 = rows + wpe[p1], rows + wpe[p2]  # (5000, 768), float32
    step = wpe[p1].astype(np.float64) - wpe[p2]  # (768,)
    apart = np.abs(x1.astype(np.float64) - x2 - step)  # (5000, 768)
    assert (apart <= (np.spacing(np.abs(x1)) + np.spacing(np.abs(x2))) / 2).all()
    equal = (exact + wpe[p1]) - (exact + wpe[p2]) == step  # (5000, 768)
    shares = (
        f"{np.mean(apart == 0):16.1%}  {apart.max():14.9f}  {equal.mean():7.1%}"
    )
    print(f"p = {p1}, {p2:4}  {shares}")
print("never further apart than the rounding of the two sums allows")
