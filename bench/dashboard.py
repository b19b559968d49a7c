"""The dashboard: bytes to what a reader asks of it, the search's time and recall, and how soon a key is seen."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.place import Place, not_measured
from bench.process import ROOT, run
from bench.reading import FLAGS
from bench.site import Host
from bench.table import Figure, Row

VECTORS = 21
OTHERS = "KNN Explorer 0.5–1 MB (lists only), Embedding Projector 8.6 MB, Transformer Explainer 650 MB: as published, not run here"

#: From a key's event to the frame after the tokens are drawn, for each of some keys at the end of a long text.
TYPING = """
async ([text, keys]) => {
  const box = document.querySelector(".dash-text textarea");
  const set = (value) => { box.value = value; box.dispatchEvent(new InputEvent("input", { bubbles: true })); };
  const quiet = () => new Promise((done) => setTimeout(done, 400));
  const last = () => document.querySelector(".dash-chips").lastElementChild?.getAttribute("aria-label");
  set(text);
  await quiet();
  const took = [];
  for (const key of keys) {
    const before = last(), began = performance.now();
    set(box.value + key);
    while (last() === before) await new Promise((done) => setTimeout(done));
    took.push(performance.now() - began);
    await quiet();
  }
  return took;
}
"""
LONGEST = """
async (text) => {
  const tasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach((task) => tasks.push(task.duration))).observe({ type: "longtask" });
  const box = document.querySelector(".dash-text textarea");
  box.value = text;
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 3000));
  return Math.max(0, ...tasks);
}
"""


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, The dashboard."""
    copy, model = place.site
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium:
        with Host(copy / "site") as host:
            yield from _in_a_browser(host, model, chromium)
    else:
        yield not_measured("the dashboard in a browser", "there is no Chromium: set CHROMIUM")
    node = os.environ.get("NODE") or shutil.which("node")
    if node:
        yield from _search(place, node, copy / "site" / "generated" / "dashboard", model)
    else:
        yield not_measured("any vector against all rows", "there is no Node.js", "≤ 60 ms")


def _in_a_browser(host: Host, model: str, chromium: str) -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    def loaded() -> float:
        return sum(host.asked.values()) / 1000

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS[1:]])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, service_workers="block")
        host.forget()
        page.goto(f"{host.address}dashboard/", wait_until="networkidle")
        page.locator(".dash-text textarea").fill("A reader typed this")
        page.locator(".dash-chip", has_text="reader").click()
        page.wait_for_function("() => !document.querySelector('.dash [aria-busy]')")
        page.wait_for_load_state("networkidle")
        first = loaded()
        figure = Figure([first], "KB", f"gzip, the page and its programs included ({model})")
        yield Row(
            "bytes to the first token's row, position and sum, typed by the reader",
            figure,
            None,
            "≤ 500 KB",
            first <= 500,
            OTHERS,
        )

        page.locator("#dash-tab-neighbours").click()
        page.locator("[role=tabpanel]:visible table, [role=tabpanel]:visible ol").first.wait_for()
        page.wait_for_function("() => !document.querySelector('.dash [aria-busy]')")
        page.wait_for_load_state("networkidle")
        more = loaded() - first
        yield Row(
            "bytes to a token's nearest neighbours, exact, more",
            Figure([more], "KB", "gzip"),
            None,
            "≤ 100 KB",
            more <= 100,
        )

        page.locator("#dash-tab-stage").click()
        text = "The fluffy cat sat on the mat, naïve café 12345 don't! " * 20
        took: list[float] = page.evaluate(TYPING, [text[:1000], list(" a b c d e f g h i j")])
        figure = Figure(took, "ms", "from the event to the tokens in the page")
        yield Row("typing: key to tokens, 1,000 characters", figure, None, "≤ 16 ms", figure.median <= 16)
        longest = float(page.evaluate(LONGEST, text * 90))
        yield Row(
            "100,000 characters: the longest task of the page",
            Figure([longest], "ms"),
            None,
            "no frozen page",
            longest < 500,
        )
        browser.close()


def _search(place: Place, node: str, data: Path, model: str) -> Iterator[Row]:
    command = [node, ROOT / "tests" / "dashboard" / "bench.mjs", data, str(VECTORS)]
    told: dict[str, Any] = json.loads(run(command, env={**os.environ}).stdout)
    figure = Figure(told["a vector against all rows"], "ms", f"one thread ({model})")
    plain = Figure(told["plain JavaScript over int8"], "ms", "plain JavaScript over int8, nothing sorted")
    yield Row("any vector against all rows, table loaded", figure, plain, "≤ 60 ms", figure.median <= 60)
    exact = Figure(told["a vector, exactly"], "ms", f"{told['exact answers']} of {VECTORS} proved exact")
    yield Row("the same, exactly", exact, plain)
    recall = told["recall"]
    least = min(recall.values()) if isinstance(recall, dict) else recall
    if least is not None:
        yield Row(
            "recall@10 before the exact search, the worst ranking",
            Figure([least], ""),
            None,
            "≥ 0.95",
            least >= 0.95,
            "Word Bocce: 0.71, as published, not run here",
        )
    sizes = Figure([told["bytes of the compact table"] / 1e6], "MB", "compact table, once")
    yield Row(
        "bytes of the search over the whole table",
        sizes,
        Figure([told["bytes to an exact answer, at most in 95 %"] / 1e6], "MB", "to an exact answer"),
    )
