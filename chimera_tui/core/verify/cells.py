"""The measured facts, indexed once: by series, by literal path, by the names of models and other factors."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import msgspec

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.verify.names import entities_of

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames

MOST_BY_FILE = 200_000
"""Rows up to which a statistic is also taken file by file."""


class Series(msgspec.Struct, frozen=True):
    """One field of the files: what it measures and in what unit the files have it."""

    series_id: int
    field: str
    metric: str
    stat: str
    unit: str
    raw_unit: str
    factor: float
    n: int

    def raw(self, value: float) -> float:
        """A canonical value as the file has it."""
        return value / self.factor


class Cell(msgspec.Struct, frozen=True):
    """A cell that a verdict rests on, with its value as the file has it."""

    path: str
    record: int
    field: str
    value: float
    unit: str
    where: str = ""


class Filter(msgspec.Struct, frozen=True):
    """Which rows: of these files, of these configurations, without failures. None is all."""

    files: frozenset[int] | None = None
    configs: frozenset[int] | None = None
    ok: bool = False
    warm: bool | None = None
    """Only observations with (False) or without (True) a load of the model, where one was recorded."""


class Cells:
    """The cells of one generation, ready to be asked; built once, a few seconds at five million."""

    def __init__(self, frames: Frames) -> None:
        import polars as pl

        self.frames = frames
        keep = ["file_id", "record", "series_id", "config_id", "value", "status"]
        self._cells = frames.cells.select(keep).sort("series_id", "value", maintain_order=True)
        counts = self._cells.group_by("series_id", maintain_order=True).len()
        self._bounds: dict[int, tuple[int, int]] = {}
        at = 0
        for series_id, n in counts.rows():
            self._bounds[series_id] = (at, n)
            at += n
        self._paths = dict(frames.files.select("file_id", "path").rows())
        self._kinds = dict(frames.files.select("file_id", "kind").rows())
        self._records = frames.records.with_columns(key=pl.col("path").hash(seed=7)).sort("key")
        self._inferred = self._units_of_twins()
        self.series = {row["series_id"]: self._series(row) for row in frames.series.iter_rows(named=True)}
        self.better = dict(frames.series.select("series_id", "better").rows())
        self._by_file: pl.DataFrame | None = None
        self._index_names()
        self._answers: dict[object, object] = {}
        self.memo: dict[object, object] = {}
        """What the rules worked out about words; the cells do not change."""
        self.names: dict[str, str] = {}
        self.home = ""
        self.beside: Filter | None = None
        """The files beside the text that is judged, where it stands in the repository: what it says is of them."""

    def at_home(self, folder: str) -> Cells:
        """The same cells for a text in a folder of the repository."""
        prefix = f"{folder}/" if folder else ""
        ids = [one for one, path in self._paths.items() if path.startswith(prefix) and "/" not in path[len(prefix) :]]
        here = copy.copy(self)
        here.home, here.beside = folder or "the root", Filter(files=frozenset(ids)) if ids else None
        return here

    def _series(self, row: dict[str, Any]) -> Series:
        series_id, raw = int(row["series_id"]), str(row["raw_unit"] or "")
        unit = unit_of(raw) if raw else None
        inferred = self._inferred.get(series_id, "")
        factor = unit.factor / unit.divisor if unit and unit.name == row["unit"] else 1.0
        return Series(
            series_id, str(row["field"]), str(row["metric"]), str(row["stat"]), str(row["unit"] or ""),
            raw if unit or not inferred else inferred, factor, self._bounds.get(series_id, (0, 0))[1],
        )  # fmt: skip

    def _units_of_twins(self) -> dict[int, str]:
        """Units of series that state none, from cells of the same file with exactly the same value and a unit."""
        import polars as pl

        series = self.frames.series.with_columns(
            factor=pl.col("raw_unit").map_elements(_factor, return_dtype=pl.Float64, skip_nulls=False)
        )
        bare = series.filter((pl.col("raw_unit").fill_null("") == "") & (pl.col("unit").fill_null("") == ""))
        stated = series.filter(pl.col("raw_unit").fill_null("") != "")
        if not bare.height or not stated.height:
            return {}
        telling = self._cells.filter(pl.col("value") != pl.col("value").round(2))
        left = telling.filter(pl.col("series_id").is_in(bare["series_id"].implode()))
        if not left.height:
            return {}
        right = telling.filter(pl.col("file_id").is_in(left["file_id"].unique().implode())).join(
            stated.select("series_id", "raw_unit", "factor"), on="series_id"
        )
        rounded = [(pl.col("value") / pl.col("factor")).round_sig_figs(12).alias("key"), "file_id", "raw_unit"]
        pairs = left.select("series_id", "file_id", pl.col("value").round_sig_figs(12).alias("key")).join(
            right.select(rounded), on=["file_id", "key"]
        )
        found = pairs.group_by("series_id").agg(pl.col("raw_unit").unique())
        return {series_id: units[0] for series_id, units in found.rows() if len(units) == 1}

    def _index_names(self) -> None:
        self.by_field: dict[str, list[int]] = {}
        self.by_words: dict[str, list[int]] = {}
        self.by_metric: dict[str, list[int]] = {}
        for one in self.series.values():
            self.by_field.setdefault(one.field, []).append(one.series_id)
            self.by_metric.setdefault(one.metric, []).append(one.series_id)
            whole = normalised(one.field.replace(".", "_"))
            for words in {whole, normalised(one.field.rpartition(".")[2])}:
                self.by_words.setdefault(words, []).append(one.series_id)
        self.entities = entities_of(self.frames.configs)

    def in_series(self, series_ids: tuple[int, ...], rows: Filter) -> pl.DataFrame:
        """The cells of some series, filtered: file_id, record, series_id, value (canonical)."""
        import polars as pl

        key = (series_ids, rows)
        if key in self._answers:
            return self._answers[key]  # type: ignore[return-value]
        parts = [self._cells.slice(*self._bounds[one]) for one in series_ids if one in self._bounds]
        frame = self._kept(pl.concat(parts, rechunk=False) if parts else self._cells.head(0), rows)
        if len(self._answers) > 512:
            self._answers.clear()
        self._answers[key] = frame
        return frame

    def between(self, series_id: int, rows: Filter, low: float, high: float) -> pl.DataFrame:
        """The cells of a series from ``low`` to ``high`` (canonical): found by bisection."""
        cells = self._cells.slice(*self._bounds.get(series_id, (0, 0)))
        values = cells["value"]
        first, end = values.search_sorted(low, "left"), values.search_sorted(high, "right")
        return self._kept(cells.slice(first, max(0, end - first)), rows)

    def _kept(self, frame: pl.DataFrame, rows: Filter) -> pl.DataFrame:
        from chimera_tui.core.measurements import DEFAULT_COLD_LOAD_S, record_key

        frame = _kept(frame, rows)
        if rows.warm is None:
            return frame
        import polars as pl

        wanted = pl.col("load_s") < DEFAULT_COLD_LOAD_S if rows.warm else pl.col("load_s") >= DEFAULT_COLD_LOAD_S
        observations = self.frames.loads.filter(wanted)["observation"]
        return frame.filter(record_key().is_in(observations.implode()))

    def statistic(self, name: str, series_ids: tuple[int, ...], rows: Filter) -> float | None:
        """A statistic over cells, canonical; None where there is none to take it of."""
        key = (name, series_ids, rows)
        if key not in self._answers:
            values = self.in_series(series_ids, rows)["value"]
            self._answers[key] = _statistic(values, name)
        return self._answers[key]  # type: ignore[return-value]

    def by_file(self, name: str, series_ids: tuple[int, ...], rows: Filter) -> list[tuple[int, float]]:
        """A statistic in each file alone: file_id and value; nothing where the rows are of very many files."""
        key = ("by file", name, series_ids, rows)
        if key not in self._answers:
            frame = self.in_series(series_ids, rows)
            n = frame["file_id"].n_unique() if frame.height <= MOST_BY_FILE else 0
            expression = _expression(name)
            grouped = (
                frame.group_by("file_id", maintain_order=True).agg(expression)
                if 0 < n <= 200 and expression is not None
                else None
            )
            self._answers[key] = [] if grouped is None else grouped.drop_nulls("value").rows()
        return self._answers[key]  # type: ignore[return-value]

    def means_of_configurations(self, series_id: int, rows: Filter) -> list[float]:
        """The mean of each configuration in each file, canonical; nothing of very many rows."""
        import polars as pl

        key = ("means", series_id, rows)
        if key not in self._answers:
            frame = self.in_series((series_id,), rows)
            if frame.height > MOST_BY_FILE:
                frame = frame.head(0)
            grouped = frame.group_by("file_id", "config_id", maintain_order=True).agg(pl.col("value").mean())
            self._answers[key] = grouped["value"].drop_nulls().to_list()
        return self._answers[key]  # type: ignore[return-value]

    def at(self, json_path: str) -> list[tuple[int, int, int, float]]:
        """Where a path from the root of a document leads: (file_id, record, series_id, canonical value)."""
        import polars as pl

        found = []
        for record_path, field in _splits(json_path):
            ids = self.by_field.get(field)
            if not ids:
                continue
            records = self._at_record(record_path)
            for series_id in ids:
                cells = self.in_series((series_id,), Filter())
                hit = (
                    cells.join(records, on=["file_id", "record"])
                    if records is not None
                    else cells.filter(pl.col("record") == 0)
                )
                rows = hit.select("file_id", "record", "value").rows()
                found += [(file_id, record, series_id, value) for file_id, record, value in rows]
        return found

    def _at_record(self, path: str) -> pl.DataFrame | None:
        import polars as pl

        key = pl.Series([path]).hash(seed=7)[0]
        keys = self._records["key"]
        low, high = keys.search_sorted(key, "left"), keys.search_sorted(key, "right")
        return self._records.slice(low, high - low).filter(pl.col("path") == path).select("file_id", "record")

    def under(self, prefix: str) -> pl.DataFrame:
        """The records at a path (``models[0]``): file_id, record."""
        found = self._at_record(prefix)
        return found if found is not None else self._records.head(0).select("file_id", "record")

    def cell(self, file_id: int, record: int, series_id: int, value: float) -> Cell:
        """A cell as verdicts show it."""
        import polars as pl

        one = self.series[series_id]
        where = self._record_paths(file_id).filter(pl.col("record") == record)["path"]
        return Cell(
            self._paths.get(file_id, "?"), record, one.field, one.raw(value), one.raw_unit or one.unit,
            where[0] if len(where) else "",
        )  # fmt: skip

    def _record_paths(self, file_id: int) -> pl.DataFrame:
        import polars as pl

        if self._by_file is None:
            self._by_file = self.frames.records.sort("file_id")
        ids = self._by_file["file_id"]
        low, high = ids.search_sorted(file_id, "left"), ids.search_sorted(file_id, "right")
        return self._by_file.slice(low, high - low).select("record", pl.col("path"))

    def path(self, file_id: int) -> str:
        """A file's path."""
        return str(self._paths.get(file_id, "?"))

    def configs_of(self, rows: Filter) -> frozenset[int]:
        """The configurations of some rows."""
        return frozenset(_kept(self._cells, rows)["config_id"].unique().to_list())

    def of_kind(self, kind: str) -> frozenset[int]:
        """The files of a kind."""
        return frozenset(file_id for file_id, its in self._kinds.items() if its == kind)


