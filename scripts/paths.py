"""Where things are.  Everything generated is in two folders, both ignored by git."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SNIPPETS = ROOT / "snippets"
CHARTS = ROOT / "scripts" / "charts"
LABS = DOCS / "notebooks"
COLAB = ROOT / "colab"
CONFIG = ROOT / "mkdocs.yml"
LOCK = ROOT / "requirements.lock"
SITE = ROOT / "site"

#: Files of the site: MkDocs copies them as they are.
GENERATED = DOCS / "generated"
#: Pieces of pages: `--8<--` includes them.  Outside docs/, so that writing one does not reload the page twice.
FRAGMENTS = ROOT / ".build"


def page_title(page: str) -> str:
    """Title of ``docs/<page>.md``: its first heading; the page's own name while it is not written."""
    path = DOCS / f"{page}.md"
    heading = re.search(r"^# (.+)$", path.read_text("utf-8"), re.MULTILINE) if path.is_file() else None
    return heading[1] if heading else page


def written() -> list[Path]:
    """The folders of ``docs/`` in which people write: all but what is generated."""
    return sorted(path for path in DOCS.iterdir() if path.is_dir() and path != GENERATED)
