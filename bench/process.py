"""Running a command, with what it took: time, and memory of the greatest process and of all together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EVERY = 0.05  # seconds between two looks at the memory of all processes


class RanBadlyError(Exception):
    """A command failed; the message has its last lines."""


@dataclass(frozen=True)
class Usage:
    """What a command took.

    Attributes:
        seconds: from start to end.
        processor: seconds of processor time that all its processes used, which other work on the machine hardly changes.
        process_mb: the most that any one of its processes held (resident, pages of mapped files included).
        tree_mb: the most that all held together, a shared page counted once; 0 where the system does not tell.
        stdout: what it printed.
        stderr: what it said beside.
    """

    seconds: float
    processor: float
    process_mb: float
    tree_mb: float
    stdout: str
    stderr: str


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path = ROOT, watch: bool = False
) -> Usage:
    """Run ``command`` to its end.

    Args:
        command: program and arguments.
        env: its whole environment.
        cwd: where it runs.
        watch: also look at the memory of all its processes together (Linux).

    Raises:
        RanBadlyError: its exit code is not 0.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen([str(c) for c in command], cwd=cwd, env=dict(env), stdout=out, stderr=err)
        watcher = _Watcher(process.pid) if watch else None
        if sys.platform == "win32":
            process.wait()
            seconds, processor, peak = time.perf_counter() - started, 0.0, 0.0
        else:
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            processor = used.ru_utime + used.ru_stime
            peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
        tree = watcher.stop() if watcher else 0.0
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    if process.returncode:
        last = " / ".join((texts[1] or texts[0]).strip().splitlines()[-4:])
        raise RanBadlyError(f"{' '.join(map(str, command))} ended with {process.returncode}: {last}")
    return Usage(seconds, processor, peak, tree, *texts)


def child(
    python: str | Path, name: str, *arguments: object, env: Mapping[str, str]
) -> tuple[dict[str, Any], Usage]:
    """Run a function of ``bench.children`` in a process of its own; what it returned, and what it took."""
    usage = run([python, "-m", "bench.children", name, *map(str, arguments)], env=env)
    result: dict[str, Any] = json.loads(usage.stdout.splitlines()[-1])
    return result, usage


class _Watcher(threading.Thread):
    """Adds up the memory of a process and all its descendants, again and again (Linux; elsewhere 0)."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(EVERY):
            self.most = max(self.most, sum(map(_own_share, _tree(self.pid))) / 1000)

    def stop(self) -> float:
        self.over.set()
        self.join()
        return self.most


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found, queue = [], [root]
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def _own_share(pid: int) -> float:
    """Kilobytes that a process holds, a page shared by two counted half (its PSS)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) * 1.024
    except OSError:
        pass
    return 0.0
