"""Skeletons to begin from: ``python -m scripts new program|chart|claim|page|lab NAME``.

Each is complete: it passes the linters, and builds once the line that the command prints is where it belongs.
"""

from __future__ import annotations

import ast
import keyword
import re
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.build import BuildError, write
from scripts.paths import CHARTS, DOCS, LABS, ROOT, SNIPPETS

CLAIMS = ROOT / "scripts" / "claims"
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGEST = 60
#: What Windows takes for a device, whatever stands behind the dot.
DEVICES = {"aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}

LOADING = """\
import tiktoken
from huggingface_hub import hf_hub_download
from safetensors import safe_open

revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
path = hf_hub_download(
    "openai-community/gpt2", "model.safetensors", revision=revision
)
with safe_open(path, "numpy") as tensors:
    wte = tensors.get_tensor("wte.weight")  # (50257, 768)
encoding = tiktoken.get_encoding("gpt2")

"""

PROGRAM = (
    '''\
"""{title}."""

'''
    + LOADING
    + """\
token = encoding.encode_single_token(" cat")
row = wte[token]  # (768,)
print(f"token {{token}} has a row of {{len(row)}} numbers; the first is {{row[0]:.4f}}")
"""
)

CHART = '''\
"""{title}.

Euclidean lengths of the first rows of wte, in the order of their IDs.
"""

import altair as alt

from scripts.charts import Row
from scripts.geometry import norms
from scripts.tables import Tables

PAGE = "{page}"
ROWS = 64


def build(tables: Tables) -> alt.Chart:
    """One bar a row."""
    values = [{{"id": i, "length": round(float(v), 4)}} for i, v in enumerate(norms(tables.wte[:ROWS]))]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("id:Q", title="token ID"),
            y=alt.Y("length:Q", title="length of its row"),
            tooltip=["id:Q", "length:Q"],
        )
        .properties(height=220)
    )


def describe(rows: list[Row]) -> str:
    """The least and the greatest length."""
    lengths = [row["length"] for row in rows]
    return f"The lengths of the first {{len(rows)}} rows are between {{min(lengths):.2f}} and {{max(lengths):.2f}}."
'''

CLAIM = '''

@claim(needs=("wte",))
def {name}(tables: Tables) -> Finding:
    """No row of the table is all zeros.

    Holds if every row has a number that is not zero.
    """
    empty = int((~tables.wte.any(axis=1)).sum())
    return Finding(
        graded(empty == 0),
        f"{{empty:,}} of {{tables.n_vocab:,}} rows are all zeros.",
        {{"empty": f"{{empty:,}}"}},
    )
'''

PAGE = """\
---
description: What this page shows, in one or two sentences, for a search engine and a preview.
---

--8<-- "banner.md"

# {title}

Begin with the question a newcomer has. Show the smallest example that can be checked by hand, then the real table, then what is
misunderstood.
"""

LAB = (
    """\
# %% [markdown]
# # {title}
#
# Say what it is about, and what one can do afterwards. Run the cells from top to bottom. Each task asks you to
# guess first; the answer below it is folded, and ran like the rest.
#
# It goes with [What is an embedding?](../index.md).

# %% [markdown]
# ## Load the table
#
# `wte` is GPT-2's table of token embeddings. `encoding` turns text into token IDs, and back.

# %%
"""
    + LOADING
    + """\
print("rows, and numbers a row:", wte.shape)

# %% [markdown]
# ### Task: how many numbers?
#
# How many numbers has the row of `" cat"`? Write down your guess, then look.

# %%
token = encoding.encode_single_token(" cat")
# your code here

# %% tags=["answer"]
print(len(wte[token]), "numbers in row", token)

# %% [markdown] tags=["answer"]
# As many as any other row: it is a row of one table.
"""
)

LAB_PAGE = """\
---
description: A lab with tasks and folded answers. Say here in one or two sentences what it asks, for a search engine and a preview.
---

--8<-- "banner.md"

# {title}

--8<-- "labs/{stem}.md"
"""


class WrongUse(Exception):  # noqa: N818 - a word on what was typed, not a failure
    """What was typed cannot be meant.  The message says how it is written."""


def _parts(name: str, form: str) -> list[str]:
    parts = name.split("/")
    if len(parts) != len(form.split("/")):
        raise WrongUse(f"{name!r} is not of the form {form}")
    for part in parts:
        if not NAME.fullmatch(part) or len(part) > LONGEST:
            raise WrongUse(
                f"{part[:LONGEST]!r} is no name: small letters, digits and single underscores, a letter first, "
                f"at most {LONGEST}; such as show_row"
            )
        if part in DEVICES or keyword.iskeyword(part):
            raise WrongUse(f"{part!r} means something else to Windows or to Python; choose another name")
    return parts


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _on_page(page: str) -> str:
    if not (DOCS / f"{page}.md").is_file():
        raise BuildError(f"there is no docs/{page}.md; make it with: python -m scripts new page {page}")
    return f"docs/{page}.md"


def _create(path: Path, text: str) -> None:
    if path.exists():
        raise BuildError(f"{path.relative_to(ROOT).as_posix()} is there already; nothing was changed")
    write(path, text.encode())
    print(f"made {path.relative_to(ROOT).as_posix()}")


def program(name: str) -> None:
    """A program that loads the table and prints a line, with its header."""
    from scripts import programs

    page, stem = _parts(name, "page/verb_noun")
    where = _on_page(page)
    text = PROGRAM.format(title=_title(stem))
    _create(SNIPPETS / page / f"{stem}.py", programs.header(text) + text)
    print(f'next: put on {where} the line\n  --8<-- "programs/{page}/{stem}.md"')
    print("make it your own, then `make format` renews its header, and `make serve` shows its output")


def chart(name: str) -> None:
    """A chart of the first rows' lengths."""
    page, stem = _parts(name, "page/name") if "/" in name else ["index", *_parts(name, "name")]
    where = _on_page(page)
    _create(CHARTS / f"{stem}.py", CHART.format(title=_title(stem), page=page))
    print(f'next: put on {where}, which its PAGE names, the line\n  --8<-- "charts/{stem}.md"')
    print("its docstring's first line is its title; describe() says in a sentence what the data show")


def claim(name: str) -> None:
    """A claim at the end of its page's module."""
    page, stem = _parts(name.replace("-", "_"), "page/what_it_claims")
    where, path = _on_page(page), CLAIMS / f"{page}.py"
    from scripts.claims.claim import PAGES

    if page not in PAGES:
        raise BuildError(
            f"docs/{page}.md makes no claims yet; name it in PAGES of scripts/claims/claim.py, "
            f"and write scripts/claims/{page}.py with a docstring and the imports of scripts/claims/lookup.py"
        )
    text = path.read_text("utf-8")
    names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    if stem in names:
        raise BuildError(f"scripts/claims/{page}.py has {stem} already; nothing was changed")
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if missing := {"Finding", "Tables", "claim", "graded"} - imported:
        raise BuildError(f"scripts/claims/{page}.py does not import {', '.join(sorted(missing))}")
    write(path, (text.rstrip("\n") + "\n" + CLAIM.format(name=stem)).encode())
    print(f"added {stem} at the end of scripts/claims/{page}.py")
    print(f'next: put on {where} the line\n  --8<-- "claims/{page}/{stem.replace("_", "-")}.md"')
    print(
        "and its verdict into ON_TINY and ON_GPT2 of tests/test_claims.py; a claim that fails stays, and says so"
    )


def page(name: str) -> None:
    """A page with its banner."""
    (stem,) = _parts(name, "name")
    title = _title(stem)
    _create(DOCS / f"{stem}.md", PAGE.format(title=title))
    print(f"next: put under `nav` in mkdocs.yml, where it belongs, the line\n  - {title}: {stem}.md")
    print("a page that is not in the navigation stops the build")


def lab(name: str) -> None:
    """A lab of one task, with its page, and its notebook for Colab."""
    from scripts import programs
    from scripts.labs import Lab, pin

    (stem,) = _parts(name, "name")
    title, source = _title(stem), Lab(LABS / f"{stem}.py")
    page = LABS / f"{stem}.md"
    if there := [path for path in (source.path, page, source.colab) if path.exists()]:
        raise BuildError(f"{there[0].relative_to(ROOT).as_posix()} is there already; nothing was changed")
    text = LAB.format(title=title)
    _create(source.path, programs.header(text) + text)
    _create(page, LAB_PAGE.format(title=title, stem=stem))
    _create(source.colab, pin(source)[source.colab])
    print(f"next: put under `nav` in mkdocs.yml, below Labs, the line\n  - {title}: {LABS.name}/{stem}.md")
    print(
        "name it on docs/notebooks/index.md; after a change of it `make format` renews its header and its notebook"
    )


KINDS: dict[str, Callable[[str], None]] = {
    "program": program,
    "chart": chart,
    "claim": claim,
    "page": page,
    "lab": lab,
}


def main(kind: str, name: str) -> int:
    """Make one skeleton and print what to do next; 0 done, 2 if what was typed cannot be meant.

    Raises:
        BuildError: it is there already, or what it belongs to is not.
    """
    try:
        if kind not in KINDS:
            raise WrongUse(f"{kind!r} is none of {', '.join(KINDS)}")
        KINDS[kind](name)
    except WrongUse as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    return 0
