"""The charts: one module each, which says what it draws; here is how any of them becomes files.

A chart module ``scripts/charts/<name>.py`` has

* a docstring, whose first line is the chart's title on the page;
* ``PAGE``, the stem of the page that shows it;
* ``build(tables) -> alt.Chart``, one view or a layer of views, its data as ``alt.Data(values=...)``, its width left to us;
* ``describe(rows) -> str``, one sentence computed from those data: the text alternative, which stands under the chart;
* ``MODEL = "tiny"``, if it is about TinyGPT whatever the build is made on.
"""

from __future__ import annotations

import ast
import csv
import functools
import importlib
import io
import json
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from scripts import config, labels
from scripts.build import Artefact, BuildError, Files, environment, fingerprint, sources
from scripts.charts import theme
from scripts.paths import CHARTS, DOCS, FRAGMENTS, GENERATED, page_title

if TYPE_CHECKING:
    import altair as alt

    from scripts.tables import Provenance, Tables

Row = dict[str, Any]
Spec = dict[str, Any]


class Module(Protocol):
    """What a chart module offers."""

    PAGE: str
    __doc__: str

    @staticmethod
    def build(tables: Tables) -> alt.TopLevelMixin:
        """The chart, with its data inline."""

    @staticmethod
    def describe(rows: list[Row]) -> str:
        """One sentence that says what the data show."""


@dataclass(frozen=True)
class Drawing:
    """A chart as plain data: its title, sentence, Vega-Lite specification without config, and rows."""

    title: str
    sentence: str
    spec: Spec
    rows: list[Row]


def names() -> list[str]:
    """Every chart, by its module's name."""
    return sorted(path.stem for path in CHARTS.glob("*.py") if path.stem not in ("__init__", "theme"))


def pieces() -> dict[str, str]:
    """The piece of a page that each chart becomes, and which page it is for."""
    return {f"charts/{name}.md": f"the page that PAGE of scripts/charts/{name}.py names" for name in names()}


def module(name: str) -> Module:
    """The module of a chart."""
    return cast(Module, importlib.import_module(f"scripts.charts.{name}"))


def draw(name: str, tables: Tables) -> Drawing:
    """Compute a chart.

    Raises:
        BuildError: names the chart that does not compute or does not compile, or keeps no data, or says nothing.
    """
    try:
        maker = module(name)
        spec = maker.build(tables).to_dict()
        datasets = spec.pop("datasets", None)
        if datasets:
            raise ValueError("has its data in `datasets`; give one alt.Data(values=...) to the whole chart")
        rows = spec["data"]["values"]
        spec.pop("config", None)
        spec["width"] = "container"
        title = maker.__doc__.split("\n")[0].rstrip(".")
        return Drawing(title, maker.describe(rows), spec, rows)
    except Exception as error:
        raise BuildError(f"chart {name} does not compute: {type(error).__name__}: {error}") from error


#: Takes Vega-Lite specifications, returns an SVG of each.
Painter = Callable[[list[Spec]], Iterable[str]]


def paint(spec: Spec) -> str:
    """A Vega-Lite specification as SVG, drawn by Vega; nothing is fetched for it."""
    import vl_convert

    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def painters() -> Executor:
    """As many processes that ``paint`` as there are cores: in one process Vega draws one picture at a time."""
    # not by fork: the build has threads, and one of them may hold what the copy would wait for
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context)


def _one_by_one(specs: list[Spec]) -> Iterable[str]:
    return map(paint, specs)


def svgs(drawing: Drawing, painter: Painter = _one_by_one) -> dict[tuple[str, str], str]:
    """The chart as it stands before JavaScript, and without it.

    Args:
        drawing: which.
        painter: draws the pictures.

    Returns:
        (``wide`` or ``phone``, ``light`` or ``dark``) -> SVG.
    """
    keys = [(size, mode) for size in theme.WIDTH for mode in ("light", "dark")]
    # the width is that of the whole picture, as in the page: the live chart must not be higher than its picture
    fit = {"autosize": {"type": "fit-x", "contains": "padding"}}
    specs = [
        {**drawing.spec, **fit, "width": theme.WIDTH[size], "config": {**theme.config(mode), "aria": False}}
        for size, mode in keys
    ]
    return dict(zip(keys, map(_own_ids, painter(specs)), strict=True))


def _own_ids(text: str) -> str:
    """Number the ids from 0: Vega counts them through a whole process, and two builds must give the same bytes."""
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))
    for number, old in enumerate(ids):
        text = re.sub(rf'(id="|#){re.escape(old)}(?=["\')])', rf"\g<1>i{number}", text)
    return text


def _size(text: str) -> tuple[int, int]:
    match = re.search(r'width="([\d.]+)" height="([\d.]+)"', text)
    assert match, "an SVG by vl-convert says its size"
    return round(float(match[1])), round(float(match[2]))


