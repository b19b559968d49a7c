"""What a claim is, and how it comes to its verdict."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from scripts.claims import published
from scripts.tables.pinned import GPT2

if TYPE_CHECKING:
    from scripts.tables import Tables

Verdict = Literal["holds", "partly", "fails"]
Judgement = Literal["holds", "partly", "fails", "not checked"]
Model = Literal["gpt2", "tiny"]
Kind = Literal["brief", "published", "ours"]
Need = Literal["tokenizer", "wpe", "wte"]

#: The pages that make claims, in their order; each has a module of its name.
PAGES = {
    "index": "What is an embedding?",
    "tokens": "From text to token IDs",
    "lookup": "The lookup table",
    "meaning": "The map of meaning",
    "analogies": "Directions and analogies",
    "learning": "How embeddings are learned",
    "positions": "Where the token sits",
    "input": "What the model receives",
    "unlearned": "Words it never learned",
}

GPT2_ONLY: frozenset[Model] = frozenset({"gpt2"})
TINY_ONLY: frozenset[Model] = frozenset({"tiny"})
EITHER: frozenset[Model] = frozenset({"gpt2", "tiny"})


@dataclass(frozen=True)
class Source:
    """Who says so: ``brief`` is what this project set out to explain, ``ours`` what it adds."""

    text: str
    kind: Kind
    url: str = ""


BRIEF = Source("the project's own brief", "brief")
OURS = Source("this project, to be tested", "ours")


def from_facts(part: str, url: str = "", kind: Kind = "published") -> Source:
    """The source of a published claim in the list of facts, by a part of its name.

    Args:
        part: of the source as the list writes it.
        url: where it is, if the list does not say.
        kind: see ``Source``.

    Raises:
        ValueError: no source of the list, or several, have that part.
    """
    found = {said["source"] for said in published.published()["claims"] if part in said["source"]}
    if len(found) != 1:
        raise ValueError(f"{len(found)} sources of the list of facts have {part!r} in them")
    (text,) = found
    return Source(text, kind, url or _url(text))


def measured(section: str) -> Source:
    """The source of a section of the list of facts."""
    text = published.published()[section]["source"]
    return Source(text, "published", _url(text))


def _url(text: str) -> str:
    address = text.split()[0]
    return f"https://{address}" if "/" in address else ""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        verdict: whether the statement holds.
        evidence: why, in a sentence or two; every number in it was computed.
        values: the numbers by name, as the evidence writes them.
    """

    verdict: Verdict
    evidence: str
    values: Mapping[str, str] = field(default_factory=dict)


Check = Callable[["Tables"], Finding]


@dataclass(frozen=True)
class Claim:
    """A statement that can be true or false, and how that is found out.

    Attributes:
        id: its name on its page, and its anchor.
        page: where it stands.
        statement: what is claimed.
        source: who claims it.
        judged: what decides, with every threshold.
        models: the models it speaks about; one that speaks of TinyGPT alone is checked on TinyGPT in every build.
        needs: what of the model's it depends on.
        check: finds out.
    """

    id: str
    page: str
    statement: str
    source: Source
    judged: str
    models: frozenset[Model]
    needs: frozenset[Need]
    check: Check

    @property
    def anchor(self) -> str:
        """The id of its block on a page."""
        return f"claim-{self.page}-{self.id}"


@dataclass(frozen=True)
class Judged:
    """A claim with its verdict in one build; ``model`` is the one it was checked on, empty if on none."""

    claim: Claim
    verdict: Judgement
    evidence: str
    values: Mapping[str, str]
    model: str


_known: dict[tuple[str, str], Claim] = {}


def claim(
    *,
    judged: str = "",
    source: Source = OURS,
    models: frozenset[Model] = EITHER,
    needs: tuple[Need, ...] = ("tokenizer", "wte"),
) -> Callable[[Check], Check]:
    """Make the check below a claim of the page that its module is named after.

    The function's name is the claim's; the first line of its docstring is the statement, the rest says how it is judged.

    Args:
        judged: how it is judged, where several claims are judged alike and the docstring does not say it.
        source: see ``Claim``, as for the others.
        models: the models it speaks about.
        needs: what of the model's it depends on.

    Raises:
        ValueError: the page has a claim of that name already, or one of the two is not said.
    """

    def register(check: Check) -> Check:
        statement, _, rest = inspect.cleandoc(check.__doc__ or "").partition("\n")
        made = Claim(
            check.__name__.replace("_", "-"),
            check.__module__.rpartition(".")[2],
            statement,
            source,
            judged or " ".join(rest.split()),
            models,
            frozenset(needs),
            check,
        )
        if (made.page, made.id) in _known or not (made.statement and made.judged):
            raise ValueError(
                f"{made.page}/{made.id} is there already, or does not say what it claims and how it is judged"
            )
        _known[made.page, made.id] = made
        return check

    return register


def claims() -> list[Claim]:
    """Every claim, page by page, in the order in which the modules state them."""
    for page in PAGES:
        importlib.import_module(f"scripts.claims.{page}")
    return [made for page in PAGES for made in _known.values() if made.page == page]


def named(page: str, name: str) -> Claim:
    """One claim."""
    return next(made for made in claims() if (made.page, made.id) == (page, name))


def unproven(tables: Tables) -> Mapping[Need, str]:
    """What of these tables is not what it is called, and so can decide nothing about the model; why."""
    known = tables.provenance
    if known.verified:
        return {}
    if known.model != "gpt2":
        needs: tuple[Need, ...] = ("tokenizer", "wpe", "wte")
        return dict.fromkeys(needs, f"these are not the files of {known.name} that this project keeps")
    lacking: dict[Need, str] = {}
    if known.wte_sha256 != GPT2.wte.sha256:
        lacking["wte"] = "the token table is not GPT-2's"
    if known.wpe_sha256 != GPT2.wpe.sha256:
        lacking["wpe"] = "the position table is not GPT-2's"
    if (known.vocab_sha256, known.merges_sha256) != (GPT2.vocab.sha256, GPT2.merges.sha256):
        lacking["tokenizer"] = "the tokenizer is not GPT-2's"
    return lacking


def judge(made: Claim, tables: Tables, tiny: Tables) -> Judged:
    """The verdict on one claim in a build on ``tables``; ``tiny`` are TinyGPT's, for claims about it alone."""
    subject = tiny if made.models == TINY_ONLY else tables
    name = subject.provenance.name
    if subject.provenance.model not in made.models:
        return Judged(
            made, "not checked", f"The claim is about {GPT2.name}, and this build is made on {name}.", {}, ""
        )
    lacking = unproven(subject)
    for need in sorted(made.needs):
        if need in lacking:
            return Judged(made, "not checked", f"Here {lacking[need]}.", {}, "")
    found = made.check(subject)
    return Judged(made, found.verdict, found.evidence, found.values, name)


def graded(holds: bool, partly: bool = False) -> Verdict:
    """``holds``, else ``partly``, else ``fails``."""
    return "holds" if holds else "partly" if partly else "fails"
