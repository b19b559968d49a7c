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
AGAIN = "build again, nothing changed (`python -m scripts build`)"
WITH_PAGES = "the same, and every page rendered (`mkdocs build`)"
MKDOCS = [PYTHON, "-m", "mkdocs", "build", "-q"]


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: both builds, the build's memory, building again."""
    copy = place.copy("project")
    if place.model.folder:
        place.tables  # noqa: B018
        used = [_from_nothing(place, copy, "gpt2") for _ in range(min(2, place.times))]
        seconds = Figure([u.seconds for u in used], "s", _processor(used))
        # by itself: to add up its pages, the system stops a process again and again
        watched = _from_nothing(place, copy, "gpt2", watch=True)
        tree = Figure([watched.tree_mb or watched.process_mb], "MB")
        alone = f"the greatest process alone: {watched.process_mb:,.0f} MB"
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
    yield from _again(place, copy)
    shutil.rmtree(copy)


def _from_nothing(place: Place, copy: Path, model: str, *, watch: bool = False) -> Usage:
    for folder in MADE:
        shutil.rmtree(copy / folder, ignore_errors=True)
    return run(MKDOCS, env=place.project(copy, model), cwd=copy, watch=watch)


def _again(place: Place, copy: Path) -> Iterator[Row]:
    bare = bare_config(copy)
    env = place.project(copy, "tiny")
    build, ours, theirs = [], [], []
    before = _stamps(copy)
    for _ in range(place.times + 2):
        build.append(run([PYTHON, "-m", "scripts", "build"], env=env, cwd=copy))
        ours.append(run(MKDOCS, env=env, cwd=copy))
        theirs.append(run([*MKDOCS, "-f", bare], env=env, cwd=copy))
    written = [name for name, stamp in _stamps(copy).items() if before.get(name) != stamp]
    alone = Figure(
        [u.seconds for u in theirs], "s", f"{_processor(theirs)}, `mkdocs build` alone, without our hook"
    )
    measured = Figure(
        [u.seconds for u in build], "s", f"{_processor(build)}, {len(written)} files written outside `site/`"
    )
    met = measured.median <= 1.5 and not written
    yield Row(AGAIN, measured, alone, "≤ 1.5 s, nothing written", met, values={"written": written[:20]})
    whole = Figure([u.seconds for u in ours], "s", _processor(ours))
    yield Row(WITH_PAGES, whole, alone, "≤ 1.5 s", whole.median <= 1.5)


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
