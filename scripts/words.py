"""The words that the pages talk about; each is one token, with its leading space, in GPT-2 and in TinyGPT."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from scripts.tables import Table, Tables

#: Groups of the brief, in the order in which a chart shows them.
GROUPS = {
    "pets": ("cat", "kitten", "dog", "puppy"),
    "on water": ("boat", "ship", "water", "sea"),
    "moods": ("happy", "joyful", "sad", "angry"),
    "people": ("king", "queen", "man", "woman", "prince", "princess"),
    "things": ("car", "tree"),
}
GROUP_OF = {word: group for group, words in GROUPS.items() for word in words}
WORDS = tuple(GROUP_OF)


def ids(tables: Tables, words: tuple[str, ...] = WORDS) -> npt.NDArray[np.int64]:
    """Token IDs of ``words``, each with a leading space: (number of words,).

    Raises:
        KeyError: if one of them is not a single token.
    """
    return np.array([tables.encoding.encode_single_token(f" {word}") for word in words])


def rows(tables: Tables, words: tuple[str, ...] = WORDS) -> Table:
    """Rows of ``words`` in ``wte``: (number of words, n_embd)."""
    return np.asarray(tables.wte[ids(tables, words)])


def word_tokens(tables: Tables) -> npt.NDArray[np.int64]:
    """IDs of all tokens that are a space and then letters: (number of them,), rising."""
    names = (tables.encoding.decode_single_token_bytes(i) for i in range(tables.n_vocab))
    return np.array([i for i, name in enumerate(names) if name[:1] == b" " and name[1:].isalpha()])
