"""Tables whose rows or header say what other tables say in their columns."""

from collections.abc import Sequence
from typing import NamedTuple

from chimera_tui.core.measure.guidellm import measure_three_rows
from chimera_tui.core.measure.jmh import operation
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.row_factors import FactorColumn, configs_of, plain
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.read.delimited import Table
from chimera_tui.core.read.numbers import number_in

_TRANSPOSED = ("aiperf", "genai-perf")
_FEWEST_STATISTICS = 3
_DESCRIPTIONS = ("description", "buckets")
_OF_SAMPLES = ("sample_measured_value", "sample_time_nanos")


def special_header(header: Sequence[str], tool: str) -> bool:
    """Whether tables below a header are treated by themselves."""
    names = [normalised(name) for name in header]
    transposed = names[:1] == ["metric"] and (tool in _TRANSPOSED or _statistics(names[1:]))
    if _rows_of_statistics(names, tool) is not None:
        return True
    return transposed or tool in ("jmh", "criterion") or (not tool and _long(names) is not None)


def _per_iteration(table: Table, names: list[str]) -> None:
    """Criterion's samples: the time of all iterations of one becomes that of one iteration."""
    at = next((names.index(name) for name in _OF_SAMPLES if name in names), None)
    count = names.index("iteration_count") if "iteration_count" in names else None
    if at is None or count is None:
        return
    for row in table.rows:
        time, iterations = (number_in(row[i]) if row else None for i in (at, count))
        if time is not None and iterations is not None and iterations.value > 0:
            row[at] = repr(time.value / iterations.value)


def special_table(table: Table, sink: Sink, start: int) -> bool:
    """Measure a table of a tool that is treated by itself; False for all others."""
    names = [normalised(name) for name in table.header]
    if sink.tool == "criterion":
        _per_iteration(table, names)
    if names and names[0] == "metric" and (sink.tool in _TRANSPOSED or _statistics(names[1:])):
        _transposed(table, sink, start)
        return True
    if (at := _rows_of_statistics(names, sink.tool)) is not None:
        _statistics_a_row(table, at, sink, start)
        return True
    if sink.tool == "jmh":
        _operations(table, sink, start)
        return True
    if not sink.tool and (long := _long(names)):
        _one_value_a_row(table, long, sink, start)
        return True
    if table.stats:
        if not sink.tool:
            sink.tool = sink.result.tool = "guidellm"
        measure_three_rows(table, sink, start)
        return True
    return False


def _add(sink: Sink, series: tuple[str, Meaning], of: int, value: float, raw: str) -> None:
    """One cell of the observation at place ``of``; ``series`` is field and meaning."""
    field, what = series
    sink.add_one(sink.series(field, what), of, what.canonical(value), None, raw.strip()[:64])


def _transposed(table: Table, sink: Sink, start: int) -> None:
    """One metric a row, one statistic a column: aiperf's and genai-perf's CSV."""
    stats = [stat_named(normalised(name)) or "value" for name in table.header]
    for i, row in enumerate(table.rows):
        what = meaning(sink.tool, row[0] if row else "")
        if what.role != "measure":
            continue
        of = sink.observe(start + i, sink.config({}))
        for cell, stat in zip(row[1:], stats[1:], strict=False):
            found = number_in(cell)
            if found is not None:
                _add(sink, (row[0].strip(), what._replace(stat=stat)), of, found.value, cell)


def _statistics(names: list[str]) -> bool:
    return len(names) > 1 and all(map(stat_named, names))


def _rows_of_statistics(names: list[str], tool: str) -> int | None:
    """The column that names the metric of a row whose statistics are columns: exports of server and GPU metrics."""
    at = names.index("metric") if "metric" in names[1:] else -1
    stats = sum(1 for name in names if _statistic(name))
    return at if at > 0 and (stats >= _FEWEST_STATISTICS or (tool == "aiperf" and "endpoint" in names)) else None


def _statistic(name: str) -> str | None:
    return stat_named(name.removesuffix("_estimate"))


