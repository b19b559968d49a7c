"""GPT-2's byte-level BPE, from ``vocab.json`` and ``merges.txt``: one way for GPT-2 and for TinyGPT."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.tables.values import TablesError

if TYPE_CHECKING:
    import tiktoken

END_OF_TEXT = "<|endoftext|>"
_environment = threading.Lock()


def encoding_from(vocab_json: Path, merges_txt: Path, name: str) -> tiktoken.Encoding:
    """The tokenizer that two files in GPT-2's layout describe, as ``tiktoken`` builds its own ``gpt2``.

    Args:
        vocab_json: from each token, its bytes written as GPT-2 writes them, to its ID.
        merges_txt: a first line with the version, then one merge a line, in order.
        name: the name of the encoding.

    Raises:
        TablesError: a file is missing or damaged, or the two do not agree; names both.
    """
    import tiktoken
    from tiktoken.load import data_gym_to_mergeable_bpe_ranks
    from tiktoken_ext.openai_public import r50k_pat_str  # type: ignore[import-untyped]

    try:
        with _without_tiktoken_cache():
            ranks = data_gym_to_mergeable_bpe_ranks(str(merges_txt), str(vocab_json))
    except (OSError, ValueError, KeyError, AssertionError, AttributeError, TypeError) as e:
        raise TablesError(
            f"{vocab_json} and {merges_txt} are no tokenizer in GPT-2's layout ({type(e).__name__}: {e})"
        ) from e
    return tiktoken.Encoding(
        name,
        explicit_n_vocab=len(ranks) + 1,
        pat_str=r50k_pat_str,
        mergeable_ranks=ranks,
        special_tokens={END_OF_TEXT: len(ranks)},
    )


@contextmanager
def _without_tiktoken_cache() -> Iterator[None]:
    # tiktoken keeps a copy of what it reads under its path's hash, also of local files, and never looks again:
    # a file that changed would be read as it was.  An empty name turns that off.
    with _environment:
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        os.environ["TIKTOKEN_CACHE_DIR"] = ""
        try:
            yield
        finally:
            if before is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before


def vocab_from(merges: bytes) -> bytes:
    """``vocab.json`` as GPT-2's publisher wrote it, from ``merges.txt``: 256 bytes, a token a merge, the end of text.

    The one file says nothing that the other does not, so a megabyte need not be fetched.  Its sha256 decides.
    """
    printable = [chr(b) for b in range(256) if chr(b).isprintable() and chr(b) != " "]
    others = [chr(256 + n) for n in range(256 - len(printable))]
    merged = merges.decode("utf-8", "replace").replace(" ", "").split("\n")[1:-1]
    tokens = [*printable, *others, *merged, END_OF_TEXT]
    return json.dumps({token: n for n, token in enumerate(tokens)}).encode()
