"""Each page's card: the picture that a chat or a social network shows beside a link to it.

The build draws them, and lists them in ``cards.json``; what names them in the heads of the pages is ``scripts.site_finish``,
since a head is made by the engine, and an engine is not asked for more than any of them can do.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scripts import config, labels
from scripts.build import Artefact, environment, fingerprint, sources
from scripts.charts.theme import DIVERGING_DARK
from scripts.hosting import markdown
from scripts.paths import DOCS, GENERATED, page_title
from scripts.site_finish import LIST, SIZE

if TYPE_CHECKING:
    from scripts.geometry import Array
    from scripts.tables import Provenance, Tables

FOLDER = GENERATED / "cards"

#: The one family that vl-convert has in itself, so that no machine's own fonts are needed.
FONT = "Liberation Sans"
GROUND, INK, FAINT, WARNING = "#16181f", "#f2f4f8", "#aab2c0", "#ffb454"
MARGIN = 64
#: Widths of the family's letters, bold, in parts of the size: the least that no letter of the kind is above.
NARROW, WIDE, CAPITAL, OTHER = 0.39, 1.0, 0.78, 0.62
#: Of the picture of rows: tokens and numbers at the most, height of a row, width of a token's text.
TOKENS, NUMBERS, ROW, BESIDE = 6, 112, 18, 176

NOT_GPT2 = {
    "gpt2": "",
    "tiny": "Not GPT-2: made on a small model",
    "unverified": "Unverified: not GPT-2's numbers",
}


@dataclass(frozen=True)
class Card:
    """What a card says, and of what: ``source`` is the page's in ``docs/``, ``path`` in the site, empty for the home page."""

    source: str
    path: str
    title: str
    description: str


def cards() -> list[Card]:
    """One for each page of the navigation."""
    known = config.settings()
    found = []
    for _, title, source in config.pages():
        if (DOCS / source).is_file():
            says = markdown.front_matter(source).get("description") or known.get("site_description", "")
            shown = title or page_title(source.removesuffix(".md"))
            found.append(Card(source, config.page_path(source), shown, says))
    return found


def tokens(card: Card, tables: Tables) -> list[int]:
    """The IDs of the card's title as it would stand in a text, the first ``TOKENS`` of them."""
    return tables.encoding.encode_ordinary(f" {card.title}")[:TOKENS]


def alternative(card: Card, tables: Tables) -> str:
    """The card's picture in a sentence."""
    rows, numbers = len(tokens(card, tables)), min(NUMBERS, tables.n_embd)
    return (
        f"The title, “{card.title}”, and as coloured cells the first {numbers} numbers of the rows of wte of its first "
        f"{rows} token{'s' * (rows != 1)}, of {labels.label(tables.provenance)}."
    )


def svg(card: Card, tables: Tables) -> str:
    """The card as SVG: whose site, the title, the description, the rows of the title's tokens, and whose they are."""
    width, height = SIZE
    ids = tokens(card, tables)
    rows = tables.wte[ids, :NUMBERS]  # (tokens, at most NUMBERS)
    kind = NOT_GPT2[labels.kind(tables.provenance)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{FONT}">',
        f'<rect width="{width}" height="{height}" fill="{GROUND}"/>',
        _text(MARGIN, 84, 28, str(config.settings()["site_name"]), FAINT),
        _text(width - MARGIN, 84, 24, kind, WARNING, anchor="end"),
    ]
    y = 172
    for line in _lines(card.title, 62, 2):
        parts.append(_text(MARGIN, y, 62, line, INK, weight=700))
        y += 70
    for line in _lines(card.description, 28, 3):
        parts.append(_text(MARGIN, y, 28, line, INK))
        y += 38
    top = height - 104 - ROW * len(ids)
    for place, token in enumerate(ids):
        piece = tables.encoding.decode_single_token_bytes(token).decode("utf-8", "replace")
        parts.append(_text(MARGIN, top + place * ROW + 13, 15, f"“{piece}”", FAINT))
    parts += _cells(rows, MARGIN + BESIDE, top, width - 2 * MARGIN - BESIDE)
    said = f"The title's first tokens and their rows in wte: {rows.shape[1]} of {tables.n_embd} numbers each"
    parts += [
        _text(MARGIN, height - 74, 18, said, FAINT),
        _text(MARGIN, height - 46, 18, labels.label(tables.provenance), FAINT),
        "</svg>",
    ]
    return "\n".join(parts)


