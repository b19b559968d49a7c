"""What many claims measure: computed once for each model's tables, exactly, without a copy of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scripts import geometry
from scripts.claims import published
from scripts.claims.once import once
from scripts.geometry import Array

if TYPE_CHECKING:
    from scripts.tables import Tables

Ids = npt.NDArray[np.int64]

#: How many tokens stand for the whole vocabulary where all pairs would take too long.
SAMPLE = 300
NEIGHBOURS = 10


def row_id(tables: Tables, word: str) -> int:
    """The ID of a word with the space before it.

    Raises:
        KeyError: if it is not one token.
    """
    return int(tables.encoding.encode_single_token(f" {word}"))


def is_single(tables: Tables, text: str) -> bool:
    """Whether a text is one token."""
    return len(tables.encoding.encode_ordinary(text)) == 1


def shown(tables: Tables, token: int) -> str:
    """A token as code for Markdown: its text in quotes, or its bytes if they are no text."""
    data = published.token_bytes(tables)[token]
    text = repr(data.decode()) if published.is_utf8(data) else repr(data)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


@once
def word_ids(tables: Tables) -> Ids:
    """IDs of all tokens that are a space and then letters, rising."""
    return np.array(
        [i for i, b in enumerate(published.token_bytes(tables)) if b[:1] == b" " and b[1:].isalpha()]
    )


@once
def text_ids(tables: Tables) -> Ids:
    """IDs of all tokens that are text by themselves, rising."""
    return np.array([i for i, b in enumerate(published.token_bytes(tables)) if published.is_utf8(b)])


#: Rows nearer than this to the mean row of the bytes that no text has were never learned: see the page "unlearned".
UNLEARNED = 0.05


@once
def learned_words(tables: Tables) -> Ids:
    """IDs of all tokens that are a space and then letters, and whose rows show that training met them, rising."""
    ids = word_ids(tables)
    return ids[published.untrained_indicator(tables)[ids] > UNLEARNED]


@once
def learned_texts(tables: Tables) -> Ids:
    """IDs of all tokens that are text by themselves, and whose rows show that training met them, rising."""
    ids = text_ids(tables)
    return ids[published.untrained_indicator(tables)[ids] > UNLEARNED]


@once
def norms(tables: Tables) -> Array:
    """Length of every row of ``wte``: float32 (n_vocab,)."""
    return geometry.norms(tables.wte)


def chosen(ids: Ids, size: int, seed: int = 0) -> Ids:
    """``size`` of the IDs, or all of them if there are no more: the same ones each time."""
    if len(ids) <= size:
        return ids
    return np.sort(np.random.default_rng(seed).choice(ids, size, replace=False))


def cosine(tables: Tables, a: int, b: int) -> float:
    """Cosine similarity of two rows of ``wte``; 0 if one of them has no length."""
    first, second = (np.asarray(tables.wte[i], np.float64) for i in (a, b))
    length = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / length if length else 0.0


def pairwise(tables: Tables, first: Ids, second: Ids) -> Array:
    """Cosine similarity of ``first[i]`` with ``second[i]``: float64 (n,)."""
    a, b = (np.asarray(tables.wte[ids], np.float64) for ids in (first, second))
    lengths = np.sqrt(np.einsum("nd,nd->n", a, a) * np.einsum("nd,nd->n", b, b))
    similarity: Array = np.einsum("nd,nd->n", a, b) / np.maximum(lengths, np.finfo(float).tiny)
    return similarity


@once
def background(tables: Tables) -> Array:
    """Cosine similarity of 5,000 random pairs of different words, rising: what two words have in common by chance."""
    random = np.random.default_rng(0)
    words = learned_words(tables)
    first = random.integers(len(words), size=5000)
    second = (first + random.integers(1, len(words), size=5000)) % len(words)
    return np.sort(pairwise(tables, words[first], words[second]))


def rank(tables: Tables, token: int, of: int) -> int:
    """The place of ``token`` among the neighbours of ``of`` by cosine, over the whole vocabulary; ``of`` not counted."""
    score = geometry.scores(tables.wte, tables.wte[of], "cosine", norms(tables))
    return geometry.rank(score, token, without=(of,))


def ranks(tables: Tables, tokens: Ids, of: Ids) -> Ids:
    """``rank`` of ``tokens[i]`` among the neighbours of ``of[i]``, many at a time; equal scores count as one place."""
    scale = 1 / np.maximum(norms(tables), 1e-12)  # (n_vocab,)
    found = np.empty(len(of), np.int64)
    for start in range(0, len(of), 50):
        at = slice(start, start + 50)
        score = (tables.wte[of[at]] @ tables.wte.T) * scale  # (b, n_vocab)
        each = np.arange(len(score))
        score[each, of[at]] = -np.inf
        found[at] = 1 + np.count_nonzero(score > score[each, tokens[at]][:, None], axis=1)
    return found


@dataclass(frozen=True)
class Spectrum:
    """The principal components of ``wte``: mean row (d,), variances (d,) falling, directions (d, d) as rows."""

    mean: Array
    variances: Array
    directions: Array


@once
def spectrum(tables: Tables) -> Spectrum:
    """The principal components of ``wte``, block by block."""
    wte = tables.wte
    mean: Array = wte.sum(axis=0, dtype=np.float64) / len(wte)
    gram = np.zeros((tables.n_embd, tables.n_embd))
    for start in range(0, len(wte), 4096):
        block = wte[start : start + 4096] - mean.astype(np.float32)
        gram += block.T @ block
    values, vectors = np.linalg.eigh(gram)
    return Spectrum(mean, values[::-1] / len(wte), vectors[:, ::-1].T)


@dataclass(frozen=True)
class Lists:
    """The ten nearest of each sampled token: ``ids`` (m,), and by the name of a measure (m, 10), nearest first."""

    ids: Ids
    nearest: dict[str, Ids]

    def overlap(self, one: str, other: str) -> float:
        """The share of the ten that two measures have in common, on the mean."""
        a, b = self.nearest[one], self.nearest[other]
        return float(np.mean([len(np.intersect1d(x, y)) / len(x) for x, y in zip(a, b, strict=True)]))

    def same_first(self, one: str, other: str) -> float:
        """For what share of the tokens two measures name the same nearest."""
        return float(np.mean(self.nearest[one][:, 0] == self.nearest[other][:, 0]))


COMPONENTS = (128, 160, 256)


@once
def lists(tables: Tables) -> Lists:
    """The ten nearest of a sample of tokens, over the whole vocabulary, by each measure.

    ``cosine``, ``dot`` and ``euclidean`` are of raw rows; ``centred`` is the cosine after the mean row is subtracted;
    ``plane`` the distance on the plane of the first two principal components; ``pca<k>`` the cosine of centred rows in
    the first k of them.
    """
    wte, known = tables.wte, spectrum(tables)
    ids = chosen(learned_texts(tables), SAMPLE)
    mean = known.mean.astype(np.float32)
    length = norms(tables)
    with_mean, mean_squared = wte @ mean, float(mean @ mean)  # (n_vocab,)
    centred_length = np.sqrt(np.maximum(length**2 - 2 * with_mean + mean_squared, 1e-12))
    ks = [k for k in COMPONENTS if k < tables.n_embd]
    directions = known.directions[: max([2, *ks])].astype(np.float32)  # (k, d)
    coordinates = wte @ directions.T - mean @ directions.T  # (n_vocab, k)
    part_length = {k: geometry.norms(coordinates[:, :k]) for k in ks}
    found: dict[str, list[Ids]] = {}
    for start in range(0, len(ids), 50):
        block = ids[start : start + 50]
        dot = wte[block] @ wte.T  # (b, n_vocab)
        plane = coordinates[:, :2]
        flat = 2 * plane[block] @ plane.T - np.einsum("nk,nk->n", plane, plane)
        scores = {
            "dot": dot,
            "cosine": dot / np.maximum(length, 1e-12),
            "euclidean": 2 * dot - length**2,
            "centred": (dot - with_mean - with_mean[block][:, None] + mean_squared) / centred_length,
            "plane": flat,
        }
        for k in ks:
            part = coordinates[:, :k]
            scores[f"pca{k}"] = (part[block] @ part.T) / np.maximum(part_length[k], 1e-12)
        for name, score in scores.items():
            found.setdefault(name, []).append(_top(score, block))
    return Lists(ids, {name: np.concatenate(parts) for name, parts in found.items()})


def _top(score: Array, own: Ids) -> Ids:
    score[np.arange(len(own)), own] = -np.inf
    top = np.argpartition(score, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
    order = np.argsort(-np.take_along_axis(score, top, axis=1), axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1)


@dataclass(frozen=True)
class Crossed:
    """Every position's row against every token's.

    Attributes:
        tokens: how many words were put at every position.
        still: for each position, the share of them that are the nearest token of their sum with its row: (n_ctx,).
        greatest: the greatest cosine of a position's row with a token's, each with its own mean taken off.
        token: whose it is.
        position: whose it is.
        mean: the mean of that cosine's size over all pairs.
    """

    tokens: int
    still: Array
    greatest: float
    token: int
    position: int
    mean: float


@once
def crossed(tables: Tables) -> Crossed:
    """Every position's row against every token's, a few positions at a time."""
    wte, wpe = tables.wte, tables.wpe
    words = chosen(learned_words(tables), 24)
    scale = 1 / np.maximum(norms(tables), 1e-12)  # (n_vocab,)
    own = (wte[words] @ wte.T) * scale  # (words, n_vocab)
    token_mean, position_mean = wte.mean(axis=1), wpe.mean(axis=1)
    d = tables.n_embd
    token_scale = 1 / np.sqrt(np.maximum(norms(tables) ** 2 - d * token_mean**2, 1e-12))
    position_scale = 1 / np.sqrt(np.maximum(geometry.norms(wpe) ** 2 - d * position_mean**2, 1e-12))
    still = np.empty(tables.n_ctx)
    best = (-1.0, 0, 0)
    total = 0.0
    for start in range(0, tables.n_ctx, 32):
        at = slice(start, start + 32)
        dot = wpe[at] @ wte.T  # (b, n_vocab)
        angle = (dot - d * position_mean[at, None] * token_mean) * token_scale * position_scale[at, None]
        place = int(np.argmax(angle))
        position, token = divmod(place, tables.n_vocab)
        best = max(best, (float(angle[position, token]), token, start + position))
        total += float(np.abs(angle, out=angle).sum(dtype=np.float64))
        dot *= scale
        hits = [np.argmax(dot + mine, axis=1) == word for word, mine in zip(words, own, strict=True)]
        still[at] = np.mean(hits, axis=0)
    return Crossed(len(words), still, *best, total / (tables.n_ctx * tables.n_vocab))


def spearman(values: Array) -> float:
    """Rank correlation of ``values`` (n,) with their order 0 … n - 1."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float64)
    return float(np.corrcoef(ranks, np.arange(len(values)))[0, 1])


def listed(words: Sequence[str]) -> str:
    """Words as one reads them: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
