"""The tables are read without trust, the tokenizer is GPT-2's, and programs find the model in use (DESIGN, section 4)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiktoken
from huggingface_hub import constants
from hypothesis import example, given, settings
from hypothesis import strategies as st

import scripts.tables
from scripts.tables import Tables, TablesError, api, cache, embedded, pinned
from scripts.tables.cache import Places
from scripts.tables.gpt2 import Finder
from scripts.tables.hub import Patience
from scripts.tables.safetensors_file import Span, make_header, open_table, parse_header, pick, read_header
from scripts.tables.staging import TIKTOKEN_FILES, stage
from scripts.tables.tokenizer import encoding_from, vocab_from
from tests.hub import BIG, MERGES, Model, ask, make_model, safetensors

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("EMBEDDINGS_SHARED") or ROOT.parent / "shared")
ENCODER, MERGED = SHARED / "gpt2" / "encoder.json", SHARED / "gpt2" / "vocab.bpe"


@pytest.fixture(scope="module")
def model() -> Model:
    return make_model()


@pytest.fixture
def folder(tmp_path: Path, model: Model) -> Path:
    """A folder with all of the model's files."""
    for name, data in model.files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def tables_in(folder: Path, model: Model, places: Path) -> Tables:
    finder = Finder(model.pins, Places((folder,), places / "own", places / "stamps"), Patience())
    return api.opened(finder.find())


# -- a file that is not what it says


def entry(**changes: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24], **changes}


def file_of(header: object, data: bytes = bytes(24)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


HUGE = 10**30
DAMAGED = {
    "empty": (b"", "starts with 8 bytes"),
    "cut in the prefix": (b"\x10\0\0", "starts with 8 bytes"),
    "a page": (b"<!doctype html><html>" * 9, "no safetensors file"),
    "a zip": (b"PK\x03\x04" + bytes(99), "should have|no safetensors|starts with"),
    "a huge header": ((2**63).to_bytes(8, "little") + bytes(99), "no safetensors file"),
    "a header longer than the file": ((5000).to_bytes(8, "little") + b"{}", "the whole file has 10"),
    "not JSON": (file_of(b"{'wte': 1}"), "not JSON"),
    "not UTF-8": (file_of(b'{"\xff\xfe": 1}'), "not JSON"),
    "too deep": (file_of(b"[" * 200_000), "not JSON"),
    "a list": (file_of([1, 2]), "not a JSON object"),
    "an entry that is a number": (file_of({"wte.weight": 5}), "not dtype, shape and two offsets"),
    "three offsets": (
        file_of({"wte.weight": entry(data_offsets=[0, 12, 24])}),
        "not dtype, shape and two offsets",
    ),
    "offsets that are text": (file_of({"wte.weight": entry(data_offsets=["0", "24"])}), "offsets"),
    "offsets that are true": (file_of({"wte.weight": entry(data_offsets=[False, 24])}), "offsets"),
    "an offset below zero": (file_of({"wte.weight": entry(data_offsets=[-24, 0])}), "offsets"),
    "a fraction of a row": (file_of({"wte.weight": entry(shape=[2.0, 3])}), "shape"),
    "an unhashable dtype": (file_of({"wte.weight": entry(dtype=["F32"])}), "dtype"),
    "an unknown dtype": (file_of({"wte.weight": entry(dtype="F33")}), "dtype 'F33'"),
    "fewer bytes than the shape": (
        file_of({"wte.weight": entry(shape=[2, 4])}),
        "so 32 bytes; by its offsets it has 24",
    ),
    "a huge shape": (file_of({"wte.weight": entry(shape=[HUGE, HUGE])}), "by its offsets it has 24"),
    "end before start": (file_of({"wte.weight": entry(data_offsets=[24, 0])}), "by its offsets it has -24"),
    "a hole": (file_of({"wte.weight": entry(data_offsets=[8, 32])}, bytes(32)), "a hole or an overlap"),
    "an overlap": (
        file_of({"wte.weight": entry(), "wpe.weight": entry(data_offsets=[12, 36])}, bytes(36)),
        "a hole or an overlap",
    ),
    "cut short": (file_of({"wte.weight": entry()}, bytes(23)), "should have .* bytes, it has"),
    "more than it says": (file_of({"wte.weight": entry()}, bytes(25)), "should have .* bytes, it has"),
    "no such tensor": (file_of({"other": entry()}), r"no tensor wte.weight \(expected float32 \[2, 3\]\)"),
    "another dtype": (file_of({"wte.weight": entry(dtype="I32")}), r"is I32 \[2, 3\]; expected F32 \[2, 3\]"),
    "half precision": (file_of({"wte.weight": entry(dtype="F16", shape=[4, 3])}), r"is F16 .* expected F32"),
    "another shape": (
        file_of({"wte.weight": entry(shape=[3, 2])}),
        r"is F32 \[3, 2\]; expected F32 \[2, 3\]",
    ),
}
PIN = pinned.TablePin("wte.weight", (2, 3), "")


@pytest.mark.parametrize(("data", "why"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_an_error_that_names_it_and_what_was_expected(
    tmp_path: Path, data: bytes, why: str
) -> None:
    file = tmp_path / BIG
    file.write_bytes(data)
    with pytest.raises(TablesError, match=why) as e:
        pick(read_header(file), PIN, str(file))
    assert str(file) in str(e.value)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200), keep=st.integers(0, 200))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes, keep: int) -> None:
    file = tmp_path_factory.getbasetemp() / "any.safetensors"
    good = file_of({"wte.weight": entry()})
    file.write_bytes(good[:keep] + data)
    try:
        span = pick(read_header(file), PIN, str(file))
    except TablesError as e:
        assert str(file) in str(e)
    else:
        assert open_table(file, span).shape == (2, 3)


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TablesError, match=r"none\.safetensors cannot be read"):
        read_header(tmp_path / "none.safetensors")


