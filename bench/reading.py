"""What a reader loads, how fast it stands, and whether it jumps."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import references
from bench.place import PYTHON, Place, not_measured
from bench.process import RanBadlyError, run
from bench.site import Host, sent
from bench.table import Figure, Row

LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
PHONE, WIDE = {"width": 412, "height": 823}, {"width": 1280, "height": 900}
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SHIFTS = """
globalThis.benchShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.benchShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
STOCK = "site_name: Stock\nsite_description: Stock Material\nsite_url: https://example.org/\ntheme: { name: material, font: false }\n"
TEXT = "A sentence of a page that has text alone, as long as ours have them, and nothing else.\n"


@dataclass(frozen=True)
class Visit:
    """One page as a phone sees it: files and their bytes (as sent) at first, and after scrolling through; the jumps."""

    page: str
    first: dict[Path, int]
    all: dict[Path, int]
    shift: float

    @property
    def charts(self) -> list[Path]:
        """The chart files it loaded."""
        return [path for path in self.all if path.parent.name == "charts" and path.suffix == ".json"]


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Reading: weights, charts, labs, JavaScript, layout shift, axe, Lighthouse."""
    copy, model = place.site
    site, stock = copy / "site", _stock(place)
    pages = sorted(
        "" if p.parent == site else f"{p.parent.relative_to(site)}/" for p in site.rglob("index.html")
    )
    yield from _files(site, model)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        for what in (
            "JavaScript of our own",
            "a page of text",
            "a page with charts",
            "a lab",
            "layout shift",
            "axe-core",
            "Lighthouse",
        ):
            yield not_measured(what, "there is no Chromium: set CHROMIUM")
        return
    with Host(site) as ours, Host(stock) as theirs:
        visits = _visit(ours, pages, chromium)
        yield _scripts(site, visits)
        yield from _weights(visits, _visit(theirs, [""], chromium)[0], model)
        yield _labs(place, site, [v for v in visits if re.fullmatch("notebooks/.+", v.page)])
        yield _axe(ours, theirs, pages, chromium)
        yield from _lighthouse(place, ours, theirs, pages, chromium)


def _stock(place: Place) -> Path:
    folder = place.folder / "stock"
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(STOCK)
    (folder / "docs" / "index.md").write_text("# Stock\n\n" + (TEXT * 8 + "\n") * 10)
    run([PYTHON, "-m", "mkdocs", "build", "-q"], env=place.environment(), cwd=folder)
    return folder / "site"


def _notebook(place: Place) -> Path:
    """The site that mkdocs-jupyter makes of one notebook of one cell, as it comes."""
    folder = place.folder / "notebook"
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(STOCK + "plugins: [mkdocs-jupyter]\n")
    (folder / "docs" / "index.py").write_text("# %% [markdown]\n# # Trivial\n\n# %%\nprint(1 + 1)\n")
    run([references.python(), "-m", "mkdocs", "build", "-q"], env=place.environment(), cwd=folder)
    return folder / "site"


def _kb(path: Path) -> float:
    return len(sent(path)) / 1000


def _files(site: Path, model: str) -> Iterator[Row]:
    charts = sorted((p for p in site.glob("generated/charts/*.json") if p.stem != "theme"), key=_kb)
    greatest = Figure(
        [_kb(charts[-1])], "KB", f"gzip, the greatest of {len(charts)}: `{charts[-1].stem}` ({model})"
    )
    over = [p.stem for p in charts if _kb(p) > 60]
    yield Row("chart JSON", greatest, None, "≤ 60 KB each", not over, values={"over": over})
    vega = Figure([_kb(site / "generated" / "vega.js")], "KB", "gzip")
    yield Row("Vega, which a page loads when a chart comes into view", vega, None, "305 KB")


def _scripts(site: Path, visits: list[Visit]) -> Row:
    """What our JavaScript weighs to the reader of a page, every tab of the dashboard opened."""
    own = {p for p in (site / "assets").rglob("*.js") if p.relative_to(site).parts[1] != "javascripts"}
    tabs = {path for path in own if path.parent.name == "dashboard"}

    def kb(visit: Visit) -> float:
        return sum(map(_kb, (own & visit.all.keys()) | (tabs if visit.page == "dashboard/" else set())))

    most = max(visits, key=kb)
    note = f"gzip, `/{most.page}`, the most; all {len(own)} files together {sum(map(_kb, own)):.1f} KB"
    why = "Transformer Explainer: 3,200 KB before its first prompt, as published, not run here"
    measured = Figure([kb(most)], "KB", note)
    return Row("JavaScript of our own that a page loads", measured, None, "≤ 60 KB", kb(most) <= 60, why)


def _visit(host: Host, pages: list[str], chromium: str) -> list[Visit]:
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS[1:]])
        for page in pages:
            context = browser.new_context(
                viewport=PHONE, device_scale_factor=2, is_mobile=True, service_workers="block"
            )  # type: ignore[arg-type]
            context.add_init_script(SHIFTS)
            tab = context.new_page()
            host.forget()
            tab.goto(host.address + page, wait_until="networkidle")
            tab.wait_for_timeout(500)
            first = dict(host.asked)
            for _ in range(200):
                at_end = tab.evaluate(
                    "() => { scrollBy(0, 600); return scrollY + innerHeight + 2 >= document.body.scrollHeight; }"
                )
                tab.wait_for_timeout(120)
                if at_end:
                    break
            tab.wait_for_load_state("networkidle")
            tab.wait_for_timeout(500)
            found.append(Visit(page, first, dict(host.asked), float(tab.evaluate("benchShift"))))
            context.close()
        browser.close()
    return found


def _weights(visits: list[Visit], stock: Visit, model: str) -> Iterator[Row]:
    def kb(files: dict[Path, int]) -> float:
        return sum(files.values()) / 1000

    def name(visit: Visit) -> str:
        return f"`/{visit.page}`"

    reference = Figure([kb(stock.all)], "KB", "stock Material page")
    plain = [v for v in visits if not v.charts and v.page != "dashboard/"]  # which has a budget of its own
    if plain:
        most = max(plain, key=lambda v: kb(v.all))
        measured = Figure([kb(v.all) for v in plain], "KB", f"gzip; the heaviest is {name(most)}")
        worst = kb(most.all)
        yield Row("a page of text, everything it loads", measured, reference, "≤ 220 KB", worst <= 220)
    charted = [v for v in visits if v.charts]
    if charted:
        early = [name(v) for v in charted if any(p.name == "vega.js" for p in v.first)]
        inlined = [kb(v.all) for v in charted]
        measured = Figure([kb(v.first) for v in charted], "KB", "gzip, before scrolling")
        beside = Figure(inlined, "KB", "with its charts and Vega, as if inlined")
        most = max(charted, key=lambda v: kb(v.first))
        why = f"on a phone Vega comes at once on {', '.join(early)}" if early else ""
        what = f"a page with charts, everything it loads at first ({model}, {len(charted)} pages)"
        yield Row(
            what, measured, beside, "text first; Vega only when a chart comes into view", not early, why
        )
    shift = max(visits, key=lambda v: v.shift)
    measured = Figure([v.shift for v in visits], "", f"the most is {shift.shift:.3f} on {name(shift)}")
    what = f"layout shift, scrolling through ({len(visits)} pages, charts coming alive)"
    yield Row(what, measured, Figure([stock.shift], "", "stock Material page"), "≤ 0.02", shift.shift <= 0.02)


def _labs(place: Place, site: Path, visits: list[Visit]) -> Row:
    def kb(visit: Visit) -> float:
        return _kb(site / visit.page / "index.html")

    reference, why = None, references.missing("mkdocs_jupyter", "material")
    if not why:
        try:
            trivial = _notebook(place) / "index.html"
        except RanBadlyError as error:
            why = f"its reference does not build ({str(error)[:200]})"
        else:
            whole = trivial.stat().st_size / 1000
            note = f"gzip, one cell by mkdocs-jupyter, untrimmed ({whole:,.0f} KB before)"
            reference = Figure([_kb(trivial)], "KB", note)
    most, heaviest = max(visits, key=kb), max(sum(v.all.values()) / 1000 for v in visits)
    note = f"gzip; the most is `/{most.page}`; with all that every page loads {heaviest:.0f} KB at the most"
    measured = Figure([kb(v) for v in visits], "KB", note)
    what = f"a lab (notebook page), its HTML ({len(visits)} labs)"
    return Row(what, measured, reference, "≤ 150 KB", kb(most) <= 150, why)


def _axe(ours: Host, theirs: Host, pages: list[str], chromium: str) -> Row:
    what = f"violations that axe-core finds ({len(pages)} pages, on a phone in the light, on a wide screen in the dark)"
    try:
        found = {page: _violations(ours.address + page, chromium) for page in pages}
        stock = _violations(theirs.address, chromium)
    except ImportError as error:
        return not_measured(what, str(error), "0")
    rules = sorted({rule for page in pages for rule in found[page]})
    most = max(map(len, found.values()))
    measured = Figure([len(found[page]) for page in pages], "violations", f"{most} at the most")
    beside = Figure([len(stock)], "violations", f"stock Material page: {', '.join(sorted(set(stock)))}")
    why = f"rules: {', '.join(rules)}" if rules else ""
    return Row(what, measured, beside, "0", not rules, why, {"pages": found})


def _violations(url: str, chromium: str) -> list[str]:
    """The rule of each violation on a page, on a phone in the light and on a wide screen in the dark."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
    from playwright.sync_api import sync_playwright

    found: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS[1:]])
        for scheme, size in (("light", PHONE), ("dark", WIDE)):
            context = browser.new_context(viewport=size, color_scheme=scheme, service_workers="block")  # type: ignore[arg-type]
            tab = context.new_page()
            tab.goto(url, wait_until="networkidle")
            told = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
            found += [rule["id"] for rule in told for _ in rule["nodes"]]
            context.close()
        browser.close()
    return found


