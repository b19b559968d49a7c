"""Each published fact equals what is computed, wherever what it depends on is at hand; and the check can fail."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts import tables as tables_room
from scripts.claims import claims, pages, published
from scripts.claims.published import Fact, agrees, check, facts
from scripts.tables import Provenance, Tables
from scripts.tables.pinned import GPT2

ARTEFACTS = published.published()["artefacts"]
NAMES = [f"{fact.group}: {fact.name}" for fact in facts()]


def about(*needs: str) -> Callable[[Fact], bool]:
    return lambda fact: fact.needs <= set(needs)


def parametrised(wanted: Callable[[Fact], bool]) -> pytest.MarkDecorator:
    chosen = [(fact, name) for fact, name in zip(facts(), NAMES, strict=True) if wanted(fact)]
    return pytest.mark.parametrize("fact", [fact for fact, _ in chosen], ids=[name for _, name in chosen])


@pytest.fixture(scope="module")
def without_wte(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return gpt2_without_wte(shared, tmp_path_factory.mktemp("gpt2"))


def gpt2_without_wte(shared: Path, files: Path) -> Tables:
    """GPT-2's tokenizer and position table, and zeros where its token table belongs."""
    for name, original in (("vocab.json", "encoder.json"), ("merges.txt", "vocab.bpe")):
        (files / name).write_bytes((shared / original).read_bytes())
    wpe = np.load(shared / "wpe.npy", mmap_mode="r")
    return Tables(
        wte=np.broadcast_to(np.float32(0), GPT2.wte.shape),
        wpe=wpe,
        provenance=Provenance(
            model="gpt2",
            name=GPT2.name,
            repo=GPT2.repo,
            revision=GPT2.revision,
            wte_sha256="",
            wpe_sha256=hashlib.sha256(wpe.tobytes()).hexdigest(),
            vocab_sha256=published._file_sha256(files / "vocab.json"),
            merges_sha256=published._file_sha256(files / "merges.txt"),
            verified=False,
        ),
        files=files,
        model_file=files / "model.safetensors",
    )


# -- the facts ----------------------------------------------------------------------------------------------------


@pytest.mark.needs_shared
@parametrised(about("tokenizer", "wpe"))
def test_published_by_others_and_computed_here(fact: Fact, without_wte: Tables) -> None:
    result = check(fact, without_wte)
    assert result.verdict == "holds", f"published {fact.published}, computed {result.computed}. {result.why}"


@pytest.mark.needs_gpt2
@parametrised(lambda fact: "wte" in fact.needs)
def test_published_of_the_token_table_and_computed_here(fact: Fact, gpt2_tables: Tables) -> None:
    result = check(fact, gpt2_tables)
    assert result.verdict == "holds", f"published {fact.published}, computed {result.computed}. {result.why}"


@pytest.mark.needs_gpt2
@parametrised(about("whole file", "config.json"))
def test_published_of_files_that_are_not_fetched(fact: Fact, gpt2_tables: Tables) -> None:
    result = check(fact, gpt2_tables)
    assert result.verdict in ("holds", "not checked"), (
        f"published {fact.published}, computed {result.computed}"
    )


def test_every_fact_of_the_file_is_checked() -> None:
    said = published.published()
    expected = {
        "artefacts": sum(isinstance(entry, dict) for entry in ARTEFACTS.values()),
        "rows": len(said["rows"]["wte"]) + len(said["rows"]["wpe"]),
        "input of the first block": 1 + 3 * len(said["input_layer"]["ids"]),
        "analogies: the first of the ranking, and the rank of what was expected": 4
        * len(said["analogies"]["items"]),
        "analogies: the first 18 together": 2,
        "analogies: the spelling of the answer": 1,
        "plural direction: singular and plural along it": 2 * len(said["plural_direction"]["pairs"]),
        "plural direction: together": 3,
        "untrained rows": 2 + len(said["untrained"]["by_id"]),
        "tokens": len(said["tokens"]["encode"])
        + len(said["tokens"]["single"])
        + 1
        + len(said["tokens"]["counts"]),
    }
    counted = {group: sum(fact.group == group for fact in facts()) for group in expected}
    assert counted == expected
    assert sum(expected.values()) == len(facts())
    assert len(set(NAMES)) == len(NAMES)
    assert all(fact.source and fact.needs for fact in facts())


def test_the_fragment_is_the_one_that_the_file_tells_of() -> None:
    fragment = next(fact for fact in facts() if "spelling" in fact.group)
    assert f"rank {fragment.published:,}" in published.published()["analogies"]["also"]


