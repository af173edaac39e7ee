"""Tables measured column by column: which are numbers, which are factors, and how each row ended."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple, cast

from chimera_tui.core.measure.factors import LONGEST_TEXT
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.number_columns import NumberColumn, bare_columns, numbers_of_column
from chimera_tui.core.measure.observe import FAILED_STATES, HOTTEST_SAMPLING, MOST
from chimera_tui.core.measure.result import SeriesKey
from chimera_tui.core.measure.row_factors import FactorColumn, configs_of, number_or_text
from chimera_tui.core.measure.sink import FAILED, Cells, Observations, Sink, series_key
from chimera_tui.core.measure.spread import means_beside
from chimera_tui.core.measure.unit_columns import states_units, units_beside
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.numbers import number_in

MOST_LEVELS = 200
"""A text column with more different values than this, nearly all of them different, is no factor."""
GOOD_ERRORS = frozenset(("", "none", "null", "nan", "no", "false", "0", "ok", "success", "n/a", "-", "200"))
FAILURES = ("error", "ok", "state", "cancelled")
"""Roles of columns that say whether a row failed."""
_BAD = frozenset(("false", "no", "0", "failed", "f", "n", "0.0"))
_CANCELLED = frozenset(("true", "1", "yes"))
PHASES = {"warmup": 1, "warm-up": 1, "warm_up": 1, "profiling": 2, "measured": 2, "measurement": 2}

_TEST = "@test"
"""What llama-bench measured: another column says what that is."""

Column = Sequence[str]


class Grid(NamedTuple):
    """A table ready to be measured: names, columns of cells, and what each row's number is."""

    names: list[str]
    columns: Sequence[Column]
    records: Sequence[int]
    units: list[str] | None = None
    stats: list[str] | None = None

    def layout(self, tool: str) -> "Layout":
        """What each column means."""
        units, stats = self.units, self.stats
        header = tool, tuple(self.names), tuple(units) if units else None, tuple(stats) if stats else None
        found = _layout(*header)
        hot = tuple(i for i in found.temperatures if _hot(self.columns[i]))
        return _layout(*header, hot) if hot else found

    def of_unit(self, at: int, unit: str, tool: str, *, others: bool) -> "Grid":
        """The rows of which column ``at`` says that their times are in a unit, and ``others`` that say none."""
        said = [cell.strip() for cell in self.columns[at]]
        kept = [k for k, text in enumerate(said) if text == unit or (others and not unit_of(text))]
        columns = [[column[k] for k in kept] for column in self.columns]
        means = self.layout(tool).means
        timed = [what.role == "measure" and what.unit == "s" for what in means]
        units = [unit if time else stated for time, stated in zip(timed, self.units or [""] * len(means), strict=True)]
        return Grid(self.names, columns, [self.records[k] for k in kept], units, self.stats)


class Layout(NamedTuple):
    """What the columns of a table mean, whatever is in them: the same for all tables of one header."""

    means: tuple[Meaning, ...]
    series: tuple[SeriesKey, ...]
    measures: tuple[int, ...]
    """Which columns are measurements, if they hold numbers."""
    plain: frozenset[int]
    """Those of them that need no conversion and are no statistic."""
    temperatures: tuple[int, ...]
    """Which columns are a temperature of sampling, if they are not too hot for that."""
    unit_at: int | None
    """The column that says in which unit the times of its row are."""


class Rows:
    """What holds for each row of a table: configuration, status, time."""

    def __init__(self, count: int) -> None:
        none: list[None] = [None] * count
        zero = [0] * count
        self.count = count
        self.of: Sequence[int] = ()
        """The places of the rows among the observations of the file."""
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


def columns_of_numbers(grid: Grid, tool: str) -> tuple[Sequence[Meaning], list[int]]:
    """What each column means, and which hold measurements, from a table's first rows."""
    layout = grid.layout(tool)
    found = {i: numbers_of_column(grid.columns[i], layout.means[i]) for i in layout.measures}
    return layout.means, [i for i, column in found.items() if column and column.values]