def _lighthouse(place: Place, ours: Host, theirs: Host, pages: list[str], chromium: str) -> Iterator[Row]:
    npx = shutil.which("npx")
    if not npx:
        yield not_measured(
            "Lighthouse (mobile), every page",
            "there is no npx: install Node.js and npm",
            "≥ 95, 100, 100, 100",
        )
        return
    try:
        stock = _median(place, npx, theirs.address, chromium)
        found = {page: _median(place, npx, ours.address + page, chromium) for page in pages}
    except (RanBadlyError, ValueError, KeyError) as error:
        yield not_measured("Lighthouse (mobile), every page", str(error)[:300], "≥ 95, 100, 100, 100")
        return
    for category, least in CATEGORIES.items():
        worst = min(found, key=lambda page: found[page][category])
        low = found[worst][category]
        measured = Figure(
            [found[page][category] for page in pages], "points", f"the least is {low:.0f}, `/{worst}`"
        )
        failed = sorted({audit for page in pages for audit in found[page]["failed"][category]})
        yield Row(
            f"Lighthouse (mobile), {category}, {len(pages)} pages, each the middle of three (`npx {LIGHTHOUSE}`)",
            measured,
            Figure([stock[category]], "points", "stock Material page"),
            f"≥ {least}" if least < 100 else "100",
            low >= least,
            f"audits failed: {', '.join(failed)}" if failed and low < least else "",
            {"pages": {page: found[page][category] for page in pages}},
        )
    shifts = {page: found[page]["shift"] for page in pages}
    worst = max(shifts, key=lambda page: shifts[page])
    measured = Figure(list(shifts.values()), "", f"the most is {shifts[worst]:.3f} on `/{worst}`")
    beside = Figure([stock["shift"]], "", "stock Material page")
    yield Row("layout shift while loading (Lighthouse)", measured, beside, "≤ 0.02", shifts[worst] <= 0.02)


def _median(place: Place, npx: str, url: str, chromium: str) -> dict[str, Any]:
    """Of three runs, the one with the middle performance: one run differs from the next by ten points."""
    runs = [_scores(place, npx, url, chromium) for _ in range(min(place.times, 3))]
    return sorted(runs, key=lambda run: float(run["performance"]))[len(runs) // 2]


def _scores(place: Place, npx: str, url: str, chromium: str) -> dict[str, Any]:
    report = place.folder / "lighthouse.json"
    command = [npx, "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(FLAGS)}"]
    run(command, env={**os.environ, "CHROME_PATH": chromium})
    told = json.loads(report.read_bytes())
    result: dict[str, Any] = {name: 100 * told["categories"][name]["score"] for name in CATEGORIES}
    result["shift"] = told["audits"]["cumulative-layout-shift"]["numericValue"]
    result["failed"] = {name: _failed(told, name) for name in CATEGORIES}
    return result


def _failed(told: dict[str, Any], category: str) -> list[str]:
    weighed = [ref["id"] for ref in told["categories"][category]["auditRefs"] if ref["weight"]]
    return [
        audit
        for audit in weighed
        if (told["audits"][audit]["score"] or 0) < 0.9
        and told["audits"][audit]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]
