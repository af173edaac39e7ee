"""Guidellm's CSV: three rows of header, one row a benchmark."""

import re
from typing import Any

import msgspec

from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.delimited import Table
from chimera_tui.core.read.numbers import number_in

_STATUS = re.compile(r"\b(successful|incomplete|errored|total)\b", re.IGNORECASE)
_PERCENTILES = ("p0.1", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9")
_LONGEST = 80
_MOST = 20


def measure_three_rows(table: Table, sink: Sink, start: int) -> None:
    """Group, status and unit, statistic; what is of failed and unfinished requests is no measurement."""
    stats = table.stats or []
    means = [_meaning(sink.tool, name, stat) for name, stat in zip(table.header, stats, strict=False)]
    begun = next((i for i, name in enumerate(table.header) if normalised(name.split(" / ")[-1]) == "start_time"), -1)
    for i, row in enumerate(table.rows):
        if not row:
            continue
        at = moment_ns(row[begun]) if begun >= 0 else None
        of = sink.observe(start + i, sink.config(_factors(table, row, means)), at=at)
        n = _requests(row, means)
        for cell, name, stat, what in zip(row, table.header, stats, means, strict=False):
            if what is None:
                continue
            if stat.lower() == "percentiles":
                for label, value in zip(_PERCENTILES, _listed(cell), strict=False):
                    series = sink.series(f"{name} / {label}", what._replace(stat=label))
                    sink.add_one(series, of, what.canonical(value), n, repr(value))
            elif found := number_in(cell):
                named = stat_named(normalised(stat)) or "value"
                series = sink.series(f"{name} / {stat}" if stat else name, what._replace(stat=named))
                of_all = n if named != "value" else None
                sink.add_one(series, of, what.canonical(found.value), of_all, cell.strip()[:64])


def _meaning(tool: str, name: str, stat: str) -> Meaning | None:
    """What a column measures; None for one that measures nothing, or not what succeeded."""
    group, _, below = name.partition(" / ")
    named = stat_named(normalised(stat)) is not None or stat.lower() == "percentiles"
    if not named:  # one number: a count of requests, a duration
        what = meaning(tool, normalised(name), stat if unit_of(stat) else "")
        return what if what.role == "measure" and what.known and meaning(tool, group).role != "text" else None
    status = _STATUS.search(below) or _STATUS.search(group)
    if status and status[1].lower() != "successful" and not _STATUS.search(below[: status.start()]):
        return None
    unit = normalised(re.sub(r"^successful\b", "", below, flags=re.IGNORECASE))
    base = normalised(_STATUS.sub("", group))
    stated = unit if unit_of(unit) else ""
    for field in (f"{base}_{unit}" if unit else base, base):
        what = meaning(tool, field, stated)
        if what.role == "measure" and what.known:
            return what
    return meaning(tool, f"{base}_{unit}") if unit and not stated else meaning(tool, base, stated)


def _requests(row: list[str], means: list[Meaning | None]) -> int | None:
    for cell, what in zip(row, means, strict=False):
        if what is not None and what.name == "requests_ok" and (found := number_in(cell)) and found.value >= 1:
            return int(found.value)
    return None


def _factors(table: Table, row: list[str], means: list[Meaning | None]) -> dict[str, Any]:
    """Columns without a statistic are what describes the run; of objects, what the lexicon knows."""
    found: dict[str, Any] = {}
    for name, stat, cell, measured in zip(table.header, table.stats or (), row, means, strict=False):
        if not name or measured is not None or stat_named(normalised(stat)) or stat.lower() == "percentiles":
            continue
        group, _, below = name.partition(" / ")
        if not cell.strip() or meaning("guidellm", group).role in ("text", "at"):
            continue
        if cell.lstrip()[:1] == "{":
            found |= _of_object(normalised(below), cell)
        elif len(cell) <= _LONGEST and len(found) < _MOST:
            what = meaning("guidellm", stat if stat and not unit_of(stat) else name)
            if what.role not in ("id", "at"):
                known = what.role == "factor" and what.known
                found[what.name if known else normalised(below or name)] = cell.strip()
    return found


def _of_object(name: str, cell: str) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return {}
    found: dict[str, Any] = {}
    for key, value in decoded.items() if isinstance(decoded, dict) else ():
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        what = meaning("guidellm", f"{name}.{key}")
        if what.role == "factor" and what.known and isinstance(one, str | int | float):
            found[what.name] = one
    return found


def _listed(cell: str) -> list[float]:
    try:
        values = msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return []
    return [float(v) for v in values if isinstance(v, int | float)] if isinstance(values, list) else []
