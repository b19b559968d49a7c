"""The programs that the pages show: each is whole, runs in an empty folder, and prints what its page shows."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scripts import config, labels, programs
from scripts.build import BuildError, Files
from scripts.programs import Program
from scripts.site_check import Node, parse
from scripts.tables import Tables, stage
from tests.conftest import NEEDS, NOT_RUN, Project, parsed, shared_folder

PROGRAMS = programs.programs()
HEADER = '# /// script\n# requires-python = ">=3.11"\n# dependencies = []\n# ///\n'
whole = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Program]:
    """A program with a text of the test's."""

    def write(text: str) -> Program:
        path = tmp_path / "page" / "do_thing.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return Program(path)

    return write


def shown(site: Path, program: Program) -> Node:
    """The program's block on its page."""
    page = site / ("" if program.page == "index" else program.page) / "index.html"
    anchor = program.name.replace("/", "-")
    found = [n for n in parsed(page).all(of="program") if n.attributes["id"] == anchor]
    assert len(found) == 1, f"{page.name} shows {program.name} {len(found)} times"
    return found[0]


def downloaded(site: Path, program: Program, folder: Path) -> Path:
    """The program's file as its page offers it, in an empty folder."""
    link = next(shown(site, program).all(of="program-file"))
    page = site / ("" if program.page == "index" else program.page)
    file = folder / link.attributes["download"]
    file.write_bytes((page / link.attributes["href"]).resolve().read_bytes())
    return file


