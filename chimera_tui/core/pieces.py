"""Pieces of the frame of cells: Python lists spread out, ids translated, texts thinned, files in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core import frames as schema
from chimera_tui.core.frames import repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from chimera_tui.core.measure.result import FileResult

LONGEST_RAW = 64


class Piece:
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
        cells = frame_of((self.series, self.value, self.n, self.raw), kinds, -1)
        observations = frame_of(self.observations, {name: schema.CELLS[name] for name in OBSERVATION}, -1)
        file_ids, n_cells, n_seen, first_series = (pl.Series(x, dtype=pl.UInt32) for x in zip(*self.files, strict=True))
        before = n_seen.cum_sum() - n_seen
        of = pl.Series(self.of, dtype=pl.UInt32) + repeated(before, n_cells)
        series = pl.Series(self.series_ids, dtype=pl.UInt32).gather(
            cells["series_id"] + repeated(first_series, n_cells)
        )
        spread = observations.select(pl.all().gather(of))
        cells = cells.with_columns(
            series.alias("series_id"), repeated(file_ids, n_cells).alias("file_id"), *spread.get_columns()
        )
        return thinned(cells.select(list(schema.CELLS)))


OBSERVATION = ("record", "config_id", "phase", "status", "at", "error_id")
"""The columns of cells that are the same for all cells of an observation."""


def in_order(pieces: list[pl.DataFrame]) -> pl.DataFrame:
    """One frame in the order of the files; what is of one file stays as it is."""
    import polars as pl

    whole = pl.concat(pieces)
    return whole if whole["file_id"].is_sorted() else whole.sort("file_id", maintain_order=True)


def columns_of(result: FileResult) -> pl.DataFrame:
    """A result's cells as a frame of its own indices, as they travel from a child process."""
    if not result.value:
        return schema.empty(schema.CELLS).drop("file_id")
    piece = Piece()
    own = [list(range(len(table))) for table in (result.series_table, result.config_table, result.error_table)]
    piece.add(0, result, *own)
    return piece.frame().drop("file_id")


def thinned(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with the text of the file only where it is not simply how the value is written."""
    import polars as pl

    raw, shown, size = pl.col("raw"), pl.col("shown"), pl.col("value").abs()
    # Very small and very large values are written in more ways than one.
    simply = (raw.eq(shown) | raw.eq(shown.str.strip_suffix(".0"))) & (size.is_between(1e-4, 1e15) | size.eq(0))
    told = pl.when(~simply).then(raw).str.strip_chars().str.slice(0, LONGEST_RAW)
    return cells.with_columns(shown=pl.col("value").cast(pl.String)).with_columns(raw=told).drop("shown")


def of_file(file_id: int, cells: pl.DataFrame) -> pl.DataFrame:
    """``cells`` as those of a file."""
    import polars as pl

    return cells.with_columns(pl.lit(file_id, dtype=pl.UInt32).alias("file_id"))


def translated(cells: pl.DataFrame, series: list[int], configs: list[int], errors: list[int]) -> pl.DataFrame:
    """``cells`` with the ids of all files instead of their own."""
    import polars as pl

    def ids(column: str, known: list[int]) -> pl.Expr:
        table = pl.lit(pl.Series(known or [None], dtype=pl.UInt32))
        return table.gather(pl.col(column)).alias(column)

    return cells.with_columns(
        ids("series_id", series), ids("config_id", configs), ids("error_id", errors),
    ).select(list(schema.CELLS))  # fmt: skip


def frame_of(columns: Iterable[Sequence[object]], kinds: Mapping[str, str], height: int) -> pl.DataFrame:
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


def numbered(keys: Iterable[tuple[object, ...]], kinds: dict[str, str]) -> pl.DataFrame:
    """A dictionary of keys, which are numbered from 0, as a frame: its number, then the parts of the key."""
    rows = [(number, *key) for number, key in enumerate(keys)]
    return frame_of(zip(*rows, strict=True), kinds, len(rows))
