"""Cost against n_vocab and n_embd: measured to GPT-2's size, worked out beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.place import PYTHON, Place
from bench.process import child
from bench.table import Figure, Row, human

N, D, K = 50257, 768, 32
SIZES = [(N // 4, D), (N // 2, D), (N, D), (N, D // 4), (N, D // 2)]
BEYOND = {"GPT-2 XL (50,257 × 1,600)": (50257, 1600), "128k × 4,096": (128_256, 4096)}
KINDS = {"open": "open and read once", "query": "one query", "pairs": "all pairs, 32 nearest"}
# What the time is made of, in numbers and in rows: n d for reading; n² d, n² and n d for all pairs.
TERMS = {"open": ["nd", "n"], "query": ["nd", "n"], "pairs": ["nnd", "nn", "nd"]}


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: cost as it grows."""
    found: list[dict[str, Any]] = []
    for n, d in SIZES:
        result, _ = child(PYTHON, "grown", n, d, K, "pairs", env=place.environment("tiny"))
        found.append(result)
    for kind, name in KINDS.items():
        seconds = [float(np.min(result[kind])) for result in found]  # the least: other work only adds
        text = ", ".join(f"{n:,} × {d}: {_time(s)}" for (n, d), s in zip(SIZES, seconds, strict=True))
        what = f"cost as it grows: {name}"
        yield Row(what, Figure([seconds[2]], "s", f"— {text}"), values={"sizes": SIZES, "seconds": seconds})
        yield from _beyond(name, kind, seconds)
    memory = ", ".join(f"{r['n']:,} × {r['d']}: {r['table_mb']:.0f} + {r['pairs_mb']:.0f}" for r in found)
    measured = Figure([found[2]["pairs_mb"]], "MB", f"— {memory}")
    yield Row("cost as it grows: memory of all pairs, beside the table", measured)
    # a copy of the table and 64 n k bytes of keys, see geometry.all_nearest
    for name, (n, d) in BEYOND.items():
        table, more = 4 * n * d / 1e6, (4 * n * d + (64 + 24) * n * K) / 1e6
        yield Row(f"{name}: memory", why=f"worked out: table {table:,.0f} MB, all pairs {more:,.0f} MB more")


def _beyond(name: str, kind: str, seconds: list[float]) -> Iterator[Row]:
    terms = np.array([_terms(kind, n, d) for n, d in SIZES])
    weight = 1 / np.array(seconds)  # what counts is how far off it is, by part
    factors = _not_negative(terms * weight[:, None], np.ones(len(SIZES)))
    off = float(np.abs(terms @ factors / seconds - 1).max())
    for model, (n, d) in BEYOND.items():
        worked_out = float(np.array(_terms(kind, n, d)) @ factors)
        text = f"worked out: {_time(worked_out)} (the fit is off by up to {off:.0%} where it was measured)"
        yield Row(f"{model}: {name}", why=text, values={"worked_out_seconds": worked_out})


def _terms(kind: str, n: int, d: int) -> list[float]:
    size = {"nd": n * d, "n": n, "nnd": n * n * d, "nn": n * n}
    return [float(size[term]) for term in TERMS[kind]]


def _not_negative(terms: Any, values: Any) -> Any:
    """Least squares with no factor below 0: the most negative one is left out until none is."""
    kept = list(range(terms.shape[1]))
    while True:
        factors = np.zeros(terms.shape[1])
        factors[kept] = np.linalg.lstsq(terms[:, kept], values, rcond=None)[0]
        if (factors >= 0).all():
            return factors
        kept.remove(int(np.argmin(factors)))


def _time(seconds: float) -> str:
    return f"{human(seconds)} s" if seconds >= 1 else f"{human(1000 * seconds)} ms"
