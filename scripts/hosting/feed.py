"""CHANGELOG.md as an Atom feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from scripts import config

ATOM = "http://www.w3.org/2005/Atom"
RELEASE = re.compile(
    r"^## +\[?(?P<name>[^\]\s]+)\]?(?:\([^)]*\))? +[-–—] +(?P<date>\d{4}-\d{2}-\d{2})[^\n]*$", re.MULTILINE
)


def releases(text: str) -> Iterator[tuple[str, str, str]]:
    """Name, date and text of each dated release of a changelog in the form of keepachangelog.com, the newest first."""
    for part in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        if found := RELEASE.match(part):
            body = re.sub(
                r"^\[[^\]]+\]: \S+$", "", part[found.end() :], flags=re.MULTILINE
            )  # links at the file's end
            yield found["name"], found["date"], body.strip()


def atom(changelog: str, address: str, date: str) -> str:
    """An Atom feed (RFC 4287) with an entry a release.

    Args:
        changelog: the text of CHANGELOG.md; undated parts, as "Unreleased", are left out.
        address: where the site stands.
        date: of the build, which an empty feed needs.
    """
    import markdown  # type: ignore[import-untyped]

    ET.register_namespace("", ATOM)
    found = list(releases(changelog))
    settings = config.settings()
    name = str(settings["site_name"])
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})

    def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
        child = ET.SubElement(parent, f"{{{ATOM}}}{tag}", attributes)
        child.text = text or None
        return child

    add(feed, "id", f"{address}feed.xml")
    add(feed, "title", f"{name}: changes")
    add(feed, "updated", f"{max((day for _, day, _ in found), default=date or '1970-01-01')}T00:00:00Z")
    add(add(feed, "author"), "name", name)
    add(feed, "link", rel="self", type="application/atom+xml", href=f"{address}feed.xml")
    add(feed, "link", rel="alternate", type="text/html", href=address)
    for release, day, text in found:
        entry = add(feed, "entry")
        add(entry, "id", f"{address}feed.xml#{release}")
        add(entry, "title", f"{name} {release}")
        add(entry, "updated", f"{day}T00:00:00Z")
        add(entry, "link", rel="alternate", type="text/html", href=f"{address}build/")
        add(entry, "content", markdown.markdown(text), type="html")
    ET.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(feed, encoding="unicode")}\n'
