"""Writes a built site, or the preview of a pull request, into the branch that GitHub Pages serves.

``python -m scripts.publish site FOLDER``, ``... preview pr-12 FOLDER --keep "pr-12 pr-15"``, ``... prune --keep "pr-15"``.
The branch has one commit, which is made anew each time: it holds the site, and beside it a folder for each preview.
PUBLISH_TO is the address of the repository.  Needs git and the standard library alone, so that the workflow that may
write runs nothing but this file.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

BRANCH = "gh-pages"
PREVIEW = re.compile(r"pr-[1-9][0-9]{0,8}")
TRIES = 5
#: A preview comes from anyone: it may not fill the branch.
MOST_FILES, MOST_BYTES = 10_000, 100_000_000
WHO = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
       for part, value in (("NAME", "Embeddings Explained"), ("EMAIL", "actions@users.noreply.github.com"))}  # fmt: skip

Entries = dict[str, str]  # name at the top of the branch -> "<mode> <type> <sha>"


class PublishError(Exception):
    """It cannot be published.  The message says why."""


def git(folder: Path, *arguments: str, text: str = "", env: Mapping[str, str] | None = None) -> str:
    """What git prints, run in ``folder`` without anybody's settings.

    Raises:
        PublishError: git failed; with what it said.
    """
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", *arguments],  # noqa: S607 - the runner's git
        cwd=folder, env={**os.environ, **WHO, **settings, **(env or {})}, input=text, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        raise PublishError(f"git {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip("\n")


def check(folder: Path, *, preview: bool) -> None:
    """Only files that a static host serves.

    Raises:
        PublishError: the folder has no site, or has what is not one's.
    """
    if not (folder / "index.html").is_file():
        raise PublishError(f"{folder} has no index.html")
    files = size = 0
    for path in folder.rglob("*"):
        where = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise PublishError(f"{where} is neither a file nor a folder")
        if path.name.startswith("."):
            raise PublishError(f"{where} begins with a dot")
        if path.is_file():
            files, size = files + 1, size + path.stat().st_size
    if not preview and (clash := [path.name for path in folder.iterdir() if PREVIEW.fullmatch(path.name)]):
        raise PublishError(f"{clash[0]} is the name of a preview")
    if preview and (files > MOST_FILES or size > MOST_BYTES):
        raise PublishError(
            f"{files} files of {size} bytes: a preview has at most {MOST_FILES} and {MOST_BYTES}"
        )


def _tree(repository: Path, folder: Path) -> str:
    with tempfile.TemporaryDirectory() as index:
        env = {"GIT_INDEX_FILE": str(Path(index, "index")), "GIT_WORK_TREE": str(folder.resolve())}
        git(folder, f"--git-dir={repository}", "add", "--all", "--force", ".", env=env)
        return git(folder, f"--git-dir={repository}", "write-tree", env=env)


def _entries(repository: Path, tree: str) -> Entries:
    lines = git(repository, "-c", "core.quotePath=false", "ls-tree", tree).splitlines()
    return {name: what for what, _, name in (line.partition("\t") for line in lines)}


def publish(to: str, folder: Path | None = None, preview: str = "", keep: set[str] | None = None) -> bool:
    """Write the branch anew.

    Args:
        to: address of the repository.
        folder: what is published; None to take previews away only.
        preview: the folder of the branch for it; empty for the site itself.
        keep: the previews that stay; None for all.

    Returns:
        Whether the branch changed.

    Raises:
        PublishError: the folder cannot be published, or the branch cannot be written.
    """
    if folder:
        check(folder, preview=bool(preview))
    for tried in range(TRIES):
        with tempfile.TemporaryDirectory() as place:
            repository = Path(place, "branch.git")
            git(Path(place), "init", "--quiet", "--bare", str(repository))
            there = git(repository, "ls-remote", to, f"refs/heads/{BRANCH}").partition("\t")[0]
            entries: Entries = {}
            if there:
                git(repository, "remote", "add", "origin", to)
                git(repository, "fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", there)
                entries = _entries(repository, there)
            old = dict(entries)
            if folder:
                tree = _tree(repository, folder)
                if preview:
                    entries[preview] = f"040000 tree {tree}"
                else:
                    previews = {name: what for name, what in entries.items() if PREVIEW.fullmatch(name)}
                    entries = _entries(repository, tree) | previews
            if keep is not None:
                entries = {n: what for n, what in entries.items() if not PREVIEW.fullmatch(n) or n in keep}
            if entries or old:  # a branch of Jekyll's would leave out what begins with an underscore
                entries[".nojekyll"] = f"100644 blob {git(repository, 'hash-object', '-w', '--stdin')}"
            if entries == old:
                return False
            listed = "".join(f"{what}\t{name}\n" for name, what in entries.items())
            top = git(repository, "mktree", "--missing", text=listed)
            commit = git(repository, "commit-tree", top, "-m", f"Publish {preview or 'the site'}")
            lease = f"--force-with-lease=refs/heads/{BRANCH}:{there}"
            try:
                git(repository, "push", "--quiet", lease, to, f"{commit}:refs/heads/{BRANCH}")
            except PublishError:
                if tried + 1 == TRIES:
                    raise
                print("another run has written the branch meanwhile: again", file=sys.stderr)
                continue
            return True
    raise AssertionError("the last try returns or raises")


def main(argv: list[str] | None = None) -> int:
    """The command line; 0 done, 1 could not, 2 wrong use."""
    root = argparse.ArgumentParser(prog="python -m scripts.publish", description=__doc__)
    verbs = root.add_subparsers(dest="verb", required=True)
    site = verbs.add_parser("site", help="write the site, and leave the previews")
    site.add_argument("folder", type=Path)
    preview = verbs.add_parser("preview", help="write one preview, and leave the site")
    preview.add_argument("name")
    preview.add_argument("folder", type=Path)
    for verb in (preview, verbs.add_parser("prune", help="take previews away")):
        verb.add_argument(
            "--keep", required=True, metavar="NAMES", help="previews that stay, with blanks between"
        )
    args = root.parse_args(argv)
    to = os.environ.get("PUBLISH_TO", "")
    name = getattr(args, "name", "")
    if not to:
        root.error("PUBLISH_TO names no repository")
    if args.verb == "preview" and not PREVIEW.fullmatch(name):
        root.error(f"{name!r} is not the name of a preview, such as pr-12")
    keep = {*args.keep.split(), *([name] if name else [])} if "keep" in args else None
    try:
        changed = publish(to, getattr(args, "folder", None), name, keep)
    except PublishError as error:
        print(f"error: {str(error).replace(to, 'the repository')}", file=sys.stderr)
        return 1
    print(f"{BRANCH} is {'written' if changed else 'as it was'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
