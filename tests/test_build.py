"""What is stale is made again, and nothing else; what fails leaves what was there."""

from __future__ import annotations

import functools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import build
from scripts.build import Artefact, BuildError
from tests.conftest import Project, succeeded

Lines = list[str]


def artefact(
    root: Path, name: str, text: str = "made", key: str = "1", files: int = 1, fail: bool = False
) -> Artefact:
    def make() -> dict[Path, bytes]:
        if fail:
            raise BuildError(f"{name} cannot be made")
        return {root / "docs" / "generated" / f"{name}{i}": text.encode() for i in range(files)}

    return Artefact(name, key, make)


def quietly(line: str) -> None:
    """Say nothing."""


def generated(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (root / "docs" / "generated").rglob("*")}


# -- the steps ---------------------------------------------------------------------------------------------------------


def test_each_artefact_made_is_one_line_of_the_log(rooted: Path) -> None:
    lines: Lines = []
    build.run(
        [artefact(rooted, "short", "12"), artefact(rooted, "long", "x" * 41_000, files=2)], say=lines.append
    )
    assert sorted(line.rpartition(" in ")[0] for line in lines) == [
        "long  stale → 82 kB",
        "short  stale → 2 bytes",
    ]


def test_what_is_made_once_is_the_same_for_threads_that_ask_at_once() -> None:
    started = threading.Barrier(4)

    def slowly() -> object:
        time.sleep(0.05)
        return object()

    made = build.made_once(slowly)

    def ask(_: int) -> object:
        started.wait()
        return made()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


def test_nothing_changed_then_nothing_is_made_or_written(rooted: Path) -> None:
    build.run([artefact(rooted, "a"), artefact(rooted, "b")], say=quietly)
    before = {path: path.stat() for path in rooted.rglob("*") if path.is_file()}

    made = build.run(
        [artefact(rooted, "a", fail=True), artefact(rooted, "b", fail=True)],
        say=lambda line: pytest.fail(f"said {line}"),
    )

    assert made == 0
    after = {path: path.stat() for path in rooted.rglob("*") if path.is_file()}
    assert {p: (s.st_mtime_ns, s.st_ino) for p, s in after.items()} == {
        p: (s.st_mtime_ns, s.st_ino) for p, s in before.items()
    }


def test_made_again_with_the_same_bytes_is_not_written_again(rooted: Path) -> None:
    build.run([artefact(rooted, "a")], say=quietly)
    file = rooted / "docs" / "generated" / "a0"
    before = file.stat()
    assert build.run([artefact(rooted, "a", key="2")], say=quietly) == 1
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("damage", ["edited", "deleted"])
def test_an_output_edited_or_deleted_by_hand_is_made_again(rooted: Path, damage: str) -> None:
    build.run([artefact(rooted, "a"), artefact(rooted, "b")], say=quietly)
    file = rooted / "docs" / "generated" / "a0"
    file.write_text("typed in") if damage == "edited" else file.unlink()
    assert build.run([artefact(rooted, "a"), artefact(rooted, "b", fail=True)], say=quietly) == 1
    assert generated(rooted) == {"a0": "made", "b0": "made"}


def test_a_failure_leaves_what_was_there(rooted: Path) -> None:
    build.run([artefact(rooted, "a", "old"), artefact(rooted, "b", "old")], say=quietly)
    with pytest.raises(BuildError, match="a cannot be made"):
        build.run([artefact(rooted, "a", key="2", fail=True), artefact(rooted, "b", "old")], say=quietly)
    assert generated(rooted) == {"a0": "old", "b0": "old"}
    assert build.run([artefact(rooted, "a", "new", key="2"), artefact(rooted, "b")], say=quietly) == 1
    assert generated(rooted) == {"a0": "new", "b0": "old"}


def test_what_was_made_beside_a_failure_is_kept_and_not_made_again(rooted: Path) -> None:
    with pytest.raises(BuildError):
        build.run([artefact(rooted, "a"), artefact(rooted, "b", fail=True)], say=quietly)
    kept = generated(rooted)
    made = build.run([artefact(rooted, "a"), artefact(rooted, "b")], say=quietly)
    assert made == 2 - len(kept)
    assert generated(rooted) == {"a0": "made", "b0": "made"}


def test_every_failure_of_a_step_is_named(rooted: Path) -> None:
    together = threading.Barrier(2, timeout=10)

    def fail(name: str) -> dict[Path, bytes]:
        together.wait()  # both run before either has failed
        raise BuildError(f"{name} cannot be made")

    with pytest.raises(BuildError) as raised:
        build.run(
            [Artefact(name, "1", functools.partial(fail, name)) for name in ("one", "two")], say=quietly
        )
    assert "one cannot be made" in str(raised.value)
    assert "two cannot be made" in str(raised.value)


