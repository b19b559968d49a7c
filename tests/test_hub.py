"""GPT-2's tables come from the hub whole, once, and in spite of it (DESIGN, sections 4 and 10)."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from scripts.tables import TablesError, api, cache, embedded, gpt2
from scripts.tables.cache import Places
from scripts.tables.gpt2 import Finder, Found, RefusedError
from scripts.tables.hub import HubUnreachableError, Patience
from scripts.tables.part import Part, journal_of
from scripts.tables.safetensors_file import Span
from tests.hub import BIG, REVISION, SmallHub, ask, make_model, sha256

TABLES = 266 * 96 * 4 + 16 * 96 * 4
ROOT = Path(__file__).parents[1]


@dataclass
class House:
    """One reader's machine: a hub to ask, folders, and what was said and waited for."""

    hub: SmallHub
    finder: Finder
    said: list[str]
    waited: list[float]

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    @property
    def own(self) -> Path:
        return self.finder.places.own

    def find(self, *, unverified: bool = False, rehash: bool = False) -> Found:
        return replace(self.finder, unverified=unverified).find(rehash=rehash)

    def auto(self) -> Found:
        return api.gpt2_or_tiny(self.finder, embedded.find)

    def files(self) -> list[str]:
        return sorted(p.name for p in self.own.glob("*")) if self.own.exists() else []


@pytest.fixture
def hub() -> Iterator[SmallHub]:
    with SmallHub() as running:
        yield running


@pytest.fixture
def house(hub: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    ask(monkeypatch, hub.endpoint, tmp_path / "hf")
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 1)
    monkeypatch.setenv("EMBEDDINGS_CACHE", str(tmp_path / "ours"))
    said: list[str] = []
    waited: list[float] = []
    patience = Patience(sleep=waited.append)
    finder = Finder(hub.model.pins, Places.of(hub.model.pins), patience, say=said.append)
    return House(hub, finder, said, waited)


def is_gpt2(house: House, found: Found) -> bool:
    tables = api.opened(found)
    return bool(
        np.array_equal(tables.wte, house.hub.model.wte)
        and np.array_equal(tables.wpe, house.hub.model.wpe)
        and found.provenance.verified
        and tables.encoding.n_vocab == tables.n_vocab
    )


# -- what is fetched


def test_only_the_tables_the_header_and_the_tokenizer_are_fetched(house: House) -> None:
    found = house.find()
    assert is_gpt2(house, found)
    assert house.hub.body_bytes <= TABLES + len(house.hub.files["merges.txt"]) + 16_384
    assert house.files() == [".lock", "merges.txt", BIG, "vocab.json"]
    assert found.model_file.stat().st_size < TABLES + 1000


@pytest.mark.parametrize(
    "order",
    [("wte.weight", "h.0.attn.bias", "wpe.weight"), ("wpe.weight", "wte.weight", "h.0.attn.bias")],
    ids=["apart", "at the start"],
)
def test_the_header_says_where_the_tables_lie(house: House, order: tuple[str, ...]) -> None:
    house.hub.files[BIG] = make_model(order=order).files[BIG]
    assert is_gpt2(house, house.find())


def test_a_header_longer_than_the_first_look_is_read(house: House) -> None:
    from tests.hub import safetensors

    tensors = {"wpe.weight": house.hub.model.wpe, "wte.weight": house.hub.model.wte}
    house.hub.files[BIG] = safetensors(tensors, pad_to=50_001)
    assert is_gpt2(house, house.find())


def test_tables_are_mapped_read_only_and_aligned(house: House) -> None:
    tables = api.opened(house.find())
    for table in (tables.wte, tables.wpe):
        assert isinstance(table, np.memmap)
        assert table.dtype == np.float32
        assert table.flags.aligned
        with pytest.raises(ValueError, match="read-only"):
            table[0, 0] = 1
    assert (tables.n_vocab, tables.n_embd, tables.n_ctx) == (266, 96, 16)


def test_a_second_start_asks_the_hub_for_nothing(house: House) -> None:
    house.find()
    house.hub.forget()
    assert is_gpt2(house, house.find())
    assert house.hub.seen == []


