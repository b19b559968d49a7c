"""Claims of the page "The map of meaning"."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from scripts import geometry, words
from scripts.claims import measures, published
from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, claim, from_facts, graded

if TYPE_CHECKING:
    from scripts.tables import Tables

NEAR = (
    "Each word's rank among the other's neighbours, by cosine over the whole vocabulary. Holds if both ranks are at most 10; "
    "partly if one is, or both are at most 100."
)


def _near(tables: Tables, one: str, other: str) -> Finding:
    a, b = (measures.row_id(tables, word) for word in (one, other))
    there, back = measures.rank(tables, b, a), measures.rank(tables, a, b)
    similarity = measures.cosine(tables, a, b)
    chance = measures.background(tables)
    below = float(np.mean(chance < similarity))
    return Finding(
        graded(max(there, back) <= 10, min(there, back) <= 10 or max(there, back) <= 100),
        f"{other.capitalize()} is neighbour {there:,} of {one}, and {one} is neighbour {back:,} of {other}. Their cosine is "
        f"{similarity:.3f}, more than that of {below:.1%} of random pairs of learned words (mean {chance.mean():.3f}).",
        {
            "rank": f"{there:,}",
            "rank back": f"{back:,}",
            "cosine": f"{similarity:.3f}",
            "chance": f"{chance.mean():.3f}",
        },
    )


@claim(judged=NEAR, source=BRIEF)
def kitten_is_near_cat(tables: Tables) -> Finding:
    """A kitten's vector is extremely close to a cat's."""
    return _near(tables, "cat", "kitten")


@claim(judged=NEAR, source=BRIEF)
def puppy_is_near_dog(tables: Tables) -> Finding:
    """A puppy's vector is extremely close to a dog's."""
    return _near(tables, "dog", "puppy")


@claim(judged=NEAR, source=BRIEF)
def boat_is_near_ship(tables: Tables) -> Finding:
    """A boat's vector is close to a ship's."""
    return _near(tables, "boat", "ship")


@claim(judged=NEAR, source=BRIEF)
def boat_is_near_water(tables: Tables) -> Finding:
    """A boat's vector is close to that of water."""
    return _near(tables, "boat", "water")


@claim(judged=NEAR, source=BRIEF)
def happy_is_near_joyful(tables: Tables) -> Finding:
    """Words with similar meanings, like happy and joyful, have similar vectors."""
    return _near(tables, "happy", "joyful")


@claim(source=BRIEF)
def boat_is_far_from_pets(tables: Tables) -> Finding:
    """A boat's vector is far from the pets'.

    Holds if, for every pet (cat, kitten, dog, puppy), boat is further than all other pets and not among the nearest
    quarter of the vocabulary's learned words; partly if it is further than all other pets only.
    """
    pets = words.GROUPS["pets"]
    boat, *ids = (measures.row_id(tables, word) for word in ("boat", *pets))
    similarity = {pet: measures.cosine(tables, i, boat) for pet, i in zip(pets, ids, strict=True)}
    among = {
        pet: [measures.cosine(tables, i, j) for j in ids if j != i] for pet, i in zip(pets, ids, strict=True)
    }
    vocabulary = measures.learned_words(tables)
    nearer = {}
    for pet, i in zip(pets, ids, strict=True):
        scores = geometry.scores(tables.wte, tables.wte[i], "cosine", measures.norms(tables))
        nearer[pet] = float(np.mean(scores[vocabulary[vocabulary != i]] > scores[boat]))
    further = all(similarity[pet] < min(among[pet]) for pet in pets)
    return Finding(
        graded(further and min(nearer.values()) > 0.25, further),
        "Cosine of boat with "
        + measures.listed(
            [f"{pet} {similarity[pet]:.3f} ({nearer[pet]:.0%} of these words are nearer)" for pet in pets]
        )
        + f"; of two pets, at least {min(map(min, among.values())):.3f}.",
        {pet: f"{similarity[pet]:.3f}" for pet in pets},
    )


