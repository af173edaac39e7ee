"""Tables measured column by column: which are numbers, which are factors, and how each row ended."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from chimera_tui.core.measure.factors import LONGEST_TEXT
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.number_columns import NumberColumn, bare_columns, numbers_of_column
from chimera_tui.core.measure.observe import FAILED_STATES, HOTTEST_SAMPLING, MOST
from chimera_tui.core.measure.row_factors import FactorColumn, configs_of, number_or_text
from chimera_tui.core.measure.sink import FAILED, Cells, Observation, Sink
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.numbers import number_in

MOST_LEVELS = 200
"""A text column with more different values than this, nearly all of them different, is no factor."""
GOOD_ERRORS = frozenset(("", "none", "null", "nan", "no", "false", "0", "ok", "success", "n/a", "-", "200"))
_BAD = frozenset(("false", "no", "0", "failed", "f", "n", "0.0"))
_PHASES = {"warmup": 1, "warm-up": 1, "warm_up": 1, "profiling": 2, "measured": 2, "measurement": 2}

Column = Sequence[str]


class Grid(NamedTuple):
    """A table ready to be measured: names, columns of cells, and what each row's number is."""

    names: list[str]
    columns: Sequence[Column]
    records: Sequence[int]
    units: list[str] | None = None
    stats: list[str] | None = None

    def means(self, tool: str) -> list[Meaning]:
        """What each column means."""
        units, stats = self.units, self.stats
        return list(_means(tool, tuple(self.names), tuple(units) if units else None, tuple(stats) if stats else None))


class Rows:
    """What holds for each row of a table: configuration, status, time."""

    def __init__(self, count: int) -> None:
        none: list[None] = [None] * count
        zero = [0] * count
        self.count = count
        self.configs: Sequence[int] = ()
        self.status: Sequence[int] = zero
        self.error: Sequence[int | None] = none
        self.phase: Sequence[int] = zero
        self.at: Sequence[int | None] = none
        self.n: Sequence[int | None] = none
        self.none: Sequence[None] = none
        self.kinds: list[str] | None = None


class _Sorted:
    """A table's columns by what they are for."""

    def __init__(self, numbers: dict[int, NumberColumn]) -> None:
        self.numbers = numbers
        self.factors: list[tuple[FactorColumn, Column]] = []
        self.failures: list[tuple[str, str, Column]] = []


def columns_of_numbers(grid: Grid, tool: str) -> tuple[list[Meaning], list[int]]:
    """What each column means, and which hold measurements, from a table's first rows."""
    means = grid.means(tool)
    numeric = [
        i for i, what in enumerate(means)
        if what.role == "measure" and (found := numbers_of_column(grid.columns[i], what)) and found.values
    ]  # fmt: skip
    return means, numeric


def measure_grid(grid: Grid, sink: Sink) -> int:
    """Write a table's cells; how many columns held numbers."""
    means = grid.means(sink.tool)
    rows = Rows(len(grid.records))
    measured = {i: grid.columns[i] for i, what in enumerate(means) if what.role == "measure"}
    columns = _Sorted(bare_columns(measured, rows.count))
    for i, what in enumerate(means):
        if what.name == "temperature" and what.role == "factor" and _hot(grid.columns[i]):
            what = means[i] = meaning(sink.tool, "gpu_temperature")  # noqa: PLW2901
        _sort(grid, i, what, rows, columns)
    _fail(rows, columns.failures, sink)
    rows.configs, rows.kinds = configs_of(columns.factors, sink, rows.count)
    plain: list[tuple[int, Sequence[float], Sequence[str | None]]] = []
    for i, found in sorted(columns.numbers.items()):
        if (
            found.bare
            and found.values
            and means[i].name != "@test"
            and (means[i].stat == "value" or rows.n is rows.none)
        ):
            plain.append(_plain_column(grid, i, means[i], found, sink))
        else:
            _write_plain(plain, grid, rows, sink)
            _write(grid, i, means[i], found, rows=rows, sink=sink)
    _write_plain(plain, grid, rows, sink)
    if columns.numbers and FAILED in rows.status:
        _write_failures(grid, columns, rows, sink)
    return len(columns.numbers)


def _write_failures(grid: Grid, columns: _Sorted, rows: Rows, sink: Sink) -> None:
    """Rows that failed before they had any number."""
    for k, record in enumerate(grid.records):
        measured = any(found.values and found.values[k] is not None for found in columns.numbers.values())
        if rows.status[k] == FAILED and not measured:
            of = Observation(record, rows.configs[k], rows.phase[k], FAILED, rows.at[k], rows.error[k])
            sink.fail(columns.failures[0][1], of)


def _plain_column(
    grid: Grid, i: int, what: Meaning, found: NumberColumn, sink: Sink
) -> tuple[int, Sequence[float], Sequence[str | None]]:
    """Series, values and raw texts of a column of which every cell is a number."""
    values = cast("list[float]", found.values)
    if what.converts:
        values = list(map(what.canonical, values))
    return sink.series(grid.names[i], what), values, grid.columns[i]


def _write_plain(
    plain: list[tuple[int, Sequence[float], Sequence[str | None]]], grid: Grid, rows: Rows, sink: Sink
) -> None:
    if plain:
        of = Cells(grid.records, rows.configs, (), rows.none, (), rows.phase, rows.status, rows.at, rows.error)
        sink.add_columns(plain, of)
        plain.clear()


