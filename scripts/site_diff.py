"""What a reader would find changed between two built sites: ``python -m scripts diff BASE_SITE NEW_SITE``.

Reads what the build left for machines (`programs.json`, `claims.json`, `provenance.json`, the charts' CSV and JSON) and
the pages themselves.  A site may come from anyone's pull request, so its text only ever stands in code, where neither
markup nor a mention has a meaning.  Needs the standard library alone: ``python -m scripts.site_diff changes.json`` makes
the same Markdown of a list that was computed elsewhere, without an environment and without believing what it says.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scripts.build import BuildError
from scripts.site_check import Node, parse

#: GitHub refuses a comment of more than 65,536 characters.
LIMIT = 60_000
LINES = 40  # of one thing that changed
COLUMNS = 240
NAMES = 400  # things in a section

#: What may have changed, in the order in which a reviewer wants to know it.
SECTIONS = {
    "tables": "Tables and versions",
    "claims": "Claims",
    "programs": "Programs",
    "numbers": "Numbers in the text",
    "charts": "Charts",
    "pages": "Pages",
    "data": "Data of the dashboard",
}
NOTHING = (
    "**Nothing changed.** Every program prints what it printed, every claim has its verdict and evidence, "
    "every chart its data, and every page its text.\n"
)
#: Files without which a folder is not a site that this project built.
NEEDED = (
    "index.html",
    "generated/provenance.json",
    "generated/programs.json",
    "generated/claims.json",
    "generated/charts",
)
NUMBER = re.compile(r"[-−+]?\d[\d,.]*")
#: A note is a few words of ours; what has anything else in it is not ours, and is shown as code.
PLAIN = re.compile(r"[\w ,;→()-]*")


class SiteError(BuildError):
    """A folder is not a built site, or a list is not one of changes.  The message says what is wrong."""


@dataclass
class Change:
    """One thing that changed: its name, how in a few words, and lines that begin with ``-``, ``+`` or a blank."""

    name: str
    note: str
    lines: list[str] = field(default_factory=list)


Changes = dict[str, list[Change]]


# -- reading -----------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """What is compared of a built site."""

    label: str
    made_with: dict[str, str]
    programs: dict[str, dict[str, str]]
    claims: dict[str, dict[str, Any]]
    charts: dict[str, tuple[list[str], str]]  # rows as CSV lines, and how they are drawn
    pages: dict[str, list[str]]
    data: set[str]


def read(folder: Path) -> Site:
    """A built site.

    Raises:
        SiteError: names the files that are missing, or the one that cannot be read.
    """
    if missing := [name for name in NEEDED if not (folder / name).exists()]:
        raise SiteError(f"{folder} is not a built site: there is no {', no '.join(missing)}")
    provenance = _json(folder / "generated/provenance.json")
    label = str(provenance.get("label") or "no label")
    programs = _named(folder / "generated/programs.json", "programs", "name")
    claims = _named(folder / "generated/claims.json", "claims", "id")
    made_with = {"Python": provenance.get("python"), **_dict(provenance.get("packages"))}
    return Site(
        label,
        {name: str(version) for name, version in made_with.items()},
        {name: {key: str(program.get(key)) for key in ("output", "sha256")} for name, program in programs},
        {f"{claim.get('page')}/{name}": claim for name, claim in claims},
        {path.stem: _chart(path) for path in sorted((folder / "generated/charts").glob("*.json"))},
        {name: _text(path, label) for name, path in _pages(folder)},
        {p.relative_to(folder).as_posix() for p in (folder / "generated/dashboard").rglob("*.*.*")},
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SiteError(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(found, dict):
        raise SiteError(f"{path} is not a JSON object")
    return found


def _named(path: Path, of: str, by: str) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = _json(path).get(of)
    if not isinstance(entries, list) or not all(isinstance(e, dict) and by in e for e in entries):
        raise SiteError(f"{path} has no list {of!r} in which each entry has {by!r}")
    for entry in entries:
        yield str(entry[by]), entry


def _dict(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _chart(path: Path) -> tuple[list[str], str]:
    table = path.with_suffix(".csv")
    rows = table.read_text("utf-8", "replace").splitlines() if table.is_file() else []  # the theme has none
    drawn = {name: part for name, part in _json(path).items() if name not in ("data", "$comment", "usermeta")}
    return rows, json.dumps(drawn, sort_keys=True)


def _pages(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.html")):
        if path.name != "404.html":
            yield path.relative_to(folder).as_posix().removesuffix("index.html") or "/", path


def _text(path: Path, label: str) -> list[str]:
    """The prose of a page: without programs, charts and claims, which are compared by themselves."""
    page = parse(path.read_text("utf-8", "replace"))
    body = next(page.all("article"), next(page.all("body"), page))
    lines = "".join(_prose(body)).replace(label, "(the tables)").splitlines()
    return [words for line in lines if (words := " ".join(line.split()))]


def _prose(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif not child.classes & {"program", "chart", "claim"} and child.tag not in ("script", "style"):
            yield from _prose(child)


# -- comparing ---------------------------------------------------------------------------------------------------------


def compare(base: Site, new: Site) -> Changes:
    """What changed from ``base`` to ``new``, by section; a section without a change is not in it."""
    changes: Changes = {
        "tables": [*_tables(base, new)],
        "claims": [*_claims(base, new)],
        "programs": [*_programs(base, new)],
        "numbers": [*_values(base, new)],
        "charts": [*_charts(base, new)],
        "pages": [*_came_and_went(base.pages, new.pages)],
        "data": [*_data(base, new)],
    }
    for page in sorted(base.pages.keys() & new.pages.keys()):
        numbers, words = _page(base.pages[page], new.pages[page])
        if numbers:
            changes["numbers"].append(Change(page, _count(len(numbers) // 2, "line"), _clip(numbers)))
        if words:
            changes["pages"].append(Change(page, "other words", _clip(words)))
    return {section: found for section, found in changes.items() if found}


def _tables(base: Site, new: Site) -> Iterator[Change]:
    if base.label != new.label:
        yield Change("tables", "made on other tables", _clip(_turned(base.label, new.label)))
    for name in sorted(base.made_with.keys() | new.made_with.keys()):
        before, after = base.made_with.get(name, "none"), new.made_with.get(name, "none")
        if before != after:
            yield Change(name, "another version", _clip(_turned(before, after)))


def _came_and_went(base: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    before, after = set(base), set(new)
    yield from (Change(name, "added") for name in sorted(after - before))
    yield from (Change(name, "removed") for name in sorted(before - after))


def _claims(base: Site, new: Site) -> Iterator[Change]:
    yield from _came_and_went(base.claims, new.claims)
    for name in sorted(base.claims.keys() & new.claims.keys()):
        before, after = base.claims[name], new.claims[name]
        said = [part for part in ("statement", "judged", "evidence") if before.get(part) != after.get(part)]
        verdicts = str(before.get("verdict")), str(after.get("verdict"))
        if verdicts[0] != verdicts[1] or said:
            note = " → ".join(verdicts) if verdicts[0] != verdicts[1] else f"another {', '.join(said)}"
            lines = [line for part in said for line in _turned(str(before.get(part)), str(after.get(part)))]
            yield Change(name, note, _clip(lines))


def _values(base: Site, new: Site) -> Iterator[Change]:
    for name in sorted(base.claims.keys() & new.claims.keys()):
        before, after = _dict(base.claims[name].get("values")), _dict(new.claims[name].get("values"))
        both = [value for value in before if value in after and before[value] != after[value]]
        lines = [
            line
            for value in both
            for line in _turned(f"{value}: {before[value]}", f"{value}: {after[value]}")
        ]
        if lines:
            yield Change(name, _count(len(both), "number"), _clip(lines))


def _programs(base: Site, new: Site) -> Iterator[Change]:
    yield from _came_and_went(base.programs, new.programs)
    for name in sorted(base.programs.keys() & new.programs.keys()):
        before, after = base.programs[name], new.programs[name]
        if before["output"] != after["output"]:
            diff = difflib.unified_diff(
                before["output"].splitlines(), after["output"].splitlines(), n=1, lineterm=""
            )
            lines = [line for line in diff if not line.startswith(("---", "+++", "@@"))]
            yield Change(name, "other output", _clip(lines))
        elif before["sha256"] != after["sha256"]:
            yield Change(name, "another program, the same output")


def _charts(base: Site, new: Site) -> Iterator[Change]:
    yield from _came_and_went(base.charts, new.charts)
    for name in sorted(base.charts.keys() & new.charts.keys()):
        (before, drawn_before), (after, drawn_after) = base.charts[name], new.charts[name]
        if before != after:
            gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
            lines = [f"- {row}" for row in gone.elements()][:3] + [f"+ {row}" for row in come.elements()][:3]
            # the first line names the columns
            rows = f"of {len(before) - 1} rows"
            if len(before) != len(after):
                rows = f"rows ({len(before) - 1} before, {len(after) - 1} now)"
            number = max(gone.total(), come.total())
            note = f"{number} {rows} differ" if number else "its rows in another order"
            if before[:1] != after[:1]:
                note = f"other columns; {note}"
            yield Change(name, note, _clip(lines))
        elif drawn_before != drawn_after:
            yield Change(name, "drawn in another way, from the same data")


def _data(base: Site, new: Site) -> Iterator[Change]:
    come, gone = len(new.data - base.data), len(base.data - new.data)
    if come or gone:
        yield Change("generated/dashboard", f"{_count(come, 'new file')}, {gone} gone")


def _page(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Lines of prose that changed: those where only numbers did, and the others."""
    numbers: list[str] = []
    words: list[str] = []
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for _, i, j, k, m in (step for step in steps if step[0] != "equal"):
        if [NUMBER.sub("0", line) for line in before[i:j]] == [NUMBER.sub("0", line) for line in after[k:m]]:
            for old, new in zip(before[i:j], after[k:m], strict=True):
                numbers += _turned(old, new)
        else:
            words += [f"- {line}" for line in before[i:j]] + [f"+ {line}" for line in after[k:m]]
    return numbers, words


