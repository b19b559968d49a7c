"""The dashboard in a real browser: its numbers are Python's, its state is its address, and nothing that goes wrong is silent."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from scripts import geometry, programs
from scripts.tables import Tables
from tests.browser.conftest import OTHER_BASE, VIEWS, Reader
from tests.browser.test_programs_and_charts import tab_to
from tests.browser.test_reading import WIDER, violations

pytestmark = pytest.mark.needs_browser

Start = Callable[..., Reader]
TABS = ["stage", "neighbours", "arithmetic", "positions", "compare", "training"]
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
METRICS: list[geometry.Metric] = ["cosine", "dot", "euclidean"]

HARD_TEXTS = [
    "The fluffy cat sat on the mat",
    " cat cat Cat CAT",
    "I 💛 cats 🐈‍⬛",
    "אבג abc ‮reversed‬ ابجد",
    "a\u0000b\x07c\t\r\n\n  d\u00a0e",
    "<|endoftext|> is plain text here",
    "unmöglich! 不可能 e\u0301",
    "it's we'll 12345 ... ???",
    "  leading, trailing  ",
]


def where(**state: Any) -> str:
    """The address of a state of the dashboard."""
    return "dashboard/#" + urlencode(state)


def settled(page: Page) -> None:
    """Wait until nothing on the dashboard is on its way."""
    page.locator(".dash.is-alive").wait_for()
    page.wait_for_function("() => !document.querySelector('.dash .dash-view > .dash-quiet:only-child')")
    page.wait_for_timeout(300)
    page.wait_for_function("() => !document.querySelector('.dash [aria-busy]')")


@pytest.fixture
def dashboard(reader: Start) -> Start:
    """Opens the dashboard in a state: ``dashboard(view, text=…, tab=…)``."""

    def start(view: str = "light", options: dict[str, Any] | None = None, **state: Any) -> Reader:
        visit = reader(where(**state), view, **(options or {}))
        settled(visit.page)
        return visit

    return start


def panel(page: Page) -> Locator:
    return page.locator("[role=tabpanel]:visible")


def tokens(page: Page) -> list[int]:
    return [int(text) for text in page.locator(".dash-chip-id").all_inner_texts()]


def type_text(page: Page, text: str) -> None:
    """Into the text box, lone surrogates too, which Playwright's own typing cannot carry."""
    page.evaluate(
        """(json) => {
          const box = document.querySelector('.dash-text textarea');
          box.value = JSON.parse(json);
          box.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        json.dumps(text),
    )


def ranking(place: Locator) -> list[tuple[int, str]]:
    """IDs and scores of a ranking on the page."""
    ids = [int(text) for text in place.locator("li .dash-who > .dash-named .dash-id").all_inner_texts()]
    return list(zip(ids, place.locator("li .dash-score").all_inner_texts(), strict=True))


def scores(table: Tables, query: Any, metric: geometry.Metric, *, centred: bool = False) -> Any:
    wte = np.asarray(table.wte, np.float64)
    mean = wte.mean(axis=0) if centred else 0
    return geometry.scores(wte - mean, np.asarray(query, np.float64) - mean, metric)


def shown(score: float, metric: str) -> str:
    """A score as every ranking shows it, those made at the build and those made in the browser: in float32."""
    return f"{np.float32(abs(score) if metric == 'euclidean' else score):.6f}"


# -- tokens and strips -------------------------------------------------------------------------------------------------


def test_typing_shows_the_tokens_that_tiktoken_makes(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard()
    for text in [*HARD_TEXTS, "half a pair \ud83d, the other \udc1b, and nothing else"]:
        text = text.replace("\r", "")  # a text box has no such thing
        type_text(visit.page, text)
        wanted = tiny.encoding.encode_ordinary(text)[: tiny.n_ctx]
        visit.page.wait_for_function(f"document.querySelectorAll('.dash-chip').length === {len(wanted)}")
        assert tokens(visit.page) == wanted, text
        raw = [tiny.encoding.decode_single_token_bytes(i).hex(" ") for i in wanted]
        assert visit.page.locator(".dash-chip-bytes").all_inner_texts() == raw
        settled(visit.page)
        assert "\ufffd" not in visit.page.locator(".dash").inner_text()
    assert visit.complaints == []
    assert visit.elsewhere == []


def test_an_address_holds_what_a_text_box_cannot(dashboard: Start, tiny: Tables) -> None:
    for text in HARD_TEXTS:
        visit = dashboard(text=text)
        assert tokens(visit.page) == tiny.encoding.encode_ordinary(text)[: tiny.n_ctx]
        assert visit.complaints == []


def test_no_text_is_said_and_nothing_breaks(dashboard: Start) -> None:
    visit = dashboard()
    for tab in TABS:
        visit.page.locator(f"#dash-tab-{tab}").click()
        if tab in ("stage", "neighbours", "positions", "compare"):
            visit.page.locator(".dash-text textarea").fill("")
            expect(panel(visit.page)).to_contain_text("No text, no tokens")
        settled(visit.page)
    assert visit.complaints == []


def test_the_strips_are_the_table_s_numbers_and_add_up(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(text="dog bites man", token=1)
    page = visit.page
    row = tiny.wte[tiny.encoding.encode_ordinary("dog bites man")[1]]
    position = tiny.wpe[1]
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    for i in range(tiny.n_embd):
        wanted = [f"{x:.6f}" for x in (row[i], position[i], row[i] + position[i])]
        assert page.locator(".dash-readout .dash-number").all_inner_texts() == wanted
        spoken = slider.get_attribute("aria-valuetext") or ""
        assert spoken == f"dimension {i}: row {wanted[0]}, position {wanted[1]}, sum {wanted[2]}"
        page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuenow") == str(tiny.n_embd - 1)

    page.get_by_text(f"All {tiny.n_embd} numbers").click()
    lines = page.locator(".dash-numbers tbody tr")
    lines.nth(tiny.n_embd - 1).wait_for()  # the table is made after the click
    cells = lines.all_inner_texts()
    assert [line.split() for line in cells] == [
        [str(i), f"{row[i]:.6f}", f"{position[i]:.6f}", f"{row[i] + position[i]:.6f}"]
        for i in range(tiny.n_embd)
    ]


def test_a_cell_is_read_by_pointer(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(text=" cat")
    canvas = visit.page.locator(".dash-cells canvas").nth(2)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    columns, lines = canvas.evaluate("c => [c.width, c.height]")
    assert columns * lines == tiny.n_embd
    at = 2 * columns // 3
    visit.page.mouse.move(box["x"] + (at + 0.5) * box["width"] / columns, box["y"] + 3)
    expect(visit.page.locator(".dash-dimension")).to_have_text(f"dimension {at}")


def test_the_table_s_size_comes_from_the_data(dashboard: Start, tiny: Tables) -> None:
    facts = dashboard().page.locator(".dash-facts").first.inner_text()
    for number in (tiny.n_vocab, tiny.n_embd, tiny.n_ctx, tiny.wte.size):
        assert f"{number:,}" in facts


def test_a_text_longer_than_the_model_s_places_is_cut_with_a_word(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(text="")
    type_text(visit.page, "The cat sat. " * 40)
    note = visit.page.locator(".dash-cut")
    expect(note).to_contain_text(f"longer than {tiny.n_ctx} tokens")
    expect(visit.page.locator(".dash-chip")).to_have_count(tiny.n_ctx)
    type_text(visit.page, "short")
    note.wait_for(state="hidden")


LONGEST_TASK = """
() => new Promise((done) => {
  const box = document.querySelector('.dash-text textarea');
  const long = [];
  new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' });
  box.value = 'The cat sat on the mat, 12345 times. 🐈 '.repeat(2500).slice(0, 100000);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  setTimeout(() => {
    box.value += 'x';
    box.dispatchEvent(new Event('input', { bubbles: true }));
    setTimeout(() => done(Math.max(0, ...long)), 1500);
  }, 1500);
})
"""


def test_a_hundred_thousand_characters_do_not_freeze_the_page(dashboard: Start, tiny: Tables) -> None:
    """How long it takes is for the benchmark to say; with a word's time squared, it would be minutes."""
    visit = dashboard()
    chips = visit.page.locator(".dash-chip")
    assert visit.page.evaluate(LONGEST_TASK) < 10_000
    expect(chips).to_have_count(tiny.n_ctx)
    assert visit.complaints == []
    type_text(visit.page, "")
    expect(chips).to_have_count(0)
    type_text(visit.page, "a" * 100_000)  # one word of the tokenizer's pattern
    expect(chips).to_have_count(tiny.n_ctx)


# -- rankings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("centred", [False, True], ids=["raw", "centred"])
@pytest.mark.parametrize("of", ["token", "sum", "mean"])
def test_neighbours_are_python_s(
    of: str, metric: geometry.Metric, centred: bool, dashboard: Start, tiny: Tables
) -> None:
    text = "The happy king"
    ids = tiny.encoding.encode_ordinary(text)
    visit = dashboard(text=text, token=2, tab="neighbours", of=of, metric=metric, centred=int(centred))
    query = {
        "token": tiny.wte[ids[2]],
        "sum": tiny.wte[ids[2]] + tiny.wpe[2],
        "mean": np.mean(np.float64(tiny.wte[ids]), axis=0),
    }[of]
    score = scores(tiny, query, metric, centred=centred)
    if of == "token":
        score[ids[2]] = -np.inf
    order = np.lexsort((np.arange(len(score)), -score))[:20]
    found = ranking(panel(visit.page))
    assert [one for one, _ in found] == order.tolist()
    assert [text for _, text in found] == [shown(score[i], metric) for i in order]
    assert "Exact." in panel(visit.page).inner_text()


def test_near_copies_are_folded_on_request_and_kept_in_sight(dashboard: Start) -> None:
    visit = dashboard(text=" king", tab="neighbours")
    before = ranking(panel(visit.page))
    visit.page.get_by_label("fold near-copies").check()
    settled(visit.page)
    after = ranking(panel(visit.page))
    assert len(after) <= len(before) or after != before
    assert "king" not in [
        text.strip("·\n ").lower()
        for text in panel(visit.page).locator(".dash-who .dash-token").all_inner_texts()
    ]


def test_a_pasted_vector_finds_its_row(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(text=" cat", tab="neighbours", of="vector")
    cat = tiny.encoding.encode_ordinary(" cat")[0]
    box = visit.page.get_by_label(f"Paste {tiny.n_embd} numbers")
    box.fill("1, 2, 3")
    expect(panel(visit.page)).to_contain_text(f"3 numbers; a row has {tiny.n_embd}")
    box.fill("[" + ", ".join(f"{x:.8f}" for x in tiny.wte[cat]) + "]")
    settled(visit.page)
    assert ranking(panel(visit.page))[0] == (cat, "1.000000")


def test_arithmetic_shows_both_rankings_and_the_rank_of_what_was_expected(
    dashboard: Start, tiny: Tables
) -> None:
    king, man, woman, queen = (
        tiny.encoding.encode_single_token(word) for word in (" king", " man", " woman", " queen")
    )
    visit = dashboard(tab="arithmetic")
    query = np.float64(tiny.wte[king]) - tiny.wte[man] + tiny.wte[woman]
    for metric in METRICS:
        visit.page.get_by_label(
            {"dot": "dot product", "euclidean": "Euclidean"}.get(metric, metric), exact=True
        ).check(force=True)
        settled(visit.page)
        score = scores(tiny, query, metric)
        kept, removed = panel(visit.page).locator(".dash-two > section").all()
        for column, without in ((kept, ()), (removed, (king, man, woman))):
            wanted = score.copy()
            wanted[list(without)] = -np.inf
            order = np.lexsort((np.arange(len(score)), -wanted))[:10]
            assert ranking(column) == [(int(i), shown(score[i], metric)) for i in order]
            rank = geometry.rank(score, queen, without)
            assert re.search(
                rf"is number {rank:,} of {tiny.n_vocab:,}", column.inner_text().replace("\n", " ")
            )


def test_the_picker_offers_spellings_and_is_used_by_keyboard(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(tab="arithmetic")
    page = visit.page
    field = page.get_by_role("combobox", name="Token of term 1")
    field.fill("cat")
    options = page.get_by_role("option")
    options.first.wait_for()
    cat = tiny.encoding.encode_single_token(" cat")
    names = [option.get_attribute("aria-label") or "" for option in options.all()]
    assert f"“ cat”, ID {cat}" in names
    assert field.get_attribute("aria-expanded") == "true"
    for _ in range(names.index(f"“ cat”, ID {cat}") + 1):
        page.keyboard.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-expanded", "false")
    settled(page)
    assert (
        page.locator(".dash-formula").inner_text().startswith("cat")
        or "cat" in page.locator(".dash-formula").inner_text()
    )
    field.fill("zzzz")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert field.input_value().strip() == "cat", "what is no token is not kept"

    page.get_by_role("button", name="Add a term").click()
    expect(page.get_by_role("combobox", name=re.compile("Token of term"))).to_have_count(4)
    page.get_by_role("button", name="Remove term 4").click()
    expect(page.get_by_role("combobox", name=re.compile("Token of term"))).to_have_count(3)


def test_positions_slide(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(text=" cat", tab="positions")
    cat = tiny.encoding.encode_single_token(" cat")
    visit.page.get_by_label("Position p", exact=True).focus()
    for p in (1, 2):
        visit.page.keyboard.press("ArrowRight")
        settled(visit.page)
        total = np.asarray(tiny.wte[cat] + tiny.wpe[p], np.float64)
        row = np.asarray(tiny.wte[cat], np.float64)
        cosine = total @ row / np.linalg.norm(total) / np.linalg.norm(row)
        text = panel(visit.page).inner_text()
        assert f"{np.degrees(np.arccos(cosine)):.2f}°" in text
        assert f"{np.linalg.norm(total):.6f}" in text
        best = int(np.argmax(scores(tiny, total, "cosine")))
        assert ranking(panel(visit.page))[0][0] == best
    assert visit.page.locator(".dash-line polyline").count() == 1
    visit.page.wait_for_function("() => location.hash.includes('p=2')")


def test_the_same_token_in_two_texts(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(text="the dog bites the man", text2="the man bites the dog", tab="compare")
    lines = [line.split("\t") for line in visit.page.locator(".dash-table tbody tr").all_inner_texts()]
    first, second = (
        tiny.encoding.encode_ordinary(text) for text in ("the dog bites the man", "the man bites the dog")
    )
    for p, line in enumerate(lines):
        assert line[0] == str(p)
        assert line[3] == ("yes" if first[p] == second[p] else "no")
        apart = np.linalg.norm(
            np.float64(tiny.wte[first[p]] + tiny.wpe[p]) - np.float64(tiny.wte[second[p]] + tiny.wpe[p])
        )
        assert line[4] == f"{apart:.6f}"
    text = panel(visit.page).inner_text()
    assert "Mean of the rows, first text against second: cosine 1.000000" in text
    assert "one and the same in both texts" in text


def test_training_plays_and_pauses(dashboard: Start) -> None:
    visit = dashboard(tab="training", step=0)
    said = visit.page.locator(".dash-said")
    assert said.inner_text().startswith("Step 0 of")
    before = visit.page.locator(".words-map g").first.get_attribute("style")
    visit.page.get_by_role("button", name="Play the training").click()
    visit.page.wait_for_function(
        "() => !document.querySelector('.dash-said').textContent.startsWith('Step 0 ')"
    )
    visit.page.get_by_role("button", name="Pause").click()
    paused = said.inner_text()
    visit.page.wait_for_timeout(1700)
    assert said.inner_text() == paused
    assert visit.page.locator(".words-map g").first.get_attribute("style") != before


# -- the address -------------------------------------------------------------------------------------------------------


def test_a_state_is_an_address_and_back_leads_back(dashboard: Start) -> None:
    visit = dashboard()
    page = visit.page
    page.get_by_role("button", name="dog bites man").click()
    page.locator(".dash-chip").nth(1).click()
    page.locator("#dash-tab-neighbours").click()
    page.get_by_label("Euclidean").check(force=True)
    settled(page)
    seen, address = panel(page).inner_text(), page.evaluate("location.href")

    again = dashboard()
    again.page.goto(address.replace(visit.host, again.host))
    again.page.reload()
    settled(again.page)
    assert panel(again.page).inner_text() == seen

    page.go_back()
    expect(page.get_by_label("cosine", exact=True)).to_be_checked()
    page.go_back()
    expect(page.locator("#dash-tab-stage")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.locator(".dash-chip").nth(0)).to_have_attribute("aria-checked", "true")
    page.go_back()
    expect(page.locator(".dash-text textarea")).to_have_value("The fluffy cat sat on the mat")
    for _ in range(4):
        page.go_forward()
    page.wait_for_function("(address) => location.href === address", arg=address)
    settled(page)
    assert panel(page).inner_text() == seen


@pytest.mark.parametrize(
    "hostile",
    [
        "text=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&tab=stage",
        "tab=__proto__&metric=constructor&token=-5&p=1e99&step=NaN&expected=-1&terms=1*99999999",
        "text=%ED%A0%80%FF%00%3Cscript%3E&token=99999999999&centred=maybe&of=nobody&vector=%%%",
        "text=a&text=b&tab=neighbours&tab=stage&unknown=%3Cb%3E",
        "terms=" + "1*5," * 5000 + "&tab=arithmetic",
        "%",
        "text2=%3Csvg/onload%3Dalert(1)%3E&tab=compare",
    ],
)
def test_a_hostile_address_is_text_at_most(hostile: str, reader: Start) -> None:
    visit = reader(f"dashboard/#{hostile}")
    visit.page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    settled(visit.page)
    assert visit.page.locator(".dash img, .dash script, .dash b, .dash svg[onload]").count() == 0
    assert visit.page.locator("[role=tab][aria-selected=true]").count() == 1
    assert visit.complaints == []


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["missing", "changed", "cut off"])
def test_a_bad_file_spoils_its_view_alone_and_trying_again_mends_it(how: str, reader: Start) -> None:
    visit = reader("no/such/page")
    broken = True

    def answer(route: Route) -> None:
        if not broken:
            route.continue_()
        elif how == "missing":
            route.fulfill(status=404, body="gone")
        elif how == "changed":
            route.fulfill(status=200, body=b"\0" * 5000)
        else:
            route.abort("connectionreset")

    visit.page.route("**/generated/dashboard/neighbours/**", answer)
    visit.open(where(tab="neighbours", text=" cat"))
    visit.page.locator(".dash-problem").wait_for()
    said = visit.page.locator(".dash-problem").inner_text()
    assert "neighbours/" in said
    assert "Everything else on this page goes on working" in said
    visit.page.locator("#dash-tab-stage").click()
    visit.page.locator(".dash-readout").wait_for()
    visit.page.locator("#dash-tab-arithmetic").click()
    settled(visit.page)
    expect(visit.page.locator(".dash-two li")).to_have_count(20)

    visit.page.locator("#dash-tab-neighbours").click()
    settled(visit.page)  # coming back tries again, too
    visit.page.locator(".dash-problem").wait_for()
    broken = False
    visit.page.get_by_role("button", name="Try again").click()
    visit.page.locator(".dash-ranking:visible li").first.wait_for()
    expect(visit.page.locator(".dash-problem:visible")).to_have_count(0)


def test_a_search_that_cannot_start_says_so_and_can_try_again(reader: Start) -> None:
    visit = reader("no/such/page")
    broken = True
    visit.page.route("**/search.worker.js", lambda r: r.fulfill(status=404) if broken else r.continue_())
    visit.open(where(tab="neighbours", of="sum"))
    visit.page.locator(".dash-problem").wait_for()
    assert "the search worker could not start" in visit.page.locator(".dash-problem").inner_text()
    visit.page.locator("#dash-tab-arithmetic").click()  # asks a worker that is gone
    visit.page.locator(".dash-problem:visible").wait_for()
    broken = False
    visit.page.get_by_role("button", name="Try again").click()
    visit.page.locator(".dash-two li:visible").first.wait_for()


def test_a_page_without_its_program_says_so(reader: Start) -> None:
    visit = reader("no/such/page")
    visit.page.route("**/dashboard/tokenizer.js", lambda r: r.fulfill(status=404))
    visit.open("dashboard/")
    expect(visit.page.locator(".dash")).to_contain_text("load it again")


def test_without_its_manifest_it_says_so_and_can_try_again(reader: Start) -> None:
    visit = reader("no/such/page")
    broken = True
    visit.page.route(
        "**/generated/dashboard/manifest.json", lambda r: r.fulfill(status=404) if broken else r.continue_()
    )
    visit.open("dashboard/")
    visit.page.locator(".dash-problem").wait_for()
    assert "manifest.json" in visit.page.locator(".dash-problem").inner_text()
    broken = False
    visit.page.get_by_role("button", name="Try again").click()
    settled(visit.page)
    assert visit.page.locator(".dash-chip").count() > 0


# -- for everybody -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_for_everybody(tab: str, view: str, dashboard: Start) -> None:
    visit = dashboard(view, tab=tab, text="The fluffy cat sat on the mat " * 3)
    faults = {
        "accessibility": violations(visit),
        "wider than the screen": visit.page.evaluate(WIDER),
        "complaints": visit.complaints,
        "asked elsewhere": visit.elsewhere,
    }
    assert {what: found for what, found in faults.items() if found} == {}


def test_all_of_it_by_keyboard(dashboard: Start) -> None:
    visit = dashboard()
    page = visit.page
    tab_to(page, page.locator("#dash-tab-stage"))
    tab_to(page, page.locator(".dash-text textarea"), most=2)
    page.keyboard.press("Control+a")
    page.keyboard.type("man bites dog")
    tab_to(page, page.locator(".dash-chip[aria-checked=true]"), most=12)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    settled(page)
    expect(page.locator(".dash-chip").nth(1)).to_have_attribute("aria-checked", "true")
    expect(page.locator(".dash-chip").nth(1)).to_be_focused()
    tab_to(page, page.get_by_role("slider"), most=6)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".dash-dimension")).to_have_text("dimension 1")

    wanted = {
        "neighbours": [
            "input[type=radio]:checked",
            "input[type=checkbox]",
            ".dash-slot .dash-actions button",
        ],
        "arithmetic": [
            ".dash-chip-button",
            ".dash-plus",
            ".dash-weight",
            "[role=combobox]",
            ".dash-remove",
            ".dash-actions button",
        ],
        "positions": ["input[type=range]", ".dash-weight", "[role=slider]", "summary"],
        "compare": [".dash-view textarea", ".dash-scroll", "[aria-pressed=true]", "[role=slider]"],
        "training": ["input[type=range]", ".dash-play"],
    }
    page.locator("#dash-tab-stage").focus()
    for tab in TABS[1:]:
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#dash-tab-{tab}")).to_be_focused()
        settled(page)
        if tab == "compare":
            tab_to(page, panel(page).locator(".dash-view textarea"), most=40)
            page.keyboard.press("Control+a")
            page.keyboard.type("dog bites man")
            settled(page)
            page.locator(f"#dash-tab-{tab}").focus()
        for selector in wanted[tab]:
            tab_to(page, panel(page).locator(selector).first, most=40)
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
        page.locator(f"#dash-tab-{tab}").focus()
    page.keyboard.press("Home")
    expect(page.locator("#dash-tab-stage")).to_have_attribute("aria-selected", "true")


def test_it_says_which_tables_and_how_many_bytes(dashboard: Start, site: Path) -> None:
    label = json.loads((site / "generated/provenance.json").read_text("utf-8"))["label"]
    for tab in TABS:
        visit = dashboard(tab=tab)
        said = panel(visit.page).locator(".dash-label").inner_text()
        assert label in said if tab != "training" else "TinyGPT" in said
        assert re.search(
            r"Loaded so far: [\d.]+ [kM]B in \d+ files", visit.page.locator(".dash-loaded").inner_text()
        )


def test_it_works_under_another_base_path(reader: Start) -> None:
    visit = reader("dashboard/", base=OTHER_BASE)
    settled(visit.page)
    for tab in TABS:
        visit.page.locator(f"#dash-tab-{tab}").click()
        settled(visit.page)
    assert visit.page.locator(".dash-problem").count() == 0
    assert visit.elsewhere == []
    assert visit.complaints == []


def test_without_javascript_it_says_what_it_needs(reader: Start) -> None:
    page = reader("dashboard/", java_script_enabled=False).page
    assert "needs JavaScript" in page.locator("article").inner_text()
    assert page.locator("article a[href*='lookup']").count() > 0


# -- to take away ------------------------------------------------------------------------------------------------------


def copied(visit: Reader, label: str, at: int = 0) -> str:
    button = panel(visit.page).get_by_role("button", name=label).nth(at)
    button.click()
    visit.page.get_by_role("button", name="Copied").wait_for()
    text: str = visit.page.evaluate("navigator.clipboard.readText()")
    return text


@pytest.mark.parametrize(
    "state",
    [
        {"tab": "stage", "text": "The fluffy cat", "token": 2},
        {"tab": "neighbours", "text": "The fluffy cat", "token": 2},
        {"tab": "neighbours", "text": "The fluffy cat", "token": 2, "metric": "dot", "centred": 1},
        {"tab": "neighbours", "text": "The fluffy cat", "token": 2, "of": "sum", "metric": "euclidean"},
        {"tab": "neighbours", "text": "The fluffy cat", "of": "mean"},
        {"tab": "arithmetic"},
        {"tab": "arithmetic", "metric": "dot", "centred": 1},
        {"tab": "positions", "text": " cat", "p": 5},
        {"tab": "compare", "text": "the dog bites the man", "text2": "the man bites the dog"},
    ],
    ids=lambda state: "-".join(str(state[key]) for key in ("tab", "of", "metric") if key in state),
)
def test_copied_python_prints_the_digits_on_the_page(
    state: dict[str, Any], dashboard: Start, tiny: Tables, tmp_path: Path
) -> None:
    visit = dashboard(options=CLIPBOARD, **state)
    file = tmp_path / "copied.py"
    file.write_text(copied(visit, "Copy as Python"), "utf-8")
    printed = programs.run(programs.Program(file), tiny)
    here = panel(visit.page)
    numbers = [text for _, text in ranking(here)] if state["tab"] in ("neighbours", "arithmetic") else []
    if state["tab"] == "stage":
        numbers = here.locator(".dash-readout .dash-number").all_inner_texts()
    if state["tab"] == "positions":
        numbers = [text.rstrip("°") for text in here.locator(".dash-facts strong").all_inner_texts()]
    if state["tab"] == "compare":
        numbers = here.locator(".dash-apart").all_inner_texts()
    assert numbers
    missing = [number for number in numbers if number not in printed]
    assert not missing, f"{missing} not in\n{printed}"


def test_csv_has_every_number(dashboard: Start, tiny: Tables) -> None:
    visit = dashboard(options={**CLIPBOARD, "accept_downloads": True}, text=" cat")
    lines = list(csv.reader(io.StringIO(copied(visit, "Copy as CSV"))))
    assert len(lines) == tiny.n_embd + 1
    cat = tiny.encoding.encode_single_token(" cat")
    got = np.array([line[1:] for line in lines[1:]], np.float32)
    np.testing.assert_array_equal(
        got, np.stack([tiny.wte[cat], tiny.wpe[0], tiny.wte[cat] + tiny.wpe[0]], axis=1)
    )
    with visit.page.expect_download() as download:
        panel(visit.page).get_by_role("button", name="Download CSV").click()
    assert Path(download.value.path()).read_bytes().decode() == visit.page.evaluate(
        "navigator.clipboard.readText()"
    )


def test_a_link_to_the_state_is_copied(dashboard: Start) -> None:
    visit = dashboard(options=CLIPBOARD, text="dog", tab="compare")
    visit.page.get_by_role("button", name="Copy a link to this state").click()
    visit.page.get_by_role("button", name="Copied").wait_for()
    # not page.url: that of the browser reaches Playwright a little later
    assert visit.page.evaluate("navigator.clipboard.readText()") == visit.page.evaluate("location.href")
