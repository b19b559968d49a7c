# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""What the first block receives for a sentence."""

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

sentence = "The fluffy cat sat on the mat"
tokens = encoding.encode(sentence)
x = wte[tokens] + wpe[: len(tokens)]  # (number of tokens, 768)

print("p              wte[id]      wpe[p]           x   dimension")
for p, token in enumerate(tokens):
    for d in [0, 1]:
        name = f"{p} {encoding.decode([token])!r}" if d == 0 else ""
        sum_of = f"{wte[token, d]:9.6f} + {wpe[p, d]:9.6f} = {x[p, d]:9.6f}"
        print(f"{name:11} {sum_of}   {d}")
print("in all", " x ".join(map(str, x.shape)), "numbers,", x.dtype)
