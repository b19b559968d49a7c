"""Looks through a built site, as a reader's browser and a suspicious reader would: ``python -m scripts check``.

Every link leads somewhere, nothing was left unexpanded, no number stands without its label, the files are the ones that
ran, and no page makes a browser ask another host for anything.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from scripts.paths import ROOT, SITE

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

#: Links that a browser follows only when its reader does.
FOLLOWED = {
    "alternate",
    "author",
    "canonical",
    "edit",
    "feed",
    "help",
    "license",
    "markdown",
    "me",
    "next",
    "nofollow",
    "noopener",
}
FOLLOWED |= {"noreferrer", "prev", "search", "tag"}
#: Attributes whose address a browser asks for by itself.
ASKED = {"src", "srcset", "poster", "data", "background", "xlink:href", "imagesrcset"}
ASKED_HREF = {"link", "image", "use", "feimage"}

CSS_ADDRESS = re.compile(
    r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^'")\s]+))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')"""
)
JS_ADDRESS = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([./][^"']*|https?:[^"']*|//[^"']*)["']""")
INCLUDE = re.compile(r"-{1,}8<-{1,}")
LEFT_OVER = {
    "an include that was not expanded": INCLUDE,
    "a template's braces": re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL),
    "an attribute list": re.compile(r"\{:?\s*[.#][\w-]+[^{}]*\}"),
}
TRACEBACK = "Traceback (most recent call last)"
MACHINE = re.compile(r"(?:/home/|/Users/|[A-Z]:\\Users\\)[\w.-]+[/\\]")
#: Parts of Material that ask another host as soon as they stand on a page.
ASKING_CLASSES = {
    "mermaid": "unpkg.com for Mermaid",
    "md-source": "the API of the repository's host for its stars",
}
#: What the head of a page says for those who show a link to it.
CARD = (
    "og:title",
    "og:description",
    "og:url",
    "og:image",
    "og:image:alt",
    "og:site_name",
    "og:type",
    "twitter:card",
)


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong, and the file of the site in which it stands."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(eq=False)
class Node:
    """An element: its name, attributes, and what is in it, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = None

    @cached_property
    def classes(self) -> set[str]:
        """Its classes."""
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str = "", *, of: str = "") -> Iterator[Node]:
        """Elements below it, in their order: of a name, or of a class, or both."""
        for child in self.children:
            if isinstance(child, Node):
                if (not tag or child.tag == tag) and (not of or of in child.classes):
                    yield child
                yield from child.all(tag, of=of)

    def text(self, *, without: tuple[str, ...] = ()) -> str:
        """Its text, elements of the names ``without`` left out."""
        return "".join(
            child if isinstance(child, str) else "" if child.tag in without else child.text(without=without)
            for child in self.children
        )

    def within(self, *, of: str) -> bool:
        """Whether it stands in an element of a class."""
        return self.parent is not None and (of in self.parent.classes or self.parent.within(of=of))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None and tag not in VOID:
            self.here = node.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def parse(text: str) -> Node:
    """The elements of an HTML or SVG text, under a nameless one."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.root


