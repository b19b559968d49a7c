"""Claims of the page "What is an embedding?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, claim, graded

if TYPE_CHECKING:
    from scripts.tables import Tables


@claim(source=BRIEF, needs=("tokenizer",))
def one_row_a_token(tables: Tables) -> Finding:
    """Every token has one row of its own in the table, and every row belongs to one token.

    Holds if the tokenizer has as many IDs as the table has rows, and each ID is that of one token.
    """
    tokens = tables.encoding.n_vocab
    different = len({tables.encoding.decode_single_token_bytes(i) for i in range(tokens)})
    return Finding(
        graded(tokens == tables.n_vocab == different),
        f"The tokenizer has {tokens:,} IDs for {different:,} different tokens; the table has {tables.n_vocab:,} rows.",
        {"tokens": f"{tokens:,}", "rows": f"{tables.n_vocab:,}"},
    )


@claim(source=BRIEF, models=GPT2_ONLY, needs=())
def list_of_768(tables: Tables) -> Finding:
    """An embedding is a list of numbers; in GPT-2 small, of 768.

    Holds if a row of the table has exactly 768 numbers.
    """
    return Finding(
        graded(tables.n_embd == 768),
        f"A row has {tables.n_embd} numbers of type {tables.wte.dtype}.",
        {"n_embd": f"{tables.n_embd}"},
    )


@claim()
def hardly_a_zero(tables: Tables) -> Finding:
    """An embedding is not a checklist: hardly any of its numbers is zero.

    Holds if fewer than one number in 10,000 of the whole table is exactly 0; partly if fewer than one in 100.
    """
    zeros = tables.wte.size - int(np.count_nonzero(tables.wte))
    share = zeros / tables.wte.size
    return Finding(
        graded(share < 1e-4, share < 1e-2),
        f"Of the {tables.wte.size:,} numbers of the table, {zeros:,} are exactly 0.",
        {"zeros": f"{zeros:,}"},
    )
