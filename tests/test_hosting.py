"""What a host serves beside the pages, and what it tells search engines, feed readers and language models."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scripts import config, programs
from scripts.hosting import feed, markdown
from scripts.paths import DOCS, ROOT
from scripts.site_check import Node, Site, parse
from scripts.tables import Tables
from scripts.version import Version, version
from tests.conftest import Project, parsed

ATOM = {"a": feed.ATOM}
ADDRESS = config.address()
PROGRAMS = programs.programs()

CHANGELOG = """\
# Changelog

What changed, in the form of [Keep a Changelog](https://keepachangelog.com/).

## [Unreleased]

- Not yet.

## [1.1.0] - 2026-11-24

### Added

- A `<script>` & a *feed*.

## 1.0.0 - 2026-10-01

The first.

[1.1.0]: https://docs.example/1.1.0
"""


def text(site: Path, name: str) -> str:
    return (site / name).read_text("utf-8")


# -- where the site stands ---------------------------------------------------------------------------------------------


def test_the_address_comes_from_the_environment_and_ends_in_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://docs.example/base")
    assert config.address() == "https://docs.example/base/"
    assert programs.address(PROGRAMS[0]).startswith("https://docs.example/base/generated/programs/")
    monkeypatch.delenv("SITE_URL")
    assert config.address() == "https://embeddings-explained.github.io/embeddings-explained/"


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("index.md", ""),
        ("tokens.md", "tokens/"),
        ("notebooks/rows.ipynb", "notebooks/rows/"),
        ("notebooks/index.md", "notebooks/"),
    ],
)
def test_a_page_s_path_is_the_one_that_mkdocs_gives_it(source: str, path: str) -> None:
    assert config.page_path(source) == path


# -- search engines ----------------------------------------------------------------------------------------------------


def test_every_page_describes_itself_in_one_line_of_its_own(site: Path) -> None:
    described = {}
    for path in sorted(DOCS.glob("*.md")):
        said = markdown.front_matter(path.name)["description"]
        assert 50 <= len(said) <= 160, f"{path.name}: {len(said)}"
        page = parsed(site / config.page_path(path.name) / "index.html")
        metas = [n.attributes for n in page.all("meta") if n.attributes.get("name") == "description"]
        assert [meta["content"] for meta in metas] == [said]
        described[said] = path.name
    assert len(described) == len(list(DOCS.glob("*.md")))


def test_robots_sitemap_and_canonical_addresses_agree(site: Path) -> None:
    (sitemap,) = re.findall(r"^Sitemap: (.+)$", text(site, "robots.txt"), re.MULTILINE)
    assert sitemap == f"{ADDRESS}sitemap.xml"
    listed = {
        str(loc.text) for loc in ET.fromstring(text(site, "sitemap.xml")).iter() if loc.tag.endswith("loc")
    }
    canonical = set()
    for path in sorted(site.rglob("index.html")):
        (link,) = [n for n in parsed(path).all("link") if n.attributes.get("rel") == "canonical"]
        canonical.add(link.attributes["href"])
    assert listed == canonical
    assert {address.removeprefix(ADDRESS) for address in listed} >= {"", "tokens/", "claims/"}


def test_the_404_page_asks_for_everything_by_its_whole_path(site: Path) -> None:
    base = "/" + ADDRESS.split("/", 3)[3]
    page = parsed(site / "404.html")
    asked = [
        n.attributes.get("href", n.attributes.get("src", ""))
        for tag in ("link", "script", "img")
        for n in page.all(tag)
    ]
    assert [address for address in asked if address and not address.startswith((base, "data:"))] == []


# -- llms.txt ----------------------------------------------------------------------------------------------------------


def test_llms_txt_has_the_form_of_llmstxt_org(site: Path) -> None:
    lines = text(site, "llms.txt").splitlines()
    assert lines[0] == "# Embeddings Explained"
    assert lines[2].startswith("> ")
    sections = [line for line in lines if line.startswith("## ")]
    assert sections[0] == "## Pages"
    assert sections[-2:] == ["## Data", "## Optional"]
    assert len(set(sections)) == len(sections)
    after = lines[lines.index("## Pages") :]
    assert all(re.fullmatch(r"|## .+|- \[[^\]]+\]\(https://[^)]+\)(: .+)?", line) for line in after)


def test_every_address_in_llms_txt_and_in_the_pages_markdown_leads_somewhere(site: Path) -> None:
    whole = Site(site)
    for name in (
        "llms.txt",
        "llms-full.txt",
        *(p.relative_to(site).as_posix() for p in (site / markdown.FOLDER).rglob("*.txt")),
    ):
        outside = re.sub(r"^(`{3,}).*?^\1", "", text(site, name), flags=re.DOTALL | re.MULTILINE)
        found = re.findall(r"\]\(([^)\s]+)", outside)
        assert found or name.endswith("glossary.md.txt")
        for address in found:
            assert re.match(r"https?://", address), f"{name}: {address}"
            where = whole.look_up(name, address)
            if where and where[1]:
                assert where[1] in whole.ids[where[0]], f"{name}: {address}"


@pytest.mark.parametrize("source", sorted(path.name for path in DOCS.glob("*.md")))
def test_a_page_s_markdown_has_everything_in_it_and_no_markup_of_ours(source: str, site: Path) -> None:
    said = text(site, markdown.path(source))
    outside = re.sub(r"^( *`{3,}).*?^\1", "", said, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(
        r"--8<--|</?(div|span|figure|details)\b|\{ ?[.#]|\?\?\? |^!!! |\0", outside, re.MULTILINE
    )
    assert re.search(r"^# \S", said, re.MULTILINE)
    assert next(parsed(site / config.page_path(source) / "index.html").all("h1")).text().strip(
        "¶"
    ) in outside.replace("`", "")
    label = json.loads(text(site, "generated/provenance.json"))["label"]
    assert label in said


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_page_s_markdown_has_whole_programs_and_what_they_print(
    program: programs.Program, site: Path
) -> None:
    said = text(site, markdown.path(f"{program.page}.md"))
    assert program.text.rstrip() in said
    assert text(site, f"generated/programs/{program.name}.txt").rstrip() in said
    assert programs.address(program) in said


def test_boxes_and_marks_are_gone_and_code_is_left_as_it_was() -> None:
    source = """\
??? question "Why?"

    Because `{ .x }` is [here](#a){ .b }.

        code

    !!! note ""

        Deep.

Out. <span class="c">In</span>

```text
??? question "Why?"
{ .x } <div>
```
"""
    done = markdown._unboxed(markdown._outside_code(source, markdown._unmarked))
    assert done.startswith("**Why?**\n\nBecause `{ .x }` is [here](#a).\n\n    code\n\n")
    assert "\nDeep.\n\nOut. In\n" in done
    assert '??? question "Why?"\n{ .x } <div>\n```' in done


# -- the feed ----------------------------------------------------------------------------------------------------------


def test_a_changelog_is_a_valid_atom_feed() -> None:
    tree = ET.fromstring(feed.atom(CHANGELOG, "https://docs.example/", "2026-12-01"))
    assert tree.tag == f"{{{feed.ATOM}}}feed"
    for required in ("id", "title", "updated", "author/a:name"):
        assert tree.findtext(f"a:{required}", namespaces=ATOM), required
    assert tree.findtext("a:updated", namespaces=ATOM) == "2026-11-24T00:00:00Z"
    entries = tree.findall("a:entry", ATOM)
    assert [entry.findtext("a:title", namespaces=ATOM) for entry in entries] == [
        "Embeddings Explained 1.1.0",
        "Embeddings Explained 1.0.0",
    ]
    ids = [str(entry.findtext("a:id", namespaces=ATOM)) for entry in entries]
    assert len(set(ids)) == 2
    assert all(
        link.attrib["href"].startswith("https://docs.example/") for link in tree.iter(f"{{{feed.ATOM}}}link")
    )
    html = str(entries[0].findtext("a:content", namespaces=ATOM))
    assert "<code>&lt;script&gt;</code> &amp; a <em>feed</em>" in html
    assert "docs.example" not in html, "the list of links at the file's end belongs to no release"


def test_no_changelog_is_an_empty_feed_of_the_build_s_date() -> None:
    tree = ET.fromstring(feed.atom("", "https://docs.example/", "2026-12-01"))
    assert tree.findtext("a:updated", namespaces=ATOM) == "2026-12-01T00:00:00Z"
    assert tree.findall("a:entry", ATOM) == []


def test_the_site_s_feed_is_one_and_is_linked(site: Path) -> None:
    tree = ET.fromstring(text(site, "feed.xml"))
    assert tree.findtext("a:id", namespaces=ATOM) == f"{ADDRESS}feed.xml"
    links = {n.attributes.get("href") for n in parsed(site / "build" / "index.html").all("a")}
    assert {"../feed.xml", "../llms.txt"} <= links


# -- which build it is -------------------------------------------------------------------------------------------------


def test_every_page_ends_with_the_build_and_its_tables(site: Path) -> None:
    label = json.loads(text(site, "generated/provenance.json"))["label"]
    for path in sorted(site.rglob("index.html")):
        if path.relative_to(site).parts[0] == "notebooks":
            continue  # a lab has no pieces of ours in it
        article = next(parsed(path).all("article"))
        (line,) = article.all(of="page-version")
        assert "Build of 2023-11-14" in line.text(), "SOURCE_DATE_EPOCH of the tests"
        assert label in line.text()
        blocks = [n for n in article.children if isinstance(n, Node) and n.text().strip()]
        assert blocks[-1] is line, path


def test_a_version_is_the_commit_and_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert version().date == "2023-11-14"
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    if not git.returncode:
        assert git.stdout.startswith(version().commit.removesuffix("+"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert version().date == ""
    assert str(Version("", "")) == "no date"
    assert str(Version("2026-11-24", "abc+")) == "2026-11-24, commit abc+"


# -- copying -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program_says_how_to_run_it_from_an_address_that_is_there(
    program: programs.Program, site: Path
) -> None:
    page = parsed(site / config.page_path(f"{program.page}.md") / "index.html")
    (block,) = [n for n in page.all(of="program") if n.attributes.get("id") == program.name.replace("/", "-")]
    (run,) = block.all(of="program-run")
    shown = [code.text().strip() for code in run.all("code")]
    entries = {e["name"]: e for e in json.loads(text(site, "generated/programs.json"))["programs"]}
    entry = entries[program.name]
    assert shown == [entry["run"]["uv"], entry["run"]["pip"]] == list(programs.ways_to_run(program).values())
    assert entry["address"] == f"{ADDRESS}{entry['file']}"
    assert shown[0] == f"uv run {entry['address']}"
    assert (site / entry["address"].removeprefix(ADDRESS)).read_bytes() == program.path.read_bytes()
    for pin in re.findall(r'^#     "(.+)",$', program.text, re.MULTILINE):
        assert f'"{pin}"' in shown[1]


def test_a_claim_can_be_linked_to_and_cited(site: Path) -> None:
    report = json.loads(text(site, "generated/claims.json"))["claims"]
    page = parsed(site / "claims" / "index.html")
    blocks = {n.attributes["id"]: n for n in page.all(of="claim")}
    assert len(blocks) == len(report)
    for claim in report:
        block = blocks[claim["anchor"]]
        (link,) = block.all(of="claim-link")
        assert link.attributes["href"] == f"#{claim['anchor']}"
        (cite,) = block.all(of="claim-cite")
        said = " ".join(cite.text().split())
        assert claim["address"] == f"{ADDRESS}claims/#{claim['anchor']}"
        assert claim["address"] in said
        assert said.endswith("build of 2023-11-14")


# -- search ------------------------------------------------------------------------------------------------------------


def test_the_search_index_is_small_and_has_each_term_of_the_glossary_by_itself(site: Path) -> None:
    data = (site / "search" / "search_index.json").read_bytes()
    assert len(gzip.compress(data)) < 120_000
    found = {doc["location"]: doc for doc in json.loads(data)["docs"]}
    for heading in parsed(site / "glossary" / "index.html").all("h2"):
        assert f"glossary/#{heading.attributes['id']}" in found
    everything = " ".join(doc["text"] for where, doc in found.items() if not where.startswith("notebooks/"))
    assert "dependencies = [" not in everything, "lines that only load are not what anybody looks for"
    assert "Build of" not in everything


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("“ cat” and wte[5842], 0.25", ["cat", "and", "wte", "5842", "0.25"]),
        ("tokens/show_pieces.py prints (' kitten')", ["tokens", "show_pieces", "py", "prints", "kitten"]),
        ("n_embd → 768.", ["n_embd", "768"]),
    ],
)
def test_search_cuts_text_at_every_mark(said: str, words: list[str], site: Path) -> None:
    separator = json.loads(text(site, "search/search_index.json"))["config"]["separator"]
    assert [word for word in re.split(separator, said) if word] == words


# -- offline -----------------------------------------------------------------------------------------------------------


def test_the_service_worker_names_its_build(built: Project) -> None:
    worker = text(built.site, "sw.js")
    assert re.search(r"\$\{here\} [0-9a-f]{16}`", worker)
    assert "BUILD" not in worker
    assert len(gzip.compress(worker.encode())) < 2_500


def test_serving_writes_these_files_once(rooted: Path, tiny: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """MkDocs would see them written after a page was saved, and load the page a second time."""
    from scripts import build, hosting

    def keys(serving: bool, other: str) -> list[str]:
        others = [build.Artefact("other", other, dict)]
        return [a.key for a in hosting.artefacts(tiny.provenance, others, serving=serving)]

    assert keys(True, "a") == keys(True, "b")
    assert keys(False, "a") != keys(False, "b")


def test_page_addresses_in_html_are_read(site: Path) -> None:
    """The worker finds the home page's files by a pattern: each of them is a file of the site."""
    pattern = r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"#?]+\.(?:css|js|png|svg))'
    assert pattern.replace("\\", "") in text(site, "sw.js").replace("\\", "")
    home = text(site, "index.html")
    found = re.findall(pattern, home)
    assert {Path(name).suffix for name in found} >= {".css", ".js", ".svg"}
    assert [name for name in found if not (site / name).is_file()] == []
    tree = parse(home)
    assert len({n.attributes["src"] for n in tree.all("script") if n.attributes.get("src")} - set(found)) == 0
