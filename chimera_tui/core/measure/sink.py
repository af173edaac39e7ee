"""Where cells are collected: columns that index the tables of series, configurations and errors."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from chimera_tui.core.measure.factors import config_key
from chimera_tui.core.measure.lexicon import Meaning
from chimera_tui.core.measure.result import ConfigKey, FileResult, Limits, SeriesKey
from chimera_tui.core.measure.spread import Spread

OK, FAILED = 0, 1
_MOST_UNSHARED = 1000
FAILURE = Meaning(
    "measure", "failure", better="lower", definition="1 for an observation that failed and recorded no number"
)


@lru_cache(maxsize=65536)
def series_key(tool: str, field: str, meaning: Meaning) -> SeriesKey:
    """What a column or leaf is, as a row of the series."""
    return SeriesKey(
        field, meaning.name, meaning.stat, meaning.unit, meaning.raw_unit, tool, meaning.definition, meaning.better
    )


class Cells(NamedTuple):
    """Cells of one series as columns of one length: which observation each is of, value, n and text."""

    of: Sequence[int]
    values: Sequence[float]
    n: Sequence[int | None]
    raw: Sequence[str | None]

    def pick(self, at: Sequence[int]) -> "Cells":
        """The cells at some places."""
        picked: list[Any] = [[column[k] for k in at] for column in self]
        return Cells(*picked)


class Observations(NamedTuple):
    """What holds for all cells of one record, as columns of one length."""

    records: Sequence[int]
    configs: Sequence[int]
    phase: Sequence[int]
    status: Sequence[int]
    at: Sequence[int | None]
    error: Sequence[int | None]


class Tables(NamedTuple):
    """The different series, configurations and errors of a file, each with its index."""

    series: dict[SeriesKey, int]
    configs: dict[ConfigKey, int]
    errors: dict[str, int]


class Sink:
    """Collects the cells of one file; past the cap it keeps statistics of each series instead."""

    def __init__(self, tool: str, hints: Mapping[str, Any], limits: Limits) -> None:
        self.result = FileResult(tool=tool, role="data")
        self.tool = tool
        self.hints = hints
        self.limits = limits
        self.spreads: dict[int, Spread] | None = None
        self._shared: dict[str, Any] | None = None
        self._unshared: list[Mapping[str, Any]] = []
        self.left_out = 0
        """Values of failed observations that the statistics of a summary leave out."""
        self.tables = Tables({}, {}, {})
        self._known_configs: dict[Any, int] = {}

    def series(self, field: str, meaning: Meaning) -> int:
        """The index of a series."""
        return self.series_of(series_key(self.tool, field, meaning))

    def series_of(self, key: SeriesKey) -> int:
        """The index of a series by its key."""
        known = self.tables.series
        return known.setdefault(key, len(known))

    def config(self, factors: Mapping[str, Any]) -> int:
        """The index of a configuration; the path's hints are merged in here."""
        items = tuple(factors.items())
        found = self._known_configs.get(items)
        if found is None:
            (found,) = self.configured([(factors, config_key(factors, self.hints))])
            self._known_configs[items] = found
        return found

    def configured(self, made: Iterable[tuple[Mapping[str, Any], ConfigKey]]) -> list[int]:
        """The indices of configurations, each given by its factors and what they and the hints make."""
        configs = self.tables.configs
        found = []
        for factors, key in made:
            index = configs.get(key)
            if index is None:
                index = configs[key] = len(configs)
                self._unshared.append(factors)
            found.append(index)
        if len(self._unshared) > _MOST_UNSHARED:
            self.shared()
        return found

    def shared(self) -> Mapping[str, Any]:
        """The recorded factors that all observations so far share; only files past the cap are asked for them."""
        waiting, self._unshared = self._unshared, []
        for factors in waiting:
            self.narrow(factors)
        return self._shared or {}

    def narrow(self, factors: Mapping[str, Any], *, partly: bool = False) -> None:
        """Note the factors of one more configuration (``partly``: only some of them are given)."""
        if self._shared is None:
            self._shared = dict(factors)
        elif self._shared:
            missing = object()
            gone = [
                name
                for name, value in self._shared.items()
                if (other := factors.get(name, missing)) != value and not (partly and other is missing)
            ]
            for name in gone:
                del self._shared[name]

    def error(self, text: str) -> int:
        """The index of an error text (cut to what a person reads)."""
        known = self.tables.errors
        return known.setdefault(text[:500], len(known))

    def observe(
        self, record: int, config: int, *, phase: int = 0, status: int = OK, at: int | None = None,
        error: int | None = None,
    ) -> int:  # fmt: skip
        """Append an observation; its place, which its cells name."""
        return self.observe_all(Observations((record,), (config,), (phase,), (status,), (at,), (error,)))[0]

    def observe_all(self, rows: Observations) -> range:
        """Append observations; their places."""
        out = self.result
        if self.spreads is not None:
            out.drop_observations()  # nothing refers to those before
        first = len(out.record)
        out.record.extend(rows.records)
        out.config.extend(rows.configs)
        out.phase.extend(rows.phase)
        out.status_code.extend(rows.status)
        out.at.extend(rows.at)
        out.error.extend(rows.error)
        return range(first, len(out.record))

    def add(self, series: int, cells: Cells) -> None:
        """Append cells of one series."""
        out = self.result
        if self.spreads is None and len(out.value) + len(cells.values) > self.limits.cells_per_file:
            self._fold()
        if self.spreads is not None:
            self.summarise(series, cells.values, [out.status_code[i] for i in cells.of])
            return
        out.of.extend(cells.of)
        out.series.extend([series] * len(cells.values))
        out.value.extend(cells.values)
        out.n.extend(cells.n)
        out.raw.extend(cells.raw)

    def add_columns(
        self, columns: Sequence[tuple[SeriesKey, Sequence[float], Sequence[str]]], of: Sequence[int]
    ) -> None:
        """Append whole columns of a table, each series, values and texts; row by row they are of ``of``."""
        out, count, none = self.result, len(columns), [None] * len(of)
        if self.spreads is not None or len(out.value) + len(of) * count > self.limits.cells_per_file:
            for key, values, raw in columns:
                self.add(self.series_of(key), Cells(of, values, none, raw))
            return
        known = self.tables.series
        for key, values, raw in columns:
            out.series += [known.setdefault(key, len(known))] * len(values)
            out.value += values
            out.raw += raw
        out.of += [*of] * count
        out.n += none * count

    def add_one(self, series: int, of: int, value: float, n: int | None = None, raw: str | None = None) -> None:
        """Append one cell of the observation at place ``of``."""
        out = self.result
        if self.spreads is not None or len(out.value) >= self.limits.cells_per_file:
            self.add(series, Cells((of,), (value,), (n,), (raw,)))
            return
        out.of.append(of)
        out.series.append(series)
        out.value.append(value)
        out.n.append(n)
        out.raw.append(raw)

    def fail(self, field: str, of: int) -> None:
        """Append the one cell of an observation that failed and recorded no number, so that it can be counted."""
        self.add_one(self.series(field, FAILURE), of, 1.0)

    def summarise(self, series: int, values: Sequence[float], status: Sequence[int]) -> None:
        """Take values into the statistics of a series, past the cap; those of failed observations only counted."""
        if self.spreads is None:
            self.spreads = {}
        kept = [v for v, s in zip(values, status, strict=True) if s == OK] if FAILED in status else values
        self.left_out += len(values) - len(kept)
        if kept:
            self.spreads.setdefault(series, Spread()).extend(kept)

    def _fold(self) -> None:
        """Turn the cells so far into statistics of each series."""
        out = self.result
        self.spreads = {}
        by_series: dict[int, list[float]] = {}
        for series, value, status in zip(out.series, out.value, out.of_cells(out.status_code), strict=True):
            if status == OK:
                by_series.setdefault(series, []).append(value)
            else:
                self.left_out += 1
        for series, values in by_series.items():
            self.spreads.setdefault(series, Spread()).extend(values)
        out.drop_cells()
        out.records.clear()

    def finish(self) -> FileResult:
        """The result; of a file past the cap, the statistics of each series as the cells of record 0."""
        out = self.result
        series, configs, errors = self.tables
        out.series_table, out.config_table, out.error_table = list(series), list(configs), list(errors)
        if self.spreads is not None:
            self._close_summary(self.spreads)
        return out

    def _close_summary(self, spreads: Mapping[int, Spread]) -> None:
        out, keys = self.result, self.result.series_table
        constant = config_key(self.shared(), self.hints)
        out.level, out.config_table, out.error_table, out.series_table = "summary", [constant], [], []
        out.drop_observations()
        of = self.observe(0, 0)
        for index, spread in spreads.items():
            key = keys[index]
            for stat, value in spread.statistics():
                named = stat if key.stat == "value" else f"{stat} of {key.stat}"
                out.series_table.append(msgspec.structs.replace(key, stat=named))
                out.of.append(of)
                out.series.append(len(out.series_table) - 1)
                out.value.append(value)
                out.n.append(spread.n)
                out.raw.append(None)
