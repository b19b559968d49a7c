"""What the pages include: every piece they name is there, and what can stand on a page stands on one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scripts.paths import CONFIG, DOCS, FRAGMENTS

INCLUDE = re.compile(r'^(?P<indent>[ \t]*)--8<-- "(?P<name>[^"]+)"[ \t]*$', re.MULTILINE)


@dataclass(frozen=True)
class Include:
    """A line of a page that includes a piece: ``docs/<page>``, the line's number, and the piece's name."""

    page: str
    line: int
    name: str


def includes() -> Iterator[Include]:
    """Every line that includes something, page by page."""
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Include(path.relative_to(DOCS).as_posix(), line, match["name"])


def changed(page: str, also: Iterable[str] = ()) -> float:
    """When what ``docs/<page>`` is made of was last changed, in seconds since 1970.

    That is the page, what it includes and what that includes in turn, the pieces ``also`` that every page has, and the
    configuration.
    """
    seen = {CONFIG, DOCS / page}
    waiting = [DOCS / page, *(FRAGMENTS / name for name in also)]
    while waiting:
        path = waiting.pop()
        if not path.is_file():
            continue
        seen.add(path)
        inner = {FRAGMENTS / match["name"] for match in INCLUDE.finditer(path.read_text("utf-8"))}
        waiting += inner - seen
    return max(path.stat().st_mtime for path in seen)


def _lost() -> list[Include]:
    return [include for include in includes() if not (FRAGMENTS / include.name).is_file()]


def missing() -> list[str]:
    """What is wrong with lines that include a piece that the build has not made, each with the piece that may be meant."""
    lost = _lost()
    pieces = (
        [p.relative_to(FRAGMENTS).as_posix() for p in FRAGMENTS.rglob("*") if p.is_file()] if lost else []
    )
    return [_said(include, difflib.get_close_matches(include.name, pieces, 1)) for include in lost]


def _said(include: Include, near: list[str]) -> str:
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"docs/{include.page}, line {include.line}: there is no piece {include.name}{meant}"


def stand_in() -> None:
    """Have each line whose piece is missing show that, so that MkDocs can serve the rest; the next build takes it away."""
    for include in _lost():
        path = FRAGMENTS / include.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"**There is no piece `{include.name}`.**\n", "utf-8")


def unplaced(pieces: Mapping[str, str]) -> list[str]:
    """What to do with those of ``pieces``, each with the page for it, that no page includes."""
    on_pages = {include.name for include in includes()}
    return [
        f'{name} is on no page yet: put on {page} the line\n  --8<-- "{name}"'
        for name, page in pieces.items()
        if name not in on_pages
    ]
