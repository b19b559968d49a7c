"""What others published about GPT-2 small, each beside the value computed here.

The facts and their sources are in ``gpt2-published.json``; here is how each is computed from the tables.  The list serves
``python -m scripts verify``, the tests and the claims.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from scripts import geometry
from scripts.claims.once import once

if TYPE_CHECKING:
    import numpy.typing as npt

    from scripts.tables import Tables

Value: TypeAlias = "str | int | float | tuple[Value, ...]"
Need = Literal["tokenizer", "wpe", "wte", "whole file", "config.json"]
Verdict = Literal["holds", "FAILS", "not checked"]

FILE = Path(__file__).parent / "gpt2-published.json"
UNNAMED = "printed by others from the published file"
KEPT, REMOVED = "kept", "removed"
INPUTS = (KEPT, REMOVED)
METRICS: tuple[geometry.Metric, ...] = ("euclidean", "cosine")


@dataclass(frozen=True)
class Fact:
    """One published fact.

    Attributes:
        group: under which heading it is listed.
        name: what was measured.
        source: who published it.
        published: what they published.
        compute: the same from the tables at hand.
        needs: what of GPT-2 it depends on.
        tolerance: how far a number may be off, absolutely; text has to be equal.
    """

    group: str
    name: str
    source: str
    published: Value
    compute: Callable[[Tables], Value]
    needs: frozenset[Need]
    tolerance: float = 0.0


@dataclass(frozen=True)
class Checked:
    """A fact beside the tables at hand: ``computed`` is None, and ``why`` says why, where it was not checked."""

    fact: Fact
    verdict: Verdict
    computed: Value | None = None
    why: str = ""

    def __str__(self) -> str:
        """The verdict, and why not where there is none."""
        return f"{self.verdict}: {self.why}" if self.why else self.verdict


@functools.cache
def published() -> Any:
    """The facts file, parsed."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def agrees(computed: Value, expected: Value, tolerance: float = 0.0) -> bool:
    """Whether two values are equal: text exactly, each number within ``tolerance``; NaN is equal to nothing."""
    if isinstance(expected, tuple):
        return (
            isinstance(computed, tuple)
            and len(computed) == len(expected)
            and all(agrees(c, e, tolerance) for c, e in zip(computed, expected, strict=True))
        )
    if isinstance(expected, str) or isinstance(computed, (str, tuple)):
        return computed == expected
    # a trace more, so that what is off by just the tolerance is within it however the subtraction rounds
    return abs(computed - expected) <= tolerance + 1e-12 * abs(expected)


# -- what is at hand ----------------------------------------------------------------------------------------------


def missing(tables: Tables) -> Mapping[Need, str]:
    """What of GPT-2 is not at hand in these tables, and why."""
    known = tables.provenance
    needs: tuple[Need, ...] = ("tokenizer", "wpe", "wte", "whole file", "config.json")
    if known.model != "gpt2":
        return dict.fromkeys(needs, f"this build is made on {known.name}, and the fact is about GPT-2")
    pins = published()["artefacts"]
    lacking: dict[Need, str] = {}
    if known.wte_sha256 != pins["wte.weight"]["sha256"]:
        lacking["wte"] = "the token table is not GPT-2's"
    size = pins["model.safetensors"]["bytes"]
    if not tables.model_file.is_file() or tables.model_file.stat().st_size != size:
        lacking["whole file"] = "only the two tables of the file are here"
    if not _config(tables).is_file():
        lacking["config.json"] = "it is not fetched, since nothing is computed from it"
    return lacking


def about_wte(tables: Tables) -> str:
    """What is known of a token table whose sha256 is not the published one."""
    rows = [fact for fact in _rows() if "wte" in fact.needs]
    agreeing = sum(agrees(fact.compute(tables), fact.published, fact.tolerance) for fact in rows)
    return (
        f"UNVERIFIED TABLES: the sha256 of wte.weight is {tables.provenance.wte_sha256 or 'unknown'}, published is "
        f"{published()['artefacts']['wte.weight']['sha256']}, and {agreeing} of {len(rows)} published rows agree. "
        "Nothing that depends on the token table was checked."
    )


