# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Why the inputs come out on top"""

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
    wte[encoding.encode_single_token(" " + word)]  # (768,)
    for word in ("man", "woman", "king", "queen")
)
target = king - man + woman  # (768,)


def distance(a, b):
    return np.linalg.norm(a - b)


print(f"the step, from man to woman    {distance(man, woman):.4f}")
print(f"from the target to king        {distance(target, king):.4f}")
print(f"from the target to woman       {distance(target, woman):.4f}")
print(f"from the target to queen       {distance(target, queen):.4f}")
print(f"from king to queen, no sums    {distance(king, queen):.4f}")

cosine = wte @ king / (np.linalg.norm(wte, axis=1) * np.linalg.norm(king))
order = np.argsort(-cosine, kind="stable")[1:]  # (50256,): without king itself
queen_id = encoding.encode_single_token(" queen")
rank = 1 + int(np.flatnonzero(order == queen_id)[0])
print(f"queen among the neighbours of king, by cosine: {rank}")
