# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""A direction for the plural, from one pair and from five"""

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
pairs, left_out = [], []
for pair in held_out.split(", "):
    pieces = [encoding.encode(" " + word) for word in pair.split()]
    if all(len(tokens) == 1 for tokens in pieces):
        pairs.append([tokens[0] for tokens in pieces])
    else:
        left_out.append(pair)
singular, plural = wte[np.array(pairs).T]  # (27, 768) each


def steps(text):
    words = [encoding.encode_single_token(" " + word) for word in text.split()]
    return wte[words[1::2]] - wte[words[0::2]]  # (number of pairs, 768)


one = steps("cat cats")[0]  # (768,)
five = steps("dog dogs car cars house houses tree trees hand hands").mean(axis=0)

print(f"{len(pairs)} held-out pairs, {len(left_out)} left out (several tokens)")
for name, direction in [("one pair", one), ("five pairs", five)]:
    low, high = singular @ direction, plural @ direction  # (27,) each
    print(f"from {name}: the plural lies further along in {sum(high > low)}")
    cuts = np.concatenate([low, high])  # (54,): each a place to cut
    right = max(sum(low < cut) + sum(high >= cut) for cut in cuts)
    print(f"    words on their side of one common cut: {right} of {len(cuts)}")
noise = np.random.default_rng(0).standard_normal((1_000, wte.shape[1]))
by_chance = ((plural - singular) @ noise.T > 0).sum(axis=0)  # (1000,)
print(f"from 1,000 random directions: {by_chance.mean():.1f} on average,")
print(f"    {by_chance.max()} at the most")
