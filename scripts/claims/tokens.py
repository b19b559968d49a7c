"""Claims of the page "From text to token IDs"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from scripts import words
from scripts.claims import measures, published
from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, Source, claim, graded

if TYPE_CHECKING:
    from scripts.tables import Tables

SITES = Source("sites that explain embeddings with an invented ID", "published")


def _id_of_cat(tables: Tables, said: int) -> Finding:
    spellings = (" cat", "cat", " Cat", "Cat", " CAT", "CAT")
    real = {
        text: tables.encoding.encode_single_token(text)
        for text in spellings
        if measures.is_single(tables, text)
    }
    listed = measures.listed([f"`{text!r}` is {token}" for text, token in real.items()])
    return Finding(
        graded(said in real.values()),
        f"Token {said} is {measures.shown(tables, said)}; {listed}.",
        {"is": published.text_of(tables, said)} | {repr(text): f"{token}" for text, token in real.items()},
    )


@claim(source=SITES, models=GPT2_ONLY, needs=("tokenizer",))
def cat_is_5842(tables: Tables) -> Finding:
    """The token ID of “cat” is 5842.

    Holds if 5842 is the ID of cat in any spelling that is one token: with or without the space, with capitals.
    """
    return _id_of_cat(tables, 5842)


@claim(source=SITES, models=GPT2_ONLY, needs=("tokenizer",))
def cat_is_9827(tables: Tables) -> Finding:
    """The token ID of “cat” is 9827.

    Holds if 9827 is the ID of cat in any spelling that is one token: with or without the space, with capitals.
    """
    return _id_of_cat(tables, 9827)


@claim(source=BRIEF)
def ids_are_names(tables: Tables) -> Finding:
    """IDs are names: tokens with consecutive IDs are not neighbours in meaning.

    The mean cosine similarity of learned words with consecutive IDs is placed on a scale from two random ones (0 %) to a
    token and its nearest (100 %). Holds below 10 %, partly below 30 %.
    """
    ids = measures.learned_words(tables)
    first = measures.chosen(ids[:-1][np.diff(ids) == 1], 5000)
    consecutive = float(measures.pairwise(tables, first, first + 1).mean())
    chance = float(measures.background(tables).mean())
    lists = measures.lists(tables)
    nearest = float(measures.pairwise(tables, lists.ids, lists.nearest["cosine"][:, 0]).mean())
    place = (consecutive - chance) / (nearest - chance)
    return Finding(
        graded(place < 0.1, place < 0.3),
        f"Mean cosine: {chance:.3f} for random words, {consecutive:.3f} for {len(first):,} pairs with consecutive IDs, "
        f"{nearest:.3f} for a token and its nearest. So consecutive IDs are at {place:.0%} of that scale.",
        {"place": f"{place:.0%}", "consecutive": f"{consecutive:.3f}", "nearest": f"{nearest:.3f}"},
    )


@claim(needs=("tokenizer",))
def word_is_a_token(tables: Tables) -> Finding:
    """A word is a token.

    Of the words this site is about, written with a space before, at the start of a text, and with a capital: holds
    if all are one token, partly if more than half are.
    """
    spellings = {
        "with a space before": [f" {word}" for word in words.WORDS],
        "at the start": list(words.WORDS),
        "with a capital at the start": [word.capitalize() for word in words.WORDS],
    }
    single = {
        name: sum(measures.is_single(tables, text) for text in texts) for name, texts in spellings.items()
    }
    share = sum(single.values()) / (len(single) * len(words.WORDS))
    split = next((text for text in spellings["at the start"] if not measures.is_single(tables, text)), None)
    pieces = [measures.shown(tables, i) for i in tables.encoding.encode_ordinary(split)] if split else []
    example = f" `{split!r}` is cut into {measures.listed(pieces)}." if split else ""
    return Finding(
        graded(share == 1, share > 0.5),
        f"Of {len(words.WORDS)} words, these are one token: "
        + measures.listed([f"{count} {name}" for name, count in single.items()])
        + f".{example}",
        {name: f"{count}" for name, count in single.items()},
    )


@claim()
def spellings_are_different_rows(tables: Tables) -> Finding:
    """“ cat”, “cat” and “Cat” are different tokens, so they have different rows.

    Holds if the three texts begin with different token IDs whose rows differ.
    """
    first = {text: tables.encoding.encode_ordinary(text)[0] for text in (" cat", "cat", "Cat")}
    rows = {tables.wte[token].tobytes() for token in first.values()}
    shown = measures.listed([f"`{text!r}` begins with {token}" for text, token in first.items()])
    return Finding(
        graded(len(rows) == len(first)), f"{shown}; {len(rows)} different rows.", {"rows": f"{len(rows)}"}
    )


@claim()
def spellings_lie_near(tables: Tables) -> Finding:
    """Different spellings of a word lie near each other: with and without its space, with and without its capital.

    Over all learned words of at least three letters that are tokens both ways: holds if the other spelling is among the ten
    nearest rows for more than half of them (200 sampled of each kind), partly if for more than a fifth.
    """
    by_bytes = {data: token for token, data in enumerate(published.token_bytes(tables))}
    ids = [i for i in measures.learned_words(tables) if len(published.token_bytes(tables)[i]) > 3]
    kinds: dict[str, Callable[[bytes], bytes]] = {
        "without its space": bytes.strip,
        "with a capital": bytes.title,
    }
    near = {}
    for kind, other in kinds.items():
        pairs = np.array(
            [
                (i, by_bytes[changed])
                for i in ids
                if (changed := other(published.token_bytes(tables)[i])) in by_bytes
                and changed != published.token_bytes(tables)[i]
            ],
            np.int64,
        ).reshape(-1, 2)
        pairs = pairs[measures.chosen(np.arange(len(pairs)), 200)]
        found = measures.ranks(tables, pairs[:, 1], pairs[:, 0])
        near[kind] = (int((found <= 10).sum()), len(found))
    hits, of = (sum(numbers) for numbers in zip(*near.values(), strict=True))
    share = hits / of if of else 0.0
    return Finding(
        graded(share > 0.5, share > 0.2),
        "The other spelling is among the ten nearest "
        + measures.listed([f"for {hits} of {of} words {kind}" for kind, (hits, of) in near.items()])
        + ".",
        {kind: f"{hits} of {of}" for kind, (hits, of) in near.items()},
    )


@claim(needs=("tokenizer",))
def text_comes_back(tables: Tables) -> Finding:
    """No text is unknown: each of the 256 bytes is a token, so any text has tokens, and the tokens give the text back.

    Holds if all 256 bytes are tokens and 2,000 random texts of any Unicode characters come back unchanged.
    """
    single = {data for data in published.token_bytes(tables) if len(data) == 1}
    random = np.random.default_rng(0)
    points = random.integers(0, 0x110000 - 0x800, size=(2000, 12))
    points += (points >= 0xD800) * 0x800  # no surrogates: they are no characters
    texts = ["".join(map(chr, row)) for row in points]
    back = sum(tables.encoding.decode(tables.encoding.encode_ordinary(text)) == text for text in texts)
    return Finding(
        graded(len(single) == 256 and back == len(texts), len(single) == 256),
        f"{len(single)} bytes are tokens; {back:,} of {len(texts):,} random texts came back unchanged.",
        {"bytes": f"{len(single)}", "texts": f"{back:,}"},
    )


@claim(needs=("tokenizer",))
def tokens_are_merged_from_lower_ids(tables: Tables) -> Finding:
    """An ID says when its token was made: every longer token is two tokens with lower IDs, put together.

    Holds if every token of several bytes can be cut into two tokens whose IDs are lower; partly if 99 in 100 can.
    """
    tokens = published.token_bytes(tables)[:-1]  # the last is the end of text, which is no text
    ids = {data: token for token, data in enumerate(tokens)}
    longer = {data: token for data, token in ids.items() if len(data) > 1}
    never = len(tokens)
    cut = sum(
        any(max(ids.get(data[:at], never), ids.get(data[at:], never)) < token for at in range(1, len(data)))
        for data, token in longer.items()
    )
    return Finding(
        graded(cut == len(longer), cut > 0.99 * len(longer)),
        f"{cut:,} of the {len(longer):,} tokens of several bytes can be cut in this way.",
        {"cut": f"{cut:,}", "longer": f"{len(longer):,}"},
    )


@claim(needs=("tokenizer",))
def most_are_a_space_and_letters(tables: Tables) -> Finding:
    """Most tokens are a whole word, or the start of one, with the space before it.

    Holds if more than half of all tokens are a space and then letters only; partly if more than a third.
    """
    count = len(measures.word_ids(tables))
    share = count / tables.encoding.n_vocab
    return Finding(
        graded(share > 1 / 2, share > 1 / 3),
        f"{count:,} of {tables.encoding.n_vocab:,} tokens, {share:.0%}.",
        {"count": f"{count:,}", "share": f"{share:.0%}"},
    )
