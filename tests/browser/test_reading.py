"""Every page in a real browser: nobody else is asked, nothing complains, nothing jumps, all can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from scripts.paths import DOCS
from scripts.site_code import PLAIN
from tests.browser.conftest import BASE, OTHER_BASE, VIEWS, Reader

pytestmark = pytest.mark.needs_browser

Start = Callable[..., Reader]
SOURCES = sorted(path.relative_to(DOCS) for path in DOCS.rglob("*.md"))
PAGES = [f"{path.with_suffix('').as_posix()}/".removesuffix("index/") for path in SOURCES]
each = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.rstrip("/") or "home")

MOST_SHIFT = 0.02

WIDER = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("article *")]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && !e.closest("pre, .chart-table, .md-typeset__scrollwrap"))
    .slice(0, 5).map((e) => `${e.tagName}.${e.className} ends at ${e.getBoundingClientRect().right}`)
    .concat(`the page is ${document.documentElement.scrollWidth} wide on a screen of ${width}`);
}
"""

PICTURES = """
() => [...document.querySelectorAll("figure.chart:not(.is-live)")]
  .map((f) => [f.id, [...f.querySelectorAll("img")].filter((i) => i.checkVisibility()).map((i) => i.getAttribute("src"))])
"""

#: A live chart is as wide as the page, as high as the picture it replaced, and has the picture's name.
LIVE = """
(size) => [...document.querySelectorAll("figure.chart")].flatMap((figure) => {
  const drawing = figure.querySelector(".chart-live svg"), box = drawing.getBoundingClientRect();
  const picture = figure.querySelector(`img.chart-${size}`), found = [];
  if (Math.abs(box.width - figure.clientWidth) > 1) found.push(`${figure.id} is ${box.width} wide of ${figure.clientWidth}`);
  if (Math.abs(box.height - picture.getAttribute("height")) > 1)
    found.push(`${figure.id} is ${box.height} high, its picture ${picture.getAttribute("height")}`);
  if (drawing.getAttribute("aria-label") !== picture.alt) found.push(`${figure.id} has no name`);
  if (picture.checkVisibility()) found.push(`${figure.id} still shows its picture`);
  return found;
})
"""

BROKEN = """
() => [...document.images].filter((i) => i.checkVisibility() && i.complete && !i.naturalWidth).map((i) => i.src)
"""


#: Of the first four that the search has found, one leads there.  It searches again after every key.
FOUND = """
(address) => [...document.querySelectorAll(".md-search-result__link")].slice(0, 4)
  .some((link) => link.href.replace(/\\?h=[^#]*/, "").startsWith(address))
"""

#: Of a mark of each class in a code: its colour, and whatever else of its style differs from a bare one's.
MARKED = """
(code, names) => names.map((name) => {
  const [mark, bare] = [name, ""].map((of) => Object.assign(document.createElement("span"), { className: of, textContent: "x" }));
  code.append(mark, bare);
  const [marked, plain] = [mark, bare].map((e) => getComputedStyle(e));
  const other = [...marked].filter((p) => marked.getPropertyValue(p) !== plain.getPropertyValue(p));
  return [name, marked.color, other.join(" ")];
})
"""


#: Axe looks at each element for seconds together; of what repeats, one of a kind is enough.
ONE_OF_A_KIND = """
() => {
  document.querySelectorAll(".chart-live svg > *").forEach((part) => part.remove()); // one picture, role img
  const seen = new Set();
  for (const token of document.querySelectorAll(".highlight code span[class]")) {
    if (seen.has(token.className)) token.replaceWith(token.textContent);
    else seen.add(token.className);
  }
}
"""
COLOURS = ["color-contrast", "link-in-text-block"]
RULES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"runOnly": COLOURS},  # the page is the same but for its colours,
    "phone": {
        "rules": {rule: {"enabled": False} for rule in COLOURS}
    },  # and here the same but for its layout
}