def _statistics_a_row(table: Table, at: int, sink: Sink, start: int) -> None:
    """One metric a row, with columns of text for what it is of; other numbers are named after metric and column."""
    names = [normalised(name) for name in table.header]
    unit_at = next((names.index(name) for name in _UNIT_NAMES if name in names), -1)
    if "key" in names and "value" in names:  # labels, not numbers
        return
    texts = [
        i for i in range(len(names))
        if i not in (at, unit_at) and names[i] not in _DESCRIPTIONS
        and not any(row and number_in(row[i]) for row in table.rows)
    ]  # fmt: skip
    columns = [(FactorColumn(name, options=False), i) for i in texts if (name := _factor(sink.tool, table.header[i]))]
    rows = [(k, row) for k, row in enumerate(table.rows) if row]
    configs, _ = configs_of([(c, [row[i] for _, row in rows]) for c, i in columns], sink, len(rows))
    for (k, row), config in zip(rows, configs, strict=True):
        unit = row[unit_at].strip() if unit_at >= 0 else ""
        what = meaning(sink.tool, row[at], unit)
        if what.role != "measure":
            continue
        of = sink.observe(start + k, config)
        for i, name in enumerate(names):
            if i in (at, unit_at) or i in texts or (found := number_in(row[i])) is None:
                continue
            stat = _statistic(name)
            named = f"{normalised(row[at])}_{name}"
            series = what._replace(stat=stat) if stat else meaning(sink.tool, named, unit if name == "total" else "")
            if series.role == "measure":
                _add(sink, (f"{row[at].strip()} / {table.header[i].strip()}", series), of, found.value, row[i])


class _Long(NamedTuple):
    """Where a table with one number a row has the name of the metric, its value and its unit."""

    metric: int
    value: int
    unit: int


_METRIC_NAMES = ("metric", "metric_name", "measurement", "measure")
_VALUE_NAMES = ("value", "metric_value", "result", "wert")
_UNIT_NAMES = ("unit", "units", "metric_unit", "einheit")


def _long(names: list[str]) -> _Long | None:
    metric, value, unit = (
        next((names.index(name) for name in wanted if name in names), -1)
        for wanted in (_METRIC_NAMES, _VALUE_NAMES, _UNIT_NAMES)
    )
    return _Long(metric, value, unit) if metric >= 0 and value >= 0 else None


def _one_value_a_row(table: Table, at: _Long, sink: Sink, start: int) -> None:
    """One metric a row, with its value and perhaps its unit; the other columns are what was measured."""
    rest = [i for i in range(len(table.header)) if i not in at]
    columns = [(FactorColumn(_factor(sink.tool, table.header[i]), options=False), i) for i in rest]
    columns = [(column, i) for column, i in columns if column.name]
    rows = [(k, row) for k, row in enumerate(table.rows) if row]
    configs, _ = configs_of([(c, [row[i] for _, row in rows]) for c, i in columns], sink, len(rows))
    for (k, row), config in zip(rows, configs, strict=True):
        found = number_in(row[at.value])
        what = meaning(sink.tool, row[at.metric], row[at.unit].strip() if at.unit >= 0 else "") if found else None
        if found is None or what is None or what.role != "measure":
            continue
        of = sink.observe(start + k, config)
        _add(sink, (row[at.metric].strip(), what), of, found.value, row[at.value])


def _factor(tool: str, name: str) -> str:
    what = meaning(tool, name)
    return "" if what.role in ("id", "at", "text") else what.name if what.role == "factor" else name.strip()


def _operations(table: Table, sink: Sink, start: int) -> None:
    """JMH's CSV: each row has its own unit, time or operations; the error is half of the 99.9 % interval."""
    at = {normalised(name): i for i, name in enumerate(table.header)}
    error = next((i for name, i in at.items() if name.startswith("score_error")), -1)
    for k, row in enumerate(table.rows):
        if not row:
            continue
        factors = {name: plain(row[at[name]]) for name in ("benchmark", "mode", "threads")}
        factors |= {name.removeprefix("param_"): plain(row[i]) for name, i in at.items() if name.startswith("param_")}
        of = sink.observe(start + k, sink.config(factors))
        what = operation(row[at["unit"]])
        n = number_in(row[at["samples"]])
        for i, stat in ((at["score"], "mean"), (error, "error99.9")):
            found = number_in(row[i]) if i >= 0 else None
            if found is not None:
                series = sink.series(table.header[i], what._replace(stat=stat))
                sink.add_one(series, of, what.canonical(found.value), int(n.value) if n else None, row[i].strip())
