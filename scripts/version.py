"""Which build this is: the date and the commit that a page names at its end, and that a citation needs."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import labels
from scripts.build import Artefact, fingerprint, sources
from scripts.paths import FRAGMENTS, ROOT

if TYPE_CHECKING:
    from scripts.tables import Provenance


@dataclass(frozen=True)
class Version:
    """The commit that was built, with a ``+`` if files differ from it, and its date.  Empty where there is no git."""

    date: str
    commit: str

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.date, self.commit and f"commit {self.commit}"))) or "no date"


def version() -> Version:
    """Of this working tree: the same for every build of one commit, whenever it is made.

    ``SOURCE_DATE_EPOCH`` is the date if it is set, as ``make`` does.
    """
    commit = date = ""
    if (top := _git("rev-parse", "--show-toplevel")) and Path(top).resolve() == ROOT.resolve():
        commit = _git("describe", "--always", "--abbrev=8", "--exclude=*", "--dirty=+")
        date = _git("log", "-1", "--format=%ct")
    date = os.environ.get("SOURCE_DATE_EPOCH") or date
    known = date.isdigit() and date != "0"  # make says 0 where it found no date
    return Version(f"{datetime.fromtimestamp(int(date), UTC):%Y-%m-%d}" if known else "", commit)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607  whichever git the reader has
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=20,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""  # a copy without git, or a machine without it
    return done.stdout.strip() if done.returncode == 0 else ""


def artefacts(provenance: Provenance) -> list[Artefact]:
    """The line at the end of every page (``pymdownx.snippets`` appends it), and the same inside a citation."""
    this = version()
    line = f"Build of {this}, on {labels.label(provenance)}.\n{{ .page-version data-search-exclude }}\n"
    return [
        Artefact(
            "version",
            fingerprint(str(this), labels.identity(provenance), *sources(__name__)),
            lambda: {
                FRAGMENTS / "page_end": f"\n{line}".encode(),
                FRAGMENTS / "version": f"{this}\n".encode(),
            },
        )
    ]
