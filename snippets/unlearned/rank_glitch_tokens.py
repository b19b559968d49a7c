# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Where the famous glitch tokens stand."""

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

reference = wte[177:188].mean(axis=0, dtype=np.float64)  # (768,)
length = np.linalg.norm(wte, axis=1) * np.linalg.norm(reference)  # (50257,)
indicator = 1 - np.einsum("nd,d->n", wte, reference) / length  # (50257,)

famous = [  # lesswrong.com/posts/aPeJE8bSo6rAFoLqg
    " SolidGoldMagikarp",
    " TheNitromeFan",
    " RandomRedditorWithNo",
    "StreamerBot",
    " externalToEVA",
    "PsyNetMessage",
    " attRot",
    " petertodd",
    " guiActiveUn",
    "oreAndOnline",
]
print(f"rank of {len(wte):,}  indicator")
for text in [*famous, " cat"]:
    tokens = encoding.encode(text)
    if len(tokens) == 1:
        score = indicator[tokens[0]]
        rank = np.sum(indicator < score) + 1
        print(f"{rank:14,}  {score:9.5f}  {text!r}")
    else:
        print(f"no token here: {len(tokens)} pieces   {text!r}")
