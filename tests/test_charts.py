"""The charts: each computes, compiles, says what it shows, and is small."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest

from scripts import charts, labels
from scripts.build import BuildError
from scripts.charts import Row, Spec, theme
from scripts.paths import DOCS
from scripts.site_check import Node
from scripts.tables import Tables
from tests.conftest import Project, parsed

each = pytest.mark.parametrize("name", charts.names())
PICTURES = [f"{mode}-{size}" for mode in ("light", "dark") for size in ("wide", "phone")]


def file(built: Project, name: str) -> str:
    return (built.site / "generated" / "charts" / name).read_text("utf-8")


def spec_of(built: Project, name: str) -> Spec:
    spec: Spec = json.loads(file(built, f"{name}.json"))
    return spec


def figure(built: Project, name: str) -> Node:
    """The chart as it stands on its page."""
    page = charts.module(name).PAGE
    path = built.site / ("" if page == "index" else page) / "index.html"
    found = [n for n in parsed(path).all("figure") if n.attributes.get("id") == f"chart-{name}"]
    assert len(found) == 1, f"{page} shows chart {name} {len(found)} times"
    return found[0]


def encodings(spec: Any) -> Iterator[tuple[str, Spec]]:
    """Every channel of a specification, however deep."""
    if isinstance(spec, list):
        for part in spec:
            yield from encodings(part)
    elif isinstance(spec, dict):
        for channel, definition in spec.get("encoding", {}).items():
            yield from ((channel, d) for d in (definition if isinstance(definition, list) else [definition]))
        for key, part in spec.items():
            if key not in ("encoding", "data"):
                yield from encodings(part)


# -- each chart --------------------------------------------------------------------------------------------------------


@each
def test_stands_on_its_page_with_a_picture_for_each_mode_and_size(name: str, built: Project) -> None:
    images = list(figure(built, name).all("img"))
    assert len(images) == 4
    for image, picture in zip(
        images, [f"{m}-{s}" for s in theme.WIDTH for m in ("light", "dark")], strict=True
    ):
        assert f"{name}-{picture}.svg#only-{picture.split('-')[0]}" in image.attributes["src"]
        assert image.attributes["alt"].strip(), "a text alternative"
        assert image.attributes["width"].isdigit()
        assert image.attributes["height"].isdigit(), "so that the page does not jump"
        assert f"chart-{picture.split('-')[1]}" in image.classes


@each
def test_says_in_a_sentence_what_it_shows_and_on_what(name: str, built: Project, tiny: Tables) -> None:
    caption = next(figure(built, name).all("figcaption")).text()
    rows = spec_of(built, name)["data"]["values"]
    sentence = charts.module(name).describe(rows)
    shown = re.sub(r"\s+", " ", caption)
    assert re.search(r"\d", sentence), "a sentence computed from the data has a number in it"
    assert sentence.endswith(".")
    assert charts.module(name).__doc__.split("\n")[0].rstrip(".") in shown
    assert f"scripts/charts/{name}.py on {labels.label(tiny.provenance)}" in shown
    digits = re.findall(r"\d+\.?\d*", sentence)
    assert [d for d in digits if d not in shown] == []


@each
@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_are_drawings_with_words(name: str, picture: str, built: Project) -> None:
    text = file(built, f"{name}-{picture}.svg")
    drawing = ElementTree.fromstring(text)
    assert float(drawing.attrib["width"]) <= (420 if picture.endswith("phone") else 760)
    marks = [
        e for e in drawing.iter() if e.tag.rpartition("}")[2] in ("path", "rect", "line", "text", "image")
    ]
    assert len(marks) > 10
    words = "".join(e.text or "" for e in drawing.iter() if e.tag.endswith("text"))
    assert len(words) > 10
    assert not re.search(r"NaN|undefined|Infinity", text)


@each
def test_csv_and_json_have_the_same_data(name: str, built: Project) -> None:
    rows = spec_of(built, name)["data"]["values"]
    read = list(csv.DictReader(io.StringIO(file(built, f"{name}.csv"))))
    assert len(rows) == len(read) > 1
    for row, line in zip(rows, read, strict=True):
        assert {key: "" if value is None else str(value) for key, value in row.items()} == line


@each
def test_every_field_that_is_drawn_is_in_the_data(name: str, built: Project) -> None:
    spec = spec_of(built, name)
    drawn = {d["field"] for _, d in encodings(spec) if isinstance(d, dict) and "field" in d}
    assert drawn
    for row in spec["data"]["values"]:
        assert drawn <= row.keys()


@each
def test_its_json_is_small(name: str, built: Project) -> None:
    assert len(gzip.compress(file(built, f"{name}.json").encode())) <= 60_000


@each
def test_colours_of_numbers_below_and_above_zero_are_centred_on_zero(name: str, built: Project) -> None:
    spec = spec_of(built, name)
    _centred(spec, spec["data"]["values"])


def _centred(spec: Spec, rows: list[Row]) -> None:
    for channel, definition in encodings(spec):
        if channel not in ("color", "fill", "stroke") or definition.get("type") != "quantitative":
            continue
        numbers = [row[definition["field"]] for row in rows]
        scale = definition.get("scale", {})
        if min(numbers) < 0 < max(numbers) and scale.get("domain", [0])[0] != 0:
            domain = scale["domain"]
            assert scale.get("domainMid") == 0
            assert domain[0] == pytest.approx(-domain[-1]), "as much room above zero as below"
            assert "diverging" in (scale.get("scheme"), scale.get("range"), "diverging")


@each
def test_it_names_no_colour_font_or_width_of_its_own(name: str, built: Project) -> None:
    """The theme decides, so that light and dark, wide and narrow are one specification."""
    spec = spec_of(built, name)
    assert "config" not in spec
    assert spec["width"] == "container"
    assert not re.search(r'"#[0-9a-fA-F]{3,8}"', json.dumps({k: v for k, v in spec.items() if k != "data"}))


def test_draws_the_same_whatever_was_drawn_before(built: Project, tiny: Tables) -> None:
    """Vega numbers its ids through a whole process; the built pictures were made in another one, among others."""
    for name in ("word_similarity", "cat_row", "word_similarity"):
        pictures = charts.svgs(charts.draw(name, tiny))
        assert pictures["phone", "light"] == file(built, f"{name}-light-phone.svg")


def test_diverging_colours_meet_at_a_neutral_one(tiny: Tables) -> None:
    for palette in (theme.DIVERGING, theme.DIVERGING_DARK):
        assert len(palette) % 2 == 1
        middle = palette[len(palette) // 2].lstrip("#")
        channels = [int(middle[i : i + 2], 16) for i in (0, 2, 4)]
        assert max(channels) - min(channels) < 16


@pytest.mark.parametrize(
    ("count", "most"), [(64, 48), (48, 64), (1024, 48), (768, 64), (1600, 64), (128_000, 48)]
)
def test_a_sample_is_even_small_and_its_sentence_says_how_it_was_drawn(count: int, most: int) -> None:
    step = theme.step(count, most)
    shown = range(0, count, step)
    assert len(shown) <= most
    assert step in (1, 2, 5) or step % 5 == 0
    assert theme.every(shown) == {1: "every", 2: "every 2nd"}.get(step, f"every {step}th")


def test_the_parallelogram_has_as_many_pixels_for_a_unit_across_as_up(built: Project) -> None:
    """The picture is drawn to scale: the step from man to woman has the same slope in pixels as in the data."""
    rows = {row["word"]: row for row in spec_of(built, "king_parallelogram")["data"]["values"]}
    for picture in PICTURES:
        drawing = ElementTree.fromstring(file(built, f"king_parallelogram-{picture}.svg"))
        lines = [e for e in drawing.iter() if e.tag.endswith("line") and e.get("stroke-dasharray")]
        slopes = [float(e.attrib["y2"]) / float(e.attrib["x2"]) for e in lines]
        assert len(slopes) == 2
        assert slopes == pytest.approx([-rows["woman"]["y"] / rows["woman"]["x"]] * 2, rel=0.01)


def test_every_page_that_a_chart_names_is_there() -> None:
    for name in charts.names():
        assert (DOCS / f"{charts.module(name).PAGE}.md").is_file()


@pytest.mark.needs_shared
@each
def test_at_gpt2_s_size_it_computes_and_is_small(name: str, full_size: Tables) -> None:
    try:
        drawing = charts.draw(name, full_size)
    except BuildError as error:
        pytest.fail(str(error))
    text = json.dumps(drawing.spec, separators=(",", ":"), ensure_ascii=False)
    assert len(gzip.compress(text.encode())) <= 60_000
    assert drawing.sentence
    _centred(drawing.spec, drawing.rows)


def test_vega_comes_from_the_installed_package_and_asks_nobody(built: Project) -> None:
    bundle = (built.site / "generated" / "vega.js").read_text("utf-8")
    assert "vegaEmbed" in bundle
    assert len(gzip.compress(bundle.encode())) < 400_000
    assert not re.search(r"https?://(cdn|unpkg|esm)\b", bundle)


def test_the_theme_for_the_browser_is_the_theme_of_the_pictures(built: Project) -> None:
    assert json.loads(file(built, "theme.json")) == {mode: theme.config(mode) for mode in ("light", "dark")}


# -- what a chart that is wrong gets -----------------------------------------------------------------------------------


def chart(values: list[Row] | None = None, **encoding: Any) -> alt.Chart:
    data = alt.Data(values=[{"x": 1, "y": 2}, {"x": 2, "y": 3}] if values is None else values)  # type: ignore[no-untyped-call]
    drawn: alt.Chart = alt.Chart(data).mark_line().encode(**({"x": "x:Q", "y": "y:Q"} | encoding))
    return drawn


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(build: Any, describe: Any = lambda rows: "Two points.") -> None:
        module = SimpleNamespace(PAGE="index", build=build, describe=describe, __doc__="A chart.\n")
        monkeypatch.setattr(charts, "module", lambda name: module)

    return make


def test_a_good_one_has_all_its_files(bad: Any, tiny: Tables) -> None:
    bad(lambda tables: chart())
    names = sorted(path.name for path in charts.files("wave", tiny))
    assert names == sorted(
        ["wave.md", "wave.json", "wave.csv", *(f"wave-{picture}.svg" for picture in PICTURES)]
    )


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda tables: 1 / 0, "chart wave does not compute: ZeroDivisionError"),
        (lambda tables: chart(values=[]), "chart wave"),
        (lambda tables: chart(y="y:Z"), "chart wave does not compute"),
        (lambda tables: chart(y=alt.Y("y:Q", axis=alt.Axis(format="no such %%%"))), "chart wave does not compile"),
        (lambda tables: alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_line() | chart(), "chart wave does not"),
    ],
)  # fmt: skip
def test_one_that_does_not_compute_or_compile_is_named(
    build: Any, named: str, bad: Any, tiny: Tables
) -> None:
    bad(build)
    with pytest.raises(BuildError, match=named):
        charts.files("wave", tiny)


def test_one_that_says_nothing_is_named(bad: Any, tiny: Tables) -> None:
    bad(lambda tables: chart(), lambda rows: "")
    with pytest.raises(BuildError, match="chart wave has no sentence"):
        charts.files("wave", tiny)


def test_one_that_loads_data_from_elsewhere_is_refused(bad: Any, tiny: Tables) -> None:
    bad(lambda tables: alt.Chart("https://example.org/data.csv").mark_line().encode(x="x:Q"))
    with pytest.raises(BuildError, match="chart wave does not compute"):
        charts.files("wave", tiny)
