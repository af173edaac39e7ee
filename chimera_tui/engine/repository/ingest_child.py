"""A child process that measures files: asked on stdin, answering on stdout in turn, killed when it is not wanted.

Requests and answers begin with their lengths. An answer is the length of a msgpack header, the header (a FileResult
without its columns), and the columns as Arrow IPC, which the parent reads without holding up its event loop.
"""

from __future__ import annotations

import io
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.measure.result import ConfigKey, FileResult, Limits, SeriesKey

if TYPE_CHECKING:
    import polars as pl

LENGTH = struct.Struct("<Q")
POLITENESS = 5
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


def stand_back() -> None:
    """Let the process that draws the screen go first wherever both want a processor."""
    os.nice(POLITENESS)
    # Where the system schedules sessions (Linux's autogroups), the line above counts only inside our own.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(POLITENESS))
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main() -> None:
    """Measure the files that stdin names."""
    from chimera_tui.core.measure import measure_file

    stand_back()
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while length := asked.read(LENGTH.size):
        request = msgspec.msgpack.decode(asked.read(*LENGTH.unpack(length)), type=Request)
        result = measure_file(Path(os.fsdecode(request.path)), request.rel, request.kind, request.limits)
        answer = packed(result)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
