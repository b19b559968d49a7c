"""The whole ``gpt2`` path, from a hub to a site that may be deployed, on the tests' own small hub.

The hub serves TinyGPT's tables in GPT-2's layout, and the copy of the project that builds has their hashes for its pins.
So everything runs as it does against the public hub, but for the size, and for the pages: what they say of GPT-2's own
tokens cannot be asked of TinyGPT's, so one page with a program and a chart stands for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Project, copy_project, succeeded
from tests.hub import BIG, SmallHub, tiny_as_gpt2


@pytest.fixture
def hub() -> Iterator[SmallHub]:
    with SmallHub(tiny_as_gpt2()) as small:
        yield small


@pytest.fixture
def project(tmp_path: Path, hub: SmallHub) -> Project:
    copy = copy_project(tmp_path / "project")
    with (copy.root / "scripts" / "tables" / "pinned.py").open("a", encoding="utf-8") as pinned:
        pinned.write(f"\nGPT2 = {hub.model.pins!r}\n")
    copy.keep({"index/look_up_word"}, {"twenty_words_map"})
    return copy


def environment(hub: SmallHub, tmp_path: Path) -> dict[str, str]:
    return {
        "EMBEDDINGS_MODEL": "gpt2",
        "EMBEDDINGS_CACHE": str(tmp_path / "cache"),
        "HF_HOME": str(tmp_path / "home"),
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_OFFLINE": "0",
    }


def test_tables_from_the_hub_become_a_site_that_may_be_deployed(
    project: Project, hub: SmallHub, tmp_path: Path
) -> None:
    env = environment(hub, tmp_path)
    succeeded(project.python("-m", "mkdocs", "build", env=env))
    succeeded(project.python("-m", "scripts", "finish", env=env))
    succeeded(project.python("-m", "scripts", "check", "--deploy", env=env))
    said = json.loads((project.site / "generated" / "provenance.json").read_bytes())
    assert (said["model"], said["verified"], said["wte_sha256"]) == ("gpt2", True, hub.model.pins.wte.sha256)

    hub.forget()
    again = succeeded(project.python("-m", "scripts", "build", env=env))
    assert "everything is up to date" in again.stderr
    assert not hub.seen, "a second build asks the hub for nothing"


def test_a_table_that_is_not_gpt2s_stops_the_build_before_anything_is_written(
    project: Project, hub: SmallHub, tmp_path: Path
) -> None:
    hub.faults.flip[BIG] = len(hub.model.files[BIG]) - 1000
    done = project.python("-m", "mkdocs", "build", env=environment(hub, tmp_path))
    assert done.returncode == 1
    assert hub.model.pins.wte.sha256 in done.stderr, "names what was expected"
    assert not project.site.exists()
    assert not (project.root / "docs" / "generated").exists()


def test_a_build_on_unverified_tables_says_so_on_every_page_and_may_not_be_deployed(
    project: Project, hub: SmallHub, tmp_path: Path
) -> None:
    hub.faults.flip[BIG] = len(hub.model.files[BIG]) - 1000
    env = environment(hub, tmp_path) | {"EMBEDDINGS_UNVERIFIED": "1"}
    succeeded(project.python("-m", "mkdocs", "build", env=env))
    assert "these are not GPT-2's numbers" in (project.site / "index.html").read_text("utf-8").replace(
        "’", "'"
    )
    refused = project.python("-m", "scripts", "check", "--deploy", env=env)
    assert refused.returncode == 1
