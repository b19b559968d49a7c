# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""King - man + woman, with the inputs kept and removed"""

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

man, woman, king, queen = (
    encoding.encode_single_token(" " + word)
    for word in ("man", "woman", "king", "queen")
)
target = wte[king] - wte[man] + wte[woman]  # (768,)

cosine = wte @ target  # (50257,)
cosine /= np.linalg.norm(wte, axis=1) * np.linalg.norm(target)
kept = np.argsort(-cosine, kind="stable")  # (50257,)
removed = kept[~np.isin(kept, [king, man, woman])]  # (50254,)

print("      inputs kept            inputs removed")
for rank in range(8):
    cells = []
    for order in (kept, removed):
        name = encoding.decode_single_token_bytes(order[rank]).decode(
            "utf-8", "backslashreplace"
        )
        cells.append(f"{name!r:14} {cosine[order[rank]]:.3f}")
    print(f"{rank + 1:3}   {cells[0]}   {cells[1]}")
for name, order in [("kept", kept), ("removed", removed)]:
    rank = 1 + int(np.flatnonzero(order == queen)[0])
    print(f"rank of ' queen' with the inputs {name}: {rank}")