def test_the_published_items_add_up_to_the_published_summary() -> None:
    said = published.published()["analogies"]
    first = said["items"][:18]
    for metric in published.METRICS:
        assert said["first_18"] == {
            "removed_top1": sum(item[metric]["removed"]["rank"] == 1 for item in first),
            "kept_top1": sum(item[metric]["kept"]["rank"] == 1 for item in first),
            "nearest_is_an_input_when_kept": sum(
                item[metric]["kept"]["top1"] in (item["a"], item["b"], item["c"]) for item in first
            ),
        }


def test_pins_are_the_published_ones() -> None:
    assert ARTEFACTS["revision"] == GPT2.revision
    assert ARTEFACTS["repo"] == GPT2.repo
    for file in (GPT2.file, GPT2.vocab, GPT2.merges):
        assert ARTEFACTS[file.name] | {"sha256": file.sha256, "bytes": file.size} == ARTEFACTS[file.name]
    rows = published.published()["rows"]
    for table in (GPT2.wte, GPT2.wpe):
        assert ARTEFACTS[table.tensor]["sha256"] == table.sha256
        pinned = {
            str(pin.row): (list(pin.head), list(pin.tail), pin.tolerance) for pin in GPT2.rows[table.tensor]
        }
        assert pinned == {
            row: (said["head"], said.get("tail", []), said.get("tolerance", rows["tolerance"]))
            for row, said in rows[table.tensor.removesuffix(".weight")].items()
        }


@pytest.mark.needs_shared
def test_the_copy_is_the_shared_file(shared: Path) -> None:
    original = json.loads((shared.parent / "facts" / "gpt2-published.json").read_text(encoding="utf-8"))
    copy = json.loads(published.FILE.read_text(encoding="utf-8"))
    for facts_of in (original, copy):  # the two texts that name the folder the files were read from
        del facts_of["note"], facts_of["artefacts"]["wpe.weight"]["source"]
    assert copy == original


# -- the machinery can fail ---------------------------------------------------------------------------------------


@pytest.fixture
def pretended(tiny: Tables) -> Tables:
    """TinyGPT's tables under GPT-2's name: all that is published is about others."""
    return replaced(tiny, model="gpt2", name=GPT2.name, wte_sha256=GPT2.wte.sha256)


def replaced(tables: Tables, **known: Any) -> Tables:
    return dataclasses.replace(tables, provenance=dataclasses.replace(tables.provenance, **known))


