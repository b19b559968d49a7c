"""The programs that the pages show: what one must be, running it, and how it stands on a page."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import itertools
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import tomllib
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import config, labels
from scripts.build import Artefact, BuildError, Files, environment, fingerprint, sha256, sources
from scripts.paths import FRAGMENTS, GENERATED, LOCK, ROOT, SNIPPETS, page_title

if TYPE_CHECKING:
    from scripts.tables import Provenance, Tables

RUNNER = ROOT / "scripts" / "runner.py"
SECONDS = 60
LAST_LINES = 12

#: Calls that only fetch or open: with the imports they make the part of a program that a page folds.
LOADING = {"hf_hub_download", "safe_open", "get_tensor", "get_encoding"}
NOT_SHOWN = {"argparse", "scripts", "sys"}
METADATA = re.compile(r"^# /// script\n(?P<toml>(?:#(?: .*)?\n)+)# ///\n", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """One program: ``snippets/<page>/<name>.py``."""

    path: Path

    @property
    def page(self) -> str:
        """Stem of the page that shows it: ``docs/<page>.md``."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """``<page>/<name>``, what the log, the output and the test call it."""
        return f"{self.page}/{self.path.stem}"

    @property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text("utf-8")

    @property
    def title(self) -> str:
        """First line of its docstring, without the full stop."""
        return (ast.get_docstring(ast.parse(self.text)) or "").split("\n")[0].rstrip(".")

    @property
    def split(self) -> int:
        """How many of its lines only prepare: packages, docstring, imports, loading."""
        prepares = 0
        for node in ast.parse(self.text).body:
            called = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
            names = {f.id if isinstance(f, ast.Name) else getattr(f, "attr", "") for f in called}
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if docstring or isinstance(node, ast.Import | ast.ImportFrom) or names & LOADING:
                prepares = node.end_lineno or 0
            elif not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
                break  # the revision of the hub is a constant between the imports and the loading
        return prepares


def programs() -> list[Program]:
    """Every program, in the order of their names."""
    return [Program(path) for path in sorted(SNIPPETS.glob("*/*.py"))]


def pieces() -> dict[str, str]:
    """The piece of a page that each program becomes, and the page it is for."""
    return {f"programs/{program.name}.md": f"docs/{program.page}.md" for program in programs()}


@functools.cache
def locked() -> dict[str, str]:
    """Version of each package in the lock, by its normalised name."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", LOCK.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins}


@functools.cache
def _distributions() -> dict[str, str]:
    return {module: names[0] for module, names in importlib.metadata.packages_distributions().items()}


def imported(text: str) -> set[str]:
    """Top-level modules that a program imports, the standard library's left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or ".").split(".")[0])
    return found - sys.stdlib_module_names | (found & NOT_SHOWN)


def header(text: str) -> str:
    """The inline script metadata (PEP 723) that a program should have: what it imports, at the locked versions.

    Raises:
        BuildError: if it imports what the lock does not have.
    """
    packages = {_distributions().get(module, module) for module in imported(text)}
    if "safetensors" in packages:
        packages.add("numpy")  # safetensors hands out numpy arrays, and does not require numpy
    if missing := {name for name in packages if _normal(name) not in locked()}:
        raise BuildError(f"imports what requirements.lock does not have: {', '.join(sorted(missing))}")
    pins = "".join(f'#     "{name}=={locked()[_normal(name)]}",\n' for name in sorted(packages))
    dependencies = f"# dependencies = [\n{pins}# ]\n" if pins else "# dependencies = []\n"
    return f'# /// script\n# requires-python = ">=3.11"\n{dependencies}# ///\n'


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def check(program: Program) -> None:
    """Hold a program to the promises of its kind, without running it.

    Raises:
        BuildError: names the program, and each promise that it breaks.
    """
    text = program.text
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise BuildError(f"{program.name}: line {error.lineno}: {error.msg}") from None
    found = [] if ast.get_docstring(tree) else ["has no docstring to say what it does"]
    if found := [*found, *faults(text)]:
        raise BuildError(f"{program.name}: " + "; ".join(found))


def faults(text: str) -> list[str]:
    """The promises that a program or a lab breaks to who runs it elsewhere."""
    found: list[str] = []
    if unlisted := imported(text) - _declared(text):
        found.append(f"imports {', '.join(sorted(unlisted))}, which its header does not name")
    if forbidden := imported(text) & NOT_SHOWN:
        found.append(
            f"imports {', '.join(sorted(forbidden))}: a program on a page stands alone and takes no arguments"
        )
    if "__main__" in text:
        found.append("tests __name__: a program on a page only runs")
    if not found and not text.startswith(header(text)):
        found.append("has a header that is not the lock's: run `python -m scripts pin`")
    return found


def _pinned(text: str) -> list[str]:
    """The packages that a program's header names."""
    match = METADATA.search(text)
    if not match:
        return []
    toml = "".join(line[2:] + "\n" for line in match["toml"].splitlines())
    return [str(name) for name in tomllib.loads(toml).get("dependencies", [])]


