# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""King - queen: what is left?"""

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


def row(word):
    return wte[encoding.encode_single_token(" " + word)]  # (768,)


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


left = row("king") - row("queen")  # (768,)
print("cosine of king - queen with")
for pair in ["man woman", "boy girl", "prince princess", "uncle aunt"]:
    first, second = pair.split()
    step = row(first) - row(second)
    print(f"    {first + ' - ' + second:18} {cosine(left, step):6.3f}")
for word in ["king", "queen", "crown", "royal"]:
    print(f"    {word:18} {cosine(left, row(word)):6.3f}")

lengths = np.linalg.norm(wte, axis=1)  # (50257,)
similarity = wte @ left / (lengths * np.linalg.norm(left))  # (50257,)
low, high = np.quantile(similarity, [0.025, 0.975])
print(f"    95% of all rows    {low:6.3f} to {high:.3f}")
names = [
    repr(encoding.decode_single_token_bytes(i).decode("utf-8", "backslashreplace"))
    for i in np.argsort(-similarity, kind="stable")[:5]
]
print("nearest rows:", ", ".join(names[:3]) + ",")
print("             ", ", ".join(names[3:]))
