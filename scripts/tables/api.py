"""What the other rooms call: which tables are in use, and opening them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scripts.tables import cache, embedded, gpt2
from scripts.tables.gpt2 import Finder, Found
from scripts.tables.hub import HubUnreachableError
from scripts.tables.safetensors_file import open_table
from scripts.tables.staging import stage
from scripts.tables.tokenizer import encoding_from
from scripts.tables.values import Provenance, Tables, TablesError

__all__ = ["encoding_from", "fetch", "load", "locate", "stage"]
MODELS = ("auto", "gpt2", "tiny")
WAITED = 1.0  # seconds; a try that cost more is not made again for a while
FORGET_AFTER = 300.0  # seconds


def locate(model: str | None = None) -> Provenance:
    """Which tables are in use.

    Cheap if they are at hand and unchanged (their files' sizes and times are looked at, their bytes are not hashed again,
    nothing slow is imported); if they are nowhere, they are fetched.

    Args:
        model: ``gpt2``, ``tiny`` or ``auto``; the environment's ``EMBEDDINGS_MODEL`` if not given, else ``auto``.

    Raises:
        TablesError: the tables cannot be had; says what was expected and what to do.
    """
    return _find(model).provenance


def load(model: str | None = None) -> Tables:
    """The tables of one model: float32, read-only, memory-mapped.  Arguments and errors as for ``locate``."""
    return opened(_find(model))


def fetch(model: str | None = None) -> Provenance:
    """The same as ``locate``, but every byte is hashed again, and what was refused is fetched again."""
    return _find(model, rehash=True).provenance


def opened(found: Found) -> Tables:
    """The tables that were found, opened."""
    return Tables(
        wte=open_table(found.model_file, found.wte),
        wpe=open_table(found.model_file, found.wpe),
        provenance=found.provenance,
        files=found.files,
        model_file=found.model_file,
    )


def _find(model: str | None, *, rehash: bool = False) -> Found:
    asked = model or os.environ.get("EMBEDDINGS_MODEL") or "auto"
    if asked not in MODELS:
        raise TablesError(f"there is no model {asked!r}: EMBEDDINGS_MODEL is one of {', '.join(MODELS)}")
    if asked == "tiny":
        return embedded.find()
    finder = Finder.by_environment()
    if asked == "gpt2":
        try:
            return finder.find(rehash=rehash)
        except HubUnreachableError as e:
            raise gpt2.no_network(finder, e) from e
    return gpt2_or_tiny(finder, embedded.find, rehash=rehash)


def gpt2_or_tiny(finder: Finder, tiny: Callable[[], Found], *, rehash: bool = False) -> Found:
    """GPT-2's tables; where there is no hub to ask, TinyGPT's, and a warning.

    Only an unreachable hub is a reason: tables that were refused, a hub that goes on failing or a full disk raise, because
    whoever has a network expects GPT-2 and would take TinyGPT's numbers for its.
    """
    memory = finder.places.stamps / "hub-unreachable.json"
    found, waited = None, _waited_lately(memory)
    try:
        found = finder.at_hand(rehash=rehash)
        if found is None and waited and not rehash:
            raise HubUnreachableError(waited)
        began = time.monotonic()
        try:
            return found or gpt2.quick(finder).fetched(rehash=rehash)
        except HubUnreachableError as e:
            if time.monotonic() - began > WAITED:
                with suppress(OSError):
                    cache.write_json(memory, {"endpoint": _endpoint(), "at": time.time(), "why": str(e)})
            raise
    except HubUnreachableError as e:
        finder.say(
            f"warning: {e}. This is TinyGPT, the embedded model: the pages will say so. "
            f"For {finder.pins.name}'s numbers, make the hub reachable and run `python -m scripts fetch`."
        )
        return tiny()


def _endpoint() -> str:
    from huggingface_hub import constants

    return constants.ENDPOINT


def _waited_lately(memory: Path) -> str:
    """Why the hub could not be reached a moment ago, if finding that out took long; else empty."""
    known = cache.read_json(memory)
    at = known.get("at")
    if (
        known.get("endpoint") != _endpoint()
        or not isinstance(at, float)
        or not 0 <= time.time() - at < FORGET_AFTER
    ):
        return ""
    return f"{known.get('why')} (tried {time.time() - at:.0f} s ago; `python -m scripts fetch` tries now)"
