# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""One word for us, several tokens for the model."""

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

cat = wte[encoding.encode_single_token(" cat")]  # (768,)

print("text     token IDs         cosine with ' cat'")
for text in [" cat", "cat", " Cat", "Cat", "CAT", " cats"]:
    tokens = encoding.encode(text)
    if len(tokens) == 1:
        row = wte[tokens[0]]  # (768,)
        cosine = row @ cat / (np.linalg.norm(row) * np.linalg.norm(cat))
        print(f"{text!r:8} {tokens!s:17} {cosine:.3f}")
    else:
        print(f"{text!r:8} {tokens!s:17} not one token")
