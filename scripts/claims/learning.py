"""Claims of the page "How embeddings are learned": about TinyGPT's training, checked in every build."""

from __future__ import annotations

import json
import math
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scripts import words
from scripts.claims import measures
from scripts.claims.claim import BRIEF, TINY_ONLY, Finding, claim, graded
from scripts.claims.once import once
from scripts.tables import tiny
from scripts.tables.tiny import model, probes, training

if TYPE_CHECKING:
    from scripts.tables import Tables

SENTENCE = "The fluffy cat sat on the mat."
RATE = 0.01  # of the one step of gradient descent
TOGETHER = 0.3  # how much nearer words of one kind have to be for a map
PAIR = (SENTENCE, "The fluffy dog sat on the mat.")


@once
def _snapshots(tables: Tables) -> tiny.Snapshots:
    return tiny.snapshots(tables.files)


@once
def _word_ids(tables: Tables) -> dict[str, int]:
    names = (tables.encoding.decode_single_token_bytes(i) for i in range(tables.n_vocab))
    return {name[1:].decode(): i for i, name in enumerate(names) if name[:1] == b" " and name[1:].isalpha()}


def _ids(tables: Tables, text: str) -> npt.NDArray[np.int64]:
    return np.array([*tables.encoding.encode_ordinary(text), tables.encoding.eot_token])


@claim(models=TINY_ONLY)
def loss_begins_at_guessing(tables: Tables) -> Finding:
    """Before training the model guesses: its loss is the logarithm of the number of tokens.

    Holds if the loss of the first batch is within 2 % of ln(n_vocab); partly within 10 %.
    """
    first, guess = float(_snapshots(tables).loss[0]), math.log(tables.n_vocab)
    return Finding(
        graded(abs(first / guess - 1) <= 0.02, abs(first / guess - 1) <= 0.1),
        f"The first loss is {first:.3f} nats per token; ln({tables.n_vocab:,}) is {guess:.3f}.",
        {"first": f"{first:.3f}", "guess": f"{guess:.3f}"},
    )


@claim(source=BRIEF, models=TINY_ONLY)
def loss_falls(tables: Tables) -> Finding:
    """Training makes the model guess better: the loss falls.

    Holds if the mean loss of the last 100 steps is less than half of that of the first 100, and no tenth of the training has a
    greater mean than the one before; partly if it falls at all.
    """
    loss = _snapshots(tables).loss
    first, last = float(loss[:100].mean()), float(loss[-100:].mean())
    tenths = [float(part.mean()) for part in np.array_split(loss, 10)]
    falling = all(after <= before for before, after in pairwise(tenths))
    return Finding(
        graded(last < first / 2 and falling, last < first),
        f"From {first:.3f} nats per token in the first 100 of {len(loss):,} steps to {last:.3f} in the last 100.",
        {"first": f"{first:.3f}", "last": f"{last:.3f}", "steps": f"{len(loss):,}"},
    )


@claim(models=TINY_ONLY)
def it_beats_counting(tables: Tables) -> Finding:
    """What the model learned is more than which token follows which: it predicts new sentences better than counting pairs does.

    Perplexity, e to the power of the loss, on texts that were not trained on, as measured when the model was made. Holds if it is lower than that of the
    unigram model (counted tokens) and of the bigram model (counted pairs) of the training texts.
    """
    found = json.loads((tables.files / "provenance.json").read_text(encoding="utf-8"))["perplexity"]
    return Finding(
        graded(found["tiny"] < min(found["unigram"], found["bigram"])),
        f"The perplexity is {found['tiny']:.2f}; counting tokens gives {found['unigram']:.2f}, counting pairs {found['bigram']:.2f}.",
        {name: f"{value:.2f}" for name, value in found.items()},
    )


def _map(wte: npt.NDArray[Any], ids: dict[str, int]) -> tuple[float, float]:
    """Mean cosine within and between the groups of words that the site is about."""
    groups = [members for members in words.GROUPS.values() if len(members) >= 4]
    within = [probes.cosine(wte[ids[a]], wte[ids[b]]) for group in groups for a, b in combinations(group, 2)]
    between = [
        probes.cosine(wte[ids[a]], wte[ids[b]])
        for one, other in combinations(groups, 2)
        for a, b in product(one, other)
    ]
    return float(np.mean(within)), float(np.mean(between))


