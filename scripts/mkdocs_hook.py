"""Asks the build for what is stale before MkDocs reads the pages; without this hook, run `python -m scripts build`."""

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer

# the `mkdocs` command does not look for modules where it is run
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def on_pre_build(config: MkDocsConfig) -> None:
    """Build what is stale; if that fails, stop MkDocs with the build's own words."""
    for name in [name for name in sys.modules if name.split(".")[0] == "scripts" and name != __name__]:
        del sys.modules[name]  # `mkdocs serve` lives on while our own code is edited
    from scripts import build, tables

    try:
        build.build(serving="serve" in sys.argv)
    except (build.BuildError, tables.TablesError) as error:
        raise Abort(str(error)) from None


def on_serve(server: LiveReloadServer, config: MkDocsConfig, **_: object) -> None:
    """Watch what people write, and not what a build makes: that is no reason to build again."""
    from scripts.paths import written

    server.unwatch(config.docs_dir)
    server.watch(config.docs_dir, recursive=False)
    for folder in written():
        server.watch(str(folder))
