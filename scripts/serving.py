"""What makes ``mkdocs serve`` quick: watch what people write, and render what is made of it.

The functions are MkDocs' events; the hook hands them on.  A whole build does the same with them and without.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import Files

#: The files of the rendered pages, and when their sources were last about to be read, in seconds since 1970.
_pages: dict[str, Path] = {}
_read_at = 0.0
#: When each file of our own code, and of what it keeps beside it, was last changed, at the last build.
_code: dict[Path, int] = {}


def renew() -> None:
    """Have our own code imported anew if it was edited, or the lock: `mkdocs serve` lives on meanwhile."""
    from scripts.paths import LOCK, ROOT

    global _code
    files = [LOCK, *(path for path in ROOT.glob("scripts/**/*") if path.suffix in (".py", ".json"))]
    code = {path: path.stat().st_mtime_ns for path in files if path.is_file()}
    if code != _code:
        for name in [name for name in sys.modules if name.partition(".")[0] == "scripts"]:
            del sys.modules[name]
    _code = code


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Have ``--dirty``, which renders only pages that were edited, render those too that include what has changed."""
    from scripts import includes  # anew in each build, as the hook has it

    global _read_at
    everywhere = config.mdx_configs["pymdownx.snippets"]["auto_append"]
    pages = {file.src_uri: Path(file.abs_dest_path) for file in files.documentation_pages()}
    for gone in _pages.keys() - pages.keys():  # a build that is not dirty begins with an empty site
        _pages[gone].unlink(missing_ok=True)
    _pages.clear()
    _pages.update(pages)
    stale = [
        page
        for page, path in _pages.items()
        if path.is_file() and path.stat().st_mtime < includes.changed(page, everywhere)
    ]
    # Material's search forgets all entries whose address begins as the edited page's does: at the home page, all there are
    for page in _pages if "index.md" in stale else stale:
        _pages[page].unlink(missing_ok=True)
    _read_at = time.time()
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Keep the theme's compiled templates from one build to the next."""
    env.bytecode_cache = FileSystemBytecodeCache()
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Date each page by when its source was read: what was saved while it was rendered is rendered next."""
    for path in _pages.values():
        if path.is_file() and path.stat().st_mtime > _read_at:
            os.utime(path, (_read_at, _read_at))


def on_serve(server: LiveReloadServer, config: MkDocsConfig, **_: object) -> None:
    """Watch what people write, and not what a build makes: that is no reason to build again."""
    from scripts.paths import written

    server.unwatch(config.docs_dir)
    server.watch(config.docs_dir, recursive=False)
    for folder in written():
        server.watch(str(folder))
