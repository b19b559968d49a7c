# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Thirty published analogies, every rank"""

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

relations = {
    "man woman": "king queen, boy girl, brother sister, uncle aunt, actor actress",
    "France Paris": "Italy Rome, Japan Tokyo, Germany Berlin, Spain Madrid",
    "good better": "bad worse",
    "big bigger": "small smaller",
    "long longer": "short shorter",
    "walk walked": "run ran",
    "go went": "take took",
    "eat ate": "drink drank",
    "cat cats": "dog dogs, mouse mice, child children",
    "ruby rails": "python Django",
    "ruby gem": "python pip, javascript npm",
    "array index": "hash key",
    "hash dictionary": "array list",
    "raise rescue": "throw catch",
    "if unless": "while until",
    "map collect": "reduce inject, select filter, length size",
    "loop break": "method return",
    "class subclass": "parent child",
}
# einsum multiplies in float64 without a copy of the whole table in it
lengths = np.sqrt(np.einsum("nd,nd->n", wte, wte, dtype=np.float64))  # (50257,)

print("                      cosine         Euclidean")
print("                      kept removed    kept removed")
first, total, left_out = np.zeros(4, int), 0, []
for pair, others in relations.items():
    for other in others.split(", "):
        words = [
            encoding.encode(" " + word) for word in (pair + " " + other).split()
        ]
        if any(len(pieces) > 1 for pieces in words):
            left_out.append(other.replace(" ", " -> "))
            continue
        a, b, c, expected = (pieces[0] for pieces in words)
        target = wte[b].astype(np.float64) - wte[a] + wte[c]  # (768,)
        dot = np.einsum("nd,d->n", wte, target)  # (50257,)
        ranks = []
        for score in (dot / lengths, 2 * dot - lengths**2):
            ahead = score > score[expected]  # (50257,)
            rank = 1 + ahead.sum()
            ranks += [rank, rank - ahead[list({a, b, c})].sum()]
        total += 1
        first += np.array(ranks) == 1
        cells = "".join(f"{rank:8,}" for rank in ranks)
        print(f"{other.replace(' ', ' -> '):18}{cells}")
print(f"{f'first, of {total}':18}" + "".join(f"{count:8}" for count in first))
print(f"left out, a word has several tokens: {len(left_out)}")
for start in range(0, len(left_out), 3):
    print("   ", ", ".join(left_out[start : start + 3]))
