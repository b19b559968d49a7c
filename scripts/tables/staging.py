"""The model in use, laid out where a reader's program looks for GPT-2."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from scripts.tables.pinned import GPT2
from scripts.tables.values import Tables

TIKTOKEN_FILES = "https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/"


def stage(tables: Tables, folder: Path) -> dict[str, str]:
    """Lay ``tables`` out in ``folder`` as a Hugging Face cache that holds GPT-2, at ``main`` and at the pinned revision.

    In the environment that is returned, ``hf_hub_download("openai-community/gpt2", ...)`` answers offline, and for GPT-2
    ``tiktoken.get_encoding("gpt2")`` too.  (For TinyGPT it cannot: tiktoken checks GPT-2's own hashes.)

    Args:
        tables: the model in use, GPT-2 or TinyGPT.
        folder: is made if it is not there; files are linked into it, so it takes no room.

    Returns:
        Environment variables, by name.
    """
    home, tiktoken_cache = folder / "huggingface", folder / "tiktoken"
    repo = home / "hub" / f"models--{GPT2.repo.replace('/', '--')}"
    snapshot, blobs, refs = repo / "snapshots" / GPT2.revision, repo / "blobs", repo / "refs"
    for made in (snapshot, blobs, refs, tiktoken_cache):
        made.mkdir(parents=True, exist_ok=True)
    (refs / "main").write_text(GPT2.revision, encoding="ascii")
    known = tables.provenance
    vocab, merges = tables.files / "vocab.json", tables.files / "merges.txt"
    for source, name, content in (
        (tables.model_file, "model.safetensors", known.wte_sha256 + known.wpe_sha256),
        (vocab, "vocab.json", known.vocab_sha256),
        (merges, "merges.txt", known.merges_sha256),
    ):
        blob = blobs / hashlib.sha256(content.encode()).hexdigest()
        _link(source.resolve(), blob)
        _link(Path("..", "..", "blobs", blob.name), snapshot / name)
    if known.model == GPT2.model:
        for source, name in ((merges, "vocab.bpe"), (vocab, "encoder.json")):
            address = TIKTOKEN_FILES + name
            _link(
                source.resolve(),
                tiktoken_cache / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest(),
            )
    return {
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "TIKTOKEN_CACHE_DIR": str(tiktoken_cache),
    }


def _link(target: Path, link: Path) -> None:
    """Have ``link`` lead to ``target``: a symbolic link, a second name, or where neither can be made, a copy."""
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(target)
        return
    except OSError:  # Windows, without the right to make links
        source = (link.parent / target).resolve()
    try:
        os.link(source, link)
    except OSError:
        shutil.copyfile(source, link)