def _turned(before: str, after: str) -> list[str]:
    return [f"- {before}", f"+ {after}"]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _clip(lines: list[str]) -> list[str]:
    lines = [line if len(line) <= COLUMNS else f"{line[:COLUMNS]}…" for line in lines]
    return lines if len(lines) <= LINES else [*lines[:LINES], f"  … and {len(lines) - LINES} lines more"]


# -- writing -----------------------------------------------------------------------------------------------------------


def _visible(text: str) -> str:
    """One line, in which what would not be seen (controls, marks of direction, lone surrogates) is written out."""
    hidden = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in hidden else c for c in text)


def code(text: str) -> str:
    """``text`` as Markdown's code within a line, whatever is in it."""
    text = _visible(text[:COLUMNS]) or " "
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    gap = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"


def fence(lines: list[str]) -> str:
    """``lines`` as a block of Markdown's code, two columns in: part of an item of a list."""
    lines = [_visible(line) for line in _clip(lines)]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "".join(f"  {line}\n" for line in (f"{ticks}diff", *lines, ticks))


def markdown(changes: Changes, limit: int = LIMIT) -> str:
    """The list of changes, fit for a comment on a pull request.

    Args:
        changes: see ``compare``.
        limit: how many characters it may have; what does not fit is left out whole, with a word on it.
    """
    if not any(changes.values()):
        return NOTHING
    counts = ", ".join(
        f"{title.lower()} {len(changes[key])}" for key, title in SECTIONS.items() if changes.get(key)
    )
    parts, left_out = [f"**Changed:** {counts}.\n"], Counter[str]()
    room = limit - len(parts[0]) - 600  # for the word on what was left out
    for key, title in SECTIONS.items():
        heading = f"\n### {title}\n\n"
        for number, change in enumerate(changes.get(key, [])):
            note = change.note[:COLUMNS]
            note = note if PLAIN.fullmatch(note) else code(note)
            part = f"- {code(change.name)} {note}\n" + (fence(change.lines) if change.lines else "")
            part = part if number else heading + part
            if len(part) > room or number >= NAMES or left_out[title]:
                left_out[title] += 1
            else:
                parts.append(part)
                room -= len(part)
    if rest := ", ".join(f"{title.lower()} {count}" for title, count in left_out.items() if count):
        parts.append(
            f"\n**Not all is shown**; left out: {rest}. The whole list: `python -m scripts diff BASE_SITE NEW_SITE`.\n"
        )
    return "".join(parts)


