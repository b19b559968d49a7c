"""The labs: each runs in an empty folder, shows what its cells printed, folds its answers, and is made again only if it must."""

from __future__ import annotations

import dataclasses
import functools
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from scripts import build, labels, labs, programs, site_check
from scripts.build import BuildError, Files
from scripts.labs import Lab
from scripts.paths import DOCS, LABS
from scripts.tables import Tables
from tests.conftest import parsed

ALL = labs.labs()
each = pytest.mark.parametrize("lab", ALL, ids=lambda lab: lab.name)

HEADER = '# /// script\n# requires-python = ">=3.11"\n# dependencies = []\n# ///\n\n'
SMALL = f"""{HEADER}# %% [markdown]
# # Small
#
# It goes with [tokens](../tokens.md#token) and [another](positions.md).

# %%
print("one")

# %% [markdown]
# ### Task: two?

# %% tags=["answer"]
print("two")

# %% [markdown] tags=["answer"]
# Because.

# %%
print("three")
"""


@pytest.fixture(scope="module")
def runners(tiny: Tables) -> Iterator[programs.Runners]:
    yield programs.Runners(tiny)


@pytest.fixture(scope="module")
def outputs(tiny: Tables, runners: programs.Runners) -> dict[str, list[str]]:
    """What each cell of each lab prints on TinyGPT."""
    return {lab.name: labs.run(lab, tiny, runners=runners) for lab in ALL}


@pytest.fixture
def written(tmp_path: Path) -> Lab:
    """A small lab, to change."""
    (tmp_path / "small.py").write_text(SMALL, "utf-8")
    return Lab(tmp_path / "small.py")


