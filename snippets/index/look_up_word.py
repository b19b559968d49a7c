# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""From a word to its embedding."""

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

token = encoding.encode_single_token(" cat")
row = wte[token]  # (768,)

print(f"the word      {' cat'!r}")
print(f"its token ID  {token}")
print(f"its row       {len(row)} numbers, the first six of them:")
for number in row[:6]:
    print(f"              {number:9.6f}")