@dataclass
class Site:
    """A built site, and what has been found wrong with it."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        """Note a fault, once."""
        if (found := Fault(where, what)) not in self.faults:
            self.faults.append(found)

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file, by its path in the site."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path for path in found}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Every file that is text."""
        texts = {}
        for name, path in self.files.items():
            try:
                texts[name] = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture, a font, a compressed file
        return texts

    @cached_property
    def pages(self) -> dict[str, Node]:
        """Every HTML file, parsed."""
        return {name: parse(text) for name, text in self.texts.items() if name.endswith(".html")}

    @cached_property
    def articles(self) -> dict[str, Node]:
        """Every page with words of its own; the 404 page has none."""
        return {name: page for name, page in self.pages.items() if posixpath.basename(name) != "404.html"}

    @cached_property
    def ids(self) -> dict[str, list[str]]:
        """The places on each page that an address can lead to."""
        return {
            name: [
                node.attributes[key]
                for node in page.all()
                for key in ("id", *(("name",) if node.tag == "a" else ()))
                if key in node.attributes
            ]
            for name, page in self.pages.items()
        }

    @cached_property
    def address(self) -> str:
        """Where the site will stand, with a slash at the end: the home page's canonical address, if it names one."""
        home = self.pages.get("index.html", Node(""))
        links = [
            n.attributes.get("href", "") for n in home.all("link") if n.attributes.get("rel") == "canonical"
        ]
        return (links[0].rstrip("/") if links else "") + "/"

    def json(self, name: str) -> dict[str, Any]:
        """A JSON file of the site; empty, and a fault, if it is not there or cannot be read."""
        try:
            read: dict[str, Any] = json.loads(self.texts[name])
        except KeyError:
            self.fault(name, "is missing")
        except ValueError as error:
            self.fault(name, f"is not JSON: {error}")
        else:
            return read
        return {}

    def look_up(self, where: str, address: str) -> tuple[str, str] | None:
        """The file and the fragment that an address on the page ``where`` leads to; None if it leads to another host.

        Raises:
            ValueError: if it leads nowhere; says why.
        """
        if self.address != "/" and f"{address}/".startswith(self.address):
            address, where = address[len(self.address) :], ""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        if path.startswith("/"):
            base = urlsplit(self.address).path
            if (
                posixpath.basename(where) != "404.html"
            ):  # which a host shows at any address, so it cannot be relative
                raise ValueError("begins with a slash, so it works under one base path only")
            if not path.startswith(base):
                raise ValueError(f"leaves the site, which stands under {base}")
            path, where = path[len(base) :], ""
        found = posixpath.normpath(posixpath.join(posixpath.dirname(where), path)) if path else where
        if found.startswith(".."):
            raise ValueError("leaves the site")
        if (path.endswith("/") or found == "." or not found) and path != "":
            found = posixpath.normpath(posixpath.join(found, "index.html"))
        if not found:
            found = "index.html"
        if found not in self.files:
            if f"{found}/index.html" in self.files:
                raise ValueError("leads to a folder without its slash")
            raise ValueError(f"leads nowhere: there is no {found}")
        return found, unquote(parts.fragment)


def _from_css(text: str) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [next(filter(None, match), "") for match in CSS_ADDRESS.findall(text)]


def _from_js(text: str) -> list[str]:
    return JS_ADDRESS.findall(text)


def _from_element(node: Node) -> Iterator[tuple[str, bool]]:
    """Each address of an element, and whether a browser asks for it without being told to."""
    asked_link = node.tag != "link" or bool(set(node.attributes.get("rel", "").lower().split()) - FOLLOWED)
    for name, value in node.attributes.items():
        if name in ("srcset", "imagesrcset"):
            yield from ((part.split()[0], True) for part in value.split(",") if part.strip())
        elif name in ASKED and not (name == "data" and node.tag != "object"):
            yield value, True
        elif name == "href" and node.tag != "base":
            yield value, node.tag in ASKED_HREF and asked_link
        elif name == "style":
            yield from ((address, True) for address in _from_css(value))
    if node.tag == "meta" and node.attributes.get("http-equiv", "").lower() == "refresh":
        yield node.attributes.get("content", "").partition("=")[2].strip(" '\""), True
    if node.tag == "style":
        yield from ((address, True) for address in _from_css(node.text()))
    if node.tag == "script" and "json" not in node.attributes.get("type", ""):
        yield from ((address, True) for address in _from_js(node.text()))


def addresses(site: Site) -> Iterator[tuple[str, str, str, bool]]:
    """File, what names the address, address, and whether a browser asks for it by itself."""
    for name, text in site.texts.items():
        if name.endswith((".html", ".svg")):
            page = site.pages.get(name) or parse(text)
            for node in page.all():
                for address, asked in _from_element(node):
                    yield name, f"<{node.tag}>", address, asked
        elif name.endswith(".css"):
            yield from ((name, "the style sheet", address, True) for address in _from_css(text))
        elif name.endswith((".js", ".mjs")):
            yield from ((name, "the script", address, True) for address in _from_js(text))


def check_addresses(site: Site) -> None:
    """Links and assets lead somewhere in the site; nothing is asked of another host."""
    for where, who, address, asked in addresses(site):
        shown = address if len(address) < 100 else f"{address[:100]}…"
        if not address and asked:
            site.fault(where, f"{who} has an empty address")
        if not address or re.match(r"(?i)(data|blob|mailto|tel):", address):
            continue
        if address.lower().startswith("javascript:"):
            site.fault(where, f"{who} has a javascript: address")
            continue
        try:
            found = site.look_up(where, address)
        except ValueError as error:
            site.fault(where, f"{who} {shown!r} {error}")
            continue
        if asked and (found is None or re.match(r"(?i)(https?:)?//", address)):
            site.fault(where, f"{who} makes the browser ask another host for {shown!r}")
        if found is None or not who.startswith("<a"):
            continue
        target, fragment = found
        place = fragment.partition(":~:")[0]
        if place and target in site.ids and place not in site.ids[target]:
            site.fault(where, f"{who} {shown!r} leads nowhere: {target} has no #{place}")
    for name, page in site.pages.items():
        for of, whom in ASKING_CLASSES.items():
            if any(page.all(of=of)):
                site.fault(name, f"has class {of!r}, for which Material asks {whom}")