def test_a_failed_step_keeps_the_next_from_running(rooted: Path) -> None:
    with pytest.raises(BuildError):
        build.run([artefact(rooted, "a", fail=True)], [artefact(rooted, "later")], say=quietly)
    assert generated(rooted) == {}


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "page.md"
    file.write_text("old")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        build.write(file, b"new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"page.md": "old"}


def test_an_artefact_that_nobody_asks_for_is_deleted(rooted: Path) -> None:
    build.run([artefact(rooted, "a"), artefact(rooted, "gone", files=2)], say=quietly)
    stranger = rooted / ".build" / "charts" / "stranger.md"
    stranger.parent.mkdir()
    stranger.write_text("nobody made this")
    assert build.run([artefact(rooted, "a")], say=quietly) == 0
    assert generated(rooted) == {"a0": "made"}
    assert not stranger.exists()
    assert build.run([artefact(rooted, "a"), artefact(rooted, "gone")], say=quietly) == 1


def test_a_state_that_nobody_can_read_means_that_all_is_stale(rooted: Path) -> None:
    build.run([artefact(rooted, "a")], say=quietly)
    (rooted / ".build" / "state.json").write_text('{"a": {"key"')
    assert build.run([artefact(rooted, "a")], say=quietly) == 1


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_a_fingerprint_tells_lists_of_parts_apart(one: list[str], other: list[str]) -> None:
    assert (build.fingerprint(*one) == build.fingerprint(*other)) == (one == other)


# -- what depends on what ----------------------------------------------------------------------------------------------

KEYS = """
import json, sys
from scripts import charts, labels, programs, tables, values
known = tables.locate()
none = lambda: None
steps = [*labels.artefacts(known), *values.artefacts(known, none), *programs.artefacts(known, none),
         *charts.artefacts(known, none), *programs.index(known)]
print(json.dumps({step.name: step.key for step in steps}))
"""


def keys(project: Project) -> dict[str, str]:
    found: dict[str, str] = json.loads(succeeded(project.python("-c", KEYS)).stdout)
    return found


def stale(project: Project) -> set[str]:
    known = project.state()
    return {name for name, key in keys(project).items() if known.get(name, {}).get("key") != key}


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def test_after_a_build_nothing_is_stale_and_every_key_is_another(rebuildable: Project) -> None:
    found = keys(rebuildable)
    assert stale(rebuildable) == set()
    assert len(set(found.values())) == len(found)


def test_a_changed_program_makes_itself_and_the_index_stale(rebuildable: Project) -> None:
    append(rebuildable.root / "snippets" / "meaning" / "rank_neighbours.py", 'print("one more line")\n')
    assert stale(rebuildable) == {"meaning/rank_neighbours", "programs.json"}

    done = succeeded(rebuildable.build())

    assert [line.split()[0] for line in done.stderr.splitlines()] == [
        "meaning/rank_neighbours",
        "programs.json",
        "hosting",  # which quotes the program
    ]
    output = rebuildable.root / "docs" / "generated" / "programs" / "meaning" / "rank_neighbours.txt"
    assert output.read_text("utf-8").endswith("one more line\n")
    assert succeeded(rebuildable.build()).stderr == "everything is up to date\n"


def test_a_changed_chart_makes_itself_stale(rebuildable: Project) -> None:
    append(rebuildable.root / "scripts" / "charts" / "cat_row.py", "\n# changed\n")
    assert stale(rebuildable) == {"charts/cat_row"}


def test_a_changed_module_makes_what_imports_it_stale(rebuildable: Project) -> None:
    append(rebuildable.root / "scripts" / "positions.py", "\n# changed\n")
    charts = rebuildable.root / "scripts" / "charts"
    users = {f"charts/{path.stem}" for path in charts.glob("*.py") if "scripts.positions" in path.read_text()}
    found = {name for name in stale(rebuildable) if name.startswith("charts/")}
    assert found == users
    assert users


def test_a_changed_theme_makes_every_chart_stale_and_no_program(rebuildable: Project) -> None:
    append(rebuildable.root / "scripts" / "charts" / "theme.py", "\n# changed\n")
    charts = {name for name in keys(rebuildable) if name.startswith("charts/")}
    assert stale(rebuildable) == {*charts, "vega.js"}


def test_a_changed_runner_makes_every_program_stale_and_no_chart(rebuildable: Project) -> None:
    append(rebuildable.root / "scripts" / "runner.py", "\n# changed\n")
    programs = {name for name in keys(rebuildable) if "/" in name and not name.startswith("charts/")}
    assert stale(rebuildable) == {*programs, "programs.json"}


def test_a_changed_lock_makes_everything_stale(rebuildable: Project) -> None:
    append(rebuildable.root / "requirements.lock", "# changed\n")
    assert stale(rebuildable) == set(keys(rebuildable))


def test_changed_tables_make_everything_but_vega_and_the_list_of_charts_stale(rebuildable: Project) -> None:
    provenance = rebuildable.root / "scripts" / "tables" / "tiny" / "artefact" / "provenance.json"
    known = json.loads(provenance.read_text())
    provenance.write_text(json.dumps({**known, "revision": "0123456789"}))
    assert set(keys(rebuildable)) - stale(rebuildable) == {"vega.js", "charts/all"}


def test_a_changed_page_makes_nothing_stale(rebuildable: Project) -> None:
    append(rebuildable.root / "docs" / "index.md", "\nOne more paragraph.\n")
    assert stale(rebuildable) == set()


def test_a_deleted_program_takes_its_files_with_it(rebuildable: Project) -> None:
    (rebuildable.root / "snippets" / "meaning" / "rank_neighbours.py").unlink()
    page = rebuildable.root / "docs" / "meaning.md"
    page.write_text(
        page.read_text("utf-8").replace('--8<-- "programs/meaning/rank_neighbours.md"', ""), "utf-8"
    )
    succeeded(rebuildable.build())
    assert not [
        name for name in rebuildable.files(".build", "docs/generated") if name.endswith("rank_neighbours.md")
    ]
    assert "rank_neighbours" not in (rebuildable.root / "docs" / "generated" / "programs.json").read_text()


# -- the build of the project ------------------------------------------------------------------------------------------


def test_a_build_of_the_built_runs_no_program_and_writes_nothing(rebuildable: Project) -> None:
    def stamps() -> dict[str, int]:
        folders = [rebuildable.root / ".build", rebuildable.root / "docs"]
        return {str(path): path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*")}

    before = stamps()
    started = time.perf_counter()
    assert succeeded(rebuildable.build()).stderr == "everything is up to date\n"
    assert time.perf_counter() - started < 5
    assert stamps() == before


def test_a_program_that_raises_stops_the_build_and_is_named_with_its_last_lines(rebuildable: Project) -> None:
    before = rebuildable.files(".build", "docs")
    program = rebuildable.root / "snippets" / "positions" / "make_sinusoidal.py"
    append(program, 'raise ValueError("the wave broke")\n')
    for done in (rebuildable.build(), rebuildable.mkdocs()):
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "positions/make_sinusoidal failed with exit code 1" in said
        assert "ValueError: the wave broke" in said
        assert "scripts/build.py" not in said, "a traceback of ours helps nobody"
    assert rebuildable.files(".build", "docs") == before
    assert not rebuildable.site.exists()


def test_a_chart_that_does_not_compile_stops_the_build_and_is_named(rebuildable: Project) -> None:
    before = rebuildable.files(".build", "docs")
    chart = rebuildable.root / "scripts" / "charts" / "cat_row.py"
    chart.write_text(chart.read_text("utf-8").replace("mark_rect()", 'mark_rect(color="no such (colour")'))
    chart.write_text(chart.read_text("utf-8").replace(".encode(", '.encode(detail="nobody:Z",'))
    done = rebuildable.build()
    assert done.returncode == 1
    assert "error: chart cat_row does not" in done.stderr
    assert rebuildable.files(".build", "docs") == before


def test_two_builds_at_once_wait_for_each_other(project: Project) -> None:
    project.keep({"lookup/look_up_by_hand", "positions/make_sinusoidal"}, {"cat_row"})
    done: list[tuple[int, str]] = []

    def one() -> None:
        ended = project.build()
        done.append((ended.returncode, ended.stderr))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done)[0] == (0, "everything is up to date\n") or sorted(done)[1] == (
        0,
        "everything is up to date\n",
    )
    assert [code for code, _ in done] == [0, 0]
    assert sum("look_up_by_hand  stale" in said for _, said in done) == 1


def test_mkdocs_with_the_hook_gives_the_same_site_byte_for_byte_in_another_folder(
    built: Project, project: Project
) -> None:
    succeeded(project.mkdocs("--strict"))  # a second clean build, of another folder, by the other way
    succeeded(project.python("-m", "scripts", "finish"))
    one, other = built.files("site"), project.files("site")
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize(
    ("page", "named"),
    [
        ('--8<-- "programs/index/no_such_program.md"', "no_such_program"),
        ('--8<-- "charts/no_such_chart.md"', "no_such_chart"),
        ("[a dead link](nowhere.md)", "nowhere.md"),
        ("[a dead anchor](#nowhere)", "#nowhere"),
        ("![a dead picture](assets/nowhere.png)", "nowhere.png"),
        ("[an absolute link](/generated/programs.json)", "/generated/programs.json"),
    ],
)
def test_a_page_that_leads_nowhere_stops_the_build(rebuildable: Project, page: str, named: str) -> None:
    home = rebuildable.root / "docs" / "index.md"
    home.write_text(f"{home.read_text('utf-8')}\n{page}\n", "utf-8")
    done = rebuildable.mkdocs()
    assert done.returncode == 1
    assert named in done.stdout + done.stderr
