"""Files that child processes measure: the event loop stays free, and stopping means killing.

A large file has a child of its own. Small ones that are better not opened here share one.
"""

from __future__ import annotations

import asyncio
import os
import threading
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.measure.result import FileResult
from chimera_tui.engine.repository.child import child
from chimera_tui.engine.repository.ingest_child import LENGTH, Request, unpacked

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.engine.repository.ingest import Pass, Task

AT_ONCE = max(1, min(3, (os.cpu_count() or 1) - 1))
"""One processor is left to the process that draws the screen; three children have 200 MB each at their work."""
SHARED_BYTES = 4_000_000
SHARED_FILES = 64
"""So many bytes, and files, share a child: starting one costs as much as reading dozens of small files."""
PATIENCE_S = 120.0
SLOWEST_BYTES_PER_S = 1_000_000
"""A file slower than this, after ``PATIENCE_S``, is given up."""
STOP_POLL_S = 0.1

Measured = tuple["Task", FileResult, "pl.DataFrame | None"]


async def measured(work: Pass, stop: threading.Event) -> AsyncIterator[Measured]:
    """The files of a pass that are read apart, as they get ready. Ends early, children killed, on ``stop``."""
    todo = _shared(work.apart)
    ready: asyncio.Queue[Measured] = asyncio.Queue()
    running: set[asyncio.Task[None]] = set()
    try:
        while todo or running:
            while todo and len(running) < AT_ONCE:
                running.add(asyncio.create_task(_measure(work, todo.pop(0), ready)))
            done, running = await asyncio.wait(running, timeout=STOP_POLL_S, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                return
            for task in done:
                task.result()
            while not ready.empty():
                yield ready.get_nowait()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _shared(tasks: list[Task]) -> list[list[Task]]:
    """The files that each child reads."""
    found: list[list[Task]] = []
    size = SHARED_BYTES
    for task in tasks:
        size += task.entry.size
        if size > SHARED_BYTES or len(found[-1]) >= SHARED_FILES:
            found.append([])
            size = task.entry.size
        found[-1].append(task)
    return found


async def _measure(work: Pass, tasks: list[Task], ready: asyncio.Queue[Measured]) -> None:
    """Measure files in a child; where it ends badly, its file failed and another child goes on with the rest."""
    while tasks:
        try:
            async with child("chimera_tui.engine.repository.ingest_child", threads=1) as process:
                await _answers(process, work, tasks, ready)
            continue
        except TimeoutError:
            reason = f"reading it took more than {_patience_s(tasks[0]):.0f} s and was given up"
        except (OSError, ValueError, RuntimeError) as error:
            reason = f"its reader, a process of its own, ended early: {error}"
        ready.put_nowait((tasks.pop(0), FileResult(status="failed", reason=reason, encoding="unknown"), None))


async def _answers(process: Process, work: Pass, tasks: list[Task], ready: asyncio.Queue[Measured]) -> None:
    """Ask a child for files and take its answers. Raises TimeoutError, or RuntimeError where it ends badly."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin is not None and stdout is not None and stderr is not None  # noqa: PT018, S101 - all are pipes
    errors = asyncio.create_task(stderr.read())
    try:
        while tasks:
            stdin.write(_request(work, tasks[0]))
            try:
                answer = await asyncio.wait_for(_one_answer(stdout), _patience_s(tasks[0]))
            except asyncio.IncompleteReadError:
                raise RuntimeError(await _last_words(process, errors)) from None
            result, cells = await asyncio.to_thread(unpacked, answer)
            ready.put_nowait((tasks.pop(0), result, cells))
    finally:
        errors.cancel()


def _request(work: Pass, task: Task) -> bytes:
    entry = task.entry
    request = Request(os.fsencode(work.root / entry.rel), entry.shown, entry.kind, work.limits())
    asked = msgspec.msgpack.encode(request)
    return LENGTH.pack(len(asked)) + asked


async def _one_answer(stdout: asyncio.StreamReader) -> bytes:
    (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
    return await stdout.readexactly(length)


async def _last_words(process: Process, errors: asyncio.Task[bytes]) -> str:
    said = (await errors).decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
    return said or f"killed by signal {-(await process.wait())}"


def _patience_s(task: Task) -> float:
    return PATIENCE_S + task.entry.size / SLOWEST_BYTES_PER_S
