"""The environment of the references, ``.bench-venv``: made from ``requirements-bench.lock`` when it is first needed.

torch is not in that lock: its usual build brings gigabytes that nothing here needs.  Whoever wants the row that loads the
model with transformers puts a build for the CPU into ``.bench-venv``.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.process import ROOT, RanBadlyError, run

FOLDER = ROOT / ".bench-venv"
LOCK = ROOT / "requirements-bench.lock"


@functools.cache
def python() -> Path:
    """The references' Python.

    Raises:
        RanBadlyError: its packages cannot be installed; says why.
    """
    here = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made = FOLDER / ".made-from-the-lock"
    if here.exists() and made.exists() and made.stat().st_mtime >= LOCK.stat().st_mtime:
        return here
    print("making .bench-venv for the references", file=sys.stderr)
    run([sys.executable, "-m", "venv", FOLDER], env=os.environ)
    if uv := shutil.which("uv"):
        run(
            [uv, "pip", "install", "--quiet", "--require-hashes", "--python", here, "-r", LOCK],
            env=os.environ,
        )
    else:
        run([here, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK], env=os.environ)
    made.touch()
    return here


@functools.cache
def missing(*modules: str) -> str:
    """Why the references cannot use ``modules``; empty if they can."""
    try:
        here = python()
    except (RanBadlyError, OSError) as error:
        return f"its reference cannot be installed ({error})"
    for module in modules:
        if subprocess.run([here, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            return f"its reference needs {module}: .bench-venv/bin/python -m pip install {module} (a build for the CPU is enough)"
    return ""
