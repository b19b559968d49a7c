# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
# ]
# ///
"""How large the table is."""

from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wte = tensors.get_tensor("wte.weight")  # (50257, 768)

n_vocab, n_embd = wte.shape
numbers = n_vocab * n_embd

print(f"rows (n_vocab)          {n_vocab:>12,}")
print(f"numbers a row (n_embd)  {n_embd:>12,}")
print(f"numbers in all          {numbers:>12,}")
print(f"bytes as float32        {numbers * 4:>12,}")
print(f"bytes as float16        {numbers * 2:>12,}")