def _config(tables: Tables) -> Path:
    return tables.model_file.parent / "config.json"


# -- the facts ----------------------------------------------------------------------------------------------------


@functools.cache
def facts() -> tuple[Fact, ...]:
    """Every published fact, in the order of the file."""
    return (
        *_artefacts(),
        *_rows(),
        *_input_layer(),
        *_analogies(),
        *_plural_direction(),
        *_untrained(),
        *_tokens(),
    )


def check(fact: Fact, tables: Tables, lacking: Mapping[Need, str] | None = None) -> Checked:
    """One fact beside the tables at hand."""
    lacking = missing(tables) if lacking is None else lacking
    for need in sorted(fact.needs):
        if need in lacking:
            return Checked(fact, "not checked", why=lacking[need])
    try:
        computed = fact.compute(tables)
    except (KeyError, IndexError, ValueError, OSError) as error:
        return Checked(fact, "FAILS", why=f"cannot be computed: {type(error).__name__}: {error}")
    return Checked(fact, "holds" if agrees(computed, fact.published, fact.tolerance) else "FAILS", computed)


def checked(tables: Tables) -> list[Checked]:
    """Every fact beside the tables at hand."""
    lacking = missing(tables)
    return [check(fact, tables, lacking) for fact in facts()]


def _artefacts() -> Iterator[Fact]:
    pins = published()["artefacts"]
    where = f"{pins['repo']} at {pins['revision']}"

    def fact(name: str, need: Need, compute: Callable[[Tables], Value]) -> Fact:
        source = pins[name].get("source", where)
        return Fact(
            "artefacts", f"sha256 of {name}", source, pins[name]["sha256"], compute, frozenset({need})
        )

    yield fact("model.safetensors", "whole file", lambda tables: _file_sha256(tables.model_file))
    yield fact("config.json", "config.json", lambda tables: _file_sha256(_config(tables)))
    yield fact("vocab.json", "tokenizer", lambda tables: _file_sha256(tables.files / "vocab.json"))
    yield fact("merges.txt", "tokenizer", lambda tables: _file_sha256(tables.files / "merges.txt"))
    yield fact("wte.weight", "wte", lambda tables: _table_sha256(tables.wte))
    yield fact("wpe.weight", "wpe", lambda tables: _table_sha256(tables.wpe))


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _table_sha256(table: npt.NDArray[np.float32]) -> str:
    digest = hashlib.sha256()
    for start in range(0, len(table), 4096):
        digest.update(np.ascontiguousarray(table[start : start + 4096], "<f4").tobytes())
    return digest.hexdigest()


def _rows() -> Iterator[Fact]:
    rows = published()["rows"]
    tables: tuple[Literal["wte", "wpe"], ...] = ("wte", "wpe")
    for table in tables:
        for row, said in rows[table].items():
            head, tail = said["head"], said.get("tail", [])
            yield Fact(
                "rows",
                f"{table}[{row}], its first {len(head)}" + (f" and last {len(tail)}" if tail else ""),
                UNNAMED,
                (*head, *tail),
                functools.partial(_ends, table=table, row=int(row), head=len(head), tail=len(tail)),
                frozenset({table}),
                said.get("tolerance", rows["tolerance"]),
            )


def _ends(tables: Tables, table: str, row: int, head: int, tail: int) -> Value:
    numbers = getattr(tables, table)[row]
    return (*map(float, numbers[:head]), *map(float, numbers[len(numbers) - tail :]))


