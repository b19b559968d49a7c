"""The tables of one model, and where they came from.  Knows nothing else of ours.

``locate`` says which tables are in use (and fetches them if they are nowhere), ``load`` opens them, ``fetch`` hashes them
again, ``stage`` lays them out for a program.  Everything that is slow to import is imported where it is needed.
"""

from __future__ import annotations

from scripts.tables.api import encoding_from, fetch, load, locate, stage
from scripts.tables.values import Provenance, Table, Tables, TablesError

__all__ = [
    "Provenance",
    "Table",
    "Tables",
    "TablesError",
    "encoding_from",
    "fetch",
    "load",
    "locate",
    "stage",
]
