"""A download that may be interrupted: one file that only grows, and a journal that says what it is a part of."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.tables import cache
from scripts.tables.progress import megabytes
from scripts.tables.safetensors_file import Span


class Part:
    """Some tensors of a remote file, on their way into a small safetensors file of their own.

    The file's length says how far it is, so that nothing has to be kept in step with it; the journal beside it says of
    what (ETag, size, spans).  If that is no longer what is fetched, the part starts anew.

    Attributes:
        total: bytes of all tensors.
        done: bytes of them that are here.
    """

    def __init__(self, path: Path, spans: Sequence[Span], header: bytes, plan: dict[str, Any]):
        """Open or make the file; hashes what it has.

        Args:
            path: the file; its journal is put beside it.
            spans: what is wanted, in the remote file's order.
            header: what stands before the tensors.
            plan: JSON that is the same only if the remote file is the same.

        Raises:
            OSError: it cannot be written.
        """
        self.path, self.spans, self._begin = path, spans, len(header)
        self.total = sum(span.size for span in spans)
        self._ends = list(itertools.accumulate(span.size for span in spans))
        self._digests = [hashlib.sha256() for _ in spans]
        journal = journal_of(path)
        if cache.read_json(journal) != plan or not _starts_with(path, header):
            path.write_bytes(header)
            cache.write_json(journal, plan)
        self.done = min(path.stat().st_size - len(header), self.total)
        for digest, end, span in zip(self._digests, self._ends, spans, strict=True):
            begin = end - span.size
            cache.feed_span(digest, path, self._begin + begin, max(0, min(span.size, self.done - begin)))
        self._file = path.open("r+b", buffering=0)  # unbuffered: what was written survives the process
        self._file.truncate(self._begin + self.done)
        self._file.seek(self._begin + self.done)

    def missing(self) -> tuple[int, int] | None:
        """The next bytes to fetch, as far as they lie together: where they start in the remote file, and end."""
        if self.done >= self.total:
            return None
        here = next(i for i, end in enumerate(self._ends) if self.done < end)
        start = self.spans[here].end - (self._ends[here] - self.done)
        end = self.spans[here].end
        for span in self.spans[here + 1 :]:
            if span.start == end:
                end = span.end
        return start, end

    def write(self, piece: bytes) -> None:
        """Add the next bytes."""
        view = memoryview(piece)
        while view:
            here = next(i for i, end in enumerate(self._ends) if self.done < end)
            n = self._file.write(view[: self._ends[here] - self.done])
            self._digests[here].update(view[:n])
            self.done += n
            view = view[n:]

    def kept(self) -> str:
        """What an error should say of what is here."""
        return f"{megabytes(self.done)} of {megabytes(self.total)} are kept in {self.path}, the next start goes on from there"

    def sync(self) -> None:
        """Have the system write it to the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def sha256(self) -> dict[str, str]:
        """Hex sha256 of each tensor, by its name."""
        return {
            span.tensor: digest.hexdigest() for span, digest in zip(self.spans, self._digests, strict=True)
        }


def journal_of(path: Path) -> Path:
    """The journal beside a part file."""
    return path.with_name(path.name + ".json")


def _starts_with(path: Path, header: bytes) -> bool:
    try:
        with path.open("rb") as f:
            return f.read(len(header)) == header
    except OSError:
        return False
