# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "tiktoken==0.14.0",
# ]
# ///
"""One word, merge by merge."""

from itertools import pairwise

import tiktoken

encoding = tiktoken.get_encoding("gpt2")

ids = {encoding.decode_single_token_bytes(i): i for i in range(encoding.n_vocab)}
word = " fluffiest"
pieces = [bytes([byte]) for byte in word.encode()]


def show(pieces):
    return "|".join(piece.decode() for piece in pieces)


print(f"{'the bytes':15} {show(pieces)}")
while True:
    possible = [(ids[a + b], a + b) for a, b in pairwise(pieces) if a + b in ids]
    if not possible:
        break
    token, joined = min(possible)  # the merge that was learned first
    place = [a + b for a, b in pairwise(pieces)].index(joined)
    pieces[place : place + 2] = [joined]
    print(f"{f'merge {token - 255:,}':15} {show(pieces)}")

print("token IDs      ", [ids[piece] for piece in pieces])
print("tiktoken agrees:", encoding.encode(word) == [ids[p] for p in pieces])
