"""The tables of one model, and where they came from.  Knows nothing else of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import tiktoken

Table = npt.NDArray[np.float32]


class TablesError(Exception):
    """The tables cannot be had.  The message says what was expected and what to do."""


@dataclass(frozen=True)
class Provenance:
    """Where a model's tables came from, and whether their bytes are the published ones."""

    model: str  # "gpt2" or "tiny"
    name: str  # what a page calls it: "GPT-2 small", "TinyGPT"
    repo: str  # "openai-community/gpt2", or this repository's path of TinyGPT
    revision: str  # the hub's commit, or the hash of TinyGPT's recipe
    wte_sha256: str
    wpe_sha256: str
    vocab_sha256: str
    merges_sha256: str
    verified: bool  # the tables' bytes equal the pinned hashes


@dataclass(frozen=True)
class Tables:
    """What the rest of the code computes with.

    Attributes:
        wte: token embeddings, float32 (n_vocab, n_embd), read-only, memory-mapped.
        wpe: position embeddings, float32 (n_ctx, n_embd), read-only, memory-mapped.
        encoding: the tokenizer; its IDs are the rows of ``wte``.
        provenance: the model, its revision and the sha256 of both tables.
        files: the folder that holds ``model.safetensors``, ``vocab.json`` and ``merges.txt``.
    """

    wte: Table
    wpe: Table
    encoding: tiktoken.Encoding
    provenance: Provenance
    files: Path

    @property
    def n_vocab(self) -> int:
        """Rows of ``wte``."""
        return int(self.wte.shape[0])

    @property
    def n_embd(self) -> int:
        """Numbers in a row."""
        return int(self.wte.shape[1])

    @property
    def n_ctx(self) -> int:
        """Rows of ``wpe``."""
        return int(self.wpe.shape[0])
