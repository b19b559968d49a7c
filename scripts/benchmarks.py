"""The last results of ``make bench``, as the page "Measured" shows them.

The bench writes them to a file of the repository; so the page says what was measured, when and on what machine, and the
build measures nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

from scripts.build import Artefact, Files, fingerprint, sources
from scripts.paths import DOCS, FRAGMENTS

FILE = DOCS / "assets" / "benchmarks.json"
HEADER = "| What | Measured | Reference | Ratio | To reach | Met? |\n|---|---|---|---|---|---|"


def table() -> str:
    """The results in Markdown: when and on what they were measured, how many budgets are missed, and a line each."""
    told = json.loads(FILE.read_text("utf-8"))
    asked = [row for row in told["rows"] if row["met"] is not None]
    missed = [row for row in asked if not row["met"]]
    return "\n".join(
        [
            f"Measured on {told['date']}: {told['machine']}. Of {len(asked)} budgets {len(asked) - len(missed)} "
            f"are met and {len(missed)} missed. This run was of: {', '.join(told['groups'])}.",
            "",
            '<div class="benchmarks" markdown>',
            "",
            HEADER,
            *map(_line, told["rows"]),
            "",
            "</div>",
            "",
        ]
    )


def _line(row: dict[str, Any]) -> str:
    """A row of the bench with figures alone in its columns: what was run, the spread and all remarks stand under its name."""
    what, measured, reference, ratio, to_reach, met = re.split(r"(?<!\\) \| ", row["line"][2:-2])
    run = re.fullmatch(r"(?P<short>[^(]+) \((?P<how>.*)\)", what)
    short, how = (run["short"], run["how"]) if run else (what, "")
    if row["why"]:
        measured = measured.removesuffix(f": {row['why']}")
    value, spread = _figure(measured, row["measured"])
    beside, other_spread = _figure(reference, row["reference"])
    notes = [
        how,
        f"measured: {spread}" if spread else "",
        f"reference: {other_spread}" if other_spread else "",
        row["why"],
    ]
    said = " · ".join(note for note in notes if note)
    below = f' <br><span class="benchmark-notes">{said}</span>' if said else ""
    return f"| {short}{below} | {value} | {beside} | {ratio} | {to_reach} | {met} |"


def _figure(text: str, figure: dict[str, Any] | None) -> tuple[str, str]:
    """The number with its unit, and what the bench says after it."""
    if figure is None:
        return text, ""
    words = text.split(" ")
    end = 2 if figure["unit"] else 1
    return " ".join(words[:end]), " ".join(words[end:]).lstrip("— ")


def artefacts() -> list[Artefact]:
    """The results, as a piece of a page."""

    def make() -> Files:
        return {FRAGMENTS / "benchmarks.md": table().encode()}

    return [Artefact("benchmarks", fingerprint("benchmarks", FILE, *sources(__name__)), make)]
