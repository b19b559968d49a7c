"""What contributors and hosts are told is so: each command, file and name in it exists."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.__main__ import VERBS
from scripts.paths import ROOT
from scripts.skeletons import KINDS

GUIDES = ("CONTRIBUTING.md", "ARCHITECTURE.md", "README.md", "hosting/README.md", "CHANGELOG.md")
FORMS = sorted(
    path.name for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"
)
each_guide = pytest.mark.parametrize("guide", GUIDES)
each_form = pytest.mark.parametrize("form", FORMS)


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def read(name: str) -> Any:
    return yaml.safe_load(text(name))


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text("pyproject.toml"))["project"]
    return found


# -- guides ------------------------------------------------------------------------------------------------------------


@each_guide
def test_each_command_exists(guide: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", text("Makefile")))
    assert set(re.findall(r"(?:`|^|\n)(?:\w+=\S+ )*make ([a-z-]+)", text(guide))) <= targets
    assert set(re.findall(r"-m scripts ([a-z][a-z-]*)", text(guide))) <= set(VERBS)
    assert set(re.findall(r"-m scripts new ([a-z]+)", text(guide))) <= set(KINDS)
    for test in re.findall(r"tests/test_\w+\.py", text(guide)):
        assert (ROOT / test).is_file()


@each_guide
def test_each_link_and_path_leads_somewhere(guide: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)", text(guide)):
        assert "://" in link or (ROOT / guide).parent.joinpath(link).exists(), link
    made = {"docs/how_rows_differ.md", "snippets/lookup/show_first_row.py", "scripts/charts/row_lengths.py"}
    roots = r"(?:scripts|docs/assets|hosting|tests|\.github|\.ci)"
    named = re.findall(rf"`({roots}/[\w./-]+|\.[a-z-]+\.yaml|[A-Za-z]+\.(?:md|toml|cff|yml))`", text(guide))
    for path in set(named) - made:
        assert (ROOT / path).exists(), path


def test_a_clone_is_three_commands_from_its_preview() -> None:
    block = re.search(r"```sh\n(.*?)```", text("CONTRIBUTING.md"), re.DOTALL)
    assert block
    assert [line.split()[0] for line in block[1].splitlines()] == ["git", "cd", "make"]


def test_each_kind_of_thing_is_added_in_five_lines() -> None:
    part = text("CONTRIBUTING.md").partition("## To add")[2].partition("\n## ")[0]
    kinds = re.findall(r"\*\*An? (\w+)\*\*\n\n((?:\d\. .+\n)+)", part)
    assert {kind for kind, _ in kinds} == {*KINDS, "lab"}
    assert all(len(lines.splitlines()) == 5 for _, lines in kinds)


def test_every_room_is_in_the_architecture() -> None:
    shown = text("ARCHITECTURE.md")
    rooms = {p.name for p in (ROOT / "scripts").glob("*/") if (p / "__init__.py").is_file()}
    assert [room for room in sorted(rooms) if f"scripts/{room}/" not in shown] == []


# -- changes and citation ----------------------------------------------------------------------------------------------


def test_the_changelog_has_the_form_of_keep_a_changelog() -> None:
    log = text("CHANGELOG.md")
    versions = re.findall(r"(?m)^## \[(.+?)\]", log)
    assert versions[0] == "Unreleased"
    assert versions[1] == project()["version"]
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"(?m)^### (.+)$", log)) <= kinds
    for version in versions:
        assert re.search(rf"(?m)^\[{re.escape(version)}\]: https://", log)


def test_the_citation_is_that_of_this_project() -> None:
    cff = read("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(cff)  # what version 1.2.0 requires
    assert cff["cff-version"] == "1.2.0"
    assert cff["type"] == "software"
    assert cff["title"] == re.search(r"(?m)^site_name: (.+)$", text("mkdocs.yml"))[1]  # type: ignore[index]
    assert (cff["version"], cff["license"]) == (project()["version"], project()["license"])
    assert cff["repository-code"] == project()["urls"]["Repository"]
    assert f'"{cff["url"]}"' in text("mkdocs.yml")
    known = {"abstract", "authors", "cff-version", "keywords", "license", "message", "references"}
    assert set(cff) <= known | {"repository-code", "title", "type", "url", "version", "date-released", "doi"}
    for reference in cff["references"]:
        assert {"type", "title", "authors"} <= set(reference)
    for author in cff["authors"] + [a for r in cff["references"] for a in r["authors"]]:
        assert set(author) in ({"name"}, {"family-names", "given-names"})


# -- forms and hooks ---------------------------------------------------------------------------------------------------


@each_form
def test_a_form_asks_what_github_can_show(form: str) -> None:
    asked = read(f".github/ISSUE_TEMPLATE/{form}")
    assert {"name", "description", "title", "labels", "body"} == set(asked)
    ids = [field["id"] for field in asked["body"]]
    assert len(set(ids)) == len(ids)
    assert any(field.get("validations", {}).get("required") for field in asked["body"])
    for field in asked["body"]:
        assert field["type"] in ("input", "textarea", "dropdown")
        assert field["attributes"]["label"]
        assert set(field) <= {"type", "id", "attributes", "validations"}
        known = {"label", "description", "placeholder", "render", "options"}
        assert set(field["attributes"]) <= known
        assert (field["type"] == "dropdown") == ("options" in field["attributes"])


def test_there_is_a_form_for_each_kind_of_report() -> None:
    assert [form[2:-4] for form in FORMS] == ["wrong-number", "error-in-text", "bug", "new-claim"]
    assert set(read(".github/ISSUE_TEMPLATE/config.yml")) == {"blank_issues_enabled", "contact_links"}


def test_a_claim_can_be_proposed_for_every_page_that_makes_claims() -> None:
    from scripts.claims.claim import PAGES

    (page,) = (f for f in read(".github/ISSUE_TEMPLATE/4-new-claim.yml")["body"] if f["id"] == "page")
    assert page["attributes"]["options"] == [*PAGES.values(), "Another"]


def test_the_hooks_are_the_projects_own_tools() -> None:
    (repo,) = read(".pre-commit-config.yaml")["repos"]
    assert repo["repo"] == "local"
    lint = text("Makefile").partition("\nlint:")[2].partition("\n\n")[0]
    for hook in repo["hooks"]:
        command = re.match(r"\.venv/bin/python -m (ruff check|ruff format|mypy|scripts pin)", hook["entry"])
        assert command
        assert f"-m {command[1]}" in lint
        assert hook["language"] == "system"


# -- hosting -----------------------------------------------------------------------------------------------------------


def cached_for_ever() -> re.Pattern[str]:
    found = re.search(r'"~(.+)" "public, max-age=31536000, immutable";', text("hosting/nginx.conf"))
    assert found
    return re.compile(found[1])


def test_nginx_caches_for_ever_what_is_named_by_its_content() -> None:
    found = importlib.util.find_spec("material")
    assert found
    assert found.origin
    theme = Path(found.origin).parent / "templates"
    hashed = [
        p.relative_to(theme).as_posix() for p in theme.glob("assets/*/**/*.min.*") if "lunr" not in p.parts
    ]
    hashed = [name for name in hashed if name.endswith((".js", ".css"))]
    assert len(hashed) >= 4  # the bundle, the search worker, two style sheets
    assert [name for name in hashed if not cached_for_ever().search(f"/base/{name}")] == []
    assert cached_for_ever().search(f"/generated/dashboard/rows/0.{'0a' * 8}.bin")
    assert cached_for_ever().search(f"/generated/cards/tokens.{'0a' * 8}.png")
    source = text("scripts/build.py")
    assert ".{sha[:16]}." in source  # what makes a name one of content


@pytest.mark.parametrize(
    "name",
    [
        *(
            "index.html",
            "lookup/index.html",
            "generated/programs.json",
            "generated/vega.js",
            "assets/page.js",
        ),
        *("generated/dashboard/manifest.json", "search/search_index.json", "assets/dashboard/main.js"),
        "generated/programs/lookup/show_row.py",
    ],
)
def test_nginx_asks_again_for_all_else(name: str) -> None:
    assert not cached_for_ever().search(f"/{name}")


def test_nginx_lets_the_site_ask_no_other_host() -> None:
    conf = text("hosting/nginx.conf")
    policy = re.search(r'add_header Content-Security-Policy "([^"]+)" always;', conf)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules.pop("default-src") == "'none'"
    allowed = {source for sources in rules.values() for source in sources.split()}
    assert allowed == {"'self'", "'unsafe-inline'", "'unsafe-eval'", "data:"}
    assert rules["connect-src"] == rules["worker-src"] == rules["font-src"] == "'self'"
    assert conf.count("{") == conf.count("}")
    assert "error_page 404 /404.html;" in conf
    for header in ("X-Content-Type-Options", "Referrer-Policy"):
        assert f"add_header {header} " in conf
        assert header in text("hosting/README.md")


def test_read_the_docs_builds_from_the_lock_and_refuses_what_may_not_be_deployed() -> None:
    build = read(".readthedocs.yaml")["build"]
    install, html = build["jobs"]["install"], "\n".join(build["jobs"]["build"]["html"])
    assert install == [
        "python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock"
    ]
    assert set(re.findall(r"-m scripts ([a-z-]+)( --deploy)?", html)) == {
        ("finish", ""),
        ("check", ""),
        ("check", " --deploy"),
    }
    assert "then model=tiny; else model=gpt2" in html
    assert project()["requires-python"].startswith(f">={build['tools']['python']}")
