"""Opening the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench import hub, references
from bench.place import PYTHON, Place, not_measured
from bench.process import child
from bench.table import Figure, Row

WHAT = "load both tables, warm (`tables.load()` and one row of each, in a new process)"
TO_REACH = "≤ 0.15 s, memory-mapped"


def rows(place: Place) -> Iterator[Row]:
    """Of BUDGETS, Building: load both tables."""
    if not place.model.folder:
        yield not_measured(WHAT, place.model.why, TO_REACH)
        return
    place.tables  # noqa: B018
    why = references.missing("transformers", "torch")
    model = place.folder / "transformers"
    model.mkdir()
    (model / hub.BIG).symlink_to((place.model.folder / hub.BIG).resolve())
    (model / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    ours, theirs, memory = [], [], []
    for turn in range(place.times + 1):
        mine, _ = child(PYTHON, "load", env=place.environment())
        if turn:
            ours.append(mine["seconds"])
        memory.append(mine["mb"])
        if not why:
            other, _ = child(references.python(), "load_transformers", model, env=place.environment())
            if turn:
                theirs.append(other["seconds"])
    reference = Figure(theirs, "s", "`GPT2Model.from_pretrained`, imports not counted") if theirs else None
    measured = Figure(ours, "s", f"({max(memory):.0f} MB resident)")
    note = f"reference not measured: {why}" if why else ""
    yield Row(WHAT, measured, reference, TO_REACH, measured.median <= 0.15, note)
