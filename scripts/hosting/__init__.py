"""What a host serves beside the pages, for readers that are no browser, and for a browser without a network.

``llms.txt`` and the pages' Markdown, ``feed.xml``, ``robots.txt``, and ``sw.js``, the service worker.  They are files of
``docs/``, which any engine copies as they are: in its root, ignored by git, since some have to stand in the site's root.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import config
from scripts.build import Artefact, Files, fingerprint, sources
from scripts.hosting import feed, markdown
from scripts.paths import DOCS, ROOT
from scripts.version import version

if TYPE_CHECKING:
    from scripts.tables import Provenance

CHANGELOG = ROOT / "CHANGELOG.md"
WORKER = Path(__file__).parent / "sw.js"
BUILD = "BUILD"  # what stands in the worker's source where the build's own name goes


def robots() -> str:
    """Everybody may read everything; the sitemap is there."""
    sitemap = f"\nSitemap: {config.address()}sitemap.xml\n" if config.address() else ""
    return f"User-agent: *\nAllow: /\n{sitemap}"


def changes() -> str:
    """The text of CHANGELOG.md; empty while there is none."""
    return CHANGELOG.read_text("utf-8") if CHANGELOG.is_file() else ""


def _written() -> list[Path]:
    """What people wrote that goes into the site."""
    found = [*DOCS.glob("*.*"), *(DOCS / "assets").rglob("*.*"), *(DOCS / "notebooks").rglob("*.*")]
    own = {DOCS / name for name in ("llms.txt", "llms-full.txt", "feed.xml", "robots.txt", "sw.js")}
    return sorted(path for path in found if path.is_file() and path not in own)


def artefacts(provenance: Provenance, others: Sequence[Artefact], *, serving: bool = False) -> list[Artefact]:
    """All of it as one artefact, made last.

    Args:
        provenance: of the tables.
        others: everything else that the build makes: what these files quote, and what makes a build another build.
        serving: make them once, not after every change: MkDocs would see them written, and load each page twice.
    """
    parts = [f"{path.relative_to(DOCS).as_posix()}" for path in _written()]
    settings = {what: value for what, value in config.settings().items() if what != "hooks"}
    name = fingerprint(
        *(other.key for other in others),
        *parts,
        *_written(),
        json.dumps(settings, sort_keys=True, default=str),
        config.address(),
        changes(),
        str(version()),
        *sources(__name__),
        WORKER,
    )

    def make() -> Files:
        files = {
            "robots.txt": robots(),
            "feed.xml": feed.atom(changes(), config.address(), version().date),
            "sw.js": WORKER.read_text("utf-8").replace(BUILD, name[:16]),
            **markdown.files(provenance),
        }
        return {DOCS / path: text.encode() for path, text in files.items()}

    return [Artefact("hosting", fingerprint("serving") if serving else name, make)]
