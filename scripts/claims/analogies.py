"""Claims of the page "Directions and analogies"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scripts.claims import measures, published
from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, claim, from_facts, graded, measured
from scripts.claims.once import once
from scripts.claims.published import KEPT, REMOVED
from scripts.geometry import Array
from scripts.tables.tiny import probes

if TYPE_CHECKING:
    from scripts.tables import Tables

ITEMS = measured("analogies")
PLURALS = measured("plural_direction")


@once
def _known_items(tables: Tables) -> list[dict[str, Any]]:
    items = published.published()["analogies"]["items"]
    return [
        item
        for item in items
        if all(measures.is_single(tables, item[key]) for key in ("a", "b", "c", "expected"))
    ]


@claim(source=from_facts("Mikolov", "https://aclanthology.org/N13-1090/", kind="brief"))
def king_minus_man_plus_woman_is_queen(tables: Tables) -> Finding:
    """King - man + woman = queen.

    Holds if the row of queen is the nearest of all to the result, by cosine; partly if only among the rows other than the
    three that were added and subtracted.
    """
    ids = [measures.row_id(tables, word) for word in ("man", "woman", "king", "queen")]
    (score,) = (by["cosine"] for by in published.nearness(tables, [ids]))
    a, b, c, queen = ids
    kept, removed = published.ranked(score, queen), published.ranked(score, queen, (a, b, c))
    result = np.asarray(tables.wte[[b, c]].sum(axis=0) - tables.wte[a], np.float64)
    distance, step = (
        float(np.linalg.norm(result - tables.wte[queen])),
        float(np.linalg.norm(result - tables.wte[c])),
    )
    return Finding(
        graded(kept.rank == 1, removed.rank == 1),
        f"With the inputs kept, the nearest is {measures.shown(tables, kept.top1)} and queen has rank {kept.rank:,}; with them "
        f"removed, the nearest is {measures.shown(tables, removed.top1)} and queen has rank {removed.rank:,}. Nothing is equal: "
        f"the result lies {distance:.2f} from queen, and {step:.2f} from king.",
        {
            "kept": published.text_of(tables, kept.top1).strip(),
            "rank kept": f"{kept.rank:,}",
            "rank removed": f"{removed.rank:,}",
            "distance": f"{distance:.2f}",
        },
    )


def _first_18(tables: Tables, which: int, said: int, what: str) -> Finding:
    counts = {metric: published.first_18(tables, metric)[which] for metric in published.METRICS}
    right = sum(count == said for count in counts.values())
    return Finding(
        graded(right == len(counts), right > 0),
        f"By distance {what} for {counts['euclidean']} of 18, by cosine for {counts['cosine']}.",
        {metric: f"{count}" for metric, count in counts.items()},
    )


@claim(source=ITEMS, models=GPT2_ONLY)
def sixteen_of_18_with_inputs_removed(tables: Tables) -> Finding:
    """Of 18 analogies about family, capitals and word forms, 16 come out right if the inputs are taken out of the ranking.

    Holds if the count is 16 by Euclidean distance and by cosine; partly if by one of them.
    """
    said = published.published()["analogies"]["first_18"]["removed_top1"]
    return _first_18(tables, 0, said, "the expected word is the nearest")


@claim(source=ITEMS, models=GPT2_ONLY)
def five_of_18_with_inputs_kept(tables: Tables) -> Finding:
    """Of the same 18 analogies, only 5 come out right if the inputs may win.

    Holds if the count is 5 by Euclidean distance and by cosine; partly if by one of them.
    """
    said = published.published()["analogies"]["first_18"]["kept_top1"]
    return _first_18(tables, 1, said, "the expected word is the nearest")


@claim(source=ITEMS, models=GPT2_ONLY)
def thirteen_of_18_are_won_by_an_input(tables: Tables) -> Finding:
    """Of the same 18 analogies, 13 are won by one of their own inputs.

    Holds if the count is 13 by Euclidean distance and by cosine; partly if by one of them.
    """
    said = published.published()["analogies"]["first_18"]["nearest_is_an_input_when_kept"]
    return _first_18(tables, 2, said, "an input is the nearest")


@claim()
def inputs_have_to_be_removed(tables: Tables) -> Finding:
    """An analogy works only because its inputs are taken out: left in, one of them is usually the nearest.

    Over all published analogies whose four words are tokens here, by cosine. Holds if an input is the nearest for more than
    half of them; partly if for more than a quarter.
    """
    items = _known_items(tables)
    single = tables.encoding.encode_single_token
    found = published.rankings(tables, items)
    own = sum(
        ranked["cosine", KEPT].top1 in [single(item[key]) for key in "abc"]
        for item, ranked in zip(items, found, strict=True)
    )
    kept, removed = (sum(ranked["cosine", way].rank == 1 for ranked in found) for way in (KEPT, REMOVED))
    return Finding(
        graded(own > len(items) / 2, own > len(items) / 4),
        f"An input is the nearest in {own} of {len(items)} analogies. The expected word is the nearest in {kept} with the inputs "
        f"kept, in {removed} with them removed.",
        {"own": f"{own}", "items": f"{len(items)}", "kept": f"{kept}", "removed": f"{removed}"},
    )


@claim(source=ITEMS, models=GPT2_ONLY)
def thirty_analogies_rank_as_published(tables: Tables) -> Finding:
    """All 30 published analogies rank as published, successes and failures, by distance and by cosine, inputs kept and removed.

    Each ranking's first token has to be the published one, and the expected token's rank the same up to 1,000 and within a
    thousandth beyond. Holds if all 120 rankings agree; partly if 9 in 10 do.
    """
    results = [
        published.check(fact, tables, {})
        for fact in published.facts()
        if fact.group.startswith("analogies: the first of")
    ]
    agree = sum(result.verdict == "holds" for result in results)
    return Finding(
        graded(agree == len(results), agree >= 0.9 * len(results)),
        f"{agree} of {len(results)} rankings agree.",
        {"agree": f"{agree}", "of": f"{len(results)}"},
    )


@claim(source=ITEMS, models=GPT2_ONLY)
def programming_analogies_fail(tables: Tables) -> Finding:
    """Analogies from programming fail: of the 12 published, none is right, even with the inputs removed.

    Holds if the expected word is the nearest in none of the 12, by distance and by cosine; partly if in at most one.
    """
    found = published.analogies(tables)[18:]
    right = max(sum(ranked[metric, REMOVED].rank == 1 for ranked in found) for metric in published.METRICS)
    ranks = sorted(ranked["cosine", REMOVED].rank for ranked in found)
    return Finding(
        graded(right == 0, right <= 1),
        f"{right} of {len(found)} are right. By cosine the expected word has at best rank {ranks[0]:,} and at worst {ranks[-1]:,}.",
        {"right": f"{right}", "best": f"{ranks[0]:,}", "worst": f"{ranks[-1]:,}"},
    )


@claim(source=ITEMS, models=GPT2_ONLY)
def spelling_of_rome_decides(tables: Tables) -> Finding:
    """Whether Paris - France + Italy finds Rome depends on the token looked for: for `'rome'` the rank is 42,047.

    Holds if one of the four rankings (by distance or cosine, inputs kept or removed) gives the published rank within a
    thousandth; partly if the rank of `'rome'` is more than a hundred times that of `' Rome'`.
    """
    fact = next(fact for fact in published.facts() if "spelling" in fact.group)
    result = published.check(fact, tables, {})
    (item,) = (item for item in published.published()["analogies"]["items"] if item["expected"] == " Rome")
    (ranking,) = published.rankings(tables, [item])
    rome = ranking["cosine", REMOVED].rank
    assert isinstance(result.computed, int)
    return Finding(
        graded(result.verdict == "holds", result.computed > 100 * rome),
        f"The rank of `'rome'` is {result.computed:,}; that of `' Rome'`, by cosine with the inputs removed, is {rome:,}.",
        {"rome": f"{result.computed:,}", " Rome": f"{rome:,}"},
    )


@claim(source=PLURALS, models=GPT2_ONLY)
def cats_minus_cat_separates_26_of_27(tables: Tables) -> Finding:
    """The one step from cat to cats is a direction to the plural: along it, 26 of 27 other plurals lie beyond their singulars.

    Holds if 26 of the 27 published pairs are separated; partly if more than 24 are.
    """
    return _separated(tables, "seed")


@claim(source=PLURALS, models=GPT2_ONLY)
def mean_of_five_pairs_separates_27_of_27(tables: Tables) -> Finding:
    """The mean step of five pairs is a better direction to the plural: it separates all 27 other pairs.

    Holds if all 27 published pairs are separated; partly if more than 25 are.
    """
    return _separated(tables, "average")


def _separated(tables: Tables, direction: str) -> Finding:
    said, of = published.published()["plural_direction"][f"{direction}_separates"]
    further, pairs = published.separates(tables, direction)
    facts = [
        published.check(fact, tables, {})
        for fact in published.facts()
        if fact.group.startswith("plural direction: singular") and fact.name.endswith(direction)
    ]
    agree = sum(result.verdict == "holds" for result in facts)
    return Finding(
        graded(further == said and pairs == of, further >= said - 1),
        f"{further} of {pairs} pairs are separated; {agree} of {len(facts)} published pairs of dot products agree to "
        f"{published.published()['plural_direction']['tolerance']:g}.",
        {"separated": f"{further}", "pairs": f"{pairs}"},
    )


@claim()
def five_pairs_are_better_than_one(tables: Tables) -> Finding:
    """Five pairs make a better direction than one: the steps of other pairs agree with it more closely.

    Over the published pairs whose words are tokens here, the mean cosine of a pair's step with the step from cat to cats, and
    with the mean step of dog, car, house, tree and hand. Holds if it is greater with the mean, and the mean separates at least
    as many pairs; partly if one of the two.
    """
    pairs = [
        (pair["singular"], pair["plural"])
        for pair in published.published()["plural_direction"]["pairs"]
        if measures.is_single(tables, pair["singular"]) and measures.is_single(tables, pair["plural"])
    ]
    steps = np.array([published.plural_step(tables, *pair) for pair in pairs])  # (pairs, n_embd)
    along = {
        name: _cosines(steps, direction) for name, direction in published.plural_directions(tables).items()
    }
    mean = {name: float(cosines.mean()) for name, cosines in along.items()}
    separated = {name: int((cosines > 0).sum()) for name, cosines in along.items()}
    better = (mean["average"] > mean["seed"], separated["average"] >= separated["seed"])
    return Finding(
        graded(all(better), any(better)),
        f"The mean cosine over {len(pairs)} pairs is {mean['seed']:.3f} with the one step and {mean['average']:.3f} with the mean "
        f"of five; they separate {separated['seed']} and {separated['average']}.",
        {"one": f"{mean['seed']:.3f}", "five": f"{mean['average']:.3f}"},
    )


def _cosines(steps: Array, direction: Array) -> Array:
    lengths = np.linalg.norm(steps, axis=-1) * np.linalg.norm(direction, axis=-1)
    cosines: Array = np.einsum("...d,...d->...", steps, direction) / np.maximum(lengths, np.finfo(float).tiny)
    return cosines


HELD_OUT = (
    "For each pair, the direction is the mean step of the other pairs. Holds if every pair's own step points that way (a "
    "cosine above 0); partly if three quarters of them do."
)


def _held_out(tables: Tables, written: str) -> Finding:
    pairs = [
        pair for pair in probes.pairs(written) if all(measures.is_single(tables, f" {word}") for word in pair)
    ]
    steps = np.array([published.plural_step(tables, f" {one}", f" {other}") for one, other in pairs])
    others = (steps.sum(axis=0) - steps) / (len(steps) - 1)  # (pairs, n_embd)
    cosines = _cosines(steps, others)
    right = int((cosines > 0).sum())
    worst = pairs[int(cosines.argmin())]
    return Finding(
        graded(right == len(pairs), right >= 0.75 * len(pairs)),
        f"{right} of {len(pairs)} steps point that way. The mean cosine is {cosines.mean():.3f}, the least {cosines.min():.3f}, "
        f"from {worst[0]} to {worst[1]}.",
        {"right": f"{right}", "pairs": f"{len(pairs)}", "cosine": f"{cosines.mean():.3f}"},
    )


@claim(judged=HELD_OUT)
def plural_is_a_direction(tables: Tables) -> Finding:
    """The plural is a direction: the steps from singular to plural all point one way."""
    return _held_out(tables, probes.PLURALS)


@claim(judged=HELD_OUT)
def past_tense_is_a_direction(tables: Tables) -> Finding:
    """The past tense is a direction: the steps from walk to walked, from run to ran and so on all point one way."""
    return _held_out(tables, probes.PASTS)


@claim(judged=HELD_OUT)
def gender_is_a_direction(tables: Tables) -> Finding:
    """Gender is a direction: the steps from king to queen, from man to woman and so on all point one way."""
    return _held_out(tables, probes.GENDERS)


@claim(judged=HELD_OUT)
def capital_is_a_direction(tables: Tables) -> Finding:
    """“Capital of” is a direction: the steps from France to Paris, from Italy to Rome and so on all point one way."""
    return _held_out(tables, probes.CAPITALS)


@claim(source=BRIEF)
def king_to_queen_is_man_to_woman(tables: Tables) -> Finding:
    """The step from king to queen is the step from man to woman.

    Holds if the cosine of the two steps is at least 0.9, so that they are nearly parallel; partly if at least 0.3; else they
    have little in common and it fails.
    """
    one, other = (
        published.plural_step(tables, f" {a}", f" {b}") for a, b in (("king", "queen"), ("man", "woman"))
    )
    cosine = float(_cosines(one, other))
    angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return Finding(
        graded(cosine >= 0.9, cosine >= 0.3),
        f"Their cosine is {cosine:.3f}, an angle of {angle:.0f}°; their lengths are {np.linalg.norm(one):.2f} and "
        f"{np.linalg.norm(other):.2f}.",
        {"cosine": f"{cosine:.3f}", "angle": f"{angle:.0f}"},
    )
