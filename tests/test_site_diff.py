"""The list of what changed between two built sites tells every change, and nothing that stands in it is markup."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import site_diff
from scripts.__main__ import main
from scripts.paths import ROOT
from scripts.site_diff import NOTHING, SiteError, compare, from_json, markdown, read, to_json

LABEL = "TinyGPT · revision 8d6041b1 · wte d8c4d120 · wpe b253893f"
Edit = Callable[[Path], object]


def program(name: str = "lookup/show_row", output: str = "shape: (6, 3)\nrow 2: 0.10\n") -> dict[str, object]:
    page, _, stem = name.partition("/")
    return {
        "name": name,
        "title": "Show a row",
        "page": f"{page}/",
        "path": f"snippets/{page}/{stem}.py",
        "file": f"generated/programs/{page}/{stem}.py",
        "address": f"https://example.org/generated/programs/{page}/{stem}.py",
        "run": {"uv": "uv run ...", "pip": "pip install ..."},
        "sha256": "ab" * 32,
        "output": output,
    }


def claim(name: str = "cat-near-kitten", **said: object) -> dict[str, object]:
    return {
        "id": name,
        "page": "meaning",
        "anchor": f"claim-meaning-{name}",
        "address": f"https://example.org/meaning/#claim-meaning-{name}",
        "statement": "cat is near kitten.",
        "source": {"text": "this project", "kind": "ours", "url": ""},
        "judged": "Holds if the rank is 1.",
        "models": ["gpt2", "tiny"],
        "needs": ["wte"],
        "verdict": "holds",
        "checked_on": "TinyGPT",
        "evidence": "The rank is 1.",
        "values": {"rank": "1"},
        **said,
    }


def page(words: str) -> str:
    return f"<body><nav>menu</nav><article>\n<h1>Lookup</h1>\n<p>Made on {LABEL}.</p>\n{words}\n</article></body>"


def put(folder: Path, name: str, data: object) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")


def edit(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    record = json.loads((folder / name).read_text("utf-8"))
    change(record)
    put(folder, name, record)


def chart(folder: Path, name: str, rows: str, label: str = LABEL, mark: str = "bar") -> None:
    put(folder, f"generated/charts/{name}.csv", rows)
    spec = {"$comment": f"on {label}", "mark": mark, "data": {"values": rows}, "usermeta": {"label": label}}
    put(folder, f"generated/charts/{name}.json", spec)


def made(folder: Path) -> Path:
    put(folder, "index.html", page("<p>The table has 6 rows.</p>"))
    put(folder, "lookup/index.html", page('<p>A row has 3 numbers.</p><div class="program">6 rows</div>'))
    put(folder, "404.html", page("no"))
    provenance = {"label": LABEL, "python": "3.11.7", "packages": {"numpy": "2.4.6"}}
    put(folder, "generated/provenance.json", provenance)
    put(folder, "generated/programs.json", {"label": LABEL, "programs": [program()]})
    put(folder, "generated/claims.json", {"label": LABEL, "claims": [claim()]})
    chart(folder, "row_lengths", "row,length\n0,1.5\n1,2.5\n")
    put(folder, "generated/charts/theme.json", {"light": {}})
    put(folder, "generated/dashboard/manifest.json", {})
    put(folder, "generated/dashboard/rows.923bfdd49c773cf2.bin", "x")
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return made(tmp_path / "base")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return made(tmp_path / "new")


def changes(base: Path, new: Path) -> dict[str, list[tuple[str, str, list[str]]]]:
    found = compare(read(base), read(new))
    return {section: [(c.name, c.note, c.lines) for c in of] for section, of in found.items()}


def test_two_equal_sites_changed_in_nothing(
    base: Path, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert changes(base, new) == {}
    assert main(["diff", str(base), str(new)]) == 0
    assert capsys.readouterr().out == NOTHING


CASES: dict[str, tuple[Edit, dict[str, list[tuple[str, str, list[str]]]]]] = {
    "a program prints another number": (
        lambda s: edit(s, "generated/programs.json", lambda r: r["programs"][0].update(output="shape: (6, 3)\nrow 2: 0.20\n")),
        {"programs": [("lookup/show_row", "other output", [" shape: (6, 3)", "-row 2: 0.10", "+row 2: 0.20"])]},
    ),
    "a program is written in another way": (
        lambda s: edit(s, "generated/programs.json", lambda r: r["programs"][0].update(sha256="cd" * 32)),
        {"programs": [("lookup/show_row", "another program, the same output", [])]},
    ),
    "a program comes": (
        lambda s: edit(s, "generated/programs.json", lambda r: r["programs"].append(program("lookup/ask"))),
        {"programs": [("lookup/ask", "added", [])]},
    ),
    "a program goes": (
        lambda s: edit(s, "generated/programs.json", lambda r: r["programs"].clear()),
        {"programs": [("lookup/show_row", "removed", [])]},
    ),
    "a verdict turns": (
        lambda s: edit(s, "generated/claims.json", lambda r: r["claims"][0].update(verdict="fails")),
        {"claims": [("meaning/cat-near-kitten", "holds → fails", [])]},
    ),
    "evidence and its number change": (
        lambda s: edit(s, "generated/claims.json", lambda r: r["claims"][0].update(evidence="The rank is 2.", values={"rank": "2"})),
        {
            "claims": [("meaning/cat-near-kitten", "another evidence", ["- The rank is 1.", "+ The rank is 2."])],
            "numbers": [("meaning/cat-near-kitten", "1 number", ["- rank: 1", "+ rank: 2"])],
        },
    ),
    "a claim comes and another goes": (
        lambda s: edit(s, "generated/claims.json", lambda r: r["claims"].__setitem__(0, claim("dog-near-puppy"))),
        {"claims": [("meaning/dog-near-puppy", "added", []), ("meaning/cat-near-kitten", "removed", [])]},
    ),
    "a row of a chart changes": (
        lambda s: chart(s, "row_lengths", "row,length\n0,1.5\n1,9.5\n"),
        {"charts": [("row_lengths", "1 of 2 rows differ", ["- 1,2.5", "+ 1,9.5"])]},
    ),
    "a row of a chart comes": (
        lambda s: chart(s, "row_lengths", "row,length\n0,1.5\n1,2.5\n2,9.5\n"),
        {"charts": [("row_lengths", "1 rows (2 before, 3 now) differ", ["+ 2,9.5"])]},
    ),
    "the rows of a chart change places": (
        lambda s: chart(s, "row_lengths", "row,length\n1,2.5\n0,1.5\n"),
        {"charts": [("row_lengths", "its rows in another order", [])]},
    ),
    "a chart is drawn in another way": (
        lambda s: chart(s, "row_lengths", "row,length\n0,1.5\n1,2.5\n", mark="line"),
        {"charts": [("row_lengths", "drawn in another way, from the same data", [])]},
    ),
    "a chart comes": (
        lambda s: chart(s, "loss", "step,loss\n0,1\n"),
        {"charts": [("loss", "added", [])]},
    ),
    "a number in the text changes": (
        lambda s: put(s, "index.html", page("<p>The table has 7 rows.</p>")),
        {"numbers": [("/", "1 line", ["- The table has 6 rows.", "+ The table has 7 rows."])]},
    ),
    "a page is reworded": (
        lambda s: put(s, "index.html", page("<p>The table is small.</p>")),
        {"pages": [("/", "other words", ["- The table has 6 rows.", "+ The table is small."])]},
    ),
    "what a page shows of a program changes": (
        lambda s: put(s, "lookup/index.html", page('<p>A row has 3 numbers.</p><div class="program">7</div>')),
        {},  # which programs.json tells
    ),
    "a page comes": (
        lambda s: put(s, "norms/index.html", page("<p>Norms</p>")),
        {"pages": [("norms/", "added", [])]},
    ),
    "a page goes": (
        lambda s: (s / "lookup/index.html").unlink(),
        {"pages": [("lookup/", "removed", [])]},
    ),
    "a package has another version": (
        lambda s: edit(s, "generated/provenance.json", lambda r: r["packages"].update(numpy="2.5.0")),
        {"tables": [("numpy", "another version", ["- 2.4.6", "+ 2.5.0"])]},
    ),
    "the dashboard has other data": (
        lambda s: (s / "generated/dashboard/rows.923bfdd49c773cf2.bin").rename(s / "generated/dashboard/rows.00ff.bin"),
        {"data": [("generated/dashboard", "1 new file, 1 gone", [])]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_change_is_told_once(name: str, base: Path, new: Path) -> None:
    change, expected = CASES[name]
    change(new)
    assert changes(base, new) == expected
    shown = markdown(compare(read(base), read(new)))
    for _, note, _ in (one for of in expected.values() for one in of):
        assert note in shown


def test_other_tables_are_told_and_not_repeated_for_every_page_and_chart(base: Path, new: Path) -> None:
    other = "GPT-2 small · revision 607a30d7 · wte e182e433 · wpe 29c69587"
    for path in new.rglob("*"):
        if path.suffix in (".html", ".json"):
            path.write_text(path.read_text("utf-8").replace(LABEL, other), "utf-8")
    edit(new, "generated/provenance.json", lambda r: r.update(label=other))
    assert changes(base, new) == {
        "tables": [("tables", "made on other tables", [f"- {LABEL}", f"+ {other}"])]
    }


@pytest.mark.parametrize("missing", site_diff.NEEDED)
def test_a_folder_that_is_no_built_site_is_1_and_says_what_is_missing(
    missing: str, base: Path, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (new / missing).rename(new / "elsewhere")
    assert main(["diff", str(base), str(new)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"error: {new} is not a built site: there is no {missing}" in said.err


@pytest.mark.parametrize("text", ["{", "[]", '{"programs": {}}', '{"programs": [1]}', "[" * 100_000])
def test_a_file_that_cannot_be_read_is_named(text: str, base: Path, new: Path) -> None:
    put(new, "generated/programs.json", text)
    with pytest.raises(SiteError, match=r"programs\.json"):
        read(new)


def test_wrong_use_is_2(base: Path) -> None:
    for arguments in (["diff"], ["diff", str(base)], ["diff", str(base), str(base), "--no-such-flag"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2


def test_json_says_the_same_and_comes_back(base: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(new, "generated/claims.json", lambda r: r["claims"][0].update(verdict="fails", evidence="No."))
    assert main(["diff", "--json", str(base), str(new)]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["changes"]["claims"][0]["note"] == "holds → fails"
    assert from_json(text) == {key: [] for key in site_diff.SECTIONS} | compare(read(base), read(new))
    assert markdown(from_json(text)) == markdown(compare(read(base), read(new)))


# -- hostile sites -----------------------------------------------------------------------------------------------------

HOSTILE = [
    "@everyone",
    "`@everyone`",
    "```\n@everyone\n```",
    "~~~\n@everyone",
    "</code></pre><img src=x onerror=alert(1)>@everyone",
    "``` ```` `````@everyone",
    "x\r\n\r\n# @everyone\r\n",
    "[link](https://evil.example) https://evil.example #1 @everyone",
    "a | b\n---|---\n@everyone",
    "\u202e@everyone\u2066\u200b\x00\x1b[31m\u2028@everyone",
    "`",
    " ",
    "",
]


def outside_code(text: str) -> str:
    """What is left of Markdown as CommonMark reads it, its blocks and spans of code taken out."""
    kept: list[str] = []
    closing = ""
    for line in text.split("\n"):
        if closing:
            if re.fullmatch(rf" {{0,5}}`{{{len(closing)},}} *", line):
                closing = ""
        elif opened := re.match(r" {0,5}(`{3,})[^`]*$", line):
            closing = opened[1]
        else:
            kept.append(re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", line))
    assert not closing, "a block of code is not closed"
    return "\n".join(kept)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_site_says_is_never_markup(text: str, base: Path, new: Path) -> None:
    put(new, "generated/programs.json", {"programs": [program(output=text), program(text, output=text)]})
    hostile = claim(verdict=text, evidence=text, statement=text, values={"rank": text})
    put(new, "generated/claims.json", {"claims": [hostile, claim(text)]})
    chart(new, "row_lengths", f"row,length\n{text}\n")
    put(new, "index.html", page(f"<p>{text.replace('<', '&lt;')}</p>"))
    edit(new, "generated/provenance.json", lambda r: r.update(label=f"{text} ", packages={text: text}))
    found = compare(read(base), read(new))
    for shown in (markdown(found), markdown(from_json(to_json(found)))):
        rest = outside_code(shown)
        assert not re.search(r"[@<>\[\]|]|://|evil|alert", rest)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b\u2028\r]", shown)


def test_a_list_from_elsewhere_is_believed_in_its_form_only() -> None:
    def sent(**of: object) -> str:
        change = {"name": "x", "note": "added", "lines": [], **of}
        return json.dumps({"changes": {"programs": [change]}})

    noted = markdown(from_json(sent(note="@everyone <b>", name="@a`", lines=["```", "@b", "x\n```\n@c"])))
    assert not re.search("[@<]", outside_code(noted))
    bad = [
        "",
        "[]",
        "{}",
        '{"changes": 1}',
        '{"changes": {"programs": 1}}',
        '{"changes": {"programs": ["x"]}}',
    ]
    bad += [sent(more=1), sent(name=1), sent(note=None), sent(lines="x"), sent(lines=[1]), "[" * 100_000]
    for text in bad:
        with pytest.raises(SiteError):
            from_json(text)
    long = from_json(json.dumps({"changes": {"pages": [{"name": "n" * 9999, "note": "n" * 9999, "lines": ["l" * 9999] * 999}]}}))  # fmt: skip
    assert len(markdown(long)) < 20_000


def test_a_long_list_is_cut_between_changes_and_says_so(base: Path, new: Path) -> None:
    many = [program(f"lookup/p{i:04}", "`@x` line\n" * 60) for i in range(500)]
    put(new, "generated/programs.json", {"programs": many})
    edit(
        base, "generated/programs.json", lambda r: r.update(programs=[{**one, "output": "x"} for one in many])
    )
    chart(new, "row_lengths", "row,length\n0,1.5\n1,9.5\n")
    everything = compare(read(base), read(new))
    shown = markdown(everything)
    assert len(shown) <= site_diff.LIMIT
    assert "lines more" in shown
    assert re.search(r"\*\*Not all is shown\*\*; left out: programs \d+\.", shown)
    assert "row_lengths" in shown  # a short section is not lost behind a long one
    assert "@" not in outside_code(shown)
    for limit in range(1000, 3000, 371):
        assert len(markdown(everything, limit)) <= limit
        outside_code(markdown(everything, limit))


# -- the shapes are those of the files that the build writes ----------------------------------------------------------


def keys_written(module: str, having: str) -> set[str]:
    """The keys of the dictionary that ``module`` writes in its source, the one with the key ``having``."""
    for node in ast.walk(ast.parse((ROOT / "scripts" / module).read_bytes())):
        if isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            if having in keys:
                return {str(key) for key in keys}
    raise AssertionError(f"{module} writes no dictionary with {having!r}")


def test_the_sites_made_up_here_have_the_shape_of_the_real_ones() -> None:
    from scripts import labels, tables

    assert set(program()) == keys_written("programs.py", "sha256")
    assert set(claim()) == keys_written("claims/pages.py", "verdict")
    assert {"label", "python", "packages"} <= set(
        json.loads(labels.provenance_json(tables.locate("tiny")).decode())
    )
    assert {"$comment", "usermeta"} <= keys_written("charts/__init__.py", "$comment")


def test_the_list_is_shown_with_the_standard_library_alone(base: Path, new: Path, tmp_path: Path) -> None:
    edit(new, "generated/claims.json", lambda r: r["claims"][0].update(verdict="fails"))
    put(tmp_path, "changes.json", to_json(compare(read(base), read(new))))
    command = [sys.executable, "-I", "-S", "-c", f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); "
               "runpy.run_module('scripts.site_diff', run_name='__main__', alter_sys=True)"]  # fmt: skip
    done = subprocess.run([*command, str(tmp_path / "changes.json")], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "holds → fails" in done.stdout.decode()
    wrong = subprocess.run([*command, str(base / "index.html")], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "error: not a list of changes: JSONDecodeError\n"
