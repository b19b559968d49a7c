# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The same rows in another order, without positions and with them."""

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
    wpe = tensors.get_tensor("wpe.weight")  # (1024, 768)
encoding = tiktoken.get_encoding("gpt2")

first, second = (
    encoding.encode(text) for text in (" dog bites man", " man bites dog")
)
places = np.arange(len(first))

bag = wte[first].sum(axis=0) - wte[second].sum(axis=0)  # (768,)
x = wte[first] + wpe[places]  # (3, 768)
y = wte[second] + wpe[places]  # (3, 768)

print("the same tokens, in another order:", sorted(first) == sorted(second))
print(f"the sums of their rows differ by at most {np.abs(bag).max():.6f}")
for p in places:
    one, other = encoding.decode([first[p]]), encoding.decode([second[p]])
    distance = np.linalg.norm(x[p] - y[p])
    print(f"position {p}: {one!r:8} {other!r:8} distance {distance:.4f}")
print(f"' dog' first and ' dog' last: distance {np.linalg.norm(x[0] - y[-1]):.4f}")