def check_text(site: Site) -> None:
    """Nothing is left unexpanded, nothing tells of the machine that built it."""
    paths = {f"{ROOT}/", f"{Path.home()}/", f"{Path(tempfile.gettempdir(), 'embeddings-')}"} - {"//"}
    for name, text in site.texts.items():
        if TRACEBACK in text:
            site.fault(name, "shows a traceback")
        for path in {*(p for p in paths if p in text), *MACHINE.findall(text)}:
            site.fault(name, f"names a path of the machine that built it: {path}")
    for name, page in site.pages.items():
        prose = page.text(without=("code", "pre", "script", "style", "template"))
        for what, pattern in LEFT_OVER.items():
            if match := pattern.search(prose):
                site.fault(name, f"shows {what}: {match[0][:60]!r}")
        seen: set[str] = set()
        for found in (node.attributes["id"] for node in page.all() if "id" in node.attributes):
            if found in seen:
                site.fault(name, f"has the id {found!r} twice")
            seen.add(found)


def check_labels(site: Site) -> None:
    """Every page, output and chart says which tables it was made on."""
    label = site.json("generated/provenance.json").get("label")
    if not label:
        site.fault("generated/provenance.json", "has no label")
        return
    for name, page in site.articles.items():
        if not any(label in node.text() for node in page.all(of="admonition")):
            site.fault(name, f"has no banner that says {label!r}")
        for output in page.all(of="output"):
            if not output.text().strip():
                site.fault(name, "has an output block with nothing in it")
        for program in page.all(of="program"):
            who = f"program {program.attributes.get('id', '?')}"
            if not any(program.all(of="output")):
                site.fault(name, f"{who} shows no output")
            _labelled(site, name, who, list(program.all(of="program-label")), label)
        for lab in page.all(of="lab"):
            _labelled(site, name, lab.attributes.get("id", "a lab"), list(lab.all(of="lab-label")), label)
        for chart in page.all(of="chart"):
            who = chart.attributes.get("id", "a chart")
            _labelled(site, name, who, list(chart.all(of="chart-label")), label)
            if not any(chart.all("img")) or not all(img.attributes.get("alt") for img in chart.all("img")):
                site.fault(name, f"{who} has no picture, or one without a text alternative")


def _labelled(site: Site, page: str, who: str, labels: list[Node], label: str) -> None:
    if not any(label in node.text() for node in labels):
        site.fault(page, f"{who} does not say that it was made on {label!r}")


def check_programs(site: Site) -> None:
    """``programs.json`` names the files that are there, and the pages show what it says they print."""
    record = site.json("generated/programs.json")
    label = site.json("generated/provenance.json").get("label")
    if record and record.get("label") != label:
        site.fault("generated/programs.json", f"was made on {record.get('label')!r}, the site on {label!r}")
    listed: set[str] = set()
    for program in record.get("programs", []):
        file = program["file"]
        listed |= {file, str(Path(file).with_suffix(".txt").as_posix())}
        if file not in site.files:
            site.fault("generated/programs.json", f"{program['name']}: there is no {file}")
        elif (found := hashlib.sha256(site.files[file].read_bytes()).hexdigest()) != program["sha256"]:
            site.fault(file, f"has the sha256 {found[:8]}…, programs.json says {program['sha256'][:8]}…")
        page = f"{program['page']}index.html"
        anchor = program["name"].replace("/", "-")
        blocks = [
            n for n in site.pages.get(page, Node("")).all(of="program") if n.attributes.get("id") == anchor
        ]
        if not blocks:
            site.fault(page, f"does not show the program {program['name']}, which is in its folder")
        for output in (output for block in blocks for output in block.all(of="output")):
            if output.text().strip("\n") != program["output"].strip("\n"):
                site.fault(page, f"shows another output of {program['name']} than programs.json")
    for file in site.files:
        if file.startswith("generated/programs/") and file not in listed:
            site.fault(file, "is not in programs.json")