def _declared(text: str) -> set[str]:
    names = {_normal(re.split(r"[=<>~! ;\[]", name)[0]) for name in _pinned(text)}
    return {module for module, distribution in _distributions().items() if _normal(distribution) in names}


def pin(program: Program) -> str:
    """The program's text with the header it should have."""
    text = program.text
    return header(text) + METADATA.sub("", text, count=1)


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code, None if it was stopped for its time, and what it wrote."""

    code: int | None
    stdout: bytes
    stderr: bytes


class Runners:
    """Processes that have loaded what programs import, each ready to fork for the next one; they end with this object.

    Where the system cannot fork safely, each program has an interpreter of its own instead: the same output, later.
    """

    def __init__(self, tables: Tables) -> None:
        """``tables``: what ``hf_hub_download`` and ``tiktoken.get_encoding`` answer with inside the programs."""
        self._folder = tempfile.TemporaryDirectory(prefix="embeddings-")
        self._env = _environment(tables, Path(self._folder.name))
        self._idle: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()
        self._started: list[subprocess.Popen[str]] = []
        self._end = weakref.finalize(self, self._stop, self._started, self._folder)

    @staticmethod
    def _stop(started: list[subprocess.Popen[str]], folder: tempfile.TemporaryDirectory[str]) -> None:
        for server in started:
            server.kill()
            server.communicate()
        folder.cleanup()

    def __call__(self, program: Program, empty: Path, seconds: float) -> Ended:
        """Run ``program`` in the folder ``empty`` for at most ``seconds``."""
        command = [sys.executable, "-P", "-X", "utf8", "-B", str(RUNNER)]
        if sys.platform != "linux":
            try:
                done = subprocess.run(
                    [*command, str(program.path)],
                    cwd=empty, env=self._env, capture_output=True, timeout=seconds, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired as late:
                return Ended(None, late.stdout or b"", late.stderr or b"")
            return Ended(done.returncode, done.stdout, done.stderr)
        try:
            server = self._idle.get_nowait()
        except queue.Empty:
            server = subprocess.Popen(
                command,
                env=self._env,
                cwd=self._folder.name,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self._started.append(server)
        assert server.stdin
        assert server.stdout
        with tempfile.TemporaryDirectory(dir=self._folder.name) as outputs:
            out, err = Path(outputs, "stdout"), Path(outputs, "stderr")
            asked = {
                "program": str(program.path),
                "folder": str(empty),
                "stdout": str(out),
                "stderr": str(err),
            }
            server.stdin.write(json.dumps(asked) + "\n")
            server.stdin.flush()
            if not (answer := server.stdout.readline()):
                raise BuildError(
                    f"{program.name}: the process that runs programs ended; start the build again"
                )
            child = int(answer)
            late = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
            late.start()
            code = int(server.stdout.readline())
            in_time = late.is_alive()
            late.cancel()
            self._idle.put(server)
            return Ended(
                code if in_time else None, *(p.read_bytes() if p.exists() else b"" for p in (out, err))
            )


def run(program: Program, tables: Tables, seconds: float = SECONDS, runners: Runners | None = None) -> str:
    """What a program prints, run offline in an empty folder that is gone afterwards.

    Args:
        program: which.
        tables: what its ``hf_hub_download`` and ``tiktoken.get_encoding`` answer with.
        seconds: how long it may take.
        runners: of the same tables, where many programs are to be run.

    Raises:
        BuildError: if it raises, prints nothing, or does not end; with its last lines.
    """
    runners = runners or Runners(tables)
    with tempfile.TemporaryDirectory(prefix="embeddings-") as empty:
        ended = runners(program, Path(empty), seconds)
    if ended.code is None:
        lines = last_lines(ended.stderr + ended.stdout)
        raise BuildError(f"{program.name} did not end within {seconds:g} s{lines}")
    if ended.code:
        raise BuildError(f"{program.name} failed with exit code {ended.code}{last_lines(ended.stderr)}")
    output = ended.stdout.decode("utf-8").replace("\r\n", "\n").rstrip()
    if not output:
        raise BuildError(f"{program.name} prints nothing, so there is nothing for its page to show")
    return "\n".join(line.rstrip() for line in output.split("\n")) + "\n"


def last_lines(data: bytes) -> str:
    """The end of what a program wrote, indented under a colon; empty if it wrote nothing."""
    lines = data.decode("utf-8", "replace").rstrip().splitlines()[-LAST_LINES:]
    return ":\n" + "\n".join(f"    {line}" for line in lines) if lines else ""


def _environment(tables: Tables, cache: Path) -> dict[str, str]:
    from scripts.tables import stage

    names = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    # the build runs as many programs as there are cores: each has one thread, and the same last digits everywhere
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return kept | threads | stage(tables, cache) | {"EMBEDDINGS_RUNNER_TOKENIZER": str(tables.files)}


def published(program: Program) -> Path:
    """Where the site keeps the program's file, for download."""
    return GENERATED / "programs" / program.page / program.path.name