def test_what_was_hashed_on_its_way_is_not_read_again_to_be_hashed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(path: Path, span: Span) -> str:
        raise AssertionError(path)

    with monkeypatch.context() as patched:
        patched.setattr(cache, "sha256_of_span", again)
        found = house.find()
        cache._known.clear()  # as in another process
        assert house.find() == found
    assert cache.sha256_of_span(found.model_file, found.wte) == found.provenance.wte_sha256
    assert cache.sha256_of_span(found.model_file, found.wpe) == found.provenance.wpe_sha256


def test_the_token_goes_to_the_hub_and_not_where_it_redirects(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    house.find()
    by_host = {seen.host.split(":")[0]: set[str | None]() for seen in house.hub.seen}
    for seen in house.hub.seen:
        by_host[seen.host.split(":")[0]].add(seen.authorization)
    assert by_host == {"127.0.0.1": {"Bearer hf_secret"}, "localhost": {None}}


# -- the user's own cache


def snapshot(house: House, tmp_path: Path, repo: str = "models--openai-community--gpt2") -> Path:
    folder = tmp_path / "hf" / repo / "snapshots" / REVISION
    folder.mkdir(parents=True)
    for name, data in house.hub.model.files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("repo", ["models--openai-community--gpt2", "models--gpt2"])
def test_the_users_own_hugging_face_cache_is_read_in_place(house: House, tmp_path: Path, repo: str) -> None:
    folder = snapshot(house, tmp_path, repo)
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "hf").rglob("*") if p.is_file()}
    found = house.find()
    assert is_gpt2(house, found)
    assert found.model_file.parent == found.files == folder
    assert before == {
        p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "hf").rglob("*") if p.is_file()
    }
    assert house.hub.seen == []
    assert not house.own.exists()


def test_the_published_files_odd_header_makes_no_misaligned_table(house: House, tmp_path: Path) -> None:
    snapshot(house, tmp_path)
    tables = api.opened(house.find())
    assert tables.wte.flags.aligned
    assert not tables.wte.flags.writeable


def test_a_damaged_file_in_the_users_cache_is_told_of_left_alone_and_replaced(
    house: House, tmp_path: Path
) -> None:
    file = snapshot(house, tmp_path) / BIG
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)
    found = house.find()
    assert is_gpt2(house, found)
    assert found.model_file.parent == house.own
    assert f"{file} is not used" in house.text
    assert file.read_bytes() == data


def test_only_what_is_missing_of_the_users_cache_is_fetched(house: House, tmp_path: Path) -> None:
    folder = snapshot(house, tmp_path)
    (folder / "merges.txt").unlink()
    found = house.find()
    assert is_gpt2(house, found)
    assert found.model_file == folder / BIG
    assert house.hub.body_bytes == len(house.hub.files["merges.txt"])


# -- no network


def closed_port() -> str:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{s.getsockname()[1]}"


def test_without_network_gpt2_is_an_error_that_names_host_caches_and_two_ways_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = closed_port()
    ask(monkeypatch, nowhere, tmp_path / "hf")
    with pytest.raises(HubUnreachableError) as e:
        house.find()
    text = str(gpt2.no_network(house.finder, e.value))
    assert nowhere in text
    assert str(house.own) in text
    assert str(tmp_path / "hf" / "models--openai-community--gpt2") in text
    assert f"put {BIG} and merges.txt" in text
    assert "EMBEDDINGS_MODEL=tiny" in text
    assert not (tmp_path / "ours").exists()


def test_the_way_on_without_network_is_a_way(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, closed_port(), tmp_path / "hf")
    house.own.mkdir(parents=True)
    for name in (BIG, "merges.txt"):
        (house.own / name).write_bytes(house.hub.files[name])
    assert is_gpt2(house, house.find())


def test_without_network_auto_is_tinygpt_at_once_with_one_warning(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, closed_port(), tmp_path / "hf")
    start = time.monotonic()
    assert house.auto().provenance.model == "tiny"
    assert time.monotonic() - start < 2
    assert len(house.said) == 1
    assert house.said[0].startswith("warning: ")
    assert house.waited == []


