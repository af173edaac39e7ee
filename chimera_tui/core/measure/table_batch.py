"""Many tables of one header measured as one: what each file holds follows from its rows, whoever else is there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from chimera_tui.core import frames as schema
from chimera_tui.core.measure.factors import LONGEST_TEXT
from chimera_tui.core.measure.lexicon import UNKNOWN, Meaning
from chimera_tui.core.measure.result import ConfigKey, SeriesKey
from chimera_tui.core.measure.row_factors import FactorColumn, config_of, number_or_text
from chimera_tui.core.measure.tables import (
    FAILURES,
    MOST_LEVELS,
    PHASES,
    Layout,
    counts,
    is_hot,
    is_version,
    other_phase,
    says_failed,
)
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.content import Content
from chimera_tui.core.read.delimited import FEWEST_STATS, STAT_CELLS
from chimera_tui.core.read.numbers import LARGEST, MISSING, number_in

if TYPE_CHECKING:
    import polars as pl

_TRIES = 2
"""How often files that are special are taken out."""


class Header(NamedTuple):
    """The first line of a table, and what it means."""

    names: tuple[str, ...]
    tool: str
    layout: Layout


class Waiting(NamedTuple):
    """A file that waits for others with its header; ``body`` is its rows, a line each."""

    file_id: int
    rel: str
    content: Content
    body: str
    rows: int
    hints: tuple[tuple[str, Any], ...]


class Batch(NamedTuple):
    """Files measured together, and their cells, column after column, as a frame that indexes the two tables."""

    header: Header
    files: list[Waiting]
    cells: pl.DataFrame
    series_table: list[SeriesKey]
    config_table: list[ConfigKey]


def measured_together(header: Header, files: list[Waiting]) -> Batch | None:
    """The files in which nothing is special, measured; None where they cannot be told from the others."""
    for _ in range(_TRIES):
        rows = _parsed(header, files)
        columns = _columns(header, rows) if rows is not None else None
        if rows is None or columns is None:
            return None
        special = set(rows["file"].filter(columns.special)) if columns.special is not None else set()
        if not special:
            return _batch(header, files, rows, columns)
        files = [one for number, one in enumerate(files) if number not in special]
    return None


def _parsed(header: Header, files: list[Waiting]) -> pl.DataFrame | None:
    """The rows of all files: texts of each column by its number, and ``file``, the place among the files."""
    import polars as pl

    if not files:
        return None
    body = "\n".join([one.body for one in files]).encode()
    names = [str(i) for i in range(len(header.names))]
    try:
        rows = pl.read_csv(
            body, has_header=False, schema=dict.fromkeys(names, pl.String), quote_char=None, empty_string_is_null=False
        )
    except pl.exceptions.PolarsError:
        return None
    counts_ = pl.Series([one.rows for one in files], dtype=pl.UInt32)
    # Every character is in some cell, or between two: nothing was skipped, trimmed or taken for a comment.
    inside = rows.select(pl.sum_horizontal(pl.all().str.len_bytes().sum())).item()
    if rows.height != counts_.sum() or inside + rows.height * len(names) - 1 != len(body):
        return None
    first = counts_.cum_sum() - counts_
    return rows.with_columns(
        schema.repeated(pl.Series(range(len(files)), dtype=pl.UInt32), counts_).alias("file"),
        (pl.int_range(pl.len(), dtype=pl.UInt32) - schema.repeated(first, counts_)).alias("record"),
    )


class _Columns:
    """Columns by what they are for, and the rows that make their file a special one."""

    def __init__(self) -> None:
        self.numbers: dict[int, pl.Series] = {}
        self.factors: list[tuple[int, FactorColumn]] = []
        self.n: pl.Series | None = None
        self.at: list[int | None] | None = None
        self.phase: list[int] | None = None
        self.others: dict[str, pl.Series] = {}
        """Columns of factors of which some cells are something else."""
        self.special: pl.Series | None = None

    def mark(self, rows: pl.Series) -> None:
        """Note rows that are special."""
        if rows.any():
            self.special = rows if self.special is None else self.special | rows


def _columns(header: Header, rows: pl.DataFrame) -> _Columns | None:
    """The columns sorted; None where a file by itself might be something else than a table of these columns."""
    import polars as pl

    found = _Columns()
    for i, what in enumerate(header.layout.means):
        _sort(header, i, what, rows, found)
    if not _remarkable(header, found.numbers):
        return None
    others = [rows[str(i)] for i in range(len(header.names)) if i not in found.numbers]
    named = [cells for column in others if (cells := _cells_that(column, _is_statistic)).any()]
    if len(named) >= FEWEST_STATS:  # the second row may belong to the header
        found.mark(pl.DataFrame({str(i): cells for i, cells in enumerate(named)}).sum_horizontal() >= FEWEST_STATS)
    return found


def _is_statistic(cell: str) -> bool:
    return _plain(cell) in STAT_CELLS


def _sort(header: Header, i: int, what: Meaning, rows: pl.DataFrame, found: _Columns) -> None:
    import polars as pl

    role, column = what.role, rows[str(i)]
    if role == "measure":
        numbers, wrong = _numbers(column)
        if 2 * wrong.sum() <= len(wrong):
            found.numbers[i] = numbers
            found.mark(wrong)
        else:
            found.factors.append((i, FactorColumn(header.names[i] or "name", options=False)))
            found.mark(_no_texts(column, rows["file"]))
    elif role in ("factor", "config", "n"):
        found.factors.append((i, FactorColumn(what.name, role == "config")))
        if role == "n":
            _count(column, what, found)
        elif i in header.layout.temperatures:
            found.mark(_cells_that(column, is_hot))
    elif role in FAILURES:
        found.mark(_cells_that(column, lambda cell: says_failed(role, cell.strip())))
    elif role == "at":
        found.at = [moment_ns(number_or_text(cell)) for cell in column]
    elif role == "phase":
        found.phase = [PHASES.get(_plain(cell), 0) for cell in column]
        if any(others := [other_phase(cell) for cell in column]):
            found.factors.append((i, FactorColumn(what.name, options=False)))
            found.others[str(i)] = pl.Series(others)
    elif is_version(role, what.name):
        found.mark(_of_several(column, rows["file"]))


def _of_several(column: pl.Series, file: pl.Series) -> pl.Series:
    """The rows of the files in which a column is not the same in every row."""
    import polars as pl

    levels = pl.DataFrame({"file": file, "cell": column}).group_by("file").agg(pl.col("cell").n_unique())
    return file.is_in(levels["file"].filter(levels["cell"] > 1).implode())


def _numbers(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A column as numbers, and which of its cells are none, or none that was measured."""
    import polars as pl

    values = column.cast(pl.Float64, strict=False)
    return values, ~(values.abs() < LARGEST).fill_null(value=False)


