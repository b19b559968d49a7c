"""The built site is sound, and the check of it finds what is not."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import site_check, site_finish
from scripts.site_check import Node, faults, parse
from scripts.tables.pinned import GPT2

# -- the site ----------------------------------------------------------------------------------------------------------


def pages(site: Path) -> dict[str, Node]:
    return {
        path.relative_to(site).as_posix(): parse(path.read_text("utf-8"))
        for path in sorted(site.rglob("*.html"))
        if path.name != "404.html"
    }


def test_has_no_fault(site: Path) -> None:
    assert faults(site) == []


def test_each_page_has_the_banner_before_anything_else(site: Path) -> None:
    label = json.loads((site / "generated" / "provenance.json").read_text())["label"]
    for name, page in pages(site).items():
        article = next(page.all("article"))
        blocks = [n for n in article.children if isinstance(n, Node) and n.tag not in ("a", "nav")]
        assert "admonition" in blocks[0].classes, name
        assert label in blocks[0].text(), name


def test_each_page_has_a_title_a_description_and_a_language(site: Path) -> None:
    titles = []
    for name, page in pages(site).items():
        titles.append(next(page.all("title")).text().strip())
        described = [
            n.attributes["content"] for n in page.all("meta") if n.attributes.get("name") == "description"
        ]
        assert described, name
        assert next(page.all("html")).attributes["lang"] == "en"
        assert len(list(page.all("h1"))) == 1, name
    assert len(set(titles)) == len(titles)


def test_headings_leave_no_level_out(site: Path) -> None:
    for name, page in pages(site).items():
        levels = [int(n.tag[1]) for n in next(page.all("article")).all() if re.fullmatch("h[1-6]", n.tag)]
        for before, after in itertools.pairwise(levels):
            assert after <= before + 1, f"{name}: h{before} then h{after}"


def test_pages_of_text_and_their_assets_are_small(site: Path) -> None:
    for name in pages(site):
        size = len(gzip.compress((site / name).read_bytes()))
        assert size < 40_000, f"{name}: {size} bytes of gzip"
    own = sum(len(gzip.compress(path.read_bytes())) for path in (site / "assets").glob("*.js"))
    assert own <= 60_000


def test_tiny_may_not_be_deployed(site: Path) -> None:
    found = [str(fault) for fault in faults(site, deploy=True)]
    assert any("only a site made on 'gpt2' may be deployed" in fault for fault in found)
    assert all("may" in fault for fault in found)


# -- the check: each thing that can be wrong is found and named --------------------------------------------------------


#: The beginning of a PNG of a card's size.
PICTURE = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + (1200).to_bytes(4) + (630).to_bytes(4)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one page, one program and one chart, nothing wrong with it, made here."""
    folder = tmp_path_factory.mktemp("small")
    record = {
        "model": "gpt2", "revision": "0123456789", "verified": True, "packages": {}, "python": "3.11",
        "wte_sha256": GPT2.wte.sha256, "wpe_sha256": GPT2.wpe.sha256,
        "label": f"GPT-2 · 01234567 · {GPT2.wte.sha256[:8]} · {GPT2.wpe.sha256[:8]}",
    }  # fmt: skip
    label = record["label"]
    program = b"print('six')\n"
    entry = {
        "name": "page/print_six", "page": "page/", "file": "generated/programs/page/print_six.py",
        "sha256": hashlib.sha256(program).hexdigest(), "output": "six\n",
    }  # fmt: skip
    home = f"""<!doctype html><html><head><link rel="canonical" href="https://docs.example/base/">
    <link rel="stylesheet" href="assets/site.css"></head><body>
    <div class="admonition">{label}</div><h1 id="top">Home</h1><a href="page/#page-print_six">to it</a>
    <a href="https://elsewhere.example/">elsewhere</a><a href="https://docs.example/base/page/">by its address</a>
    <p>How to include: <code>--8&lt;-- "banner.md"</code></p>
    <script src="assets/site.js" type="module"></script></body></html>"""
    page = f"""<html><head></head><body><div class="admonition">{label}</div><h1>Page</h1><a href="../#top">home</a>
    <div class="program" id="page-print_six"><a class="program-file" href="../generated/programs/page/print_six.py">
    Download</a><p class="program-label">on {label}</p>
    <div class="output"><pre><code>six\n</code></pre></div></div>
    <figure class="chart" id="chart-bars"><img src="../generated/bars.svg#only-light" alt="bars">
    <p class="chart-label">on {label}</p></figure></body></html>"""
    texts = {
        "index.html": home,
        "page/index.html": page,
        "404.html": '<html><body><a href="/base/">home</a><link rel="icon" href="/base/generated/bars.svg"></body></html>',
        "assets/site.css": "/* url(no.png) */ body { background: url('../generated/bars.svg') }",
        "assets/site.js": 'import { a } from "./part.js"; const text = "from nowhere";',
        "assets/part.js": "export const a = 1;",
        "feed.xml": "<feed/>",
        "page.md.txt": "# A page",
        "generated/bars.svg": '<svg xmlns="http://www.w3.org/2000/svg"><g id="a"/><use href="#a"/></svg>',
        "generated/provenance.json": json.dumps(record),
        "generated/programs.json": json.dumps({"label": label, "programs": [entry]}),
        "generated/programs/page/print_six.py": program.decode(),
        "generated/programs/page/print_six.txt": "six\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    cards = [
        {
            "path": path,
            "title": "A page",
            "description": "What",
            "image": "generated/card.png",
            "alternative": "x",
            "markdown": "page.md.txt",
        }
        for path in ("", "page/")
    ]
    record = {"label": label, "site_name": "Small", "cards": cards}
    (folder / "generated" / "cards.json").write_text(json.dumps(record), "utf-8")
    (folder / "generated" / "card.png").write_bytes(PICTURE)
    (folder / "generated" / "square.png").write_bytes(PICTURE.replace((630).to_bytes(4), (1200).to_bytes(4)))
    site_finish.main(folder)
    return folder


