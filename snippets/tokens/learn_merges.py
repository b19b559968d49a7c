# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Byte-pair encoding, learned from six words."""

from collections import Counter
from itertools import pairwise

corpus = ["cat", "cat", "cat", "hat", "hat", "mats"]


def join(word, pair):
    joined = []
    for piece in word:
        if joined and (joined[-1], piece) == pair:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


words = [list(word) for word in corpus]
merges = []
for number in range(1, 4):
    counts = Counter(pair for word in words for pair in pairwise(word))
    (pair, count), second = counts.most_common(2)
    merges.append(pair)
    words = [join(word, pair) for word in words]
    print(f"merge {number}: {'+'.join(pair)}, seen {count} times", end=" ")
    print(f"(next: {'+'.join(second[0])}, {second[1]})")
    print("        ", "  ".join("|".join(word) for word in words))

for new in ["chats", "ham"]:
    word = list(new)
    for pair in merges:
        word = join(word, pair)
    print(f"a new word, {new}: {'|'.join(word)}")
