"""The pages' sources: each begins with the banner, includes what it owns, and types no program and no number by hand."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scripts import charts, programs
from scripts.paths import DOCS, ROOT

PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
INCLUDE = re.compile(r'^[ \t]*--8<-- "([^"]+)"[ \t]*$', re.MULTILINE)
each = pytest.mark.parametrize("page", PAGES)


def text(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def includes(page: str) -> list[str]:
    return INCLUDE.findall(text(page))


def page_of(stem: str) -> str:
    return f"{stem}.md"


@each
def test_begins_with_the_banner(page: str) -> None:
    body = re.sub(r"\A---\n.*?\n---\n", "", text(page), flags=re.DOTALL).lstrip()
    assert body.startswith('--8<-- "banner.md"\n')


@each
def test_has_one_title(page: str) -> None:
    outside = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", text(page), flags=re.DOTALL | re.MULTILINE)
    assert len(re.findall(r"^# \S", outside, re.MULTILINE)) == 1


@each
def test_types_no_program(page: str) -> None:
    """A program on a page is a file that ran."""
    assert (
        re.findall(r"^\s*(?:`{3,}|~{3,})\s*\{?\s*\.?(?:python|py|pycon)\b.*$", text(page), re.MULTILINE) == []
    )


@each
def test_includes_each_thing_once(page: str) -> None:
    found = [name for name in includes(page) if not name.startswith("values/")]
    assert sorted(set(found)) == sorted(found)


@each
def test_has_no_markup_of_its_own_for_what_is_made(page: str) -> None:
    """No picture of a chart, no output block, no script, no style: they would not be computed, or not be ours to change."""
    outside = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", text(page), flags=re.DOTALL | re.MULTILINE)
    if page == "dashboard.md":  # its modules are loaded on no other page
        outside = outside.replace('<script type="module" src="../assets/dashboard/main.js"></script>', "", 1)
    assert not re.search(r"<script|<style|<iframe|<img|\.output\b", outside)
    assert "generated/charts/" not in outside


@each
def test_asks_no_other_host_for_a_picture(page: str) -> None:
    assert not re.search(r"!\[[^\]]*\]\((?:https?:)?//", text(page))


@pytest.mark.parametrize("program", programs.programs(), ids=lambda program: program.name)
def test_every_program_is_on_the_page_that_its_folder_names(program: programs.Program) -> None:
    assert f"programs/{program.name}.md" in includes(page_of(program.page))


@pytest.mark.parametrize("name", charts.names())
def test_every_chart_is_on_its_page_and_no_other(name: str) -> None:
    found = [page for page in PAGES if f"charts/{name}.md" in includes(page)]
    assert found == [page_of(charts.module(name).PAGE)]


def test_every_folder_of_programs_is_a_page() -> None:
    assert {page_of(program.page) for program in programs.programs()} <= set(PAGES)


def test_every_page_is_in_the_navigation() -> None:
    named = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text("utf-8")))
    assert named == set(PAGES)


def test_the_hook_is_a_dozen_lines() -> None:
    """Statements: without imports, docstrings and comments."""
    tree = ast.parse(Path(ROOT, "scripts", "mkdocs_hook.py").read_text("utf-8"))
    said = [
        node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node not in said]
    assert len([node for node in statements if not isinstance(node, ast.Import | ast.ImportFrom)]) <= 12


def test_nothing_that_only_mkdocs_reads() -> None:
    """No macros, no template overrides: what Zensical reads too."""
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert "custom_dir" not in config
    plugins = re.findall(
        r"^  - ([\w-]+)", config.partition("\nplugins:")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert set(plugins) <= {"search"}
