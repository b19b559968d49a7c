# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The nearest rows of the whole table."""

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

word = " cat"
token = encoding.encode_single_token(word)

cosine = wte @ wte[token]  # (50257,)
cosine /= np.linalg.norm(wte, axis=1) * np.linalg.norm(wte[token])
order = np.argsort(-cosine, kind="stable")

print(f"nearest of {len(wte):,} rows to {word!r}")
for rank, other in enumerate(order[:11]):
    name = encoding.decode_single_token_bytes(other).decode(
        "utf-8", "backslashreplace"
    )
    print(f"{rank:4}  {name!r:16} ID {other:5}  cosine {cosine[other]:.4f}")
