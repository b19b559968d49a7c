"""``mkdocs serve``: from saving a file to the page that a browser would reload."""

from __future__ import annotations

import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.place import PYTHON, Place, bare_config, free_port
from bench.process import RanBadlyError, run
from bench.table import Figure, Row

PAGE = "`mkdocs serve`: a page saved → reloaded with the change"
PROGRAM = "`mkdocs serve`: a program saved → reloaded with its new output"
LOOP = "`mkdocs serve`: builds in the 10 s after the last reload"
QUIET = 10.0  # seconds in which nothing should be built
OPTIONS = ["--dirty", "--no-strict"]  # as `make serve`
LIMIT = 60.0  # seconds; what takes longer is an error


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: mkdocs serve."""
    copy = place.copy("served")
    env = place.project(copy, "tiny")
    run([PYTHON, "-m", "mkdocs", "build", "-q"], env=env, cwd=copy)
    bare = bare_config(copy)
    page, program = copy / "docs" / "lookup.md", copy / "snippets" / "lookup" / "measure_table.py"
    with Served(copy, env, OPTIONS) as ours:
        pages = [
            ours.saved(page, "lookup/", f"\nSaved {turn} by the bench.\n") for turn in range(place.times)
        ]
        ours.settle()
        programs = []
        for turn in range(place.times):
            programs.append(ours.saved(program, "lookup/", f'\nprint("Printed", {turn}, "by the bench")\n'))
        ours.settle()
        before = ours.builds()
        time.sleep(QUIET)
        builds = ours.builds() - before
    with Served(copy, env, ["-f", str(bare)]) as theirs:
        plain = [theirs.saved(page, "lookup/", f"\nSaved plainly {turn}.\n") for turn in range(place.times)]
    reference = Figure(plain, "s", "bare mkdocs, a page saved")
    measured = Figure(pages, "s")
    yield Row(PAGE, measured, reference, "≤ 1 s", measured.median <= 1)
    measured = Figure(programs, "s")
    yield Row(PROGRAM, measured, reference, "≤ 3 s", measured.median <= 3)
    yield Row(LOOP, Figure([builds], "builds"), None, "0", builds == 0)


class Served:
    """``mkdocs serve`` on a copy, and a browser's view of it."""

    def __init__(self, copy: Path, env: dict[str, str], options: Sequence[str] = ()):
        self.copy, self.port = copy, free_port()
        self.log = copy / "serve.log.txt"
        command = [PYTHON, "-u", "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{self.port}", *options]
        self._file = self.log.open("wb")
        self._process = subprocess.Popen(
            command, cwd=copy, env=env, stdout=self._file, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> Served:
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            try:
                self.get("lookup/")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
            else:
                time.sleep(2)  # its first look at the files it watches
                return self
        self.__exit__()
        raise RanBadlyError(f"mkdocs serve did not answer: {self.log.read_text('utf-8')[-500:]}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._file.close()

    def get(self, path: str) -> str:
        """What stands at an address."""
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}/{self._base()}{path}", timeout=LIMIT
        ) as answer:
            text: str = answer.read().decode("utf-8")
        return text

    def _base(self) -> str:
        found = re.search(r"127\.0\.0\.1:\d+/(\S*)", self.log.read_text("utf-8", "replace"))
        return found[1] if found else ""

    def builds(self) -> int:
        """How often the site was built so far."""
        return self.log.read_text("utf-8", "replace").count("Building documentation")

    def saved(self, file: Path, path: str, more: str) -> float:
        """Seconds from saving ``file`` with ``more`` at its end until the reloaded page shows it."""
        epoch = self._epoch(self.get(path))
        expected = more.strip() if file.suffix == ".md" else re.sub(r'[",()]|print', "", more).strip()
        text = file.read_text("utf-8") + more
        started = time.perf_counter()
        file.write_text(text, "utf-8")
        while time.perf_counter() - started < LIMIT:
            epoch = self._newer(epoch)
            if expected in _words(self.get(path)):
                return time.perf_counter() - started
        raise RanBadlyError(f"{file.name} was saved, and {LIMIT:.0f} s later its page is the old one")

    def _epoch(self, page: str) -> str:
        found = re.search(r"livereload\((\d+), \d+\)", page)
        if not found:
            raise RanBadlyError("the served page does not reload itself")
        return found[1]

    def _newer(self, epoch: str) -> str:
        """Wait as the page's script does, for a build that is newer than ``epoch``."""
        address = f"http://127.0.0.1:{self.port}/livereload/{epoch}/1"
        with urllib.request.urlopen(address, timeout=LIMIT) as answer:
            found: str = answer.read().decode("ascii")
        return found

    def settle(self) -> None:
        """Wait until nothing has been built for three seconds."""
        seen, since = self.builds(), time.monotonic()
        while time.monotonic() - since < 3:
            time.sleep(0.2)
            if self.builds() != seen:
                seen, since = self.builds(), time.monotonic()


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))
