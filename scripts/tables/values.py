"""What the rest of the code is given: the tables of one model, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import tiktoken

Table: TypeAlias = "npt.NDArray[np.float32]"


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
        provenance: the model, its revision and the sha256 of both tables.
        files: the folder that holds ``vocab.json`` and ``merges.txt``.
        model_file: the safetensors file that both tables are read from.
    """

    wte: Table
    wpe: Table
    provenance: Provenance
    files: Path
    model_file: Path

    @cached_property
    def encoding(self) -> tiktoken.Encoding:
        """The tokenizer; its IDs are the rows of ``wte``.  Built when it is first asked for (0.2 s for GPT-2)."""
        from scripts.tables.tokenizer import encoding_from

        return encoding_from(self.files / "vocab.json", self.files / "merges.txt", self.provenance.model)

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
