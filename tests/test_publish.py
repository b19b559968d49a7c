"""The branch that GitHub Pages serves keeps the site and each open preview, whoever writes it and whatever they send."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import publish
from scripts.publish import PublishError, main


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "remote.git"
    folder.mkdir()
    git(folder, "init", "--quiet", "--bare")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    monkeypatch.setenv("PUBLISH_TO", folder.as_uri())
    return folder


def site(folder: Path, words: str) -> Path:
    (folder / "lookup").mkdir(parents=True)
    (folder / "index.html").write_text(words)
    (folder / "lookup" / "index.html").write_text(f"lookup of {words}")
    return folder


def published(remote: Path) -> dict[str, str]:
    names = git(remote, "ls-tree", "-r", "--name-only", "gh-pages").split("\n")
    return {name: git(remote, "show", f"gh-pages:{name}") for name in names}


def of(words: str, folder: str = "") -> dict[str, str]:
    return {f"{folder}index.html": words, f"{folder}lookup/index.html": f"lookup of {words}"}


def test_site_and_previews_stand_beside_each_other(remote: Path, tmp_path: Path) -> None:
    hidden = {".nojekyll": ""}
    assert main(["site", str(site(tmp_path / "a", "first"))]) == 0
    assert published(remote) == of("first") | hidden
    assert main(["preview", "pr-1", str(site(tmp_path / "b", "one")), "--keep", ""]) == 0
    assert main(["preview", "pr-23", str(site(tmp_path / "c", "two")), "--keep", "pr-1 pr-23"]) == 0
    assert published(remote) == of("first") | of("one", "pr-1/") | of("two", "pr-23/") | hidden
    assert main(["site", str(site(tmp_path / "d", "second"))]) == 0
    assert published(remote) == of("second") | of("one", "pr-1/") | of("two", "pr-23/") | hidden
    assert main(["preview", "pr-1", str(site(tmp_path / "e", "one again")), "--keep", "pr-1"]) == 0
    assert published(remote) == of("second") | of("one again", "pr-1/") | hidden
    assert main(["prune", "--keep", ""]) == 0
    assert published(remote) == of("second") | hidden
    assert git(remote, "rev-list", "--count", "gh-pages") == "1"


def test_what_is_there_already_is_not_written_again(
    remote: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = site(tmp_path / "a", "first")
    main(["site", str(folder)])
    before = git(remote, "rev-parse", "gh-pages")
    assert main(["site", str(folder)]) == 0
    assert main(["prune", "--keep", "pr-1"]) == 0
    assert capsys.readouterr().out.count("as it was") == 2
    assert git(remote, "rev-parse", "gh-pages") == before


def test_pruning_an_empty_repository_does_nothing(remote: Path) -> None:
    assert main(["prune", "--keep", ""]) == 0
    assert git(remote, "branch") == ""


def test_two_runs_at_once_lose_neither(remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["site", str(site(tmp_path / "a", "first"))])
    other, really = site(tmp_path / "b", "two"), publish.git
    raced: list[bool] = []

    def git_with_a_rival(folder: Path, *arguments: str, **more: str) -> str:
        if arguments[0] == "push" and not raced:
            raced.append(True)
            publish.publish(remote.as_uri(), other, "pr-2")
        return really(folder, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(publish, "git", git_with_a_rival)
    assert publish.publish(remote.as_uri(), site(tmp_path / "c", "one"), "pr-1")
    assert published(remote).items() > (of("one", "pr-1/") | of("two", "pr-2/")).items()


def test_what_is_no_site_is_refused(remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases: dict[str, Callable[[Path], object]] = {
        "link": lambda f: (f / "passwd").symlink_to("/etc/passwd"),
        "hidden": lambda f: (f / "lookup" / ".git").mkdir(),
        "attributes": lambda f: (f / ".gitattributes").write_text("* text"),
        "no-home": lambda f: (f / "index.html").unlink(),
    }
    for name, spoil in cases.items():
        spoil(site(tmp_path / name, "x"))
        assert main(["preview", "pr-1", str(tmp_path / name), "--keep", ""]) == 1
    site(tmp_path / "clash" / "pr-7", "x")
    (tmp_path / "clash" / "index.html").touch()
    assert main(["site", str(tmp_path / "clash")]) == 1
    monkeypatch.setattr(publish, "MOST_BYTES", 10)
    with pytest.raises(PublishError, match="at most"):
        publish.check(site(tmp_path / "large", "x" * 20), preview=True)
    assert git(remote, "branch") == ""


@pytest.mark.parametrize("name", ["../x", "pr-", "pr-0", "pr-1/x", "main", "", "pr-1\n", "pr-1234567890"])
def test_a_name_that_is_no_preview_s_is_2(name: str, remote: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["preview", name, str(tmp_path), "--keep", ""])
    assert ended.value.code == 2


def test_the_address_with_its_token_is_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLISH_TO", f"file://x-access-token:secret@{tmp_path}/nowhere.git")
    assert main(["site", str(site(tmp_path / "a", "x"))]) == 1
    assert "secret" not in "".join(capsys.readouterr())
