"""Where the bench works: a copy of the project and caches of its own, so that nothing of yours is touched."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import hub
from bench.process import ROOT, run
from bench.table import Row

RESULTS = ROOT / "bench-results"
PYTHON = sys.executable
FORGOTTEN = ("EMBEDDINGS_", "HF_", "HUGGING", "TIKTOKEN", "OMP_", "OPENBLAS_", "MKL_", "PYTHON", "SITE_URL")


class Place:
    """What one run of the bench has: folders, a hub, and how often to measure."""

    def __init__(self, hub_folder: Path | None, times: int):
        """``hub_folder`` has model.safetensors, vocab.json and merges.txt; without it a full-size one is made."""
        self.times = times
        self.folder = Path(tempfile.mkdtemp(prefix="embeddings-bench-"))
        self._hub_folder = hub_folder

    def close(self) -> None:
        """Delete all that was made."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @functools.cached_property
    def model(self) -> hub.ModelFiles:
        """The files that the hub serves, or why there are none."""
        return hub.find_or_make(self._hub_folder, RESULTS / "hub")

    def environment(self, model: str = "gpt2", cache: str = "cache", **more: str) -> dict[str, str]:
        """Of a command on ``model``: yours without what would decide for it, with caches here and no network but ours."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FORGOTTEN)}
        return kept | {
            "EMBEDDINGS_MODEL": model,
            "EMBEDDINGS_UNVERIFIED": "1",
            "EMBEDDINGS_CACHE": str(self.folder / cache),
            "HF_HOME": str(self.folder / "huggingface"),
            "HF_ENDPOINT": "http://127.0.0.1:9",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_MKDOCS_2_WARNING": "1",
            "PYTHONPATH": str(ROOT),
            "SOURCE_DATE_EPOCH": "0",
            **more,
        }

    @functools.cached_property
    def tables(self) -> Path:
        """A cache with GPT-2's tables in it, fetched from our hub."""
        with hub.serving(self.model.folder) as address:
            run([PYTHON, "-m", "scripts", "fetch"], env=self.environment(HF_ENDPOINT=address))
        return self.folder / "cache"

    def copy(self, name: str) -> Path:
        """The project as it stands, what git ignores left out."""
        copy = self.folder / name
        listed = subprocess.run(
            [shutil.which("git") or "git", *["ls-files", "-z", "--cached", "--others", "--exclude-standard"]],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        for file in listed.stdout.decode().split("\0"):
            if file and (ROOT / file).is_file():
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / file, copy / file)
        return copy

    def project(self, copy: Path, model: str, **more: str) -> dict[str, str]:
        """Environment of a command of ``copy``."""
        return self.environment(model, **more) | {"PYTHONPATH": str(copy)}

    @functools.cached_property
    def site(self) -> tuple[Path, str]:
        """A built copy, and on which model: GPT-2's stand-in if there is one, else TinyGPT."""
        copy = self.copy("site-project")
        model = "gpt2" if self.model.folder else "tiny"
        if model == "gpt2":
            self.tables  # noqa: B018
        for command in (["mkdocs", "build", "-q"], ["scripts", "finish"]):
            run([PYTHON, "-m", *command], env=self.project(copy, model), cwd=copy)
        return copy, model


def bare_config(copy: Path) -> Path:
    """``mkdocs.yml`` without the hook."""
    text = (copy / "mkdocs.yml").read_text("utf-8")
    bare = copy / "mkdocs-bare.yml"
    bare.write_text("".join(x for x in text.splitlines(True) if not x.startswith("hooks:")), "utf-8")
    return bare


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def not_measured(what: str, why: str, to_reach: str = "") -> Row:
    """A row without a figure."""
    return Row(what, to_reach=to_reach, why=why)