def address(program: Program) -> str:
    """Where the program's file can be fetched from the hosted site, today and later."""
    return config.address() + published(program).relative_to(GENERATED.parent).as_posix()


def ways_to_run(program: Program) -> dict[str, str]:
    """Commands of one line that fetch the program and run it: with uv, and with pip."""
    file = address(program)
    packages = " ".join(f'"{pin}"' for pin in _pinned(program.text))
    install = f"python -m pip install {packages} && " if packages else ""
    return {"uv": f"uv run {file}", "pip": f"{install}curl -fsSO {file} && python {program.path.name}"}


def fragment(program: Program, output: str, label: str) -> str:
    """The program as it stands on a page: folded loading lines, the lines that matter, its output and its source."""
    lines = program.text.splitlines()
    before, after = lines[: program.split], lines[program.split :]
    while after and not after[0].strip():
        before.append(after.pop(0))
    file = published(program)
    link = file.relative_to(GENERATED.parent).as_posix()
    anchor = program.name.replace("/", "-")
    ways = ways_to_run(program)
    return f"""\
<div class="program" id="{anchor}" markdown>

**{program.title}**{{ .program-title }} [Copy](#{anchor}){{ .program-copy role=button hidden }} [Download]({link}){{ .program-file download="{program.path.name}" title="{program.name}.py" }}

<details class="abstract" data-search-exclude="true" markdown>
<summary markdown>The {len(before)} lines before: {_set_up(before)} of `{program.name}.py`</summary>

{fence("python .no-copy", before)}

</details>

{fence("python .no-copy", after)}

<details class="abstract program-run" data-search-exclude="true" markdown>
<summary>Run it: one line with uv, or one with pip</summary>

{fence("sh .no-copy", [ways["uv"]])}

{fence("sh .no-copy", [ways["pip"]])}

{_needs(program)}

</details>

{_says(program, label)}
{{ .program-label }}

{fence("text .output .no-copy", output.splitlines())}

</div>
"""


def _needs(program: Program) -> str:
    """What the first run at home fetches, and from where."""
    from scripts.tables.pinned import GPT2

    imports, fetched = imported(program.text), []
    if "huggingface_hub" in imports:
        fetched.append(f"{GPT2.name}'s file from huggingface.co ({GPT2.file.size / 1e6:.0f} MB)")
    if "tiktoken" in imports:
        size = (GPT2.vocab.size + GPT2.merges.size) / 1e6
        fetched.append(f"its tokenizer from openaipublic.blob.core.windows.net ({size:.1f} MB)")
    if not fetched:
        return "It needs its packages and nothing else."
    return (
        f"The first run fetches {' and '.join(fetched)}; later ones need no network. "
        "What it prints is then about GPT-2, whatever this page was built on."
    )


def _set_up(lines: list[str]) -> str:
    """What a program's folded lines hold, in words."""
    text = "\n".join(lines)
    signs = {"imports": "import ", "tokenizer": "get_encoding(", "tables": "safe_open("}
    header = "packages" if "==" in text else "header"
    *most, last = [header, *(name for name, sign in signs.items() if sign in text)]
    return f"{', '.join(most)} and {last}" if most else last


