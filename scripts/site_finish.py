"""Finishes a built site, of whichever engine: ``python -m scripts finish``.

It names each page's card, the feed and the page's Markdown in the page's head, and takes out of its code the marks that
give no colour (``scripts.site_code``).  For the heads Material would need a template of ours, and Zensical reads no hook: so
this is done afterwards, to the pages of either.  The cards are drawn by the build (``scripts.hosting.cards``).
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.build import BuildError, write
from scripts.paths import SITE
from scripts.site_code import unmarked

#: Where a site lists its cards.
LIST = "generated/cards.json"
#: Width and height of a card, px.
SIZE = (1200, 630)
#: What a page's head was given before.
OURS = re.compile(r'<meta property="og:type".*?<meta name="twitter:card"[^>]*>\n', re.DOTALL)
CANONICAL = re.compile(r'<link (?=[^>]*\brel="?canonical\b)[^>]*\bhref="?([^"\s>]+)')


def tags(card: dict[str, str], site_name: str, address: str) -> Iterator[str]:
    """The lines of a head: the card (ogp.me), and where the feed and the page's Markdown are.

    Args:
        card: an entry of ``cards.json``.
        site_name: whose page it is.
        address: of the site, with a slash at its end: a picture's address has to be whole.
    """
    properties = {
        "og:type": "article" if card["path"] else "website",
        "og:site_name": site_name,
        "og:title": card["title"],
        "og:description": card["description"],
        "og:url": f"{address}{card['path']}",
        "og:image": f"{address}{card['image']}",
        "og:image:type": "image/png",
        "og:image:width": str(SIZE[0]),
        "og:image:height": str(SIZE[1]),
        "og:image:alt": card["alternative"],
    }
    yield from (
        f'<meta property="{name}" content="{html.escape(says)}">' for name, says in properties.items()
    )
    # with a second word, which nobody has to know: of a lone "alternate" Material asks the sitemap, as of another language
    feed = html.escape(f"{site_name}: changes")
    yield f'<link rel="alternate feed" type="application/atom+xml" title="{feed}" href="{address}feed.xml">'
    yield f'<link rel="alternate markdown" type="text/markdown" title="This page as Markdown" href="{address}{card["markdown"]}">'
    yield '<meta name="twitter:card" content="summary_large_image">'


def main(folder: Path = SITE) -> int:
    """Give every page with a card its tags, and its code fewer; a second time changes nothing.

    Raises:
        BuildError: there is no built site, a card has no page, or nobody says where the site will stand.
    """
    if not (folder / LIST).is_file():
        raise BuildError(f"{folder.name}/ has no {LIST}: build the site first, with `mkdocs build`")
    record: dict[str, Any] = json.loads((folder / LIST).read_text("utf-8"))
    home = CANONICAL.search((folder / "index.html").read_text("utf-8"))
    if home is None:
        raise BuildError("a card's address has to be whole: give `site_url` in mkdocs.yml, or SITE_URL")
    address, changed = f"{html.unescape(home[1]).rstrip('/')}/", 0
    for card in record["cards"]:
        page = folder / card["path"] / "index.html"
        if not page.is_file():
            raise BuildError(f"{card['path'] or '/'} has a card and no page: build the site again")
        text = OURS.sub("", page.read_text("utf-8"), count=1)
        head, end, body = text.partition("</head>")
        added = "".join(f"{tag}\n" for tag in tags(card, record["site_name"], address))
        changed += write(page, f"{head}{added}{end}{unmarked(body)}".encode())
    print(f"{len(record['cards'])} cards, {changed} pages changed", file=sys.stderr)
    return 0