def verify(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> int:
    """What ``python -m scripts verify`` says of ``tables``; the claims have tests of their own."""
    monkeypatch.setattr(tables_room, "load", lambda model="": tables)
    monkeypatch.setattr(pages, "judge_all", lambda *_: [])
    return published.main()


def by_name(name: str) -> Fact:
    (fact,) = (fact for fact in facts() if name in fact.name)
    return fact


def with_published_rows() -> Tables:
    """A table whose published rows are as published, under GPT-2's name."""
    wte = np.zeros(GPT2.wte.shape, np.float32)
    for row, said in published.published()["rows"]["wte"].items():
        wte[int(row), : len(said["head"])] = said["head"]
        wte[int(row), 768 - len(said["tail"]) :] = said["tail"]
    known = Provenance(
        "gpt2", GPT2.name, GPT2.repo, GPT2.revision, GPT2.wte.sha256, "", "", "", verified=True
    )
    return Tables(wte, np.zeros(GPT2.wpe.shape, np.float32), known, Path(), Path("model.safetensors"))


def test_one_wrong_number_fails() -> None:
    tables, fact = with_published_rows(), by_name("wte[50256]")
    assert check(fact, tables).verdict == "holds"
    tables.wte[50256, -1] += 1.1 * fact.tolerance
    result = check(fact, tables)
    assert result.verdict == "FAILS"
    assert result.computed is not None


def test_a_wrong_table_fails_by_its_hash() -> None:
    assert check(by_name("sha256 of wte.weight"), with_published_rows()).verdict == "FAILS"


def test_what_cannot_be_computed_fails(pretended: Tables) -> None:
    result = check(by_name("wte[50256]"), pretended)
    assert result.verdict == "FAILS"
    assert "IndexError" in result.why


def test_other_tables_under_gpt2s_name_fail(
    pretended: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(pretended, monkeypatch) == 1
    assert "\n      FAILS" in capsys.readouterr().out


def test_verify_lists_the_claims_too(
    tiny: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables_room, "load", lambda model="": tiny)
    assert published.main() == 0
    said = capsys.readouterr().out
    for made in claims():
        assert made.statement in said


def test_tables_that_no_claim_can_be_checked_on_are_an_error(
    pretended: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables_room, "load", lambda model="": pretended)
    assert published.main() == 1
    assert "cannot be checked" in capsys.readouterr().out


def test_tinygpt_is_not_judged(
    tiny: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(tiny, monkeypatch) == 0
    said = capsys.readouterr().out
    assert f"{len(facts())} facts: 0 hold, 0 FAIL, {len(facts())} not checked" in said
    assert "NOTHING WAS CHECKED" in said
    assert "not checked: this build is made on TinyGPT" in said


@pytest.mark.needs_shared
def test_unverified_tables_are_judged_only_where_they_are_gpt2s(
    without_wte: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(without_wte, monkeypatch) == 0
    said = capsys.readouterr().out
    assert "not checked: the token table is not GPT-2's" in said
    assert "UNVERIFIED TABLES" in said
    assert "0 of 6 published rows agree" in said
    for result in published.checked(without_wte):
        expected = "holds" if result.fact.needs <= {"tokenizer", "wpe"} else "not checked"
        assert result.verdict == expected, result.fact.name


@pytest.mark.needs_shared
def test_a_wrong_position_fails_also_on_unverified_tables(
    without_wte: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    wpe = np.array(without_wte.wpe)
    wpe[2, 0] += 1
    assert verify(dataclasses.replace(without_wte, wpe=wpe), monkeypatch) == 1


@pytest.mark.parametrize(
    ("computed", "expected", "tolerance", "equal"),
    [
        (1.0, 1.0, 0.0, True),
        (1.001, 1.0, 0.001, True),
        (1.0011, 1.0, 0.001, False),
        (float("nan"), 1.0, 1.0, False),
        ((" queen", 1), (" queen", 1), 0.0, True),
        ((" king", 1), (" queen", 1), 5.0, False),
        ((1, 2), (1, 2, 3), 0.0, False),
        (1, (1,), 0.0, False),
        ("1", 1, 0.0, False),
        (2, 1, 0.0, False),
    ],
)
def test_agrees(computed: published.Value, expected: published.Value, tolerance: float, equal: bool) -> None:
    assert agrees(computed, expected, tolerance) is equal


@pytest.mark.parametrize(("rank", "tolerance"), [(1, 0), (1000, 0), (1001, 2), (13827, 14)])
def test_a_rank_is_exact_where_it_counts(rank: int, tolerance: int) -> None:
    assert published.rank_tolerance(rank) == tolerance


# -- how it is computed: the plain way gives the same -----------------------------------------------------------


def test_analogies_are_ranked_as_one_would_by_hand(tiny: Tables) -> None:
    ids = [tiny.encoding.encode_single_token(f" {word}") for word in ("man", "woman", "king", "queen")]
    a, b, c = (tiny.wte[i].astype(float) for i in ids[:3])
    target = b - a + c
    rows = tiny.wte.astype(float)
    by_hand = {
        "euclidean": -np.linalg.norm(rows - target, axis=1),
        "cosine": rows @ target / np.linalg.norm(rows, axis=1) / np.linalg.norm(target),
    }
    (ours,) = published.nearness(tiny, [ids])
    for metric, score in by_hand.items():
        np.testing.assert_allclose(ours[metric], score, atol=1e-9)
        order = [int(i) for i in np.argsort(-score, kind="stable")]
        assert published.ranked(ours[metric], ids[3], ()).rank == order.index(ids[3]) + 1
        left = [i for i in order if i not in ids[:3]]
        assert published.ranked(ours[metric], ids[3], tuple(ids[:3])) == published.Ranked(
            left[0], left.index(ids[3]) + 1
        )


def test_the_plural_direction_is_that_of_the_file(tiny: Tables) -> None:
    def row(word: str) -> Any:
        return tiny.wte[tiny.encoding.encode_single_token(f" {word}")].astype(float)

    average = np.mean([row(f"{w}s") - row(w) for w in ("dog", "car", "house", "tree", "hand")], axis=0)
    expected = (row("cat") @ average, row("cats") @ average)
    assert published.along(tiny, " cat", " cats", "average") == pytest.approx(expected, abs=1e-9)
    seed = row("cats") - row("cat")
    ratio = np.linalg.norm(seed) / np.linalg.norm(average)
    assert published._norm_ratio(tiny) == pytest.approx(ratio)


def test_the_untrained_indicator_is_that_of_the_file(tiny: Tables) -> None:
    mean = tiny.wte[177:188].astype(float).mean(axis=0)
    row = tiny.wte[300].astype(float)
    expected = 1 - row @ mean / np.linalg.norm(row) / np.linalg.norm(mean)
    assert published.untrained_indicator(tiny)[300] == pytest.approx(expected)


def test_a_result_is_kept_with_its_tables(tiny: Tables) -> None:
    other = dataclasses.replace(tiny, wte=tiny.wte * np.float32(-1))
    assert published.plural_directions(tiny) is published.plural_directions(tiny)
    assert not np.array_equal(
        published.plural_directions(other)["seed"], published.plural_directions(tiny)["seed"]
    )
