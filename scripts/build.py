"""What is stale is made again; the rest is left alone.

An artefact's key is the hash of everything it depends on, so a change of time alone changes nothing.  Files are written
only if their bytes differ, by rename, and only after the artefact has been made whole.
"""

from __future__ import annotations

import ast
import ctypes
import functools
import hashlib
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, TypeVar

from scripts.paths import FRAGMENTS, GENERATED, LOCK, ROOT

T = TypeVar("T")
Files = Mapping[Path, bytes]
#: The same, a file at a time: for what would not fit in memory.  All but its last files are named by their content, so
#: that nothing refers to those of an artefact that failed half-way.
Stream = Iterator[tuple[Path, bytes]]


class Entry(TypedDict):
    """What is known of an artefact that was made: its key, and of each of its files the sha256 and the size."""

    key: str
    files: dict[str, str]
    sizes: dict[str, int]


State = dict[str, Entry]

STATE = FRAGMENTS / "state.json"
LOCK_FILE = FRAGMENTS / "build.lock"


class BuildError(Exception):
    """The site cannot be built.  The message names what failed and what to do."""


@dataclass(frozen=True)
class Artefact:
    """One thing the build makes.

    Attributes:
        name: what the log calls it, such as ``positions/plot_norms``.
        key: hash of all it depends on; see ``fingerprint``.
        make: returns its files, absolute path -> bytes, or a stream of them; called only if the artefact is stale.
    """

    name: str
    key: str
    make: Callable[[], Files | Stream]


def fingerprint(*parts: str | bytes | Path) -> str:
    """Sha256 of the parts in their order; a path stands for the bytes of its file."""
    digest = hashlib.sha256()
    for part in parts:
        data = (
            part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        )
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


@functools.cache
def environment() -> str:
    """Fingerprint of what runs everything: the Python version and the locked packages."""
    return fingerprint(platform.python_version(), LOCK)


@functools.cache
def sources(*modules: str) -> list[Path]:
    """The files of ``modules`` and of every module of ours that they import, with the data beside them, in a fixed order.

    This module is left out: it imports every maker, and through it each would depend on all the others.  The files are
    looked for once: where a process builds again and again, ``serving.renew`` has this module imported anew if they change.
    """
    found: dict[str, Path] = {}
    queue = list(modules)
    while queue:
        module = queue.pop()
        if module in found or module == __name__ or not (known := _module(module)):
            continue
        found[module], imported = known
        queue += imported
    return [file for module in sorted(found) for file in (found[module], *_data(found[module]))]


@functools.cache
def _module(name: str) -> tuple[Path, tuple[str, ...]] | None:
    """The file of a module of ours, and what of ours it may import; nothing if there is no such file."""
    path = ROOT.joinpath(*name.split("."))
    file = next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)
    if file is None:
        return None
    names: list[str] = []
    statements: list[ast.AST] = [ast.parse(file.read_bytes())]
    while statements:
        node = statements.pop()
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):  # no expression imports anything
            found = getattr(node, inner, [])
            statements += (
                found if isinstance(found, list) else []
            )  # that of a lambda or an `if else` is one expression
    return file, tuple(name for name in names if name.split(".")[0] == "scripts")


@functools.cache
def _data(path: Path) -> list[Path]:
    """What a module's folder keeps for it: JSON files, and the list of hashes of TinyGPT's artefact."""
    return sorted([*path.parent.glob("*.json"), *path.parent.glob("artefact/provenance.json")])


def run(*phases: Sequence[Artefact], say: Callable[[str], None] = print) -> int:
    """Make what is stale, in parallel within a phase, and forget what is no longer asked for.

    Args:
        phases: a later phase may read the files of an earlier one.
        say: takes one line per artefact made.

    Returns:
        How many artefacts were made.

    Raises:
        BuildError: if one cannot be made; what was there before is still there.
    """
    known = _read_state()
    names = {artefact.name for phase in phases for artefact in phase}
    state = {name: entry for name, entry in known.items() if name in names}
    made = 0
    for phase in phases:
        stale = [artefact for artefact in phase if not _fresh(artefact, state.get(artefact.name))]
        try:
            _make_all(stale, state, say)
        finally:
            if stale or set(known) != set(state):
                write(STATE, json.dumps(state, indent=0, sort_keys=True).encode())
        made += len(stale)
    _forget(state)
    return made


