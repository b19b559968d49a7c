"""What runs in a process of its own: ``python -m bench.children NAME ARGUMENTS`` prints JSON.

Each function takes strings and returns what goes into the JSON.  Some run in the environment of the references, which
has numpy but is given nothing of ours to import that it does not need.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
Times = dict[str, Any]


def timed(call: Callable[..., object], *arguments: object, **named: object) -> float:
    """Seconds that ``call`` takes."""
    started = time.perf_counter()
    call(*arguments, **named)
    return time.perf_counter() - started


def made_up(n: int, d: int) -> Rows:
    """Rows with directions in common, as an embedding table has."""
    random = np.random.default_rng(0)
    topics = random.standard_normal((64, d), dtype=np.float32)
    rows = random.standard_normal((n, d), dtype=np.float32)
    rows += topics[random.integers(64, size=n)]
    return rows


def resident_mb() -> float:
    """Memory that this process held at most, so far."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def fetch() -> Times:
    """Fetch the tables; the time without Python's start."""
    started = time.perf_counter()
    from scripts import tables

    tables.fetch("gpt2")
    return {"seconds": time.perf_counter() - started}


def load() -> Times:
    """Load both tables, and look at one row."""
    from scripts import tables

    def call() -> None:
        found = tables.load("gpt2")
        assert found.wte[5842].any()
        assert found.wpe[0].any()

    started = time.perf_counter()
    call()
    first = time.perf_counter() - started
    return {"seconds": first, "again": timed(call), "mb": resident_mb()}


def load_transformers(folder: str) -> Times:
    """Load the model with transformers, and look at one row."""
    from transformers import GPT2Model  # type: ignore[import-not-found, unused-ignore]

    def call() -> None:
        model = GPT2Model.from_pretrained(folder)
        assert bool(model.wte.weight[5842].any())

    return {"seconds": timed(call), "again": timed(call), "mb": resident_mb()}


def query(times: str) -> Times:
    """``geometry.nearest`` on the mapped table, and the product alone on a copy in memory, in turn."""
    from scripts import geometry, tables

    wte = tables.load("gpt2").wte
    copy, row_norms = np.array(wte), geometry.norms(wte)
    found: dict[str, list[float]] = {"product": [], "cosine": [], "dot": [], "euclidean": []}
    for turn in range(int(times) + 2):
        q = wte[turn * 1000]
        product = timed(np.matmul, copy, q)
        if turn < 2:
            continue
        found["product"].append(product)
        for metric in ("cosine", "dot", "euclidean"):
            found[metric].append(timed(geometry.nearest, wte, q, 32, metric, row_norms=row_norms))
    return found


def save_wte(path: str) -> Times:
    """Put wte where the references can read it."""
    from scripts import tables

    np.save(path, tables.load("gpt2").wte)
    return {}


def all_pairs(path: str, k: str) -> Times:
    """``geometry.all_nearest`` over a table."""
    from scripts.geometry import all_nearest

    rows = np.load(path)
    before = resident_mb()
    seconds = timed(lambda: all_nearest(rows, int(k)))
    return {"seconds": seconds, "mb": resident_mb() - before}


def all_pairs_faiss(path: str, k: str) -> Times:
    """Faiss's exact index over the same, two threads; the row itself is among what it finds."""
    import faiss  # type: ignore[import-not-found, unused-ignore]

    rows = np.load(path)
    before = resident_mb()
    faiss.omp_set_num_threads(min(2, os.cpu_count() or 1))

    def call() -> None:
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(unit)
        index.search(unit, int(k) + 1)

    return {"seconds": timed(call), "mb": resident_mb() - before}


def grown(n: str, d: str, k: str, pairs: str) -> Times:
    """Opening, a query and all pairs of a table of ``n`` x ``d``."""
    import tempfile
    from pathlib import Path

    from scripts import geometry
    from scripts.tables.safetensors_file import Span, open_table

    rows = made_up(int(n), int(d))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows")
        rows.tofile(file)
        span = Span("rows", "F32", (int(n), int(d)), 0, rows.nbytes)
        opened = [timed(lambda: geometry.norms(open_table(file, span))) for _ in range(4)][1:]
    row_norms = geometry.norms(rows)
    queries = [timed(geometry.nearest, rows, rows[i], int(k), row_norms=row_norms) for i in range(12)]
    result: Times = {
        "n": int(n),
        "d": int(d),
        "open": opened,
        "query": queries[2:],
        "table_mb": rows.nbytes / 1e6,
    }
    if pairs == "pairs":
        before = resident_mb()
        result["pairs"] = timed(lambda: geometry.all_nearest(rows, int(k)))
        result["pairs_mb"] = resident_mb() - before
    return result


if __name__ == "__main__":
    functions: dict[str, Callable[..., Times]] = {
        f.__name__: f
        for f in (fetch, load, load_transformers, query, save_wte, all_pairs, all_pairs_faiss, grown)
    }
    print(json.dumps(functions[sys.argv[1]](*sys.argv[2:])))
