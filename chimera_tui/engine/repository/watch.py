"""Following changes on disk: debounced, incremental, and patient with files that are being written."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

from chimera_tui.core.scan.saved_runs import MARKS
from chimera_tui.engine.repository.snapshot import Snapshot
from chimera_tui.engine.repository.workspace import Workspace, WorkspaceError

DEBOUNCE_MS = 300
WAKE_MS = 500
"""How often the watching thread looks whether it should end."""
RETRY_S = 1.0
"""When to look again at a file that could not be read while it was being written."""
REST = 10
"""After an update the watcher rests this many times as long as the update took: a benchmark may be running."""
MOST_REST_S = 30.0


async def follow(workspace: Workspace, on_change: Callable[[Snapshot], None]) -> None:
    """Update ``workspace`` whenever something under its root changes, until cancelled. Raises WorkspaceError."""
    changed, stop = asyncio.Event(), threading.Event()
    # Setting the watches up takes a second on a large tree, so not even that happens on the event loop.
    watcher = asyncio.create_task(asyncio.to_thread(_notice, workspace, asyncio.get_running_loop(), changed, stop))
    try:
        while True:
            await _either(changed, watcher)
            changed.clear()
            if await _update(workspace, on_change):
                asyncio.get_running_loop().call_later(RETRY_S, changed.set)
    except (OSError, RuntimeError) as error:
        raise WorkspaceError(
            f"Changes under {workspace.root} cannot be followed: {error}.",
            "Rescan by hand; on Linux, raising fs.inotify.max_user_watches helps.",
        ) from error
    finally:
        stop.set()


async def _update(workspace: Workspace, on_change: Callable[[Snapshot], None]) -> bool:
    started = time.monotonic()
    before = workspace.snapshot.generation
    snapshot, again = await workspace.update()
    if snapshot.generation != before:
        on_change(snapshot)
    await asyncio.sleep(min(MOST_REST_S, REST * (time.monotonic() - started)))
    return again


async def _either(changed: asyncio.Event, watcher: asyncio.Task[None]) -> None:
    """Wait for a change; raise what the watcher died of."""
    waiting = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({waiting, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if watcher.done():
            watcher.result()
    finally:
        waiting.cancel()


def _notice(
    workspace: Workspace, loop: asyncio.AbstractEventLoop, changed: asyncio.Event, stop: threading.Event
) -> None:
    """Set ``changed`` on every change, and once when the watches are in place; in a thread, until ``stop``."""
    from watchfiles import watch

    batches = watch(
        workspace.root, watch_filter=lambda _kind, path: _matters(workspace, path), debounce=DEBOUNCE_MS, step=50,
        stop_event=stop, rust_timeout=WAKE_MS, yield_on_timeout=True, raise_interrupt=False, recursive=True,
        ignore_permission_denied=True,
    )  # fmt: skip
    for number, batch in enumerate(batches):
        if (batch or number == 0) and not stop.is_set():
            loop.call_soon_threadsafe(changed.set)


def _matters(workspace: Workspace, path: str) -> bool:
    try:
        parts = Path(path).relative_to(workspace.root).parts
    except ValueError:
        return True
    # The journal of a run that goes on changes many times a second and says nothing about the data.
    if not parts or parts[-1] in MARKS or ".git" in parts:
        return False
    return workspace.scan.hidden or parts[-1] == ".gitignore" or not any(part[0] == "." for part in parts)