@claim(source=BRIEF)
def kinds_lie_together(tables: Tables) -> Finding:
    """Words of one kind lie together: pets, things on water, moods, people.

    For each of the four groups, the mean cosine within it against the mean with the words of the other groups.
    Holds if it is greater within for all four; partly if for two or three.
    """
    groups = {
        name: [measures.row_id(tables, word) for word in members]
        for name, members in words.GROUPS.items()
        if len(members) >= 4
    }
    found = {}
    for name, ids in groups.items():
        others = [i for other, members in groups.items() if other != name for i in members]
        within = np.mean([measures.cosine(tables, a, b) for a, b in combinations(ids, 2)])
        without = np.mean([measures.cosine(tables, a, b) for a, b in product(ids, others)])
        found[name] = (float(within), float(without))
    together = sum(within > without for within, without in found.values())
    return Finding(
        graded(together == len(found), together >= 2),
        "Mean cosine within and with the others: "
        + "; ".join(f"{name} {within:.3f} and {without:.3f}" for name, (within, without) in found.items())
        + ".",
        {name: f"{within:.3f}" for name, (within, _) in found.items()},
    )


@claim()
def opposites_are_near(tables: Tables) -> Finding:
    """Near does not mean “the same”: an opposite can be near too. Sad is nearer to happy than any word of another kind is.

    Holds if the cosine of happy with sad is greater than with every word of the groups pets, on water and things.
    """
    happy, sad = (measures.row_id(tables, word) for word in ("happy", "sad"))
    others = [word for kind in ("pets", "on water", "things") for word in words.GROUPS[kind]]
    similarity = {word: measures.cosine(tables, happy, measures.row_id(tables, word)) for word in others}
    nearest = max(similarity, key=lambda word: similarity[word])
    opposite = measures.cosine(tables, happy, sad)
    return Finding(
        graded(opposite > similarity[nearest]),
        f"Happy has the cosine {opposite:.3f} with sad, its neighbour {measures.rank(tables, sad, happy):,}; the nearest of the "
        f"{len(others)} other words is {nearest} with {similarity[nearest]:.3f}.",
        {"sad": f"{opposite:.3f}", "nearest": nearest},
    )


@claim()
def rows_share_a_direction(tables: Tables) -> Finding:
    """All rows lean one way: even two random words have a cosine well above 0.

    Holds if the mean cosine of 5,000 random pairs of learned words is above 0.1; partly if above 0.02.
    """
    chance = measures.background(tables)
    mean = float(chance.mean())
    length = float(np.linalg.norm(measures.spectrum(tables).mean))
    return Finding(
        graded(mean > 0.1, mean > 0.02),
        f"The mean is {mean:.3f}, and {np.mean(chance > 0):.0%} of the pairs are above 0. The mean row is {length:.2f} long, "
        f"a row {measures.norms(tables).mean():.2f}.",
        {"mean": f"{mean:.3f}", "above zero": f"{np.mean(chance > 0):.0%}"},
    )


@claim()
def centring_changes_neighbours(tables: Tables) -> Finding:
    """Subtracting the mean row changes who is nearest.

    The share of the ten nearest by cosine that stay when the mean row is subtracted, over 300 sampled tokens. Holds
    if less than 90 % stay; partly if less than 99 %.
    """
    lists = measures.lists(tables)
    stay = lists.overlap("cosine", "centred")
    return Finding(
        graded(stay < 0.9, stay < 0.99),
        f"{stay:.0%} of the ten nearest stay; the nearest of all is the same for "
        f"{lists.same_first('cosine', 'centred'):.0%} of {len(lists.ids)} tokens.",
        {"stay": f"{stay:.0%}"},
    )


@claim()
def cosine_and_dot_disagree(tables: Tables) -> Finding:
    """Cosine similarity and dot product name different neighbours.

    The share of 300 sampled tokens for which both name the same nearest. Holds if they agree for less than half;
    partly if for less than nine in ten.
    """
    lists = measures.lists(tables)
    same = lists.same_first("cosine", "dot")
    return Finding(
        graded(same < 0.5, same < 0.9),
        f"They name the same nearest for {same:.0%} of {len(lists.ids)} tokens, and share "
        f"{lists.overlap('cosine', 'dot'):.0%} of the ten nearest.",
        {"same": f"{same:.0%}"},
    )


@claim()
def cosine_and_distance_agree(tables: Tables) -> Finding:
    """Cosine similarity and Euclidean distance mostly name the same neighbours.

    The share of the ten nearest that both name, over 300 sampled tokens. Holds above 75 %; partly above 50 %.
    """
    lists = measures.lists(tables)
    share = lists.overlap("cosine", "euclidean")
    return Finding(
        graded(share > 0.75, share > 0.5),
        f"They share {share:.0%} of the ten nearest, and name the same nearest for "
        f"{lists.same_first('cosine', 'euclidean'):.0%} of {len(lists.ids)} tokens.",
        {"share": f"{share:.0%}"},
    )