def test_offline_mode_is_no_network(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert house.auto().provenance.model == "tiny"
    assert "HF_HUB_OFFLINE is set" in house.text
    assert house.hub.seen == []


def test_a_hub_that_keeps_silent_costs_auto_some_seconds_and_the_next_start_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.hub.faults.silent = True
    soon = gpt2.quick(house.finder, 0.3)
    monkeypatch.setattr(gpt2, "quick", lambda finder: soon)
    monkeypatch.setattr(api, "WAITED", 0.2)
    assert house.auto().provenance.model == "tiny"
    asked = len(house.hub.seen)
    assert house.auto().provenance.model == "tiny"
    assert len(house.hub.seen) == asked
    assert "did not answer within 0.3 s" in house.said[0]
    assert "ago" in house.said[1]


def test_the_login_page_of_a_network_is_no_hub(house: House) -> None:
    house.hub.faults.page = True
    assert house.auto().provenance.model == "tiny"
    assert "not as a hub does" in house.text


def test_auto_takes_gpt2_where_it_can(house: House) -> None:
    assert is_gpt2(house, house.auto())


@pytest.mark.parametrize("fault", ["flip", "missing", "fail"])
def test_auto_does_not_hide_a_hub_that_answers_wrongly(house: House, fault: str) -> None:
    if fault == "flip":
        house.hub.faults.flip = {BIG: -9}
    elif fault == "missing":
        house.hub.faults.missing = True
    else:
        house.hub.faults.fail_first = 1000
    with pytest.raises(TablesError):
        house.auto()


def test_an_address_that_is_none_is_said_to_be_none(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, "hub.example", tmp_path / "hf")
    with pytest.raises(TablesError, match="HF_ENDPOINT"):
        house.find()


# -- a bad connection


def test_a_cut_connection_goes_on_where_it_stopped(house: House) -> None:
    house.hub.faults.drop_after, house.hub.faults.drop_times = 40_000, 2
    assert is_gpt2(house, house.find())
    assert house.hub.body_bytes <= TABLES + 16_384 + len(house.hub.files["merges.txt"])
    starts = [seen.range for seen in house.hub.contents() if seen.host.startswith("localhost")]
    assert len(set(starts)) == len(starts)


def test_503_is_tried_again_after_growing_pauses(house: House) -> None:
    house.hub.faults.fail_first = 4
    assert is_gpt2(house, house.find())
    assert house.waited == sorted(house.waited)
    assert house.waited[-1] > 4 * house.waited[0]


def test_503_at_the_first_question_is_tried_again_by_auto_too(house: House) -> None:
    house.hub.faults.fail_heads = 2
    assert is_gpt2(house, house.auto())
    assert len(house.waited) == 2


@pytest.mark.parametrize("after", ["17", "date"])
def test_429_waits_as_long_as_it_is_asked_to(house: House, after: str) -> None:
    said = "17" if after == "17" else formatdate(time.time() + 18, usegmt=True)
    house.hub.faults.fail_first, house.hub.faults.status = 1, 429
    house.hub.faults.headers = {"Retry-After": said}
    assert is_gpt2(house, house.find())
    assert len(house.waited) == 1
    assert 16 <= house.waited[0] <= 18


def test_a_hub_that_asks_for_hours_is_not_waited_for(house: House) -> None:
    house.hub.faults.fail_first, house.hub.faults.status = 1, 429
    house.hub.faults.headers = {"Retry-After": "7200"}
    with pytest.raises(TablesError, match="come back in 7,200 s"):
        house.find()
    assert house.waited == []


def test_after_the_last_try_the_error_says_how_much_is_kept_and_the_next_start_goes_on(house: House) -> None:
    house.hub.faults.drop_after = 16_384
    with pytest.raises(
        TablesError, match=r"connection cut.* 6 times in a row; [\d,.]+ (MB|bytes) of .* are kept in"
    ):
        house.find()
    kept = house.finder.places.part.stat().st_size
    assert kept > 16_384
    house.hub.faults.drop_after = None
    house.hub.forget()
    assert is_gpt2(house, house.find())
    assert house.hub.body_bytes <= TABLES - kept + 16_384 + 1000


def test_a_stalled_connection_is_given_up_and_tried_again(house: House) -> None:
    house.find()
    house.finder.places.model.unlink()
    house.hub.faults.stall = 2  # the header's answer, and the tables'
    assert is_gpt2(house, house.find())
    assert "it stopped answering" in house.text


@pytest.mark.parametrize("drops", [0, 2])
def test_a_server_without_ranges_will_do(house: House, drops: int) -> None:
    house.hub.faults.no_range = True
    if drops:
        house.find()
        house.finder.places.model.unlink()
        house.hub.faults.drop_after, house.hub.faults.drop_times = 450_000, drops
    assert is_gpt2(house, house.find())


def test_an_answer_with_other_bytes_than_asked_for_is_not_used(house: House) -> None:
    house.hub.faults.wrong_range = 2
    assert is_gpt2(house, house.find())
    assert "was sent 'bytes 1-" in house.text


@pytest.mark.parametrize(("status", "hint"), [(401, "HF_TOKEN"), (403, "filter"), (404, "HF_ENDPOINT")])
def test_a_refusal_by_the_hub_is_told_with_a_hint(house: House, status: int, hint: str) -> None:
    house.hub.faults.fail_heads, house.hub.faults.status = 1, status
    with pytest.raises(TablesError, match=hint):
        house.find()
    assert house.waited == []


# -- wrong bytes


def test_a_byte_wrong_once_is_refused_set_aside_and_fetched_again(house: House) -> None:
    house.hub.faults.flip, house.hub.faults.flip_times = {BIG: -9}, 2  # the header's answer, and the tables'
    assert is_gpt2(house, house.find())
    assert BIG + ".refused" in house.files()
    assert "fetching once more" in house.text


def test_a_byte_wrong_twice_is_an_error_with_both_hashes_the_rows_and_the_ways_on(house: House) -> None:
    house.hub.faults.flip = {BIG: -9}
    with pytest.raises(RefusedError) as e:
        house.find()
    text = str(e.value)
    assert house.hub.model.pins.wte.sha256 in text
    assert sha256(house.finder.places.refused.read_bytes()[-266 * 96 * 4 :]) in text
    assert "1 of the 2 rows" not in text
    assert "2 of the 2 rows that others have printed agree" in text
    assert "EMBEDDINGS_UNVERIFIED=1" in text
    assert "EMBEDDINGS_MODEL=tiny" in text
    assert BIG not in house.files()
    assert house.hub.body_bytes < 2 * TABLES + 2 * 16_384


def test_another_model_in_gpt2s_place_agrees_with_no_row(house: House) -> None:
    house.hub.files[BIG] = make_model(1).files[BIG]
    with pytest.raises(RefusedError, match="0 of the 2 rows"):
        house.find()


def test_what_was_refused_is_not_fetched_again_at_each_start(house: House) -> None:
    house.hub.files[BIG] = make_model(1).files[BIG]
    with pytest.raises(RefusedError) as first:
        house.find()
    house.hub.forget()
    with pytest.raises(RefusedError) as second:
        house.find()
    assert str(first.value) == str(second.value)
    assert house.hub.seen == []
    house.hub.files[BIG] = house.hub.model.files[BIG]
    assert is_gpt2(house, house.find(rehash=True))  # `python -m scripts fetch` asks again
    assert is_gpt2(house, house.find())


def test_unverified_tables_have_to_be_asked_for_and_are_labelled(house: House) -> None:
    other = make_model(1)
    house.hub.files[BIG] = other.files[BIG]
    found = house.find(unverified=True)
    assert not found.provenance.verified
    assert found.provenance.wte_sha256 == other.pins.wte.sha256
    assert np.array_equal(api.opened(found).wte, other.wte)
    assert (
        house.hub.body_bytes <= TABLES + 16_384 + 1000
    )  # once: this hub has another file, and says so in its ETag
    house.hub.forget()
    assert house.find(unverified=True) == found
    with pytest.raises(RefusedError):
        house.find()
    assert house.hub.seen == []


def test_tables_that_were_refused_are_there_when_they_are_asked_for(house: House) -> None:
    house.hub.files[BIG] = make_model(1).files[BIG]
    with pytest.raises(RefusedError):
        house.find()
    house.hub.forget()
    assert not house.find(unverified=True).provenance.verified
    assert house.hub.seen == []


def test_refused_tables_that_changed_on_the_disk_are_fetched_again(house: House) -> None:
    house.hub.files[BIG] = make_model(1).files[BIG]
    found = house.find(unverified=True)
    data = found.model_file.read_bytes()
    found.model_file.write_bytes(data[:-9] + b"\x55" + data[-8:])
    assert house.find(unverified=True).provenance == found.provenance
    assert found.model_file.read_bytes() == data


def test_a_published_file_damaged_on_the_way_is_fetched_again_even_if_unverified_would_do(
    house: House,
) -> None:
    house.hub.faults.flip, house.hub.faults.flip_times = {BIG: -9}, 2
    assert is_gpt2(house, house.find(unverified=True))


def test_a_byte_wrong_in_the_cache_is_refused_set_aside_and_fetched_again(house: House) -> None:
    file = house.find().model_file
    stat = file.stat()
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as a bad disk does it: same size, same time
    assert is_gpt2(house, house.find())
    assert house.finder.places.refused.read_bytes() == data
    assert "set aside" in house.text


@pytest.mark.parametrize("damage", ["cut", "empty", "text"])
def test_a_damaged_file_in_the_cache_is_set_aside_and_fetched_again(house: House, damage: str) -> None:
    file = house.find().model_file
    data = file.read_bytes()
    file.write_bytes({"cut": data[:-1], "empty": b"", "text": b"not a model at all"}[damage])
    assert is_gpt2(house, house.find())
    assert "set aside" in house.text


def test_a_damaged_cache_without_network_is_an_error_and_stays(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = house.find().model_file
    file.write_bytes(file.read_bytes()[:-1])
    ask(monkeypatch, closed_port(), tmp_path / "hf")
    with pytest.raises(HubUnreachableError):
        house.find()
    assert file.exists()
    assert f"{file} is not used" in house.text


def test_a_wrong_tokenizer_is_never_taken(house: House) -> None:
    house.hub.faults.flip = {"merges.txt": 20}
    with pytest.raises(RefusedError, match="never taken unverified"):
        house.find(unverified=True)
    assert "merges.txt.refused" in house.files()
    assert "merges.txt" not in house.files()


def test_a_tokenizer_wrong_once_is_fetched_again(house: House) -> None:
    house.hub.faults.flip, house.hub.faults.flip_times = {"merges.txt": 20}, 1
    assert is_gpt2(house, house.find())


def test_a_tokenizer_longer_than_it_should_be_is_not_read_to_its_end(house: House) -> None:
    house.hub.files["merges.txt"] = b"#" * 50_000_000
    with pytest.raises(RefusedError):
        house.find()
    assert house.hub.body_bytes < 40_000_000


def test_vocab_that_merges_do_not_give_is_fetched(house: House) -> None:
    vocab = house.hub.files["vocab.json"].replace(b"{", b"{ ", 1)
    house.hub.files["vocab.json"] = vocab
    pin = replace(house.finder.pins.vocab, size=len(vocab), sha256=sha256(vocab))
    house.finder = replace(house.finder, pins=replace(house.finder.pins, vocab=pin))
    found = house.find()
    assert (found.files / "vocab.json").read_bytes() == vocab


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>Sign in</html>" * 100, "no safetensors file"),
        ((10**15).to_bytes(8, "little") + bytes(100), "no safetensors file"),
        ((900).to_bytes(8, "little") + b"{" + bytes(2000), "not JSON"),
        (b"\x02\x00", "starts with 8 bytes"),
    ],
    ids=["a page", "a huge header", "not JSON", "two bytes"],
)
def test_a_hubs_file_that_is_no_safetensors_is_refused_by_name(house: House, data: bytes, why: str) -> None:
    house.hub.files[BIG] = data
    with pytest.raises(TablesError, match=why) as e:
        house.find()
    assert BIG in str(e.value)
    assert BIG not in house.files()


