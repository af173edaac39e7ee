"""The journal of a run: every event as a line of ``calls.ndjson``, on disk before anybody is told of it."""

import asyncio
import contextlib
import fcntl
import os
from pathlib import Path

import msgspec

from chimera_tui.core.files import read_bounded
from chimera_tui.engine.events import AnyEvent, Event

NAME = "calls.ndjson"
SYNC_EVERY_S = 1.0
LARGEST = 512_000_000
"""Bytes of a journal that is read: a run of a day writes a tenth of it."""


class Journal:
    """Appends events to a file: one unbuffered write each, an fsync a second off the event loop.

    A journal that cannot be written (full disk, folder gone) stops itself and keeps the reason in ``failure``; the
    run goes on in memory. While it is open it is locked, so that others can tell a run that goes on from a dead one.
    """

    def __init__(self, path: Path) -> None:
        """Create the file. Raises OSError, FileExistsError among them."""
        self.path = path
        self.failure: OSError | None = None
        self._descriptor: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        with contextlib.suppress(OSError):  # some network disks know no locks; then nobody can tell that we are here
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._encoder = msgspec.json.Encoder()
        self._dirty = False
        self._syncing: asyncio.Task[None] | None = None

    def append(self, event: Event) -> bool:
        """Write one event; False once, when the journal fails. After a failure nothing is written any more."""
        if self._descriptor is None:
            return True
        if self.failure is not None:  # what was written did not reach the disk
            self._close()
            return False
        line = self._encoder.encode(event) + b"\n"
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            self.failure = error
            self._close()
            return False
        self._dirty = True
        if self._syncing is None:
            self._syncing = asyncio.get_running_loop().create_task(self._sync_forever())
        return True

    async def close(self) -> None:
        """Sync what is left and close the file."""
        if self._syncing is not None:
            self._syncing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._syncing
        if self._descriptor is not None and self._dirty:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(os.fsync, self._descriptor)
        self._close()

    async def _sync_forever(self) -> None:
        while self._descriptor is not None:
            await asyncio.sleep(SYNC_EVERY_S)
            if self._dirty and self._descriptor is not None:
                self._dirty = False
                # A duplicate: the file may be closed while the thread still syncs.
                copy = os.dup(self._descriptor)
                try:
                    await asyncio.to_thread(os.fsync, copy)
                except OSError as error:
                    self.failure = error
                finally:
                    os.close(copy)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def read_journal(path: Path) -> list[AnyEvent]:
    """The events of a journal in their order; a line that cannot be read is left out. Raises OSError."""
    decoder = msgspec.json.Decoder(AnyEvent)
    events: list[AnyEvent] = []
    for line in read_bounded(path, LARGEST).split(b"\n"):
        if line.strip():
            with contextlib.suppress(msgspec.DecodeError, RecursionError):
                events.append(decoder.decode(line))
    return events


def is_live(folder: Path) -> bool:
    """Whether a program is writing the journal of a run's folder: it holds a lock that ends with it."""
    try:
        with (folder / NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
