"""A child process that measures one large file: asked on stdin, answering on stdout, killed when it is not wanted.

The answer is the length of a msgpack header, the header (a FileResult without its columns), and the columns as
Arrow IPC, which the parent reads without holding up its event loop.
"""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.measure.result import ConfigKey, FileResult, Limits, SeriesKey

if TYPE_CHECKING:
    import polars as pl

LENGTH = struct.Struct("<Q")
POLITENESS = 10
"""How far behind the process that draws the screen a child stands in line for a processor."""


class Request(msgspec.Struct, array_like=True):
    """What to measure. ``path`` is bytes: names need not be UTF-8."""

    path: bytes
    rel: str
    kind: str
    limits: Limits


class Header(msgspec.Struct, array_like=True):
    """A FileResult but for its columns."""

    status: str
    reason: str
    encoding: str
    tool: str
    role: str
    level: str
    rows: int
    cols: int
    series_table: list[SeriesKey]
    config_table: list[ConfigKey]
    error_table: list[str]
    records: dict[int, str]


def packed(result: FileResult) -> bytes:
    """A result as it travels."""
    from chimera_tui.core.pieces import columns_of

    header = msgspec.msgpack.encode(Header(*(getattr(result, name) for name in Header.__struct_fields__)))
    body = io.BytesIO()
    columns_of(result).write_ipc(body)
    return LENGTH.pack(len(header)) + header + body.getvalue()


def unpacked(answer: bytes) -> tuple[FileResult, pl.DataFrame]:
    """A result, its columns left empty, and the columns as a frame. Raises ValueError."""
    import polars as pl

    try:
        (length,) = LENGTH.unpack_from(answer)
        header = msgspec.msgpack.decode(memoryview(answer)[LENGTH.size : LENGTH.size + length], type=Header)
        cells = pl.read_ipc(io.BytesIO(memoryview(answer)[LENGTH.size + length :]))
    except (struct.error, msgspec.MsgspecError, pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(str(error)) from error
    return FileResult(**{name: getattr(header, name) for name in Header.__struct_fields__}), cells


def main() -> None:
    """Measure the file that stdin names."""
    import os

    from chimera_tui.core.measure import measure_file

    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    os.nice(POLITENESS)
    result = measure_file(Path(os.fsdecode(request.path)), request.rel, request.kind, request.limits)
    sys.stdout.buffer.write(packed(result))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
