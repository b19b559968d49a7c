"""The dashboard's data and its JavaScript give what Python gives: the same tokens, rows, neighbours and scores."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tiktoken

from scripts import dashboard, geometry, programs, rankings, tables
from scripts.claims.published import published
from scripts.paths import DOCS, ROOT
from tests.parity import (
    JS,
    TEXTS,
    assert_answers,
    assert_tokens,
    beside_signs,
    centred_rows,
    class_probe,
    packed,
    questions,
    strings,
    write_data,
)


@pytest.fixture(scope="session")
def tiny() -> tables.Tables:
    return tables.load("tiny")


@pytest.fixture(scope="session")
def data(once: Callable[[str, Callable[[Path], object]], Path], tiny: tables.Tables) -> Path:
    """TinyGPT's data, made in a folder of their own."""

    return once("dashboard-data", lambda folder: write_data(folder, tiny)) / "dashboard"


def run_node(node: str, script: str, *arguments: Path) -> None:
    done = subprocess.run(
        [node, str(JS / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


# -- the files ---------------------------------------------------------------------------------------------------------


def test_manifest_describes_every_file_by_size_and_hash(data: Path) -> None:
    manifest = json.loads((data / "manifest.json").read_bytes())
    assert manifest["format"] == dashboard.FORMAT
    seen = {data / "manifest.json"}

    def checked(name: str, part: dict[str, Any]) -> bytes:
        """What a file holds, or all shards of a table one after another."""
        if "file" in part:
            content: bytes = (data / part["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == part["sha256"]
            seen.add(data / part["file"])
        else:
            digests = checked(f"{name}.index", part["index"])
            assert len(digests) == 8 * part["shards"]
            names = [f"{i}.{digests[8 * i : 8 * i + 8].hex()}.bin" for i in range(part["shards"])]
            shards = [(data / name / shard).read_bytes() for shard in names]
            for shard, one in zip(names, shards, strict=True):
                assert shard.split(".")[1] == hashlib.sha256(one).hexdigest()[:16]
            seen.update(data / name / shard for shard in names)
            content = b"".join(shards)
        assert len(content) == part["bytes"]
        return content

    for name, part in manifest["parts"].items():
        if "file" in part or "index" in part:
            checked(name, part)
    assert seen == {path for path in data.rglob("*") if path.is_file()}, (
        "no file that the manifest does not name"
    )


def test_rows_are_the_tables_bytes(data: Path, tiny: tables.Tables) -> None:
    for name, table in {"rows": tiny.wte, "positions": tiny.wpe}.items():
        shards = sorted((data / name).iterdir(), key=lambda path: int(path.name.partition(".")[0]))
        assert b"".join(path.read_bytes() for path in shards) == table.tobytes()


def test_vocabulary_follows_from_the_merges(tiny: tables.Tables) -> None:
    head, _, pairs = dashboard.tokenizer_file(tiny.encoding).partition(b"\n")
    assert len(pairs) == 4 * json.loads(head)["merges"] == 4 * (tiny.n_vocab - 257)


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        (r"\s", "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u3000", "\ufeff\u180e\u200b\u2060\x1c"),
        (r"\p{L}", "aªé文\U00020000", "1_\u0301\U000e0001"),
        (r"\p{N}", "0²½Ⅷ〇\U0001d7ff", "a一"),
    ],
)
def test_classes_are_tiktokens(pattern: str, inside: str, outside: str) -> None:
    edges = dashboard.ranges(pattern)
    assert all(np.searchsorted(edges, ord(c), "right") % 2 == 1 for c in inside)
    assert all(np.searchsorted(edges, ord(c), "right") % 2 == 0 for c in outside)


def test_training_ends_at_the_principal_components_of_the_finished_table() -> None:
    record = dashboard.training()
    places = np.array(record["coordinates"])
    assert places.shape == (len(record["steps"]), len(record["words"]), 2)
    assert len(record["loss"]) == record["steps"][-1]
    np.testing.assert_allclose(places[-1].mean(axis=0), 0, atol=1e-5)
    assert record["label"].startswith("TinyGPT")


# -- the compact table -------------------------------------------------------------------------------------------------


def test_codes_are_off_by_no_more_than_their_bound() -> None:
    rows = np.random.default_rng(1).normal(1, size=(500, 32)).astype(np.float32)
    rows[7] = 0
    of = rankings.measures(rows)
    table = dashboard.compact(rows, of)
    for bits in (3, 4, 8):
        low = (1 << (8 - bits)) - 1
        off = np.linalg.norm(rows - of.mean - table.centred(slice(None), bits).astype(np.float64), axis=1)
        bound = table.error + table.step * np.linalg.norm(table.spread) * low / 2
        assert (off <= bound * (1 + 1e-5)).all()


def test_recall_is_measured_against_the_truth() -> None:
    random_ = np.random.default_rng(2)
    groups = random_.normal(size=(300, 1, 32)) + 0.3 * random_.normal(size=(300, 10, 32))
    rows = groups.reshape(-1, 32).astype(np.float32)
    of, found = rankings.measures(rows), rankings.all_rankings(rows, 32)
    table = dashboard.compact(rows, of)
    recalls = [min(dashboard.measure_recall(table, rows, of, found, bits)[0].values()) for bits in (2, 4, 8)]
    assert recalls[0] < recalls[1] < recalls[2]
    assert recalls[2] > 0.98


# -- the tokenizer's JavaScript --------------------------------------------------------------------------------------


def same_tokens(node: str, encoding: tiktoken.Encoding, texts: list[str], folder: Path) -> None:
    (folder / "tokenizer").write_bytes(dashboard.tokenizer_file(encoding))
    (folder / "texts").write_bytes(packed(texts))
    run_node(node, "tokenize.mjs", folder / "tokenizer", folder / "texts", folder / "ids")
    assert_tokens(np.fromfile(folder / "ids", np.int32).tolist(), encoding, texts)


@pytest.mark.needs_node
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(lambda: strings(1, 25_000), id="generated"),
        *(pytest.param(TEXTS[name], id=name) for name in ("every code point beside its like", "long")),
    ],
)
def test_tokenizer_cuts_text_into_tinygpts_tokens(
    texts: Callable[[], list[str]], node: str, tiny: tables.Tables, tmp_path: Path
) -> None:
    """In Node; tests/browser/test_parity.py has a browser do all of it."""
    same_tokens(node, tiny.encoding, texts(), tmp_path)


def test_the_probe_tells_classes_apart() -> None:
    letter, number, other, space = (class_probe().encode_ordinary(beside_signs(c)) for c in "é²¢\xa0")
    assert [len(one) for one in (letter, number, other, space)] == [8, 8, 8, 9]
    assert [np.argmax(np.array(one) >= 256) for one in (letter, number, other)] == [0, 3, 6]


# -- rows, neighbours and search in JavaScript ---------------------------------------------------------------------------


def ask(node: str, data: Path, folder: Path, questions: list[dict[str, Any]]) -> list[Any]:
    (folder / "questions").write_text(json.dumps(questions))
    run_node(node, "search.mjs", data, folder / "questions", folder / "answers")
    answers: list[Any] = json.loads((folder / "answers").read_bytes())
    return answers


@pytest.mark.needs_node
def test_rows_in_the_browser_are_the_tables(
    node: str, data: Path, tiny: tables.Tables, tmp_path: Path
) -> None:
    answers = ask(node, data, tmp_path, [{"row": 300}, {"row": tiny.n_vocab - 1}, {"position": 5}])
    assert answers == [tiny.wte[300].tolist(), tiny.wte[-1].tolist(), tiny.wpe[5].tolist()]


def assert_answers_as_python(node: str, data: Path, wte: npt.NDArray[np.float32], folder: Path) -> None:
    asked = questions(wte)
    assert_answers(asked, ask(node, data, folder, asked), wte)


@pytest.mark.needs_node
def test_neighbours_and_searches_are_pythons(
    node: str, data: Path, tiny: tables.Tables, tmp_path: Path
) -> None:
    assert_answers_as_python(node, data, np.asarray(tiny.wte), tmp_path)


@pytest.mark.needs_node
@pytest.mark.needs_gpt2
def test_neighbours_and_searches_are_pythons_on_gpt2(
    node: str, gpt2_tables: tables.Tables, tmp_path: Path
) -> None:
    manifest = dashboard.FOLDER / "manifest.json"
    built = json.loads(manifest.read_bytes())["wte_sha256"] if manifest.is_file() else ""
    if built != gpt2_tables.provenance.wte_sha256:
        pytest.skip(
            "not run: the last build was not made on GPT-2 (EMBEDDINGS_MODEL=gpt2 python -m scripts build)"
        )
    assert_answers_as_python(node, dashboard.FOLDER, np.asarray(gpt2_tables.wte), tmp_path)


@pytest.mark.needs_node
def test_rank_of_a_token_is_pythons(node: str, data: Path, tiny: tables.Tables, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    wte = centred_rows(tiny.wte, False)
    vectors, ids = rng.normal(size=(20, tiny.n_embd)), [0, 300, tiny.n_vocab - 1]
    asked = [
        {"vector": v.tolist(), "metric": "cosine", "ids": ids, "without": [5], "exact": True} for v in vectors
    ]
    for vector, places in zip(vectors, ask(node, data, tmp_path, asked), strict=True):
        score = geometry.scores(wte, vector, "cosine")
        for place in places:
            rank = geometry.rank(score, place["id"], (5,))
            assert (place["rank"], place["from"], place["to"]) == (rank, rank, rank)


# -- what is copied as Python ------------------------------------------------------------------------------------------

TEXT_TO_COPY = 'The cat\'s "hat" \\ \n\t 😀 é \u202e'
PROGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "tokens": ("tokens", {"text": TEXT_TO_COPY}),
    "row": ("row", {"text": "The cat sat", "token": 1, "p": 7}),
    "cosine": ("neighbours", {"id": 300, "metric": "cosine", "centred": False, "k": 32}),
    "centred": ("neighbours", {"id": 301, "metric": "cosine", "centred": True, "k": 10}),
    "distance": ("neighbours", {"id": 302, "metric": "euclidean", "centred": True, "k": 10}),
    "arithmetic": (
        "vector",
        {
            "terms": [{"weight": 1, "id": 400}, {"weight": -1, "id": 500}, {"weight": 1, "id": 600}],
            "p": None,
            "metric": "cosine",
            "centred": False,
            "k": 12,
            "without": [400, 500, 600],
        },
    ),
    "sum": (
        "vector",
        {
            "terms": [{"weight": 1, "id": 358}],
            "p": 3,
            "metric": "dot",
            "centred": True,
            "k": 5,
            "without": [],
        },
    ),
    "positions": ("positions", {"id": 358, "p": 63}),
    "compare": ("compare", {"text": "The cat sat", "text2": "My cat is cute"}),
}


@pytest.mark.needs_node
def test_programs_of_the_dashboard_run_as_they_are_and_print_its_digits(
    node: str, data: Path, tiny: tables.Tables, tmp_path: Path
) -> None:
    (tmp_path / "questions").write_text(json.dumps([*PROGRAMS.values()]))
    run_node(node, "programs.mjs", data, tmp_path / "questions", tmp_path / "answers")
    answers = json.loads((tmp_path / "answers").read_bytes())

    def outcome(name: str, answer: dict[str, Any]) -> str:
        program = programs.Program(tmp_path / "dashboard" / f"{name}.py")
        program.path.parent.mkdir(exist_ok=True)
        program.path.write_text(answer["program"], "utf-8")
        return programs.run(program, tiny)

    with ThreadPoolExecutor(2) as pool:
        outputs = list(pool.map(outcome, PROGRAMS, answers))
    for name, answer, output in zip(PROGRAMS, answers, outputs, strict=True):
        at = 0
        for expected in answer["shown"]:
            assert expected in output[at:], f"{name}: {expected!r} not in\n{output}"
            at = output.index(expected, at) + 1
        assert answer["shown"] or output


@pytest.mark.needs_node
def test_modules_keep_their_promises(node: str) -> None:
    done = subprocess.run(
        [node, "--test", str(JS)], capture_output=True, text=True, timeout=300, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-5000:]


def test_the_arithmetic_s_examples_are_published_items() -> None:
    text = (DOCS / "assets" / "dashboard" / "arithmetic.js").read_text("utf-8")
    items = re.findall(r'^ {2}\["([^"]+)", "([^"]+)", "([^"]+)", "([^"]+)"\],$', text, re.MULTILINE)
    listed = {
        tuple(item[key] for key in ("a", "b", "c", "expected")) for item in published()["analogies"]["items"]
    }
    assert len(items) == 10
    assert set(items) <= listed
