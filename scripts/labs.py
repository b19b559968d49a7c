"""The labs: notebooks for a learner, kept as percent-format Python in ``docs/notebooks/<name>.py``.

A lab is a program with cells.  It runs as programs do, in an empty folder on the model in use, and of its output each
cell gets its part.  From that the build makes the lab's page and its notebook with outputs.

mkdocs-jupyter could make the page.  It was tried twice, with its own template and with a small one of ours, and left out:
its pages exist only where its plugin and a hook run, and the site has to come out the same without the hook, and of Zensical,
which knows no such plugin; there is no ``--8<--`` in a notebook, so no banner; its own template brings 617 kB of style sheets
to a notebook of one cell; and it needs 36 packages more.  So the page is a piece in Markdown like any program's, and costs
what its text costs.
"""

from __future__ import annotations

import ast
import functools
import itertools
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scripts import labels, programs
from scripts.build import Artefact, BuildError, Files, environment, fingerprint, sources
from scripts.paths import COLAB, CONFIG, DOCS, FRAGMENTS, GENERATED, LABS

if TYPE_CHECKING:
    from scripts.tables import Provenance, Tables

SECONDS = 120

#: The line that begins a cell of code; a cell of text has ``[markdown]``.
CODE = re.compile(r"^# %%(?! \[markdown\]).*$", re.MULTILINE)
#: Printed where a cell begins: no text that a lab prints has this control character.
MARK = "\x1e"
LINK = re.compile(r"\]\((?P<page>[\w./-]+)\.md(?P<place>#[\w-]+)?\)")
ANSWER = "answer"
#: Draws the bar of the download in a notebook; without it a notebook shows a warning.
WIDGETS = "ipywidgets"
FOLDED = {"outputs_hidden": True, "source_hidden": True}


@dataclass(frozen=True)
class Cell:
    """One cell: text in Markdown, or code, and whether it is part of an answer, which is folded."""

    text: str
    code: bool
    answer: bool


@dataclass(frozen=True)
class Lab:
    """One lab: ``docs/notebooks/<name>.py``, its page beside it, ``docs/notebooks/<name>.md``."""

    path: Path

    @property
    def name(self) -> str:
        """``<name>``, what its files are called."""
        return self.path.stem

    @property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text("utf-8")

    @functools.cached_property
    def cells(self) -> list[Cell]:
        """Its cells in their order.  The first is the header that names its packages, the second begins with its title."""
        import jupytext

        return [
            Cell(cell["source"], cell["cell_type"] == "code", ANSWER in cell["metadata"].get("tags", []))
            for cell in jupytext.reads(self.text, fmt="py:percent")["cells"]
        ]

    @property
    def title(self) -> str:
        """The heading with which its text begins."""
        heading = re.search(r"^# # (.+)$", self.text, re.MULTILINE)
        return heading[1] if heading else self.name

    @property
    def notebook(self) -> Path:
        """Where the site keeps its notebook, with outputs, for download."""
        return GENERATED / "labs" / f"{self.name}.ipynb"

    @property
    def colab(self) -> Path:
        """Its notebook without outputs, kept in the repository: Colab opens what is on GitHub, and no ``.py``."""
        return COLAB / f"{self.name}.ipynb"


def labs() -> list[Lab]:
    """Every lab, in the order of their names."""
    return [Lab(path) for path in sorted(LABS.glob("*.py"))]


# -- what a lab must be, and running it --------------------------------------------------------------------------------


def check(lab: Lab) -> None:
    """Hold a lab to the promises of its kind, without running it.

    Raises:
        BuildError: names the lab, and each promise that it breaks.
    """
    try:
        tree = ast.parse(lab.text)
    except SyntaxError as error:
        raise BuildError(f"labs/{lab.name}: line {error.lineno}: {error.msg}") from None
    faults = programs.faults(lab.text)
    header, title, *_ = [*lab.cells, *[Cell("", False, False)] * 2]
    if not (header.code and not ast.parse(header.text).body and title.text.startswith("# ")):
        faults.append("does not begin with its header and a text that begins with its title")
    if len(CODE.findall(lab.text)) + 1 != sum(cell.code for cell in lab.cells):
        faults.append("has a cell that begins otherwise than with `# %%` or `# %% [markdown]`")
    own = {"print", *(node.name for node in tree.body if isinstance(node, ast.FunctionDef))}
    lines = [lab.text.count("\n", 0, match.start()) + 1 for match in CODE.finditer(lab.text)]
    for line, after in itertools.pairwise([*lines, 1 << 30]):
        last = [node for node in tree.body if line < node.lineno < after][-1:]
        if last and isinstance(last[0], ast.Expr) and not _prints(last[0].value, own):
            faults.append(f"line {last[0].lineno} shows a value in a notebook only: print it")
    if faults:
        raise BuildError(f"labs/{lab.name}: " + "; ".join(faults))