# -- interruption


def test_ctrl_c_keeps_what_is_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Part.write

    def interrupted(self: Part, piece: bytes) -> None:
        write(self, piece)
        if self.done > 50_000:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Part, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            house.find()
    kept = house.finder.places.part.stat().st_size
    assert kept > 50_000
    house.hub.forget()
    assert is_gpt2(house, house.find())
    assert house.hub.body_bytes <= TABLES - 50_000 + 16_384 + 8192
    assert not journal_of(house.finder.places.part).exists()


@pytest.mark.parametrize("change", ["etag", "header", "journal"])
def test_what_is_kept_of_another_file_is_not_gone_on_with(house: House, change: str) -> None:
    house.hub.faults.drop_after = 16_384
    with pytest.raises(TablesError):
        house.find()
    house.hub.faults.drop_after = None
    part = house.finder.places.part
    if change == "etag":
        house.hub.faults.etag = "f" * 64
    elif change == "header":
        part.write_bytes(b"x" * part.stat().st_size)
    else:
        journal_of(part).write_text("{half", encoding="ascii")
    house.hub.forget()
    assert is_gpt2(house, house.find())
    assert house.hub.body_bytes >= TABLES


def test_what_is_kept_is_hashed_with_the_rest(house: House) -> None:
    house.hub.faults.drop_after = 16_384
    with pytest.raises(TablesError):
        house.find()
    house.hub.faults.drop_after = None
    with house.finder.places.part.open("r+b") as f:
        f.seek(5000)
        f.write(b"\0\0\0\0")
    assert is_gpt2(house, house.find())
    assert "fetching once more" in house.text


