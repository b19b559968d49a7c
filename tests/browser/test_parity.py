"""In Chromium the modules that the site serves make tiktoken's tokens of every text, and Python's rankings, to the last digit.

Node's idea of Unicode, of UTF-8 and of writing numbers need not be the browser's; so the questions are put to both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tiktoken
from playwright.sync_api import JSHandle, Route

from scripts import dashboard
from scripts.tables import Tables
from scripts.tables.tokenizer import encoding_from
from tests import parity
from tests.browser.conftest import Reader

pytestmark = pytest.mark.needs_browser

IMPORT = """
async () => {
  const site = new URL("../", document.baseURI);
  const names = ["data", "format", "search", "tokenizer", "vectors"].map((name) => `assets/dashboard/${name}.js`);
  const modules = await Promise.all([...names, "parity.mjs"].map((name) => import(new URL(name, site))));
  window.site = Object.assign({ at: (path) => new URL(path, site) }, ...modules);
}
"""

#: The tokenizer of the data in a folder of the site, as the dashboard takes it.
ITS_TOKENIZER = "async (folder) => (await site.openData(site.at(folder))).tokenizer()"
ANOTHER = "(file) => site.createTokenizer(site.parseTokenizer(file))"
#: Texts come as a file and IDs go as one: tens of megabytes, for which the way of ``evaluate`` takes longer than the tokenizer.
ENCODE = """
async (tokenizer) => {
  const texts = await (await fetch(site.at("texts.bin"))).arrayBuffer();
  const href = URL.createObjectURL(new Blob([site.encodeAll(tokenizer, new Uint16Array(texts))]));
  Object.assign(document.createElement("a"), { href, download: "ids" }).click();
}
"""

ANSWER = """
async ([folder, questions]) => {
  const data = await site.openData(site.at(folder));
  const search = site.createSearch(data);
  const answers = await site.answerAll(JSON.parse(questions), data, search, site.number);
  return JSON.stringify({ answers, small: search.small });
}
"""

#: Of every token its row, a position's row, and their sum, number by number.
NUMBERS = """
async (folder) => {
  const data = await site.openData(site.at(folder));
  const lines = [];
  for (let id = 0; id < data.nVocab; id++) {
    const [row, position] = [await data.row(id), await data.position(id % data.nCtx)];
    lines.push([row, position, site.plus(row, position)].map((one) => Array.from(one, (x) => site.number(x)).join(" ")));
  }
  return JSON.stringify(lines);
}
"""

DATA, COMPACT = "generated/dashboard/", "generated/compact/"


@pytest.fixture
def visit(reader: Callable[..., Reader]) -> Iterator[Reader]:
    """The dashboard's page, with its modules at hand as ``window.site``."""
    found = reader("dashboard/")
    driver = parity.JS / "parity.mjs"
    found.page.route(
        "**/parity.mjs", lambda route: route.fulfill(path=driver, content_type="text/javascript")
    )
    found.page.evaluate(IMPORT)
    yield found
    assert found.complaints == []
    assert found.elsewhere == []


def same_tokens(visit: Reader, tokenizer: JSHandle, encoding: tiktoken.Encoding, texts: list[str]) -> None:
    visit.page.route("**/texts.bin", lambda route: route.fulfill(body=parity.packed(texts)))
    with visit.page.expect_download(timeout=120_000) as ids:
        visit.page.evaluate(ENCODE, tokenizer)
    parity.assert_tokens(np.fromfile(ids.value.path(), np.int32).tolist(), encoding, texts)


@pytest.mark.parametrize("texts", parity.TEXTS.values(), ids=parity.TEXTS.keys())
def test_the_browser_cuts_text_into_tinygpt_s_tokens(
    texts: Callable[[], list[str]], visit: Reader, tiny: Tables
) -> None:
    same_tokens(visit, visit.page.evaluate_handle(ITS_TOKENIZER, DATA), tiny.encoding, texts())


@pytest.mark.needs_shared
@pytest.mark.parametrize("texts", parity.TEXTS.values(), ids=parity.TEXTS.keys())
def test_the_browser_cuts_text_into_gpt2_s_tokens(
    texts: Callable[[], list[str]], visit: Reader, shared: Path
) -> None:
    encoding = encoding_from(shared / "encoder.json", shared / "vocab.bpe", "gpt2")
    tokenizer = visit.page.evaluate_handle(ANOTHER, dashboard.tokenizer_file(encoding))
    same_tokens(visit, tokenizer, encoding, texts())


def test_the_browser_knows_the_class_of_every_code_point(visit: Reader) -> None:
    encoding = parity.class_probe()
    tokenizer = visit.page.evaluate_handle(ANOTHER, dashboard.tokenizer_file(encoding))
    same_tokens(visit, tokenizer, encoding, parity.every_point(parity.beside_signs))


@pytest.mark.parametrize("small", [True, False], ids=["by its rows", "by the compact table"])
def test_neighbours_and_searches_in_the_browser_are_python_s(
    small: bool, visit: Reader, tiny: Tables, tmp_path: Path
) -> None:
    def from_compact(route: Route) -> None:
        route.fulfill(path=tmp_path / "dashboard" / route.request.url.partition(COMPACT)[2])

    if not small:  # as GPT-2's, which no row-by-row search would be quick for; in several shards
        parity.write_data(tmp_path, tiny, SMALL=0, CODES_PER_SHARD=256)
        visit.page.route(f"**/{COMPACT}**", from_compact)
    asked = parity.questions(np.asarray(tiny.wte))
    done = json.loads(visit.page.evaluate(ANSWER, [DATA if small else COMPACT, json.dumps(asked)]))
    assert done["small"] is small
    assert any(worker.url.endswith("/search.worker.js") for worker in visit.page.workers)
    parity.assert_answers(asked, done["answers"], np.asarray(tiny.wte))


def test_every_number_of_every_token_in_the_browser_is_python_s(visit: Reader, tiny: Tables) -> None:
    lines = json.loads(visit.page.evaluate(NUMBERS, DATA))
    assert len(lines) == tiny.n_vocab
    for i, line in enumerate(lines):
        row, position = tiny.wte[i], tiny.wpe[i % tiny.n_ctx]
        assert line == [" ".join(f"{x:.6f}" for x in one) for one in (row, position, row + position)]