def _input_layer() -> Iterator[Fact]:
    said = published()["input_layer"]
    group, source = (
        "input of the first block",
        f"{UNNAMED} ({said['why_tolerance'].removeprefix('published ')})",
    )
    prompt, ids = said["prompt"], tuple(said["ids"])
    yield Fact(
        group,
        f"token IDs of {prompt!r}",
        source,
        ids,
        lambda tables: tuple(tables.encoding.encode_ordinary(prompt)),
        frozenset({"tokenizer"}),
    )
    parts: dict[str, frozenset[Need]] = {
        "wte": frozenset({"wte"}),
        "wpe": frozenset({"wpe"}),
        "sum": frozenset({"wte", "wpe"}),
    }
    for part, needs in parts.items():
        for position, (token, (head, tail)) in enumerate(zip(ids, said[part], strict=True)):
            name = {"wte": f"wte[{token}]", "wpe": f"wpe[{position}]"}.get(
                part, f"wte[{token}] + wpe[{position}]"
            )
            yield Fact(
                group,
                f"{name}, its first {len(head)} and last {len(tail)}",
                source,
                (*head, *tail),
                functools.partial(_input_ends, part=part, token=token, position=position, n=len(head)),
                needs,
                said["tolerance"],
            )


def _input_ends(tables: Tables, part: str, token: int, position: int, n: int) -> Value:
    rows = {"wte": tables.wte[token], "wpe": tables.wpe[position]}
    numbers = rows[part] if part in rows else rows["wte"] + rows["wpe"]
    return (*map(float, numbers[:n]), *map(float, numbers[-n:]))


# -- analogies ----------------------------------------------------------------------------------------------------


def rank_tolerance(rank: int) -> int:
    """How far a rank may be off: not at all up to 1,000, beyond it a thousandth.

    So far down, neighbours in the ranking differ by less than float32 rounding, with which the ranks were published.
    """
    return 0 if rank <= 1000 else math.ceil(rank / 1000)


@dataclass(frozen=True)
class Ranked:
    """One ranking of all rows: the first, and the place of the row that was expected."""

    top1: int
    rank: int


def text_of(tables: Tables, token: int) -> str:
    """A token as text."""
    return tables.encoding.decode_single_token_bytes(token).decode("utf-8", "replace")


@once
def analogies(tables: Tables) -> list[dict[tuple[str, str], Ranked]]:
    """For each published item, by metric and by what is done with the inputs, the ranking of b - a + c in float64."""
    return rankings(tables, published()["analogies"]["items"])


def rankings(tables: Tables, items: list[dict[str, Any]]) -> list[dict[tuple[str, str], Ranked]]:
    """The same for any items with the keys a, b, c and expected, each of them one token."""
    single = tables.encoding.encode_single_token
    ids = [[single(item[key]) for key in ("a", "b", "c", "expected")] for item in items]
    return [
        {
            (metric, inputs): ranked(score, expected, (a, b, c) if inputs == REMOVED else ())
            for metric, score in by_metric.items()
            for inputs in INPUTS
        }
        for (a, b, c, expected), by_metric in zip(ids, nearness(tables, ids), strict=True)
    ]


def nearness(tables: Tables, items: list[list[int]]) -> Iterator[dict[str, geometry.Array]]:
    """Nearness of every row to each item's b - a + c, by metric; float64, so that rounding decides nothing."""
    wte = tables.wte
    a, b, c, _ = (np.asarray(wte[ids], np.float64) for ids in np.array(items).T)
    targets = b - a + c  # (items, n_embd)
    dots = geometry.products(wte, targets)  # (n_vocab, items)
    lengths = geometry.exact_norms(wte)  # (n_vocab,)
    for dot, target in zip(dots.T, targets, strict=True):
        length = float(np.sqrt(target @ target))
        yield {
            "euclidean": -np.sqrt(np.maximum(lengths**2 - 2 * dot + length**2, 0)),
            "cosine": dot / np.maximum(lengths * length, np.finfo(float).tiny),
        }


def ranked(score: geometry.Array, expected: int, without: tuple[int, ...] = ()) -> Ranked:
    """The first of a ranking, and the place of ``expected`` in it, where ``without`` may not be."""
    allowed = score.copy()
    allowed[list(without)] = -np.inf
    return Ranked(int(np.argmax(allowed)), geometry.rank(score, expected, without))


