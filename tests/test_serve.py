"""``mkdocs serve`` while somebody is at work: what is saved is seen, and what fails is said on the page and in the terminal."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from scripts.paths import ROOT
from tests.conftest import Project

PROGRAM = "lookup/look_up_by_hand"

#: What ``make serve`` runs.
SERVE = re.findall(r"-m (mkdocs serve .*)", (ROOT / "Makefile").read_text("utf-8"))[0].split()


class Served:
    """A small copy of the project under ``mkdocs serve``."""

    def __init__(self, project: Project) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/embeddings-explained/"
        self.log = project.root / "serve.log.txt"
        self.program = project.root / "snippets" / f"{PROGRAM}.py"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "EMBEDDINGS_"))}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", *SERVE, "-a", f"127.0.0.1:{port}"],
                cwd=project.root,
                env={**kept, "EMBEDDINGS_MODEL": "tiny", "HF_HUB_OFFLINE": "1", "NO_MKDOCS_2_WARNING": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def page(self, path: str = "") -> str:
        try:
            with urllib.request.urlopen(self.address + path, timeout=30) as answer:
                text: str = answer.read().decode()
        except OSError:
            return ""
        return text

    def until(self, text: str, there: bool = True, path: str = "") -> None:
        """Wait until the page is served, and has ``text`` or has it no more."""
        end = time.monotonic() + 90
        while not (page := self.page(path)) or (text in page) != there:
            if time.monotonic() > end or self.process.poll() is not None:
                pytest.fail(
                    f"{text!r} {'never came' if there else 'stayed'}\n{self.log.read_text('utf-8')[-3000:]}"
                )
            time.sleep(0.1)

    def builds(self) -> int:
        return self.log.read_text("utf-8").count("Building documentation")

    def quiet(self) -> None:
        """Wait until nothing has been built for two seconds."""
        size = -1
        while size != (size := self.log.stat().st_size):
            time.sleep(2)


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    project.keep({PROGRAM}, {"cat_row"})
    found = Served(project)
    yield found
    found.process.terminate()
    found.process.wait(30)


def test_an_edit_is_seen_and_an_error_is_said_until_it_is_mended(served: Served, project: Project) -> None:
    served.until("The row of")
    served.quiet()
    whole = served.program.read_text("utf-8")

    before = served.builds()
    served.program.write_text(f'{whole}print("a line more")\n', "utf-8")
    served.until("a line more")
    served.quiet()
    assert served.builds() == before + 1, "what the build makes is no reason to build again"

    served.program.write_text(f'{whole}raise ValueError("```\\n<b>wrong</b>")\n', "utf-8")
    served.until("The build stopped")
    page = served.page()
    assert f"{PROGRAM} failed with exit code 1" in page
    assert "&lt;b&gt;wrong&lt;/b&gt;" in page, "its words, as text"
    assert "a line more" in page, "the rest is as it was"
    assert f"error: {PROGRAM} failed with exit code 1" in served.log.read_text("utf-8")
    served.quiet()

    served.program.write_text(whole, "utf-8")
    served.until("The build stopped", there=False)
    assert "This build is not made on GPT-2" in served.page()
    served.quiet()

    chart = project.root / "scripts" / "charts" / "cat_row.py"
    chart.write_text(chart.read_text("utf-8").replace('"""The row', '"""Another row', 1), "utf-8")
    served.until("Another row")
    served.quiet()
    size = served.log.stat().st_size
    time.sleep(5)
    assert served.log.stat().st_size == size, "nothing is built again when nothing is saved"


def test_what_no_page_has_and_what_is_not_there_is_named_on_every_page(
    served: Served, project: Project
) -> None:
    served.until("The row of")
    served.quiet()
    page = project.root / "docs" / "index.md"
    whole = page.read_text("utf-8")

    page.write_text(f'{whole}\n--8<-- "programs/lookup/look_up_by_hnd.md"\n', "utf-8")
    served.until("docs/index.md, line")
    said = served.page()
    assert (
        "there is no piece programs/lookup/look_up_by_hnd.md; did you mean programs/lookup/look_up_by_hand.md?"
        in said
    )
    assert "There is no piece" in said, "where it would stand"
    assert "The row of" in said, "the rest is as it was"
    served.quiet()
    page.write_text(whole, "utf-8")
    served.until("The build stopped", there=False)
    assert "There is no piece" not in served.page()
    served.quiet()

    added = served.program.with_name("show_it_again.py")
    added.write_text(served.program.read_text("utf-8"), "utf-8")
    served.until("programs/lookup/show_it_again.md is on no page yet: put on docs/lookup.md the line")
    served.quiet()
    page.write_text(f'{whole}\n--8<-- "programs/lookup/show_it_again.md"\n', "utf-8")
    served.until("show_it_again.py")
    served.until("The build stopped", there=False)


def test_an_edit_renders_its_own_page_and_the_search_keeps_all(served: Served, project: Project) -> None:
    served.until("The row of")
    served.quiet()
    others = {"tokens/": "A page on tokens", "glossary/": "A page of words"}
    for path, title in others.items():
        project.root.joinpath("docs", f"{path[:-1]}.md").write_text(f"# {title}\n", "utf-8")
    for path, title in others.items():
        served.until(title, path=path)
    served.quiet()
    rendered = served.page("glossary/")

    for path, name in (("tokens/", "tokens"), ("", "index")):
        page = project.root / "docs" / f"{name}.md"
        page.write_text(f"{page.read_text('utf-8')}\n## Written into {name}\n", "utf-8")
        served.until(f"Written into {name}", path=path)
        served.quiet()
        index = json.loads(served.page("search/search_index.json"))["docs"]
        assert {entry["location"].partition("#")[0] for entry in index} == {"", *others}
        assert f"Written into {name}" in {entry["title"] for entry in index}
        if path:
            assert _text(served.page("glossary/")) == _text(rendered)

    (project.root / "docs" / "glossary.md").unlink()
    end = time.monotonic() + 90
    while served.page("glossary/"):
        assert time.monotonic() < end, "a page that was taken away is still served"
        time.sleep(0.1)
    assert served.page("tokens/")


def _text(page: str) -> str:
    return re.sub(r"livereload\(\d+, \d+\)", "", page)
