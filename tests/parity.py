"""What the dashboard's JavaScript is asked, and what Python answers: one piece for the tests in Node and in a browser.

``tests/dashboard/parity.mjs`` puts the questions to the dashboard's own modules, wherever those run.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tiktoken
from tiktoken_ext.openai_public import r50k_pat_str  # type: ignore[import-untyped]

from scripts import dashboard, geometry
from scripts.paths import ROOT
from scripts.tables import Tables

JS = ROOT / "tests" / "dashboard"
STRINGS = 100_000

Question = dict[str, Any]


def write_data(folder: Path, tables: Tables, **settings: object) -> None:
    """The dashboard's data of ``tables`` in ``folder/dashboard``; ``settings`` are constants of scripts.dashboard to change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dashboard, "FOLDER", folder / "dashboard")
        patch.setattr(dashboard, "PARTS", folder / "parts")
        for name, value in settings.items():
            patch.setattr(dashboard, name, value)
        steps = [
            *dashboard.artefacts(tables.provenance, lambda: tables),
            *dashboard.index(tables.provenance, lambda: tables),
        ]
        for artefact in steps:
            files = artefact.make()
            for path, content in files.items() if isinstance(files, Mapping) else files:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


# -- texts and their tokens --------------------------------------------------------------------------------------------

ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz ABCXYZ 0123456789 .,;:!?'\"-_()[]{}<>|/\\@#$%^&*+=~`",
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2003\u2028\u2029\u202f\u205f\u3000",
    "\x00\x01\x07\x08\x1b\x1c\x1d\x1e\x1f\x7f\x80\x9f\xad",
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2069\u180e\ufffd\ufffe\uffff",
    "éèêñüßøåæœłżčšžýůőİıſﬁ",
    "\u0301\u0308\u0327\u20d0\u0483\ufe0f",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя АБВ",
    "αβγδεζηθικλμνξοπρστυφχψως",
    "אבגדהוזחטיכלמנסעפצקרשת שָׁלוֹם",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ٠١٢٣٤٥٦٧٨٩",
    "अआइईउऊकखगघचछजझ ०१२३ क्षि",
    "กขคฆงจฉชซ เแโใไ ๐๑๒",
    "日本語漢字中文汉字仮名ひらがなカタカナ一二三",
    "한국어조선글가나다",
    "½²³¹⅓Ⅷⅻ①⑩〇㊿෦𝟘𝟙𐄇",
    "😀🎉👍🏽👩‍👩‍👧‍👦🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿❤️",
    "\U00020000\U0002a6d6\U000f0000\U00100000\U0010ffff\U000e0001\U0001f9ff\U00016e40",
    "\ud800\udbff\udc00\udfff",
    "'sS'tT'reRE'veVE'mM'llLL'dD’s",
)
TEXT = (
    "the cat sat on mat dog puppies king queen <|endoftext|> <|endoftext |endoftext|> <|im_start|> 'll 've 're 's 'S 'LL "
    " externalToEVA SolidGoldMagikarp don't I'm we've 3.14159 https://example.org/?q=a&b=c%20d e=mc² naïve coöperate "
    "supercalifragilisticexpialidocious ﬁne ǅungla straße ẞ Σίσυφος"
)
WORDS = re.split(" ", TEXT)


def strings(seed: int, count: int) -> list[str]:
    """Text as people and enemies write it: words, scripts mixed, runs of white space, lone surrogates, any code points."""
    rng = random.Random(seed)

    def piece() -> str:
        match rng.randrange(10):
            case 0 | 1 | 2:
                alphabet = rng.choice(ALPHABETS)
                return "".join(rng.choices(alphabet, k=rng.randint(1, 12)))
            case 3 | 4:
                return " ".join(rng.choices(WORDS, k=rng.randint(1, 5)))
            case 5:
                return rng.choice(ALPHABETS[1]) * rng.randint(1, 6)
            case 6:
                return chr(rng.randrange(0x110000))
            case 7:
                return rng.choice(rng.choice(ALPHABETS)) * rng.randint(1, 90)
            case 8:
                return "".join(chr(rng.randrange(0x3000)) for _ in range(rng.randint(1, 6)))
            case _:
                return rng.choice((" ", "'", "\n", "  ", " '", "\r\n"))

    return ["".join(piece() for _ in range(rng.randint(0, 8))) for _ in range(count)]


def every_point(
    write: Callable[[str], str] = str, together: int = 64, points: Sequence[int] = range(0x110000)
) -> list[str]:
    """Every code point of Unicode, surrogates too, as ``write`` writes it, so many of them in one text."""
    return [
        "".join(write(chr(point)) for point in points[start : start + together])
        for start in range(0, len(points), together)
    ]


#: The planes that have characters.  ``class_probe`` is asked for all.
CHARACTERS = (*range(0x40000), *range(0xE0000, 0xE1000))


def _long() -> list[str]:
    return [
        "a" * 100_000,
        "ab" * 50_000,
        " " * 100_000,
        "\n" * 100_000 + "x",
        "Donaudampfschiff" * 6_000,
        "é" * 50_000,
    ]


TEXTS: dict[str, Callable[[], list[str]]] = {
    "generated": lambda: strings(1, STRINGS),
    "every code point alone": lambda: every_point(together=1),
    "every code point beside its like": every_point,
    "every code point between others": lambda: every_point("a{0} {0}1{0}".format, points=CHARACTERS),
    "long": _long,
}

