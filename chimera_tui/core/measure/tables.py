"""Tables measured column by column: which are numbers, which are factors, and how each row ended."""

import math
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, NamedTuple, cast

import msgspec

from chimera_tui.core.measure.emission import test_kind
from chimera_tui.core.measure.entities import entity_column
from chimera_tui.core.measure.factors import LONGEST_TEXT, Factors, put
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.observe import FAILED_STATES, HOTTEST_SAMPLING, MOST
from chimera_tui.core.measure.paths import name_column
from chimera_tui.core.measure.sink import FAILED, OK, Cells, Sink
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.jsontext import Json
from chimera_tui.core.read.numbers import LARGEST, MISSING, number_in, without_escapes

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


class Rows:
    """What holds for each row of a table: configuration, status, time."""

    def __init__(self, count: int) -> None:
        self.configs: Sequence[int] = ()
        self.status: Sequence[int] = list(repeat(OK, count))
        self.error: Sequence[int | None] = list(repeat(None, count))
        self.phase: Sequence[int] = list(repeat(0, count))
        self.at: Sequence[int | None] = list(repeat(None, count))
        self.n: Sequence[int | None] = list(repeat(None, count))
        self.kinds: list[str] | None = None


def columns_of_numbers(grid: Grid, tool: str) -> tuple[list[Meaning], list[int]]:
    """What each column means, and which hold measurements, from a table's first rows."""
    means = [_meaning(tool, grid, i) for i in range(len(grid.names))]
    numeric = [i for i, what in enumerate(means) if what.role == "measure" and _numbers(grid.columns[i], what)]
    return means, numeric


def measure_grid(grid: Grid, sink: Sink) -> int:
    """Write a table's cells; how many columns held numbers."""
    count = len(grid.records)
    means = [_meaning(sink.tool, grid, i) for i in range(len(grid.names))]
    numbers: dict[int, list[float | None]] = {}
    rows = Rows(count)
    factors: list[tuple[str, Column, Callable[[str], Any]]] = []
    failures: list[tuple[str, str, Column]] = []
    for i, what in enumerate(means):
        column = grid.columns[i]
        if what.name == "temperature" and what.role == "factor" and _hot(column):
            what = means[i] = meaning(sink.tool, "gpu_temperature")  # noqa: PLW2901
        if what.role == "measure":
            values = _numbers(column, what)
            if values is not None:
                numbers[i] = values
            elif (levels := _levels(column)) is not None:
                factors.append((_bare(grid.names[i]), levels, _plain))
        elif what.role in ("factor", "config", "n"):
            factors.append((what.name, column, _plain if what.role != "config" else _options))
            if what.role == "n":
                rows.n = [
                    int(v) if v is not None and 0 < v < MOST and v.is_integer() else None
                    for v in (_numbers(column, what) or [None] * count)
                ]
        elif what.role in ("error", "ok", "state", "cancelled"):
            failures.append((what.role, grid.names[i], column))
        elif what.role == "at":
            rows.at = [moment_ns(_maybe_number(cell)) for cell in column]
        elif what.role == "phase":
            rows.phase = [_PHASES.get(cell.strip().lower(), 0) for cell in column]
    _fail(rows, failures, sink)
    _configure(rows, factors, sink, count)
    for i, values in numbers.items():
        _write(grid, i, means[i], values, rows=rows, sink=sink)
    return len(numbers)


def _hot(column: Column) -> bool:
    return any(isinstance(v := _maybe_number(cell), float) and v > HOTTEST_SAMPLING for cell in column)


def _meaning(tool: str, grid: Grid, i: int) -> Meaning:
    unit = grid.units[i] if grid.units else ""
    what = meaning(tool, grid.names[i], unit)
    if grid.stats and grid.stats[i] and what.role == "measure":
        from chimera_tui.core.measure.naming import normalised, stat_named

        what = what._replace(stat=stat_named(normalised(grid.stats[i])) or what.stat)
    return what


def _numbers(column: Column, what: Meaning) -> list[float | None] | None:
    """The column as numbers, None where a cell holds none; None when it is not a column of numbers."""
    try:
        values: list[float | None] = list(map(float, column))
    except ValueError:
        values = [_number(cell, what) for cell in column]
        filled = sum(1 for cell in column if cell.strip().lower() not in MISSING)
        found = sum(1 for value in values if value is not None)
        if not found or 2 * found < filled:
            return None if filled else []
        return values
    if all(map(math.isfinite, values)) and max(map(abs, values), default=0.0) < LARGEST:  # type: ignore[arg-type]
        return values
    return [v if v is not None and abs(v) < LARGEST else None for v in values]  # NaN compares false


def _number(cell: str, what: Meaning) -> float | None:
    found = number_in(cell)
    if found is None:
        return None
    if found.unit and (unit := unit_of(found.unit)) and unit.name == what.unit:
        return found.value * unit.factor / unit.divisor * what.divisor / what.factor
    return found.value


