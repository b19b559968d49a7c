"""The last results of ``make bench``, as the page "Measured" shows them.

The bench writes them to a file of the repository; so the page says what was measured, when and on what machine, and the
build measures nothing.
"""

from __future__ import annotations

import json

from scripts.build import Artefact, Files, fingerprint, sources
from scripts.paths import DOCS, FRAGMENTS

FILE = DOCS / "assets" / "benchmarks.json"


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
            told["header"],
            *(row["line"] for row in told["rows"]),
            "",
        ]
    )


def artefacts() -> list[Artefact]:
    """The results, as a piece of a page."""

    def make() -> Files:
        return {FRAGMENTS / "benchmarks.md": table().encode()}

    return [Artefact("benchmarks", fingerprint("benchmarks", FILE, *sources(__name__)), make)]
