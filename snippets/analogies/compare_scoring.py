# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "huggingface_hub==2.4.0",
#     "numpy==2.4.6",
#     "safetensors==0.8.0",
#     "tiktoken==0.14.0",
# ]
# ///
"""Four ways to score an analogy, and one that does no sums"""

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
}
lengths = np.linalg.norm(wte, axis=1)  # (50257,)
unit = wte / lengths[:, None]  # (50257, 768)


def scores(a, b, c):
    near_a, near_b, near_c = (unit @ unit[[a, b, c]].T).T  # each (50257,)
    like_a, like_b, like_c = ((1 + near) / 2 for near in (near_a, near_b, near_c))
    step = near_b - near_a - (near_b[c] - near_a[c])  # (50257,)
    walk = np.sqrt(np.maximum(2 - 2 * near_c, 1e-6))  # (50257,): |x - c|
    yield "raw sum", wte @ (wte[b] - wte[a] + wte[c]) / lengths
    yield "3CosAdd", near_b - near_a + near_c
    yield "3CosMul", like_b * like_c / (like_a + 0.001)
    yield "PairDirection", step / walk
    yield "near c only", near_c


count = {}
total = 0
for pair, others in relations.items():
    for other in others.split(", "):
        words = [" " + word for word in (pair + " " + other).split()]
        a, b, c, expected = map(encoding.encode_single_token, words)
        total += 1
        for name, score in scores(a, b, c):
            ahead = score > score[expected]  # (50257,)
            rank = 1 + ahead.sum()
            removed = rank - ahead[[a, b, c]].sum()
            found = np.array([rank == 1, removed == 1, removed <= 10])
            count[name] = count.get(name, 0) + found

print(f"of {total} analogies   1st, kept  1st, removed  in 10, removed")
for name, (kept, removed, ten) in count.items():
    print(f"{name:16} {kept:11} {removed:13} {ten:15}")
