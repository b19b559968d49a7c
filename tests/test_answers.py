"""The folded answers under the questions of each page: what can be computed of them is asserted here, on TinyGPT.

Every question has either a test, named by the question, or a place among those that are argued and not computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest

from scripts import geometry
from scripts.paths import DOCS
from scripts.tables import Tables
from scripts.tables.tiny import model, snapshots, training
from scripts.words import word_tokens

QUESTION = re.compile(r'^\?\?\? question "(.+)"$', re.MULTILINE)
ANSWERED: dict[str, str] = {}
Test = TypeVar("Test", bound=Callable[..., None])

#: Their answers are reasons, not results: nothing of them could come out otherwise.
ARGUED = {
    "A demo shows king − man + woman = queen. Which two things do you ask?",
    "Why not put the position into extra columns, instead of adding it?",
    "Would it be quicker to write the rows by hand, with a column for “animal” and one for “royal”?",
    "Could a single token be added to the vocabulary by hand?",
    "Would the model be better without these rows?",
    "Does adding the two rows mix them up for good?",
}


def answers(question: str) -> Callable[[Test], Test]:
    def registered(test: Test) -> Test:
        ANSWERED[question] = test.__name__
        return test

    return registered


def asked() -> set[str]:
    return {question for page in DOCS.glob("*.md") for question in QUESTION.findall(page.read_text("utf-8"))}


def test_every_question_has_a_test_or_is_argued_and_none_is_left_over() -> None:
    assert asked() == set(ANSWERED) | ARGUED
    assert not set(ANSWERED) & ARGUED


def row(tables: Tables, text: str) -> geometry.Array:
    return np.asarray(tables.wte[tables.encoding.encode_single_token(text)], np.float64)


@answers("The table has one row for each token. Does the word “cat” have exactly one row?")
def test_a_word_has_several_rows(tiny: Tables) -> None:
    assert not np.array_equal(row(tiny, " cat"), row(tiny, "Cat"))
    assert len(tiny.encoding.encode(" thermodynamics")) > 1


@answers("Does the row of “ cat” change when the sentence around it changes?")
def test_a_row_is_the_same_in_every_sentence(tiny: Tables) -> None:
    cat = tiny.encoding.encode_single_token(" cat")
    rows = [
        tiny.wte[tokens[tokens.index(cat)]]
        for tokens in map(tiny.encoding.encode, ("The fluffy cat sat", "My dog and a cat", "a cat"))
    ]
    assert all(np.array_equal(rows[0], other) for other in rows)


@answers("Is a longer text always more tokens?")
def test_a_longer_text_can_have_fewer_tokens(tiny: Tables) -> None:
    assert len(tiny.encoding.encode(" princesses")) < len(tiny.encoding.encode("🐈"))


@answers("Do two texts with the same tokens have to be the same text?")
def test_tokens_determine_the_text_but_a_text_has_several_ways_to_be_written(tiny: Tables) -> None:
    text = " cat"
    tokens = tiny.encoding.encode(text)
    pieces = [tiny.encoding.encode_single_token(bytes([byte])) for byte in text.encode()]
    assert tokens != pieces
    assert tiny.encoding.decode(tokens) == tiny.encoding.decode(pieces) == text


@answers("A table twice as wide: how many more bytes, and how many more rows?")
def test_a_wider_table_has_more_bytes_and_the_same_rows(tiny: Tables) -> None:
    wider = np.hstack([tiny.wte, tiny.wte])
    assert wider.nbytes == 2 * tiny.wte.nbytes
    assert len(wider) == len(tiny.wte)


@answers("Why does `wte` have a row for tokens such as `'\\n'` or a single byte?")
def test_every_text_has_tokens_and_every_token_a_row(tiny: Tables) -> None:
    every_byte = [tiny.encoding.encode_single_token(bytes([byte])) for byte in range(256)]
    assert max(every_byte) < len(tiny.wte)
    assert tiny.encoding.decode(tiny.encoding.encode("\n")) == "\n"


@answers("Two rows have cosine 1. Are they equal?")
def test_rows_with_cosine_1_can_differ() -> None:
    assert geometry.cosine(np.array([[3.0, 4.0]]), np.array([[6.0, 8.0]])) == pytest.approx(1)


@answers("A cosine of 0.3 between two words: are they related?")
def test_a_cosine_means_nothing_without_what_chance_gives(tiny: Tables) -> None:
    words = tiny.wte[word_tokens(tiny)]
    leaning = words + 3 * np.linalg.norm(words, axis=1).mean() * np.eye(tiny.n_embd, dtype=np.float32)[0]
    assert np.median(geometry.cosine(leaning, leaning)) > 0.3, "a table that leans: 0.3 is less than chance"
    assert np.median(geometry.cosine(words, words)) < 0.3, "a table that does not: 0.3 is more"


@answers("The sum is nearer to king than to queen. Can another measure turn this round?")
def test_no_step_leads_from_king_to_king(tiny: Tables) -> None:
    steps = np.asarray(tiny.wte, np.float64) - row(tiny, " king")
    score = geometry.scores(steps, row(tiny, " woman") - row(tiny, " man"))
    king, queen = (tiny.encoding.encode_single_token(word) for word in (" king", " queen"))
    assert score[king] == 0
    assert score[queen] > score[king]


@answers("Is the distance from the sum to woman also known before you compute it?")
def test_the_sum_is_as_far_from_woman_as_king_is_from_man(tiny: Tables) -> None:
    king, man, woman = (row(tiny, word) for word in (" king", " man", " woman"))
    assert np.linalg.norm(king - man + woman - woman) == pytest.approx(np.linalg.norm(king - man))


@answers(
    "One hundred directions are drawn at random, and the best of them separates nearly all of a handful of pairs. "
    "Is it the plural?"
)
def test_the_best_of_many_random_directions_separates_a_handful_of_pairs(tiny: Tables) -> None:
    pairs = [("cat", "cats"), ("dog", "dogs"), ("book", "books"), ("bird", "birds"), ("king", "kings")]
    steps = np.array([row(tiny, f" {many}") - row(tiny, f" {one}") for one, many in pairs])
    directions = np.random.default_rng(0).standard_normal((100, tiny.n_embd))
    right = (steps @ directions.T > 0).sum(axis=0)
    assert right.max() >= len(pairs) - 1
    assert right.mean() < 0.75 * len(pairs)


@answers("Before the first step, how large is the loss of a model with a vocabulary of n tokens?")
def test_the_first_loss_is_the_logarithm_of_the_vocabulary(tiny: Tables) -> None:
    assert snapshots().loss[0] == pytest.approx(np.log(tiny.n_vocab), rel=0.02)


@answers("Why do the rows of cat and dog not become equal?")
def test_cats_purr_and_dogs_bark() -> None:
    from scripts.tables.tiny import grammar

    text = " ".join(grammar.sentences(training.RECIPE.seed, 5000)).lower()
    assert re.search(r"\bcats? purr", text)
    assert re.search(r"\bdogs? bark", text)
    assert not re.search(r"\bcats? bark", text)


@answers("Does a step on “The fluffy cat” change the row of “dog”?")
def test_a_step_reaches_dog_through_the_output_only(tiny: Tables) -> None:
    recipe = training.RECIPE
    start = model.initial_parameters(recipe.seed, tiny.n_vocab, tiny.n_ctx, tiny.n_embd, 1)
    tokens = np.array([tiny.encoding.encode("The fluffy cat")])
    _, gradients = model.loss_and_gradients(start, tokens[:, :-1], tokens[:, 1:])
    dog = gradients["wte.weight"][tiny.encoding.encode_single_token(" dog")]
    assert np.any(dog != 0), "as a candidate it was scored, so it is pushed"
    assert np.linalg.norm(dog) < np.linalg.norm(
        gradients["wte.weight"][tiny.encoding.encode_single_token(" cat")]
    )


@answers("After training with the renamed words, which word is nearest to zib?")
def test_renamed_words_get_the_same_rows(built: object) -> None:
    from scripts.programs import Program
    from tests.conftest import Project

    assert isinstance(built, Project)
    program = Program(built.root / "snippets" / "learning" / "change_seed.py")
    printed = (built.root / "docs" / "generated" / "programs" / f"{program.name}.txt").read_text("utf-8")
    assert "zob" in printed
    assert "zib" in program.text


@answers("Why can the model not simply count the tokens?")
def test_attention_without_positions_treats_its_input_as_a_set() -> None:
    rng = np.random.default_rng(0)
    x, q, k, v = rng.standard_normal((5, 8)), *rng.standard_normal((3, 8, 8))

    def attention(rows: geometry.Array) -> geometry.Array:
        weight = np.exp(rows @ q @ (rows @ k).T)
        out: geometry.Array = (weight / weight.sum(axis=1, keepdims=True)) @ (rows @ v)
        return out

    order = rng.permutation(5)
    assert np.allclose(attention(x)[order], attention(x[order]))


@answers("“dog bites man”: which of the three tokens gets the same vector as in “man bites dog”?")
@answers("The same word stands twice in a sentence. Are its two inputs the same?")
def test_the_input_depends_on_token_and_place(tiny: Tables) -> None:
    dog, bites, man = (tiny.encoding.encode_single_token(word) for word in (" dog", " bites", " man"))
    x = tiny.wte[[dog, bites, man]] + tiny.wpe[:3]
    y = tiny.wte[[man, bites, dog]] + tiny.wpe[:3]
    assert [np.array_equal(a, b) for a, b in zip(x, y, strict=True)] == [False, True, False]
    assert np.allclose(y[2] - x[0], tiny.wpe[2] - tiny.wpe[0], atol=1e-6)


@answers("Could two different tokens at different places give the same x?")
def test_no_two_tokens_at_two_places_give_the_same_sum(tiny: Tables) -> None:
    words = word_tokens(tiny)
    sums = (tiny.wte[words][:, None] + tiny.wpe[None]).reshape(-1, tiny.n_embd)
    assert len(np.unique(sums, axis=0)) == len(sums)


@answers("The row of an unused token was pushed about for the whole of training. Was it trained, then?")
@answers("Would the rows stay random if the output had a table of its own?")
def test_unused_rows_move_through_the_tied_output_and_not_through_the_input(tiny: Tables) -> None:
    kept = snapshots()
    unused = tiny.encoding.encode_single_token(b"\xff")
    assert np.linalg.norm(kept.wte[-1][unused] - kept.wte[0][unused]) > 0.1, "tied: it was pushed"
    one_hot = np.zeros((1, tiny.n_vocab))
    one_hot[0, tiny.encoding.encode_single_token(" cat")] = 1
    pushed = one_hot.T @ np.ones(
        (1, tiny.n_embd)
    )  # the gradient through the input: zero wherever nothing was looked up
    assert not pushed[unused].any()
