"""The process that runs one SQL query: it may be killed, and its memory is limited where the system can."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from chimera_tui.core.frames import Frames
from chimera_tui.core.query import QueryError, run_sql, tables_of

MOST_BYTES = 4_000_000_000
RESULT = "result.arrow"
FRAMES = tuple(Frames.__annotations__)


class Request(msgspec.Struct, frozen=True):
    """``folder`` holds one Arrow file a frame; the result goes there too."""

    text: str
    limit: int
    folder: str


class Reply(msgspec.Struct, frozen=True):
    """``problem`` is empty where there is a result."""

    problem: str = ""
    truncated: bool = False


def write_frames(frames: Frames, folder: Path) -> None:
    """Put the frames where the child finds them."""
    for name in FRAMES:
        getattr(frames, name).write_ipc(folder / f"{name}.arrow")


def answer(request: Request) -> Reply:
    """Run the query over the frames of a folder."""
    import polars as pl

    folder = Path(request.folder)
    frames = Frames(*(pl.read_ipc(folder / f"{name}.arrow") for name in FRAMES))
    try:
        result = run_sql(request.text, tables_of(frames), request.limit)
    except QueryError as error:
        return Reply(str(error))
    result.frame.write_ipc(folder / RESULT)
    return Reply(truncated=result.truncated)


def limit_memory() -> None:
    """Keep a query that grows without end from taking the machine's memory; not every system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, resource.RLIM_INFINITY))


def main() -> None:
    """One request on stdin, one reply on stdout."""
    limit_memory()
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer(request)))


if __name__ == "__main__":
    main()