def plain_python(file: Path, env: dict[str, str], python: Path = Path(sys.executable)) -> str:
    """What the file prints when its reader runs it: no runner, nothing of ours to import."""
    kept = {"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, "-X", "utf8", file.name],
        cwd=file.parent,
        env=kept | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- each program ------------------------------------------------------------------------------------------------------


@whole
def test_keeps_the_promises_of_its_kind(program: Program) -> None:
    programs.check(program)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", program.path.stem), "its name is verb_noun"
    assert program.title


@whole
def test_its_header_is_the_lock_s(program: Program) -> None:
    assert programs.pin(program) == program.text, "mend it with: python -m scripts pin"
    named = re.findall(r'^#     "([\w.-]+)==([^"]+)",$', program.text, re.MULTILINE)
    assert {name for name, _ in named} >= programs.imported(program.text) - {"yaml"}
    for name, version in named:
        assert programs.locked()[name.lower().replace("_", "-")] == version


@whole
def test_imports_nothing_of_the_project(program: Program) -> None:
    """Neither the build nor another program."""
    ours = {"scripts", "tests", *(other.path.stem for other in PROGRAMS)}
    assert not programs.imported(program.text) & ours
    assert "importlib" not in program.text


@whole
def test_what_is_folded_and_what_is_shown_are_the_whole_file(program: Program, site: Path) -> None:
    block = shown(site, program)
    folded, seen = (
        next(part.all("code")).text()
        for part in block.all("div", of="highlight")
        if "output" not in part.classes and not part.within(of="program-run")
    )
    lines = [line for line in program.text.splitlines() if line.strip()]
    assert [line for line in (folded + seen).splitlines() if line.strip()] == lines
    assert next(n for n in block.all("details")).text().count(folded) == 1
    assert "hf_hub_download" not in seen
    assert "print(" in seen
    assert "print(" not in folded


@whole
def test_prints_what_its_page_shows_when_downloaded_into_an_empty_folder(
    program: Program, site: Path, tiny: Tables, tmp_path: Path
) -> None:
    file = downloaded(site, program, tmp_path)
    output = next(shown(site, program).all(of="output")).text()

    again = programs.run(Program(file), tiny)

    assert again == output
    assert list(tmp_path.iterdir()) == [file], "it leaves nothing behind"


# -- each program as a reader has it: from the built site, in an environment of nothing but what its header names -----------


@pytest.fixture(scope="session")
def environment_of(once: Callable[[str, Callable[[Path], object]], Path]) -> Callable[[Program], Path]:
    """The Python of an environment that is made from a program's header; one for all programs with the same packages."""

    def of(program: Program) -> Path:
        names = re.findall(r'^#     "([\w.-]+==[^"]+)",$', program.text, re.MULTILINE)
        binaries = "Scripts" if os.name == "nt" else "bin"

        def make(folder: Path) -> None:
            venv.create(folder, with_pip=bool(names))
            if names:
                command = [folder / binaries / "python", "-m", "pip", "install", "--quiet", *names]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stderr[-1000:]

        folder = once("environment-" + hashlib.sha256(" ".join(names).encode()).hexdigest()[:8], make)
        return folder / binaries / "python"

    return of


@whole
def test_prints_the_same_in_an_environment_made_from_its_header(
    program: Program,
    site: Path,
    tiny: Tables,
    tmp_path: Path,
    environment_of: Callable[[Program], Path],
    request: pytest.FixtureRequest,
) -> None:
    """On TinyGPT's tables what its page shows; with GPT-2's tokenizer, which plain Python has, what the build prints with it."""
    folder = tmp_path / "empty"
    folder.mkdir()
    file = downloaded(site, program, folder)
    needs = programs.imported(program.text)
    env: dict[str, str] = {}
    if "tiktoken" in needs:
        if not shared_folder():
            pytest.skip(NOT_RUN + NEEDS["needs_shared"][1])
        tables: Tables = request.getfixturevalue("full_size")
        expected = programs.run(program, tables)
    else:
        tables, expected = tiny, next(shown(site, program).all(of="output")).text()
    if needs & {"tiktoken", "huggingface_hub"}:
        env = stage(tables, tmp_path / "cache")
    assert plain_python(file, env, environment_of(program)).rstrip() == expected.rstrip()
    assert list(folder.iterdir()) == [file], "it leaves nothing behind"


@pytest.mark.needs_gpt2
@whole
def test_prints_on_gpt2_with_plain_python_what_the_build_puts_on_the_page(
    program: Program, gpt2_tables: Tables, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    file = folder / program.path.name
    file.write_bytes(program.path.read_bytes())
    printed = plain_python(file, stage(gpt2_tables, tmp_path / "cache"))
    assert printed.rstrip() == programs.run(program, gpt2_tables).rstrip()


# -- where they stand --------------------------------------------------------------------------------------------------


@whole
def test_stands_on_the_page_that_its_folder_names(program: Program, site: Path) -> None:
    shown(site, program)


@whole
def test_says_what_it_was_run_on(program: Program, site: Path, tiny: Tables) -> None:
    label = next(shown(site, program).all(of="program-label"))
    said, made_on = label.text().strip(), labels.label(tiny.provenance)
    if {"huggingface_hub", "tiktoken"} & programs.imported(program.text):
        assert said == f"Output of {program.name}.py on {made_on}"
    else:
        assert said.startswith(f"Output of {program.name}.py, which reads no model")
        assert made_on in said


def test_every_program_has_one_name(site: Path) -> None:
    assert len({program.path.stem for program in PROGRAMS}) == len(PROGRAMS)


# -- running -----------------------------------------------------------------------------------------------------------


def test_runs_in_an_empty_folder_that_is_gone_afterwards(
    written: Callable[[str], Program], tiny: Tables
) -> None:
    program = written(
        "import os, pathlib, sys\n"
        "print(os.getcwd())\n"
        "print(os.listdir())\n"
        "pathlib.Path('left').write_text('behind')\n"
        "print(sys.argv[1:], __name__)\n"
    )
    folder, listing, rest = programs.run(program, tiny).splitlines()
    assert listing == "[]"
    assert rest == "[] __main__"
    assert not Path(folder).exists()


def test_cannot_import_the_project(written: Callable[[str], Program], tiny: Tables) -> None:
    with pytest.raises(BuildError, match="No module named 'scripts'"):
        programs.run(written("import scripts\n"), tiny)


def test_cannot_import_the_project_beside_the_tokenizer(
    written: Callable[[str], Program], tiny: Tables
) -> None:
    """Under TinyGPT the runner itself needs the project for the tokenizer, and must not leave it lying about."""
    with pytest.raises(BuildError, match="No module named"):
        programs.run(written("import tiktoken\nimport scripts.words\nprint('found')\n"), tiny)


def test_prints_the_same_digits_twice(tiny: Tables) -> None:
    program = next(p for p in PROGRAMS if p.name == "meaning/rank_neighbours")
    assert programs.run(program, tiny) == programs.run(program, tiny)


def test_gets_the_tables_in_use_by_gpt2_s_name(written: Callable[[str], Program], tiny: Tables) -> None:
    program = written(
        "import tiktoken\n"
        "from huggingface_hub import hf_hub_download\n"
        "from safetensors import safe_open\n"
        "with safe_open(hf_hub_download('openai-community/gpt2', 'model.safetensors'), 'numpy') as tensors:\n"
        "    print(tensors.get_tensor('wte.weight').shape, tensors.get_tensor('wpe.weight').shape)\n"
        "print(tiktoken.get_encoding('gpt2').encode(' cat'))\n"
    )
    cat = tiny.encoding.encode_single_token(" cat")
    assert programs.run(program, tiny) == f"{tiny.wte.shape} {tiny.wpe.shape}\n[{cat}]\n"


def test_no_secret_of_the_builder_reaches_a_program(
    written: Callable[[str], Program], tiny: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    program = written("import os\nprint(os.environ.get('HF_TOKEN'), os.environ.get('PYTHONPATH'))\n")
    assert programs.run(program, tiny) == "None None\n"


def test_prints_any_text(written: Callable[[str], Program], tiny: Tables) -> None:
    output = programs.run(written("print('Ġ −½ 猫 🐈   ')\nprint()\nprint('end')\nprint()\n"), tiny)
    assert output == "Ġ −½ 猫 🐈\n\nend\n"


def test_one_that_raises_is_named_with_its_last_lines(
    written: Callable[[str], Program], tiny: Tables
) -> None:
    with pytest.raises(BuildError) as raised:
        programs.run(written("print('half')\nraise ValueError('the wave broke')\n"), tiny)
    assert str(raised.value).startswith("page/do_thing failed with exit code 1:\n")
    assert str(raised.value).endswith("    ValueError: the wave broke")


def test_one_that_exits_with_a_code_is_named(written: Callable[[str], Program], tiny: Tables) -> None:
    with pytest.raises(BuildError, match="page/do_thing failed with exit code 3"):
        programs.run(written("print('half')\nraise SystemExit(3)\n"), tiny)


def test_one_that_hangs_is_stopped_and_named_with_its_last_lines(
    written: Callable[[str], Program], tiny: Tables
) -> None:
    program = written("import time\nprint('about to wait', flush=True)\ntime.sleep(600)\n")
    with pytest.raises(BuildError) as raised:
        programs.run(program, tiny, seconds=2)
    assert "page/do_thing did not end within 2 s" in str(raised.value)
    assert "about to wait" in str(raised.value)


@pytest.mark.parametrize("text", ["x = 1\n", "print()\n", "print('  ')\n"])
def test_one_that_prints_nothing_is_named(text: str, written: Callable[[str], Program], tiny: Tables) -> None:
    with pytest.raises(BuildError, match="page/do_thing prints nothing"):
        programs.run(written(text), tiny)


# -- what one must be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEADER + '"""Do it."""\nimport numpy\nprint(1)\n', "imports numpy, which its header does not name"),
        (
            HEADER + '"""Do it."""\nimport pandas\nprint(1)\n',
            "imports pandas, which its header does not name",
        ),
        (HEADER + "print(1)\n", "has no docstring"),
        (HEADER + '"""Do it."""\nfrom scripts import words\nprint(1)\n', "imports scripts: .*stands alone"),
        (HEADER + '"""Do it."""\nimport argparse\nprint(1)\n', "imports argparse: .*takes no arguments"),
        (HEADER + '"""Do it."""\nif __name__ == "__main__":\n    print(1)\n', "tests __name__"),
        ('"""Do it."""\nprint(1)\n', "python -m scripts pin"),
        (HEADER.replace("3.11", "3.9") + '"""Do it."""\nprint(1)\n', "python -m scripts pin"),
        (HEADER + '"""Do it."""\nprint(1\n', "line 6: "),
    ],
)
def test_one_that_breaks_a_promise_is_refused_before_it_runs(
    text: str, fault: str, written: Callable[[str], Program]
) -> None:
    with pytest.raises(BuildError, match=f"^page/do_thing: .*{fault}"):
        programs.check(written(text))


def test_one_that_imports_what_the_lock_has_not_is_refused(written: Callable[[str], Program]) -> None:
    with pytest.raises(BuildError, match=r"requirements\.lock does not have: pandas"):
        programs.header("import pandas\n")


def test_pinning_writes_the_header_once(written: Callable[[str], Program]) -> None:
    body = '"""Do it."""\n\nimport numpy as np\n\nprint(np.pi)\n'
    program = written(body)
    program.path.write_text(programs.pin(program), "utf-8")
    assert f'"numpy=={programs.locked()["numpy"]}"' in program.text
    assert program.text.endswith(f"# ///\n{body}")
    assert programs.pin(program) == program.text
    programs.check(program)


@pytest.mark.parametrize("ticks", ["", "```", "`````"])
def test_backticks_and_markup_in_a_program_stay_text(
    ticks: str, written: Callable[[str], Program], tiny: Tables
) -> None:
    import markdown  # type: ignore[import-untyped]

    body = f'"""Do it."""\n\nprint("{ticks}<b>&amp;</b> **x** {{ .y }}")\n'
    program = written(HEADER + body)
    output = programs.run(program, tiny)
    fragment = programs.fragment(program, output, "label")
    extensions = ["attr_list", "md_in_html", "pymdownx.superfences", "pymdownx.details", "pymdownx.highlight"]
    block = parse(markdown.markdown(fragment, extensions=extensions))
    codes = [code.text() for part in block.all(of="highlight") for code in part.all("code")]
    assert codes[-1] == output == f"{ticks}<b>&amp;</b> **x** {{ .y }}\n"
    assert codes[-4].strip() == body.splitlines()[-1]  # then the two ways to run it


def test_programs_json_says_what_is_on_the_pages(built: Project, tiny: Tables) -> None:
    record = json.loads((built.site / "generated" / "programs.json").read_text("utf-8"))
    assert record["label"] == labels.label(tiny.provenance)
    assert [entry["name"] for entry in record["programs"]] == [program.name for program in PROGRAMS]
    for entry, program in zip(record["programs"], PROGRAMS, strict=True):
        assert entry["output"] == next(shown(built.site, program).all(of="output")).text()
        assert ast.parse((built.site / entry["file"]).read_text("utf-8"))


def test_the_label_of_another_build_is_another_fragment(
    written: Callable[[str], Program], tiny: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tiny.provenance
    other = dataclasses.replace(known, wte_sha256="0" * 64)
    program = written(HEADER + '"""Do it."""\n\nprint(1)\n')
    assert programs.key(program, known) != programs.key(program, other)
    assert labels.label(known) != labels.label(other)


def test_files_of_a_program_are_its_own(tiny: Tables) -> None:
    steps = {step.name: step for step in programs.artefacts(tiny.provenance, lambda: tiny)}
    files: Files = dict(steps["lookup/look_up_by_hand"].make())
    assert sorted(path.name for path in files) == [
        "look_up_by_hand.md",
        "look_up_by_hand.py",
        "look_up_by_hand.txt",
    ]
    program = next(p for p in PROGRAMS if p.name == "lookup/look_up_by_hand")
    assert files[programs.published(program)] == program.path.read_bytes()
    assert np.all([isinstance(data, bytes) for data in files.values()])


def test_the_list_of_programs_is_in_reading_order() -> None:
    told = re.findall(r"^## .* \{ #(\w+) \}$", programs.gallery(programs.programs()), re.MULTILINE)
    read = [source.removesuffix(".md") for _, _, source in config.pages()]
    assert set(told) == {program.page for program in programs.programs()}
    assert told == [page for page in read if page in told]
