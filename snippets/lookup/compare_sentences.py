# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""The same token has the same row in every sentence."""

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

sentences = [
    "The fluffy cat sat on the mat",
    "My cat is happy",
    "The king has a cat",
]
cat = encoding.encode_single_token(" cat")

rows = []
for sentence in sentences:
    tokens = encoding.encode(sentence)
    vectors = wte[tokens]  # (number of tokens, 768)
    place = tokens.index(cat)
    rows.append(vectors[place])
    print(f"{sentence!r}")
    print(
        f"   token {place} of {len(tokens)}; its row begins {vectors[place, 0]:.6f}"
    )

same = all(np.array_equal(rows[0], row) for row in rows)
print("every number of the three rows is the same:", same)