@claim()
def nearness_is_not_mutual(tables: Tables) -> Finding:
    """Nearness is not mutual: a token's nearest neighbour often has another nearest neighbour.

    Holds if this is so for more than a quarter of 300 sampled tokens; partly if for more than one in twenty.
    """
    lists = measures.lists(tables)
    nearest = lists.nearest["cosine"][:, 0]
    scores = (tables.wte[nearest] @ tables.wte.T) / np.maximum(measures.norms(tables), 1e-12)
    scores[np.arange(len(nearest)), nearest] = -np.inf
    other = float(np.mean(scores.argmax(axis=1) != lists.ids))
    return Finding(
        graded(other > 0.25, other > 0.05),
        f"This is so for {other:.0%} of {len(lists.ids)} tokens.",
        {"other": f"{other:.0%}"},
    )


@claim(source=from_facts("tomhmtseng.com"), models=GPT2_ONLY, needs=("wte",))
def two_components_explain_little(tables: Tables) -> Finding:
    """The first two principal components of the token embeddings explain 3.1% of the variance.

    Holds if their share is 3.1 % to the decimal published, that is within 0.05 percentage points; partly within 1.
    """
    variances = measures.spectrum(tables).variances
    share = float(variances[:2].sum() / variances.sum())
    half = int(np.searchsorted(np.cumsum(variances), variances.sum() / 2)) + 1
    return Finding(
        graded(abs(share - 0.031) <= 0.0005, abs(share - 0.031) <= 0.01),
        f"Their share is {share:.2%}; half of the variance takes {half} components.",
        {"share": f"{share:.2%}", "half": f"{half}"},
    )


@claim(source=from_facts("word2vecgames"), models=GPT2_ONLY)
def components_keep_neighbours(tables: Tables) -> Finding:
    """After centring and PCA, 128 components keep 71% of a token's ten nearest neighbours in all 768 dimensions, 160 keep 75%, and 256 keep 83%.

    By cosine of centred rows over the whole vocabulary, for 300 sampled tokens that are text. Holds if all three
    shares are within 4 percentage points, which is what a sample of 300 leaves open; partly if one is.
    """
    lists = measures.lists(tables)
    said = dict(zip(measures.COMPONENTS, (0.71, 0.75, 0.83), strict=True))
    shares = {k: lists.overlap("centred", f"pca{k}") for k in said}
    near = sum(abs(shares[k] - said[k]) <= 0.04 for k in said)
    return Finding(
        graded(near == len(said), near > 0),
        "Here " + measures.listed([f"{k} keep {share:.1%}" for k, share in shares.items()]) + ".",
        {f"{k}": f"{share:.1%}" for k, share in shares.items()},
    )


@claim()
def flat_map_loses_neighbours(tables: Tables) -> Finding:
    """On a flat map most neighbours are lost.

    The share of the ten nearest (centred cosine) that are also among the ten nearest on the plane of the first two
    principal components, for 300 sampled tokens. Holds below 10 %; partly below 50 %.
    """
    lists = measures.lists(tables)
    kept = lists.overlap("centred", "plane")
    variances = measures.spectrum(tables).variances
    return Finding(
        graded(kept < 0.1, kept < 0.5),
        f"The plane keeps {kept:.1%} of the ten nearest, and {variances[:2].sum() / variances.sum():.1%} of the variance.",
        {"kept": f"{kept:.1%}"},
    )


@claim()
def frequent_tokens_have_shorter_rows(tables: Tables) -> Finding:
    """Frequent tokens have shorter rows: the later a token was made, the longer its row.

    The rank correlation (Spearman) of ID and length over all learned tokens of several bytes. Holds if it is at least 0.3;
    partly if at least 0.1.
    """
    tokens = published.token_bytes(tables)
    longer = np.array([i for i in measures.learned_texts(tables)[:-1] if len(tokens[i]) > 1])
    lengths = measures.norms(tables)[longer]
    correlation = measures.spearman(lengths)
    tenth = len(longer) // 10
    return Finding(
        graded(correlation >= 0.3, correlation >= 0.1),
        f"The correlation is {correlation:.2f}. The mean length is {lengths[:tenth].mean():.2f} in the first tenth of the IDs and "
        f"{lengths[-tenth:].mean():.2f} in the last.",
        {"correlation": f"{correlation:.2f}"},
    )
