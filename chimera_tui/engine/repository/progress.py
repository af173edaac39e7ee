"""How far a refresh is, told on the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from chimera_tui.engine.repository.ingest import Pass

EVERY_S = 0.1


class Progress(NamedTuple):
    """How far a refresh is: files found by the walk, files read, files to read (0 until the walk is over)."""

    found: int
    read: int
    total: int
    done: bool = False


OnProgress = Callable[[Progress], None]


class Reporter:
    """Tells progress on the event loop, ten times a second at most; its methods may be called from any thread."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.unsettled = False
        self._tell = on_progress
        self._loop = asyncio.get_running_loop()
        self._found = self._read = self._total = 0
        self._due = 0.0

    def found(self, files: int) -> None:
        """So many files were found by the walk."""
        self._found = files
        self._report()

    def begin(self, work: Pass) -> None:
        """The walk is over; reading begins."""
        self._found, self._read, self._total = work.n_found, 0, work.n_to_read
        self._report(now=True)

    def read_one(self) -> None:
        """One more file was read."""
        self._read = min(self._read + 1, self._total)
        self._report()

    def done(self, work: Pass) -> None:
        """Everything was read."""
        self._found, self._read, self._total = work.n_found, work.n_to_read, work.n_to_read
        self._report(now=True, done=True)

    def _report(self, *, now: bool = False, done: bool = False) -> None:
        if self._tell is not None and (now or time.monotonic() >= self._due):
            self._due = time.monotonic() + EVERY_S
            progress = Progress(self._found, self._read, self._total, done)
            self._loop.call_soon_threadsafe(self._tell, progress)
