"""What the tests are given: TinyGPT's tables, a built site, a browser; and a loud word on what could not run.

A test that needs what may not be at hand says so by a marker.  Where it is not at hand the test is skipped, and the last
lines of the run say how many did not run, why, and what to do.  In CI a missing browser or
Node is a failure.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import filelock
import numpy as np
import pytest

from scripts import site_check, tables
from scripts.claims.claim import PAGES
from scripts.paths import ROOT

NOT_RUN = "not run: "

# -- what may not be at hand -------------------------------------------------------------------------------------------


@functools.cache
def shared_folder() -> Path | None:
    """The folder with GPT-2's own tokenizer and ``wpe``: EMBEDDINGS_SHARED, or ``../shared`` beside the repository."""
    asked = os.environ.get("EMBEDDINGS_SHARED")
    folder = Path(asked) if asked else ROOT.parent / "shared"
    return folder if (folder / "gpt2" / "wpe.npy").is_file() else None


@functools.cache
def gpt2_at_hand() -> tables.Tables | None:
    """GPT-2's own tables, if they are on this machine already: no test fetches them."""
    from scripts.tables import api
    from scripts.tables.gpt2 import Finder

    finder = dataclasses.replace(Finder.by_environment(), unverified=False, say=lambda line: None)
    try:
        found = finder.at_hand(rehash=False)
    except (tables.TablesError, OSError):
        return None
    return api.opened(found) if found else None


@functools.cache
def chromium_path() -> str | None:
    """A Chromium: CHROMIUM, else one on the PATH, else Playwright's own."""
    if asked := os.environ.get("CHROMIUM"):
        return asked
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
    except Exception:  # no Playwright, or none that starts here: then there is no browser of its
        return None
    return own if Path(own).is_file() else None


@functools.cache
def node_path() -> str | None:
    """A Node of 20 or later: NODE, else the one on the PATH."""
    found = os.environ.get("NODE") or shutil.which("node")
    if not found:
        return None
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)", done.stdout)
    return found if version and int(version[1]) >= 20 else None


NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "needs_shared": (
        shared_folder,
        "GPT-2's tokenizer and wpe.npy are not in ../shared/gpt2 (EMBEDDINGS_SHARED names another folder)",
    ),
    "needs_gpt2": (
        gpt2_at_hand,
        "GPT-2's own tables are not on this machine (get them with: EMBEDDINGS_MODEL=gpt2 python -m scripts fetch)",
    ),
    "needs_browser": (
        chromium_path,
        "there is no Chromium (get one with: python -m playwright install chromium, or: apt-get install chromium)",
    ),
    "needs_node": (
        node_path,
        "there is no Node 20 or later (get one from nodejs.org, or: apt-get install nodejs; NODE names another)",
    ),
}


