"""Questions put to a finished table: is it a map of what its words mean?

None of the answers was trained for; they follow from which words stand in the same sentences.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Table: TypeAlias = npt.NDArray[np.floating[Any]]

PETS: Final = ("cat", "kitten", "dog", "puppy")
BOATS: Final = ("boat", "ship")
GLAD: Final = ("happy", "joyful", "glad", "cheerful")
SORRY: Final = ("sad", "unhappy", "angry", "upset")
PLURALS: Final = (
    "car/cars house/houses tree/trees hand/hands book/books bird/birds cat/cats dog/dogs boat/boats ship/ships "
    "king/kings queen/queens boy/boys girl/girls apple/apples table/tables chair/chairs horse/horses river/rivers "
    "lake/lakes flower/flowers letter/letters sister/sisters brother/brothers actor/actors train/trains egg/eggs "
    "game/games road/roads room/rooms day/days city/cities baby/babies box/boxes leaf/leaves "
    "man/men woman/women child/children mouse/mice foot/feet tooth/teeth"
)
PASTS: Final = (
    "walk/walked run/ran go/went come/came sail/sailed swim/swam eat/ate buy/bought drink/drank play/played "
    "jump/jumped sleep/slept sit/sat sing/sang write/wrote take/took give/gave see/saw find/found help/helped "
    "call/called look/looked talk/talked speak/spoke make/made work/worked"
)
GENDERS: Final = "king/queen prince/princess man/woman boy/girl father/mother brother/sister son/daughter uncle/aunt actor/actress"
COMPARATIVES: Final = (
    "good/better bad/worse big/bigger small/smaller long/longer short/shorter old/older young/younger fast/faster "
    "slow/slower warm/warmer cold/colder tall/taller strong/stronger"
)
CAPITALS: Final = "France/Paris Italy/Rome Japan/Tokyo Germany/Berlin Spain/Madrid England/London Russia/Moscow Greece/Athens"
ANALOGIES: Final = (
    "king - man + woman = queen",
    "queen - woman + man = king",
    "prince - boy + girl = princess",
    "brother - boy + girl = sister",
    "actor - man + woman = actress",
    "kitten - cat + dog = puppy",
    "Paris - France + Italy = Rome",
    "Tokyo - Japan + Germany = Berlin",
    "cars - car + boat = boats",
    "mice - mouse + bird = birds",
    "walked - walk + run = ran",
    "ate - eat + drink = drank",
    "better - good + bad = worse",
    "bigger - big + small = smaller",
)


def pairs(words: str) -> list[tuple[str, str]]:
    """The pairs in "one/many two/more"."""
    return [(first, second) for first, _, second in (pair.partition("/") for pair in words.split())]


def cosine(a: Table, b: Table) -> float:
    """The cosine of the angle between two vectors of shape (n_embd,)."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def mean_cosine(
    wte: Table, ids: Mapping[str, int], first: Iterable[str], second: Iterable[str] | None = None
) -> float:
    """The mean cosine between the words of two groups, or between the different words of one."""
    couples = combinations(first, 2) if second is None else [(a, b) for b in second for a in first]
    return float(np.mean([cosine(wte[ids[a]], wte[ids[b]]) for a, b in couples]))


def rank(wte: Table, vector: Table, target: int, without: Iterable[int] = ()) -> int:
    """How many rows of `wte` are nearer to `vector` by cosine than the row `target`, plus one; `without` not counted."""
    scores = wte @ vector / np.linalg.norm(wte, axis=1)  # (n_vocab,)
    scores[list(without)] = -np.inf
    return int((scores > scores[target]).sum()) + 1


def analogy_ranks(wte: Table, ids: Mapping[str, int], analogy: str) -> tuple[int, int]:
    """The rank of d in "a - b + c = d": among all rows, and with a, b and c taken out."""
    a, _, b, _, c, _, d = (ids.get(word, -1) for word in analogy.split())
    vector = wte[a] - wte[b] + wte[c]
    return rank(wte, vector, d), rank(wte, vector, d, (a, b, c))


def held_out_direction(wte: Table, ids: Mapping[str, int], words: str) -> dict[str, float]:
    """Is second minus first one direction? For each pair, the direction is learned from the other pairs alone.

    Returns:
        `separated`: the share of pairs whose second word lies further along that direction than its first;
        `cosine`: the mean cosine of a pair's own difference with that direction;
        `top_1`: the share of pairs whose first word, moved by it, comes to lie nearest its second of all others.
    """
    rows = np.array([[wte[ids[a]], wte[ids[b]]] for a, b in pairs(words)])  # (n, 2, n_embd)
    steps = rows[:, 1] - rows[:, 0]  # (n, n_embd)
    others = (steps.sum(axis=0) - steps) / (len(steps) - 1)  # (n, n_embd)
    along = [cosine(step, other) for step, other in zip(steps, others, strict=True)]
    top = [
        rank(wte, wte[ids[a]] + other, ids[b], (ids[a],)) == 1
        for (a, b), other in zip(pairs(words), others, strict=True)
    ]
    return {
        "separated": float(np.mean([angle > 0 for angle in along])),
        "cosine": float(np.mean(along)),
        "top_1": float(np.mean(top)),
    }


def probe(wte: Table, ids: Mapping[str, int]) -> dict[str, Any]:
    """Every question at once.

    Args:
        wte: The table, (n_vocab, n_embd).
        ids: The ID of each word with the space before it.

    Returns:
        The answers by name, ready for JSON.
    """
    return {
        "cosine": {
            "boats": mean_cosine(wte, ids, BOATS),
            "glad": mean_cosine(wte, ids, GLAD),
            "glad_sorry": mean_cosine(wte, ids, GLAD, SORRY),
            "pets": mean_cosine(wte, ids, PETS),
            "pets_boats": mean_cosine(wte, ids, PETS, BOATS),
            "pets_glad": mean_cosine(wte, ids, PETS, GLAD),
            "sorry": mean_cosine(wte, ids, SORRY),
        },
        "direction": {
            "capital": held_out_direction(wte, ids, CAPITALS),
            "comparative": held_out_direction(wte, ids, COMPARATIVES),
            "gender": held_out_direction(wte, ids, GENDERS),
            "past": held_out_direction(wte, ids, PASTS),
            "plural": held_out_direction(wte, ids, PLURALS),
        },
        "analogy": {
            analogy: dict(
                zip(("inputs_kept", "inputs_removed"), analogy_ranks(wte, ids, analogy), strict=True)
            )
            for analogy in ANALOGIES
        },
    }
