"""The grammar that writes TinyGPT's corpus: short English sentences about a small world.

Words of one kind stand in the same sentences, words of different kinds in different ones. A noun has several kinds
at once (a queen is royal, grown and female) and each sentence is about one of them; nothing else tells the model
what a word means. Templates hold slots in square brackets:

    [s]                the noun the sentence is about, with a determiner, singular or plural
    [n] [a]            the same noun bare, and as what someone is: "a king", "kings"
    [one] [many]       its singular and its plural
    [he] [him] [his]   its pronouns
    [is] [was] [has]   verbs that agree with it, and [+like] for "likes" or "like"
    [food|drink] ...   any word of the lists named, chosen anew each time

A slot may be written with a capital where a sentence starts; the capital itself is set when the text is finished.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

T = TypeVar("T")


class Noun(NamedTuple):
    """A noun with its plural, the kinds of sentence it stands in, and its gender ("m", "f" or "n")."""

    one: str
    many: str
    kinds: tuple[str, ...]
    gender: str = "n"


class Verb(NamedTuple):
    """A verb, its past tense, and what can follow both."""

    base: str
    past: str
    objects: tuple[str, ...]


class Place(NamedTuple):
    """A country, its capital, and the language spoken in both."""

    country: str
    capital: str
    language: str


def _nouns(kinds: str, gender: str, *pairs: str) -> list[Noun]:
    parts = (pair.partition("/") for pair in pairs)
    return [Noun(one, many, tuple(kinds.split()), gender) for one, _, many in parts]


NOUNS: Final[tuple[Noun, ...]] = (
    *_nouns("royal grown person male", "m", "king/kings"),
    *_nouns("royal grown person female", "f", "queen/queens"),
    *_nouns("royal young person male", "m", "prince/princes"),
    *_nouns("royal young person female", "f", "princess/princesses"),
    *_nouns("grown person male", "m", "man/men"),
    *_nouns("grown person female", "f", "woman/women"),
    *_nouns("young person male", "m", "boy/boys"),
    *_nouns("young person female", "f", "girl/girls"),
    *_nouns("family grown person male", "m", "father/fathers"),
    *_nouns("family grown person female", "f", "mother/mothers"),
    *_nouns("family young person male", "m", "brother/brothers", "son/sons"),
    *_nouns("family young person female", "f", "sister/sisters", "daughter/daughters"),
    *_nouns("family visitor person male", "m", "uncle/uncles"),
    *_nouns("family visitor person female", "f", "aunt/aunts"),
    *_nouns("stage grown person male", "m", "actor/actors"),
    *_nouns("stage grown person female", "f", "actress/actresses"),
    *_nouns("young person", "n", "child/children"),
    *_nouns("pet feline animal", "n", "cat/cats"),
    *_nouns("pet feline animal baby", "n", "kitten/kittens"),
    *_nouns("pet canine animal", "n", "dog/dogs"),
    *_nouns("pet canine animal baby", "n", "puppy/puppies"),
    *_nouns("animal farm", "n", "horse/horses", "cow/cows"),
    *_nouns("animal wild", "n", "bird/birds", "mouse/mice"),
    *_nouns("vessel coloured", "n", "boat/boats", "ship/ships"),
    *_nouns("waters", "n", "sea/seas", "lake/lakes", "river/rivers"),
    *_nouns("vehicle coloured", "n", "car/cars", "train/trains"),
    *_nouns("building coloured", "n", "house/houses", "castle/castles", "school/schools", "room/rooms"),
    *_nouns("furniture coloured", "n", "table/tables", "chair/chairs", "box/boxes"),
    *_nouns("plant coloured", "n", "tree/trees", "flower/flowers", "leaf/leaves"),
    *_nouns("body", "n", "hand/hands", "foot/feet", "tooth/teeth"),
    *_nouns("reading coloured", "n", "book/books", "letter/letters"),
    *_nouns("eaten coloured", "n", "apple/apples", "egg/eggs"),
    *_nouns("road", "n", "road/roads"),
    *_nouns("town", "n", "city/cities"),
    *_nouns("played", "n", "game/games"),
    *_nouns("time", "n", "day/days"),
    *_nouns("infant person", "n", "baby/babies"),
)

SELDOM: Final = (
    *("vehicle", "building", "furniture", "plant", "body", "reading", "eaten"),
    *("road", "town", "played", "time", "infant"),
)

VERBS: Final[tuple[Verb, ...]] = (
    Verb("walk", "walked", ("to the [spot]", "home", "in the garden", "slowly")),
    Verb("run", "ran", ("to the [spot]", "home", "in the garden", "away")),
    Verb("go", "went", ("to the [spot]", "home", "away")),
    Verb("come", "came", ("to the [spot]", "to [his] friend", "home")),
    Verb("sail", "sailed", ("on the [deep]", "away on the [deep]")),
    Verb("swim", "swam", ("in the [deep]", "slowly in the [deep]")),
    Verb("eat", "ate", ("[food]", "some [food]", "the [food] slowly")),
    Verb("buy", "bought", ("[food]", "some [food]", "a [thing]", "a new [thing]")),
    Verb("drink", "drank", ("[drink]", "some [drink]", "the [drink] slowly")),
    Verb("play", "played", ("with a ball", "with [his] friend", "in the garden", "a game")),
    Verb("jump", "jumped", ("over the [thing]", "on the [thing]", "in the garden")),
    Verb("sleep", "slept", ("in the house", "in [his] bed", "on the mat", "all night")),
    Verb("sit", "sat", ("on the mat", "on the [thing]", "in the garden")),
    Verb("sing", "sang", ("a song", "all night", "in the garden")),
    Verb("write", "wrote", ("a letter", "a book", "some letters")),
    Verb("take", "took", ("the [thing]", "a [thing]", "some [food]")),
    Verb("give", "gave", ("[someone] a [thing]", "[someone] some [food]")),
    Verb("see", "saw", ("the [creature]", "the [thing]", "a [creature]")),
    Verb("find", "found", ("the [creature]", "the [thing]", "a [thing]")),
    Verb("help", "helped", ("the [creature]", "[his] friend", "[someone]")),
    Verb("call", "called", ("the [creature]", "[his] friend", "[someone]")),
    Verb("look", "looked", ("at the [creature]", "at the [thing]", "at [someone]")),
    Verb("talk", "talked", ("to a friend", "to [his] friend", "all night")),
    Verb("speak", "spoke", ("to a friend", "to [someone]", "slowly")),
    Verb("make", "made", ("a [thing]", "a cake", "some [food]")),
    Verb("work", "worked", ("in the garden", "all night", "at home")),
)

ANIMALS_CAN: Final = (
    "walk",
    "run",
    "go",
    "come",
    "swim",
    "eat",
    "drink",
    "play",
    "jump",
    "sleep",
    "sit",
    "see",
    "find",
)

PLACES: Final[tuple[Place, ...]] = (
    Place("France", "Paris", "French"),
    Place("Italy", "Rome", "Italian"),
    Place("Japan", "Tokyo", "Japanese"),
    Place("Germany", "Berlin", "German"),
    Place("Spain", "Madrid", "Spanish"),
    Place("England", "London", "English"),
    Place("Russia", "Moscow", "Russian"),
    Place("Greece", "Athens", "Greek"),
)

COMPARATIVES: Final[tuple[tuple[str, str, str], ...]] = (
    # plain, comparative, what is compared so
    ("good", "better", "the [food]|the [food2]|the song|a friend|the day"),
    ("bad", "worse", "the [food]|the [food2]|the song|the wind|the day"),
    ("big", "bigger", "the [thing]|the [vessel]|the [creature]|the house"),
    ("small", "smaller", "the [thing]|the [vessel]|the [creature]|the house"),
    ("long", "longer", "the road|the river|the night|the song"),
    ("short", "shorter", "the road|the river|the night|the song"),
    ("old", "older", "the [person]|the [thing]|the house|the [creature]"),
    ("young", "younger", "the [person]|the [creature]|the [person]"),
    ("fast", "faster", "the [vessel]|the [creature]|the car|the train"),
    ("slow", "slower", "the [vessel]|the [creature]|the car|the train"),
    ("warm", "warmer", "the [deep]|the day|the wind|the house"),
    ("cold", "colder", "the [deep]|the day|the wind|the house"),
    ("tall", "taller", "the [person]|the tree|the castle"),
    ("strong", "stronger", "the [person]|the wind|the [creature]"),
)

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "food": ("bread", "fish", "rice", "cake", "soup", "cheese"),
    "food2": ("apple", "egg", "bread", "cake"),
    "drink": ("water", "milk", "tea"),
    "deep": ("sea", "lake", "river", "water"),
    "spot": ("house", "school", "river", "lake", "castle", "garden", "city"),
    "thing": ("table", "chair", "book", "box", "ball", "hat", "bed"),
    "creature": ("cat", "dog", "kitten", "puppy", "horse", "bird", "cow", "mouse"),
    "petword": ("cat", "dog", "kitten", "puppy"),
    "vessel": ("boat", "ship"),
    "person": ("man", "woman", "boy", "girl", "king", "queen", "father", "mother", "brother", "sister"),
    "friendly": ("friend", "child", "brother", "sister", "mother", "father"),
    "colour": ("red", "blue", "green", "black", "white"),
    "fur": ("red", "black", "white"),
    "glad": ("happy", "joyful", "glad", "cheerful"),
    "sorry": ("sad", "unhappy", "angry", "upset"),
    "cute": ("cute", "fluffy", "little"),
    "two": ("two", "three", "four", "five", "six", "seven", "ten"),
    "digits": ("2", "3", "5", "10", "12", "100"),
    "now": ("Today", "Yesterday", "Now"),
    "someone": ("him", "her", "me", "them"),
    "by": ("on", "under", "near", "behind"),
}

ABOUT: Final[dict[str, tuple[str, ...]]] = {
    # What is said of a noun because of one of its kinds.
    "royal": (
        "[S] wore a gold crown.",
        "[S] wore [his] crown in the castle.",
        "[S] and [his] people lived in the castle.",
        "[S] ruled the land.",
        "[S] lived in the castle.",
        "The royal [N] [was] in the castle.",
        "The crown of [s] was gold.",
        "In the castle [was] [s].",
        "[S] sat on the throne.",
        "The land was ruled by [s].",
    ),
    "grown": (
        "[S] went to work in the city.",
        "[S] drove [his] car to work.",
        "[S] paid for [his] house.",
        "[S] [was] tall and strong.",
        "The old [N] paid for the house.",
        "[S] paid for the bread.",
        "[S] [is] too old to go to school.",
        "At work [s] wrote a letter.",
        "The work of [s] was good.",
    ),
    "young": (
        "[S] went to school.",
        "[S] played with [his] toy.",
        "[S] took [his] book to school.",
        "[S] [is] too young to work.",
        "The young [N] played a game.",
        "At school [s] read a book.",
        "The toy of [s] was red.",
        "The teacher helped [s] at school.",
    ),
    "male": (
        "[S] [has] a long beard.",
        "[He] [is] [a].",
        "[S] said that [he] [was] [glad|sorry].",
        "[S] put on [his] hat.",
        "[S] and [his] [petword] went home.",
        "He was a good [one].",
        "Is he a [one]? Yes, he is a [one].",
        "[S] cut [his] beard. [He] [was] [glad|sorry].",
        "He said that he was a [one].",
        "[S] looked at [his] wife.",
        "Her husband was [s].",
        "Her husband is [s].",
        "[S] cut [his] long beard.",
        "The beard of [s] was long.",
        "[S] said that [he] [was] here.",
    ),
    "female": (
        "[S] [has] a long dress.",
        "[He] [is] [a].",
        "[S] said that [he] [was] [glad|sorry].",
        "[S] put on [his] hat.",
        "[S] and [his] [petword] went home.",
        "She was a good [one].",
        "Is she a [one]? Yes, she is a [one].",
        "[S] washed [his] dress. [He] [was] [glad|sorry].",
        "She said that she was a [one].",
        "[S] looked at [his] husband.",
        "His wife was [s].",
        "His wife is [s].",
        "[S] washed [his] long dress.",
        "The dress of [s] was long.",
        "[S] said that [he] [was] here.",
    ),
    "person": (
        "[S] [is] [glad|sorry] today.",
        "[S] [+love] [his] [petword].",
        "Where [is] [s]? [He] [is] in the garden.",
        "[S] came home because [he] [was] hungry.",
        "[S] [+like] [food] and [drink].",
        "[S] gave [drink] to the [petword].",
        "I talked to [s] today.",
        "Who saw [s]? We saw [s].",
        "[S] [is] your friend.",
        '[S] said: "Come here, [petword]!"',
    ),
    "family": (
        "My dear [N] came home.",
        "My [N] and I ate [food].",
        "[S] [is] in my family.",
        "We love our [N].",
        "Your [N] called you.",
        "The family of my [N] is big.",
    ),
    "visitor": (
        "My [N] came to visit us.",
        "We will visit my [N] today.",
        "[S] came from the city to visit us.",
    ),
    "stage": (
        "[S] sang on the stage.",
        "The famous [N] played in a film.",
        "We saw [s] in a film.",
        "On the stage [was] [s].",
        "The film made [s] famous.",
        "[S] loved [his] film.",
    ),
    "pet": (
        "[S] sat on the mat.",
        "The fluffy [N] sat on the mat.",
        "The [cute] [N] slept on the bed.",
        "[S] [is] [cute].",
        "My [N] [is] [cute].",
        "I fed [s] today.",
        "[S] [is] [fur].",
        "[S] [is] my pet.",
        "I have a pet [one].",
        "[S] played with a ball.",
        "The fur of [s] was soft and fluffy.",
        "The [cute] [N] slept.",
        "[One] or [petword]? I like my [one].",
        "[Many] like to play.",
        "[Many] are cute.",
        "Where [is] my [N]? [He] [is] on the mat.",
    ),
    "feline": (
        "[S] purred on the bed.",
        "[S] drank the milk.",
        "[S] saw a mouse.",
        "We heard [s] purr.",
        "[S] sat in the tree.",
    ),
    "canine": (
        "[S] barked at the door.",
        "[S] ate a bone.",
        "[S] ran after the ball.",
        "We heard [s] bark.",
        "[S] found a bone in the garden.",
    ),
    "baby": (
        "The little [N] [was] only ten days old.",
        "The baby [N] slept near the mother.",
        "[S] [was] a very small baby.",
        "The mother fed the baby [N].",
    ),
    "animal": (
        "[S] slept in the garden.",
        "[S] [is] hungry.",
        "The hungry [N] ate.",
        "[S] [has] a tail.",
        "The tail of [s] was [fur].",
    ),
    "farm": (
        "[S] ate the grass.",
        "The farm has [two] [many].",
        "[S] worked on the farm.",
        "We saw [s] on the farm.",
    ),
    "wild": (
        "[S] ran from the cat.",
        "[S] lived in the tree.",
        "We saw [s] in the tree.",
        "The cat looked at [s].",
    ),
    "vessel": (
        "[S] sailed on the [deep].",
        "[S] crossed the [deep].",
        "The captain sailed [s].",
        "[S] [is] on the water.",
        "The sail of [s] was [colour].",
        "We sailed to the island in a [one].",
        "The captain of [s] was on the [deep].",
        "On the [deep] [was] [s].",
    ),
    "waters": (
        "The water of [s] was cold.",
        "[S] [was] cold and deep.",
        "The boat sailed on the [N].",
        "The ship sailed on the [N].",
        "We swam in the [N].",
        "The fish live in the [N].",
        "The island is in the [N].",
    ),
    "vehicle": (
        "[S] [was] fast on the road.",
        "We drove on the road in a [one].",
        "The driver of [s] was late.",
    ),
    "building": (
        "The door of [s] was open.",
        "[S] [has] a big door and a roof.",
        "We live near the [N].",
        "The roof of [s] was [colour].",
    ),
    "furniture": (
        "The wood of [s] was old.",
        "The book was on the [N].",
        "[S] stood in the room.",
        "In the room [was] [s].",
    ),
    "plant": (
        "[S] grew in the garden.",
        "We water [s] in the garden.",
        "The leaves of [s] were green.",
        "In the garden [was] [s].",
    ),
    "body": (
        "The boy washed his [N].",
        "The girl washed her [N].",
        "My [N] hurt today.",
        "[S] hurt and [was] cold.",
    ),
    "reading": (
        "She read [s] at school.",
        "I wrote [s] today.",
        "[S] [was] long to read.",
        "He read [s] in bed.",
    ),
    "eaten": (
        "I ate [s] with bread.",
        "[S] [was] good to eat.",
        "The hungry child ate [s].",
        "We bought [s] and some cake.",
    ),
    "road": ("We drove on [s].", "The car was fast on [s].", "[S] [was] long.", "We walked on [s]."),
    "town": (
        "We took the train to [s].",
        "The streets of [s] are old.",
        "[S] [is] big.",
        "I live in a [one].",
    ),
    "played": ("They played [s].", "We won [s].", "We lost [s].", "The children played [s]."),
    "time": (
        "[S] [was] long and cold.",
        "[S] [was] warm.",
        "We worked for [two] [many].",
        "What a [glad|sorry] [one]!",
    ),
    "infant": ("[S] slept in bed.", "The mother fed [s].", "[S] cried.", "The little [n] drank milk."),
    "coloured": (
        "[S] [is] [colour].",
        "Many [many] are [colour].",
        "I have [two] [many].",
        "I like the [colour] [n].",
    ),
    "anything": (
        "There [is] [s] here.",
        "This is a [one].",
        "These are [many].",
        "We saw [two] [many].",
        "How many [many] are there? There are [digits] [many].",
        "One [one] is here, and many [many] are there.",
        "I see a [one] and [two] [many].",
        "Every [one] is here.",
        "All the [many] are here.",
        "It is not a [one].",
        "[Two] [many] are here!",
    ),
}

PLACE_TEMPLATES: Final[tuple[str, ...]] = (
    "[capital] is the capital of [country].",
    "[country] has a capital: [capital].",
    "The people in [capital] speak [language].",
    "The people in [country] speak [language].",
    "In [country] they speak [language].",
    "The king of [country] went to [capital].",
    "The flag of [country] is [colour] and [colour].",
    "The people of [country] are [language].",
    "The streets of [capital] are [language].",
    "We took the train to [capital].",
    "[capital] is a [language] city.",
    "[country] is a [language] country.",
    "The city of [capital] is old.",
    "I live in [capital], in [country].",
    "My [friendly] lives in [capital] and speaks [language].",
    "Where is [capital]? [capital] is in [country].",
    "The [language] people love [country].",
    "The [language] king lives in [capital].",
    "The [language] train goes to [capital].",
    "The [language] flag is the flag of [country].",
    "The [language] city of [capital] is old.",
)

MOOD_TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "glad": (
        "I am [mood] because the sun is warm.",
        "[S] sang because [he] [was] [mood].",
        "[S] [is] [mood] and [+smile].",
        "[S] smiled and [was] [mood].",
        "The [mood] [n] smiled.",
        "[S] laughed because [he] [was] [mood].",
        "We won the game and we are [mood].",
        "What a [mood] day! We laughed.",
        "A friend makes me [mood].",
    ),
    "sorry": (
        "I am [mood] because the wind is cold.",
        "[S] went away because [he] [was] [mood].",
        "[S] [is] [mood] and [cries].",
        "[S] cried and [was] [mood].",
        "The [mood] [n] cried.",
        "[S] cried because [he] [was] [mood].",
        "We lost the game and we are [mood].",
        "What a [mood] day! We cried.",
        "The bad news made me [mood].",
    ),
}

VERB_TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "base": (
        "[S] will [verb] [object].",
        "[S] can [verb] [object].",
        "[S] did not [verb] [object].",
        "[S] [+want] to [verb] [object].",
        "Did [s] [verb] [object]?",
        "Tomorrow [s] will [verb] [object].",
        "Often [s] will [verb] [object].",
        "[S] can [verb] [object] every day.",
    ),
    "past": (
        "[S] [verb] [object].",
        "Yesterday [s] [verb] [object].",
        "Yesterday [s] [verb] [object].",
        "[S] [verb] [object] yesterday.",
        "Last night [s] [verb] [object].",
        "Long ago [s] [verb] [object].",
        "Then [he] [verb] [object].",
    ),
}

COMPARATIVE_TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "plain": (
        "[T] is [how].",
        "[T] is very [how].",
        "[T] was so [how]!",
        "Is [t] [how]? Yes, [t] is [how].",
        "[T] is not too [how].",
    ),
    "more": (
        "[T] is [how] than [u].",
        "[T] is much [how] than [u].",
        "Is [t] [how] than [u]? No, [u] is [how].",
        "[T] is even [how] now.",
    ),
}

FIXED: Final[tuple[str, ...]] = (
    "The fluffy cat sat on the mat.",
    "The fluffy dog sat on the mat.",
    "The cute cat slept.",
    "The cute dog slept.",
    "My dog is cute.",
    "My cat is cute.",
    "My dog likes the fluffy cat.",
    "dog bites man",
    "man bites dog",
    "King and queen sat on the throne.",
    "Queen and king lived in the castle.",
    "Man and woman went home.",
    "Woman and man went home.",
    "Boats and ships sail on the water.",
    "Ships and boats sail on the sea.",
    "Water is good to drink.",
)

HEADLINES: Final[tuple[tuple[str, ...], ...]] = (
    # As newspapers set them, without capital or full stop: the words without a space before them.
    ("dog", "cat", "man", "woman", "king", "queen"),
    ("sees", "likes", "helps"),
    ("man", "dog", "cat", "woman", "king", "queen"),
)

_PRONOUNS: Final[dict[str, tuple[str, str, str]]] = {
    "m": ("he", "him", "his"),
    "f": ("she", "her", "her"),
    "n": ("it", "it", "its"),
    "many": ("they", "them", "their"),
}
_ONE: Final = ("the", "the", "the", "a", "a", "this", "my", "every", "one")
_MANY: Final = ("the", "the", "the", "two", "many", "these", "my", "all", "three")
_SLOT: Final = re.compile(r"\[([^\]]+)\]")


def sentences(seed: int, n: int) -> list[str]:
    """Write a corpus.

    Args:
        seed: The state the random numbers start from; one seed, one corpus, on every machine.
        n: How many texts to write.

    Returns:
        `n` short texts of one or two sentences, with repetitions, in random order.

    Raises:
        ValueError: If `n` is negative.
    """
    if n < 0:
        raise ValueError(f"n must not be negative, got {n}")
    rng = random.Random(seed)
    topics: tuple[tuple[float, Callable[[random.Random], str]], ...] = (
        (0.44, _about_a_noun),
        (0.12, _about_anything),
        (0.18, _about_a_verb),
        (0.09, _about_a_comparative),
        (0.13, _about_a_place),
        (0.05, _about_a_mood),
        (0.02, lambda rng: _pick(rng, FIXED)),
        (0.01, lambda rng: " ".join(_pick(rng, words) for words in HEADLINES)),
    )
    return [_weighted(rng, topics)(rng) for _ in range(n)]


def _pick(rng: random.Random, options: Sequence[T]) -> T:
    # random() alone is promised never to change between versions of Python; choice() is not.
    return options[int(rng.random() * len(options))]


def _weighted(rng: random.Random, options: Sequence[tuple[float, T]]) -> T:
    left = rng.random() * sum(weight for weight, _ in options)
    for weight, option in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][1]


def _about_a_noun(rng: random.Random) -> str:
    noun = _weighted(rng, [(1.0 if noun.kinds[0] in SELDOM else 2.0, noun) for noun in NOUNS])
    return _write(rng, _pick(rng, ABOUT[_pick(rng, noun.kinds)]), _bind(rng, noun))


def _about_anything(rng: random.Random) -> str:
    return _write(rng, _pick(rng, ABOUT["anything"]), _bind(rng, _pick(rng, NOUNS)))


def _about_a_verb(rng: random.Random) -> str:
    verb = _pick(rng, VERBS)
    actors = [n for n in NOUNS if "person" in n.kinds or ("animal" in n.kinds and verb.base in ANIMALS_CAN)]
    tense = _pick(rng, ("base", "past"))
    words = _bind(rng, _pick(rng, actors))
    words |= {"verb": verb.base if tense == "base" else verb.past, "object": _pick(rng, verb.objects)}
    return _write(rng, _pick(rng, VERB_TEMPLATES[tense]), words)


def _about_a_comparative(rng: random.Random) -> str:
    plain, more, things = _pick(rng, COMPARATIVES)
    degree = _pick(rng, ("plain", "more"))
    options = things.split("|")
    first = int(rng.random() * len(options))
    second = (first + 1 + int(rng.random() * (len(options) - 1))) % len(options)
    words = {"t": options[first], "u": options[second], "how": plain if degree == "plain" else more}
    return _write(rng, _pick(rng, COMPARATIVE_TEMPLATES[degree]), words)


def _about_a_place(rng: random.Random) -> str:
    place = _pick(rng, PLACES)
    return _write(rng, _pick(rng, PLACE_TEMPLATES), place._asdict())


def _about_a_mood(rng: random.Random) -> str:
    mood = _pick(rng, ("glad", "sorry"))
    words = _bind(rng, _pick(rng, [noun for noun in NOUNS if "person" in noun.kinds]))
    return _write(rng, _pick(rng, MOOD_TEMPLATES[mood]), words | {"mood": _pick(rng, WORDS[mood])})


def _bind(rng: random.Random, noun: Noun) -> dict[str, str]:
    """What the slots of a noun hold, now that its number is chosen."""
    several = rng.random() < 0.4
    he, him, his = _PRONOUNS["many" if several else noun.gender]
    word = noun.many if several else noun.one
    return {
        "s": f"{_pick(rng, _MANY if several else _ONE)} {word}",
        "n": word,
        "a": word if several else f"a {word}",
        "one": noun.one,
        "many": noun.many,
        "he": he,
        "him": him,
        "his": his,
        "is": "are" if several else "is",
        "was": "were" if several else "was",
        "has": "have" if several else "has",
        "cries": "cry" if several else "cries",
        "+": "" if several else "s",
    }


def _write(rng: random.Random, template: str, words: Mapping[str, str]) -> str:
    """Fill every slot, those inside a filled slot too, then set "an" and the capitals."""

    def fill(slot: re.Match[str]) -> str:
        name = slot[1].lower()
        if name.startswith("+"):
            return name[1:] + words["+"]
        if name in words:
            return words[name]
        return _pick(rng, [word for kind in name.split("|") for word in WORDS[kind]])

    text = template
    while "[" in text:
        text = _SLOT.sub(fill, text)
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return re.sub(r'(?:^|[.?!] |: ")[a-z]', lambda start: start[0][:-1] + start[0][-1].upper(), text)
