"""Reading a safetensors file without trusting it: its header, and tables mapped from it.

The format (https://github.com/huggingface/safetensors#format): 8 bytes with the header's length N, little-endian;
N bytes of JSON from tensor name to dtype, shape and offsets; then the tensors, without holes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.tables.pinned import TablePin
from scripts.tables.values import Table, TablesError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PREFIX = 8
LONGEST_HEADER = 1_000_000  # bytes; GPT-2's has 14 thousand
BITS = {
    dtype: bits
    for bits, dtypes in {
        4: "F4",
        6: "F6_E2M3 F6_E3M2",
        8: "BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ",
        16: "U16 I16 F16 BF16",
        32: "U32 I32 F32",
        64: "U64 I64 F64 C64",
    }.items()
    for dtype in dtypes.split()
}


@dataclass(frozen=True)
class Span:
    """Where one tensor lies: bytes ``start`` to ``end`` of the file, ``end`` not among them."""

    tensor: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.end - self.start


def header_length(prefix: bytes, where: str, file_size: int | None = None) -> int:
    """Length of the JSON that follows the first 8 bytes of a safetensors file.

    Raises:
        TablesError: the bytes are not the start of a safetensors file; names ``where``.
    """
    if len(prefix) < PREFIX:
        raise _damaged(
            where, f"a safetensors file starts with 8 bytes of length, this has {len(prefix)} bytes"
        )
    length = int.from_bytes(prefix[:PREFIX], "little")
    if not 2 <= length <= LONGEST_HEADER:
        raise _damaged(
            where, f"its first 8 bytes tell of a header of {length:,} bytes: it is no safetensors file"
        )
    if file_size is not None and PREFIX + length > file_size:
        raise _damaged(where, f"its header should have {length:,} bytes, the whole file has {file_size:,}")
    return length


def parse_header(raw: bytes, where: str, file_size: int) -> dict[str, Span]:
    """Every tensor of a safetensors file, by name.

    Args:
        raw: the header's JSON, without the 8 bytes before it.
        where: what to call the file in an error.
        file_size: bytes of the whole file.

    Raises:
        TablesError: not JSON of the format's form, or tensors that overlap, leave holes, or do not end with the file.
    """
    try:
        entries = json.loads(raw)
    except (ValueError, RecursionError) as e:
        raise _damaged(where, f"its header is not JSON ({e})") from None
    if not isinstance(entries, dict):
        raise _damaged(where, "its header is not a JSON object")
    entries.pop("__metadata__", None)
    begin = PREFIX + len(raw)
    spans = {name: _span(name, entry, begin, where) for name, entry in entries.items()}
    at = begin
    for span in sorted(spans.values(), key=lambda s: (s.start, s.end)):
        if span.start != at:
            raise _damaged(
                where,
                f"{span.tensor} should start at byte {at:,}, its header says {span.start:,}: a hole or an overlap",
            )
        at = span.end
    if at != file_size:
        raise _damaged(where, f"by its header it should have {at:,} bytes, it has {file_size:,}")
    return spans


def _span(name: str, entry: Any, begin: int, where: str) -> Span:
    try:
        dtype, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise _damaged(where, f"its header's entry of {name} is not dtype, shape and two offsets") from None
    if (
        not isinstance(dtype, str)
        or dtype not in BITS
        or any(type(n) is not int or n < 0 for n in (*shape, start, end))
    ):
        raise _damaged(
            where,
            f"its header gives {name} the dtype {dtype!r}, shape {list(shape)}, offsets [{start}, {end}]",
        )
    bits = math.prod(shape) * BITS[dtype]
    if (end - start) * 8 != bits:
        raise _damaged(
            where,
            f"{name} is {dtype} {list(shape)}, so {bits // 8:,} bytes; by its offsets it has {end - start:,}",
        )
    return Span(name, dtype, shape, begin + start, begin + end)


def read_header(path: Path) -> dict[str, Span]:
    """Every tensor of the file at ``path``, by name.

    Raises:
        TablesError: the file cannot be read, or is not a whole safetensors file.
    """
    try:
        with path.open("rb") as f:
            size = path.stat().st_size
            length = header_length(f.read(PREFIX), str(path), size)
            return parse_header(f.read(length), str(path), size)
    except OSError as e:
        raise TablesError(f"{path} cannot be read: {e.strerror or e}") from e


def pick(spans: dict[str, Span], pin: TablePin, where: str) -> Span:
    """The span of one table, which must be float32 of the pinned shape.

    Raises:
        TablesError: there is no such tensor, or its dtype or shape is another; says what was expected.
    """
    span = spans.get(pin.tensor)
    if span is None:
        raise _damaged(where, f"it has no tensor {pin.tensor} (expected float32 {list(pin.shape)})")
    if span.dtype != "F32" or span.shape != pin.shape:
        raise _damaged(
            where, f"its {pin.tensor} is {span.dtype} {list(span.shape)}; expected F32 {list(pin.shape)}"
        )
    return span


def open_table(path: Path, span: Span) -> Table:
    """The table at ``span``, float32 of ``span.shape``, read-only.

    Memory-mapped, as long as its numbers lie at multiples of 4 bytes.  In the file that the hub publishes they do not
    (its header has 14,283 bytes), and numpy would copy all of a misaligned table at each use: such a table is read
    into memory, once.

    Raises:
        TablesError: the file cannot be read, or has become too short.
    """
    import numpy as np

    table: npt.NDArray[np.float32]
    try:
        if path.stat().st_size < span.end:
            raise TablesError(f"{path} is cut short: expected at least {span.end:,} bytes")
        if span.start % 4 == 0:
            table = np.memmap(path, dtype="<f4", mode="r", offset=span.start, shape=span.shape)
        else:
            table = np.fromfile(path, dtype="<f4", count=span.size // 4, offset=span.start).reshape(
                span.shape
            )
            table.setflags(write=False)
    except OSError as e:
        raise TablesError(f"{path} cannot be read: {e.strerror or e}") from e
    return table


def make_header(spans: Iterable[Span], note: str) -> bytes:
    """Prefix and header of a safetensors file that holds just ``spans``, in their order; a multiple of 8 bytes."""
    entries: dict[str, Any] = {"__metadata__": {"format": "pt", "note": note}}
    at = 0
    for span in spans:
        entries[span.tensor] = {
            "dtype": span.dtype,
            "shape": list(span.shape),
            "data_offsets": [at, at + span.size],
        }
        at += span.size
    raw = json.dumps(entries, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    return len(raw).to_bytes(PREFIX, "little") + raw


def _damaged(where: str, why: str) -> TablesError:
    return TablesError(f"{where} is not what it should be: {why}")