def _count(column: pl.Series, what: Meaning, found: _Columns) -> None:
    import polars as pl

    numbers, wrong = _numbers(column)
    found.mark(wrong)
    found.n = pl.Series(counts(numbers.fill_null(0.0).cast(pl.String).to_list(), what), dtype=pl.UInt32)


def _no_texts(column: pl.Series, file: pl.Series) -> pl.Series:
    """Which cells hold a number, are missing or are too long to be a factor, or are of too many different ones."""
    found = _cells_that(
        column, lambda cell: len(cell) > LONGEST_TEXT or _plain(cell) in MISSING or bool(number_in(cell))
    )
    if column.n_unique() > MOST_LEVELS:
        found |= file.is_in(_longer_than(MOST_LEVELS, file))
    return found


def _holds(cell: str) -> bool:
    return number_in(cell) is not None


def _longer_than(rows: int, file: pl.Series) -> list[int]:
    counted = file.value_counts()
    return counted["file"].filter(counted["count"] > rows).to_list()


def _cells_that(column: pl.Series, holds: Callable[[str], bool]) -> pl.Series:
    """For which cells something holds that depends on their text alone."""
    return column.is_in([cell for cell in column.unique() if holds(cell)])


def _plain(cell: str) -> str:
    return cell.strip().lower()


def _remarkable(header: Header, numbers: Collection[int]) -> bool:
    """Whether a column has a name or unit that tools use: else it depends on the numbers whether they count."""
    keys = [header.layout.series[i] for i in numbers]
    return any(header.tool or key.unit or not key.definition.startswith(UNKNOWN) for key in keys)


def _batch(header: Header, files: list[Waiting], rows: pl.DataFrame, columns: _Columns) -> Batch:
    """The cells of files of which none is special."""
    import polars as pl

    configs, config_table = _configs(files, rows, columns)
    none, zero = pl.lit(None), pl.lit(0)
    observations = rows.select(
        pl.Series([one.file_id for one in files], dtype=pl.UInt32).gather(rows["file"]).alias("file_id"), "record",
        configs.alias("config_id"),
        phase=zero if columns.phase is None else pl.Series(columns.phase),
        status=zero, at=none if columns.at is None else pl.Series(columns.at, dtype=pl.Int64), error_id=none,
    )  # fmt: skip
    types = schema.dtypes(schema.CELLS)
    pieces = []
    for place, (i, values) in enumerate(columns.numbers.items()):
        what = header.layout.means[i]
        piece = observations.with_columns(
            series_id=pl.lit(place), value=_canonical(values, what) if what.converts else values,
            n=none if columns.n is None or what.stat == "value" else columns.n, raw=rows[str(i)],
        )  # fmt: skip
        pieces.append(piece.select(pl.col(name).cast(dtype) for name, dtype in types.items()))
    return Batch(header, files, pl.concat(pieces), [header.layout.series[i] for i in columns.numbers], config_table)


def _canonical(values: pl.Series, what: Meaning) -> pl.Series:
    import polars as pl

    # Polars divides by one number as a multiplication with its inverse, which is not always the same.
    return values * what.factor / pl.repeat(what.divisor, len(values), eager=True)


def _configs(files: list[Waiting], rows: pl.DataFrame, columns: _Columns) -> tuple[pl.Series, list[ConfigKey]]:
    """The configuration of each row, and the different ones."""
    import polars as pl

    hints = list(dict.fromkeys(one.hints for one in files))
    places = {hinted: place for place, hinted in enumerate(hints)}
    hinted = pl.Series([places[one.hints] for one in files], dtype=pl.UInt32).gather(rows["file"])
    names = [str(i) for i, _ in columns.factors]
    spec = tuple(column for _, column in columns.factors)
    keys = rows.with_columns(**columns.others).select(hinted.alias("hints"), *names)
    different = keys.unique(maintain_order=True)
    table: dict[ConfigKey, int] = {}
    ids = []
    for place, *cells in different.rows():
        key = config_of(spec, hints[place], tuple(cells))
        ids.append(table.setdefault(key, len(table)))
    different = different.with_columns(config_id=pl.Series(ids, dtype=pl.UInt32))
    joined = keys.join(different, on=["hints", *names], how="left", maintain_order="left")
    return joined["config_id"], list(table)