def _levels(column: Column) -> Column | None:
    """A text column as a factor, or None for one whose texts are long or nearly all different."""
    different = set(column)
    if len(different) > MOST_LEVELS and len(different) * 2 > len(column):
        return None
    if not any(cell.strip() for cell in different):
        return None
    return column if sum(len(cell) <= LONGEST_TEXT for cell in different) * 2 > len(different) else None


def _plain(cell: str) -> Json:
    text = without_escapes(cell).strip()
    if text.lower() in MISSING and text.lower() not in ("inf", "infinity"):
        return None
    number = _maybe_number(text)
    if isinstance(number, float):
        return int(number) if number == int(number) and abs(number) < 1e15 else number
    return {"true": True, "false": False}.get(text.lower(), text)


def _maybe_number(cell: str) -> str | float:
    try:
        value = float(cell)
    except ValueError:
        return cell
    return value if value - value == 0 else cell


def _options(cell: str) -> Json:
    """A cell that holds options as JSON, or a name like ``g60_c1024_t0.4``."""
    text = cell.strip()
    if text[:1] == "{":
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
    return text or None


def _bare(name: str) -> str:
    return name.strip() or "name"


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


def _configure(rows: Rows, factors: list[tuple[str, Column, Callable[[str], Any]]], sink: Sink, count: int) -> None:
    if not factors:
        rows.configs = [sink.config({})] * count
        return
    known: dict[tuple[str, ...], tuple[int, str]] = {}
    configs, kinds = [], []
    for cells in zip(*(column for _, column, _ in factors), strict=True):
        found = known.get(cells)
        if found is None:
            recorded = _recorded(factors, cells)
            kind = test_kind(recorded) if sink.tool == "llama-bench" else ""
            found = known[cells] = (sink.config(recorded), kind)
        configs.append(found[0])
        kinds.append(found[1])
    rows.configs = configs
    rows.kinds = kinds if sink.tool == "llama-bench" else None


def _recorded(factors: list[tuple[str, Column, Callable[[str], Any]]], cells: tuple[str, ...]) -> Factors:
    recorded: Factors = {}
    later: Factors = {}
    for (name, _, convert), cell in zip(factors, cells, strict=True):
        value = convert(cell)
        if isinstance(value, dict):
            for key, inner in value.items():
                what = meaning("", str(key))
                if isinstance(inner, str | int | float):
                    put(recorded, what.name if what.role in ("factor", "config") else str(key), inner)
        else:
            put(recorded, name, value)
            if convert is _options and isinstance(value, str):
                later.update(name_column(value))
            elif isinstance(value, str) and name not in recorded and (column := entity_column(value)):
                later.setdefault(column, value)
    for name, value in later.items():
        recorded.setdefault(name, value)
    return recorded


def _write(grid: Grid, i: int, what: Meaning, values: list[float | None], *, rows: Rows, sink: Sink) -> None:
    if not values:
        return
    name, texts, kinds = grid.names[i], grid.columns[i], rows.kinds
    numbers = (
        [what.canonical(v) if v is not None else 0.0 for v in values] if what.converts else cast("list[float]", values)
    )
    n = rows.n if what.stat != "value" else [None] * len(values)
    raw = _raw(texts, numbers)
    cells = Cells(grid.records, rows.configs, numbers, n, raw, rows.phase, rows.status, rows.at, rows.error)
    if None in values:  # cells without a number
        kept = [k for k, value in enumerate(values) if value is not None]
        cells, texts = cells.pick(kept), [texts[k] for k in kept]
        kinds = [kinds[k] for k in kept] if kinds else None
    if what.name == "@test" and kinds:
        for kind in dict.fromkeys(kinds):
            part = cells.pick([k for k, one in enumerate(kinds) if one == kind])
            sink.add(sink.series(name, what._replace(name=kind)), part)
    else:
        sink.add(sink.series(name, what), cells)
    for k, spread in _spreads(texts):
        meant = what._replace(stat="std", name=kinds[k] if kinds and what.name == "@test" else what.name)
        one = cells.pick([k])._replace(values=[what.canonical(spread)], raw=[None])
        sink.add(sink.series(name, meant), one)


def _spreads(texts: Column) -> list[tuple[int, float]]:
    """What stands behind ``±``: the standard deviation of the mean before it."""
    if not any("±" in text for text in texts[:3]):
        return []
    return [(k, read.spread) for k, text in enumerate(texts) if (read := number_in(text)) and read.spread is not None]


def _raw(texts: Column, values: Sequence[float | None]) -> list[str | None]:
    """The text of each cell where it is not simply the value's ``repr``."""
    shown = list(map(repr, values))
    if shown == list(texts):
        return [None] * len(values)
    return [
        None if text == plain or text + ".0" == plain else text.strip()[:64]
        for text, plain in zip(texts, shown, strict=True)
    ]
