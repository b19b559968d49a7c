"""How far a download is: a bar in a terminal, a line at its start and its end elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scripts.tables.cache import Say


@contextmanager
def progress(title: str, total: int, done: int, say: Say) -> Iterator[Callable[[int], None]]:
    """Show bytes, speed and time left.

    Args:
        title: what is fetched.
        total: bytes of all of it.
        done: bytes that are here already.
        say: takes a line where there is no terminal.

    Yields:
        A function that is told of each further count of bytes.
    """
    start, fetched = time.monotonic(), 0
    kept = f", {megabytes(done)} of them kept from before" if done else ""
    say(f"{title}: {megabytes(total)}{kept}")

    def count(n: int) -> None:
        nonlocal fetched
        fetched += n

    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total, completed=done)

            def advance(n: int) -> None:
                count(n)
                bar.advance(task, n)

            yield advance
    else:
        yield count
    seconds = max(time.monotonic() - start, 1e-6)
    say(f"{title}: {megabytes(fetched)} fetched in {seconds:.1f} s ({megabytes(int(fetched / seconds))}/s)")


def megabytes(n: int) -> str:
    """Bytes for a person: ``157.5 MB``; below 100 kB, the count."""
    return f"{n / 1e6:,.1f} MB" if n >= 100_000 else f"{n:,} bytes"
