# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""Is the token still to be found in the sum?"""

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
tokens = np.linspace(0, n_vocab - 1, 200).astype(int)  # evenly over the IDs
unit = wte / np.linalg.norm(wte, axis=1, keepdims=True)  # (50257, 768)

print("    p  angle to wte[t]  nearest is t  or its near copy")
for p in [0, 1, 2, 10, n_ctx // 2, n_ctx - 2, n_ctx - 1]:
    x = wte[tokens] + wpe[p]  # (200, 768)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    cosine = np.sum(x * unit[tokens], axis=1)  # (200,)
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    nearest = np.argmax(x @ unit.T, axis=1)  # (200,)
    found = nearest == tokens
    alike = np.sum(unit[nearest] * unit[tokens], axis=1) > 0.99
    shown = f"{found.sum():6} of 200  {(found | alike).sum():9} of 200"
    print(f"{p:5}  {angle.mean():7.1f} degrees {shown}")