def measure_grid(grid: Grid, sink: Sink) -> None:
    """Write a table's cells; where a column states the unit of its row's times, those of each unit by themselves."""
    if states_units(grid.names):
        kept, units = units_beside(grid.names, grid.columns, grid.units)
        stats = [grid.stats[i] for i in kept] if grid.stats else None
        columns = [grid.columns[i] for i in kept]
        grid = Grid([grid.names[i] for i in kept], columns, grid.records, [units[i] for i in kept], stats)
    at = grid.layout(sink.tool).unit_at
    if at is None or not (stated := {text for cell in grid.columns[at] if (text := cell.strip()) and unit_of(text)}):
        _measure(grid, sink)
        return
    for unit in sorted(stated):
        _measure(grid.of_unit(at, unit, sink.tool, others=unit == min(stated)), sink)


def _measure(grid: Grid, sink: Sink) -> None:
    layout, rows = grid.layout(sink.tool), Rows(len(grid.records))
    columns = _Sorted(bare_columns({i: grid.columns[i] for i in layout.measures}, rows.count))
    for i, what in enumerate(layout.means):
        if i not in columns.numbers:
            _sort(grid, i, what, rows, columns)
    if columns.failures:
        _fail(rows, columns.failures, sink)
    for i, found in columns.numbers.items():
        if layout.means[i].counts and found.values:
            _count(rows, found.values, sink)
    configs, rows.kinds = configs_of(columns.factors, sink, rows.count)
    rows.of = sink.observe_all(Observations(grid.records, configs, rows.phase, rows.status, rows.at, rows.error))
    _write_all(grid, layout, columns.numbers, rows, sink)
    if columns.numbers and FAILED in rows.status:
        _write_failures(columns, rows, sink)


def _count(rows: Rows, requests: Sequence[float | None], sink: Sink) -> None:
    """How many requests the statistics of a row are of; one of none has zeros for every latency."""
    rows.n = [int(v) if v is not None and 1 <= v < MOST else n for v, n in zip(requests, rows.n, strict=True)]
    if 0 in requests:
        none = sink.error("no request completed")
        rows.status = [FAILED if v == 0 else status for v, status in zip(requests, rows.status, strict=True)]
        rows.error = [
            none if v == 0 and error is None else error for v, error in zip(requests, rows.error, strict=True)
        ]


def _write_all(grid: Grid, layout: Layout, numbers: dict[int, NumberColumn], rows: Rows, sink: Sink) -> None:
    """Write the columns of numbers in their order; neighbours with nothing special about them at one go."""
    plain: list[tuple[SeriesKey, list[float], Column]] = []
    for i in sorted(numbers):
        found = numbers[i]
        if found.bare and found.values and i in layout.plain:
            plain.append((layout.series[i], cast("list[float]", found.values), grid.columns[i]))
        else:
            sink.add_columns(plain, rows.of)
            plain = []
            _write(grid, i, layout.means[i], found, rows=rows, sink=sink)
    sink.add_columns(plain, rows.of)


def _write_failures(columns: _Sorted, rows: Rows, sink: Sink) -> None:
    """Rows that failed before they had any number."""
    for k, of in enumerate(rows.of):
        measured = any(found.values and found.values[k] is not None for found in columns.numbers.values())
        if rows.status[k] == FAILED and not measured:
            sink.fail(columns.failures[0][1], of)


def _sort(grid: Grid, i: int, what: Meaning, rows: Rows, columns: _Sorted) -> None:
    role, column = what.role, grid.columns[i]
    if role == "measure":
        found = numbers_of_column(column, what)
        if found is not None:
            columns.numbers[i] = found
        elif (levels := _levels(column)) is not None:
            columns.factors.append((FactorColumn(grid.names[i].strip() or "name", options=False), levels))
    elif role in ("factor", "config", "n"):
        columns.factors.append((FactorColumn(what.name, role == "config"), column))
        if role == "n":
            rows.n = counts(column, what)
    elif role in FAILURES:
        columns.failures.append((role, grid.names[i], column))
    elif role == "at":
        rows.at = [moment_ns(number_or_text(cell)) for cell in column]
    elif role == "phase":
        rows.phase = [PHASES.get(cell.strip().lower(), 0) for cell in column]
        if any(others := list(map(other_phase, column))):
            columns.factors.append((FactorColumn(what.name, options=False), others))
    elif is_version(role, what.name) and 1 < len(set(column)) <= MOST_LEVELS:
        columns.factors.append((FactorColumn(what.name, options=False), column))


def is_version(role: str, name: str) -> bool:
    """Whether a column says which version of a tool a row is of: a factor where its rows are of several."""
    return role == "id" and name.endswith("_version")


