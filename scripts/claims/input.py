"""Claims of the page "What the model receives"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scripts import geometry
from scripts.claims import measures, published
from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, Source, claim, graded

if TYPE_CHECKING:
    from scripts.tables import Tables

#: The paper of 2019 says 117 million; the repository's README says that the paper's counts were wrong, and calls the model 124M.
COUNTS = Source(
    "OpenAI's repository, where the model is called 124M; the share is this project's",
    "published",
    "https://github.com/openai/gpt-2/blob/master/DEVELOPERS.md",
)
#: Layers and width of GPT-2's four sizes: table 2 of the paper, and each model's config.json.
SIZES = {"small": (12, 768), "medium": (24, 1024), "large": (36, 1280), "XL": (48, 1600)}


def parameters(n_layer: int, n_embd: int, n_vocab: int, n_ctx: int) -> int:
    """How many numbers a model of GPT-2's kind is made of; the output is tied to ``wte`` and has none of its own."""
    block = 12 * n_embd * n_embd + 13 * n_embd  # attention 4 d² + 4 d, MLP 8 d² + 5 d, two LayerNorms 4 d
    return (n_vocab + n_ctx) * n_embd + n_layer * block + 2 * n_embd


@claim(needs=("tokenizer", "wte", "wpe"))
def difference_is_the_positions(tables: Tables) -> Finding:
    """The same token at two positions differs, up to rounding, by the difference of the positions: `x(t, p1) - x(t, p2) = wpe[p1] - wpe[p2]`.

    For 5,000 random tokens, each at two random positions. Holds if no number is further off than the rounding of float32 sums
    allows, four times 2⁻²⁴ of the largest number involved; partly if none by more than a hundred times that.
    """
    random = np.random.default_rng(0)
    tokens = random.integers(tables.n_vocab, size=5000)
    one, other = random.integers(tables.n_ctx, size=(2, 5000))
    wte, first, second = tables.wte[tokens], tables.wpe[one], tables.wpe[other]
    difference = (wte + first) - (wte + second)
    off = float(np.abs(difference - (first - second)).max())
    largest = float(max(np.abs(wte + first).max(), np.abs(wte + second).max()))
    allowed = 4 * 2.0**-24 * largest
    return Finding(
        graded(off <= allowed, off <= 100 * allowed),
        f"Over {len(tokens):,} tokens and {difference.size:,} numbers the greatest difference is {off:.1e}; rounding allows "
        f"{allowed:.1e}.",
        {"tokens": f"{len(tokens):,}", "off": f"{off:.1e}"},
    )


@claim(
    source=Source("printed by others from the published file", "published"),
    models=GPT2_ONLY,
    needs=("tokenizer", "wte", "wpe"),
)
def how_are_adds_up(tables: Tables) -> Finding:
    """What GPT-2 receives for “How are” is `wte[2437] + wpe[0]` and `wte[389] + wpe[1]`, with the numbers that others printed.

    Holds if the IDs and all published numbers of the rows and of their sums agree to 0.0001.
    """
    results = [
        published.check(fact, tables, {})
        for fact in published.facts()
        if fact.group == "input of the first block"
    ]
    agree = sum(result.verdict == "holds" for result in results)
    return Finding(
        graded(agree == len(results), agree > len(results) / 2),
        f"{agree} of {len(results)} published lists agree: the IDs, the ends of both rows of each token, and of their sums.",
        {"agree": f"{agree}", "of": f"{len(results)}"},
    )


@claim(needs=("tokenizer", "wte", "wpe"))
def sum_still_is_the_word(tables: Tables) -> Finding:
    """The position does not hide the word: at every position, the row nearest to the sum is still the word's own.

    24 random learned words at every position, by cosine over the whole vocabulary. Holds if the nearest is the word in at least 99 % of
    the cases; partly in half of them.
    """
    found = measures.crossed(tables)
    share = float(found.still.mean())
    worst = int(found.still.argmin())
    return Finding(
        graded(share >= 0.99, share >= 0.5),
        f"It is in {share:.1%} of {found.tokens * tables.n_ctx:,} cases; at {int((found.still == 1).sum()):,} of {tables.n_ctx:,} "
        f"positions for all {found.tokens} words. The worst is position {worst}, with {found.still[worst]:.0%}.",
        {"share": f"{share:.1%}", "worst": f"{worst}", "at worst": f"{found.still[worst]:.0%}"},
    )


