"""The measured facts, indexed once: by series, by literal path, by the names of models and other factors."""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.verify.index.cell_statistics import MOST_BY_FILE, by_file, statistic
from chimera_tui.core.verify.index.filters import FEW_CELLS, Filter, kept
from chimera_tui.core.verify.index.twins import units_of_twins
from chimera_tui.core.verify.text.names import entities_of, plain

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames

NOTHING = object()
"""Not worked out yet; None is an answer."""
MOST_ANSWERS, MOST_REMEMBERED = 4096, 10_000_000
"""Answers, and cells in them, that are remembered."""
T = TypeVar("T")
MOST_NEAR, FEW_FILES = 64, 4


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
        self._no_records = self._records.head(0).select("file_id", "record")
        self._inferred = units_of_twins(frames.series, self._cells)
        self.series = {row["series_id"]: self._series(row) for row in frames.series.iter_rows(named=True)}
        self.better = dict(frames.series.select("series_id", "better").rows())
        self._by_file: pl.DataFrame | None = None
        self._index_names()
        self._answers: dict[object, object] = {}
        self._remembered = 0
        self._in_order = frames.cells["file_id"].is_sorted()
        bad = self._cells.filter(pl.col("status") != 0).group_by("file_id").agg(pl.col("record").n_unique())
        self.failed: dict[int, int] = dict(bad.rows())
        """How many rows of a file failed, of those with any."""
        self.failures = bool(self.failed)
        """Whether any row failed: else every statistic is the same without failures."""
        self.memo: dict[object, object] = {}
        """What the rules worked out about words; the cells do not change."""
        self.texts: OrderedDict[object, object] = OrderedDict()
        self.names: dict[str, str] = {}
        self.home = ""
        self.beside: Filter | None = None
        """The files beside the text that is judged, where it stands in the repository: what it says is of them."""

    def remembered(self, key: object, work: Callable[[], T]) -> T:
        """What was worked out about a text, once; of much the oldest is forgotten, one for one."""
        found = self.texts.get(key, NOTHING)
        if found is NOTHING:
            found = self.texts[key] = work()
            if len(self.texts) > MOST_ANSWERS:
                self.texts.popitem(last=False)
        return found  # type: ignore[return-value]

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
        parts = self._of_files(series_ids, rows) or [
            self._cells.slice(*self._bounds[one]) for one in series_ids if one in self._bounds
        ]
        frame = parts[0] if len(parts) == 1 else pl.concat(parts, rechunk=False) if parts else self._cells.head(0)
        if rows != Filter():
            frame = self._kept(frame, rows)
            self._remembered += frame.height
        if len(self._answers) > MOST_ANSWERS or self._remembered > MOST_REMEMBERED:
            self._answers.clear()
            self._remembered = 0
        self._answers[key] = frame
        return frame

    def _of_files(self, series_ids: tuple[int, ...], rows: Filter) -> list[pl.DataFrame]:
        """The same cells of a few files out of many, straight from where the files are."""
        import polars as pl

        if not rows.files or len(rows.files) > FEW_FILES or not self._in_order or self._cells.height <= FEW_CELLS:
            return []
        ids = self.frames.cells["file_id"]
        parts = []
        for file_id in sorted(rows.files):
            low = bisect_left(ids, file_id)
            parts.append(self.frames.cells.slice(low, bisect_right(ids, file_id) - low).select(self._cells.columns))
        its = pl.concat(parts).sort("series_id", "value", maintain_order=True)
        return [its.filter(pl.col("series_id") == one) for one in series_ids]

    def between(self, series_id: int, rows: Filter, low: float, high: float) -> pl.DataFrame:
        """The cells of a series from ``low`` to ``high`` (canonical): found by bisection."""
        cells = self.in_series((series_id,), rows)
        values = cells["value"]
        first, end = bisect_left(values, low), bisect_right(values, high)
        return cells.slice(first, max(0, end - first))

    def near(self, series_id: int, rows: Filter, low: float, high: float) -> list[tuple[int, int, int, float]]:
        """The first of those cells: file_id, record, series_id, value."""
        found = self.between(series_id, rows, low, high).head(MOST_NEAR).rows()
        return [(file_id, record, its, value) for file_id, record, its, _, value, _ in found]

    def _kept(self, frame: pl.DataFrame, rows: Filter) -> pl.DataFrame:
        from chimera_tui.core.measurements import DEFAULT_COLD_LOAD_S, record_key

        frame = kept(frame, rows)
        if rows.warm is None:
            return frame
        import polars as pl

        others = pl.col("load_s") >= DEFAULT_COLD_LOAD_S if rows.warm else pl.col("load_s") < DEFAULT_COLD_LOAD_S
        observations = self.frames.loads.filter(others)["observation"]
        return frame.filter(~record_key().is_in(observations.implode()))

    def statistic(self, name: str, series_ids: tuple[int, ...], rows: Filter) -> float | None:
        """A statistic over cells, canonical; None where there is none to take it of."""
        key = (name, series_ids, rows)
        if key not in self._answers:
            values = self.in_series(series_ids, rows)["value"]
            self._answers[key] = statistic(values, name)
        return self._answers[key]  # type: ignore[return-value]

    def by_file(self, name: str, series_ids: tuple[int, ...], rows: Filter) -> list[tuple[int, float]]:
        """A statistic in each file alone: file_id and value; nothing where the rows are of very many files."""
        key = ("by file", name, series_ids, rows)
        if key not in self._answers:
            self._answers[key] = by_file(self.in_series(series_ids, rows), name)
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
        key = ("at", json_path)
        if key not in self._answers:
            self._answers[key] = self._at(json_path)
        return self._answers[key]  # type: ignore[return-value]

    def _at(self, json_path: str) -> list[tuple[int, int, int, float]]:
        import polars as pl

        found = []
        for record_path, field in _splits(json_path):
            ids = self.by_field.get(field)
            if not ids:
                continue
            records = self._at_record(record_path)
            for series_id in ids if records.height else ():
                cells = self.in_series((series_id,), Filter())
                if cells.height > FEW_CELLS:
                    cells = cells.filter(pl.col("file_id").is_in(records["file_id"].implode()))
                hit = cells.join(records, on=["file_id", "record"])
                rows = hit.select("file_id", "record", "value").rows()
                found += [(file_id, record, series_id, value) for file_id, record, value in rows]
        return found

    def _at_record(self, path: str) -> pl.DataFrame:
        import polars as pl

        if not self._records.height:
            return self._no_records
        key = ("record path", path)
        if key not in self._answers:
            code = pl.Series([path]).hash(seed=7)[0]
            codes = self._records["key"]
            low = bisect_left(codes, code)
            its = self._records.slice(low, bisect_right(codes, code) - low)
            self._answers[key] = its.filter(pl.col("path") == path).select("file_id", "record")
        return self._answers[key]  # type: ignore[return-value]

    def under(self, prefix: str) -> pl.DataFrame:
        """The records at a path (``models[0]``): file_id, record."""
        return self._at_record(prefix)

    def cell(self, file_id: int, record: int, series_id: int, value: float) -> Cell:
        """A cell as verdicts show it."""
        one = self.series[series_id]
        return Cell(
            self._paths.get(file_id, "?"), record, one.field, one.raw(value), one.raw_unit or one.unit,
            self._record_path(file_id, record),
        )  # fmt: skip

    def _record_path(self, file_id: int, record: int) -> str:
        """Where a record stands in its document; empty where it is simply a row."""
        import polars as pl

        if self._by_file is None:
            self._by_file = self.frames.records.sort("file_id", "record")
        ids = self._by_file["file_id"]
        key = ("record", file_id, record)
        if len(ids) and key not in self._answers:
            low = bisect_left(ids, file_id)
            its = self._by_file.slice(low, bisect_right(ids, file_id) - low)
            found = its.filter(pl.col("record") == record)["path"]
            self._answers[key] = found[0] if len(found) else ""
        return str(self._answers.get(key, ""))

    def path(self, file_id: int) -> str:
        """A file's path."""
        return str(self._paths.get(file_id, "?"))

    def configs_of(self, rows: Filter) -> frozenset[int]:
        """The configurations of some rows."""
        return frozenset(kept(self._cells, rows)["config_id"].unique().to_list())

    def whole(self, series_id: int) -> pl.DataFrame:
        """All cells of a series, with their configurations and states."""
        first, n = self._bounds.get(series_id, (0, 0))
        return self._cells.slice(first, n)

    def groups(self) -> list[tuple[int, int]]:
        """The pairs of file and configuration that have cells, in order."""
        pairs = self._cells.select("file_id", "config_id").unique().sort("file_id", "config_id")
        return [(file_id, config_id) for file_id, config_id in pairs.rows()]

    def called(self, name: str) -> dict[int, str]:
        """The files with a plain name in their path, each with its plain path."""
        if "plain paths" not in self.memo:
            self.memo["plain paths"] = {one: plain(path) for one, path in self._paths.items()}
        paths: dict[int, str] = self.memo["plain paths"]  # type: ignore[assignment]
        return {one: path for one, path in paths.items() if name in path}

    def of_kind(self, kind: str) -> frozenset[int]:
        """The files of a kind."""
        return frozenset(file_id for file_id, its in self._kinds.items() if its == kind)


def _splits(path: str) -> list[tuple[str, str]]:
    """Ways to read a path as record and field below it."""
    found = [("", path)]
    for place, sign in enumerate(path):
        if sign == ".":
            found.append((path[:place], path[place + 1 :]))
    return found
