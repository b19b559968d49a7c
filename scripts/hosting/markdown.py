"""Each page as plain Markdown, its programs, outputs and claims in it, and ``llms.txt``, which lists them (llmstxt.org).

MkDocs makes a page of every file that ends in ``.md``, so these end in ``.md.txt``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from scripts import config, labels, programs
from scripts.includes import INCLUDE
from scripts.paths import DOCS, FRAGMENTS, page_title

if TYPE_CHECKING:
    from scripts.tables import Provenance

FOLDER = "generated/pages"
FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,}|~{3,}).*?^(?P=indent)(?P=ticks)[ \t]*$", re.MULTILINE | re.DOTALL
)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
BLOCK = re.compile(r'^(?P<indent> *)(?:\?\?\?\+?|!!!) [\w -]+?(?: "(?P<title>.*)")?$')
LINK = re.compile(r"(?<=\]\()(?![a-z]+:)(?P<path>[^)#\s]*)(?P<place>#[^)\s]*)?(?=\))")

DATA = {
    "generated/claims.json": "Every claim of the site with its source, verdict and evidence",
    "generated/programs.json": "Every program with its address, its sha256 and what it printed",
    "generated/provenance.json": "The tables, with their sha256, and the packages that this build was made with",
}


def front_matter(source: str) -> dict[str, str]:
    """What a page says of itself before its text."""
    found = FRONT.match((DOCS / source).read_text("utf-8"))
    read: dict[str, str] = yaml.safe_load(found[1]) if found else {}
    return read


def plain(source: str) -> str:
    """A page as Markdown that needs no extension: everything included, no attributes, no boxes, whole addresses."""
    text = FRONT.sub("", (DOCS / source).read_text("utf-8"), count=1)
    text = _outside_code(_expand(text), _unmarked)
    text = _unboxed(text)
    text = _outside_code(text, lambda part: LINK.sub(lambda link: _address(link, source), part))
    return _outside_code(text, lambda part: re.sub(r"\n{3,}", "\n\n", part)).strip() + "\n"


def _expand(text: str) -> str:
    def included(match: re.Match[str]) -> str:
        name, file = match["name"], FRAGMENTS / match["name"]
        if name in known:
            piece = _program(known[name])
        elif file.is_file():
            piece = _expand(file.read_text("utf-8")).rstrip("\n")
        else:
            return match[0]  # the build stops at it, and names the page
        return "\n".join(match["indent"] + line if line else "" for line in piece.split("\n"))

    known = {f"programs/{program.name}.md": program for program in programs.programs()}
    return INCLUDE.sub(included, text)


def _program(program: programs.Program) -> str:
    output = programs.published(program).with_suffix(".txt").read_text("utf-8")
    whole, printed = (_fenced(text) for text in (program.text, output))
    return (
        f"**{program.title}** (`{program.name}.py`, {programs.address(program)}):\n\n"
        f"{whole.replace('```', '```python', 1)}\n\nIt printed:\n\n{printed}"
    )


def _fenced(text: str) -> str:
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks}\n{text.rstrip()}\n{ticks}"


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """``text`` with everything but its blocks of code changed."""
    done, here = [], 0
    for block in FENCE.finditer(text):
        fence = re.sub(r"\A( *[`~]+) ?\{ ?\.([\w-]+)[^}\n]*\}", r"\1\2", block[0])
        done += [change(text[here : block.start()]), fence]
        here = block.end()
    return "".join([*done, change(text[here:])])


def _unmarked(text: str) -> str:
    kept: list[str] = []

    def keep(code: re.Match[str]) -> str:
        kept.append(code[0])
        return f"\0{len(kept) - 1}\0"

    text = CODE.sub(keep, text)
    text = re.sub(r"<div class=\"claim-cite\".*?</div>", "", text, flags=re.DOTALL)
    text = re.sub(r"(<details class=\"claim-how\"[^>]*>\n)<summary\b.*?</summary>", r"\1", text)
    text = re.sub(
        r"!\[[^\]]*\]\([^)]*\)(?:\{[^{}]*\})?", "", text
    )  # a chart's sentence says what its pictures show
    text = re.sub(r" ?\[(?:Copy|Link)\]\(#[^)]*\)", "", text)
    text = re.sub(r"[ \t]*\{:?\s*(?:[.#]|download|data-)[^{}]*\}", "", text)
    text = re.sub(
        r"</?(?:div|figure|figcaption|span|script|noscript|link|details|summary|p|br)\b[^>]*>", "", text
    )
    return re.sub(r"\0(\d+)\0", lambda number: kept[int(number[1])], text)


def _unboxed(text: str) -> str:
    """Admonitions and folded blocks as a bold line and what was in them."""
    lines: list[str] = []
    margins = [0]  # of the boxes that the line is in, as they stood in the source
    fence = ""  # that has begun and not ended
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        ticks = re.match(r"`{3,}|~{3,}|", bare)
        assert ticks
        if fence:
            lines.append(line[margins[-1] :])
            fence = "" if bare.rstrip() == fence else fence
            continue
        if bare:
            while len(line) - len(bare) < margins[-1]:
                margins.pop()
        if (box := BLOCK.match(line)) and len(box["indent"]) == margins[-1]:
            lines += [f"**{box['title']}**"] if box["title"] else []
            margins.append(margins[-1] + 4)
        else:
            lines.append(line[margins[-1] :] if bare else "")
            fence = ticks[0]
    return "\n".join(lines)


def _address(link: re.Match[str], source: str) -> str:
    path = (
        posixpath.normpath(posixpath.join(posixpath.dirname(source), link["path"]))
        if link["path"]
        else source
    )
    whole = config.page_path(path) if path.endswith(".md") else path
    return f"{config.address()}{whole}{link['place'] or ''}"


def path(source: str) -> str:
    """Where the Markdown of a page stands in the site."""
    return f"{FOLDER}/{source}.txt"


def files(provenance: Provenance) -> dict[str, str]:
    """``llms.txt``, ``llms-full.txt`` and the Markdown of each page of the navigation, by their paths in the site."""
    listed = [page for page in config.pages() if (DOCS / page[2]).is_file()]
    texts = {source: plain(source) for _, _, source in listed if Path(source).suffix == ".md"}
    settings = config.settings()
    lines = [
        f"# {settings['site_name']}",
        "",
        f"> {settings.get('site_description', '')}",
        "",
        f"The numbers of this build were computed on {labels.label(provenance)}. Each page is listed as Markdown, with its "
        "whole programs and what they printed.",
    ]
    for section, of_section in groupby(listed, key=lambda page: page[0]):
        lines += ["", f"## {section or 'Pages'}", ""]
        for _, title, source in of_section:
            where = path(source) if source in texts else config.page_path(source)
            says = front_matter(source).get("description", "") if source in texts else ""
            shown = title or page_title(source.removesuffix(".md"))
            lines.append(f"- [{shown}]({config.address()}{where})" + (f": {says}" if says else ""))
    lines += ["", "## Data", ""]
    lines += [f"- [{Path(file).name}]({config.address()}{file}): {what}" for file, what in DATA.items()]
    lines += ["", "## Optional", "", f"- [All pages in one file]({config.address()}llms-full.txt)"]
    pages = {path(source): text for source, text in texts.items()}
    return {"llms.txt": "\n".join(lines) + "\n", "llms-full.txt": "\n\n---\n\n".join(texts.values()), **pages}
