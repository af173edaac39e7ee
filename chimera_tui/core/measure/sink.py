"""Where cells are collected: columns that index the tables of series, configurations and errors."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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
    """Cells of one series as columns of one length; ``records``, ``configs`` and so on say what each value is of."""

    records: Sequence[int]
    configs: Sequence[int]
    values: Sequence[float]
    n: Sequence[int | None]
    raw: Sequence[str | None]
    phase: Sequence[int]
    status: Sequence[int]
    at: Sequence[int | None]
    error: Sequence[int | None]

    def pick(self, at: Sequence[int]) -> "Cells":
        """The cells at some places."""
        picked: list[Any] = [[column[k] for k in at] for column in self]
        return Cells(*picked)


class Observation(NamedTuple):
    """What holds for all cells of one record."""

    record: int
    config: int
    phase: int
    status: int
    at: int | None
    error: int | None


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
        self._series: dict[SeriesKey, int] = {}
        self._configs: dict[ConfigKey, int] = {}
        self._known_configs: dict[Any, int] = {}
        self._errors: dict[str, int] = {}

    def series(self, field: str, meaning: Meaning) -> int:
        """The index of a series."""
        key = series_key(self.tool, field, meaning)
        found = self._series.get(key)
        if found is None:
            found = self._series[key] = len(self.result.series_table)
            self.result.series_table.append(key)
        return found

    def config(self, factors: Mapping[str, Any]) -> int:
        """The index of a configuration; the path's hints are merged in here."""
        items = tuple(factors.items())
        found = self._known_configs.get(items)
        if found is None:
            found = self._known_configs[items] = self.configured(factors, config_key(factors, self.hints))
        return found

    def configured(self, factors: Mapping[str, Any], key: ConfigKey) -> int:
        """The index of a configuration that was made of these factors and the hints."""
        self._unshared.append(factors)
        if len(self._unshared) > _MOST_UNSHARED:
            self.shared()
        found = self._configs.get(key)
        if found is None:
            found = self._configs[key] = len(self.result.config_table)
            self.result.config_table.append(key)
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
        text = text[:500]
        found = self._errors.get(text)
        if found is None:
            found = self._errors[text] = len(self.result.error_table)
            self.result.error_table.append(text)
        return found

    def add(self, series: int, cells: "Cells") -> None:
        """Append cells of one series."""
        out = self.result
        if self.spreads is None and len(out.value) + len(cells.values) > self.limits.cells_per_file:
            self._fold()
        if self.spreads is not None:
            self.summarise(series, cells.values, cells.status)
            return
        out.record.extend(cells.records)
        out.series.extend([series] * len(cells.values))
        out.config.extend(cells.configs)
        out.value.extend(cells.values)
        out.n.extend(cells.n)
        out.raw.extend(cells.raw)
        out.phase.extend(cells.phase)
        out.status_code.extend(cells.status)
        out.at.extend(cells.at)
        out.error.extend(cells.error)

    def add_columns(self, columns: Sequence[tuple[int, Sequence[float], Sequence[str | None]]], rows: "Cells") -> None:
        """Append whole columns of a table, each series, values and texts; the rest of ``rows`` is of all."""
        out, count = self.result, len(columns)
        if self.spreads is not None or len(out.value) + len(rows.records) * count > self.limits.cells_per_file:
            for series, values, raw in columns:
                self.add(series, rows._replace(values=values, raw=raw))
            return
        for series, values, raw in columns:
            out.series.extend([series] * len(values))
            out.value.extend(values)
            out.raw.extend(raw)
        out.record.extend([*rows.records] * count)
        out.config.extend([*rows.configs] * count)
        out.n.extend([*rows.n] * count)
        out.phase.extend([*rows.phase] * count)
        out.status_code.extend([*rows.status] * count)
        out.at.extend([*rows.at] * count)
        out.error.extend([*rows.error] * count)

    def add_one(self, series: int, value: float, n: int | None, raw: str | None, of: "Observation") -> None:
        """Append one cell of an observation."""
        out = self.result
        if self.spreads is not None or len(out.value) >= self.limits.cells_per_file:
            self.add(
                series,
                Cells(
                    (of.record,), (of.config,), (value,), (n,), (raw,), (of.phase,), (of.status,), (of.at,), (of.error,)
                ),
            )
            return
        out.record.append(of.record)
        out.series.append(series)
        out.config.append(of.config)
        out.value.append(value)
        out.n.append(n)
        out.raw.append(raw)
        out.phase.append(of.phase)
        out.status_code.append(of.status)
        out.at.append(of.at)
        out.error.append(of.error)

    def fail(self, field: str, of: Observation) -> None:
        """Append the one cell of an observation that failed and recorded no number, so that it can be counted."""
        self.add_one(self.series(field, FAILURE), 1.0, None, None, of)

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
        for series, value, status in zip(out.series, out.value, out.status_code, strict=True):
            if status == OK:
                by_series.setdefault(series, []).append(value)
            else:
                self.left_out += 1
        for series, values in by_series.items():
            self.spreads.setdefault(series, Spread()).extend(values)
        for column in (
            out.record, out.series, out.config, out.value, out.n, out.raw, out.phase, out.status_code, out.at, out.error
        ):  # fmt: skip
            column.clear()
        out.records.clear()

    def finish(self) -> FileResult:
        """The result; of a file past the cap, the statistics of each series as the cells of record 0."""
        if self.spreads is not None:
            self._close_summary(self.spreads)
        return self.result

    def _close_summary(self, spreads: Mapping[int, Spread]) -> None:
        out, keys = self.result, list(self.result.series_table)
        constant = config_key(self.shared(), self.hints)
        out.level, out.config_table, out.error_table, out.series_table = "summary", [constant], [], []
        self._series.clear()
        for index, spread in spreads.items():
            key = keys[index]
            for stat, value in spread.statistics():
                known = key._replace(stat=stat if key.stat == "value" else f"{stat} of {key.stat}")
                out.series_table.append(known)
                out.record.append(0)
                out.series.append(len(out.series_table) - 1)
                out.config.append(0)
                out.value.append(value)
                out.n.append(spread.n)
                out.raw.append(None)
                out.phase.append(0)
                out.status_code.append(OK)
                out.at.append(None)
                out.error.append(None)