@claim(source=BRIEF, models=TINY_ONLY)
def table_begins_as_noise(tables: Tables) -> Finding:
    """Nobody programs the meanings: the table begins as noise, without any map of meaning.

    Mean cosine of words of one kind and of different kinds, before the first step. Holds if both are within 0.1 of 0; partly
    if they are within 0.1 of each other.
    """
    within, between = _map(_snapshots(tables).wte[0], _word_ids(tables))
    return Finding(
        graded(max(abs(within), abs(between)) < 0.1, abs(within - between) < 0.1),
        f"At step 0 it is {within:.3f} within a kind and {between:.3f} between kinds.",
        {"within": f"{within:.3f}", "between": f"{between:.3f}"},
    )


@claim(source=BRIEF, models=TINY_ONLY)
def map_appears_in_training(tables: Tables) -> Finding:
    """Training alone makes the map: words of one kind come together, and apart from others.

    Holds if, after training, the mean cosine within a kind is at least 0.3 above that between kinds; partly if 0.1.
    """
    snapshots = _snapshots(tables)
    maps = [_map(wte, _word_ids(tables)) for wte in snapshots.wte]
    gaps = [within - between for within, between in maps]
    step = next((int(s) for s, gap in zip(snapshots.steps, gaps, strict=True) if gap >= TOGETHER), None)
    when = (
        f"; it is above {TOGETHER} from step {step:,} on" if step is not None and gaps[-1] >= TOGETHER else ""
    )
    return Finding(
        graded(gaps[-1] >= TOGETHER, gaps[-1] >= 0.1),
        f"The difference grows from {gaps[0]:.3f} at step 0 to {gaps[-1]:.3f} at step {snapshots.steps[-1]:,}{when}.",
        {"before": f"{gaps[0]:.3f}", "after": f"{gaps[-1]:.3f}"},
    )


@claim(source=BRIEF, models=TINY_ONLY)
def pets_come_together(tables: Tables) -> Finding:
    """In training, cat, kitten, dog and puppy come nearer to each other, and stay away from boat and ship.

    Holds if the pets' mean cosine grows by at least 0.3 and ends at least 0.3 above theirs with boat and ship; partly if it
    grows.
    """
    snapshots, ids = _snapshots(tables), _word_ids(tables)
    before, after = (
        probes.mean_cosine(wte, ids, probes.PETS) for wte in (snapshots.wte[0], snapshots.wte[-1])
    )
    boats = probes.mean_cosine(snapshots.wte[-1], ids, probes.PETS, probes.BOATS)
    return Finding(
        graded(after - before >= 0.3 and after - boats >= 0.3, after > before),
        f"The pets' mean cosine goes from {before:.3f} to {after:.3f}; with boat and ship it ends at {boats:.3f}.",
        {"before": f"{before:.3f}", "after": f"{after:.3f}", "boats": f"{boats:.3f}"},
    )


APPEARS = (
    "For each pair, the direction is the mean step of the other pairs. Holds if after training all steps point that way, and "
    "before training not all did; partly if after training nine in ten do."
)


def _appears(tables: Tables, written: str) -> Finding:
    snapshots, ids = _snapshots(tables), _word_ids(tables)
    before, after = (
        probes.held_out_direction(wte, ids, written) for wte in (snapshots.wte[0], snapshots.wte[-1])
    )
    pairs = len(probes.pairs(written))
    return Finding(
        graded(after["separated"] == 1 > before["separated"], after["separated"] >= 0.9),
        f"Of {pairs} steps, {before['separated']:.0%} point that way before training and {after['separated']:.0%} after it; their "
        f"mean cosine with it goes from {before['cosine']:.3f} to {after['cosine']:.3f}.",
        {"before": f"{before['separated']:.0%}", "after": f"{after['separated']:.0%}"},
    )


@claim(judged=APPEARS, models=TINY_ONLY)
def plural_becomes_a_direction(tables: Tables) -> Finding:
    """Training makes the plural a direction, although nothing in it says what a plural is."""
    return _appears(tables, probes.PLURALS)


@claim(judged=APPEARS, models=TINY_ONLY)
def past_tense_becomes_a_direction(tables: Tables) -> Finding:
    """Training makes the past tense a direction."""
    return _appears(tables, probes.PASTS)


@claim(judged=APPEARS, models=TINY_ONLY)
def gender_becomes_a_direction(tables: Tables) -> Finding:
    """Training makes gender a direction."""
    return _appears(tables, probes.GENDERS)


def _parameters(tables: Tables) -> model.Params:
    return {name: value.astype(np.float64) for name, value in tiny.parameters(tables.files).items()}


