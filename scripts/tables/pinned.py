"""What the published files must be: sizes, shapes and sha256 of GPT-2's tables and tokenizer.

Sources are named in ``scripts/claims/gpt2-published.json``; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FilePin:
    """A whole file: its name, size in bytes and sha256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class TablePin:
    """A float32 tensor: its name in the file, its shape, and the sha256 of its raw little-endian bytes."""

    tensor: str
    shape: tuple[int, int]
    sha256: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.shape[0] * self.shape[1] * 4


@dataclass(frozen=True)
class RowPin:
    """The first and last numbers of one row, as somebody printed them."""

    row: int
    head: tuple[float, ...]
    tail: tuple[float, ...] = ()
    tolerance: float = 5e-5


@dataclass(frozen=True)
class Pins:
    """One published model."""

    model: str
    name: str
    repo: str
    also_cached_as: tuple[
        str, ...
    ]  # other names under which the same repository stands in a Hugging Face cache
    revision: str
    file: FilePin
    wte: TablePin
    wpe: TablePin
    vocab: FilePin
    merges: FilePin
    rows: Mapping[str, tuple[RowPin, ...]]  # by tensor name


GPT2 = Pins(
    model="gpt2",
    name="GPT-2 small",
    repo="openai-community/gpt2",
    also_cached_as=("gpt2",),
    revision="607a30d783dfa663caf39e06633721c8d4cfcd7e",
    file=FilePin(
        "model.safetensors", 548_105_171, "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"
    ),
    wte=TablePin(
        "wte.weight", (50257, 768), "e182e433b37dbdb47448e0413c840edf6965113c1fc8048c63b69795d8cf875a"
    ),
    wpe=TablePin(
        "wpe.weight", (1024, 768), "29c69587e2af826b7c159c38620a32e549a925e6d9a0dc37cb563f377f5be772"
    ),
    vocab=FilePin(
        "vocab.json", 1_042_301, "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"
    ),
    merges=FilePin("merges.txt", 456_318, "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
    rows={
        "wte.weight": (
            RowPin(
                0,
                (
                    *(-0.11010301, -0.039266724, 0.033107508, 0.13382645, -0.048475694),
                    *(-0.078917675, -0.23977417, -0.08947388, 0.025254967, -0.107396826),
                ),
                (-0.1363697, 0.01506208, 0.04531523),
                1e-8,
            ),
            RowPin(1, (0.04034033, -0.04861503, 0.04624869), (0.08605453, 0.00253983, 0.04318958), 1e-8),
            RowPin(2, (-0.12746179, 0.04793796, 0.18410145), (0.08991534, -0.12972379, -0.08785918), 1e-8),
            RowPin(50254, (-0.0445, -0.0548, 0.0123), (0.1044, 0.0978, -0.0695)),
            RowPin(50255, (0.186, 0.0167, 0.0461), (-0.0963, 0.0785, -0.0225)),
            RowPin(50256, (0.0514, -0.0277, 0.0499), (0.007, 0.1552, 0.1207)),
        ),
        "wpe.weight": (
            RowPin(0, (-0.01882071979343891, -0.19741860032081604)),
            RowPin(1, (0.023959, -0.053792, -0.094879)),
            RowPin(2, (0.0042161, -0.084764, 0.054515)),
        ),
    },
)

if (
    __name__ == "__main__"
):  # the name of the cache in which a workflow keeps these files; run as a file, it needs nothing
    pins = (GPT2.wte, GPT2.wpe, GPT2.vocab, GPT2.merges)
    print("-".join([GPT2.model, *(pin.sha256[:16] for pin in pins)]))
