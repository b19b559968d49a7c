"""What ``mkdocs.yml`` says that the build has to know: where the site will stand, and its pages in their order."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import Any

import yaml

from scripts.paths import ROOT

FILE = ROOT / "mkdocs.yml"


class _Loader(yaml.SafeLoader):
    """Reads ``!ENV``, and lets other tags, which are MkDocs' own affair, be."""


def _from_environment(loader: _Loader, node: yaml.Node) -> Any:
    if not isinstance(node, yaml.SequenceNode):
        return os.environ.get(str(node.value))
    *names, default = loader.construct_sequence(node)
    return next((os.environ[name] for name in names if name in os.environ), default)


_Loader.add_constructor("!ENV", _from_environment)
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def settings() -> dict[str, Any]:
    """The settings, as ``mkdocs build`` would read them."""
    read: dict[str, Any] = _read(FILE.read_text("utf-8"), os.environ.get("SITE_URL"))
    return read


@functools.cache
def _read(text: str, _site_url: str | None) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506  a safe loader with one tag more


def address() -> str:
    """Where the site will stand, with a slash at the end; empty if nobody says."""
    url = settings().get("site_url") or ""
    return f"{url.rstrip('/')}/" if url else ""


def page_path(source: str) -> str:
    """Path in the site of a page's source: ``tokens.md`` is at ``tokens/``, ``index.md`` at the root."""
    folder, _, name = source.rpartition("/")
    stem = name.rpartition(".")[0]
    return "/".join(part for part in (folder, "" if stem == "index" else stem) if part) + (
        "/" if folder or stem != "index" else ""
    )


def pages() -> list[tuple[str, str | None, str]]:
    """Each page of the navigation in its order: its section (empty at the top), its title if it is given one, its source."""
    return list(_entries(settings().get("nav") or [], ""))


def place(page: str) -> int:
    """Where a page, named by its stem, stands in the navigation; one that is not there stands after all that are."""
    sources = [source for _, _, source in pages()]
    return [*sources, f"{page}.md"].index(f"{page}.md")


def _entries(entries: list[Any], section: str) -> Iterator[tuple[str, str | None, str]]:
    for entry in entries:
        if isinstance(entry, str):
            yield section, None, entry
            continue
        for title, value in entry.items():
            if isinstance(value, str):
                yield section, title, value
            else:
                yield from _entries(value, title)
