"""Where in a TOML text a key is set, whatever the spelling: for messages about it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

LONGEST_VALUE = 400
"""Lines of one value; behind a longer one no place is known."""


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line, counted from 1, where a key or table of valid TOML begins; None where that is not known."""
    return _places(text).get(tuple(keys))


@lru_cache(maxsize=4)
def _places(text: str) -> dict[tuple[str, ...], int]:
    """The first line of every key and table. Each expression of a TOML file is a TOML file itself."""
    lines = text.replace("\r\n", "\n").split("\n")
    places: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    at = 0
    while at < len(lines):
        end, found = _expression(lines, at)
        if found is None:
            break
        header = lines[at].lstrip(" \t").startswith("[")
        for path in _paths(found):
            places.setdefault(path if header else table + path, at + 1)
            table = path if header else table
        at = end
    return places


def _expression(lines: list[str], at: int) -> tuple[int, dict[str, Any] | None]:
    """The expression that begins on a line, and the line behind it; a value may need several lines."""
    for end in range(at + 1, min(len(lines), at + LONGEST_VALUE) + 1):
        try:
            return end, tomllib.loads("\n".join(lines[at:end]))
        except (ValueError, RecursionError):
            continue
    return at, None


def _paths(tables: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys of tables, each before those in it."""
    for key, value in tables.items():
        path = (*above, key)
        yield path
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            yield from _paths(inner, path)