@once
def _one_step(tables: Tables) -> npt.NDArray[Any]:
    """The gradient of the finished table on the brief's sentence: (n_vocab, n_embd)."""
    params = _parameters(tables)
    ids = _ids(tables, SENTENCE)
    _, gradients = model.loss_and_gradients(params, ids[:-1], ids[1:])
    return gradients["wte.weight"]


@claim(models=TINY_ONLY)
def step_moves_only_its_words(tables: Tables) -> Finding:
    """A training step on “The fluffy cat sat on the mat.” moves only the rows of its own tokens.

    The gradient of the finished table on that sentence. Holds if no other row has one; partly if other rows have less than a
    quarter of its squared length.
    """
    moved = np.einsum("nd,nd->n", _one_step(tables), _one_step(tables))
    own = np.unique(_ids(tables, SENTENCE))
    share = float(moved[own].sum() / moved.sum())
    others = int(np.count_nonzero(moved)) - int(np.count_nonzero(moved[own]))
    return Finding(
        graded(others == 0, share > 0.75),
        f"{others:,} of the {tables.n_vocab - len(own):,} other rows move too, since every row is also compared with what the "
        f"model expects next; the sentence's own {len(own)} tokens have {share:.0%} of the squared length.",
        {"others": f"{others:,}", "own": f"{share:.0%}"},
    )


@claim(source=BRIEF, models=TINY_ONLY)
def cat_and_dog_are_nudged_together(tables: Tables) -> Finding:
    """Reading “The fluffy cat sat on the mat.” and “The fluffy dog sat on the mat.” nudges cat and dog the same way.

    One step of gradient descent from noise, on the two sentences. Holds if the two nudges have a cosine of at least 0.5, more
    than that of cat's with any other pet's or with that of a word on water, and the rows come nearer; partly if the rows come
    nearer.
    """
    recipe = training.RECIPE
    params = model.initial_parameters(
        recipe.seed, tables.n_vocab, tables.n_ctx, tables.n_embd, recipe.n_layer
    )
    ids = np.array([_ids(tables, text) for text in PAIR])
    _, gradients = model.loss_and_gradients(params, ids[:, :-1], ids[:, 1:])
    wte, nudge = params["wte.weight"], -RATE * gradients["wte.weight"]
    cat, dog = (measures.row_id(tables, word) for word in ("cat", "dog"))
    nearer = probes.cosine(wte[cat] + nudge[cat], wte[dog] + nudge[dog]) - probes.cosine(wte[cat], wte[dog])
    others = {
        word: probes.cosine(nudge[cat], nudge[measures.row_id(tables, word)])
        for word in ("kitten", "puppy", *words.GROUPS["on water"])
    }
    same = probes.cosine(nudge[cat], nudge[dog])
    most = max(others, key=lambda word: others[word])
    return Finding(
        graded(same >= 0.5 and same > others[most] and nearer > 0, nearer > 0),
        f"The cosine of the two nudges is {same:.3f}; the next most like cat's is that of {most} with {others[most]:.3f}. A step of "
        f"{RATE} changes the cosine of the two rows by {nearer:+.4f}.",
        {"nudges": f"{same:.3f}", "nearer": f"{nearer:+.4f}"},
    )


@claim(models=TINY_ONLY)
def gradient_is_the_slope(tables: Tables) -> Finding:
    """The gradient is right: nudge one number, and the loss changes by just as much as the gradient says.

    For the ten largest numbers of the gradient, the slope is measured by nudging each by a hundred-thousandth both ways.
    Holds if all agree to one in 100,000; partly if to one in 100.
    """
    params = _parameters(tables)
    ids, gradient = _ids(tables, SENTENCE), _one_step(tables)
    wte, nudge = params["wte.weight"], 1e-5
    worst = 0.0
    places = np.argsort(-np.abs(gradient), axis=None)[:10]
    for row, column in zip(*np.unravel_index(places, gradient.shape), strict=True):
        losses = []
        for sign in (1, -1):
            kept = wte[row, column]
            wte[row, column] = kept + sign * nudge
            logits = model.forward(params, ids[:-1])
            losses.append(float(model.cross_entropy(logits, ids[1:]).mean()))
            wte[row, column] = kept
        slope = (losses[0] - losses[1]) / (2 * nudge)
        worst = max(worst, abs(slope / float(gradient[row, column]) - 1))
    return Finding(
        graded(worst < 1e-5, worst < 1e-2),
        f"The worst of {len(places)} is off by one part in {1 / max(worst, 1e-12):,.0f}.",
        {"worst": f"{worst:.1e}"},
    )
