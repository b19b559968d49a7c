"""What a reader can do with a program and with a chart."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from scripts import charts, programs
from tests.browser.conftest import BASE, Reader

pytestmark = pytest.mark.needs_browser

Start = Callable[..., Reader]
WITH_PROGRAMS = sorted({program.page for program in programs.programs()})
WITH_CHARTS = sorted({charts.module(name).PAGE for name in charts.names()})


def path_of(stem: str) -> str:
    return "" if stem == "index" else f"{stem}/"


def tab_to(page: Page, target: Locator, most: int = 150) -> None:
    """Press Tab until ``target`` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            return
    pytest.fail(f"{most} tabs do not lead to {target}")


# -- programs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", WITH_PROGRAMS)
def test_copy_and_download_give_the_whole_file_byte_for_byte(stem: str, reader: Start, site: Path) -> None:
    visit = reader(path_of(stem), accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
    entries = {e["name"]: e for e in json.loads((site / "generated/programs.json").read_text())["programs"]}
    blocks = visit.page.locator(".program").all()
    assert len(blocks) == sum(entry["page"] == path_of(stem) for entry in entries.values())
    for block in blocks:
        name = (block.locator(".program-file").get_attribute("title") or "").removesuffix(".py")
        file = (site / entries[name]["file"]).read_bytes()

        block.get_by_role("button", name="Copy", exact=True).click()
        block.locator(".program-copy", has_text="Copied").wait_for()
        assert visit.page.evaluate("navigator.clipboard.readText()").encode() == file

        with visit.page.expect_download() as download:
            block.locator(".program-file").click()
        assert download.value.suggested_filename == name.partition("/")[2] + ".py"
        assert Path(download.value.path()).read_bytes() == file
    assert visit.complaints == []


def test_a_program_is_used_by_keyboard_alone(reader: Start, site: Path) -> None:
    visit = reader(path_of(WITH_PROGRAMS[0]), permissions=["clipboard-read", "clipboard-write"])
    block = visit.page.locator(".program").first
    copy, folded = block.locator(".program-copy"), block.locator("details").first
    tab_to(visit.page, copy)
    visit.page.keyboard.press("Space")
    block.locator(".program-copy", has_text="Copied").wait_for()
    assert visit.page.evaluate("navigator.clipboard.readText()").startswith("# /// script\n")
    assert visit.page.get_by_role("status").filter(has_text="Copied").count() == 1, "a screen reader is told"
    tab_to(visit.page, folded.locator("summary"), most=5)
    assert folded.get_attribute("open") is None
    visit.page.keyboard.press("Enter")
    assert folded.get_attribute("open") is not None
    assert folded.locator("code").last.is_visible()


def test_a_copy_that_cannot_be_had_is_said(reader: Start) -> None:
    visit = reader(path_of(WITH_PROGRAMS[0]), permissions=["clipboard-read", "clipboard-write"])
    visit.page.route("**/*.py", lambda route: route.fulfill(status=404, body="gone"))
    button = visit.page.locator(".program-copy").first
    button.click()
    visit.page.locator(".program-copy", has_text="Could not copy").wait_for()


# -- charts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", WITH_CHARTS)
def test_vega_is_asked_for_when_a_chart_comes_into_view_and_once(stem: str, reader: Start) -> None:
    visit = reader(path_of(stem), viewport={"width": 1280, "height": 240})
    figure = visit.page.locator("figure.chart").first
    visit.page.wait_for_load_state("networkidle")
    top = figure.evaluate("e => e.getBoundingClientRect().top")
    assert top > 240 + 100, "text stands before the first chart"
    assert visit.times_asked("/vega.js") == 0
    if not visit.page.locator(".learning").count():  # a map of its own, with a slider, from its chart's data
        assert visit.times_asked(".json") == visit.times_asked("/search_index.json")

    figure.scroll_into_view_if_needed()
    figure.locator(".chart-live svg").wait_for()
    assert visit.times_asked("/vega.js") == 1
    assert visit.complaints == []


def test_a_page_without_a_chart_asks_for_no_vega(reader: Start, host: str) -> None:
    visit = reader("no/such/page")
    visit.page.wait_for_load_state("networkidle")
    assert visit.times_asked("/vega.js") == 0


@pytest.mark.parametrize("stem", WITH_CHARTS[:2])
def test_a_live_chart_replaces_its_picture_and_follows_the_scheme(stem: str, reader: Start) -> None:
    visit = reader(path_of(stem))
    visit.read()
    inks = {}
    for scheme in ("light", "dark"):
        for figure in visit.page.locator("figure.chart").all():
            assert not [image for image in figure.locator("img").all() if image.is_visible()]
            expect(figure.locator(".chart-live svg")).to_have_count(1)  # while it is drawn anew there is none
        ink = "() => document.querySelector('.chart-live svg text').getAttribute('fill')"
        inks[scheme] = visit.page.evaluate(ink)
        if scheme == "light":
            visit.page.locator("form[data-md-component=palette] label:visible").click()
            visit.page.wait_for_function(f"({ink})() !== {json.dumps(inks['light'])}")
            visit.read()
    theme = charts.theme
    assert inks == {mode: theme.config(mode)["axis"]["labelColor"] for mode in ("light", "dark")}
    assert visit.times_asked("/vega.js") == 1
    assert visit.complaints == []


@pytest.mark.parametrize("stem", WITH_CHARTS)
def test_the_data_of_a_chart_are_a_table_by_keyboard(stem: str, reader: Start, site: Path) -> None:
    visit = reader(path_of(stem))
    for figure in visit.page.locator("figure.chart").all():
        name = (figure.get_attribute("id") or "").removeprefix("chart-")
        link, summary = figure.locator(".chart-data"), figure.locator("details summary")
        link.focus()
        tab_to(visit.page, summary, most=5)
        visit.page.keyboard.press("Enter")
        figure.locator("table").wait_for()
        rows = list(csv.reader(io.StringIO((site / f"generated/charts/{name}.csv").read_text("utf-8"))))
        cells = figure.locator("table").evaluate(
            "t => [...t.rows].map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
        assert cells == rows[: len(cells)]
        assert len(cells) == min(len(rows), 501)
        assert str(len(rows) - 1) in figure.locator("caption").inner_text()
    assert visit.complaints == []


def test_a_chart_is_saved_as_a_png_by_keyboard(reader: Start) -> None:
    visit = reader(path_of(WITH_CHARTS[0]), accept_downloads=True)
    figure = visit.page.locator("figure.chart").first
    button = figure.get_by_role("button", name="PNG")
    button.focus()
    with visit.page.expect_download() as download:
        visit.page.keyboard.press("Enter")
    name = (figure.get_attribute("id") or "").removeprefix("chart-")
    assert download.value.suggested_filename == f"{name}.png"
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(data[16:20]) > figure.locator(".chart-live svg").evaluate("e => e.clientWidth")
    assert visit.complaints == []


def test_a_png_that_cannot_be_drawn_is_said(reader: Start) -> None:
    visit = reader("no/such/page")
    visit.page.route("**/generated/vega.js", lambda route: route.abort())
    visit.open(path_of(WITH_CHARTS[0]))
    button = visit.page.locator("figure.chart .chart-png").first
    button.click()
    visit.page.get_by_role("alert").filter(has_text="could not be drawn").wait_for()


def test_a_chart_whose_data_are_gone_keeps_its_picture(reader: Start) -> None:
    visit = reader("no/such/page")
    visit.page.route("**/generated/charts/*.json", lambda route: route.fulfill(status=404, body="gone"))
    visit.open(path_of(WITH_CHARTS[0]))
    figure = visit.page.locator("figure.chart").first
    figure.scroll_into_view_if_needed()
    visit.page.wait_for_load_state("networkidle")
    assert [image for image in figure.locator("img").all() if image.is_visible()]
    assert not figure.locator(".chart-live").count()
    assert BASE in visit.page.url
