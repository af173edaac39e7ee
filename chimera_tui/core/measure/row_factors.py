"""What each row of a table is of: its configuration, from the columns that say so."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from chimera_tui.core.measure.emission import TESTS_NAMED, test_kind
from chimera_tui.core.measure.entities import entity_column
from chimera_tui.core.measure.factors import Factors, config_key, put
from chimera_tui.core.measure.lexicon import meaning
from chimera_tui.core.measure.paths import name_column
from chimera_tui.core.measure.result import ConfigKey
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.read.jsontext import Json
from chimera_tui.core.read.numbers import MISSING, without_escapes

_MOST_KEPT = 4096
"""Configurations of one kind of table kept between files."""


class FactorColumn(NamedTuple):
    """A column whose cells are values of a factor, or names and objects that hold ``options``."""

    name: str
    options: bool


def configs_of(
    columns: Sequence[tuple[FactorColumn, Sequence[str]]], sink: Sink, count: int
) -> tuple[list[int], list[str] | None]:
    """The configuration of each row, and in llama-bench's tables what each row tests."""
    kinds = sink.tool in TESTS_NAMED
    if not columns:
        return [sink.config({})] * count, None
    made = _configurations(tuple(column for column, _ in columns), tuple(sink.hints.items()))
    rows = list(zip(*(cells for _, cells in columns), strict=True))
    tests = [test_kind(made[cells][0]) for cells in rows] if kinds else None
    return sink.configured(map(made.__getitem__, rows)), tests


def config_of(spec: tuple[FactorColumn, ...], hinted: tuple[tuple[str, Any], ...], cells: tuple[str, ...]) -> ConfigKey:
    """What the cells of factor columns configure, in a file whose path says ``hinted``."""
    return _configurations(spec, hinted)[cells][1]


class _Configurations(dict[tuple[str, ...], tuple[Factors, ConfigKey]]):
    """Rows of cells to what they configure, made when first asked for: sweeps repeat them in file after file.

    The factors are shared, so nobody may change them.
    """

    def __init__(self, spec: tuple[FactorColumn, ...], hinted: tuple[tuple[str, Any], ...]) -> None:
        super().__init__()
        self._spec, self._hints = spec, dict(hinted)

    def __missing__(self, cells: tuple[str, ...]) -> tuple[Factors, ConfigKey]:
        recorded = _recorded(self._spec, cells)
        made = recorded, config_key(recorded, self._hints)
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[cells] = made
        return made


@lru_cache(maxsize=64)
def _configurations(spec: tuple[FactorColumn, ...], hinted: tuple[tuple[str, Any], ...]) -> _Configurations:
    return _Configurations(spec, hinted)


def _recorded(spec: tuple[FactorColumn, ...], cells: tuple[str, ...]) -> Factors:
    recorded: Factors = {}
    later: Factors = {}
    for (name, options), cell in zip(spec, cells, strict=True):
        value = options_in(cell) if options else plain(cell)
        if isinstance(value, dict):
            for key, inner in value.items():
                what = meaning("", str(key))
                if isinstance(inner, str | int | float):
                    put(recorded, what.name if what.role in ("factor", "config") else str(key), inner)
        else:
            put(recorded, name, value)
            if options and isinstance(value, str):
                later.update(name_column(value))
            elif isinstance(value, str) and name not in recorded and (column := entity_column(value)):
                later.setdefault(column, value)
    for name, value in later.items():
        recorded.setdefault(name, value)
    return recorded


@lru_cache(maxsize=16384)
def plain(cell: str) -> Json:
    """A cell as a factor: a number, a truth value, a text; None for one that is missing."""
    text = without_escapes(cell).strip()
    if text.lower() in MISSING and text.lower() not in ("inf", "infinity"):
        return None
    number = number_or_text(text)
    if isinstance(number, float):
        return int(number) if number == int(number) and abs(number) < 1e15 else number
    return {"true": True, "false": False}.get(text.lower(), text)


def number_or_text(cell: str) -> str | float:
    """A finite number, or the cell as it is."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    return value if value - value == 0 else cell


def options_in(cell: str) -> Json:
    """A cell that holds options as JSON, or a name like ``g60_c1024_t0.4``."""
    text = cell.strip()
    if text[:1] == "{":
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
    return text or None
