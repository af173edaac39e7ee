"""Large tables and Parquet through Polars: in full where few cells are numbers, else statistics column by column."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from chimera_tui.core.measure.factors import put
from chimera_tui.core.measure.files import close, measure_delimited
from chimera_tui.core.measure.lexicon import Meaning
from chimera_tui.core.measure.observe import FAILED_STATES
from chimera_tui.core.measure.paths import hints
from chimera_tui.core.measure.result import FileResult, Limits
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.measure.spread import Block, Spread
from chimera_tui.core.measure.tables import GOOD_ERRORS, Grid, columns_of_numbers, measure_grid
from chimera_tui.core.measure.tools import tool_of_header
from chimera_tui.core.read.content import Content, decode, read_bytes
from chimera_tui.core.read.delimited import split_tables
from chimera_tui.core.read.numbers import COMMA_NUMBER, LARGEST

if TYPE_CHECKING:
    import polars as pl

_SAMPLE = 1_000
_BATCH = 100_000


def measure_big_table(path: Path, rel: str, head: Content, limits: Limits) -> FileResult:
    """A CSV or TSV of any size. ``head`` is its first megabyte, from which its shape is read."""
    import polars as pl

    found = split_tables(head.text or "")
    if not found.tables:
        return FileResult(status="no measurements", reason=found.problem, encoding="csv")
    table = found.tables[0]
    form = "tsv" if found.delimiter == "\t" else "csv"
    if len(found.tables) > 1 or table.stats or head.encoding not in ("utf-8", "utf-8-sig", "latin-1"):
        return measure_delimited(decode(read_bytes(path, limits.text_bytes)), rel, limits)
    names = _unique(table.header)
    lazy = pl.scan_csv(
        path, separator=found.delimiter, has_header=False, skip_lines=table.first_line + (table.units is not None),
        schema=dict.fromkeys(names, pl.String), truncate_ragged_lines=True, ignore_errors=True,
        encoding="utf8-lossy", glob=False, empty_string_is_null=True, raise_if_empty=False, missing_columns="insert",
    )  # fmt: skip
    if found.decimal_comma:
        number = pl.all().str.contains(COMMA_NUMBER)
        pointed = pl.all().str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        lazy = lazy.select(pl.when(number).then(pointed).otherwise(pl.all()))
    shape = _Shape(
        rel, table.header, table.units, [list(c) for c in zip(*_square(table.rows[:_SAMPLE], len(names)), strict=True)]
    )
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            result = _measure(lazy, names, shape, limits)
        if any("malformed" in str(one.message) for one in heard):
            result.status = "partial"
            result.reason = f"a quote is never closed, so some rows are lost; {result.reason}".rstrip("; ")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
        result = measure_delimited(decode(read_bytes(path, limits.text_bytes)), rel, limits)
        if path.stat().st_size > limits.text_bytes:
            result.status = "partial"
            why = " ".join(str(fault).split())[:100]
            result.reason = (
                f"only its first {limits.text_bytes // 1_000_000} MB were read ({why}); {result.reason}".rstrip("; ")
            )
    result.encoding = form if head.encoding == "utf-8" else f"{form} {head.encoding}"
    return result


def measure_parquet(path: Path, rel: str, limits: Limits) -> FileResult:
    """A Parquet file of any size."""
    import polars as pl

    try:
        lazy = _flat(pl.scan_parquet(path, glob=False))
        names = lazy.collect_schema().names()
        lazy = lazy.select(pl.col(name).cast(pl.String, strict=False) for name in names)
        sample = lazy.head(_SAMPLE).collect()
        shape = _Shape(rel, names, None, [column.fill_null("").to_list() for column in sample.get_columns()])
        result = _measure(lazy, names, shape, limits)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as fault:
        reason = f"not readable as Parquet: {' '.join(str(fault).split())[:200]}"
        return FileResult(status="failed", reason=reason, encoding="parquet")
    result.encoding = "parquet"
    return result


def _flat(lazy: pl.LazyFrame) -> pl.LazyFrame:
    """Structs become dotted columns; lists and binary columns are left out."""
    import polars as pl

    for _ in range(8):
        schema = lazy.collect_schema()
        structs = [name for name, dtype in schema.items() if isinstance(dtype, pl.Struct)]
        if not structs:
            break
        parts = []
        for name, dtype in schema.items():
            if isinstance(dtype, pl.Struct):
                parts += [pl.col(name).struct.field(f.name).alias(f"{name}.{f.name}") for f in dtype.fields]
            else:
                parts.append(pl.col(name))
        lazy = lazy.select(parts)
    nested = (pl.List, pl.Array, pl.Binary, pl.Object, pl.Struct)
    kept = [name for name, dtype in lazy.collect_schema().items() if not isinstance(dtype, nested)]
    return lazy.select(kept)


class _Shape:
    """A table's names, units and first rows, and what they say about each column."""

    def __init__(self, rel: str, header: Sequence[str], units: list[str] | None, sample: list[list[str]]) -> None:
        self.rel = rel
        self.header = list(header)
        self.units = units
        self.tool = tool_of_header(tuple(header), PurePosixPath(rel).name)
        columns = sample or [[] for _ in header]
        grid = Grid(self.header, columns, range(len(columns[0]) if columns else 0), units)
        self.means, self.numeric = columns_of_numbers(grid, self.tool)