def pytest_configure(config: pytest.Config) -> None:
    for name, (_, reason) in NEEDS.items():
        config.addinivalue_line("markers", f"{name}: is not run where {reason.partition(' (')[0]}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name, (at_hand, reason) in NEEDS.items():
            must = name in ("needs_browser", "needs_node") and os.environ.get("CI")
            if item.get_closest_marker(name) and not must and not at_hand():
                item.add_marker(pytest.mark.skip(reason=NOT_RUN + reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    counts = Counter(
        reason.partition(NOT_RUN)[2] for reason in reasons if reason.startswith(f"Skipped: {NOT_RUN}")
    )
    if counts:
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
    for reason, count in counts.items():
        terminalreporter.write_line(f"NOT RUN: {count} tests, because {reason}", red=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ``gpt2/`` of what is shared: ``vocab.bpe``, ``encoder.json``, ``wpe.npy``; for ``needs_shared``."""
    folder = shared_folder()
    assert folder, "a test that uses `shared` is marked needs_shared"
    return folder / "gpt2"


@pytest.fixture(scope="session")
def gpt2_tables() -> tables.Tables:
    """GPT-2's own tables; for ``needs_gpt2``."""
    found = gpt2_at_hand()
    assert found, "a test that uses `gpt2_tables` is marked needs_gpt2"
    return found


@pytest.fixture(scope="session")
def node() -> str:
    """The path of a Node; for ``needs_node``."""
    found = node_path()
    assert found, "there is no Node 20 or later"
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; for ``needs_browser``."""
    found = chromium_path()
    if not found:
        pytest.fail(NEEDS["needs_browser"][1])
    return found


# -- tables ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tiny() -> tables.Tables:
    """TinyGPT's tables."""
    return tables.load("tiny")


@pytest.fixture(scope="session")
def full_size(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tables.Tables:
    """GPT-2's own tokenizer and ``wpe`` beside a ``wte`` of GPT-2's shape with random numbers; for ``needs_shared``."""
    from safetensors.numpy import load_file, save_file

    folder = tmp_path_factory.mktemp("full-size")
    shutil.copy(shared / "vocab.bpe", folder / "merges.txt")
    shutil.copy(shared / "encoder.json", folder / "vocab.json")
    wte = np.random.default_rng(0).normal(scale=0.14, size=(50257, 768)).astype(np.float32)
    file = folder / "model.safetensors"
    save_file({"wte.weight": wte, "wpe.weight": np.load(shared / "wpe.npy")}, file)
    tensors = load_file(file)
    provenance = dataclasses.replace(
        tables.locate("tiny"), model="gpt2", name="GPT-2 small", revision="stand-in", verified=False
    )
    return tables.Tables(tensors["wte.weight"], tensors["wpe.weight"], provenance, folder, file)


# -- the project, copied and built -------------------------------------------------------------------------------------

SOURCES = ("colab", "docs", "scripts", "snippets", "mkdocs.yml", "pyproject.toml", "requirements.lock")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "generated", ".*_cache", ".build", "site")


@dataclass(frozen=True)
class Project:
    """A copy of the project, in which a test may break what it likes."""

    root: Path

    @property
    def site(self) -> Path:
        return self.root / "site"

    def python(
        self, *arguments: str, env: Mapping[str, str] | None = None, model: str = "tiny"
    ) -> subprocess.CompletedProcess[str]:
        """Run the copy's own code: ``python <arguments>`` in its folder, on TinyGPT, offline."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "EMBEDDINGS_"))}
        kept |= {"EMBEDDINGS_MODEL": model, "HF_HUB_OFFLINE": "1", "NO_MKDOCS_2_WARNING": "1"}
        kept |= {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONPATH": "", **(env or {})}
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.root, env=kept, capture_output=True, text=True, check=False
        )

    def build(self, **env: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "scripts", "build", env=env)

    def mkdocs(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "mkdocs", "build", *arguments)

    def keep(self, programs: set[str], charts: set[str]) -> None:
        """Leave out all labs and claims, and all programs and charts but those named; have one page include what is left."""
        for path in (self.root / "docs" / "notebooks").glob("*.py"):
            path.unlink()
        for path in (self.root / "snippets").glob("*/*.py"):
            if f"{path.parent.name}/{path.stem}" not in programs:
                path.unlink()
        for path in (self.root / "scripts" / "charts").glob("*.py"):
            if path.stem not in {*charts, "__init__", "theme"}:
                path.unlink()
        for page in PAGES:
            (self.root / "scripts" / "claims" / f"{page}.py").write_text('"""No claim."""\n', "utf-8")
        pieces = [f"programs/{name}.md" for name in sorted(programs)]
        pieces += [f"charts/{name}.md" for name in sorted(charts)]
        self.pages("\n\n".join(f'--8<-- "{piece}"' for piece in ("banner.md", *pieces)))

    def pages(self, home: str) -> None:
        """Have one page, the home page, with the text ``home``."""
        for path in (self.root / "docs").rglob("*.md"):
            path.unlink()
        (self.root / "docs" / "index.md").write_text(f"{home}\n", "utf-8")
        config = (self.root / "mkdocs.yml").read_text("utf-8")
        (self.root / "mkdocs.yml").write_text(
            re.sub(r"(?m)^nav:\n(?:  .*\n|\n)*", "nav: [index.md]\n\n", config), "utf-8"
        )

    def state(self) -> dict[str, dict[str, object]]:
        """What the build remembers, by artefact."""
        state: dict[str, dict[str, object]] = json.loads((self.root / ".build" / "state.json").read_bytes())
        return state

    def files(self, *folders: str) -> dict[str, bytes]:
        """Every file in ``folders``, by its path."""
        paths = (path for folder in folders for path in (self.root / folder).rglob("*"))
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def copy_project(folder: Path, source: Path = ROOT) -> Project:
    """A copy of the project's sources, nothing built."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=NOT_COPIED)
        else:
            shutil.copy(source / name, folder / name)
    return Project(folder)


@functools.cache
def parsed(page: Path) -> site_check.Node:
    """The elements of a built page, parsed once for all tests."""
    return site_check.parse(page.read_text("utf-8"))


def succeeded(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """``done``, if it was; else its last words."""
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes a folder once for all workers of pytest-xdist: ``once(name, make)``."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with filelock.FileLock(base / f"{name}.lock"):
            if not done.exists():
                try:
                    make(folder)
                except BaseException as error:
                    done.write_text(f"{name} could not be made: {error}", "utf-8")
                    raise
                done.touch()
        if failure := done.read_text("utf-8"):
            pytest.fail(failure, pytrace=False)  # another worker has tried: no use in trying again
        return folder

    return made


@pytest.fixture(scope="session")
def sources(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The project's sources as they stood when the tests began, so that an editor at work meanwhile changes no verdict."""
    return once("sources", copy_project)


@pytest.fixture
def project(sources: Path, tmp_path: Path) -> Project:
    """A fresh copy of the project, nothing built."""
    return copy_project(tmp_path / "project", sources)


def _build_in_two_steps(folder: Path, sources: Path) -> None:
    project = copy_project(folder, sources)
    config = (folder / "mkdocs.yml").read_text("utf-8")
    without, hooks = re.subn(r"(?m)^hooks:.*\n", "", config)
    assert hooks == 1, "mkdocs.yml has one line of hooks"
    (folder / "mkdocs.yml").write_text(without, "utf-8")
    succeeded(project.build())
    succeeded(project.mkdocs("--strict"))
    succeeded(project.python("-m", "scripts", "finish"))
    (folder / "mkdocs.yml").write_text(config, "utf-8")


@pytest.fixture(scope="session")
def built(once: Callable[[str, Callable[[Path], object]], Path], sources: Path) -> Project:
    """The whole project on TinyGPT, built by ``python -m scripts build && mkdocs build``, its hook taken out, and its cards
    named.  Read only."""
    return Project(once("built", lambda folder: _build_in_two_steps(folder, sources)))


@pytest.fixture(scope="session")
def site(built: Project) -> Path:
    """The folder of the built site.  Read only."""
    return built.site


@pytest.fixture
def rebuildable(built: Project, tmp_path: Path) -> Project:
    """A copy of the built project, everything up to date, to change and build again."""
    shutil.copytree(built.root, tmp_path / "project", ignore=shutil.ignore_patterns("site", "__pycache__"))
    return Project(tmp_path / "project")


@pytest.fixture
def rooted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project for ``scripts.build.run``: its folders are in the folder that is returned."""
    from scripts import build

    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "GENERATED", tmp_path / "docs" / "generated")
    monkeypatch.setattr(build, "FRAGMENTS", tmp_path / ".build")
    monkeypatch.setattr(build, "STATE", tmp_path / ".build" / "state.json")
    monkeypatch.setattr(build, "LOCK_FILE", tmp_path / ".build" / "build.lock")
    yield tmp_path
