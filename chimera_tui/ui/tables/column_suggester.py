"""Completes the column name that is being typed in a filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LAST_WORD = re.compile(r"[\w.]+$")


class ColumnSuggester(Suggester):
    """Suggests the shortest column name that begins with the last word; the right arrow takes it."""

    def __init__(self, names: Callable[[], Sequence[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._names = names

    async def get_suggestion(self, value: str) -> str | None:
        """The text with its last word completed."""
        word = _LAST_WORD.search(value)
        if word is None:
            return None
        fitting = [name for name in self._names() if name.startswith(word.group()) and name != word.group()]
        return value + min(fitting, key=len)[len(word.group()) :] if fitting else None
