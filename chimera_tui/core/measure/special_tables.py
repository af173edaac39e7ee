"""Tables whose rows or header say what other tables say in their columns."""

import re

import msgspec

from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.read.delimited import Table
from chimera_tui.core.read.numbers import number_in

_TRANSPOSED = ("aiperf", "genai-perf")
_STATUS = re.compile(r"\b(successful|incomplete|errored|total)\b", re.IGNORECASE)
_GUIDELLM_PERCENTILES = ("p0.1", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9")


def special_table(table: Table, sink: Sink, start: int) -> bool:
    """Measure a table of a tool that is treated by itself; False for all others."""
    if sink.tool in _TRANSPOSED and table.header and normalised(table.header[0]) == "metric":
        _transposed(table, sink, start)
        return True
    if table.stats:
        if not sink.tool:
            sink.tool = sink.result.tool = "guidellm"
        _three_rows(table, sink, start)
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


def _three_rows(table: Table, sink: Sink, start: int) -> None:
    """Guidellm's CSV: group, status and unit, statistic; failed and unfinished requests are not measurements."""
    stats = table.stats or []
    means = [_group_meaning(sink.tool, name) for name in table.header]
    for i, row in enumerate(table.rows):
        of = sink.observe(start + i, sink.config(_plain_columns(table, row)))
        for cell, name, stat, what in zip(row, table.header, stats, means, strict=False):
            if what is None:
                continue
            if stat.lower() == "percentiles":
                for label, value in zip(_GUIDELLM_PERCENTILES, _listed(cell), strict=False):
                    _add(sink, (f"{name} / {label}", what._replace(stat=label)), of, value, repr(value))
            elif (found := number_in(cell)) and (named := stat_named(normalised(stat))):
                _add(sink, (f"{name} / {stat}", what._replace(stat=named)), of, found.value, cell)


def _group_meaning(tool: str, name: str) -> Meaning | None:
    group, _, below = name.partition(" / ")
    status = _STATUS.search(below) or _STATUS.search(group)
    if status and status[1].lower() != "successful":
        return None
    unit = normalised(_STATUS.sub("", below))
    base = normalised(_STATUS.sub("", group))
    for field in (f"{base}_{unit}" if unit else base, base):
        what = meaning(tool, field, unit)
        if what.role == "measure" and what.known:
            return what
    return None


def _plain_columns(table: Table, row: list[str]) -> dict[str, str]:
    """Columns without a statistic are what describes the run."""
    found: dict[str, str] = {}
    for name, stat, cell in zip(table.header, table.stats or (), row, strict=False):
        if name and not stat_named(normalised(stat)) and cell.strip() and len(cell) <= 80 and len(found) < 20:
            what = meaning("guidellm", stat or name)
            if what.role != "id":
                found[what.name if what.role == "factor" and what.known else normalised(stat or name)] = cell.strip()
    return found


def _listed(cell: str) -> list[float]:
    try:
        values = msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return []
    return [float(v) for v in values if isinstance(v, int | float)] if isinstance(values, list) else []
