"""Nearest rows: of one vector, and of every row."""

from __future__ import annotations

from collections.abc import Iterator

from bench import references
from bench.place import PYTHON, Place, not_measured
from bench.process import child
from bench.table import Figure, Row

K = 32
QUERY = "one exact query over 50,257 × 768 (`geometry.nearest`, {}, 32 nearest, lengths given)"
PAIRS = "all pairs, 32 nearest, exact (`geometry.all_nearest`, cosine, 50,257 × 768)"


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: one exact query, all pairs."""
    if not place.model.folder:
        yield not_measured(QUERY.format("any metric"), place.model.why)
        yield not_measured(PAIRS, place.model.why)
        return
    place.tables  # noqa: B018
    found, _ = child(PYTHON, "query", 40, env=place.environment())
    product = Figure([1000 * t for t in found["product"]], "ms", "`wte @ q` in memory, in turn")
    for metric in ("cosine", "dot", "euclidean"):
        measured = Figure([1000 * t for t in found[metric]], "ms")
        ratio = measured.median / product.median
        yield Row(QUERY.format(metric), measured, product, "≤ 1.2 × the product", ratio <= 1.2)
    table = place.folder / "wte.npy"
    child(PYTHON, "save_wte", table, env=place.environment())
    why = references.missing("faiss")
    ours, theirs, memory, processor, plain = [], [], [], [], []
    for _ in range(min(place.times, 3)):
        mine, used = child(PYTHON, "all_pairs", table, K, env=place.environment())
        ours.append(mine["seconds"])
        memory.append(mine["mb"])
        processor.append(used.processor)
        if not why:
            other, used = child(references.python(), "all_pairs_faiss", table, K, env=place.environment())
            theirs.append(other["seconds"])
            plain.append(used.processor)
    table.unlink()
    note = f"with {min(processor):.0f} s of processor, {max(memory):.0f} MB more than the table"
    measured = Figure(ours, "s", note)
    faiss = f"with {min(plain, default=0):.0f} s of processor, faiss `IndexFlatIP`, two threads"
    reference = Figure(theirs, "s", faiss) if theirs else None
    row = Row(PAIRS, measured, reference)
    met = None if row.ratio is None else row.ratio <= 1.1
    yield Row(
        PAIRS, measured, reference, "≤ 1.1 × faiss", met, f"reference not measured: {why}" if why else ""
    )