def other_phase(cell: str) -> str:
    """A phase that tools have no code for, such as ``cold`` or ``prefill``: it is a factor."""
    return "" if cell.strip().lower() in PHASES else cell


def _hot(column: Column) -> bool:
    return any(map(is_hot, set(column)))


def is_hot(cell: str) -> bool:
    """Whether a cell is no temperature of sampling, but one of a chip."""
    value = number_or_text(cell)
    return isinstance(value, float) and value > HOTTEST_SAMPLING


@lru_cache(maxsize=4096)
def _layout(
    tool: str, names: tuple[str, ...], units: tuple[str, ...] | None, stats: tuple[str, ...] | None,
    hot: tuple[int, ...] = (),
) -> Layout:  # fmt: skip
    found = [meaning(tool, name, units[i] if units else "") for i, name in enumerate(names)]
    if names and not names[0].strip():  # a data frame's own row numbers, as pandas writes them
        found[0] = meaning(tool, "Unnamed: 0")
    for i in hot:
        found[i] = meaning(tool, "gpu_temperature")
    for i, stat in enumerate(stats or ()):
        if stat and i < len(found) and found[i].role == "measure":
            found[i] = found[i]._replace(stat=stat_named(normalised(stat)) or found[i].stat)
    measures = [i for i, what in enumerate(found) if what.role == "measure"]
    for k in means_beside([found[i] for i in measures]):
        found[measures[k]] = found[measures[k]]._replace(stat="mean")
    return Layout(
        tuple(found),
        tuple(map(series_key, repeat(tool), names, found)),
        tuple(measures),
        frozenset(i for i in measures if found[i].stat == "value" and not found[i].converts and found[i].name != _TEST),
        tuple(i for i, what in enumerate(found) if what.role == "factor" and what.name == "temperature"),
        next((i for i, what in enumerate(found) if what.role == "unit"), None),
    )


def counts(column: Column, what: Meaning) -> list[int | None]:
    """A column as numbers of samples."""
    found = numbers_of_column(column, what)
    values = (found and found.values) or [None] * len(column)
    return [int(v) if v is not None and 0 < v < MOST and v.is_integer() else None for v in values]


def _levels(column: Column) -> Column | None:
    """A column of texts below the name of a metric as a factor; None where they are long, different, or samples."""
    different = set(column)
    if len(different) > MOST_LEVELS and len(different) * 2 > len(column):
        return None
    if not any(cell.strip() for cell in different):
        return None
    if all(cell.lstrip()[:1] in ("", "[") for cell in different):
        return None  # lists of the samples behind a statistic
    return column if sum(len(cell) <= LONGEST_TEXT for cell in different) * 2 > len(different) else None


def says_failed(role: str, text: str) -> bool:
    """Whether a cell, stripped, of a column of one of the roles ``FAILURES`` says that its row failed."""
    text = text.lower()
    if role == "error":
        return text not in GOOD_ERRORS
    if role == "state":
        return text in FAILED_STATES
    return text in (_BAD if role == "ok" else _CANCELLED)


def _fail(rows: Rows, failures: list[tuple[str, str, Column]], sink: Sink) -> None:
    for role, name, column in failures:
        texts = [cell.strip() for cell in column]
        bad = [says_failed(role, text) for text in texts]
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
    if what.stat == "value" and any("±" in text or "+/-" in text for text in texts):
        what = what._replace(stat="mean")
    numbers = cast("list[float]", found.values)
    if what.converts:
        numbers = [what.canonical(v) if v is not None else 0.0 for v in found.values]
    cells = Cells(rows.of, numbers, rows.n if what.stat != "value" else rows.none, texts)
    if not found.bare and None in found.values:  # cells without a number
        kept = [k for k, value in enumerate(found.values) if value is not None]
        cells, texts = cells.pick(kept), [texts[k] for k in kept]
        kinds = [kinds[k] for k in kept] if kinds else None
    if what.name == _TEST and kinds:
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
    if not any("±" in text or "+/-" in text for text in texts):
        return
    for k, text in enumerate(texts):
        read = number_in(text)
        if read is not None and read.spread is not None:
            meant = what._replace(stat="std", name=kinds[k] if kinds and what.name == _TEST else what.name)
            one = cells.pick([k])._replace(values=[what.canonical(read.spread)], raw=[None])
            sink.add(sink.series(name, meant), one)
