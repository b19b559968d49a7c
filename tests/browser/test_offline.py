"""The site in Chromium with the network off: what was read, and the home page; with it on, never anything old."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import OTHER_BASE, Handler, Reader

pytestmark = pytest.mark.needs_browser

Start = Callable[..., Reader]

#: The worker is in charge, and has kept what the page named, and the page ``path``.
KEPT = """
async (path) => {
  if (!navigator.serviceWorker.controller) return false;
  return Boolean(await caches.match(new URL(path, document.baseURI)));
}
"""


def wait_until_kept(visit: Reader, path: str) -> None:
    address = f"{visit.host}{visit.base}{path}"
    visit.page.wait_for_function("() => navigator.serviceWorker.controller")
    for _ in range(100):
        if visit.page.evaluate(KEPT, address):
            return
        visit.page.wait_for_timeout(100)
    pytest.fail(f"{address} is not kept")


def test_what_was_read_and_the_home_page_are_there_without_a_network(reader: Start) -> None:
    visit = reader("lookup/", base=OTHER_BASE, service_workers="allow")
    visit.read()
    charts = visit.page.locator("figure.chart").evaluate_all(
        "all => all.map((f) => f.id.replace('chart-', ''))"
    )
    assert charts
    drawn_from = [f"generated/charts/{name}.json" for name in (*charts, "theme")]
    for path in ("", "lookup/", "assets/site.css", "generated/vega.js", *drawn_from):
        wait_until_kept(visit, path)
    visit.open("tokens/?state=1")
    wait_until_kept(visit, "tokens/")
    visit.page.context.set_offline(True)
    visit.complaints.clear()

    for path, title in (
        ("", "What is an embedding?"),
        ("lookup/", "The lookup table"),
        ("tokens/#x", "From text to token IDs"),
    ):
        visit.open(path)
        assert title in visit.page.locator("h1").inner_text()
        assert visit.page.locator(".md-header").evaluate("e => getComputedStyle(e).position") == "sticky", (
            "with its style"
        )
    visit.open("lookup/")
    visit.read()  # its charts come alive
    assert [said for said in visit.complaints if "ERR_INTERNET" not in said] == []

    answer = visit.open("meaning/")
    assert answer
    assert answer.status == 503
    assert "There is no network" in visit.page.locator("h1").inner_text()
    assert visit.page.locator("html").get_attribute("lang") == "en"
    visit.page.get_by_role("link", name="the home page").click()
    visit.page.wait_for_url(f"{visit.host}{visit.base}")
    assert "What is an embedding?" in visit.page.locator("h1").inner_text()

    visit.page.context.set_offline(False)
    visit.open("meaning/")
    assert "meaning" in visit.page.locator("h1").inner_text()


@pytest.fixture
def changing(site: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A host whose site the test may change: its address and its folder."""
    folder = tmp_path / "site"
    shutil.copytree(site, folder, ignore=shutil.ignore_patterns("dashboard"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, folder.resolve()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_new_build_is_read_at_once_and_replaces_the_old(reader: Start, changing: tuple[str, Path]) -> None:
    host, folder = changing
    visit = reader("no/such/page", service_workers="allow")
    visit.host = host
    visit.open("")
    wait_until_kept(visit, "")
    wait_until_kept(visit, "assets/site.css")

    home = folder / "index.html"
    home.write_text(
        home.read_text("utf-8")
        .replace("What is an embedding?</h1>", "Deployed anew</h1>")
        .replace('What is an embedding?<a class="headerlink"', 'Deployed anew<a class="headerlink"'),
        "utf-8",
    )
    style = folder / "assets" / "site.css"
    style.write_text(style.read_text("utf-8") + "h1 { color: rgb(1, 2, 3) !important }", "utf-8")
    worker = folder / "sw.js"
    text = worker.read_text("utf-8")
    name = text.partition("const PAGES = `${here} ")[2][:16]
    worker.write_text(text.replace(name, "0123456789abcdef"), "utf-8")

    visit.open("")
    assert "Deployed anew" in visit.page.locator("h1").inner_text()
    assert visit.page.locator("article h1").evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    names: list[str] = []
    for _ in range(100):
        names = visit.page.evaluate("caches.keys()")
        if any("0123456789abcdef" in n for n in names) and not any(name in n for n in names):
            break
        visit.page.wait_for_timeout(100)
    assert not any(name in n for n in names), "what the old build kept is gone"
    assert any("0123456789abcdef" in n for n in names)
