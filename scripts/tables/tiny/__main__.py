"""The process that `tiny.train` starts; by hand it is `python -m scripts train-tiny`."""

import sys
from pathlib import Path

from . import artefact

folder, *options = sys.argv[1:]
sys.exit((artefact.check if "--check" in options else artefact.make)(Path(folder)))
