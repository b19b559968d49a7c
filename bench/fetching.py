"""Bytes from the hub, requests of a second start, speed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import hub
from bench.place import PYTHON, Place, not_measured
from bench.process import child, run
from bench.table import Figure, Row

LINE = 50_000_000  # bytes a second: a line of 400 Mbit/s
BYTES = "bytes fetched for GPT-2 (`python -m scripts fetch`, nothing cached)"
SECOND = "second start (the same again)"
SPEED = "fetch, {} (`tables.fetch`, nothing cached)"


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: bytes fetched, second start, fetch speed."""
    if not place.model.folder:
        for what in (BYTES, SECOND, SPEED.format("any line")):
            yield not_measured(what, place.model.why)
        return
    whole = (place.model.folder / hub.BIG).stat().st_size / 1e6
    with hub.serving(place.model.folder) as address:
        env = place.environment(cache="first", HF_ENDPOINT=address)
        run([PYTHON, "-m", "scripts", "fetch"], env=env)
        first = hub.stats(address)
        load = "from scripts import tables; tables.load()"
        run([PYTHON, "-c", load], env=env)
        second = hub.stats(address)
    fetched = first["body_bytes"] / 1e6
    yield Row(
        BYTES,
        Figure([fetched], "MB", f"({first['body_bytes']:,} bytes) in {first['requests']} requests"),
        Figure([whole], "MB", "the whole file"),
        "≤ 158 MB",
        round(fetched) <= 158,
    )
    again = second["body_bytes"] - first["body_bytes"]
    requests = second["requests"] - first["requests"]
    yield Row(
        SECOND,
        Figure([again], "bytes", f"in {requests} requests"),
        None,
        "0 bytes, no request",
        again + requests == 0,
    )
    shutil.rmtree(place.folder / "first")
    if not shutil.which("curl"):
        yield not_measured(SPEED.format("any line"), "there is no curl")
        return
    for name, rate, times in (
        ("a line of 50 MB/s", LINE, 2),
        ("loopback as fast as it goes", 0, place.times),
    ):
        yield _speed(place, name, rate, times)


def _speed(place: Place, name: str, rate: int, times: int) -> Row:
    folder = place.model.folder
    assert folder
    spans = _spans(folder)
    ours, theirs = [], []
    with hub.serving(folder, rate) as address:
        for turn in range(times):
            cache = place.folder / f"fetch-{turn}"
            env = place.environment(cache=cache.name, HF_ENDPOINT=address)
            ours.append(child(PYTHON, "fetch", env=env)[0]["seconds"])
            shutil.rmtree(cache)
            theirs.append(run(_curl(address, spans, place.folder / "curled"), env=env).seconds)
            shutil.rmtree(place.folder / "curled")
    row = Row(SPEED.format(name), Figure(ours, "s"), Figure(theirs, "s", "`curl`, the same ranges to files"))
    assert row.ratio
    wanted = "speed ≥ 0.9 × curl's (ratio ≤ 1.11)"
    return Row(row.what, row.measured, row.reference, wanted, row.ratio <= 1 / 0.9)


def _spans(folder: Path) -> list[tuple[int, int]]:
    from scripts.tables.safetensors_file import read_header

    header = read_header(folder / hub.BIG)
    tables = sorted((header[name].start, header[name].end) for name in ("wpe.weight", "wte.weight"))
    return [(0, 16_384), *tables]


def _curl(address: str, spans: list[tuple[int, int]], folder: Path) -> list[str]:
    from scripts.tables.pinned import GPT2

    folder.mkdir()
    files = f"{address}/{GPT2.repo}/resolve/{GPT2.revision}/"
    command = ["curl", "-sSfL", "-o", str(folder / "merges.txt"), f"{files}merges.txt"]
    for start, end in spans:
        wanted = ["-r", f"{start}-{end - 1}", "-o", str(folder / str(start)), files + hub.BIG]
        command += ["--next", "-sSfL", *wanted]
    return command
