# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""A sentence, as the model sees it."""

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

sentence = "The fluffy cat sat on the mat"
tokens = encoding.encode(sentence)
vectors = wte[tokens]  # (number of tokens, 768)

print("token        ID     its row begins")
for token, vector in zip(tokens, vectors):
    numbers = " ".join(f"{number:8.4f}" for number in vector[:3])
    print(f"{encoding.decode([token])!r:10} {token:5}  {numbers} ...")
print("all together:", vectors.shape)