def _says(program: Program, label: str) -> str:
    if {"huggingface_hub", "tiktoken"} & imported(program.text):
        return f"Output of `{program.name}.py` on {label}"
    return f"Output of `{program.name}.py`, which reads no model and is the same in every build (this one: {label})"


def fence(classes: str, lines: list[str]) -> str:
    """A fenced block for a page, with as many backticks as its lines need."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "\n".join([f"{ticks} {{ .{classes} }}", *lines, ticks])


def code() -> str:
    """Fingerprint of what runs a program and puts it on its page."""
    return fingerprint(config.address(), environment(), *sources("scripts.runner", "scripts.programs"))


def key(program: Program, provenance: Provenance, by: str | None = None) -> str:
    """Fingerprint of what a program's output depends on: its bytes, the tables, the lock, the runner; and its address.

    ``by`` is ``code()``, where it is known already.
    """
    return fingerprint("program", program.path, labels.identity(provenance), by or code())


def artefacts(
    provenance: Provenance, tables: Callable[[], Tables], runners: Callable[[], Runners] | None = None
) -> list[Artefact]:
    """One artefact a program: its fragment for the page, its file and its output for the site.

    ``runners`` are of the same tables, where labs are run by them too: each of them holds all that programs import.
    """
    runners = runners or functools.cache(lambda: Runners(tables()))

    def make(program: Program) -> Files:
        check(program)
        output = run(program, tables(), runners=runners())
        text = fragment(program, output, labels.label(provenance))
        return {
            FRAGMENTS / "programs" / f"{program.name}.md": text.encode(),
            published(program): program.path.read_bytes(),
            published(program).with_suffix(".txt"): output.encode(),
        }

    by = code()
    return [
        Artefact(program.name, key(program, provenance, by), functools.partial(make, program))
        for program in programs()
    ]


def gallery(found: list[Program]) -> str:
    """Every program in a list by page, in the order in which one reads them; with links to where it stands and to its file."""
    lines: list[str] = []
    ordered = sorted(found, key=lambda program: (config.place(program.page), program.page))
    for page, of_page in itertools.groupby(ordered, key=lambda program: program.page):
        lines += ["", f"## {page_title(page)} {{ #{page} }}", ""]
        for program in of_page:
            link = published(program).relative_to(GENERATED.parent).as_posix()
            anchor = program.name.replace("/", "-")
            lines.append(
                f"- [{program.title}]({page}.md#{anchor}) · [`{program.name}.py`]({link}){{ download }}"
            )
    return "\n".join(lines).lstrip() + "\n"


def _addresses(found: list[Program]) -> str:
    """Where programs are, and the two ways to run the first of them, as blocks of code."""
    folder = f"{config.address()}{(GENERATED / 'programs').relative_to(GENERATED.parent).as_posix()}"
    ways = [fence("sh", [way]) for program in found[:1] for way in ways_to_run(program).values()]
    return "\n\n".join([fence("text", [f"{folder}/<page>/<name>.py"]), *ways]) + "\n"


def index(provenance: Provenance) -> list[Artefact]:
    """``programs.json``, every program with its page, path, sha256 and output, and the gallery; made after the programs."""
    found = programs()  # not those that somebody writes meanwhile

    def make() -> Files:
        entries = [
            {
                "name": program.name,
                "title": program.title,
                "page": "" if program.page == "index" else f"{program.page}/",
                "path": program.path.relative_to(ROOT).as_posix(),
                "file": published(program).relative_to(GENERATED.parent).as_posix(),
                "address": address(program),
                "run": ways_to_run(program),
                "sha256": sha256(program.path),
                "output": published(program).with_suffix(".txt").read_text("utf-8"),
            }
            for program in found
        ]
        record = {
            "made_by": "python -m scripts build",
            "label": labels.label(provenance),
            "programs": entries,
        }
        return {
            GENERATED / "programs.json": (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode(),
            FRAGMENTS / "programs" / "all.md": gallery(found).encode(),
            FRAGMENTS / "programs" / "address.md": _addresses(found).encode(),
        }

    titles = [
        f"{config.place(page)} {page_title(page)}" for page in sorted({program.page for program in found})
    ]
    by = code()
    keys = [key(program, provenance, by) for program in found]
    return [Artefact("programs.json", fingerprint("programs.json", *keys, *titles), make)]