CHILD = """
import sys
from pathlib import Path
from tests.hub import make_model
from scripts.tables.cache import Places
from scripts.tables.gpt2 import Finder
from scripts.tables.hub import Patience
pins = make_model().pins
found = Finder(pins, Places.of(pins), Patience()).find()
print(found.provenance.verified)
"""


def child(house: House, tmp_path: Path, **more: str) -> subprocess.Popen[str]:
    env = {
        **os.environ,
        "HF_ENDPOINT": house.hub.endpoint,
        "HF_HOME": str(tmp_path / "home"),
        "EMBEDDINGS_CACHE": str(tmp_path / "ours"),
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_process_loses_nothing(house: House, tmp_path: Path) -> None:
    house.hub.faults.pause = 0.05
    process = child(house, tmp_path)
    part = house.finder.places.part
    while not (part.exists() and part.stat().st_size > 40_000):
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = part.stat().st_size
    assert kept < TABLES
    house.hub.faults.pause = 0
    time.sleep(0.1)  # the hub has to notice that nobody listens
    house.hub.forget()
    assert is_gpt2(house, house.find())
    assert house.hub.body_bytes <= TABLES - kept + 16_384 + 1000


def test_two_processes_download_once_and_the_second_says_that_it_waits(house: House, tmp_path: Path) -> None:
    house.hub.faults.pause = 0.03
    processes = [child(house, tmp_path) for _ in range(2)]
    ends = [process.communicate(timeout=20) for process in processes]
    assert [out for out, _ in ends] == ["True\n", "True\n"]
    assert sum("waiting for it" in err for _, err in ends) == 1
    assert house.hub.body_bytes <= TABLES + 16_384 + len(house.hub.files["merges.txt"])


def test_the_environments_address_cache_token_and_proxy_are_used(house: House, tmp_path: Path) -> None:
    house.hub.faults.redirect = False
    nowhere = {
        "HF_ENDPOINT": "http://hub.invalid",
        "HTTP_PROXY": house.hub.endpoint,
        "http_proxy": house.hub.endpoint,
    }
    out, err = child(house, tmp_path, HF_TOKEN="hf_secret", NO_PROXY="", no_proxy="", **nowhere).communicate(
        timeout=20
    )
    assert (out, "Traceback" in err) == ("True\n", False), err
    asked = [seen for seen in house.hub.seen if "/openai-community/" in seen.path]
    assert {seen.path.split("/openai")[0] for seen in asked} == {"http://hub.invalid"}
    assert {seen.authorization for seen in asked} == {"Bearer hf_secret"}
    assert "GPT-2 small's two tables from http://hub.invalid" in err


# -- the disk


def test_a_full_disk_is_told_before_the_download(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    with pytest.raises(TablesError, match="not enough room"):
        house.find()


def test_a_disk_that_fills_up_keeps_what_is_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Part.write

    def full(self: Part, piece: bytes) -> None:
        if self.done > 30_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, piece)

    with monkeypatch.context() as patch:
        patch.setattr(Part, "write", full)
        with pytest.raises(TablesError, match=r"No space left on device.*EMBEDDINGS_CACHE"):
            house.find()
    assert house.finder.places.part.stat().st_size > 30_000
    assert is_gpt2(house, house.find())


def test_a_cache_that_cannot_be_written_is_a_clear_error(house: House, tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("a file where the folder should be", encoding="ascii")
    with pytest.raises(TablesError, match=r"cannot write in .*EMBEDDINGS_CACHE"):
        house.find()


def test_a_cache_of_the_user_will_do_where_ours_cannot_be_written(house: House, tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("a file where the folder should be", encoding="ascii")
    snapshot(house, tmp_path)
    assert is_gpt2(house, house.find())
