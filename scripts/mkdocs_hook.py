"""Asks the build for what is stale before MkDocs reads the pages; without this hook, run `python -m scripts build`."""

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort

# the `mkdocs` command does not look for modules where it is run
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.serving import on_env, on_files, on_post_build, on_serve, renew

__all__ = ["on_env", "on_files", "on_post_build", "on_pre_build", "on_serve"]


def on_pre_build(config: MkDocsConfig) -> None:
    """Build what is stale; if that fails, stop MkDocs with the build's own words."""
    renew()
    from scripts import build, tables

    try:
        build.build(serving="serve" in sys.argv)
    except (build.BuildError, tables.TablesError) as error:
        raise Abort(str(error)) from None
