"""Claims of the page "The lookup table"."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from scripts.claims import measures, published
from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, claim, graded

if TYPE_CHECKING:
    from scripts.tables import Tables

SENTENCES = (
    "The fluffy cat sat on the mat.",
    "My dog likes the fluffy cat.",
    "The dog saw the cat, and the cat saw the dog.",
    "Is it a cat?",
)


@claim(source=BRIEF, models=GPT2_ONLY, needs=("tokenizer",))
def table_is_a_dictionary(tables: Tables) -> Finding:
    """The table is a giant dictionary: 50,257 tokens, with 768 numbers for each.

    Holds if the table's shape is (50257, 768) and no two tokens share an ID.
    """
    tokens = len(set(published.token_bytes(tables)))
    return Finding(
        graded(tables.wte.shape == (50257, 768) and tokens == tables.n_vocab),
        f"The table has {tables.n_vocab:,} rows of {tables.n_embd:,} numbers, {tables.wte.nbytes / 1e6:.1f} MB in float32, "
        f"for {tokens:,} different tokens.",
        {"rows": f"{tables.n_vocab:,}", "megabytes": f"{tables.wte.nbytes / 1e6:.1f}"},
    )


@claim()
def one_hot_product_is_the_row(tables: Tables) -> Finding:
    """Looking a token up is the same as multiplying a one-hot vector by the table: the product is the row, bit for bit.

    Holds if the product equals the row in every bit for 16 tokens over the whole ID range; partly if within 1e-6.
    """
    ids = np.linspace(0, tables.n_vocab - 1, 16).astype(np.int64)
    one_hot = np.zeros((len(ids), tables.n_vocab), np.float32)
    one_hot[np.arange(len(ids)), ids] = 1
    product, rows = one_hot @ tables.wte, tables.wte[ids]
    equal = int(np.all(product == rows, axis=1).sum())
    furthest = float(np.abs(product - rows).max())
    return Finding(
        graded(equal == len(ids), furthest <= 1e-6),
        f"{equal} of {len(ids)} products equal their rows; the greatest difference is {furthest:g}.",
        {"equal": f"{equal}", "of": f"{len(ids)}"},
    )


@claim(source=BRIEF)
def same_row_in_every_sentence(tables: Tables) -> Finding:
    """The same token has the same vector in every sentence.

    Holds if all rows that “ cat” gets in four different sentences are equal in every bit.
    """
    cat = measures.row_id(tables, "cat")
    found = [
        tables.wte[token].tobytes()
        for sentence in SENTENCES
        for token in tables.encoding.encode_ordinary(sentence)
        if token == cat
    ]
    return Finding(
        graded(len(found) >= len(SENTENCES) and len(set(found)) == 1),
        f"Token {cat} stands {len(found)} times in {len(SENTENCES)} sentences; the number of different rows is "
        f"{len(set(found))}.",
        {"times": f"{len(found)}", "rows": f"{len(set(found))}"},
    )


@claim(source=BRIEF)
def table_is_fixed(tables: Tables) -> Finding:
    """After training the table is fixed: what is read here is what was saved then.

    Holds if the sha256 of the table in memory is the one under which it is known.
    """
    sha256 = hashlib.sha256(np.ascontiguousarray(tables.wte, "<f4").data).hexdigest()
    known = tables.provenance.wte_sha256
    same = "the one" if sha256 == known else "not the one"
    return Finding(
        graded(sha256 == known),
        f"The sha256 of its {tables.wte.nbytes:,} bytes begins with {sha256[:8]} and is {same} known for the table of "
        f"{tables.provenance.name}.",
        {"sha256": sha256},
    )


@claim()
def no_two_rows_are_equal(tables: Tables) -> Finding:
    """No two tokens have the same row.

    Holds if all rows differ in at least one bit; partly if fewer than one in 1,000 has a double.
    """
    different = len({hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in tables.wte})
    doubles = tables.n_vocab - different
    return Finding(
        graded(doubles == 0, doubles < tables.n_vocab / 1000),
        f"{different:,} different rows for {tables.n_vocab:,} tokens.",
        {"different": f"{different:,}"},
    )
