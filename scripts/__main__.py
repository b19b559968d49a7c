"""One verb a task: `python -m scripts <verb>`.  Exit codes: 0 done, 1 could not, 2 wrong use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from scripts.build import BuildError
from scripts.tables import TablesError

Verb = Callable[[argparse.Namespace], int]


def fetch(_: argparse.Namespace) -> int:
    """Get the tables of EMBEDDINGS_MODEL, check their bytes, and say where they are."""
    from scripts import labels, tables

    print(labels.label(tables.fetch()))
    return 0


def build(_: argparse.Namespace) -> int:
    """Make every program's output, chart and value that is stale."""
    from scripts import build as builder

    if not builder.build():
        print("everything is up to date", file=sys.stderr)
    return 0


def train_tiny(args: argparse.Namespace) -> int:
    """Train TinyGPT, and keep it in scripts/tables/tiny/artefact; with --check, say whether what is kept is current."""
    from scripts.tables import tiny

    return tiny.train(check=args.check)


def verify(_: argparse.Namespace) -> int:
    """Print each published fact about GPT-2 beside the value computed here, with a verdict."""
    from scripts.claims import published

    return published.main()


def pin(args: argparse.Namespace) -> int:
    """Give programs and labs the header of the lock, and labs their notebook for Colab; with --check, change nothing."""
    from scripts import labs, programs
    from scripts.build import write
    from scripts.paths import ROOT

    wanted = {program.path: programs.pin(program) for program in programs.programs()}
    for lab in labs.labs():
        wanted |= labs.pin(lab)
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        if not args.check:
            write(path, wanted[path].encode())
        print(
            f"{path.relative_to(ROOT).as_posix()}: {'is not as it should be' if args.check else 'rewritten'}"
        )
    if stale and args.check:
        print("mend it with: python -m scripts pin")
    if not stale:
        print("every header and notebook is up to date")
    return 1 if stale and args.check else 0


def finish(_: argparse.Namespace) -> int:
    """Finish the built site: name each page's card in its head, and thin out the marks in its code; then `check` it."""
    from scripts import site_finish

    return site_finish.main()


def check(args: argparse.Namespace) -> int:
    """Look through the built site: assets there, nothing unexpanded, no traceback, no request to another host."""
    from scripts import site_check

    return site_check.main(deploy=args.deploy)


def diff(args: argparse.Namespace) -> int:
    """List what a reader would find changed between two built sites, as Markdown; exit 0 whether or not anything did."""
    from pathlib import Path

    from scripts import site_diff

    return site_diff.main(Path(args.base_site), Path(args.new_site), as_json=args.json)


def new(args: argparse.Namespace) -> int:
    """Make the skeleton of a program, chart, claim, page or lab, and say what to do next; nothing is overwritten."""
    from scripts import skeletons

    return skeletons.main(args.kind, args.name)


VERBS: dict[str, tuple[Verb, dict[str, str]]] = {
    "fetch": (fetch, {}),
    "build": (build, {}),
    "train-tiny": (train_tiny, {"--check": "retrain and compare; change nothing"}),
    "verify": (verify, {}),
    "pin": (pin, {"--check": "change nothing; exit 1 if a header or a notebook is not up to date"}),
    "finish": (finish, {}),
    "check": (check, {"--deploy": "also refuse a site that was not made on GPT-2's verified tables"}),
    "diff": (
        diff,
        {
            "BASE_SITE": "folder of the site before",
            "NEW_SITE": "folder of the site after",
            "--json": "print the list for machines",
        },
    ),
    "new": (
        new,
        {
            "KIND": "program, chart, claim, page or lab",
            "NAME": "page/verb_noun of a program, page/what_it_claims of a claim; a name with underscores of the others",
        },
    ),
}


def parser() -> argparse.ArgumentParser:
    """The command line: verbs, and their help from the docstrings above."""
    root = argparse.ArgumentParser(prog="python -m scripts", description=__doc__)
    verbs = root.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (verb, flags) in VERBS.items():
        sub = verbs.add_parser(name, help=verb.__doc__, description=verb.__doc__)
        for flag, text in flags.items():
            if flag.startswith("--"):
                sub.add_argument(flag, action="store_true", help=text)
            else:
                sub.add_argument(flag.lower(), metavar=flag, help=text)
        sub.set_defaults(run=verb)
    return root


def main(argv: list[str] | None = None) -> int:
    """Run one verb; what a person can mend is said in words, anything else is a bug and shows its traceback."""
    args = parser().parse_args(argv)
    try:
        verb: Verb = args.run
        return verb(args)
    except (BuildError, TablesError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
