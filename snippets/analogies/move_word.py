# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Walk along the direction: where do you arrive?"""

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

held_out = (
    "book books, bird birds, game games, road roads, room rooms, day days, "
    "city cities, baby babies, story stories, box boxes, church churches, "
    "bus buses, wolf wolves, leaf leaves, knife knives, man men, woman women, "
    "child children, mouse mice, foot feet, tooth teeth, person people, "
    "fungus fungi, analysis analyses, crisis crises, criterion criteria, "
    "phenomenon phenomena"
)
learned_from = "dog dogs car cars house houses tree trees hand hands"
words = [encoding.encode_single_token(" " + w) for w in learned_from.split()]
direction = (wte[words[1::2]] - wte[words[0::2]]).mean(axis=0)  # (768,)

pairs = []
for pair in held_out.split(", "):
    pieces = [encoding.encode(" " + word) for word in pair.split()]
    if all(len(tokens) == 1 for tokens in pieces):
        pairs.append([tokens[0] for tokens in pieces])
singular, plural = np.array(pairs).T  # (27,) each; fewer if words are in pieces

unit = wte / np.linalg.norm(wte, axis=1, keepdims=True)  # (50257, 768)
rows = np.arange(len(pairs))
print(f"{len(pairs)} pairs   nearest is the plural")
print("steps      input kept  input removed")
for count in [0, 0.5, 1, 1.5, 2, 3]:
    score = (wte[singular] + count * direction) @ unit.T  # (27, 50257)
    kept = np.sum(score.argmax(axis=1) == plural)
    score[rows, singular] = -np.inf
    removed = np.sum(score.argmax(axis=1) == plural)
    print(f"{count:5} {kept:15} {removed:14}")
