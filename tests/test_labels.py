"""A page says what its numbers were computed from: GPT-2, TinyGPT, or tables that nobody verified."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import markdown  # type: ignore[import-untyped]
import pytest

from scripts import labels
from scripts.site_check import Node, parse
from scripts.tables import Provenance

GPT2 = Provenance(
    model="gpt2",
    name="GPT-2 small",
    repo="openai-community/gpt2",
    revision="607a30d783dfa663caf39e06633721c8d4cfcd7e",
    wte_sha256="11223344" + "0" * 56,
    wpe_sha256="55667788" + "0" * 56,
    vocab_sha256="a" * 64,
    merges_sha256="b" * 64,
    verified=True,
)
TINY = dataclasses.replace(GPT2, model="tiny", name="TinyGPT", revision="0123456789abcdef")
UNVERIFIED = dataclasses.replace(GPT2, verified=False)
BUILDS = {"gpt2": GPT2, "tiny": TINY, "unverified": UNVERIFIED}
each = pytest.mark.parametrize("kind", BUILDS)


def files(provenance: Provenance) -> dict[str, bytes]:
    (artefact,) = labels.artefacts(provenance)
    return {path.name: data for path, data in dict(artefact.make()).items()}


def banner(provenance: Provenance) -> Node:
    html = markdown.markdown(files(provenance)["banner.md"].decode(), extensions=["admonition"])
    (box,) = parse(html).all(of="admonition")
    return box


@each
def test_a_label_names_model_revision_and_the_first_8_digits_of_both_hashes(kind: str) -> None:
    label = labels.label(BUILDS[kind])
    assert BUILDS[kind].name in label
    assert BUILDS[kind].revision[:8] in label
    assert "wte 11223344 · wpe 55667788" in label
    assert "\n" not in label


def test_an_unverified_label_says_so_first() -> None:
    assert labels.label(UNVERIFIED).startswith("unverified, not GPT-2 small")
    assert "unverified" not in labels.label(GPT2) + labels.label(TINY)


@each
def test_the_banner_has_the_label_in_it(kind: str) -> None:
    assert labels.label(BUILDS[kind]) in banner(BUILDS[kind]).text()


def test_the_banner_of_the_embedded_default_says_that_it_is_not_gpt2() -> None:
    box = banner(TINY)
    assert "warning" in box.classes
    assert "not made on GPT-2" in box.text()


def test_the_banner_of_unverified_tables_warns_louder() -> None:
    box = banner(UNVERIFIED)
    assert "danger" in box.classes
    assert "not GPT-2's numbers" in box.text()


def test_an_unverified_tiny_is_unverified() -> None:
    assert labels.kind(dataclasses.replace(TINY, verified=False)) == "unverified"


def test_only_gpt2_s_banner_speaks_of_the_published_hash() -> None:
    assert "published sha256" in banner(GPT2).text()
    assert "published sha256" not in banner(TINY).text() + banner(UNVERIFIED).text()


@each
def test_provenance_json_says_all_of_it(kind: str) -> None:
    record = json.loads(files(BUILDS[kind])["provenance.json"])
    assert record.items() >= dataclasses.asdict(BUILDS[kind]).items()
    assert record["label"] == labels.label(BUILDS[kind])
    assert set(record["packages"]) == set(labels.PACKAGES)
    assert all(record["packages"].values())


def test_provenance_tells_nothing_of_the_machine() -> None:
    text = files(TINY)["provenance.json"].decode()
    assert str(Path.home()) + "/" not in text


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Provenance)])
def test_whatever_changes_in_the_provenance_makes_everything_stale(field: str) -> None:
    other = False if field == "verified" else "another"
    assert labels.identity(dataclasses.replace(GPT2, **{field: other})) != labels.identity(GPT2)  # type: ignore[arg-type]
