# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""The waves in the learned table."""

import numpy as np
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)

centred = wpe - wpe.mean(axis=0)  # (1024, 768)
power = np.abs(np.fft.rfft(centred, axis=0)) ** 2  # (513, 768)
swings = (
    power[1:].argmax(axis=0) + 1
)  # (768,): of the strongest wave of each dimension

print("swings over all positions  dimensions")
for count in range(1, 7):
    print(f"{count:25}  {np.sum(swings == count):10}")
print(f"{'more':>25}  {np.sum(swings > 6):10}")
