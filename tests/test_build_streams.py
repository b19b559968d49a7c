"""What would not fit in memory is made a file at a time, and files named by their content are trusted by name and size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import build
from scripts.build import Artefact, BuildError


def named(root: Path, data: bytes) -> Path:
    return root / "docs" / "generated" / f"rows.{hashlib.sha256(data).hexdigest()[:16]}.bin"


def stream(root: Path, fail: bool = False) -> Artefact:
    def make() -> Iterator[tuple[Path, bytes]]:
        for data in (b"one", b"two"):
            yield named(root, data), data
        if fail:
            raise BuildError("half-way")
        yield root / ".build" / "rows.json", b"{}"

    return Artefact("rows", "1", make)


def quietly(line: str) -> None:
    """Say nothing."""


def test_a_stream_is_written_file_by_file(rooted: Path) -> None:
    lines: list[str] = []
    assert build.run([stream(rooted)], say=lines.append) == 1
    assert named(rooted, b"one").read_bytes() == b"one"
    assert lines[0].startswith("rows  stale → 8 bytes in ")
    assert build.run([stream(rooted)], say=quietly) == 0


def test_files_of_a_stream_that_fails_are_forgotten_by_the_next_build(rooted: Path) -> None:
    with pytest.raises(BuildError):
        build.run([stream(rooted, fail=True)], say=quietly)
    assert named(rooted, b"one").exists()
    build.run([], say=quietly)
    assert not named(rooted, b"one").exists()


@pytest.mark.parametrize("damage", ["shorter", "gone"])
def test_a_file_named_by_its_content_is_made_again_if_its_size_is_another(rooted: Path, damage: str) -> None:
    build.run([stream(rooted)], say=quietly)
    file = named(rooted, b"one")
    file.unlink()
    if damage == "shorter":
        file.write_bytes(b"on")
    assert build.run([stream(rooted)], say=quietly) == 1
    assert file.read_bytes() == b"one"


def test_it_is_not_hashed_again(rooted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.run([stream(rooted)], say=quietly)
    hashed: list[Path] = []
    sha256 = build.sha256

    def counted(path: Path) -> str:
        hashed.append(path)
        return sha256(path)

    monkeypatch.setattr(build, "sha256", counted)
    build.run([stream(rooted)], say=quietly)
    assert hashed == [rooted / ".build" / "rows.json"]
