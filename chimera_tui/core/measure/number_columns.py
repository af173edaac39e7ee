"""Columns of cells as numbers: which are, and what they hold."""

from collections.abc import Mapping, Sequence
from itertools import chain
from math import hypot
from typing import NamedTuple

from chimera_tui.core.measure.lexicon import Meaning
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.read.numbers import LARGEST, MISSING, number_in

_BEGINNINGS = frozenset("0123456789.-+ ")


class NumberColumn(NamedTuple):
    """A column of numbers, in the unit of the file."""

    values: list[float | None]
    """None where a cell holds no number."""
    bare: bool
    """Whether all cells are numbers and nothing else."""


def bare_columns(columns: Mapping[int, Sequence[str]], rows: int) -> dict[int, NumberColumn]:
    """Those of which every cell is a number, read at one go; none where one of them is not such a column."""
    likely = {i: column for i, column in columns.items() if rows and column[0][:1] in _BEGINNINGS and column[0]}
    try:
        values = list(map(float, chain.from_iterable(likely.values())))
    except ValueError:
        return {}
    if not values or not _sane(values):
        return {}
    return {i: NumberColumn(values[k * rows : (k + 1) * rows], bare=True) for k, i in enumerate(likely)}  # type: ignore[arg-type]


def _sane(values: list[float]) -> bool:
    """Whether all are finite and of a size that is measured."""
    # The length of the vector is at least its largest part; seldom are many so large that it alone misleads.
    return hypot(*values) < LARGEST or all(abs(value) < LARGEST for value in values)


def numbers_of_column(column: Sequence[str], what: Meaning) -> NumberColumn | None:
    """The column as numbers; None when it is not a column of numbers."""
    try:
        values = list(map(float, column))
    except ValueError:
        return _mixed(column, what)
    if not values or _sane(values):
        return NumberColumn(values, bare=True)  # type: ignore[arg-type]
    return NumberColumn([v if abs(v) < LARGEST else None for v in values], bare=False)  # NaN compares false


def _mixed(column: Sequence[str], what: Meaning) -> NumberColumn | None:
    values = [_number(cell, what) for cell in column]
    filled = sum(1 for cell in column if cell.strip().lower() not in MISSING)
    found = sum(1 for value in values if value is not None)
    if not found or 2 * found < filled:
        return None if filled else NumberColumn([], bare=False)
    return NumberColumn(values, bare=False)


def _number(cell: str, what: Meaning) -> float | None:
    found = number_in(cell)
    if found is None:
        return None
    if found.unit and (unit := unit_of(found.unit)):
        if unit.name == what.unit:
            return found.value * unit.factor / unit.divisor * what.divisor / what.factor
        if unit.name == "%" and what.unit in ("fraction", "ratio"):
            return found.value / 100
    return found.value
