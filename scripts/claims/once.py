"""What several claims need of one model's tables is computed once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from scripts.tables import Tables

T = TypeVar("T")


def once(function: Callable[[Tables], T]) -> Callable[[Tables], T]:
    """Remember what ``function`` gives for each ``Tables``, for as long as those tables live.

    Tables have no hash, and comparing them would compare 157 MB, so the result is kept where
    ``functools.cached_property`` keeps its own: with the object.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def remembered(tables: Tables) -> T:
        memory: dict[str, Any] = vars(tables)
        if name not in memory:
            memory[name] = function(tables)
        return cast(T, memory[name])

    return remembered