def to_csv(rows: list[Row]) -> str:
    """The chart's data, a line a row, the columns in the order of the first row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def files(name: str, tables: Tables, painter: Painter = _one_by_one) -> Files:
    """All files of one chart: fragment for the page, Vega-Lite JSON, CSV, and four static pictures."""
    drawing = draw(name, tables)
    if not drawing.rows or not drawing.sentence:
        raise BuildError(f"chart {name} has no {'data' if not drawing.rows else 'sentence'}")
    folder = GENERATED / "charts"
    label = _label(name, tables.provenance)
    try:
        pictures = {
            f"{name}-{mode}-{size}.svg": picture for (size, mode), picture in svgs(drawing, painter).items()
        }
    except Exception as error:
        raise BuildError(f"chart {name} does not compile: {error}") from error
    spec = {"$comment": f"scripts/charts/{name}.py on {label}", **drawing.spec, "usermeta": {"label": label}}
    return {
        FRAGMENTS / "charts" / f"{name}.md": _fragment(name, drawing, pictures, label).encode(),
        folder / f"{name}.json": (
            json.dumps(spec, separators=(",", ":"), ensure_ascii=False) + "\n"
        ).encode(),
        folder / f"{name}.csv": to_csv(drawing.rows).encode(),
        **{folder / file: picture.encode() for file, picture in pictures.items()},
    }


def _label(name: str, provenance: Provenance) -> str:
    label = labels.label(provenance)
    if getattr(module(name), "MODEL", "") != "tiny" or provenance.model == "tiny":
        return label
    from scripts.tables import locate

    return f"{labels.label(locate('tiny'))}, as in every build (this one: {label})"


def _fragment(name: str, drawing: Drawing, pictures: dict[str, str], label: str) -> str:
    folder = (GENERATED / "charts").relative_to(DOCS).as_posix()
    images = []
    for file, picture in pictures.items():
        mode, size = file.removesuffix(".svg").removeprefix(f"{name}-").split("-")
        width, height = _size(picture)
        images.append(
            f"![{drawing.title}: a chart, put into words below it]({folder}/{file}#only-{mode})"
            f"{{ .chart-{size} width={width} height={height} loading=lazy }}"
        )
    return f"""\
<figure class="chart" id="chart-{name}" markdown>
{"".join(images)}
<figcaption markdown>
**{drawing.title}.** {drawing.sentence}

[Data (CSV)]({folder}/{name}.csv){{ .chart-data download="{name}.csv" }} · \
[Vega-Lite]({folder}/{name}.json){{ .chart-spec }} · \
[SVG]({folder}/{name}-light-wide.svg){{ download="{name}.svg" }} · \
`scripts/charts/{name}.py` on {label}
{{ .chart-label }}
</figcaption>
</figure>
"""


BUNDLE = """
globalThis.vegaEmbed = vegaEmbed;
globalThis.vega = vega;
"""


def _bundle() -> Files:
    import vl_convert

    themes = {mode: theme.config(mode) for mode in ("light", "dark")}
    return {
        GENERATED / "vega.js": vl_convert.javascript_bundle(BUNDLE).encode(),
        GENERATED / "charts" / "theme.json": (json.dumps(themes, separators=(",", ":")) + "\n").encode(),
    }


def _gallery() -> str:
    lines = ["| chart | page |", "|---|---|"]
    for name in sorted(names(), key=lambda name: config.place(module(name).PAGE)):
        page, title = module(name).PAGE, module(name).__doc__.split("\n")[0].rstrip(".")
        lines.append(f"| [{title}]({page}.md#chart-{name}) | {page_title(page)} |")
    return "\n".join(lines) + "\n"


def artefacts(provenance: Provenance, tables: Callable[[], Tables]) -> list[Artefact]:
    """One artefact a chart, and Vega itself with the theme, from the installed package."""
    made_on = labels.identity(provenance)
    processes = functools.cache(painters)

    def painter(specs: list[Spec]) -> Iterable[str]:
        return processes().map(paint, specs)

    def of(name: str) -> Artefact:
        key = fingerprint("chart", name, made_on, environment(), *sources(f"scripts.charts.{name}", __name__))
        return Artefact(f"charts/{name}", key, lambda: files(name, tables(), painter))

    bundle = fingerprint("vega", environment(), *sources(__name__))
    listed = fingerprint("charts", environment(), *names(), _titles(), *sources(__name__))
    gallery = Artefact("charts/all", listed, lambda: {FRAGMENTS / "charts" / "all.md": _gallery().encode()})
    return [Artefact("vega.js", bundle, _bundle), gallery, *map(of, names())]


def _titles() -> str:
    heads = [ast.get_docstring(ast.parse((CHARTS / f"{name}.py").read_bytes())) or "" for name in names()]
    return json.dumps(
        [heads, [f"{config.place(path.stem)} {page_title(path.stem)}" for path in sorted(DOCS.glob("*.md"))]]
    )
