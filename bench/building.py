"""The whole build: from nothing, and with nothing to do."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from bench.place import PYTHON, Place, bare_config, not_measured
from bench.process import Usage, run
from bench.table import Figure, Row, human

MADE = (".build", "docs/generated", "site")
WHOLE = "whole `{}` build, {} (`mkdocs build`)"
MEMORY = "memory of the `gpt2` build at its peak (all processes)"
AGAIN = "build again, nothing changed (`mkdocs build`)"
MKDOCS = [PYTHON, "-m", "mkdocs", "build", "-q"]


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: both builds, the build's memory, building again."""
    copy = place.copy("project")
    if place.model.folder:
        place.tables  # noqa: B018
        used = [_from_nothing(place, copy, "gpt2") for _ in range(min(2, place.times))]
        seconds = Figure([u.seconds for u in used], "s", _processor(used))
        tree = Figure([u.tree_mb or u.process_mb for u in used], "MB")
        alone = f"the greatest process alone: {max(u.process_mb for u in used):,.0f} MB"
        yield Row(
            WHOLE.format("gpt2", "tables at hand, nothing cached"),
            seconds,
            None,
            "≤ 75 s",
            seconds.median <= 75,
        )
        yield Row(MEMORY, tree, None, "≤ 1,200 MB", tree.median <= 1200, alone)
    else:
        yield not_measured(WHOLE.format("gpt2", "tables at hand, nothing cached"), place.model.why, "≤ 75 s")
        yield not_measured(MEMORY, place.model.why, "≤ 1,200 MB")
    used = [_from_nothing(place, copy, "tiny") for _ in range(min(3, place.times))]
    tiny = Figure([u.seconds for u in used], "s", _processor(used))
    yield Row(WHOLE.format("tiny", "nothing cached"), tiny, None, "≤ 20 s", tiny.median <= 20)
    yield _again(place, copy)
    shutil.rmtree(copy)


def _from_nothing(place: Place, copy: Path, model: str) -> Usage:
    for folder in MADE:
        shutil.rmtree(copy / folder, ignore_errors=True)
    return run(MKDOCS, env=place.project(copy, model), cwd=copy, watch=True)


def _again(place: Place, copy: Path) -> Row:
    bare = bare_config(copy)
    env = place.project(copy, "tiny")
    ours, theirs = [], []
    before = _stamps(copy)
    for _ in range(place.times + 2):
        ours.append(run(MKDOCS, env=env, cwd=copy))
        theirs.append(run([*MKDOCS, "-f", bare], env=env, cwd=copy))
    written = [name for name, stamp in _stamps(copy).items() if before.get(name) != stamp]
    note = f"{_processor(ours)}, {len(written)} files written outside `site/`"
    measured = Figure([u.seconds for u in ours], "s", note)
    reference = Figure([u.seconds for u in theirs], "s", f"{_processor(theirs)}, the same without our hook")
    met = measured.median <= 1.5 and not written
    return Row(AGAIN, measured, reference, "≤ 1.5 s, nothing written", met, values={"written": written[:20]})


def _processor(used: list[Usage]) -> str:
    return f"with {human(statistics.median(u.processor for u in used))} s of processor"


def _stamps(copy: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in copy.rglob("*"):
        inside = path.relative_to(copy)
        if path.is_file() and inside.parts[0] != "site" and "__pycache__" not in inside.parts:
            stat = path.stat()
            if path.suffix != ".lock":
                found[inside.as_posix()] = (stat.st_mtime_ns, stat.st_ino)
    return found