def _sort(grid: Grid, i: int, what: Meaning, rows: Rows, columns: _Sorted) -> None:
    role, column = what.role, grid.columns[i]
    if role == "measure":
        found = columns.numbers.get(i) or numbers_of_column(column, what)
        if found is not None:
            columns.numbers[i] = found
        elif (levels := _levels(column)) is not None:
            columns.factors.append((FactorColumn(grid.names[i].strip() or "name", options=False), levels))
    elif role in ("factor", "config", "n"):
        columns.factors.append((FactorColumn(what.name, role == "config"), column))
        if role == "n":
            rows.n = _counts(column, what)
    elif role in ("error", "ok", "state", "cancelled"):
        columns.failures.append((role, grid.names[i], column))
    elif role == "at":
        rows.at = [moment_ns(number_or_text(cell)) for cell in column]
    elif role == "phase":
        rows.phase = [_PHASES.get(cell.strip().lower(), 0) for cell in column]


def _hot(column: Column) -> bool:
    return any(isinstance(v := number_or_text(cell), float) and v > HOTTEST_SAMPLING for cell in set(column))


@lru_cache(maxsize=4096)
def _means(
    tool: str, names: tuple[str, ...], units: tuple[str, ...] | None, stats: tuple[str, ...] | None
) -> tuple[Meaning, ...]:
    found = [meaning(tool, name, units[i] if units else "") for i, name in enumerate(names)]
    if names and not names[0].strip():  # a data frame's own row numbers, as pandas writes them
        found[0] = meaning(tool, "Unnamed: 0")
    for i, stat in enumerate(stats or ()):
        if stat and i < len(found) and found[i].role == "measure":
            found[i] = found[i]._replace(stat=stat_named(normalised(stat)) or found[i].stat)
    return tuple(found)


def _counts(column: Column, what: Meaning) -> list[int | None]:
    found = numbers_of_column(column, what)
    values = (found and found.values) or [None] * len(column)
    return [int(v) if v is not None and 0 < v < MOST and v.is_integer() else None for v in values]


def _levels(column: Column) -> Column | None:
    """A text column as a factor, or None for one whose texts are long or nearly all different."""
    different = set(column)
    if len(different) > MOST_LEVELS and len(different) * 2 > len(column):
        return None
    if not any(cell.strip() for cell in different):
        return None
    return column if sum(len(cell) <= LONGEST_TEXT for cell in different) * 2 > len(different) else None


def _fail(rows: Rows, failures: list[tuple[str, str, Column]], sink: Sink) -> None:
    for role, name, column in failures:
        texts = [cell.strip() for cell in column]
        if role == "error":
            bad = [text.lower() not in GOOD_ERRORS for text in texts]
        elif role == "state":
            bad = [text.lower() in FAILED_STATES for text in texts]
        elif role == "ok":
            bad = [text.lower() in _BAD for text in texts]
        else:
            bad = [text.lower() in ("true", "1", "yes") for text in texts]
        if not any(bad):
            continue
        rows.status = [FAILED if now else before for now, before in zip(bad, rows.status, strict=True)]
        shown = texts if role == "error" else [f"{name.strip()}: {text}" for text in texts]
        rows.error = [
            sink.error(text) if now and before is None else before
            for now, text, before in zip(bad, shown, rows.error, strict=True)
        ]


def _write(grid: Grid, i: int, what: Meaning, found: NumberColumn, *, rows: Rows, sink: Sink) -> None:
    if not found.values:
        return
    name, texts, kinds = grid.names[i], grid.columns[i], rows.kinds
    numbers = cast("list[float]", found.values)
    if what.converts:
        numbers = [what.canonical(v) if v is not None else 0.0 for v in found.values]
    n = rows.n if what.stat != "value" else rows.none
    cells = Cells(grid.records, rows.configs, numbers, n, texts, rows.phase, rows.status, rows.at, rows.error)
    if not found.bare and None in found.values:  # cells without a number
        kept = [k for k, value in enumerate(found.values) if value is not None]
        cells, texts = cells.pick(kept), [texts[k] for k in kept]
        kinds = [kinds[k] for k in kept] if kinds else None
    if what.name == "@test" and kinds:
        for kind in dict.fromkeys(kinds):
            part = cells.pick([k for k, one in enumerate(kinds) if one == kind])
            sink.add(sink.series(name, what._replace(name=kind)), part)
    else:
        sink.add(sink.series(name, what), cells)
    if not found.bare:
        _write_spreads(texts, what, cells, kinds=kinds, name=name, sink=sink)


def _write_spreads(
    texts: Column, what: Meaning, cells: Cells, *, kinds: list[str] | None, name: str, sink: Sink
) -> None:
    """What stands behind ``±``: the standard deviation of the mean before it."""
    if not any("±" in text for text in texts[:3]):
        return
    for k, text in enumerate(texts):
        read = number_in(text)
        if read is not None and read.spread is not None:
            meant = what._replace(stat="std", name=kinds[k] if kinds and what.name == "@test" else what.name)
            one = cells.pick([k])._replace(values=[what.canonical(read.spread)], raw=[None])
            sink.add(sink.series(name, meant), one)