def _analogies() -> Iterator[Fact]:
    said = published()["analogies"]
    needs: frozenset[Need] = frozenset({"tokenizer", "wte"})
    for number, item in enumerate(said["items"]):
        name = f"{item['b'].strip()} - {item['a'].strip()} + {item['c'].strip()} = {item['expected'].strip()}"
        for metric in METRICS:
            for inputs in INPUTS:
                expected = item[metric][inputs]
                yield Fact(
                    "analogies: the first of the ranking, and the rank of what was expected",
                    f"{name}, {metric}, inputs {inputs}",
                    said["source"],
                    (expected["top1"], expected["rank"]),
                    functools.partial(_first_and_rank, number=number, key=(metric, inputs)),
                    needs,
                    rank_tolerance(expected["rank"]),
                )
    first = said["first_18"]
    for metric in METRICS:
        yield Fact(
            "analogies: the first 18 together",
            f"{metric}: right with inputs removed, right with inputs kept, an input the nearest when kept",
            said["source"],
            (first["removed_top1"], first["kept_top1"], first["nearest_is_an_input_when_kept"]),
            functools.partial(first_18, metric=metric),
            needs,
        )
    # published without saying which of the four rankings it is: it holds if one of them gives it
    fragment = 42047
    yield Fact(
        "analogies: the spelling of the answer",
        "rank of 'rome' instead of ' Rome' in Paris - France + Italy (of four rankings the one that comes nearest)",
        said["source"],
        fragment,
        functools.partial(_rank_of_fragment, near=fragment),
        needs,
        rank_tolerance(fragment),
    )


def _first_and_rank(tables: Tables, number: int, key: tuple[str, str]) -> Value:
    found = analogies(tables)[number][key]
    return (text_of(tables, found.top1), found.rank)


def first_18(tables: Tables, metric: str) -> tuple[int, int, int]:
    """Of the first 18 items: right with inputs removed, right with inputs kept, an input is nearest when kept."""
    counts: Counter[str] = Counter()
    for item, rankings in zip(published()["analogies"]["items"][:18], analogies(tables), strict=False):
        top1 = text_of(tables, rankings[metric, KEPT].top1)
        counts[REMOVED] += rankings[metric, REMOVED].rank == 1
        counts[KEPT] += rankings[metric, KEPT].rank == 1
        counts["input"] += top1 in (item["a"], item["b"], item["c"])
    return counts[REMOVED], counts[KEPT], counts["input"]


def _rank_of_fragment(tables: Tables, near: int) -> int:
    single = tables.encoding.encode_single_token
    a, b, c, fragment = (single(text) for text in (" France", " Paris", " Italy", "rome"))
    by_metric = next(nearness(tables, [[a, b, c, fragment]]))
    ranks = [
        ranked(score, fragment, without).rank for score in by_metric.values() for without in ((), (a, b, c))
    ]
    return min(ranks, key=lambda rank: abs(rank - near))


# -- the plural direction -----------------------------------------------------------------------------------------


@once
def plural_directions(tables: Tables) -> dict[str, geometry.Array]:
    """``seed``: cats - cat; ``average``: the mean of plural - singular over five other words; float64 (n_embd,)."""
    words = ("dog", "car", "house", "tree", "hand")
    steps = [plural_step(tables, f" {word}", f" {word}s") for word in words]
    return {"seed": plural_step(tables, " cat", " cats"), "average": np.mean(steps, axis=0)}


def plural_step(tables: Tables, singular: str, plural: str) -> geometry.Array:
    """From the row of a word to the row of its plural: float64 (n_embd,)."""
    return _row64(tables, plural) - _row64(tables, singular)


def _row64(tables: Tables, text: str) -> geometry.Array:
    return np.asarray(tables.wte[tables.encoding.encode_single_token(text)], np.float64)


def along(tables: Tables, singular: str, plural: str, direction: str) -> tuple[float, float]:
    """Dot products of the two rows with a direction of ``plural_directions``."""
    by = plural_directions(tables)[direction]
    return float(_row64(tables, singular) @ by), float(_row64(tables, plural) @ by)


def separates(tables: Tables, direction: str) -> tuple[int, int]:
    """In how many of the published pairs the plural lies further along the direction, and of how many."""
    pairs = published()["plural_direction"]["pairs"]
    further = 0
    for pair in pairs:
        singular, plural = along(tables, pair["singular"], pair["plural"], direction)
        further += plural > singular
    return further, len(pairs)


