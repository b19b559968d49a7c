# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""A row is a one-hot vector times the table."""

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

token = encoding.encode_single_token(" cat")
one_hot = np.zeros(len(wte), dtype=np.float32)  # (50257,)
one_hot[token] = 1

product = one_hot @ wte  # (768,)
print(f"one_hot @ wte equals wte[{token}]: {np.array_equal(product, wte[token])}")
print(f"multiplications for the product: {wte.size:,}")
print("multiplications for the lookup:  0")
