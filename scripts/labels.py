"""What a page says about where its numbers come from."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import platform
import re
from typing import TYPE_CHECKING

from scripts.build import Artefact, environment, fingerprint, sources, write
from scripts.paths import FRAGMENTS, GENERATED

if TYPE_CHECKING:
    from scripts.tables import Provenance

#: Every page includes it first.
BANNER = FRAGMENTS / "banner.md"

#: Packages that a number can depend on.
PACKAGES = ("altair", "huggingface_hub", "numpy", "safetensors", "tiktoken", "vl-convert-python")

BANNERS = {
    "gpt2": (
        '!!! quote ""\n\n'
        "    The numbers on this page are computed from the tables of **{label}**. "
        "Their bytes have the published sha256."
    ),
    "tiny": (
        '!!! warning "This build is not made on GPT-2"\n\n'
        "    GPT-2's tables were not at hand, so the numbers and charts on this page come from **{label}**, a small "
        "model that this project trains and keeps. It has GPT-2's kind of tables, and none of its numbers. The programs name "
        "GPT-2's files: copied and run by yourself, they print GPT-2's numbers."
    ),
    "unverified": (
        '!!! danger "Unverified tables: these are not GPT-2\'s numbers"\n\n'
        "    This build was asked to accept tables whose sha256 is not GPT-2's: **{label}**. Read nothing on this page "
        "as a fact about GPT-2."
    ),
}


def label(provenance: Provenance) -> str:
    """One line: the model, its revision, and the first 8 digits of both tables' sha256."""
    name = provenance.name if provenance.verified else f"unverified, not {provenance.name}"
    hashes = f"wte {provenance.wte_sha256[:8]} · wpe {provenance.wpe_sha256[:8]}"
    return f"{name} · revision {provenance.revision[:8]} · {hashes}"


def kind(provenance: Provenance) -> str:
    """``gpt2``, ``tiny`` or ``unverified``: the three kinds of build."""
    return provenance.model if provenance.verified else "unverified"


def identity(provenance: Provenance) -> str:
    """Fingerprint of the tables and of what is said about them."""
    return fingerprint(json.dumps(dataclasses.asdict(provenance), sort_keys=True))


def provenance_json(provenance: Provenance) -> bytes:
    """What was built on what, for machines: ``provenance.json`` of the site."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    record = {
        "made_by": "python -m scripts build",
        **dataclasses.asdict(provenance),
        "label": label(provenance),
        "python": platform.python_version(),
        "packages": versions,
        "lock_sha256": environment(),
    }
    return (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()


def provenance_table(provenance: Provenance) -> str:
    """The same for people: a table for the page on how the site is built."""
    rows = {
        "model": provenance.name,
        "where from": f"`{provenance.repo}`",
        "revision": f"`{provenance.revision}`",
        "bytes as published": "yes" if provenance.verified else "**no**: accepted unverified",
        "sha256 of `wte.weight`": f"`{provenance.wte_sha256}`",
        "sha256 of `wpe.weight`": f"`{provenance.wpe_sha256}`",
        "sha256 of `vocab.json`": f"`{provenance.vocab_sha256}`",
        "sha256 of `merges.txt`": f"`{provenance.merges_sha256}`",
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }
    return "| what | which |\n|---|---|\n" + "".join(
        f"| {what} | {which} |\n" for what, which in rows.items()
    )


def put_on_pages(failure: str) -> bool:
    """Have every page begin with what stopped the build, until the next one ends well, which writes the banner anew.

    Returns:
        Whether there are pages to put it on: not if nothing was built before.
    """
    if not BANNER.exists():
        return False
    fence = "`" * (1 + max([2, *map(len, re.findall("`+", failure))]))
    lines = [
        "The rest of the page is as it was. Fix the file and save it; this notice then goes away by itself.",
        "",
        f"{fence} {{ .text .no-copy }}",
        *(re.sub(r"^(\s*)(-+8<-+)", r"\1;\2", line) for line in failure.splitlines()),  # shown, not included
        fence,
    ]
    text = "\n".join(f"    {line}".rstrip() for line in lines)
    write(BANNER, f'!!! failure "The build stopped"\n\n{text}\n'.encode())
    return True


def artefacts(provenance: Provenance) -> list[Artefact]:
    """The banner that every page includes, and ``provenance.json``."""
    return [
        Artefact(
            "provenance",
            fingerprint(identity(provenance), environment(), *sources("scripts.labels")),
            lambda: {
                BANNER: BANNERS[kind(provenance)].format(label=label(provenance)).encode() + b"\n",
                FRAGMENTS / "provenance.md": provenance_table(provenance).encode(),
                GENERATED / "provenance.json": provenance_json(provenance),
            },
        )
    ]
