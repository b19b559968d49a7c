"""TinyGPT: a decoder of GPT-2's kind, trained by this repository on sentences a grammar writes, and kept in it.

`ARTEFACT` is laid out as GPT-2 is published. The package knows nothing else of ours; importing it trains nothing and
does not even load numpy.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ARTEFACT: Final = Path(__file__).parent / "artefact"
"""The folder of `model.safetensors`, `vocab.json`, `merges.txt`, `config.json`, `snapshots.safetensors`,
`provenance.json`."""

MAKER: Final = "python -m scripts train-tiny"
"""The command that makes the artefact."""

_ROOT: Final = Path(__file__).parents[3]
_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Snapshots:
    """How the table was made.

    Attributes:
        steps: After how many steps each snapshot was taken, int32 (n,), from 0 to the end of training.
        wte: The table at each of them, float32 (n, n_vocab, n_embd); the last is the finished table itself, the
            others were kept as float16.
        loss: The loss of every step's batch before that step, in nats per token, float32 (steps,).
    """

    steps: "npt.NDArray[np.int32]"
    wte: "npt.NDArray[np.float32]"
    loss: "npt.NDArray[np.float32]"


def snapshots(folder: Path = ARTEFACT) -> Snapshots:
    """Read the snapshots of training.

    Args:
        folder: Where the artefact is.

    Returns:
        The snapshots, in the order of training.

    Raises:
        FileNotFoundError: If the folder holds no artefact.
    """
    from . import artefact

    return artefact.read_snapshots(folder)


def parameters(folder: Path = ARTEFACT) -> "dict[str, npt.NDArray[np.float32]]":
    """Read every parameter of the finished model, as `model.forward` takes them.

    Args:
        folder: Where the artefact is.

    Returns:
        The tensors by their names in GPT-2's checkpoint, float32, in the layout `model` describes.

    Raises:
        FileNotFoundError: If the folder holds no artefact.
    """
    from . import artefact

    return artefact.read_parameters(folder)


def train(check: bool = False, folder: Path = ARTEFACT) -> int:
    """Train TinyGPT and keep it, or say whether what is kept is what the code makes.

    The work is done by a process of its own with one thread: the order in which a threaded matrix product adds up
    depends on how many threads there are, and with it the last bits.

    Args:
        check: Retrain and compare; write nothing.
        folder: Where the artefact is or goes.

    Returns:
        An exit code: 0, or 1 if the check failed or the training did.
    """
    command = [sys.executable, "-m", "scripts.tables.tiny", str(folder), *(["--check"] if check else [])]
    environment = os.environ | dict.fromkeys(_THREADS, "1")
    sys.stdout.flush()
    return 1 if subprocess.run(command, cwd=_ROOT, env=environment, check=False).returncode else 0