def _norm_ratio(tables: Tables) -> float:
    seed, average = (float(np.linalg.norm(plural_directions(tables)[name])) for name in ("seed", "average"))
    return seed / average if average else math.inf


def _plural_direction() -> Iterator[Fact]:
    said = published()["plural_direction"]
    needs: frozenset[Need] = frozenset({"tokenizer", "wte"})
    for pair in said["pairs"]:
        singular, plural = pair["singular"], pair["plural"]
        for direction in ("seed", "average"):
            yield Fact(
                "plural direction: singular and plural along it",
                f"{singular.strip()}, {plural.strip()} along the {direction}",
                said["source"],
                tuple(pair[direction]),
                functools.partial(along, singular=singular, plural=plural, direction=direction),
                needs,
                said["tolerance"],
            )
    for direction in ("seed", "average"):
        yield Fact(
            "plural direction: together",
            f"pairs that the {direction} separates, of how many",
            said["source"],
            tuple(said[f"{direction}_separates"]),
            functools.partial(separates, direction=direction),
            needs,
        )
    ratio = "norm_ratio_seed_over_average"
    yield Fact(
        "plural direction: together",
        "length of the seed over length of the average",
        said["source"],
        said[ratio],
        _norm_ratio,
        needs,
        # published with five decimals, so half a unit of the last is open whatever the tolerance of the pairs
        max(said["tolerance"], half_a_unit(said[ratio])),
    )


# -- untrained rows -----------------------------------------------------------------------------------------------


@once
def untrained_indicator(tables: Tables) -> geometry.Array:
    """``1 - cosine(wte[i], mean(wte[177..187]))`` for every row: float64 (n_vocab,); small where nothing was learned."""
    unused = np.asarray(tables.wte[177:188], np.float64).mean(axis=0)  # (n_embd,)
    dots = geometry.products(tables.wte, unused[None])[:, 0]
    lengths = geometry.exact_norms(tables.wte) * float(np.sqrt(unused @ unused))
    indicator: geometry.Array = 1 - dots / np.maximum(lengths, np.finfo(float).tiny)
    return indicator


def half_a_unit(number: float) -> float:
    """Half a unit in the last decimal that a number was published with."""
    return 0.5 * 10.0 ** -len(repr(number).partition(".")[2])


def _untrained() -> Iterator[Fact]:
    said = published()["untrained"]
    needs: frozenset[Need] = frozenset({"wte"})
    summaries: dict[str, Callable[[Tables], Value]] = {
        "mean": lambda tables: float(untrained_indicator(tables).mean()),
        "std": lambda tables: float(untrained_indicator(tables).std()),
    }
    for summary, compute in summaries.items():
        number = said[f"vocabulary_{summary}"]
        yield Fact(
            "untrained rows",
            f"indicator over the whole vocabulary: {summary}",
            said["source"],
            number,
            compute,
            needs,
            max(said["tolerance_relative"] * number, half_a_unit(number)),
        )
    for token, number in said["by_id"].items():
        yield Fact(
            "untrained rows",
            f"indicator of ID {token}",
            said["source"],
            number,
            functools.partial(_indicator_of, token=int(token)),
            needs,
            said["tolerance_relative"] * number,
        )


def _indicator_of(tables: Tables, token: int) -> float:
    return float(untrained_indicator(tables)[token])


# -- tokens -------------------------------------------------------------------------------------------------------


@once
def token_bytes(tables: Tables) -> list[bytes]:
    """The bytes of every token, by ID."""
    return [tables.encoding.decode_single_token_bytes(token) for token in range(tables.encoding.n_vocab)]