def _kept(frame: pl.DataFrame, rows: Filter) -> pl.DataFrame:
    import polars as pl

    if rows.files is not None:
        frame = frame.filter(pl.col("file_id").is_in(pl.Series(sorted(rows.files), dtype=pl.UInt32).implode()))
    if rows.configs is not None:
        frame = frame.filter(pl.col("config_id").is_in(pl.Series(sorted(rows.configs), dtype=pl.UInt32).implode()))
    return frame.filter(pl.col("status") == 0) if rows.ok else frame


def _factor(raw: str | None) -> float:
    unit = unit_of(raw) if raw else None
    return unit.factor / unit.divisor if unit else 1.0


def _statistic(values: pl.Series, name: str) -> float | None:
    found = values.to_frame("value").select(value=expression) if (expression := _expression(name)) is not None else None
    return None if found is None or not values.len() else found["value"][0]


def _expression(name: str) -> pl.Expr | None:
    import polars as pl

    value = pl.col("value")
    if name.startswith("p") and name[1:].replace(".", "").isdigit():
        return value.quantile(float(name[1:]) / 100, "linear")
    known = {"mean": value.mean, "min": value.min, "max": value.max, "std": value.std, "sum": value.sum}
    if name == "range":
        return value.max() - value.min()
    return known[name]() if name in known else None


def _splits(path: str) -> list[tuple[str, str]]:
    """Ways to read a path as record and field below it."""
    found = [("", path)]
    for place, sign in enumerate(path):
        if sign == ".":
            found.append((path[:place], path[place + 1 :]))
    return found