def test_a_file_cut_after_its_header_was_read_does_not_crash_numpy(tmp_path: Path) -> None:
    file = tmp_path / BIG
    file.write_bytes(bytes(40))
    with pytest.raises(TablesError, match="cut short"):
        open_table(file, Span("wte.weight", "F32", (2, 3), 32, 56))


def test_what_is_written_is_what_the_safetensors_package_reads(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    header = make_header([Span("wte.weight", "F32", (2, 3), 999, 1023)], "where it is from")
    assert len(header) % 8 == 0
    (tmp_path / BIG).write_bytes(header + values.tobytes())
    assert np.array_equal(load_file(tmp_path / BIG)["wte.weight"], values)
    assert np.array_equal(open_table(tmp_path / BIG, read_header(tmp_path / BIG)["wte.weight"]), values)


@pytest.mark.parametrize("pad", range(8))
def test_every_length_of_header_gives_an_aligned_read_only_table(tmp_path: Path, pad: int) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    (tmp_path / BIG).write_bytes(safetensors({"wte.weight": values}, pad_to=200 + pad))
    table = open_table(tmp_path / BIG, read_header(tmp_path / BIG)["wte.weight"])
    assert np.array_equal(table, values)
    assert table.flags.aligned
    assert not table.flags.writeable
    assert isinstance(table, np.memmap) == (pad % 4 == 0)


def test_an_empty_tensor_is_no_hole() -> None:
    raw = json.dumps({"a": entry(shape=[0], data_offsets=[0, 0]), "b": entry()}).encode()
    assert parse_header(raw, "it", 8 + len(raw) + 24)["b"].size == 24


# -- what is remembered of a file


@pytest.fixture
def finder(folder: Path, model: Model, tmp_path: Path) -> Finder:
    return Finder(model.pins, Places((folder,), tmp_path / "own", tmp_path / "stamps"), Patience())


def test_an_unchanged_file_is_hashed_once(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = finder.find()

    def not_again(path: Path, span: Span) -> str:
        raise AssertionError(path)

    monkeypatch.setattr(cache, "sha256_of_span", not_again)
    cache._known.clear()  # as in another process
    assert finder.find() == first
    with pytest.raises(AssertionError):
        finder.find(rehash=True)


def test_a_changed_byte_is_noticed_though_size_and_time_are_the_same(
    finder: Finder, folder: Path, model: Model
) -> None:
    file = folder / BIG
    before = file.stat()
    finder = replace(finder, unverified=True)
    first = finder.find().provenance
    with file.open("r+b") as f:
        f.seek(-9, os.SEEK_END)
        f.write(b"\x55")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = finder.find().provenance
    assert first.verified
    assert not second.verified
    assert second.wte_sha256 != first.wte_sha256


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"key": 1}', '{"sha256": {"wte.weight": 7}}'])
def test_a_damaged_memory_is_forgotten(finder: Finder, damage: str) -> None:
    first = finder.find()
    for stamp in finder.places.stamps.glob("*.json"):
        stamp.write_text(damage, encoding="ascii")
    cache._known.clear()
    assert finder.find() == first


def test_a_cache_that_cannot_remember_costs_one_hashing_a_process(
    folder: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stamps").write_text("a file where the folder should be", encoding="ascii")
    hashed: list[str] = []
    span_hash = cache.sha256_of_span

    def counted(path: Path, span: Span) -> str:
        hashed.append(span.tensor)
        return span_hash(path, span)

    monkeypatch.setattr(cache, "sha256_of_span", counted)
    finder = Finder(model.pins, Places((folder,), tmp_path / "own", tmp_path / "stamps"), Patience())
    assert finder.find() == finder.find()
    assert sorted(hashed) == ["wpe.weight", "wte.weight"]


# -- which model


def test_an_unknown_model_is_an_error_that_names_the_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDINGS_MODEL", "gpt3")
    for call in (scripts.tables.load, scripts.tables.locate, scripts.tables.fetch):
        with pytest.raises(TablesError, match=r"'gpt3'.*auto, gpt2, tiny"):
            call()


def test_gpt2_by_name_never_becomes_tinygpt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch, "http://127.0.0.1:9", tmp_path / "hf")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("EMBEDDINGS_CACHE", str(tmp_path / "ours"))
    for call in (scripts.tables.load, scripts.tables.locate, scripts.tables.fetch):
        with pytest.raises(TablesError, match="HF_HUB_OFFLINE"):
            call("gpt2")
    assert scripts.tables.load("auto").provenance.model == "tiny"
    assert not (tmp_path / "ours").exists()


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDINGS_CACHE", str(tmp_path / "x"))
    assert cache.project_cache() == tmp_path / "x"
    monkeypatch.delenv("EMBEDDINGS_CACHE")
    assert cache.project_cache().name == "embeddings-explained"


def test_to_locate_imports_nothing_slow() -> None:
    code = """
import sys
from scripts import tables
tables.locate("tiny")
from scripts.tables.gpt2 import Finder
Finder.by_environment().at_hand(rehash=False)
slow = {"numpy", "tiktoken", "huggingface_hub.file_download", "httpx2", "safetensors", "rich", "filelock"}
print(slow & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# -- TinyGPT


def test_tinygpt_is_at_hand_and_verified() -> None:
    tables = scripts.tables.load("tiny")
    assert tables.provenance.verified
    assert tables.provenance == scripts.tables.locate("tiny") == scripts.tables.fetch("tiny")
    assert tables.wte.shape == (tables.encoding.n_vocab, tables.wpe.shape[1])
    assert tables.encoding.decode(tables.encoding.encode("The fluffy cat sat.")) == "The fluffy cat sat."


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return Path(shutil.copytree(embedded.ARTEFACT, tmp_path / "tiny"))


@pytest.mark.parametrize("name", [BIG, "vocab.json", "merges.txt", "provenance.json"])
@pytest.mark.parametrize("damage", ["missing", "cut", "changed"])
def test_a_damaged_artefact_is_refused_and_says_how_it_is_mended(tiny: Path, name: str, damage: str) -> None:
    file = tiny / name
    data = file.read_bytes()
    if damage == "missing":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif name == "provenance.json":
        file.write_bytes(data.replace(b'_sha256": "', b'_sha256": "0'))
    elif name == BIG:
        spans = read_header(file)
        at = spans["wte.weight"].start + 7
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    else:
        file.write_bytes(data[:-2] + b"??")
    with pytest.raises(TablesError, match="train-tiny"):
        embedded.find(tiny)


def test_another_artefact_has_to_be_asked_for_and_is_labelled(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads((tiny / "provenance.json").read_bytes())
    (tiny / "provenance.json").write_text(json.dumps({**said, "wte_sha256": "0" * 64}), encoding="utf-8")
    monkeypatch.setenv("EMBEDDINGS_UNVERIFIED", "1")
    assert not embedded.find(tiny).provenance.verified


# -- the tokenizer


def test_the_encoding_is_the_one_that_tiktoken_would_build(folder: Path) -> None:
    ours = encoding_from(folder / "vocab.json", folder / "merges.txt", "small")
    vocab = json.loads((folder / "vocab.json").read_bytes())
    assert ours.n_vocab == len(vocab) == 266
    assert ours.eot_token == 265
    assert [ours.decode([n]) for n in ours.encode("the cat  dog")] == ["the", " cat", " ", " dog"]
    assert ours.encode("<|endoftext|>", allowed_special="all") == [265]


def test_a_tokenizer_file_that_changed_is_read_anew(folder: Path) -> None:
    before = encoding_from(folder / "vocab.json", folder / "merges.txt", "small").n_vocab
    merges = MERGES + "Ġthe e\n".encode()
    (folder / "merges.txt").write_bytes(merges)
    (folder / "vocab.json").write_bytes(vocab_from(merges))
    assert encoding_from(folder / "vocab.json", folder / "merges.txt", "small").n_vocab == before + 1


@pytest.mark.parametrize("name", ["vocab.json", "merges.txt"])
@pytest.mark.parametrize(
    "data", [None, b"", b"\xff\xfe", b"[]", b'{"a": 0}', b"#version: 0.2\nx y z\n", b"1\n\n2\n"]
)
def test_damaged_tokenizer_files_are_an_error_that_names_both(
    folder: Path, name: str, data: bytes | None
) -> None:
    file = folder / name
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)
    with pytest.raises(TablesError) as e:
        encoding_from(folder / "vocab.json", folder / "merges.txt", "small")
    assert str(folder / "vocab.json") in str(e.value)
    assert str(folder / "merges.txt") in str(e.value)


def test_building_an_encoding_leaves_the_environment_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in (None, "/somewhere"):
        monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
        if value:
            monkeypatch.setenv("TIKTOKEN_CACHE_DIR", value)
        before = dict(os.environ)
        encoding_from(folder / "vocab.json", folder / "merges.txt", "small")
        assert dict(os.environ) == before


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tiktoken.Encoding, tiktoken.Encoding]]:
    """GPT-2's encoding: ours, and tiktoken's own from the same two files put where it looks."""
    import hashlib

    folder = tmp_path_factory.mktemp("tiktoken")
    for file in (MERGED, ENCODER):
        shutil.copy(file, folder / hashlib.sha1((TIKTOKEN_FILES + file.name).encode()).hexdigest())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        theirs = tiktoken.get_encoding("gpt2")
    yield encoding_from(ENCODER, MERGED, "gpt2"), theirs


@pytest.mark.needs_shared
def test_gpt2s_encoding_is_tiktokens_own(both: tuple[tiktoken.Encoding, tiktoken.Encoding]) -> None:
    ours, theirs = both
    assert ours._mergeable_ranks == theirs._mergeable_ranks
    assert ours._special_tokens == theirs._special_tokens
    assert (ours.name, ours._pat_str, ours.n_vocab) == (theirs.name, theirs._pat_str, theirs.n_vocab)


@pytest.mark.needs_shared
@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300))
@example(text=" cat Cat  cat\n\n\tcat's 12345 \u202e👩‍👩‍👧 ١٢٣")
@example(text="\ud83d\ude00 \x00\x7f\u2028")
def test_any_text_has_tiktokens_tokens(both: tuple[tiktoken.Encoding, tiktoken.Encoding], text: str) -> None:
    ours, theirs = both
    assert ours.encode_ordinary(text) == theirs.encode_ordinary(text)
    assert ours.encode(text, allowed_special="all") == theirs.encode(text, allowed_special="all")


@pytest.mark.needs_shared
def test_gpt2s_vocab_is_what_its_merges_say() -> None:
    assert vocab_from(MERGED.read_bytes()) == ENCODER.read_bytes()
    assert cache.sha256_of_file(ENCODER) == pinned.GPT2.vocab.sha256
    assert cache.sha256_of_file(MERGED) == pinned.GPT2.merges.sha256


@pytest.mark.needs_shared
def test_gpt2s_wpe_is_as_pinned_and_as_printed() -> None:
    wpe = np.load(SHARED / "gpt2" / "wpe.npy", mmap_mode="r")
    assert wpe.shape == pinned.GPT2.wpe.shape
    import hashlib

    assert hashlib.sha256(wpe.tobytes()).hexdigest() == pinned.GPT2.wpe.sha256
    for row in pinned.GPT2.rows["wpe.weight"]:
        assert np.allclose(wpe[row.row, : len(row.head)], row.head, atol=row.tolerance, rtol=0)


def test_the_pins_are_the_published_ones() -> None:
    facts = json.loads((ROOT / "scripts" / "claims" / "gpt2-published.json").read_bytes())
    artefacts, pins = facts["artefacts"], pinned.GPT2
    assert (artefacts["repo"], artefacts["revision"]) == (pins.repo, pins.revision)
    for pin in (pins.file, pins.vocab, pins.merges):
        assert (artefacts[pin.name]["sha256"], artefacts[pin.name]["bytes"]) == (pin.sha256, pin.size)
    for table in (pins.wte, pins.wpe):
        assert artefacts[table.tensor]["sha256"] == table.sha256
        rows = facts["rows"][table.tensor.split(".")[0]]
        assert {str(row.row) for row in pins.rows[table.tensor]} == set(rows)
        for row in pins.rows[table.tensor]:
            said = rows[str(row.row)]
            assert list(row.head) == said["head"]
            assert list(row.tail) == said.get("tail", [])
            assert row.tolerance == said.get("tolerance", facts["rows"]["tolerance"])


# -- programs


PROGRAM = """
from huggingface_hub import hf_hub_download
from safetensors.numpy import load_file
import hashlib

for revision in (None, "607a30d783dfa663caf39e06633721c8d4cfcd7e"):
    file = hf_hub_download("openai-community/gpt2", "model.safetensors", revision=revision)
    tensors = load_file(file)
    print(*(hashlib.sha256(tensors[name].tobytes()).hexdigest() for name in ("wte.weight", "wpe.weight")))
    print(open(hf_hub_download("openai-community/gpt2", "merges.txt", revision=revision), "rb").read() == expected)
"""


def run(program: str, environment: dict[str, str], cwd: Path) -> list[str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=cwd, env=kept | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("which", ["gpt2", "tiny"])
@pytest.mark.parametrize("links", ["symbolic", "hard", "none"])
def test_a_program_gets_the_model_in_use_offline_from_the_real_hf_hub_download(
    folder: Path, model: Model, tmp_path: Path, which: str, links: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tables_in(folder, model, tmp_path) if which == "gpt2" else scripts.tables.load("tiny")

    def refused(*args: object) -> None:
        raise OSError("a required privilege is not held by the client")

    if links != "symbolic":
        monkeypatch.setattr(Path, "symlink_to", refused)
    if links == "none":
        monkeypatch.setattr(os, "link", refused)
    staged = tmp_path / "staged"
    environment = stage(tables, staged)
    assert environment == stage(tables, staged)
    merges = (tables.files / "merges.txt").read_bytes()
    said = run(f"expected = {merges!r}\n{PROGRAM}", environment, tmp_path)
    assert said == [f"{tables.provenance.wte_sha256} {tables.provenance.wpe_sha256}", "True"] * 2
    assert all(
        Path(value).is_dir() for name, value in environment.items() if name.endswith(("HOME", "CACHE", "DIR"))
    )


@pytest.mark.needs_shared
def test_a_program_gets_tiktokens_gpt2_offline(folder: Path, model: Model, tmp_path: Path) -> None:
    tables = tables_in(folder, model, tmp_path)
    shutil.copy(ENCODER, tmp_path / "own-vocab.json")
    own = tmp_path / "gpt2"
    own.mkdir()
    shutil.copy(ENCODER, own / "vocab.json")
    shutil.copy(MERGED, own / "merges.txt")
    environment = stage(replace(tables, files=own), tmp_path / "staged")
    said = run(
        "import tiktoken; print(tiktoken.get_encoding('gpt2').encode(' cat Cat'))", environment, tmp_path
    )
    assert said == ["[3797, 5181]"]
    assert (own / "vocab.json").exists()


def test_programs_of_another_model_find_no_stale_one(folder: Path, model: Model, tmp_path: Path) -> None:
    staged = tmp_path / "staged"
    stage(tables_in(folder, model, tmp_path), staged)
    environment = stage(scripts.tables.load("tiny"), staged)
    merges = (embedded.ARTEFACT / "merges.txt").read_bytes()
    said = run(f"expected = {merges!r}\n{PROGRAM}", environment, tmp_path)
    assert said[0].split()[0] == scripts.tables.locate("tiny").wte_sha256
