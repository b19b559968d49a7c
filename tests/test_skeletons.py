"""``python -m scripts new`` makes what passes the linters and builds as it is, and overwrites nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scripts.paths import ROOT
from tests.conftest import Project, succeeded


def made(project: Project, kind: str, name: str) -> str:
    return succeeded(project.python("-m", "scripts", "new", kind, name)).stdout


def line_to_add(said: str) -> str:
    """The line that the command asks to be put somewhere: the one it indents."""
    (line,) = re.findall(r"(?m)^  (.+)$", said)
    return str(line)


def test_each_kind_passes_the_linters_and_builds_as_it_is(project: Project) -> None:
    claim = line_to_add(made(project, "claim", "lookup/no-row-is_empty"))
    assert claim == '--8<-- "claims/lookup/no-row-is-empty.md"'
    judged = project.python(
        "-c",
        "from scripts import tables; from scripts.claims.claim import judge, named; tiny = tables.load('tiny'); "
        "print(judge(named('lookup', 'no-row-is-empty'), tiny, tiny).verdict)",
    )
    assert succeeded(judged).stdout == "holds\n"
    made(project, "program", "lookup/show_first_row")
    made(project, "chart", "lookup/first_lengths")
    made(project, "lab", "rows_and_lengths")
    succeeded(project.python("-m", "ruff", "check"))
    succeeded(project.python("-m", "ruff", "format", "--check"))
    succeeded(project.python("-m", "scripts", "pin", "--check"))
    if (ROOT / ".mypy_cache").is_dir():  # without it mypy reads numpy and Altair anew, for half a minute
        shutil.copytree(ROOT / ".mypy_cache", project.root / ".mypy_cache")
    succeeded(project.python("-m", "mypy", "scripts/charts/first_lengths.py", "scripts/claims/lookup.py"))

    project.keep(set(), set())
    said = [made(project, "program", "index/show_first_row"), made(project, "chart", "more_lengths")]
    assert '"index"' in (project.root / "scripts/charts/more_lengths.py").read_text("utf-8")
    project.pages("\n\n".join(['--8<-- "banner.md"', "# Home", *map(line_to_add, said)]))
    nav = line_to_add(made(project, "page", "how_rows_differ"))
    assert nav == "- How rows differ: how_rows_differ.md"
    lab = line_to_add(made(project, "lab", "row_lengths"))
    assert lab == "- Row lengths: notebooks/row_lengths.md"
    config = project.root / "mkdocs.yml"
    text = config.read_text("utf-8").replace(
        "nav: [index.md]\n", f"nav:\n  - Home: index.md\n  {nav}\n  {lab}\n"
    )
    config.write_text(text, "utf-8")
    succeeded(project.mkdocs())
    succeeded(project.python("-m", "scripts", "finish"))
    succeeded(project.python("-m", "scripts", "check"))
    shown = (project.site / "index.html").read_text("utf-8")
    assert "has a row of 48 numbers" in shown
    assert "The lengths of the first 64 rows are between" in shown
    answers = (project.site / "notebooks" / "row_lengths" / "index.html").read_text("utf-8")
    assert re.search(r"<summary>Answer</summary>(?s:.)*48 numbers in row \d+", answers)
    assert (project.site / "generated" / "labs" / "row_lengths.ipynb").is_file()
    assert "How rows differ" in (project.site / "how_rows_differ" / "index.html").read_text("utf-8")


def test_nothing_is_overwritten(project: Project) -> None:
    before = project.files("colab", "docs", "snippets", "scripts")
    for kind, name in (
        ("program", "lookup/show_row"),
        ("chart", "cat_row"),
        ("chart", "theme"),
        ("claim", "lookup/one_hot_product_is_the_row"),
        ("page", "lookup"),
        ("lab", "positions"),
        ("lab", "index"),
    ):
        done = project.python("-m", "scripts", "new", kind, name)
        assert done.returncode == 1
        assert "already" in done.stderr
        assert "Traceback" not in done.stderr
    assert {
        k: v for k, v in project.files("colab", "docs", "snippets", "scripts").items() if ".pyc" not in k
    } == before


def test_a_lab_of_which_a_part_is_there_is_not_begun(project: Project) -> None:
    (project.root / "docs" / "notebooks" / "half.md").write_text("# Half\n", "utf-8")
    done = project.python("-m", "scripts", "new", "lab", "half")
    assert done.returncode == 1
    assert "docs/notebooks/half.md is there already" in done.stderr
    assert not (project.root / "docs" / "notebooks" / "half.py").exists()
    assert not (project.root / "colab" / "half.ipynb").exists()


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("program", "no_such_page/show_row", "there is no docs/no_such_page.md; make it with: python -m scripts new page"),
        ("chart", "no_such_page/lengths", "there is no docs/no_such_page.md"),
        ("claim", "glossary/words_are_words", "docs/glossary.md makes no claims yet"),
    ],
)  # fmt: skip
def test_what_it_belongs_to_must_be_there(project: Project, kind: str, name: str, says: str) -> None:
    done = project.python("-m", "scripts", "new", kind, name)
    assert done.returncode == 1
    assert says in done.stderr


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *[("program", name) for name in ("show_row", "lookup/", "a/b/c", "lookup/Show", "../lookup/x", "lookup/..")],
        *[("program", name) for name in ("lookup/show-row", "lookup/1st", "lookup/a__b", "lookup/x" * 99, "lookup/é")],
        *[("chart", name) for name in ("", "-", "x.py", "_x", "x_", "con", "class", "x\n", "lookup/x/y")],
        *[("claim", name) for name in ("lookup", "lookup/a b", "lookup/import", "lookup/x()")],
        *[("lab", name) for name in ("notebooks/x", "Rows", "x.py", "con")],
        *[("page", name) for name in ("a/b", "../x", "A", "nul", ".hidden", "")],
        ("snippet", "lookup/show_row"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_meant_is_2(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from scripts.__main__ import main

    before = set(ROOT.glob("*/*"))
    assert main(["new", kind, "--", name] if name.startswith("-") else ["new", kind, name]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert said.out == ""
    assert set(ROOT.glob("*/*")) == before


def test_the_programs_beginning_is_that_of_the_others() -> None:
    """The lines that load the tables are the same in the skeleton and in the programs."""
    from scripts.skeletons import PROGRAM

    loading = PROGRAM.partition("\n\n")[2].partition("\n\ntoken")[0]
    assert loading in Path(ROOT, "snippets/lookup/compare_sentences.py").read_text("utf-8").replace(
        "import numpy as np\n", ""
    )
