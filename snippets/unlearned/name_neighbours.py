# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Even a byte that no text has, has neighbours."""

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

length = np.linalg.norm(wte, axis=1)  # (50257,)
for name in [b"\xff", b" cat"]:
    token = encoding.encode_single_token(name)
    cosine = wte @ wte[token] / (length * length[token])  # (50257,)
    order = np.argsort(-cosine, kind="stable")
    print("nearest to", str(name)[1:])
    for other in [i for i in order[:7] if i != token][:6]:
        shown = str(encoding.decode_single_token_bytes(other))[1:40]
        print(f"   {cosine[other]:.5f}  {shown}")