@pytest.fixture
def housed(rooted: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two small labs and nothing else: its root."""
    places = {"FRAGMENTS": ".build", "DOCS": "docs", "GENERATED": "docs/generated", "LABS": "docs/notebooks"}
    for name, folder in places.items():
        monkeypatch.setattr(labs, name, rooted / folder)
    # there are none here, and the build remembers what it found
    monkeypatch.setattr(labs, "sources", lambda *modules: [])
    (rooted / "docs" / "notebooks").mkdir(parents=True)
    for name in ("large", "small"):
        (rooted / "docs" / "notebooks" / f"{name}.py").write_text(SMALL, "utf-8")
    return rooted


def made(tables: Tables) -> list[str]:
    """Build the labs of the ``housed`` project; the names of what was made."""
    lines: list[str] = []
    build.run(labs.artefacts(tables.provenance, lambda: tables), say=lines.append)
    return sorted(line.split()[0] for line in lines)


def files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# -- each lab ----------------------------------------------------------------------------------------------------------


@each
def test_keeps_the_promises_of_its_kind(lab: Lab) -> None:
    labs.check(lab)
    assert sum(cell.answer and cell.code for cell in lab.cells) >= 4, "tasks with answers that ran"


@each
def test_has_a_page_of_its_title_and_is_listed(lab: Lab) -> None:
    page = LABS.joinpath(f"{lab.name}.md").read_text("utf-8")
    assert f'\n# {lab.title}\n\n--8<-- "labs/{lab.name}.md"\n' in page
    assert f"[{lab.title}]({lab.name}.md)" in LABS.joinpath("index.md").read_text("utf-8")


@each
def test_what_the_repository_keeps_is_current(lab: Lab) -> None:
    for path, text in labs.pin(lab).items():
        assert path.read_text("utf-8") == text, "mend it with: python -m scripts pin"


@each
def test_runs_as_a_program_in_an_empty_folder_and_leaves_nothing(
    lab: Lab, tiny: Tables, runners: programs.Runners, outputs: dict[str, list[str]], tmp_path: Path
) -> None:
    copy = tmp_path / "labs" / lab.path.name
    copy.parent.mkdir()
    copy.write_bytes(lab.path.read_bytes())
    assert programs.run(programs.Program(copy), tiny, runners=runners) == "".join(outputs[lab.name])
    assert list(copy.parent.iterdir()) == [copy]


@each
def test_runs_without_its_answers(
    lab: Lab, tiny: Tables, runners: programs.Runners, outputs: dict[str, list[str]], tmp_path: Path
) -> None:
    """A reader may skip them: nothing after them needs what they made, and nothing changes."""
    cells = [cell for cell in lab.cells if not (cell.answer and cell.code)]
    text = cells[0].text + "".join(
        f"\n\n# %%\n{cell.text}" if cell.code else "\n\n# %% [markdown]\n# text" for cell in cells[1:]
    )
    path = tmp_path / "skipped.py"
    path.write_text(text, "utf-8")
    code = [cell for cell in lab.cells if cell.code]
    kept = [output for cell, output in zip(code, outputs[lab.name], strict=True) if not cell.answer]
    assert labs.run(Lab(path), tiny, runners=runners) == kept


@pytest.mark.needs_shared
def test_they_run_on_tables_of_gpt2_s_size_and_its_tokenizer(full_size: Tables) -> None:
    runners = programs.Runners(full_size)
    for lab in ALL:
        assert any(labs.run(lab, full_size, seconds=60, runners=runners))


@each
def test_types_no_result(lab: Lab) -> None:
    """The text has no decimals and no large numbers but those that a task asks for."""
    prose = " ".join(cell.text for cell in lab.cells if not cell.code)
    assert not re.findall(r"\d+\.\d+|\d[\d,]{4,}|\d+ ?%", prose)


# -- its notebooks -----------------------------------------------------------------------------------------------------


def read(text: str) -> Any:
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor >= 5) == (4, True)
    return notebook


@each
def test_its_notebook_is_valid_and_has_the_outputs(lab: Lab, outputs: dict[str, list[str]]) -> None:
    notebook = read(labs.notebook(lab, outputs[lab.name], "the label"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert ["".join(o.text for o in cell.outputs) for cell in code] == outputs[lab.name]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert "the label" in notebook.cells[1].source
    assert [cell.source for cell in code if "answer" not in cell.metadata.get("tags", [])][1:] == [
        cell.text for cell in lab.cells if cell.code and not cell.answer
    ][1:]


@each
def test_its_notebook_for_colab_has_none(lab: Lab) -> None:
    text = lab.colab.read_text("utf-8")
    assert all(not cell.outputs for cell in read(text).cells if cell.cell_type == "code")
    assert json.loads(text)["metadata"]["kernelspec"]["name"] == "python3"


@each
def test_its_first_cell_installs_what_its_header_names(lab: Lab) -> None:
    first = read(lab.colab.read_text("utf-8")).cells[0].source
    installed = first.rpartition("%pip install --quiet ")[2].split()
    assert sorted(installed) == sorted([*re.findall(r'"([\w.-]+)==', first), "ipywidgets"])
    assert "tiktoken" in installed


@each
def test_its_notebook_folds_the_answers(lab: Lab) -> None:
    notebook = read(labs.notebook(lab))
    for cell, of_lab in zip(notebook.cells, lab.cells, strict=True):
        if of_lab.answer and of_lab.code:
            assert cell.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
            assert cell.source == f"# @title Answer\n{of_lab.text}"
        elif of_lab.answer:
            assert cell.source.startswith("<details><summary>Answer</summary>\n\n")


def test_links_of_a_notebook_lead_to_the_site(written: Lab) -> None:
    site, colab = labs.addresses()
    text = labs.notebook(written)
    assert f"[tokens]({site}tokens/#token)" in text
    assert f"[another]({site}notebooks/positions/)" in text
    assert colab.startswith("https://colab.research.google.com/github/")


@each
def test_links_of_its_notebook_lead_to_pages_that_are_there(lab: Lab) -> None:
    site, _ = labs.addresses()
    found = re.findall(rf"\]\({re.escape(site)}([\w/]*)", labs.notebook(lab))
    assert found
    for page in found:
        assert DOCS.joinpath(f"{page.strip('/') or 'index'}.md").is_file()


@each
def test_jupytext_reads_back_the_same_cells(lab: Lab) -> None:
    """What Jupyter users do with the file: pair it, save it, read it."""
    text = jupytext.writes(jupytext.reads(lab.text, fmt="py:percent"), fmt="py:percent")
    kept = re.sub(r"\A# ---\n.*?# ---\n\n", "", text, flags=re.DOTALL)
    assert [c["source"] for c in jupytext.reads(kept, fmt="py:percent")["cells"]] == [
        c.text for c in lab.cells
    ]


# -- running and building ----------------------------------------------------------------------------------------------


def test_a_failing_cell_is_named_with_its_last_lines(
    written: Lab, tiny: Tables, runners: programs.Runners
) -> None:
    written.path.write_text(SMALL.replace('print("two")', 'raise ValueError("no, three")'), "utf-8")
    with pytest.raises(BuildError) as failed:
        labs.run(written, tiny, runners=runners)
    said = str(failed.value)
    assert said.startswith("labs/small, cell 3 failed with exit code 1:\n")
    assert "ValueError: no, three" in said
    line = written.text.splitlines().index('raise ValueError("no, three")') + 1
    assert f"line {line}" in said, "the line of the file"


def test_a_cell_that_hangs_is_stopped_and_named(
    written: Lab, tiny: Tables, runners: programs.Runners
) -> None:
    written.path.write_text(SMALL.replace('print("two")', "while True:\n    pass"), "utf-8")
    with pytest.raises(BuildError, match="labs/small, cell 3: not at its end after 1 s"):
        labs.run(written, tiny, seconds=1, runners=runners)


def test_a_lab_that_ends_early_is_named(written: Lab, tiny: Tables, runners: programs.Runners) -> None:
    written.path.write_text(SMALL.replace('print("two")', "raise SystemExit"), "utf-8")
    with pytest.raises(BuildError, match="labs/small ended in cell 3, before its last"):
        labs.run(written, tiny, runners=runners)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('print("one")', "import numpy", "imports numpy, which its header does not name"),
        ('print("one")', "1 + 1", "line 12 shows a value in a notebook only: print it"),
        ('print("one")', "len([])", "line 12 shows a value in a notebook only: print it"),
        ('print("one")', "print(", "line 12: '(' was never closed"),
        ('print("one")', "import scripts", "stands alone"),
        ("# # Small", "# Small", "does not begin with its header and a text that begins with its title"),
        ("dependencies = []", 'dependencies = ["numpy"]', "run `python -m scripts pin`"),
    ],
)
def test_a_lab_that_breaks_a_promise_is_not_run(written: Lab, before: str, after: str, said: str) -> None:
    written.path.write_text(SMALL.replace(before, after, 1), "utf-8")
    with pytest.raises(BuildError) as failed:
        labs.check(written)
    assert str(failed.value).startswith("labs/small: ")
    assert said in str(failed.value)


def test_a_failing_lab_stops_the_build_and_leaves_what_was_there(housed: Path, tiny: Tables) -> None:
    assert made(tiny) == ["labs/large", "labs/small"]
    path = housed / "docs" / "notebooks" / "small.py"
    path.write_text(SMALL.replace('print("two")', "assert False"), "utf-8")
    before = files(housed)
    with pytest.raises(BuildError, match="labs/small, cell 3 failed"):
        made(tiny)
    assert files(housed) == before


def test_a_lab_is_made_again_only_if_what_it_depends_on_changes(housed: Path, tiny: Tables) -> None:
    assert made(tiny) == ["labs/large", "labs/small"]
    assert made(tiny) == []
    (housed / "docs" / "notebooks" / "small.md").write_text("# Small\n", "utf-8")
    assert made(tiny) == []
    path = housed / "docs" / "notebooks" / "small.py"
    path.write_text(SMALL.replace("two", "four"), "utf-8")
    assert made(tiny) == ["labs/small"]
    (housed / "docs" / "generated" / "labs" / "large.ipynb").unlink()
    assert made(tiny) == ["labs/large"]


def test_what_a_lab_depends_on(monkeypatch: pytest.MonkeyPatch, tiny: Tables) -> None:
    lab = ALL[0]
    first = labs.key(lab, tiny.provenance)
    assert labs.key(lab, tiny.provenance) == first
    assert labs.key(lab, dataclasses.replace(tiny.provenance, revision="another")) != first
    names = {path.name for path in build.sources("scripts.runner", "scripts.labs")}
    assert names >= {"runner.py", "labs.py", "programs.py", "labels.py"}
    for name, other in (("environment", "another lock"), ("addresses", ("https://a.example/", "b"))):
        with monkeypatch.context() as patch:
            patch.setattr(labs, name, functools.partial(lambda value: value, other))
            assert labs.key(lab, tiny.provenance) != first


def test_two_builds_give_the_same_bytes(tiny: Tables) -> None:
    def bytes_of(lab: str) -> Files:
        artefact = next(a for a in labs.artefacts(tiny.provenance, lambda: tiny) if a.name == f"labs/{lab}")
        made = artefact.make()
        assert isinstance(made, dict)
        return made

    one, other = bytes_of("neighbours_and_analogies"), bytes_of("neighbours_and_analogies")
    assert one == other
    assert len(one) == 2


# -- its page ----------------------------------------------------------------------------------------------------------


def page_of(lab: Lab, site: Path) -> Path:
    return site / "notebooks" / lab.name / "index.html"


@each
def test_its_page_is_light_and_asks_nobody(lab: Lab, site: Path) -> None:
    page = page_of(lab, site)
    assert len(gzip.compress(page.read_bytes())) <= 150_000
    asked = [
        address
        for node in parsed(page).all()
        for address, by_itself in site_check._from_element(node)
        if by_itself and re.match(r"(https?:)?//", address)
    ]
    assert asked == []


@each
def test_its_page_shows_each_output_with_its_label(
    lab: Lab, site: Path, tiny: Tables, outputs: dict[str, list[str]]
) -> None:
    page = parsed(page_of(lab, site))
    printed = [output for output in outputs[lab.name] if output]
    assert [node.text() for node in page.all(of="output")] == printed
    said = [node.text() for node in page.all(of="lab-label")]
    assert len(said) == len(printed) + 1
    assert all(labels.label(tiny.provenance) in text for text in said)


@each
def test_its_page_folds_the_answers(lab: Lab, site: Path) -> None:
    page = parsed(page_of(lab, site))
    folds = list(page.all("details", of="success"))
    assert all("open" not in fold.attributes for fold in folds)
    shown = {node.text().strip() for node in page.all("code")}
    folded = {node.text().strip() for fold in folds for node in fold.all("code")}
    for cell in lab.cells[1:]:
        if cell.code and "your code here" not in cell.text:
            assert cell.text.strip() in shown
            assert (cell.text.strip() in folded) == cell.answer


@each
def test_its_page_offers_its_files(lab: Lab, site: Path) -> None:
    page = page_of(lab, site)
    links = {node.text(): node.attributes for node in next(parsed(page).all(of="lab-files")).all("a")}
    notebook = (page.parent / links["Download the notebook"]["href"]).resolve()
    assert any(cell.get("outputs") for cell in read(notebook.read_text("utf-8")).cells)
    assert (page.parent / links["As a Python file"]["href"]).resolve().read_bytes() == lab.path.read_bytes()
    assert links["Open in Colab"]["href"].endswith(f"/colab/{lab.name}.ipynb")
    assert all("download" in links[text] for text in ("Download the notebook", "As a Python file"))
