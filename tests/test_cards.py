"""Each page has a card that says what it is about and whose numbers are on it, and its head names it once."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from scripts import labels, site_code, site_finish
from scripts.build import BuildError
from scripts.hosting import cards
from scripts.hosting.cards import Card
from scripts.site_check import Site, parse
from scripts.site_finish import LIST, SIZE
from scripts.tables import Tables
from tests.conftest import Project, succeeded

CARD = Card(
    "lookup.md", "lookup/", "The lookup table", "GPT-2's lookup table wte, and one row of it drawn in full."
)
#: As long as a card can take, of wide letters.
LONG = Card(
    "long.md",
    "long/",
    "Why WWW means more than a MAMMOTH might make of it",
    "What WE measure, MW by MW, " * 20,
)


def pixels(png: bytes) -> np.ndarray:
    """(height, width, 4) uint8 of a PNG of 8 bits, RGBA, whose lines are filtered by 0 or 1 alone."""
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    data = b"".join(re.findall(rb"(?s)IDAT(.*?)....IEND", png))
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * 4)
    assert set(lines[:, 0]) <= {0, 1}
    found = lines[:, 1:].reshape(height, width, 4)
    summed = np.cumsum(found, axis=1, dtype=np.uint8)  # filter 1: each is the difference from its left
    return np.where(lines[:, :1, None] == 1, summed, found)


# -- the picture -------------------------------------------------------------------------------------------------------


def test_a_card_is_a_picture_of_its_size_and_drawn_twice_it_is_the_same(tiny: Tables) -> None:
    one, other = (cards.png(cards.svg(CARD, tiny)) for _ in range(2))
    assert one == other
    assert pixels(one).shape == (*SIZE[::-1], 4)
    assert len(one) < 400_000


@pytest.mark.parametrize("card", [CARD, LONG, *cards.cards()], ids=lambda card: card.path or "home")
def test_nothing_runs_out_of_a_card(card: Card, tiny: Tables) -> None:
    found = pixels(cards.png(cards.svg(card, tiny)))
    ground = found[0, 0]
    edge = cards.MARGIN // 2
    for strip in (found[:edge], found[-edge:], found[:, :edge], found[:, -edge:]):
        assert (strip == ground).all()
    assert (found != ground).any(), "and there is something on it"


def test_the_lines_of_a_card_do_not_run_into_its_rows(tiny: Tables) -> None:
    text = cards.svg(LONG, tiny)
    lines = [int(y) for y in re.findall(r'<text x="64" y="(\d+)" font-size="(?:62|28)"', text)]
    assert len(lines) == 1 + 2 + 3  # the site's name, the title, the description
    top = min(int(y) for y in re.findall(r'<rect x="\d+" y="(\d+)"', text))
    assert max(lines) + 10 < top


def test_the_cells_are_the_rows_of_the_title_s_tokens(tiny: Tables) -> None:
    text = cards.svg(CARD, tiny)
    ids = cards.tokens(CARD, tiny)
    assert tiny.encoding.decode(ids) in f" {CARD.title}"
    shades = re.findall(r'<rect x="\d+" y="\d+" width="\d+" height="\d+" fill="(#\w{6})"/>', text)
    warm = np.array([int(shade[1:3], 16) > int(shade[5:7], 16) for shade in shades]).reshape(len(ids), -1)
    rows = tiny.wte[ids, : cards.NUMBERS]
    assert warm.shape == rows.shape
    clear = np.abs(rows) > 0.1 * np.abs(rows).max()
    assert (warm == (rows > 0))[clear].all()


def test_a_card_says_whose_numbers_it_shows(tiny: Tables) -> None:
    label = html.escape(labels.label(tiny.provenance))
    assert label in cards.svg(CARD, tiny)
    assert "Not GPT-2" in cards.svg(CARD, tiny)
    assert labels.label(tiny.provenance) in cards.alternative(CARD, tiny)

    gpt2 = dataclasses.replace(tiny.provenance, model="gpt2", name="GPT-2 small", verified=True)
    shown = cards.svg(CARD, dataclasses.replace(tiny, provenance=gpt2))
    assert "Not GPT-2" not in shown
    assert "nverified" not in shown
    other = dataclasses.replace(gpt2, verified=False)
    shown = cards.svg(CARD, dataclasses.replace(tiny, provenance=other))
    assert html.unescape("Unverified: not GPT-2&#x27;s numbers") in html.unescape(shown)
    assert "unverified, not GPT-2 small" in shown


def test_what_a_page_says_is_text_and_no_markup(tiny: Tables) -> None:
    card = Card("x.md", "x/", "</text><script>", 'a "quoted" & <b>bold</b> word')
    assert "<script>" not in cards.svg(card, tiny)
    cards.png(cards.svg(card, tiny))
    entry = {
        "path": card.path,
        "title": card.title,
        "description": card.description,
        "markdown": "x.md.txt",
        "image": "x.png",
        "alternative": "</head>",
    }
    head = "".join(site_finish.tags(entry, "A & B", "https://docs.example/"))
    found = {n.attributes.get("property"): n.attributes["content"] for n in parse(head).all("meta")}
    assert found["og:title"] == card.title
    assert found["og:description"] == card.description
    assert found["og:image:alt"] == "</head>"
    assert "</head>" not in head


# -- what the build makes again ----------------------------------------------------------------------------------------


def test_a_page_that_says_another_thing_of_itself_has_its_card_drawn_again_and_no_other(
    rebuildable: Project,
) -> None:
    page = rebuildable.root / "docs" / "tokens.md"
    folder = rebuildable.root / "docs" / "generated" / "cards"
    before = {path.name for path in folder.iterdir()}
    page.write_text(
        re.sub(r"(?m)^description: .*$", "description: Other words.", page.read_text("utf-8")), "utf-8"
    )
    done = succeeded(rebuildable.build())
    assert {line.split()[0] for line in done.stderr.splitlines()} == {"cards/tokens", "cards", "hosting"}
    after = {path.name for path in folder.iterdir()}
    assert {name.split(".")[0] for name in before ^ after} == {"tokens"}
    assert len(after) == len(before)


def test_the_site_lists_a_card_for_each_page_but_the_404_page(site: Path) -> None:
    listed = json.loads((site / LIST).read_bytes())
    pages = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    assert {card["path"].rstrip("/") or "." for card in listed["cards"]} == pages
    images = {card["image"] for card in listed["cards"]}
    assert len(images) == len(pages)
    assert images == {path.relative_to(site).as_posix() for path in (site / "generated" / "cards").iterdir()}


def test_each_head_leads_to_the_feed_and_to_the_page_s_markdown(site: Path) -> None:
    built = Site(site)
    assert len(built.articles) > 10
    for name, page in built.articles.items():
        found = {
            link.attributes["type"]: built.look_up(name, link.attributes["href"])
            for link in page.all("link")
            if "alternate" in link.attributes.get("rel", "").split()
        }
        assert found["application/atom+xml"] == ("feed.xml", "")
        markdown = found["text/markdown"]
        assert markdown
        heading = next(page.all("h1")).text().removesuffix("¶")
        assert f"# {heading}" in (site / markdown[0]).read_text("utf-8").replace("`", ""), name


# -- the heads ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    """The pages and the list of a built site, to change."""
    for path in [*site.rglob("*.html"), site / LIST]:
        to = tmp_path / "copy" / path.relative_to(site)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    return tmp_path / "copy"


def texts(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.html")}


def test_a_second_time_changes_nothing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(copy)
    stamps = {path: path.stat().st_mtime_ns for path in copy.rglob("*.html")}
    assert site_finish.main(copy) == 0
    assert texts(copy) == before
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*.html")} == stamps
    assert "0 pages changed" in capsys.readouterr().err


def test_new_words_replace_the_old_ones(copy: Path) -> None:
    text = (copy / LIST).read_text("utf-8")
    record = json.loads(text)
    for card in record["cards"]:
        card["title"] = "Another title"
    (copy / LIST).write_text(json.dumps(record), "utf-8")
    site_finish.main(copy)
    for name, page in texts(copy).items():
        assert page.count(b'"og:title"') == page.count(b'content="Another title"') == (name != "404.html"), (
            name
        )
    (copy / LIST).write_text(text, "utf-8")


@pytest.mark.parametrize(
    "link", ['<link href="ADDRESS" rel="canonical">', "<link rel=canonical href=ADDRESS>"]
)
def test_the_address_is_the_home_page_s_own_however_the_engine_writes_it(copy: Path, link: str) -> None:
    home = copy / "index.html"
    text = re.sub(
        r"<link [^>]*canonical[^>]*>",
        link.replace("ADDRESS", "https://docs.example/base/"),
        home.read_text("utf-8"),
    )
    home.write_text(text, "utf-8")
    site_finish.main(copy)
    found = (copy / "tokens" / "index.html").read_text("utf-8")
    assert 'property="og:image" content="https://docs.example/base/generated/cards/tokens.' in found
    assert 'property="og:url" content="https://docs.example/base/tokens/"' in found


def test_a_site_without_an_address_is_told_to_have_one(copy: Path) -> None:
    home = copy / "index.html"
    home.write_text(re.sub(r"<link [^>]*canonical[^>]*>", "", home.read_text("utf-8")), "utf-8")
    with pytest.raises(BuildError, match="SITE_URL"):
        site_finish.main(copy)


def test_no_site_and_a_card_without_its_page_are_said_in_words(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="build the site first"):
        site_finish.main(tmp_path / "nowhere")
    (copy / "tokens" / "index.html").unlink()
    with pytest.raises(BuildError, match="tokens/ has a card and no page"):
        site_finish.main(copy)


def test_no_mark_without_a_colour_is_left_in_code_and_no_character_goes_with_it(site: Path) -> None:
    code = 'import os\nfor word in ("<cat>", f"{x:.2f} & {y}"):  # a < b\n    print(word[0] - 1, not word)\n'
    marked = highlight(code, PythonLexer(), HtmlFormatter())
    kept = re.findall(r'class="(\w+)"', site_code.unmarked(marked))
    assert set(re.findall(r'class="(\w+)"', marked)) >= {*site_code.PLAIN, *kept}
    assert set(kept) == {"highlight", "k", "kn", "nn", "ow", "s2", "sa", "si", "c1", "nb", "mi"}
    assert parse(site_code.unmarked(marked)).text() == parse(marked).text()
    left = re.compile(rf'<span class="(?:{"|".join(site_code.PLAIN)})">')
    assert [path.name for path in site.rglob("*.html") if left.search(path.read_text("utf-8"))] == []
