"""One immutable snapshot of a repository, swapped atomically; widgets own no frames, a run pins its generation."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.frames import Frames
from chimera_tui.core.scan import Entry, Walker
from chimera_tui.engine.repository.progress import OnProgress, Reporter
from chimera_tui.engine.repository.snapshot import Snapshot

if TYPE_CHECKING:
    from chimera_tui.engine.repository.ingest import Pass

FIRST_SNAPSHOT_S = 0.5
"""Seconds of reading after which a first snapshot holds measurements; each later one takes three times as long."""
COLLECT_AFTER = 1_000_000


class WorkspaceError(Exception):
    """A folder that cannot be opened: one sentence that says why, and one that says what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}"


def check_root(root: Path) -> None:
    """Raise :class:`WorkspaceError` where ``root`` is no folder that can be read."""
    try:
        with os.scandir(root):
            return
    except FileNotFoundError:
        raise WorkspaceError(f"{root} does not exist.", "Give the path of a folder of benchmark results.") from None
    except NotADirectoryError:
        raise WorkspaceError(f"{root} is a file, not a folder.", f"Open its folder: {root.parent}") from None
    except PermissionError:
        raise WorkspaceError(
            f"{root} cannot be read: permission denied.", "Ask its owner for read and execute permission on it."
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise WorkspaceError(f"{root} cannot be read: {why}.", "Check the path and the disk it is on.") from None


class Workspace:
    """A repository: its current snapshot, and the ways to bring it up to date. Used from one event loop."""

    def __init__(self, root: Path, *, scan: Scan, cache_dir: Path | None = None) -> None:
        """``cache_dir`` None keeps nothing between starts. Nothing is read yet."""
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would replace a link by its target
        self.scan = scan
        """Which files count; the next refresh follows a change of it."""
        self.cache_dir = cache_dir
        self._snapshot = Snapshot(0, self.root, Frames.none(), complete=False, ingest_s=0.0)
        self._next_file_id = 0
        self._lock = asyncio.Lock()
        self._stop = threading.Event()
        self._cache_tried = cache_dir is None

    @property
    def snapshot(self) -> Snapshot:
        """The latest snapshot; never changed, only replaced."""
        return self._snapshot

    def cancel(self) -> None:
        """Stop a refresh that is going on: it returns what it has, within a second."""
        self._stop.set()

    async def refresh(self, on_progress: OnProgress | None = None) -> Snapshot:
        """Bring the snapshot up to date and return it; only files that changed are read.

        Snapshots appear on the way: first with every file found and none read, later with what was read so far.
        ``on_progress`` is called on the event loop; from the first report with a ``total`` on, the snapshot names
        every file. Raises :class:`WorkspaceError`.
        """
        return await self._refresh(Reporter(on_progress), patient=False)

    async def update(self) -> tuple[Snapshot, bool]:
        """A refresh for the watcher: a file that cannot be read yet is left pending; True asks to come again."""
        reporter = Reporter(None)
        return await self._refresh(reporter, patient=True), reporter.unsettled

    async def _refresh(self, reporter: Reporter, *, patient: bool) -> Snapshot:
        # What a pass leaves behind is gone before Python looks for cycles again: looking through it would be a pause.
        async with self._lock, self._stopping_thread(), _collecting_seldom():
            return await self._brought_up_to_date(reporter, patient=patient)

    async def _brought_up_to_date(self, reporter: Reporter, *, patient: bool) -> Snapshot:
        started, started_ns = time.monotonic(), time.time_ns()
        check_root(self.root)
        walker = Walker(self.root, self.scan, self._stop.is_set, reporter.found)
        entries, _ = await asyncio.gather(asyncio.to_thread(walker.entries), self._from_cache())
        if self._stop.is_set():
            return self._stopped(started)
        work = await asyncio.to_thread(self._plan, entries, patient)
        if not work.changed and self._snapshot.complete:
            reporter.done(work)
            return self._snapshot
        problems = _problems(work.not_entered)
        if work.n_to_read:
            await asyncio.to_thread(self._publish, work, started, problems)
            reporter.begin(work)
            await asyncio.to_thread(self._read_small, work, started, problems, reporter)
            await self._read_apart(work, reporter)
        if self._stop.is_set():
            return self._stopped(started, work, problems)
        frames = await asyncio.to_thread(work.finished) if work.changed else self._snapshot.frames
        if self._stop.is_set():
            return self._stopped(started, work, problems)
        snapshot = self._swap(frames, started, problems, complete=True)
        reporter.unsettled = work.unsettled
        if work.changed:
            await self._to_cache(snapshot, started_ns)
        reporter.done(work)
        return snapshot

    @asynccontextmanager
    async def _stopping_thread(self) -> AsyncIterator[None]:
        """Leave no thread at work behind, however this ends."""
        self._stop = threading.Event()
        stop = self._stop
        try:
            yield
        finally:
            stop.set()

    def _plan(self, entries: list[Entry], patient: bool) -> Pass:
        from chimera_tui.engine.repository.ingest import Pass

        work = Pass(
            self.root, entries, self._snapshot.frames, self._next_file_id, stopped=self._stop.is_set, patient=patient
        )
        self._next_file_id = max(self._next_file_id, work.assembler.next_file_id)
        entries.clear()  # the thread may hold the list for longer than it is wanted
        return work

    def _read_small(self, work: Pass, started: float, problems: tuple[str, ...], reporter: Reporter) -> None:
        pause = FIRST_SNAPSHOT_S
        due = time.monotonic() + pause
        for task in work.small:
            if self._stop.is_set():
                return
            work.read(task)
            reporter.read_one()
            if time.monotonic() >= due:
                self._publish(work, started, problems)
                pause *= 3
                due = time.monotonic() + pause

    async def _read_apart(self, work: Pass, reporter: Reporter) -> None:
        if not work.apart:
            return
        from chimera_tui.engine.repository.files_apart import measured

        async for task, result, cells in measured(work, self._stop):
            await asyncio.to_thread(work.take, task, result, cells)
            reporter.read_one()

    def _publish(self, work: Pass, started: float, problems: tuple[str, ...]) -> None:
        self._swap(work.frames(), started, problems, complete=False)

    def _swap(self, frames: Frames, started: float, problems: tuple[str, ...], *, complete: bool) -> Snapshot:
        self._snapshot = Snapshot(
            self._snapshot.generation + 1, self.root, frames, complete, time.monotonic() - started, problems
        )
        return self._snapshot

    def _stopped(self, started: float, work: Pass | None = None, problems: tuple[str, ...] = ()) -> Snapshot:
        frames = self._snapshot.frames if work is None else work.frames()
        return self._swap(
            frames, started, (*problems, "Reading was stopped before all files were read."), complete=False
        )

    async def _from_cache(self) -> None:
        if self._cache_tried or self.cache_dir is None:
            return
        self._cache_tried = True
        from chimera_tui.engine.repository.cache import load

        frames = await asyncio.to_thread(load, self.cache_dir, self.root)
        if frames is not None:
            ids = frames.files["file_id"]
            self._next_file_id = int(ids.max()) + 1 if ids.len() else 0  # type: ignore[arg-type]
            self._snapshot = Snapshot(1, self.root, frames, complete=False, ingest_s=0.0)

    async def _to_cache(self, snapshot: Snapshot, started_ns: int) -> None:
        if self.cache_dir is None:
            return
        from chimera_tui.engine.repository.cache import save

        await asyncio.to_thread(save, self.cache_dir, self.root, snapshot.frames, started_ns)


@asynccontextmanager
async def _collecting_seldom() -> AsyncIterator[None]:
    """Readers make a great many objects and no cycles: looking for those again and again costs a sixth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _problems(folders: list[Entry]) -> tuple[str, ...]:
    """What a person should know about the walk: folders that were left out because they cannot be read."""
    return tuple(f"{folder.shown}: {folder.reason}" for folder in folders if folder.status == "failed")