@pytest.fixture
def broken(small: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """The faults of the small site after a change of one of its files."""

    def change(name: str, old: str, new: str, *, deploy: bool = False) -> list[str]:
        shutil.copytree(small, tmp_path / "site")
        text = (tmp_path / "site" / name).read_text("utf-8")
        assert old in text
        (tmp_path / "site" / name).write_text(text.replace(old, new, 1), "utf-8")
        return [str(fault) for fault in faults(tmp_path / "site", deploy=deploy)]

    return change


def test_a_site_with_nothing_wrong_passes_and_may_be_deployed(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [str(fault) for fault in faults(small, deploy=True)] == []
    assert site_check.main(deploy=True, folder=small) == 0
    assert capsys.readouterr().out == ""


H1 = '<h1 id="top">Home</h1>'


@pytest.mark.parametrize(
    "added",
    [
        '<a href="nowhere/">x</a>',
        '<a href="page">x</a>',
        '<a href="page/#nowhere">x</a>',
        '<a href="#nowhere">x</a>',
        '<a href="../above.html">x</a>',
        '<a href="/base/page/">x</a>',
        '<a href="https://docs.example/base/nowhere/">x</a>',
        '<a href="javascript:void(0)">x</a>',
        '<img src="nowhere.png" alt="">',
        '<img src="" alt="">',
        '<img src="generated/bars.svg" srcset="nowhere.png 2x" alt="">',
        '<script src="nowhere.js"></script>',
        '<script type="module">import "./nowhere.js"</script>',
        '<link rel="stylesheet" href="nowhere.css">',
        '<p style="background: url(nowhere.png)">x</p>',
        "<style>p { background: url(nowhere.png) }</style>",
    ],
)
def test_an_address_that_leads_nowhere_is_found(added: str, broken: Callable[..., list[str]]) -> None:
    (fault,) = broken("index.html", H1, H1 + added)
    assert fault.startswith("index.html: <")


@pytest.mark.parametrize(
    "added",
    [
        '<img src="https://elsewhere.example/x.png" alt="">',
        '<img src="//elsewhere.example/x.png" alt="">',
        '<img srcset="generated/bars.svg 1x, https://elsewhere.example/x.png 2x" alt="">',
        '<script src="https://elsewhere.example/x.js"></script>',
        '<script type="module">import x from "https://elsewhere.example/x.js"</script>',
        '<script>import("https://elsewhere.example/x.js")</script>',
        '<link rel="stylesheet" href="https://elsewhere.example/x.css">',
        '<link rel="preconnect" href="https://elsewhere.example">',
        '<link rel="dns-prefetch" href="//elsewhere.example">',
        '<link rel="preload" href="https://elsewhere.example/x.woff2" as="font">',
        '<link rel="icon" href="https://elsewhere.example/x.png">',
        '<link rel="manifest" href="https://elsewhere.example/x.json">',
        '<iframe src="https://elsewhere.example/"></iframe>',
        '<object data="https://elsewhere.example/x.svg"></object>',
        '<video poster="https://elsewhere.example/x.png"></video>',
        '<picture><source srcset="https://elsewhere.example/x.png"></picture>',
        '<svg><image href="https://elsewhere.example/x.png"/></svg>',
        '<svg><use xlink:href="https://elsewhere.example/x.svg#a"/></svg>',
        '<meta http-equiv="refresh" content="0; url=https://elsewhere.example/">',
        '<p style="background: url(https://elsewhere.example/x.png)">x</p>',
        '<style>@import "https://elsewhere.example/x.css";</style>',
        '<pre class="mermaid">graph</pre>',
        '<div class="md-source">repository</div>',
    ],
)
def test_a_request_to_another_host_is_found(added: str, broken: Callable[..., list[str]]) -> None:
    (fault,) = broken("index.html", H1, H1 + added)
    assert "makes the browser ask another host" in fault or "Material asks" in fault


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "assets/site.css",
            "../generated/bars.svg",
            "bars.svg",
            "leads nowhere: there is no assets/bars.svg",
        ),
        ("assets/site.css", "body", "@import 'https://e.example/x.css'; body", "ask another host"),
        ("assets/site.js", "./part.js", "./gone.js", "leads nowhere: there is no assets/gone.js"),
        ("assets/site.js", "./part.js", "https://e.example/part.js", "ask another host"),
        ("generated/bars.svg", "#a", "https://e.example/x.svg#a", "ask another host"),
        ("404.html", "/base/generated", "/generated", "leaves the site, which stands under /base/"),
    ],
)
def test_a_style_a_script_or_a_picture_that_asks_wrongly_is_found(
    name: str, old: str, new: str, said: str, broken: Callable[..., list[str]]
) -> None:
    (fault,) = broken(name, old, new)
    assert fault.startswith(f"{name}: ")
    assert said in fault


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('<p>--8&lt;-- "values/n_vocab"</p>', "shows an include that was not expanded"),
        ("<p>{{ model }}</p>", "shows a template's braces"),
        ("<p>{% if %}</p>", "shows a template's braces"),
        ("<p>words { .program-label }</p>", "shows an attribute list"),
        ("<pre>Traceback (most recent call last):\n</pre>", "shows a traceback"),
        ("<p>/home/somebody/main/docs</p>", "names a path of the machine that built it: /home/somebody/"),
        ("<p>C:\\Users\\somebody\\main</p>", "names a path of the machine that built it"),
        ('<p id="top">x</p>', "has the id 'top' twice"),
        ('<div class="output"> \n</div>', "has an output block with nothing in it"),
        (
            '<div class="program" id="x"><p class="program-label">on LABEL</p></div>',
            "program x shows no output",
        ),
        (
            '<div class="program" id="x"><div class="output">1</div></div>',
            "program x does not say that it was made on",
        ),
        ('<div class="lab" id="x"><p>words</p></div>', "x does not say that it was made on"),
        ('<figure class="chart" id="x"><p class="chart-label">on LABEL</p></figure>', "x has no picture"),
        (
            '<figure class="chart" id="x"><img src="generated/bars.svg"><p class="chart-label">LABEL</p></figure>',
            "x has no picture, or one without a text alternative",
        ),
        ('<figure class="chart" id="x"><img src="generated/bars.svg" alt="x"></figure>', "x does not say"),
    ],
)
def test_what_was_left_over_or_left_out_is_found(
    added: str, said: str, small: Path, broken: Callable[..., list[str]]
) -> None:
    label = json.loads((small / "generated" / "provenance.json").read_text())["label"]
    (fault,) = broken("index.html", H1, H1 + added.replace("LABEL", label))
    assert fault.startswith(f"index.html: {said}")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("index.html", "admonition", "other", "has no banner"),
        ("page/index.html", "six\n</code>", "seven\n</code>", "shows another output of page/print_six"),
        ("page/index.html", 'id="page-print_six"', 'id="other"', "does not show the program page/print_six"),
        ("generated/programs/page/print_six.py", "six", "seven", "has the sha256"),
        ("generated/programs.json", "print_six.py", "print_ten.py", "there is no"),
        ("generated/programs.json", '"label": "', '"label": "other ', "was made on 'other"),
        ("generated/programs.json", "{", "", "is not JSON"),
        ("generated/cards.json", '"label": "', '"label": "other ', "was made on 'other"),
        (
            "index.html",
            "og:title",
            "og:titel",
            "does not say og:title once; finish the site with: python -m scripts finish",
        ),
        (
            "index.html",
            "</head>",
            '<meta property="og:image" content="x"></head>',
            "does not say og:image once",
        ),
        ("index.html", 'content="What"', 'content=" "', "does not say og:description once"),
        ("page/index.html", "twitter:card", "twitter:car", "does not say twitter:card once"),
        ("page/index.html", "base/page/", "base/", "is not the page's whole address"),
        (
            "page/index.html",
            "https://docs.example/base/generated/card",
            "../generated/card",
            "not a whole address",
        ),
        ("page/index.html", "generated/card.png", "generated/gone.png", "is no picture of the site"),
        ("page/index.html", "generated/card.png", "generated/bars.svg", "is no picture of the site"),
        (
            "page/index.html",
            "generated/card.png",
            "generated/square.png",
            "is 1200 × 1200 px, not 1200 × 630",
        ),
        ("generated/provenance.json", '"model"', '"mode"', "does not say model"),
        ("generated/provenance.json", '"0123456789"', '"9876543210"', "does not agree with its revision"),
        ("generated/provenance.json", "true", "false", "is unverified, and its label does not say so"),
    ],
)
def test_what_does_not_agree_is_found(
    name: str, old: str, new: str, said: str, broken: Callable[..., list[str]]
) -> None:
    found = broken(name, old, new)
    assert any(said in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"gpt2"', '"tiny"', "only a site made on 'gpt2' may be deployed"),
        ("true", "false", "are not verified: such a site may not be deployed"),
        ("true", '"yes"', "are not verified: such a site may not be deployed"),
        (GPT2.wte.sha256[8:], "0" * 56, "wte_sha256 is not GPT-2's"),
    ],
)
def test_a_site_of_other_tables_may_not_be_deployed(
    old: str, new: str, said: str, broken: Callable[..., list[str]]
) -> None:
    assert any(said in fault for fault in broken("generated/provenance.json", old, new, deploy=True))


def test_faults_are_printed_with_their_page_and_the_exit_code_is_1(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(small, tmp_path / "site")
    (tmp_path / "site" / "assets" / "part.js").unlink()
    assert site_check.main(folder=tmp_path / "site") == 1
    said = capsys.readouterr()
    assert said.out == "assets/site.js: the script './part.js' leads nowhere: there is no assets/part.js\n"
    assert "1 fault" in said.err


def test_no_site_is_a_fault(tmp_path: Path) -> None:
    assert "make build" in str(faults(tmp_path / "site")[0])
