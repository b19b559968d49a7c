# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""One row, summed up."""

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

row = wte[encoding.encode_single_token(" cat")]  # (768,)

print("first four  ", *(f"{number:9.6f}" for number in row[:4]))
print("last four   ", *(f"{number:9.6f}" for number in row[-4:]))
print(f"smallest     {row.min():9.6f}  at dimension {row.argmin()}")
print(f"largest      {row.max():9.6f}  at dimension {row.argmax()}")
print(f"mean         {row.mean():9.6f}")
print(f"length       {np.linalg.norm(row):9.6f}")
