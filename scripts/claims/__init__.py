"""Claims: each a statement with its source, a check, and a verdict.

``claim.py`` says what one is; a module a page states the claims of that page; ``published.py`` holds the numbers that others
published; ``measures.py`` what several claims measure; ``pages.py`` writes what the site shows of them.
"""

from __future__ import annotations

from scripts.claims.claim import Claim, Finding, Judged, Source, claim, claims, judge
from scripts.claims.pages import artefacts

__all__ = ["Claim", "Finding", "Judged", "Source", "artefacts", "claim", "claims", "judge"]
