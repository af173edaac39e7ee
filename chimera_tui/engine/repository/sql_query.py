"""SQL that can be stopped: queries that combine tables run in a process of their own.

A join without a fitting condition multiplies rows; Polars then asks for more memory than there is, and the whole
process ends. A query over one table cannot grow and runs here, without the cost of another process.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.inert import inert_line
from chimera_tui.core.query import QueryError, SqlResult, check_sql, tables_of
from chimera_tui.core.query.sql import reads_one_table, sentences, start_sql
from chimera_tui.engine.repository.child import child
from chimera_tui.engine.repository.query_child import RESULT, Reply, Request, write_frames

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames

NO_MEMORY = b"memory allocation of"


async def run_query(text: str, frames: Frames, limit: int) -> SqlResult:
    """Run a query to its end, at most ``limit`` rows of it. Raises ``QueryError``; cancelling it stops the query."""
    check_sql(text)
    if reads_one_table(text):
        return await _run_here(text, frames, limit)
    with tempfile.TemporaryDirectory(prefix="chimera-query-") as folder:
        await asyncio.to_thread(write_frames, frames, Path(folder))
        reply = await _asked(Request(text, limit, folder))
        if reply.problem:
            raise QueryError(reply.problem)
        return SqlResult(await asyncio.to_thread(_result, Path(folder)), reply.truncated)


async def _run_here(text: str, frames: Frames, limit: int) -> SqlResult:
    tables = await asyncio.to_thread(tables_of, frames)
    query = await asyncio.to_thread(start_sql, text, tables, limit)
    try:
        with sentences(tables):
            frame = await asyncio.to_thread(query.fetch_blocking)
    except asyncio.CancelledError:
        query.cancel()
        raise
    return SqlResult(frame.head(limit), frame.height > limit)


async def _asked(request: Request) -> Reply:
    async with child("chimera_tui.engine.repository.query_child", threads=4) as process:
        answer, errors = await asyncio.gather(_told(process, request), _watched(process))
    if process.returncode:
        raise QueryError(_why_ended(process.returncode, errors))
    return msgspec.msgpack.decode(answer, type=Reply)


async def _told(process: asyncio.subprocess.Process, request: Request) -> bytes:
    assert process.stdin is not None  # noqa: S101 - a pipe
    assert process.stdout is not None  # noqa: S101 - a pipe
    with contextlib.suppress(ConnectionError):
        process.stdin.write(msgspec.msgpack.encode(request))
        await process.stdin.drain()
        process.stdin.close()
    answer = await process.stdout.read()
    await process.wait()
    return answer


async def _watched(process: asyncio.subprocess.Process) -> str:
    """What the child says on stderr. Out of memory it says so and then hangs instead of ending: it is killed."""
    assert process.stderr is not None  # noqa: S101 - a pipe
    said = b""
    while piece := await process.stderr.read(4096):
        said = (said + piece)[-8192:]
        if NO_MEMORY in said and process.returncode is None:
            process.kill()
    return said.decode("utf-8", "replace")


def _why_ended(status: int, errors: str) -> str:
    if status in (-signal.SIGABRT, -signal.SIGKILL):
        return "The query needs more memory than it may have; give its joins a narrower condition."
    return f"The query ended early: {inert_line(errors.strip().rpartition(chr(10))[2] or f'status {status}', 200)}"


def _result(folder: Path) -> pl.DataFrame:
    import polars as pl

    return pl.read_ipc(folder / RESULT)
