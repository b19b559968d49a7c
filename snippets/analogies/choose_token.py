# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""One word, several tokens: which one is the answer?"""

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

unit = wte / np.linalg.norm(wte, axis=1, keepdims=True)  # (50257, 768)
questions = [
    ("Paris - France + Italy", [" Rome", "Rome", " rome", "rome"]),
    ("king - man + woman", [" queen", "queen", " Queen", "Queen"]),
]
for question, spellings in questions:
    words = question.replace("- ", "").replace("+ ", "").split()
    b, a, c = (encoding.encode_single_token(" " + word) for word in words)
    cosine = unit @ (wte[b] - wte[a] + wte[c])  # (50257,)
    cosine[[a, b, c]] = -np.inf
    print(f"{question}, inputs removed")
    for text in spellings:
        pieces = encoding.encode(text)
        if len(pieces) > 1:
            parts = " ".join(repr(encoding.decode([piece])) for piece in pieces)
            print(f"    {text!r:9} is not one token: {parts}")
        else:
            rank = 1 + np.sum(cosine > cosine[pieces[0]])
            print(f"    {text!r:9} ID {pieces[0]:5}  rank {rank:,}")
