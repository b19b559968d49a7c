"""A static server that stands on any base path and remembers what it was asked for, and Chromium looking at it."""

from __future__ import annotations

import functools
import mimetypes
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

#: Where the site says it stands, and somewhere else: it has to work on both.
BASE, OTHER_BASE = "/embeddings-explained/", "/deep/er%20down/"

#: As root, without a screen, and asking nobody: Chromium's own services would be requests of other hosts.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-checker-imaging",  # with it, one page in twenty with many pictures stops being drawn
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "color_scheme": "light",
        "is_mobile": True,
        "has_touch": True,
    },
}


class Handler(BaseHTTPRequestHandler):
    """Files of one folder under either base path, as a static host gives them; its 404 page for all else."""

    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *arguments: Any) -> None:
        self.folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        base = next((b for b in map(unquote, (BASE, OTHER_BASE)) if path.startswith(b)), None)
        file = self.folder / (path[len(base) :] if base else "no such file")
        if path.endswith("/"):
            file /= "index.html"
        found = file.is_file() and self.folder in file.resolve().parents
        data = (file if found else self.folder / "404.html").read_bytes()
        kind = {".js": "text/javascript"}.get(file.suffix) or mimetypes.guess_type(file.name)[0]
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind or "text/html" if found else "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def host(site: Path) -> Iterator[str]:
    """The built site on loopback: ``http://127.0.0.1:<port>``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, site.resolve()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      window.shifts.push([entry.value, ...entry.sources.map((s) => s.node?.outerHTML?.slice(0, 80) ?? "")]);
}).observe({ type: "layout-shift", buffered: true });
"""

#: Scrolls to the end; false if the browser has stopped drawing on the way, as one without a screen now and then does, for good.
SCROLL = """
async () => {
  const drawn = () => new Promise((tell) => {
    requestAnimationFrame(() => setTimeout(tell, 0, true));
    setTimeout(tell, 10_000, false);
  });
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight * 0.9) {
    scrollTo({ top: y, behavior: "instant" });
    if (!(await drawn())) return false;
  }
  return await drawn();
}
"""

#: The charts have been taken in hand: each has its button.  That is after the page's load event, as their module is imported.
IN_HAND = """
[...document.querySelectorAll('figure.chart')].every((f) => f.querySelector('.chart-png'))
"""

#: The names of the charts that have not come alive.
STILL = """
[...document.querySelectorAll('figure.chart')].filter((f) => !f.querySelector('.chart-live svg')).map((f) => f.id)
"""


@dataclass
class Reader:
    """A reader with a page open: what the browser asked for, and what it complained of."""

    page: Page
    host: str
    base: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _of_this_page: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)
        if request.is_navigation_request():
            self._of_this_page.clear()
        self._of_this_page.append(request)

    def _failed(self, request: Request) -> None:
        # A page that is left takes what it still waits for with it; that is nobody's fault.
        left = request.failure == "net::ERR_ABORTED" and request not in self._of_this_page
        if not left:
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"error: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    @property
    def elsewhere(self) -> list[str]:
        """Addresses of other hosts, and of this one outside the site."""
        own = (f"{self.host}{self.base}", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]

    def open(self, path: str) -> Response | None:
        return self.page.goto(f"{self.host}{self.base}{path}", wait_until="load")

    def read(self) -> None:
        """Scroll to the end, and wait until every chart on the way is alive and every picture is there."""
        for _ in range(4):
            self.page.wait_for_function(
                IN_HAND, polling=100
            )  # else a fast scroll passes charts nobody watches yet
            if self.page.evaluate(SCROLL) and self._alive():
                return
            self._turn_to_a_new_page()
        pytest.fail(f"the browser draws {self.page.url} no more, four times in a row")

    def _alive(self) -> bool:
        """Wait for the charts; false if the browser has stopped drawing meanwhile.  Nothing here waits for a frame."""
        end = time.monotonic() + 30
        while still := self.page.evaluate(STILL):
            if time.monotonic() > end:
                if not self.page.evaluate(SCROLL):
                    return False
                pytest.fail(f"{self.page.url}: {', '.join(still)} did not come alive; {self.complaints}")
            self.page.wait_for_timeout(100)
        return True

    def _turn_to_a_new_page(self) -> None:
        stuck = self.page
        self.asked.clear()
        self.complaints.clear()
        self.page = stuck.context.new_page()
        self.__post_init__()
        self.page.goto(stuck.url, wait_until="load")

    def times_asked(self, name: str) -> int:
        return sum(urlsplit(url).path.endswith(name) for url in self.asked)


@pytest.fixture
def reader(browser: Browser, host: str) -> Iterator[Callable[..., Reader]]:
    """Opens a page for a reader: ``reader("meaning/", view="phone", base=BASE, **context options)``.

    Without the service worker, whose requests the page does not see, unless ``service_workers="allow"``.
    """
    contexts = []

    def start(path: str, view: str = "light", base: str = BASE, **options: Any) -> Reader:
        context = browser.new_context(
            **{**VIEWS[view], "reduced_motion": "reduce", "service_workers": "block", **options}
        )
        context.set_default_timeout(30_000)
        context.add_init_script(SHIFTS)
        contexts.append(context)
        found = Reader(context.new_page(), host, base)
        found.open(path)
        return found

    yield start
    for context in contexts:
        context.close()