#: One of each class that the pattern tells apart, but for white space, which joins no other.
SIGNS = "a1!"


def beside_signs(point: str) -> str:
    """Text of which ``class_probe`` makes other tokens for a letter, a number, white space, and anything else."""
    return "".join(sign + point for sign in SIGNS)


def class_probe() -> tiktoken.Encoding:
    """GPT-2's pattern with merges that show it: a sign and the next character's first byte are one token, if one piece.

    With other merges two ways to cut a text may give the same tokens, and a wrong class of a rare character no sign.
    """
    ranks = {bytes([byte]): byte for byte in range(256)}
    for sign in SIGNS.encode():
        ranks |= {bytes([sign, byte]): len(ranks) + byte for byte in range(256)}
    return tiktoken.Encoding(
        "probe", pat_str=r50k_pat_str, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": len(ranks)}
    )


def packed(texts: Sequence[str]) -> bytes:
    """The texts as ``parity.mjs`` takes them: UTF-16, each after its length."""
    units = [text.encode("utf-16-le", "surrogatepass") for text in texts]
    return b"".join(part for one in units for part in ((len(one) // 2).to_bytes(4, "little"), one))


def assert_tokens(numbers: list[int], encoding: tiktoken.Encoding, texts: Sequence[str]) -> None:
    """``numbers`` are, for every text, how many tokens ``tiktoken`` makes of it, and their IDs."""
    at = 0
    for text in texts:
        end = at + 1 + numbers[at]
        assert numbers[at + 1 : end] == encoding.encode_ordinary(text), ascii(text)
        at = end
    assert at == len(numbers)


# -- rankings ----------------------------------------------------------------------------------------------------------

RANKINGS: list[tuple[geometry.Metric, bool]] = [
    ("cosine", False),
    ("dot", False),
    ("euclidean", False),
    ("cosine", True),
    ("dot", True),
    ("euclidean", True),
]


def centred_rows(rows: npt.NDArray[np.float32], centred: bool) -> npt.NDArray[np.float64]:
    wide = rows.astype(np.float64)
    return wide - wide.mean(axis=0) if centred else wide


def questions(wte: npt.NDArray[np.float32]) -> list[Question]:
    """500 tokens, by the lists made at the build and by a search; searches for 200 vectors: random ones, sums of three rows."""
    rng = np.random.default_rng(3)
    n, d = wte.shape
    sums = wte[rng.integers(0, n, (100, 3))].sum(axis=1)
    vectors = [*rng.normal(size=(100, d)).astype(np.float32), *sums]
    exactly = {"k": 20, "exact": True, "most": 1e12}
    asked: list[Question] = []
    for i, token in enumerate(rng.permutation(n)[:500].tolist()):
        metric, centred = RANKINGS[i % 6]
        ranking = {"metric": metric, "centred": centred}
        asked.append({"neighboursOf": token, "k": 32, "without": [token], **ranking})
        asked.append({"searchOf": token, "without": [token], **ranking, **exactly})
    for i, vector in enumerate(vectors):
        metric, centred = RANKINGS[i % 6]
        without = rng.integers(0, n, i % 4).tolist()
        asked.append(
            {"vector": vector.tolist(), "metric": metric, "centred": centred, "without": without, **exactly}
        )
    return asked


def _scores(
    question: Question, rows: npt.NDArray[np.float64], mean: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Scores of all ``rows``, those left out last; of distances only those that can be among the first."""
    token = question.get("neighboursOf", question.get("searchOf"))
    query = rows[token] if token is not None else np.array(question["vector"]) - mean
    if question["metric"] == "euclidean":
        squares = np.einsum("nd,nd->n", rows, rows) - 2 * (rows @ query)
        near = np.argsort(squares, kind="stable")[:200]
        score = np.full(len(rows), -np.inf)
        score[near] = -np.linalg.norm(rows[near] - query, axis=1)
    else:
        score = np.array(geometry.scores(rows, query, question["metric"]), np.float64)
    score[question["without"]] = -np.inf
    return score


def _assert_ranking(got: dict[str, Any], score: npt.NDArray[np.float64], k: int) -> None:
    """The same IDs in the same order, but where scores differ by less than the last digit of a float32."""
    order = np.argsort(-score, kind="stable")[:k]
    assert got["exact"]
    assert len(set(got["ids"])) == len(got["ids"]) == len(order)
    np.testing.assert_allclose(got["scores"], score[order], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(score[got["ids"]], score[order], rtol=1e-12, atol=1e-12)
    assert got["shown"] == [f"{one:.6f}" for one in score[order].astype(np.float32)]


def assert_answers(asked: list[Question], answers: list[Any], wte: npt.NDArray[np.float32]) -> None:
    """``answers`` to ``asked`` are those that Python computes from ``wte``, to the last digit shown."""
    mean = wte.mean(axis=0, dtype=np.float64)
    for centred in (False, True):
        rows = centred_rows(wte, centred)
        for question, answer in zip(asked, answers, strict=True):
            if question["centred"] == centred:
                _assert_ranking(answer, _scores(question, rows, mean * centred), question["k"])
