# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Tokens that are only a step on the way to a longer one."""

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

names = [encoding.decode_single_token_bytes(i) for i in range(len(wte))]
reference = wte[177:188].mean(axis=0, dtype=np.float64)  # (768,)
length = np.linalg.norm(wte, axis=1) * np.linalg.norm(reference)  # (50257,)
indicator = 1 - np.einsum("nd,d->n", wte, reference) / length  # (50257,)

order = np.argsort(indicator, kind="stable")
lowest = [i for i in order if len(names[i]) > 1][:12]
for token in lowest:
    longer = [i for i in range(len(wte)) if names[token] in names[i] and i != token]
    first = min(longer, key=lambda i: len(names[i]), default=None)
    found = "none" if first is None else str(names[first])[1:28]
    print(f"{str(names[token])[1:26]:25} in {len(longer):2}: {found}")
