"""Claims of the page "Words it never learned"."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from scripts import geometry, words
from scripts.claims import measures, published
from scripts.claims.claim import GPT2_ONLY, Finding, Source, claim, from_facts, graded, measured
from scripts.claims.measures import Ids
from scripts.claims.once import once
from scripts.geometry import Array

if TYPE_CHECKING:
    from scripts.tables import Tables

GLITCH = Source(
    "often said of the token that Rumbelow and Watkins found in 2023",
    "published",
    "https://alignmentforum.org/posts/aPeJE8bSo6rAFoLqg",
)
LOW = 0.01  # an indicator that only rows without any training have
NEVER = range(0xF5, 0x100)


@once
def _never_ids(tables: Tables) -> Ids:
    """IDs of the tokens of the bytes 0xF5 to 0xFF."""
    return np.array([tables.encoding.encode_single_token(bytes([byte])) for byte in NEVER])


@claim(needs=("tokenizer",))
def eleven_bytes_are_in_no_text(tables: Tables) -> Finding:
    """The bytes 0xF5 to 0xFF occur in no text, and yet each is a token with a row.

    Holds if none of them occurs in the UTF-8 of any Unicode character, and each is one token.
    """
    used = set().union(*(chr(point).encode("utf-8", "surrogatepass") for point in range(sys.maxunicode + 1)))
    ids = _never_ids(tables)
    never = sorted(set(range(256)) - used)
    return Finding(
        graded(set(NEVER) <= set(never) and len(ids) == len(NEVER)),
        f"Of 256 bytes {len(never)} occur in no character, among them {len(set(NEVER) & set(never))} of these {len(NEVER)}. "
        f"Their IDs are {ids.min()} to {ids.max()}.",
        {"never": f"{len(never)}", "first": f"{ids.min()}", "last": f"{ids.max()}"},
    )


@once
def _indicator(tables: Tables) -> Array:
    """1 - cosine with the mean row of the bytes that no text has; for those themselves, of the ten others: (n_vocab,)."""
    ids = _never_ids(tables)
    rows = np.asarray(tables.wte[ids], np.float64)
    total = rows.sum(axis=0)
    lengths = geometry.exact_norms(tables.wte)
    dots = geometry.products(tables.wte, total[None])[:, 0]
    indicator = 1 - dots / np.maximum(lengths * np.linalg.norm(total), 1e-12)
    others = total - rows
    indicator[ids] = 1 - np.einsum("nd,nd->n", rows, others) / np.maximum(
        lengths[ids] * np.linalg.norm(others, axis=1), 1e-12
    )
    return indicator


@claim(needs=("tokenizer", "wte"))
def unused_rows_look_alike(tables: Tables) -> Finding:
    """Rows that training never taught look alike, so they can be found from the table alone.

    For each of the 11 bytes that no text has, 1 - cosine with the mean row of the ten others. Holds if the greatest is below a
    tenth of the least of the words that this site is about; partly if it is below that least itself.
    """
    indicator, ids = _indicator(tables), _never_ids(tables)
    greatest, least = float(indicator[ids].max()), float(indicator[words.ids(tables)].min())
    alike = int((indicator < least / 10).sum())
    return Finding(
        graded(greatest < least / 10, greatest < least),
        f"Theirs is at most {greatest:.4f}; that of the {len(words.WORDS)} words is at least {least:.3f}. {alike:,} of "
        f"{tables.n_vocab:,} rows lie below a tenth of that.",
        {"greatest": f"{greatest:.4f}", "least": f"{least:.3f}", "alike": f"{alike:,}"},
    )


@claim(needs=("tokenizer", "wte"))
def unlearned_row_is_zero(tables: Tables) -> Finding:
    """A row that was never learned is empty: all zeros.

    Holds if the rows of the 11 bytes that no text has are shorter than a thousandth of the median row; partly if shorter than
    a tenth.
    """
    lengths = measures.norms(tables)
    median = float(np.median(lengths))
    never = lengths[_never_ids(tables)]
    return Finding(
        graded(bool(never.max() < median / 1000), bool(never.max() < median / 10)),
        f"They are {never.min():.2f} to {never.max():.2f} long; the median row is {median:.2f}.",
        {"shortest": f"{never.min():.2f}", "longest": f"{never.max():.2f}", "median": f"{median:.2f}"},
    )


@claim(source=measured("untrained"), models=GPT2_ONLY, needs=("wte",))
def indicator_is_as_published(tables: Tables) -> Finding:
    """The published list of GPT-2's untrained tokens is right: `1 - cosine` with the mean of rows 177 to 187 is as published.

    Holds if all published values agree, each to 0.2 %, the mean and deviation of the vocabulary to the digits published;
    partly if 9 in 10 do.
    """
    results = [
        published.check(fact, tables, {}) for fact in published.facts() if fact.group == "untrained rows"
    ]
    agree = sum(result.verdict == "holds" for result in results)
    indicator = published.untrained_indicator(tables)
    return Finding(
        graded(agree == len(results), agree >= 0.9 * len(results)),
        f"{agree} of {len(results)} values agree. Over the vocabulary the indicator is {indicator.mean():.3f} ± "
        f"{indicator.std():.3f}; {int((indicator < LOW).sum())} rows are below {LOW}.",
        {"agree": f"{agree}", "of": f"{len(results)}", "below": f"{int((indicator < LOW).sum())}"},
    )


@claim(source=GLITCH, models=GPT2_ONLY)
def magikarp_was_never_learned(tables: Tables) -> Finding:
    """The famous glitch token “ SolidGoldMagikarp” was never learned.

    Holds if its indicator (1 - cosine with the mean of rows 177 to 187) is below 0.05, where the published untrained tokens
    are; partly if it is among the lowest hundredth of the vocabulary.
    """
    token = tables.encoding.encode_single_token(" SolidGoldMagikarp")
    indicator = published.untrained_indicator(tables)
    place = float(np.mean(indicator < indicator[token]))
    return Finding(
        graded(bool(indicator[token] < 0.05), place < 0.01),
        f"It is token {token}, its indicator {indicator[token]:.4f}; {place:.2%} of all tokens have a lower one.",
        {"id": f"{token}", "indicator": f"{indicator[token]:.4f}", "place": f"{place:.2%}"},
    )


@claim(source=from_facts("Ya9LzwEbfaAMY8ABo"), models=GPT2_ONLY)
def glitch_tokens_are_nearest_the_centroid(tables: Tables) -> Finding:
    """In GPT-2 small the tokens nearest the centroid are the glitch tokens.

    The 20 rows nearest to the mean of all rows, by distance. A glitch token is one whose indicator (see above) is among the
    lowest hundredth of the vocabulary. Holds if at least 15 of the 20 are; partly if at least 5.
    """
    centre = measures.spectrum(tables).mean.astype(np.float32)
    near = geometry.nearest(tables.wte, centre, 20, "euclidean", row_norms=measures.norms(tables)).ids
    indicator = published.untrained_indicator(tables)
    glitch = indicator[near] < np.quantile(indicator, 0.01)
    count = int(glitch.sum())
    return Finding(
        graded(count >= 15, count >= 5),
        f"{count} of 20 are. The nearest five are "
        + measures.listed([measures.shown(tables, int(i)) for i in near[:5]])
        + ".",
        {"count": f"{count}"},
    )
