"""``python -m bench``: one Markdown table of what BUDGETS asks of building and reading, each figure beside its reference."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import building, dashboard, fetching, growing, loading, neighbours, reading, serving
from bench.place import RESULTS, Place
from bench.process import ROOT, RanBadlyError
from bench.table import HEADER, Row

#: What the page "Measured" of the site is made from; it is in the repository.
SHOWN = ROOT / "docs" / "assets" / "benchmarks.json"

GROUPS: dict[str, Callable[[Place], Iterator[Row]]] = {
    module.__name__.rpartition(".")[2]: module.rows
    for module in (fetching, loading, neighbours, building, serving, growing, reading, dashboard)
}


def main(argv: list[str] | None = None) -> int:
    """Measure, and print; 0 also where a budget is missed, since the bench measures and does not judge."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=GROUPS, metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument(
        "--hub", type=Path, metavar="FOLDER", help="with model.safetensors, vocab.json and merges.txt"
    )
    parser.add_argument(
        "--times", type=int, default=5, help="how often to measure (default 5; long ones less often)"
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="default: of all groups the file that the site shows, of some a copy",
    )
    args = parser.parse_args(argv)
    args.json = args.json or (RESULTS / "some.json" if args.only else SHOWN)
    given = args.hub or os.environ.get("EMBEDDINGS_BENCH_HUB")
    place = Place(Path(given).resolve() if given else None, args.times)
    found: list[Row] = []
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {load} before"
    print(f"{machine}\n\n{HEADER}", flush=True)
    try:
        for name in args.only or GROUPS:
            began = time.monotonic()
            try:
                for row in GROUPS[name](place):
                    found.append(row)
                    print(row, flush=True)
            except RanBadlyError as error:
                found.append(Row(f"{name}: the rest of its rows", why=str(error)))
                print(found[-1], flush=True)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    finally:
        place.close()
        args.json.parent.mkdir(parents=True, exist_ok=True)
        record = {
            "made_by": "python -m bench",
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": machine,
            "groups": args.only or list(GROUPS),
            "rows": [row.record() for row in found],
        }
        args.json.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    missed = [row.what for row in found if row.met is False]
    print(f"\n{len(found)} rows, {len(missed)} missed; also in {args.json}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
