"""Large files, each measured in a child process of its own: the event loop stays free, and stopping means killing."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.measure.result import FileResult
from chimera_tui.engine.repository.child import child
from chimera_tui.engine.repository.ingest_child import Request, unpacked

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.engine.repository.ingest import Pass, Task

AT_ONCE = 2
PATIENCE_S = 120.0
SLOWEST_BYTES_PER_S = 1_000_000
"""A file slower than this, after ``PATIENCE_S``, is given up."""
STOP_POLL_S = 0.1

Measured = tuple["Task", FileResult, "pl.DataFrame | None"]


async def measured(work: Pass, stop: threading.Event) -> AsyncIterator[Measured]:
    """The large files of a pass as they get ready, in whatever order. Ends early, children killed, on ``stop``."""
    todo = list(reversed(work.large))
    running: set[asyncio.Task[Measured]] = set()
    try:
        while todo or running:
            while todo and len(running) < AT_ONCE:
                running.add(asyncio.create_task(_measure(work, todo.pop())))
            ready, running = await asyncio.wait(running, timeout=STOP_POLL_S, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                return
            for task in ready:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _measure(work: Pass, task: Task) -> Measured:
    entry = task.entry
    request = Request(os.fsencode(work.root / entry.rel), entry.shown, entry.kind, work.limits())
    allowed_s = PATIENCE_S + entry.size / SLOWEST_BYTES_PER_S
    try:
        answer = await asyncio.wait_for(_answer(msgspec.msgpack.encode(request)), allowed_s)
        result, cells = await asyncio.to_thread(unpacked, answer)
    except TimeoutError:
        return task, _failed(f"reading it took more than {allowed_s:.0f} s and was given up"), None
    except (OSError, ValueError, RuntimeError) as error:
        return task, _failed(f"its reader, a process of its own, ended early: {error}"), None
    return task, result, cells


async def _answer(request: bytes) -> bytes:
    """What a child says to a request. Raises RuntimeError where it ends badly; kills it when cancelled."""
    async with child("chimera_tui.engine.repository.ingest_child", threads=1) as process:
        answer, errors = await process.communicate(request)
    if process.returncode:
        last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise RuntimeError(last or f"killed by signal {-process.returncode}")
    return answer


def _failed(reason: str) -> FileResult:
    return FileResult(status="failed", reason=reason, encoding="unknown")
