"""Byte-level byte-pair encoding as GPT-2 has it: training, and the two files GPT-2 keeps it in.

IDs 0 to 255 are the bytes in GPT-2's order, then come the merges in the order they were learned, and
`<|endoftext|>` is last. The algorithm is that of Sennrich, Haddow & Birch (2016), on bytes (Radford et al., 2019).
"""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, TypeAlias

import regex  # type: ignore[import-untyped]  # tiktoken brings it, without types
import tiktoken

ENDOFTEXT: Final = "<|endoftext|>"
PAT_STR: Final = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
"""GPT-2's pre-tokeniser, as `tiktoken_ext.openai_public.r50k_pat_str` writes it."""

Merge: TypeAlias = tuple[bytes, bytes]


def _printable(byte: int) -> bool:
    return chr(byte).isprintable() and byte != ord(" ")


BYTES: Final[tuple[int, ...]] = (
    *filter(_printable, range(256)),
    *(b for b in range(256) if not _printable(b)),
)
"""The 256 byte values in the order of their IDs: the printable ones first."""

_TO_CHARACTER: Final = {b: chr(b) if _printable(b) else chr(256 + i - 188) for i, b in enumerate(BYTES)}
_TO_BYTE: Final = {character: byte for byte, character in _TO_CHARACTER.items()}


def learn_merges(texts: Iterable[str], limit: int) -> list[Merge]:
    """Learn which neighbours to join, the most frequent pair first.

    Args:
        texts: The corpus. Merges never cross the borders that `PAT_STR` draws.
        limit: The most merges to learn; fewer come back if every word of the corpus is whole before that.

    Returns:
        The merges in order. Of pairs equally frequent the one first in byte order is taken.
    """
    counts = Counter(word for text in texts for word in regex.findall(PAT_STR, text))
    words = [([bytes([b]) for b in word.encode()], n) for word, n in sorted(counts.items())]
    merges: list[Merge] = []
    while len(merges) < limit:
        pairs: Counter[Merge] = Counter()
        for pieces, n in words:
            for pair in pairwise(pieces):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for pieces, _ in words:
            _join(pieces, best)
    return merges


def _join(pieces: list[bytes], pair: Merge) -> None:
    at = 0
    while at < len(pieces) - 1:
        if (pieces[at], pieces[at + 1]) == pair:
            pieces[at : at + 2] = [pair[0] + pair[1]]
        at += 1


def ranks(merges: Iterable[Merge]) -> dict[bytes, int]:
    """The ID of every token except `<|endoftext|>`, as `tiktoken` wants them."""
    tokens = [bytes([b]) for b in BYTES] + [first + second for first, second in merges]
    return {token: i for i, token in enumerate(tokens)}


def encoding(merges: Iterable[Merge], name: str = "tiny") -> tiktoken.Encoding:
    """The tokenizer that these merges make, with `<|endoftext|>` as its last ID."""
    mergeable = ranks(merges)
    return tiktoken.Encoding(
        name, pat_str=PAT_STR, mergeable_ranks=mergeable, special_tokens={ENDOFTEXT: len(mergeable)}
    )


def vocab_json(merges: Iterable[Merge]) -> str:
    """The text of `vocab.json`: every token, written in GPT-2's printable alphabet, and its ID."""
    mergeable = ranks(merges)
    vocab = {_spell(token): i for token, i in mergeable.items()} | {ENDOFTEXT: len(mergeable)}
    return json.dumps(vocab, sort_keys=True, indent=0, separators=(",", ":")) + "\n"


def merges_txt(merges: Iterable[Merge], maker: str) -> str:
    """The text of `merges.txt`: a line that names the version and the maker, then one merge a line."""
    lines = [f"#version: 0.2 - Trained by `{maker}`", *(f"{_spell(a)} {_spell(b)}" for a, b in merges)]
    return "\n".join(lines) + "\n"


def read_merges(text: str) -> list[Merge]:
    """The merges that `merges_txt` wrote.

    Raises:
        ValueError: If the text is not a `merges.txt`.
    """
    head, *lines = text.splitlines()
    pairs = [line.split(" ") for line in lines]
    if not head.startswith("#version") or any(len(pair) != 2 for pair in pairs):
        raise ValueError("not a merges.txt: expected a #version line, then two tokens a line")
    return [(_unspell(a), _unspell(b)) for a, b in pairs]


def _spell(token: bytes) -> str:
    return "".join(_TO_CHARACTER[b] for b in token)


def _unspell(spelled: str) -> bytes:
    return bytes(_TO_BYTE[character] for character in spelled)
