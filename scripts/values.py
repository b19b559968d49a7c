"""Numbers that stand in the text of a page, each by its name: ``--8<-- "values/n_vocab"`` on a line of a paragraph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scripts import labels
from scripts.build import Artefact, Files, environment, fingerprint, sources
from scripts.paths import FRAGMENTS

if TYPE_CHECKING:
    from scripts.tables import Provenance, Tables


def values(tables: Tables) -> dict[str, str]:
    """Text of each value, by name."""
    numbers = tables.wte.size
    return {
        "model": tables.provenance.name,
        "cat_id": str(tables.encoding.encode_single_token(" cat")),
        "n_vocab": f"{tables.n_vocab:,}",
        "n_embd": f"{tables.n_embd:,}",
        "n_ctx": f"{tables.n_ctx:,}",
        "wte_numbers": f"{numbers:,}",
        "wte_megabytes": f"{numbers * tables.wte.itemsize / 1e6:.1f} MB",
        "wpe_numbers": f"{tables.wpe.size:,}",
    }


def artefacts(provenance: Provenance, tables: Callable[[], Tables]) -> list[Artefact]:
    """All values as one artefact, a file each."""

    def make() -> Files:
        # no line end: it would end the paragraph that the value stands in
        return {FRAGMENTS / "values" / name: text.encode() for name, text in values(tables()).items()}

    key = fingerprint("values", labels.identity(provenance), environment(), *sources("scripts.values"))
    return [Artefact("values", key, make)]
