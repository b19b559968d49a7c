# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Neighbours by ID, and neighbours by row."""

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
cat = encoding.encode_single_token(" cat")
cosine = unit @ unit[cat]  # (50257,)


def show(token):
    name = encoding.decode_single_token_bytes(token).decode(
        "utf-8", "backslashreplace"
    )
    return f"{token:5} {name!r:9} {cosine[token]:.3f}"


beside = [cat + step for step in (-3, -2, -1, 1, 2, 3)]
near = np.argsort(-cosine, kind="stable")[1:7]
print("nearest by ID            nearest by cosine of the rows")
for by_id, by_row in zip(beside, near):
    print(f"{show(by_id):24} {show(by_row)}")

first, second = np.random.default_rng(0).integers(len(wte), size=(2, 20_000))
next_door = np.sum(unit[:-1] * unit[1:], axis=1)  # (50256,)
by_chance = np.sum(unit[first] * unit[second], axis=1)  # (20000,)
print(f"mean cosine of two tokens with consecutive IDs: {next_door.mean():.3f}")
print(f"mean cosine of two tokens drawn by lot:         {by_chance.mean():.3f}")
