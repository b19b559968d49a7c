# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The rows most like the rows of bytes that no text has."""

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

unused = [encoding.encode_single_token(bytes([b])) for b in range(0xF5, 0x100)]
reference = wte[unused].mean(axis=0, dtype=np.float64)  # (768,)

# einsum multiplies in float64 without a copy of the whole table in it
dot = np.einsum("nd,d->n", wte, reference)  # (50257,)
length = np.sqrt(np.einsum("nd,nd->n", wte, wte, dtype=np.float64))  # (50257,)
indicator = 1 - dot / (length * np.linalg.norm(reference))
order = np.argsort(indicator, kind="stable")

print(f"the unused bytes have the IDs {unused[0]} to {unused[-1]}")
print(f"indicator of all rows: mean {indicator.mean():.3f}", end=", ")
print(f"standard deviation {indicator.std():.3f}")
print("the lowest that are not those bytes themselves:")
for token in order[~np.isin(order, unused)][:16]:
    name = encoding.decode_single_token_bytes(token)
    print(f"{token:7}  {indicator[token]:.5f}  {str(name)[1:42]}")