def is_utf8(data: bytes) -> bool:
    """Whether ``data`` is text by itself."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _tokens() -> Iterator[Fact]:
    said = published()["tokens"]
    source = "recomputed from GPT-2's tokenizer files when the list of facts was made"

    def fact(name: str, expected: Value, compute: Callable[[Tables], Value]) -> Fact:
        return Fact("tokens", name, source, expected, compute, frozenset({"tokenizer"}))

    for text, ids in said["encode"].items():
        yield fact(f"token IDs of {text!r}", tuple(ids), functools.partial(_encode, text=text))
    for text, token in said["single"].items():
        yield fact(f"ID of {text!r}", token, functools.partial(_single, text=text))
    yield fact("token 5842", said["id_5842_is"], functools.partial(text_of, token=5842))
    counts = said["counts"]
    yield fact("tokens", counts["vocabulary"], lambda tables: len(token_bytes(tables)))
    yield fact(
        "tokens that are a space and then letters",
        counts["space_then_letters"],
        lambda tables: sum(b[:1] == b" " and b[1:].isalpha() for b in token_bytes(tables)),
    )
    yield fact(
        "tokens of several bytes that are no text by themselves",
        counts["multi_byte_partial_utf8"],
        lambda tables: sum(len(b) > 1 and not is_utf8(b) for b in token_bytes(tables)),
    )
    yield fact(
        "tokens of one byte",
        counts["byte_tokens"],
        lambda tables: sum(len(b) == 1 for b in token_bytes(tables)),
    )
    longest = counts["longest_token_bytes"]
    yield fact("the longest token and its bytes", (longest["id"], longest["bytes"]), _longest)


def _encode(tables: Tables, text: str) -> Value:
    return tuple(tables.encoding.encode_ordinary(text))


def _single(tables: Tables, text: str) -> int:
    return int(tables.encoding.encode_single_token(text))


def _longest(tables: Tables) -> Value:
    lengths = [len(b) for b in token_bytes(tables)]
    return lengths.index(max(lengths)), max(lengths)


# -- what is printed ----------------------------------------------------------------------------------------------


def written(value: Value) -> str:
    """A value for a person to read."""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(written, value)) + ")"
    return (
        f"{value:.9g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else f"{value}"
    )


def report(results: list[Checked]) -> Iterator[str]:
    """Lines that show every fact under its heading, with its source, and a line that counts."""
    for (group, source), block in groupby(results, key=lambda r: (r.fact.group, r.fact.source)):
        yield f"\n{group}\n  source: {source}"
        for result in block:
            beside = f"published {written(result.fact.published)}"
            if result.computed is not None:
                beside += f"   computed {written(result.computed)}"
            if result.fact.tolerance and result.computed is not None:
                beside += f"   (± {result.fact.tolerance:.1g})"
            yield f"  {result.fact.name}\n      {beside}\n      {result}"
    counts = Counter(result.verdict for result in results)
    yield f"\n{len(results)} facts: {counts['holds']} hold, {counts['FAILS']} FAIL, {counts['not checked']} not checked"


def main() -> int:
    """Print every published fact, and then every claim, beside the tables at hand.

    Returns:
        An exit code: 1 if a fact fails or a claim cannot be checked, else 0.  A fact about something that is not at hand is
        not checked, and so cannot fail: with TinyGPT none can, with unverified tables only those of the tokenizer and of
        ``wpe``.  A claim that fails is a finding, no failure.
    """
    from scripts import labels, tables
    from scripts.build import BuildError
    from scripts.claims import pages

    at_hand = tables.load()
    results = checked(at_hand)
    print(f"What was published about GPT-2 small, beside {labels.label(at_hand.provenance)}")
    for line in report(results):
        print(line)
    if not any(result.verdict != "not checked" for result in results):
        print(
            f"NOTHING WAS CHECKED: these are the tables of {at_hand.provenance.name}, and every fact is about GPT-2. "
            "Set EMBEDDINGS_MODEL=gpt2 to check them."
        )
    elif not at_hand.provenance.verified:
        print(about_wte(at_hand))
    print("\nThe claims of the pages")
    try:
        judged = pages.judge_all(at_hand, tables.load("tiny"))
    except BuildError as error:
        print(error)
        return 1
    for line in pages.report(judged):
        print(line)
    return 1 if any(result.verdict == "FAILS" for result in results) else 0