def check_cards(site: Site) -> None:
    """Every page names its card once, by its whole address, and the card is there, of its size, made on these tables."""
    from scripts.site_finish import LIST, SIZE

    record = site.json(LIST)
    label = site.json("generated/provenance.json").get("label")
    if record and record.get("label") != label:
        site.fault(LIST, f"was made on {record.get('label')!r}, the site on {label!r}")
    for name, page in site.articles.items():
        given: dict[str, list[str]] = {}
        for meta in page.all("meta"):
            key = meta.attributes.get("property") or meta.attributes.get("name", "")
            given.setdefault(key, []).append(meta.attributes.get("content", ""))
        for key in CARD:
            if len(given.get(key, [])) != 1 or not given[key][0].strip():
                site.fault(name, f"does not say {key} once; finish the site with: python -m scripts finish")
        for address in given.get("og:url", [])[:1]:
            if address != f"{site.address}{name.removesuffix('index.html')}" or site.address == "/":
                site.fault(name, f"og:url {address!r} is not the page's whole address")
        for address in given.get("og:image", [])[:1]:
            if not address.startswith(site.address) or site.address == "/":
                site.fault(name, f"its card {address!r} is not a whole address of the site")
                continue
            # the header of a PNG: its signature, then a chunk that begins with width and height
            file = site.files.get(address.removeprefix(site.address))
            head = file.read_bytes()[:24] if file else b""
            if head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
                site.fault(name, f"its card {address!r} is no picture of the site")
            elif (size := (int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))) != SIZE:
                site.fault(
                    name, f"its card {address!r} is {size[0]} × {size[1]} px, not {SIZE[0]} × {SIZE[1]}"
                )


def check_provenance(site: Site) -> None:
    """``provenance.json`` says what it must, and its label agrees with it."""
    name = "generated/provenance.json"
    record = site.json(name)
    for wanted in (
        "model",
        "revision",
        "verified",
        "wte_sha256",
        "wpe_sha256",
        "label",
        "packages",
        "python",
    ):
        if record and wanted not in record:
            site.fault(name, f"does not say {wanted}")
    for part in ("wte_sha256", "wpe_sha256", "revision"):
        if str(record.get(part, ""))[:8] not in record.get("label", ""):
            site.fault(name, f"its label does not agree with its {part}")
    if record.get("verified") is False and "unverified" not in record.get("label", ""):
        site.fault(name, "is unverified, and its label does not say so")


def check_deploy(site: Site) -> None:
    """The site was made on GPT-2's own tables."""
    from scripts.tables.pinned import GPT2

    name = "generated/provenance.json"
    record = site.json(name)
    if record.get("model") != "gpt2":
        site.fault(name, f"model is {record.get('model')!r}: only a site made on 'gpt2' may be deployed")
    if record.get("verified") is not True:
        site.fault(name, "the tables are not verified: such a site may not be deployed")
    for part, pinned in (("wte_sha256", GPT2.wte.sha256), ("wpe_sha256", GPT2.wpe.sha256)):
        if record.get(part) != pinned:
            site.fault(name, f"{part} is not GPT-2's: such a site may not be deployed")


CHECKS: tuple[Callable[[Site], None], ...] = (
    check_provenance,
    check_programs,
    check_labels,
    check_cards,
    check_text,
    check_addresses,
)


def faults(folder: Path, *, deploy: bool = False) -> list[Fault]:
    """What is wrong with the site in ``folder``, in the order of its files."""
    site = Site(folder)
    if "index.html" not in site.files:
        return [Fault(str(folder), "there is no site: make one with `make build`")]
    for check in (*CHECKS, *((check_deploy,) if deploy else ())):
        check(site)
    return sorted(site.faults)


def main(deploy: bool = False, folder: Path = SITE) -> int:
    """Print each fault of the site; 0 if it has none, 1 if it has any.

    Args:
        deploy: also refuse a site that was not made on GPT-2's verified tables.
        folder: where the site is.
    """
    found = faults(folder, deploy=deploy)
    for fault in found:
        print(fault)
    pages = len(list(folder.rglob("*.html")))
    print(
        f"{len(found) or 'no'} fault{'s' * (len(found) != 1)} on {pages} pages of {folder.name}/",
        file=sys.stderr,
    )
    return 1 if found else 0
