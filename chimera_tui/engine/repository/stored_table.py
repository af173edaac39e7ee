"""A frame on disk, made to be read fast: at a start with nothing new, reading the cells is most of the work.

Columns of one value are kept as that value, columns that are mostly empty as the rows that hold something.
"""

from __future__ import annotations

import io
import zlib
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import polars as pl

FEWEST_ROWS = 100_000
"""A shorter frame is written as it is."""
MOST_FILLED = 0.1
"""A column of which no more than this share holds something is mostly empty."""
ROW = "row"


class Stored(msgspec.Struct):
    """What was written of a frame: checksums of its files, constant columns, and those that are mostly empty."""

    checksums: dict[str, int]
    constants: dict[str, int | str | None]
    sparse: list[str]


def write(frame: pl.DataFrame, folder: Path, name: str) -> Stored:
    """Write a frame into files of ``folder`` that begin with ``name``. Raises OSError."""
    import polars as pl

    found = Stored({}, {}, [])
    for column in frame.get_columns()[1:] if frame.height >= FEWEST_ROWS else ():
        first = column[0]
        if (first is None or isinstance(first, int | str)) and column.eq_missing(first).all():
            found.constants[column.name] = first
        elif column.null_count() >= (1 - MOST_FILLED) * frame.height:
            found.sparse.append(column.name)
            filled = frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW), column).drop_nulls()
            _write(filled, folder / f"{name}.{column.name}.arrow", found)
    _write(frame.drop(*found.constants, *found.sparse), folder / f"{name}.arrow", found)
    return found


def read(folder: Path, name: str, stored: Stored, types: dict[str, pl.DataType]) -> pl.DataFrame:
    """The frame again. Raises OSError, ValueError, KeyError or a PolarsError where it is not what was written."""
    import polars as pl

    frame = _read(folder / f"{name}.arrow", stored)
    constants = [pl.lit(value, types[column]).alias(column) for column, value in stored.constants.items()]
    sparse = []
    for column in stored.sparse:
        filled = _read(folder / f"{name}.{column}.arrow", stored)
        whole = pl.repeat(None, frame.height, dtype=types[column], eager=True).scatter(filled[ROW], filled[column])
        sparse.append(_in_chunks(whole, frame.to_series(0).chunk_lengths()).alias(column))
    return frame.with_columns(*constants, *sparse).select(list(types))


def _in_chunks(column: pl.Series, lengths: list[int]) -> pl.Series:
    """The column in chunks of these lengths: beside others in other chunks, all of them would be copied into one."""
    import polars as pl

    starts = accumulate(lengths, initial=0)
    parts = [column.slice(start, length) for start, length in zip(starts, lengths, strict=False)]
    return pl.concat(parts, rechunk=False) if parts else column


def _write(frame: pl.DataFrame, path: Path, found: Stored) -> None:
    body = io.BytesIO()
    frame.write_ipc(body, compression="lz4")
    path.write_bytes(body.getbuffer())
    found.checksums[path.name] = zlib.crc32(body.getbuffer())


def _read(path: Path, stored: Stored) -> pl.DataFrame:
    # Damaged Arrow can end the process; a checksum cannot.
    import polars as pl

    body = path.read_bytes()
    if zlib.crc32(body) != stored.checksums[path.name]:
        raise ValueError(path)
    return pl.read_ipc(io.BytesIO(body))