def violations(reader: Reader, view: str = "light") -> list[str]:
    """What axe-core finds, a line each."""
    reader.page.evaluate(ONE_OF_A_KIND)
    # axe does not judge text over a gradient: the shadows at the edges of code go, the ground that they lie on stays
    reader.page.add_style_tag(content=".md-typeset pre > code { background-image: none !important }")
    options = {"resultTypes": ["violations"], **RULES[view]}
    found: list[dict[str, Any]] = Axe().run(reader.page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:150]} — {' '.join(node['failureSummary'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("view", VIEWS)
@each
def test_reads_well(path: str, view: str, reader: Start) -> None:
    """One visit from top to end, and everything that it shows to be wrong.  The phone finds the site on another base path."""
    visit = reader(path, view, base=OTHER_BASE if view == "phone" else BASE)
    size = "phone" if view == "phone" else "wide"
    scheme = "dark" if view == "dark" else "light"
    before = visit.page.evaluate(PICTURES)
    visit.read()
    shifts = visit.page.evaluate("window.shifts")
    moved = sum(value for value, *_ in shifts)
    charts = visit.page.locator("figure.chart").count()
    faults = {
        "asked elsewhere": visit.elsewhere,
        "complaints": visit.complaints,
        f"charts without their one {scheme} {size} picture": [
            who for who, seen in before if [f"-{scheme}-{size}.svg" in src for src in seen] != [True]
        ],
        "Vega asked for": [n for n in [visit.times_asked("/vega.js")] if n != bool(charts)],
        "live charts": visit.page.evaluate(LIVE, size),
        "wider than the screen": visit.page.evaluate(WIDER),
        "broken pictures": visit.page.evaluate(BROKEN),
        f"layout shift {moved:.3f} > {MOST_SHIFT}": shifts if moved > MOST_SHIFT else [],
        "accessibility": violations(visit, view),
    }
    assert {what: found for what, found in faults.items() if found} == {}


@each
def test_all_of_it_is_there_without_javascript(path: str, reader: Start) -> None:
    visit = reader(path, "phone", java_script_enabled=False)
    page = visit.page
    for figure in page.locator("figure.chart").all():
        pictures = [image for image in figure.locator("img").all() if image.is_visible()]
        assert len(pictures) == 1
        assert "-light-phone.svg" in (pictures[0].get_attribute("src") or "")
        pictures[0].scroll_into_view_if_needed()
        box = pictures[0].bounding_box()
        assert box
        assert box["width"] > 250
        assert box["height"] > 100
        assert figure.locator("figcaption p").first.is_visible()
    for program in page.locator(".program").all():
        assert program.locator(".output").is_visible()
        assert program.locator(".program-file").is_visible()
        assert not program.locator(".program-copy").is_visible(), "a button that cannot work is not shown"
        for folded in program.locator("details").all():
            assert not folded.locator("code").last.is_visible()
            folded.locator("summary").click()
            assert folded.locator("code").last.is_visible()
    assert visit.times_asked(".js") == 0
    assert visit.elsewhere == []


def test_the_404_page_is_the_site_s_and_leads_home(reader: Start, site: Path) -> None:
    visit = reader("no/such/page")
    assert "404" in visit.page.locator("article, .md-content, h1").first.inner_text()
    assert visit.page.locator(".md-header").evaluate("e => getComputedStyle(e).position") in (
        "sticky",
        "fixed",
    )
    assert visit.elsewhere == []
    assert [said for said in visit.complaints if "404" not in said] == []
    assert violations(visit) == []
    home = visit.page.get_by_role("link", name="begin at the home page")
    assert home.evaluate("a => a.href") == f"{visit.host}{BASE}"
    visit.page.locator("a.md-logo").first.click()
    visit.page.wait_for_url(f"{visit.host}{visit.base}")


def test_search_finds_a_page_and_asks_nobody(reader: Start) -> None:
    visit = reader("")
    visit.page.locator("input.md-search__input").click()
    visit.page.keyboard.type("lookup")
    visit.page.locator(".md-search-result__link").first.wait_for()
    assert visit.elsewhere == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("cosine", "glossary/#cosine"),
        ("wte", "glossary/#wte"),
        ("n_embd", "glossary/#n_embd"),
        ("5842", "tokens/#what-id-5842-really-is"),
        (" kitten", "tokens/"),
        ("solve_king_queen", "analogies/"),
    ],
)
def test_search_finds_terms_tokens_ids_and_programs(typed: str, leads_to: str, reader: Start) -> None:
    visit = reader("build/")
    visit.page.locator("input.md-search__input").click()
    visit.page.keyboard.type(typed)
    visit.page.wait_for_function(FOUND, arg=f"{visit.host}{visit.base}{leads_to}")


def test_on_paper_charts_are_pictures_and_links_have_their_addresses(reader: Start) -> None:
    visit = reader("meaning/", "dark")
    visit.read()
    visit.page.emulate_media(media="print")
    for figure in visit.page.locator("figure.chart").all():
        assert not figure.locator(".chart-live").is_visible()
        seen = [
            image.get_attribute("src") or "" for image in figure.locator("img").all() if image.is_visible()
        ]
        assert [name.partition("-")[2] for name in seen] == ["light-wide.svg#only-light"]
        assert not figure.locator("details").is_visible()
        assert "· ·" not in " ".join(figure.locator("figcaption").inner_text().split())
    for gone in (".md-header", ".md-footer", ".program-run", ".claim-cite", ".headerlink"):
        assert not visit.page.locator(gone).first.is_visible(), gone
    programs = visit.page.locator(".program details:not(.program-run)")
    assert programs.count()
    for program in programs.all():
        assert program.locator("code").last.is_visible(), "a folded line is not on paper"
    paper = visit.page.locator(".md-typeset p > a").first.evaluate("e => getComputedStyle(e).color")
    visit.page.emulate_media(media="print", color_scheme="light")
    visit.open("meaning/")
    assert visit.page.locator(".md-typeset p > a").first.evaluate("e => getComputedStyle(e).color") == paper
    visit.open("programs/")
    visit.page.emulate_media(media="print")
    said = visit.page.locator("article p > a[href^=https]").first.evaluate(
        "e => getComputedStyle(e, '::after').content"
    )
    assert "https://docs.astral.sh/uv/" in said


@pytest.mark.parametrize("view", ["light", "dark"])
def test_marks_that_are_left_out_of_code_would_look_like_the_rest_of_it(view: str, reader: Start) -> None:
    visit = reader("analogies/", view)
    code = visit.page.locator(".program > .highlight code").first
    told = code.evaluate(MARKED, [*PLAIN, "k", "ow", "s2"])
    colours = {name: colour for name, colour, _ in told}
    assert {name: other for name, _, other in told if name in PLAIN and other} == {}, "more than a colour"
    assert {colours[name] for name in PLAIN} == {code.evaluate("e => getComputedStyle(e).color")}
    assert colours["k"] == colours["ow"] != colours["s2"]
    assert colours["n"] not in (colours["k"], colours["s2"])


def test_folded_code_is_there_when_it_is_unfolded(reader: Start) -> None:
    visit = reader("analogies/", "phone")
    folded = visit.page.locator(".program details.abstract").first
    code = folded.locator("pre > code").first
    assert not code.is_visible()
    folded.locator("summary").click()
    assert code.is_visible()
    visit.page.wait_for_function(
        "e => e.scrollWidth > e.clientWidth && e.tabIndex === 0", arg=code.element_handle()
    )


@pytest.mark.parametrize("view", ["light", "phone"])
def test_an_address_leads_to_its_place_though_what_is_above_was_not_laid_out(
    view: str, reader: Start
) -> None:
    visit = reader("claims/", view)
    assert (
        visit.page.locator(".claim").nth(40).evaluate("e => getComputedStyle(e).contentVisibility") == "auto"
    )
    visit.open("glossary/")
    visit.open("claims/#claims-learning")
    visit.page.wait_for_timeout(500)  # for what is near the window to be laid out
    top = visit.page.locator("#claims-learning").evaluate("e => e.getBoundingClientRect().top")
    assert 40 < top < 100, "below the header"


def test_the_other_base_path_has_a_space_in_it() -> None:
    assert " " in unquote(OTHER_BASE), "the hardest path that a host allows"