def _make_all(stale: Sequence[Artefact], state: State, say: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        jobs = {pool.submit(_make, artefact, say): artefact for artefact in stale}
        for job in wait(jobs, return_when=FIRST_EXCEPTION).not_done:
            job.cancel()
    failures: list[str] = []
    for job, artefact in jobs.items():
        if job.cancelled():
            continue
        if isinstance(error := job.exception(), BuildError):
            failures.append(str(error))
        elif error:
            raise error
        else:
            state[artefact.name] = job.result()
    if failures:
        raise BuildError("\n\n".join(failures))


def _make(artefact: Artefact, say: Callable[[str], None]) -> Entry:
    started = time.perf_counter()
    files = artefact.make()
    entry: Entry = {"key": artefact.key, "files": {}, "sizes": {}}
    for path, data in files.items() if isinstance(files, Mapping) else files:
        write(path, data)
        entry["files"][_relative(path)] = hashlib.sha256(data).hexdigest()
        entry["sizes"][_relative(path)] = len(data)
    size = sum(entry["sizes"].values())
    say(f"{artefact.name}  stale → {_human(size)} in {time.perf_counter() - started:.1f} s")
    del files
    _give_back()
    return entry


def _give_back() -> None:
    """Have the system take back what was freed: of it glibc keeps up to 64 MB a thread, which programs run beside."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def _human(size: int) -> str:
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} bytes"


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _fresh(artefact: Artefact, known: Entry | None) -> bool:
    if known is None or known["key"] != artefact.key:
        return False
    sizes = known.get("sizes", {})
    return all(_whole(ROOT / path, sha, sizes.get(path)) for path, sha in known["files"].items())


def _whole(path: Path, sha: str, size: int | None) -> bool:
    # A file named by its content is trusted by its name and size.  It is written once and never edited, there are
    # thousands, and the browser, which reads them, checks each against its hash: 250 MB need not be hashed at every start.
    try:
        if f".{sha[:16]}." in path.name:
            return path.stat().st_size == size
        return sha256(path) == sha
    except OSError:
        return False


def sha256(path: Path) -> str:
    """Sha256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_state() -> State:
    try:
        state: State = json.loads(STATE.read_bytes())
    except (OSError, ValueError):
        return {}  # nothing built yet, or a state nobody can read: everything is stale
    return state


def _forget(state: State) -> None:
    """Delete generated files that no artefact owns any more, so that a page cannot include them by mistake."""
    kept = {path for entry in state.values() for path in entry["files"]} | {
        _relative(STATE),
        _relative(LOCK_FILE),
    }
    for top in (GENERATED, FRAGMENTS):
        for folder, _, names in os.walk(
            top
        ):  # the dashboard has thousands of files: a Path of each takes its time
            here = _relative(Path(folder))
            for name in names:
                if f"{here}/{name}" not in kept:
                    Path(folder, name).unlink()


def write(path: Path, data: bytes) -> bool:
    """Write ``data`` by rename, unless the file holds it already; returns whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def build(
    model: str | None = None,
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr),
    *,
    serving: bool = False,
) -> int:
    """Bring everything that pages include, and every file of the site that is computed, up to date.

    Args:
        model: ``gpt2``, ``tiny`` or ``auto``; the environment's ``EMBEDDINGS_MODEL`` if not given.
        say: takes one line per artefact made.
        serving: for ``mkdocs serve``: what quotes whole pages is not made again after every change of a page, and what
            stops the build is said on the pages that are there, until it is mended.

    Returns:
        How many artefacts were made.

    Raises:
        BuildError: a program, a chart or a value cannot be made.
        scripts.tables.TablesError: the tables cannot be had.
    """
    from scripts import includes, labels, tables

    try:
        return _build(model, say, serving=serving)
    except (BuildError, tables.TablesError) as error:
        if not (serving and labels.put_on_pages(str(error))):
            raise
        includes.stand_in()
        say(f"error: {error}")
        return 0


def _build(model: str | None, say: Callable[[str], None], *, serving: bool) -> int:
    from filelock import FileLock

    from scripts import (
        benchmarks,
        charts,
        claims,
        dashboard,
        hosting,
        includes,
        labels,
        labs,
        programs,
        tables,
        values,
        version,
    )
    from scripts.hosting import cards

    FRAGMENTS.mkdir(parents=True, exist_ok=True)
    with FileLock(LOCK_FILE):
        stop(includes.unplaced(programs.pieces() | charts.pieces()))  # lists of all link to where each stands
        provenance = tables.locate(model)

        loaded = made_once(lambda: tables.load(provenance.model))
        runners = made_once(lambda: programs.Runners(loaded()))
        phases = (
            # by itself: its neighbours keep all cores and most of the memory busy
            dashboard.artefacts(provenance, loaded),
            [
                *labels.artefacts(provenance),
                *benchmarks.artefacts(),
                *version.artefacts(provenance),
                *values.artefacts(provenance, loaded),
                *claims.artefacts(provenance, loaded),
                *labs.artefacts(provenance, loaded, runners),  # the longest to run, so they start first
                *programs.artefacts(provenance, loaded, runners),
                *charts.artefacts(provenance, loaded),
                *cards.artefacts(provenance, loaded),
            ],
            [*programs.index(provenance), *dashboard.index(provenance, loaded)],
        )
        others = [artefact for phase in phases for artefact in phase]
        made = run(*phases, hosting.artefacts(provenance, others, serving=serving), say=say)
        stop(includes.missing())
        return made


def made_once(make: Callable[[], T]) -> Callable[[], T]:
    """What ``make`` gives, the first time that it is asked for; the threads that ask meanwhile wait for it."""
    turn, once = threading.Lock(), functools.cache(make)

    def made() -> T:
        with turn:
            return once()

    return made


def stop(faults: Sequence[str]) -> None:
    """Stop the build if there are faults.

    Raises:
        BuildError: with each of them.
    """
    if faults:
        raise BuildError("\n".join(faults))
