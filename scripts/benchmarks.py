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
    run = re.fullmatch(r"(?P<short>[^(]+) \((?P<how>.*)\)", row["what"])
    short, how = (run["short"], run["how"]) if run else (row["what"], "")
    notes = [how, *(f"{which}: {_of(row[which], 'said')}" for which in ("measured", "reference")), row["why"]]
    said = " · ".join(note for note in notes if note and not note.endswith(": "))
    cells = [
        f'{short} <br><span class="benchmark-notes">{said}</span>' if said else short,
        _of(row["measured"], "shown") or "not measured",
        _of(row["reference"], "shown"),
        "" if row["ratio"] is None else f"{row['ratio']:.2f}",
        row["to_reach"],
        {True: "yes", False: "**no**", None: "—"}[row["met"]],
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _of(figure: dict[str, Any] | None, part: str) -> str:
    return str(figure[part]) if figure else ""


def artefacts() -> list[Artefact]:
    """The results, as a piece of a page."""

    def make() -> Files:
        return {FRAGMENTS / "benchmarks.md": table().encode()}

    return [Artefact("benchmarks", fingerprint("benchmarks", FILE, *sources(__name__)), make)]
