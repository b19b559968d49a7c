"""TinyGPT's tables: the artefact that this repository keeps."""

from __future__ import annotations

from pathlib import Path

from scripts.tables import cache, gpt2
from scripts.tables.gpt2 import Found
from scripts.tables.pinned import TablePin
from scripts.tables.safetensors_file import pick, read_header
from scripts.tables.values import Provenance, TablesError

ARTEFACT = Path(__file__).parent / "tiny" / "artefact"


def find(folder: Path = ARTEFACT) -> Found:
    """TinyGPT's tables; the artefact is small, so it is hashed each time (2 ms).

    Raises:
        TablesError: a file is missing, damaged, or not the one that ``provenance.json`` names; names it, and the command
            that makes it again.
    """
    try:
        return _find(folder)
    except (OSError, TablesError) as e:
        raise TablesError(
            f"TinyGPT's artefact in {folder} is not whole: {e}. `git checkout {folder}` brings it back, "
            "`python -m scripts train-tiny` makes it again."
        ) from e


def _find(folder: Path) -> Found:
    said = cache.read_json(folder / "provenance.json")
    model, vocab, merges = (folder / name for name in ("model.safetensors", "vocab.json", "merges.txt"))
    spans = read_header(model)
    tables = []
    for name in ("wte.weight", "wpe.weight"):
        shape = spans[name].shape if name in spans else ()
        if len(shape) not in (0, 2):
            raise TablesError(f"{model}: {name} should have two dimensions, it has the shape {list(shape)}")
        rows, columns = shape or (0, 0)
        tables.append(pick(spans, TablePin(name, (rows, columns), ""), str(model)))
    wte, wpe = tables
    hashes = {
        "wte_sha256": cache.sha256_of_span(model, wte),
        "wpe_sha256": cache.sha256_of_span(model, wpe),
        "vocab_sha256": cache.sha256_of_file(vocab),
        "merges_sha256": cache.sha256_of_file(merges),
    }
    wrong = [name for name, found in hashes.items() if said.get(name) != found]
    taken = ("wte_sha256", "wpe_sha256") if gpt2.unverified_wanted() else ()
    for name in wrong:
        if name not in taken:
            raise TablesError(f"its {name} is {hashes[name]}, provenance.json says {said.get(name)}")
    provenance = Provenance(
        model="tiny",
        name="TinyGPT",
        repo="scripts/tables/tiny",
        revision=str(said.get("revision", "unknown")),
        verified=not wrong,
        **hashes,
    )
    return Found(model, folder, wte, wpe, provenance)