def _measure(lazy: pl.LazyFrame, names: list[str], shape: _Shape, limits: Limits) -> FileResult:
    import polars as pl

    rows = int(lazy.select(pl.len()).collect(engine="streaming").item())
    sink = Sink(shape.tool, hints(shape.rel), limits)
    if rows * max(1, len(shape.numeric)) <= limits.cells_per_file:
        frame = lazy.collect()
        rows = frame.height  # of a malformed file the count above is only a guess
        columns = [frame[name].fill_null("").to_list() for name in names]
        measure_grid(Grid(shape.header, columns, range(rows), shape.units), sink)
    elif shape.numeric:
        _summarise(lazy, names, shape, sink)
    result = sink.finish()
    result.rows, result.cols = rows, len(names)
    if not result.value:
        result.status, result.role = "no measurements", "other"
        result.reason = "a table without a column of measurements" if rows else "a header without rows"
    else:
        close(result, sink, [])
    return result


def _summarise(lazy: pl.LazyFrame, names: list[str], shape: _Shape, sink: Sink) -> None:
    """Statistics of each column of numbers, of the rows that did not fail; factors that are the same in all rows."""
    import polars as pl

    good = _good(names, shape.means)
    numbers = [
        pl.col(names[i]).str.strip_chars().str.replace_all(",", "").cast(pl.Float64, strict=False).alias(names[i])
        for i in shape.numeric
    ]
    spreads: dict[int, Spread] = {}
    for batch in lazy.select(*numbers, good.alias("\x00good")).collect_batches(chunk_size=_BATCH, engine="streaming"):
        kept = batch.filter(pl.col("\x00good"))
        for i in shape.numeric:
            values = kept[names[i]].drop_nulls()
            values = values.filter(values.abs() < LARGEST)
            if len(values):
                what = shape.means[i]
                block = (values * what.factor / what.divisor) if what.converts else values
                _merge(spreads.setdefault(i, Spread()), block)
            sink.left_out += len(batch) - len(kept) if len(kept) < len(batch) else 0
    sink.narrow(_constants(lazy, names, shape))
    sink.spreads = {sink.series(shape.header[i], shape.means[i]): spread for i, spread in spreads.items()}


def _merge(spread: Spread, block: pl.Series) -> None:
    mean, count = float(block.mean()), len(block)  # type: ignore[arg-type]
    squares = float(((block - mean) ** 2).sum())
    low, high = float(block.min()), float(block.max())  # type: ignore[arg-type]
    spread.merge(Block(count, mean, squares, low, high), lambda start, step: block[start::step].to_list())


def _good(names: list[str], means: Sequence[Meaning]) -> pl.Expr:
    """Which rows did not fail."""
    import polars as pl

    good = pl.lit(True)
    for name, what in zip(names, means, strict=True):
        text = pl.col(name).str.strip_chars().str.to_lowercase()
        if what.role == "error":
            good &= text.is_null() | text.is_in(list(GOOD_ERRORS))
        elif what.role == "state":
            good &= text.is_null() | ~text.is_in(list(FAILED_STATES))
        elif what.role == "ok":
            good &= text.is_null() | ~text.is_in(["false", "no", "0", "failed", "f", "n", "0.0"])
    return good


def _constants(lazy: pl.LazyFrame, names: list[str], shape: _Shape) -> dict[str, Any]:
    import polars as pl

    columns = [
        i
        for i, what in enumerate(shape.means)
        if what.role == "factor" or (what.role == "measure" and i not in shape.numeric)
    ]
    if not columns:
        return {}
    row = lazy.select(
        *(pl.col(names[i]).min().alias(f"a{i}") for i in columns),
        *(pl.col(names[i]).max().alias(f"z{i}") for i in columns),
    ).collect(engine="streaming").row(0, named=True)  # fmt: skip
    found: dict[str, Any] = {}
    for i in columns:
        if row[f"a{i}"] is not None and row[f"a{i}"] == row[f"z{i}"]:
            put(found, shape.means[i].name if shape.means[i].role == "factor" else shape.header[i], row[f"a{i}"])
    return found


def _square(rows: list[list[str]], width: int) -> list[list[str]]:
    return [(row + [""] * width)[:width] for row in rows] or [[""] * width]


def _unique(header: Sequence[str]) -> list[str]:
    found: list[str] = []
    for i, name in enumerate(header):
        found.append(name if name and name not in found else f"{name}\x00{i}")
    return found
