"""What tools print, line by line: ``console_lines.tsv`` has for each tool what gives it away and how its lines read."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.read.numbers import number_in, without_escapes

_MAGNITUDES = {"k": 1e3, "M": 1e6, "G": 1e9, "m": 60.0, "h": 3600.0}
"""Of counts; and minutes and hours, as tools print a duration."""


class Printed(NamedTuple):
    """A tool: the words that its output must hold, and its lines, of which the first begins a result."""

    tool: str
    marks: tuple[str, ...]
    lines: tuple[re.Pattern[str], ...]


@cache
def printed() -> tuple[Printed, ...]:
    """All tools in the order in which they are tried."""
    rows = [
        line.split("\t") for line in files(__package__).joinpath("console_lines.tsv").read_text("utf-8").splitlines()
    ]
    tools = dict.fromkeys((tool, marks) for tool, marks, _ in rows[1:])
    return tuple(
        Printed(tool, tuple(marks.split("|")), tuple(re.compile(p) for t, m, p in rows[1:] if (t, m) == (tool, marks)))
        for tool, marks in tools
    )


def printed_results(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The tool that printed a text and an object for each of its results; no tool where none is known."""
    for one in printed():
        if all(mark in text for mark in one.marks):
            found = _results(without_escapes(text), one.lines)
            if found:
                return one.tool, found
    return "", []


def _results(text: str, lines: tuple[re.Pattern[str], ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        for number, pattern in enumerate(lines):
            match = pattern.search(line) if len(line) < 2000 else None
            if match is None:
                continue
            values = _values(match)
            if not found or (number == 0 and found[-1]) or not values.keys().isdisjoint(found[-1]):
                found.append({})
            found[-1].update(values)
            break
    return [one for one in found if not all(isinstance(value, str) for value in one.values())]


def _values(match: re.Match[str]) -> dict[str, Any]:
    """The groups of a line by name; ``name`` and ``value`` are one field that the line itself names."""
    named = match.groupdict()
    if "name" in named:
        named = {named["name"]: named["value"]}
    return {name.replace("__", "."): _value(text) for name, text in named.items() if text is not None}


def _value(text: str) -> float | str:
    """A number, times in seconds, sizes in bytes, shares as fractions; any other text as it is."""
    found = number_in(text)
    if found is None:
        return text.strip()
    if found.unit in _MAGNITUDES:
        return found.value * _MAGNITUDES[found.unit]
    unit = unit_of(found.unit) if found.unit else None
    if unit is not None and unit.name == "%":
        return found.value / 100
    if unit is not None:
        return found.value * unit.factor / unit.divisor
    return int(found.value) if found.value.is_integer() and "." not in text else found.value