def _prints(node: ast.expr, functions: set[str]) -> bool:
    """Whether an expression is a call of one of the functions, and so shows the same in a notebook and in a program."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions


def run(
    lab: Lab, tables: Tables, seconds: float = SECONDS, runners: programs.Runners | None = None
) -> list[str]:
    """What each cell of code prints, the lab being run as one program, offline, in an empty folder.

    Args:
        lab: which.
        tables: what its ``hf_hub_download`` and ``tiktoken.get_encoding`` answer with.
        seconds: how long it may take.
        runners: of the same tables, where several labs are to be run.

    Raises:
        BuildError: if a cell raises or does not end; names the lab and the cell, with its last lines.
    """
    runners = runners or programs.Runners(tables)
    with tempfile.TemporaryDirectory(prefix="embeddings-") as folder:
        marked, empty = Path(folder, "labs", lab.path.name), Path(folder, "empty")
        marked.parent.mkdir()
        empty.mkdir()
        # in place of a comment, so that the lines keep their numbers
        marked.write_text(CODE.sub(lambda _: f"print({MARK!r}, flush=True)", lab.text), "utf-8")
        ended = runners(programs.Program(marked), empty, seconds)
    parts = ended.stdout.decode("utf-8", "replace").replace("\r\n", "\n").split(f"{MARK}\n")
    if ended.code is None:
        lines = programs.last_lines(ended.stderr + parts[-1].encode())
        raise BuildError(f"labs/{lab.name}, cell {len(parts)}: not at its end after {seconds:g} s{lines}")
    if ended.code:
        lines = programs.last_lines(ended.stderr)
        raise BuildError(f"labs/{lab.name}, cell {len(parts)} failed with exit code {ended.code}{lines}")
    if len(parts) != sum(cell.code for cell in lab.cells):
        raise BuildError(f"labs/{lab.name} ended in cell {len(parts)}, before its last")
    return ["".join(f"{line.rstrip()}\n" for line in part.rstrip().splitlines()) for part in parts]


# -- its page ----------------------------------------------------------------------------------------------------------


def addresses() -> tuple[str, str]:
    """Where the site stands, and where Colab finds a file of its repository: both from ``mkdocs.yml``, with a slash at the end.

    Raises:
        BuildError: if they are not there, or the repository is not on GitHub.
    """
    config = CONFIG.read_text("utf-8")
    site = re.search(r'^site_url:.*?"?(https?://[^"\s\]]+)', config, re.MULTILINE)
    edit = re.search(
        r"^edit_uri_template: https://github\.com/([^/\s]+/[^/\s]+)/edit/([^/\s]+)/", config, re.MULTILINE
    )
    if not (site and edit):
        raise BuildError("mkdocs.yml has no site_url, or no edit_uri_template on GitHub: labs link to both")
    colab = f"https://colab.research.google.com/github/{edit[1]}/blob/{edit[2]}/"
    return f"{site[1].rstrip('/')}/", colab


def fragment(lab: Lab, outputs: list[str], label: str) -> str:
    """The lab as it stands on its page, below the title: its files, then its cells with their outputs, answers folded."""
    header, first, *rest = lab.cells
    notebook = f"../{lab.notebook.relative_to(DOCS).as_posix()}"
    _, colab = addresses()
    files = " ".join(
        [
            f"[Download the notebook]({notebook}){{ download }}",
            f"[Open in Colab]({colab}{COLAB.name}/{lab.name}.ipynb)",
            f"[As a Python file]({lab.path.name}){{ download }}",
        ]
    )
    pieces = [
        f'<div class="lab" id="lab-{lab.name}" markdown>\n\n{files}\n{{ .lab-files }}\n\n'
        f"Run from top to bottom on {label}\n{{ .lab-label }}\n\n</div>",
        first.text.partition("\n")[2].strip(),
        f'??? abstract "Cell 1: the packages of `{lab.path.name}`"\n\n' + _indented(_code(header.text)),
    ]
    numbers = itertools.count(2)
    for answer, cells in itertools.groupby(rest, key=lambda cell: cell.answer):
        shown = []
        for cell in cells:
            if not cell.code:
                shown.append(cell.text)
                continue
            number = next(numbers)
            shown.append(_code(cell.text))
            if output := outputs[number - 1]:
                shown.append(f"Output of cell {number}, in a run on {label}\n{{ #cell-{number} .lab-label }}")
                shown.append(programs.fence("text .output .no-copy", output.splitlines()))
        text = "\n\n".join(shown)
        pieces.append(f'??? success "Answer"\n\n{_indented(text)}' if answer else text)
    return "\n\n".join(pieces) + "\n"


def _code(text: str) -> str:
    return programs.fence("python .no-copy", text.splitlines())


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


# -- its notebooks -----------------------------------------------------------------------------------------------------


def notebook(lab: Lab, outputs: list[str] | None = None, label: str = "") -> str:
    """The lab as an ``.ipynb``; the same bytes each time.

    The first cell also installs the packages, of any version: in Colab most are there, and other versions would ask for a
    restart.  Links lead to the site.  Answers are folded, each program in its own way:
    JupyterLab by ``source_hidden``, Colab by a form with a title.

    Args:
        lab: which.
        outputs: what each cell of code printed; without, the notebook has none.
        label: which tables they were made on.
    """
    packages = re.findall(r'^#     "([\w.-]+)==', lab.cells[0].text, re.MULTILINE)
    site, _ = addresses()
    made: list[dict[str, object]] = []
    numbers = itertools.count(1)
    for place, cell in enumerate(lab.cells):
        text, metadata, ran = cell.text, dict[str, object](), dict[str, object]()
        if cell.code:
            number = next(numbers)
            if number == 1:
                text += f"\n%pip install --quiet {' '.join([*packages, WIDGETS])}"
            if cell.answer:
                text = f"# @title Answer\n{text}"
                metadata = {"cellView": "form", "jupyter": FOLDED, "tags": [ANSWER]}
            printed = outputs[number - 1] if outputs else ""
            stream = {"name": "stdout", "output_type": "stream", "text": _lines(printed)}
            ran = {"execution_count": number if outputs else None, "outputs": [stream] if printed else []}
        else:
            text = LINK.sub(functools.partial(_absolute, site), text)
            if cell.answer:
                text = f"<details><summary>Answer</summary>\n\n{text}\n\n</details>"
            if place == 1 and outputs:
                text += f"\n\nThe outputs below were made on **{label}** by `python -m scripts build`."
        kind = "code" if cell.code else "markdown"
        made.append(
            {"cell_type": kind, "id": f"cell-{place}", "metadata": metadata, "source": _lines(text), **ran}
        )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    record = {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}, "title": lab.title},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _absolute(site: str, link: re.Match[str]) -> str:
    page = re.sub(r"(^|/)index$", r"\1", link["page"])
    address = urljoin(f"{site}{LABS.name}/", page + "/" * (not page.endswith("/")))
    return f"]({address}{link['place'] or ''})"


def pin(lab: Lab) -> dict[Path, str]:
    """What the repository should keep of a lab: its text with the header it should have, and its notebook for Colab."""
    text = programs.header(lab.text) + programs.METADATA.sub("", lab.text, count=1)
    with tempfile.TemporaryDirectory(prefix="embeddings-") as folder:
        pinned = Lab(Path(folder, lab.path.name))
        pinned.path.write_text(text, "utf-8")
        return {lab.path: text, lab.colab: notebook(pinned)}


# -- the build ---------------------------------------------------------------------------------------------------------


def key(lab: Lab, provenance: Provenance) -> str:
    """Fingerprint of what a lab depends on: its bytes, the tables, the lock, the runner, and the addresses it names."""
    runner = sources("scripts.runner", "scripts.labs")
    return fingerprint("lab", lab.path, labels.identity(provenance), environment(), *addresses(), *runner)


def artefacts(
    provenance: Provenance,
    tables: Callable[[], Tables],
    runners: Callable[[], programs.Runners] | None = None,
) -> list[Artefact]:
    """One artefact a lab: its piece of the page, and its notebook with outputs for the site.

    ``runners`` as for ``programs.artefacts``.
    """
    runners = runners or functools.cache(lambda: programs.Runners(tables()))

    def make(lab: Lab) -> Files:
        check(lab)
        outputs = run(lab, tables(), runners=runners())
        label = labels.label(provenance)
        return {
            FRAGMENTS / "labs" / f"{lab.name}.md": fragment(lab, outputs, label).encode(),
            lab.notebook: notebook(lab, outputs, label).encode(),
        }

    return [
        Artefact(f"labs/{lab.name}", key(lab, provenance), functools.partial(make, lab)) for lab in labs()
    ]
