"""From measured files to frames: dictionaries shared by all files, columns grown file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import astuple

from chimera_tui.core import frames as schema
from chimera_tui.core.frames import Frames
from chimera_tui.core.measure.result import ConfigKey, FileResult, SeriesKey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import polars as pl

    from chimera_tui.core.scan.entry import Entry

FLUSH_CELLS = 200_000
"""Cells held as Python lists before they become a piece of a frame."""
LONGEST_RAW = 64
PENDING = "pending"
"""``files.status`` of a file that has not been read yet."""


class FileRow(NamedTuple):
    """One row of ``frames.FILES``."""

    file_id: int
    path: str
    path_raw: bytes | None
    kind: str
    role: str
    encoding: str
    tool: str
    status: str
    reason: str
    level: str
    size: int
    mtime_ns: int
    hash: str | None = None
    rows: int = 0
    cols: int = 0
    n_cells: int = 0
    dup_of: int | None = None


def _row(file_id: int, entry: Entry, status: str, reason: str) -> FileRow:
    """The row of a file that is not, or not yet, measured."""
    return FileRow(
        file_id, entry.shown, entry.raw, entry.kind, entry.role or "other", "", "", entry.status or status,
        entry.reason or reason, "", entry.size, entry.mtime_ns,
    )  # fmt: skip


class Assembler:
    """Collects files into frames. Ids are never given twice, so a file that was read again has a new one.

    ``base`` are frames to go on from, such as those of a cache; ``next_file_id`` is past all of their ids.
    """

    def __init__(self, base: Frames | None = None, next_file_id: int = 0) -> None:
        self.next_file_id = next_file_id
        self.n_cells = 0 if base is None else base.cells.height
        self._base = base or Frames.none()
        self._cells: list[pl.DataFrame] = [self._base.cells]
        self._records: list[pl.DataFrame] = [self._base.records]
        self._rows: dict[int, FileRow] = {}
        self._series: dict[SeriesKey, int] | None = None
        self._configs: dict[ConfigKey, int] = {}
        self._errors: dict[str, int] = {}
        self._piece = _Piece()
        self._record_columns: dict[str, list[object]] = {name: [] for name in schema.RECORDS}

    def keep(self, file_ids: Collection[int]) -> None:
        """Forget every file of the base but these."""
        import polars as pl

        if len(file_ids) == self._base.files.height:
            return
        kept = pl.Series(sorted(file_ids), dtype=pl.UInt32).implode()
        base = self._base
        self._base = Frames(
            base.files.filter(pl.col("file_id").is_in(kept)), base.cells.filter(pl.col("file_id").is_in(kept)),
            base.series, base.configs, base.errors, base.records.filter(pl.col("file_id").is_in(kept)), base.runs,
        )  # fmt: skip
        self._cells, self._records = [self._base.cells], [self._base.records]
        self.n_cells = self._base.cells.height

    def expect(self, entry: Entry) -> int:
        """Give a file its id; until it is added it is pending."""
        file_id = self.next_file_id
        self.next_file_id += 1
        self._rows[file_id] = _row(file_id, entry, PENDING, "not read yet")
        return file_id

    def note(self, entry: Entry, status: str, reason: str) -> None:
        """Take in a file that is not measured at all, with its id."""
        row = _row(self.next_file_id, entry, status, reason)
        self._rows[row.file_id] = row
        self.next_file_id += 1

    def add(self, file_id: int, entry: Entry, result: FileResult, cells: pl.DataFrame | None = None) -> None:
        """Take a measured file in. ``cells`` are its columns as a frame, where they came from another process."""
        n_cells = len(result.value) if cells is None else cells.height
        self._rows[file_id] = FileRow(
            file_id, entry.shown, entry.raw, entry.kind, entry.role or result.role, result.encoding, result.tool,
            result.status, result.reason, result.level, entry.size, entry.mtime_ns, None, result.rows, result.cols,
            n_cells,
        )  # fmt: skip
        series, configs, errors = self._ids(result)
        if cells is not None:
            self._flush()
            self._cells.append(_translated(cells, file_id, series, configs, errors))
        elif n_cells:
            self._piece.add(file_id, result, series, configs, errors)
        if result.records:
            records = self._record_columns
            records["file_id"].extend([file_id] * len(result.records))
            records["record"].extend(result.records.keys())
            records["path"].extend(result.records.values())
        self.n_cells += n_cells
        if len(self._piece.value) >= FLUSH_CELLS:
            self._flush()

    def frames(self, runs: pl.DataFrame | None = None) -> Frames:
        """The frames of everything so far; files in the order of their paths' bytes."""
        import polars as pl

        self._flush()
        rows = self._rows.values()
        files = pl.concat([self._base.files, _frame(zip(*rows, strict=True), schema.FILES, len(rows))])
        order = pl.coalesce("path_raw", pl.col("path").cast(pl.Binary))
        cells = pl.concat(self._cells)
        self._cells = [cells]
        self._records = [pl.concat(self._records)]
        series, configs, errors = self._dictionaries()
        known = self._base.runs if runs is None else runs
        return Frames(files.sort(order), cells, series, configs, errors, self._records[0], known)

    def _dictionaries(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        if self._series is None:
            return self._base.series, self._base.configs, self._base.errors
        return (
            _numbered(map(astuple, self._series), schema.SERIES),
            _numbered(map(astuple, self._configs), schema.CONFIGS),
            _numbered(((text,) for text in self._errors), schema.ERRORS),
        )

    def _ids(self, result: FileResult) -> tuple[list[int], list[int], list[int]]:
        if self._series is None:
            base = self._base
            self._series = {SeriesKey(*row[1:]): row[0] for row in base.series.iter_rows()}
            self._configs = {ConfigKey(*row[1:]): row[0] for row in base.configs.iter_rows()}
            self._errors = {row[1]: row[0] for row in base.errors.iter_rows()}
        return (
            [self._series.setdefault(key, len(self._series)) for key in result.series_table],
            [self._configs.setdefault(key, len(self._configs)) for key in result.config_table],
            [self._errors.setdefault(text, len(self._errors)) for text in result.error_table],
        )

    def _flush(self) -> None:
        if self._piece.value:
            self._cells.append(self._piece.frame())
            self._piece = _Piece()
        if self._record_columns["file_id"]:
            self._records.append(_frame(self._record_columns.values(), schema.RECORDS, -1))
            self._record_columns = {name: [] for name in schema.RECORDS}


class _Piece:
    """Files whose cells become a piece of the frame together; what is the same for many cells is spread out there."""

    def __init__(self) -> None:
        self.files: list[tuple[int, int, int, int]] = []
        """Of each file its id, how many cells and observations it has, and where its series begin."""
        self.series_ids: list[int] = []
        self.observations: tuple[list[object], ...] = tuple([] for _ in OBSERVATION)
        self.of: list[int] = []
        self.series: list[int] = []
        self.value: list[float] = []
        self.n: list[int | None] = []
        self.raw: list[str | None] = []

    def add(self, file_id: int, found: FileResult, series: list[int], configs: list[int], errors: list[int]) -> None:
        """Take a file in, with the ids of its series, configurations and errors among all files."""
        self.files.append((file_id, len(found.value), len(found.record), len(self.series_ids)))
        self.series_ids += series
        record, config, phase, status, at, error = self.observations
        record += found.record
        config += map(configs.__getitem__, found.config)
        phase += found.phase
        status += found.status_code
        at += found.at
        error += [None if i is None else errors[i] for i in found.error] if errors else found.error
        self.of += found.of
        self.series += found.series
        self.value += found.value
        self.n += found.n
        self.raw += found.raw

    def frame(self) -> pl.DataFrame:
        """The cells."""
        import polars as pl

        kinds = {name: schema.CELLS[name] for name in ("series_id", "value", "n", "raw")}
        cells = _frame((self.series, self.value, self.n, self.raw), kinds, -1)
        observations = _frame(self.observations, {name: schema.CELLS[name] for name in OBSERVATION}, -1)
        file_ids, n_cells, n_seen, first_series = (pl.Series(x, dtype=pl.UInt32) for x in zip(*self.files, strict=True))
        before = n_seen.cum_sum() - n_seen
        of = pl.Series(self.of, dtype=pl.UInt32) + _repeated(before, n_cells)
        series = pl.Series(self.series_ids, dtype=pl.UInt32).gather(
            cells["series_id"] + _repeated(first_series, n_cells)
        )
        spread = observations.select(pl.all().gather(of))
        cells = cells.with_columns(
            series.alias("series_id"), _repeated(file_ids, n_cells).alias("file_id"), *spread.get_columns()
        )
        return _thinned(cells.select(list(schema.CELLS)))


OBSERVATION = ("record", "config_id", "phase", "status", "at", "error_id")
"""The columns of cells that are the same for all cells of an observation."""


def _repeated(values: pl.Series, counts: pl.Series) -> pl.Series:
    """Each value as often as its count, which is never 0, says."""
    return values.repeat_by(counts).explode()


def columns_of(result: FileResult) -> pl.DataFrame:
    """A result's cells as a frame of its own indices, as they travel from a child process."""
    if not result.value:
        return schema.empty(schema.CELLS).drop("file_id")
    piece = _Piece()
    own = [list(range(len(table))) for table in (result.series_table, result.config_table, result.error_table)]
    piece.add(0, result, *own)
    return piece.frame().drop("file_id")


def _thinned(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with the text of the file only where it is not simply how the value is written."""
    import polars as pl

    raw, shown, size = pl.col("raw"), pl.col("shown"), pl.col("value").abs()
    # Very small and very large values are written in more ways than one.
    simply = (raw.eq(shown) | raw.eq(shown.str.strip_suffix(".0"))) & (size.is_between(1e-4, 1e15) | size.eq(0))
    told = pl.when(~simply).then(raw).str.strip_chars().str.slice(0, LONGEST_RAW)
    return cells.with_columns(shown=pl.col("value").cast(pl.String)).with_columns(raw=told).drop("shown")


def _translated(
    cells: pl.DataFrame, file_id: int, series: list[int], configs: list[int], errors: list[int]
) -> pl.DataFrame:
    """``cells`` of one file with the ids of all files instead of its own."""
    import polars as pl

    def ids(column: str, known: list[int]) -> pl.Expr:
        table = pl.lit(pl.Series(known or [None], dtype=pl.UInt32))
        return table.gather(pl.col(column)).alias(column)

    return cells.with_columns(
        pl.lit(file_id, dtype=pl.UInt32).alias("file_id"),
        ids("series_id", series), ids("config_id", configs), ids("error_id", errors),
    ).select(list(schema.CELLS))  # fmt: skip


def _frame(columns: Iterable[Sequence[object]], kinds: Mapping[str, str], height: int) -> pl.DataFrame:
    """Columns in the order of a schema; a value that its type cannot hold becomes null."""
    import polars as pl

    if height == 0:
        return schema.empty(dict(kinds))
    types = schema.dtypes(dict(kinds))
    return pl.DataFrame([_series(name, column, types[name]) for name, column in zip(kinds, columns, strict=True)])


def _series(name: str, values: Sequence[object], dtype: pl.DataType) -> pl.Series:
    import polars as pl

    try:
        return pl.Series(name, values, dtype=dtype, strict=False)
    except UnicodeEncodeError:
        # JSON may hold halves of surrogate pairs, which are no characters.
        spelled = [v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for v in values]
        return pl.Series(name, spelled, dtype=dtype, strict=False)


def _numbered(keys: Iterable[tuple[object, ...]], kinds: dict[str, str]) -> pl.DataFrame:
    """A dictionary of keys, which are numbered from 0, as a frame: its number, then the parts of the key."""
    rows = [(number, *key) for number, key in enumerate(keys)]
    return _frame(zip(*rows, strict=True), kinds, len(rows))
