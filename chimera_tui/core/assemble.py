"""From measured files to frames: dictionaries shared by all files, columns grown file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import astuple

from chimera_tui.core import frames as schema
from chimera_tui.core.frames import Frames
from chimera_tui.core.measure.result import ConfigKey, FileResult, SeriesKey
from chimera_tui.core.pieces import Piece, frame_of, in_order, numbered, of_file, thinned, translated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import polars as pl

    from chimera_tui.core.measure.table_batch import Batch
    from chimera_tui.core.scan.entry import Entry

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
        self._piece = Piece()
        self._batches: list[pl.DataFrame] = []
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
        series, configs, errors = self._ids(result.series_table, result.config_table, result.error_table)
        if cells is not None:
            self.flush()
            self._cells.append(translated(of_file(file_id, cells), series, configs, errors))
        elif n_cells:
            self._piece.add(file_id, result, series, configs, errors)
        if result.records:
            records = self._record_columns
            records["file_id"].extend([file_id] * len(result.records))
            records["record"].extend(result.records.keys())
            records["path"].extend(result.records.values())
        self.n_cells += n_cells

    @property
    def n_loose(self) -> int:
        """How many cells are not in a frame yet."""
        return len(self._piece.value)

    def add_batch(self, batch: Batch, entries: Mapping[int, Entry]) -> None:
        """Take in files that were measured together. ``entries`` has them by id."""
        header, width = batch.header, len(batch.series_table)
        for file_id, _, _, _, rows, _ in batch.files:
            entry = entries[file_id]
            self._rows[file_id] = FileRow(
                file_id, entry.shown, entry.raw, entry.kind, entry.role or "data", "csv", header.tool, "ok", "", "full",
                entry.size, entry.mtime_ns, None, rows, len(header.names), rows * width,
            )  # fmt: skip
        series, configs, _ = self._ids(batch.series_table, batch.config_table, [])
        self._batches.append(thinned(translated(batch.cells, series, configs, [])))
        self.n_cells += batch.cells.height

    def flush(self) -> None:
        """Make a piece of a frame of the cells so far, in the order of their files."""
        if self._piece.value:
            self._batches.append(self._piece.frame())
            self._piece = Piece()
        if self._batches:
            self._cells.append(in_order(self._batches))
            self._batches = []
        if self._record_columns["file_id"]:
            self._records.append(in_order([frame_of(self._record_columns.values(), schema.RECORDS, -1)]))
            self._record_columns = {name: [] for name in schema.RECORDS}

    def frames(self, runs: pl.DataFrame | None = None) -> Frames:
        """The frames of everything so far; files in the order of their paths' bytes."""
        import polars as pl

        self.flush()
        rows = self._rows.values()
        files = pl.concat([self._base.files, frame_of(zip(*rows, strict=True), schema.FILES, len(rows))])
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
            numbered(map(astuple, self._series), schema.SERIES),
            numbered(map(astuple, self._configs), schema.CONFIGS),
            numbered(((text,) for text in self._errors), schema.ERRORS),
        )

    def _ids(
        self, series: Iterable[SeriesKey], configs: Iterable[ConfigKey], errors: Iterable[str]
    ) -> tuple[list[int], list[int], list[int]]:
        if self._series is None:
            base = self._base
            self._series = {SeriesKey(*row[1:]): row[0] for row in base.series.iter_rows()}
            self._configs = {ConfigKey(*row[1:]): row[0] for row in base.configs.iter_rows()}
            self._errors = {row[1]: row[0] for row in base.errors.iter_rows()}
        return (
            [self._series.setdefault(key, len(self._series)) for key in series],
            [self._configs.setdefault(key, len(self._configs)) for key in configs],
            [self._errors.setdefault(text, len(self._errors)) for text in errors],
        )
