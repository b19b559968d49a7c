"""``python -m scripts <verb>``: 0 done, 1 could not, 2 wrong use; and help for each."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts import __main__ as command_line
from scripts import build as builder
from scripts.__main__ import VERBS, main
from scripts.build import BuildError
from scripts.paths import ROOT
from scripts.tables import TablesError
from tests.conftest import Project


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    doc = VERBS[verb][0].__doc__
    assert doc
    assert " ".join(doc.split()) in " ".join(said.split())
    for flag, text in VERBS[verb][1].items():
        assert flag in said
        assert " ".join(text.split()) in " ".join(said.split())


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert [verb for verb in VERBS if f"    {verb}" not in said] == []


@pytest.mark.parametrize("arguments", [[], ["no-such-verb"], ["build", "--no-such-flag"], ["check", "site"]])
def test_wrong_use_is_2_and_says_the_right_one(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m scripts" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [BuildError("page/do_thing prints nothing"), TablesError("the hub is away")]
)
def test_what_a_person_can_mend_is_1_and_said_in_words(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    monkeypatch.setattr(builder, "build", fail)
    assert main(["build"]) == 1
    assert capsys.readouterr().err == f"error: {error}\n"


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "build", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["build"])


def test_stopped_by_hand_is_1_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(builder, "build", stop)
    assert main(["build"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_fetch_prints_the_label(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EMBEDDINGS_MODEL", "tiny")
    assert main(["fetch"]) == 0
    assert capsys.readouterr().out.startswith("TinyGPT · revision ")


def test_a_model_that_is_none_is_1_and_names_the_models(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDDINGS_MODEL", "gpt5")
    assert main(["fetch"]) == 1
    said = capsys.readouterr().err
    assert "gpt5" in said
    assert "auto, gpt2, tiny" in said


def test_headers_that_are_not_the_lock_s_are_1_with_the_command_that_mends_them(rebuildable: Project) -> None:
    program = rebuildable.root / "snippets" / "positions" / "make_sinusoidal.py"
    right = program.read_text("utf-8")
    program.write_text(right.replace("numpy==", "numpy==0."), "utf-8")

    done = rebuildable.python("-m", "scripts", "pin", "--check")
    assert done.returncode == 1
    assert "snippets/positions/make_sinusoidal.py" in done.stdout
    assert "mend it with: python -m scripts pin" in done.stdout
    assert program.read_text("utf-8") != right

    assert rebuildable.python("-m", "scripts", "pin").returncode == 0
    assert program.read_text("utf-8") == right
    assert rebuildable.python("-m", "scripts", "pin", "--check").returncode == 0


def test_a_site_that_is_not_there_is_1_and_says_how_to_make_it(rebuildable: Project) -> None:
    done = rebuildable.python("-m", "scripts", "check")
    assert done.returncode == 1
    assert "make build" in done.stdout


def test_help_is_quick() -> None:
    """Nothing slow is imported to say what there is: no numpy, altair, tiktoken or MkDocs."""
    code = "import sys; from scripts.__main__ import parser; parser().format_help(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"numpy", "altair", "tiktoken", "mkdocs", "vl_convert"} & set(done.stdout.split())


def test_the_verbs_are_those_of_the_module() -> None:
    for verb, (function, _) in VERBS.items():
        assert function.__name__.replace("_", "-") == verb
        assert getattr(command_line, function.__name__) is function