@claim(needs=("tokenizer", "wte", "wpe"))
def word_outweighs_position(tables: Tables) -> Finding:
    """In the sum the word outweighs the position: its row is the longer one.

    Holds if the median length of a learned word's row is more than that of a position's, and the word's is the longer in at least three
    quarters of random pairs; partly if in half of them.
    """
    random = np.random.default_rng(0)
    words = measures.norms(tables)[measures.learned_words(tables)]
    positions = geometry.norms(tables.wpe)
    longer = float(np.mean(random.choice(words, 20_000) > random.choice(positions, 20_000)))
    medians = float(np.median(words)), float(np.median(positions))
    return Finding(
        graded(medians[0] > medians[1] and longer >= 0.75, longer >= 0.5),
        f"The median length is {medians[0]:.2f} for words and {medians[1]:.2f} for positions; the word's is the longer in "
        f"{longer:.0%} of random pairs.",
        {"word": f"{medians[0]:.2f}", "position": f"{medians[1]:.2f}", "longer": f"{longer:.0%}"},
    )


@claim(needs=("tokenizer", "wte", "wpe"))
def first_position_disturbs_most(tables: Tables) -> Finding:
    """The first position turns a word's row further away than any other position does.

    The mean angle between a word's row and its sum with a position's, over 300 learned words. Holds if it is greatest at position 0;
    partly if position 0 is among the ten greatest.
    """
    words = measures.chosen(measures.learned_words(tables), 300)
    rows, positions = (np.asarray(table, np.float64) for table in (tables.wte[words], tables.wpe))
    dots = rows @ positions.T  # (words, n_ctx)
    row, position = np.einsum("nd,nd->n", rows, rows), np.einsum("nd,nd->n", positions, positions)
    sums = np.sqrt(np.maximum(row[:, None] + 2 * dots + position, 1e-12))
    cosines = (row[:, None] + dots) / (np.sqrt(row)[:, None] * sums)
    angles = np.degrees(np.arccos(np.clip(cosines, -1, 1))).mean(axis=0)  # (n_ctx,)
    place = int(np.count_nonzero(angles > angles[0])) + 1
    return Finding(
        graded(place == 1, place <= 10),
        f"Position 0 turns it by {angles[0]:.0f}° on average, the median position by {np.median(angles):.0f}°; position "
        f"{int(angles.argmax())} turns it most, by {angles.max():.0f}°.",
        {"first": f"{angles[0]:.0f}", "median": f"{np.median(angles):.0f}"},
    )


@claim(source=COUNTS, models=GPT2_ONLY, needs=())
def table_is_a_third_of_the_model(tables: Tables) -> Finding:
    """Of GPT-2 small's 124 million parameters, nearly a third are the token table.

    Counted from the published layers and widths. Holds if there are 124 million to the million, and the table has between 30 %
    and a third of them; partly if it has a quarter.
    """
    total = parameters(*SIZES["small"], tables.n_vocab, tables.n_ctx)
    share = tables.wte.size / total
    return Finding(
        graded(round(total / 1e6) == 124 and 0.3 <= share <= 1 / 3, share >= 0.25),
        f"The model has {total:,} parameters, the table {tables.wte.size:,}: {share:.1%}.",
        {"parameters": f"{total:,}", "share": f"{share:.1%}"},
    )


@claim(source=BRIEF, models=GPT2_ONLY, needs=())
def larger_models_have_wider_rows(tables: Tables) -> Finding:
    """The larger the model, the wider its table, and the smaller the table's share of the model.

    GPT-2's four published sizes. Holds if width grows and share falls from each to the next.
    """
    widths = [width for _, width in SIZES.values()]
    shares = [
        tables.n_vocab * width / parameters(layers, width, tables.n_vocab, tables.n_ctx)
        for layers, width in SIZES.values()
    ]
    grows, falls = sorted(set(widths)) == widths, sorted(set(shares), reverse=True) == shares
    return Finding(
        graded(grows and falls, grows or falls),
        "; ".join(
            f"{name}: {width:,} wide, {share:.1%} of its parameters"
            for name, width, share in zip(SIZES, widths, shares, strict=True)
        )
        + ".",
        {name: f"{share:.1%}" for name, share in zip(SIZES, shares, strict=True)},
    )