def to_json(changes: Changes) -> str:
    """The list of changes for machines; ``from_json`` reads it."""
    record = {key: [asdict(change) for change in found] for key, found in changes.items()}
    return json.dumps({"made_by": "python -m scripts diff", "changes": record}, indent=2) + "\n"


def from_json(text: str) -> Changes:
    """The list of changes that somebody sent, of which nothing but its form is believed.

    Raises:
        SiteError: it does not have the form of ``to_json``.
    """
    try:
        record = json.loads(text)["changes"]
        changes = {key: [Change(**entry) for entry in record.get(key, [])] for key in SECTIONS}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SiteError(f"not a list of changes: {type(error).__name__}") from None
    for change in (change for found in changes.values() for change in found):
        texts = [change.name, change.note, *(change.lines if isinstance(change.lines, list) else [None])]
        if not all(isinstance(part, str) for part in texts):
            raise SiteError("not a list of changes: a name, a note or a line is not text")
        change.lines = [part for line in change.lines[: LINES + 1] for part in (line.splitlines() or [""])]
    return changes


def main(base: Path, new: Path, *, as_json: bool = False) -> int:
    """Print what changed between two built sites; 0 whether or not anything did.

    Raises:
        SiteError: one of the folders is not a built site.
    """
    changes = compare(read(base), read(new))
    print(to_json(changes) if as_json else markdown(changes), end="")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scripts.site_diff changes.json")
    try:
        sys.stdout.buffer.write(markdown(from_json(Path(sys.argv[1]).read_text("utf-8"))).encode())
    except (SiteError, OSError, UnicodeDecodeError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(1)
