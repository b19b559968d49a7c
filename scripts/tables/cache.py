"""Folders that may hold the tables, and what is remembered of the files in them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.tables.pinned import Pins
from scripts.tables.safetensors_file import Span
from scripts.tables.values import TablesError

CHUNK = 1 << 20
Say = Callable[[str], None]
_known: dict[str, dict[str, Any]] = {}  # stamps of this process, for where none can be written


def say_on_stderr(line: str) -> None:
    """Print one line for the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


def project_cache() -> Path:
    """This project's own cache: ``EMBEDDINGS_CACHE``, else the platform's folder for caches."""
    if chosen := os.environ.get("EMBEDDINGS_CACHE"):
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("embeddings-explained", appauthor=False))


def hugging_face_cache() -> Path:
    """The user's Hugging Face cache, by ``huggingface_hub``'s own rules."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


@dataclass(frozen=True)
class Places:
    """Where one model's files are looked for, first to last."""

    snapshots: tuple[Path, ...]  # of the pinned revision, in the user's Hugging Face cache: never written to
    own: Path  # this project's folder for the model
    stamps: Path  # what is remembered of files, ours and others'

    @classmethod
    def of(cls, pins: Pins) -> Places:
        """The places of a model, by the environment."""
        theirs, ours = hugging_face_cache(), project_cache()
        names = [f"models--{repo.replace('/', '--')}" for repo in (pins.repo, *pins.also_cached_as)]
        return cls(
            tuple(theirs / name / "snapshots" / pins.revision for name in names),
            ours / f"{pins.model}-{pins.revision[:12]}",
            ours / "stamps",
        )

    @property
    def model(self) -> Path:
        """The two tables, verified when they were put there."""
        return self.own / "model.safetensors"

    @property
    def refused(self) -> Path:
        """Tables whose sha256 is not the pinned one, set aside."""
        return self.own / "model.safetensors.refused"

    @property
    def refusal(self) -> Path:
        """What is known about ``refused``: from where, which hashes, how often."""
        return self.own / "refusal.json"

    @property
    def part(self) -> Path:
        """A download under way."""
        return self.own / "model.safetensors.part"

    def listed(self) -> str:
        """The folders, for an error."""
        return ", ".join(str(folder) for folder in (*self.snapshots, self.own))


def sha256_of_file(path: Path) -> str:
    """Hex sha256 of a whole file."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def sha256_of_span(path: Path, span: Span) -> str:
    """Hex sha256 of one tensor's raw bytes."""
    return feed_span(hashlib.sha256(), path, span.start, span.size).hexdigest()


def feed_span(digest: hashlib._Hash, path: Path, start: int, size: int) -> hashlib._Hash:
    """Give ``size`` bytes of a file from ``start`` on to ``digest``.

    Raises:
        TablesError: the file ends before.
    """
    buffer = memoryview(bytearray(CHUNK))
    with path.open("rb", buffering=0) as f:
        f.seek(start)
        while size:
            n = f.readinto(buffer[: min(CHUNK, size)])
            if not n:
                raise TablesError(f"{path} is cut short: {size:,} bytes are missing")
            digest.update(buffer[:n])
            size -= n
    return digest


def table_hashes(path: Path, spans: Mapping[str, Span], stamps: Path, *, rehash: bool) -> dict[str, str]:
    """Hex sha256 of each of ``spans``; remembered, so that an unchanged file is hashed once.

    Like git's index, a file counts as unchanged while its size, times and inode are the same.
    """
    name = str(path.resolve())
    known = _known.get(name) or read_json(_stamp(name, stamps))
    sha256 = known.get("sha256")
    unchanged = known.get("key") == _key(path, spans)
    if not rehash and unchanged and isinstance(sha256, dict) and sha256.keys() == spans.keys():
        return {name: str(value) for name, value in sha256.items()}
    try:
        found = {name: sha256_of_span(path, span) for name, span in spans.items()}
    except OSError as e:
        raise TablesError(f"{path} cannot be read: {e.strerror or e}") from e
    remember_hashes(path, spans, stamps, found)
    return found


def remember_hashes(path: Path, spans: Mapping[str, Span], stamps: Path, sha256: Mapping[str, str]) -> None:
    """Have ``table_hashes`` know the ``sha256`` of each of ``spans``, found while the file was written or read."""
    name = str(path.resolve())
    _known[name] = {"key": _key(path, spans), "sha256": dict(sha256)}
    with suppress(OSError):  # a cache that cannot be written costs 0.2 s at each start, and no more
        write_json(_stamp(name, stamps), _known[name])


def _key(path: Path, spans: Mapping[str, Span]) -> dict[str, Any]:
    placed = {name: [span.start, span.end] for name, span in spans.items()}
    return {"path": str(path.resolve()), "file": _signature(path), "spans": placed}


def _stamp(name: str, stamps: Path) -> Path:
    return stamps / f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.json"


def _signature(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of ours; empty if there is none, or it is damaged."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: object) -> None:
    """Write JSON so that no other process sees half of it."""
    write(path, json.dumps(value, indent=1).encode() + b"\n")


def write(path: Path, data: bytes) -> None:
    """Write a file so that it appears whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make ``folder``, and tell what it means when the system will not let us write there.

    Raises:
        TablesError: disk full, no permission, not a folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as e:
        raise TablesError(
            f"cannot write in {folder}: {e.strerror or e}. Make room or give leave to write there, or set "
            "EMBEDDINGS_CACHE to another folder. What was fetched so far is kept and will be used."
        ) from e


@contextmanager
def one_at_a_time(folder: Path, say: Say) -> Iterator[None]:
    """Hold ``folder`` for this process; a second one waits, and says so.

    Raises:
        TablesError: the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    with writable(folder):
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"another process is fetching into {folder}: waiting for it")
            lock.acquire(poll_interval=0.1)
    try:
        yield
    finally:
        lock.release()