def _width(words: str, size: int) -> float:
    """At the most, px: nobody but the drawer knows the font, and it cannot be asked."""
    kinds = (
        NARROW
        if letter in " .,:;!'’|()[]fijlrtI-"
        else WIDE
        if letter in "mwMW@%—…"
        else CAPITAL
        if letter.isupper()
        else OTHER
        for letter in words
    )
    return size * sum(kinds)


def _lines(words: str, size: int, most: int) -> list[str]:
    """``words`` in lines that fit on the card; what is more than ``most`` lines is left out, with a sign."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or _width(longer, size) <= SIZE[0] - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        last = lines[most - 1]
        while _width(f"{last} …", size) > SIZE[0] - 2 * MARGIN:
            last = last.rpartition(" ")[0]
        return [*lines[: most - 1], f"{last} …"]
    return lines


def _text(
    x: int, y: int, size: int, words: str, colour: str, *, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}" '
        f'xml:space="preserve">{html.escape(words)}</text>'
    )


def _cells(rows: Array, x: int, y: int, width: int) -> list[str]:
    """A rectangle a number: blue below zero, orange above; the scale ends at the 99th percentile."""
    limit = float(np.quantile(np.abs(rows), 0.99)) if rows.size else 1.0
    anchors = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in DIVERGING_DARK])
    along = np.linspace(-limit, limit, len(anchors))
    edges = np.linspace(x, x + width, rows.shape[1] + 1).round().astype(int)
    red, green, blue = (np.interp(rows, along, anchors[:, part]).round().astype(int) for part in range(3))
    return [
        f'<rect x="{edges[j]}" y="{y + i * ROW}" width="{edges[j + 1] - edges[j]}" height="{ROW - 2}" '
        f'fill="#{red[i, j]:02x}{green[i, j]:02x}{blue[i, j]:02x}"/>'
        for i, j in np.ndindex(*rows.shape)
    ]


def png(picture: str) -> bytes:
    """An SVG as PNG, drawn by vl-convert."""
    import vl_convert

    return vl_convert.svg_to_png(picture)


def artefacts(provenance: Provenance, tables: Callable[[], Tables]) -> list[Artefact]:
    """One artefact a card, its file named by all that it depends on, and the list of them."""
    name = str(config.settings()["site_name"])
    made_on = fingerprint("card", labels.identity(provenance), name, environment(), *sources(__name__))
    keys = {card: fingerprint(made_on, card.source, card.title, card.description) for card in cards()}
    files = {
        card: FOLDER / f"{card.path.strip('/').replace('/', '-') or 'index'}.{key[:16]}.png"
        for card, key in keys.items()
    }

    def draw(card: Card) -> dict[str, str]:
        return {
            "path": card.path,
            "title": card.title,
            "description": card.description,
            "markdown": markdown.path(card.source),
            "image": files[card].relative_to(DOCS).as_posix(),
            "alternative": alternative(card, tables()),
        }

    def listed() -> bytes:
        record = {
            "made_by": "python -m scripts build",
            "label": labels.label(provenance),
            "site_name": name,
            "cards": [draw(card) for card in files],
        }
        return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()

    def drawn(card: Card) -> Callable[[], dict[Path, bytes]]:
        return lambda: {files[card]: png(svg(card, tables()))}

    return [
        *(
            Artefact(f"cards/{file.name.split('.')[0]}", keys[card], drawn(card))
            for card, file in files.items()
        ),
        Artefact("cards", fingerprint(*keys.values()), lambda: {DOCS / LIST: listed()}),
    ]
