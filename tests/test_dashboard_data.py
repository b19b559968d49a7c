"""The dashboard's data and its JavaScript give what Python gives: the same tokens, rows, neighbours and scores."""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import zlib
from collections.abc import Callable, Mapping
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
from scripts.tables.tokenizer import encoding_from

JS = ROOT / "tests" / "dashboard"
STRINGS = 100_000


@pytest.fixture(scope="session")
def tiny() -> tables.Tables:
    return tables.load("tiny")


@pytest.fixture(scope="session")
def data(once: Callable[[str, Callable[[Path], object]], Path], tiny: tables.Tables) -> Path:
    """TinyGPT's data, made in a folder of their own."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dashboard, "FOLDER", folder / "dashboard")
            patch.setattr(dashboard, "PARTS", folder / "parts")
            steps = [
                *dashboard.artefacts(tiny.provenance, lambda: tiny),
                *dashboard.index(tiny.provenance, lambda: tiny),
            ]
            for artefact in steps:
                files = artefact.make()
                for path, content in files.items() if isinstance(files, Mapping) else files:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)

    return once("dashboard-data", make) / "dashboard"


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


# -- the tokenizer in the browser --------------------------------------------------------------------------------------

ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz ABCXYZ 0123456789 .,;:!?'\"-_()[]{}<>|/\\@#$%^&*+=~`",
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2003\u2028\u2029\u202f\u205f\u3000",
    "\x00\x01\x07\x08\x1b\x1c\x1d\x1e\x1f\x7f\x80\x9f\xad",
    "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2069\u180e\ufffd\ufffe\uffff",
    "éèêñüßøåæœłżčšžýůőİıſﬁ",
    "\u0301\u0308\u0327\u20d0\u0483\ufe0f",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя АБВ",
    "αβγδεζηθικλμνξοπρστυφχψως",
    "אבגדהוזחטיכלמנסעפצקרשת שָׁלוֹם",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ٠١٢٣٤٥٦٧٨٩",
    "अआइईउऊकखगघचछजझ ०१२३ क्षि",
    "กขคฆงจฉชซ เแโใไ ๐๑๒",
    "日本語漢字中文汉字仮名ひらがなカタカナ一二三",
    "한국어조선글가나다",
    "½²³¹⅓Ⅷⅻ①⑩〇㊿෦𝟘𝟙𐄇",
    "😀🎉👍🏽👩‍👩‍👧‍👦🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿❤️",
    "\U00020000\U0002a6d6\U000f0000\U00100000\U0010ffff\U000e0001\U0001f9ff\U00016e40",
    "\ud800\udbff\udc00\udfff",
    "'sS'tT'reRE'veVE'mM'llLL'dD’s",
)
TEXT = (
    "the cat sat on mat dog puppies king queen <|endoftext|> <|endoftext |endoftext|> <|im_start|> 'll 've 're 's 'S 'LL "
    " externalToEVA SolidGoldMagikarp don't I'm we've 3.14159 https://example.org/?q=a&b=c%20d e=mc² naïve coöperate "
    "supercalifragilisticexpialidocious ﬁne ǅungla straße ẞ Σίσυφος"
)
WORDS = re.split(" ", TEXT)


def strings(seed: int, count: int) -> list[str]:
    """Text as people and enemies write it: words, scripts mixed, runs of white space, lone surrogates, any code points."""
    rng = random.Random(seed)

    def piece() -> str:
        match rng.randrange(10):
            case 0 | 1 | 2:
                alphabet = rng.choice(ALPHABETS)
                return "".join(rng.choices(alphabet, k=rng.randint(1, 12)))
            case 3 | 4:
                return " ".join(rng.choices(WORDS, k=rng.randint(1, 5)))
            case 5:
                return rng.choice(ALPHABETS[1]) * rng.randint(1, 6)
            case 6:
                return chr(rng.randrange(0x110000))
            case 7:
                return rng.choice(rng.choice(ALPHABETS)) * rng.randint(1, 90)
            case 8:
                return "".join(chr(rng.randrange(0x3000)) for _ in range(rng.randint(1, 6)))
            case _:
                return rng.choice((" ", "'", "\n", "  ", " '", "\r\n"))

    return ["".join(piece() for _ in range(rng.randint(0, 8))) for _ in range(count)]


def same_tokens(node: str, encoding: tiktoken.Encoding, texts: list[str], folder: Path) -> None:
    (folder / "tokenizer").write_bytes(zlib.compress(dashboard.tokenizer_file(encoding)))
    with (folder / "strings").open("wb") as file:
        for text in texts:
            units = text.encode("utf-16-le", "surrogatepass")
            file.write((len(units) // 2).to_bytes(4, "little") + units)
    run_node(node, "tokenize.mjs", folder / "tokenizer", folder / "strings", folder / "ids")
    numbers = np.fromfile(folder / "ids", np.int32)
    at = 0
    for text in texts:
        count = int(numbers[at])
        got = numbers[at + 1 : at + 1 + count].tolist()
        at += 1 + count
        assert got == encoding.encode_ordinary(text), ascii(text)
    assert at == len(numbers)


#: Everything that is one code point, alone and between two letters.
POINTS = [chr(point) for point in range(0x110000)]
ALL_POINTS = ["".join(POINTS[i : i + 64]) for i in range(0, 0x110000, 64)]
BETWEEN = ["".join(f"a{c} {c}1{c}" for c in POINTS[i : i + 64]) for i in range(0, 0x30000, 64)]
LONG = [
    "a" * 100_000,
    "ab" * 50_000,
    " " * 100_000,
    "\n" * 100_000 + "x",
    "Donaudampfschiff" * 6_000,
    "é" * 50_000,
]


@pytest.mark.needs_node
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(lambda: strings(1, STRINGS // 4), id="generated"),
        pytest.param(lambda: ALL_POINTS + BETWEEN, id="every code point"),
        pytest.param(lambda: LONG, id="long"),
    ],
)
def test_browser_cuts_text_into_tinygpts_tokens(
    texts: Callable[[], list[str]], node: str, tiny: tables.Tables, tmp_path: Path
) -> None:
    same_tokens(node, tiny.encoding, texts(), tmp_path)


@pytest.mark.needs_node
@pytest.mark.needs_shared
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(lambda: strings(2, STRINGS), id="generated"),
        pytest.param(lambda: ALL_POINTS + BETWEEN, id="every code point"),
        pytest.param(lambda: LONG, id="long"),
    ],
)
def test_browser_cuts_text_into_gpt2s_tokens(
    texts: Callable[[], list[str]], node: str, shared: Path, tmp_path: Path
) -> None:
    encoding = encoding_from(shared / "encoder.json", shared / "vocab.bpe", "gpt2")
    same_tokens(node, encoding, texts(), tmp_path)


# -- rows, neighbours and search in the browser ------------------------------------------------------------------------


def ask(node: str, data: Path, folder: Path, questions: list[dict[str, Any]]) -> list[Any]:
    (folder / "questions").write_text(json.dumps(questions))
    run_node(node, "search.mjs", data, folder / "questions", folder / "answers")
    answers: list[Any] = json.loads((folder / "answers").read_bytes())
    return answers


def centred_rows(rows: npt.NDArray[np.float32], centred: bool) -> npt.NDArray[np.float64]:
    wide = rows.astype(np.float64)
    return wide - wide.mean(axis=0) if centred else wide


def same_ranking(
    got: dict[str, Any], score: npt.NDArray[np.float64], k: int, without: tuple[int, ...] = ()
) -> None:
    """The same IDs in the same order, but where scores differ by less than the last digit of a float32."""
    score = score.copy()
    score[list(without)] = -np.inf
    order = np.argsort(-score, kind="stable")[:k]
    assert len(got["ids"]) == len(order)
    np.testing.assert_allclose(got["scores"], score[order], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(score[got["ids"]], score[order], rtol=1e-12, atol=1e-12)


@pytest.mark.needs_node
def test_rows_in_the_browser_are_the_tables(
    node: str, data: Path, tiny: tables.Tables, tmp_path: Path
) -> None:
    answers = ask(node, data, tmp_path, [{"row": 300}, {"row": tiny.n_vocab - 1}, {"position": 5}])
    assert answers == [tiny.wte[300].tolist(), tiny.wte[-1].tolist(), tiny.wpe[5].tolist()]


RANKINGS: list[tuple[geometry.Metric, bool]] = [
    ("cosine", False),
    ("dot", False),
    ("euclidean", False),
    ("cosine", True),
    ("dot", True),
    ("euclidean", True),
]


def assert_answers_as_python(node: str, data: Path, wte: npt.NDArray[np.float32], folder: Path) -> None:
    """Lists of 500 tokens, and searches for 200 vectors: random ones, and sums of three rows."""
    rng = np.random.default_rng(3)
    n, d = wte.shape
    sums = wte[rng.integers(0, n, (100, 3))].sum(axis=1)
    vectors = [*rng.normal(size=(100, d)).astype(np.float32), *sums]
    asked: list[dict[str, Any]] = []
    for i, token in enumerate(rng.permutation(n)[:500].tolist()):
        metric, centred = RANKINGS[i % 6]
        asked.append({"neighboursOf": token, "metric": metric, "centred": centred})
    for i, vector in enumerate(vectors):
        metric, centred = RANKINGS[i % 6]
        without = rng.integers(0, n, i % 4).tolist()
        question = {"vector": vector.tolist(), "metric": metric, "centred": centred, "without": without}
        asked.append(question | {"k": 20, "exact": True, "most": 1e12})
    answers = ask(node, data, folder, asked)
    mean = wte.mean(axis=0, dtype=np.float64)
    for of in (False, True):
        rows = centred_rows(wte, of)
        for question, answer in zip(asked, answers, strict=True):
            if question["centred"] != of:
                continue
            token = question.get("neighboursOf")
            query = rows[token] if token is not None else np.array(question["vector"]) - mean * of
            if question["metric"] == "euclidean":
                squares = np.einsum("nd,nd->n", rows, rows) - 2 * (rows @ query)
                near = np.argsort(squares, kind="stable")[:200]
                score = np.full(len(rows), -np.inf)
                score[near] = -np.linalg.norm(rows[near] - query, axis=1)
            else:
                score = np.asarray(geometry.scores(rows, query, question["metric"]), np.float64)
            left_out = (token,) if token is not None else tuple(question["without"])
            same_ranking(answer, score, question.get("k", 32), left_out)
            assert answer.get("exact", True)


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
