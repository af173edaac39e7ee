"""Where in a TOML text a key is set, whatever the spelling: for messages about it."""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line, counted from 1, where a key or table of valid TOML begins; None where it is not set.

    The first lines of a TOML file are TOML themselves unless the cut is inside of a value: the key begins behind the
    longest such beginning that does not hold it.
    """
    lines = text.replace("\r\n", "\n").split("\n")

    def held(count: int) -> bool:
        """Whether the shortest whole beginning of at least so many lines holds the key."""
        for end in range(count, len(lines) + 1):
            try:
                return _holds(tomllib.loads("\n".join(lines[:end])), keys)
            except (ValueError, RecursionError):
                continue
        return False

    line = bisect_left(range(1, len(lines) + 1), True, key=held) + 1
    return line if line <= len(lines) else None


def _holds(tables: Any, keys: Sequence[str]) -> bool:  # noqa: ANN401 - any value of TOML
    for key in keys:
        if isinstance(tables, list) and tables:
            tables = tables[0]
        if not isinstance(tables, dict) or key not in tables:
            return False
        tables = tables[key]
    return True
