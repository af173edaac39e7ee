"""Reads a repository, and says at a terminal how far it is when that takes a while."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from typing import TYPE_CHECKING

from chimera_tui.headless.talk import say

if TYPE_CHECKING:
    from chimera_tui.engine.repository.progress import Progress
    from chimera_tui.engine.repository.snapshot import Snapshot
    from chimera_tui.engine.repository.workspace import Workspace

EVERY_S = 3.0


async def snapshot_of(workspace: Workspace) -> Snapshot:
    """The whole snapshot; where stderr is a terminal, a line now and then. Raises ``WorkspaceError``."""
    return await told(workspace, EVERY_S) if sys.stderr.isatty() else await workspace.refresh()


async def told(workspace: Workspace, every_s: float) -> Snapshot:
    """The whole snapshot, with a line on stderr every so many seconds until it is there."""
    latest: deque[Progress] = deque(maxlen=1)
    reading = asyncio.create_task(workspace.refresh(latest.append))
    try:
        while not (await asyncio.wait({reading}, timeout=every_s))[0]:
            say(_words(latest[0]) if latest else "looking for files")
        return reading.result()
    finally:
        reading.cancel()


def _words(progress: Progress) -> str:
    if not progress.total:
        return f"looking for files: {progress.found:,} so far"
    return f"reading: {progress.read:,} of {progress.total:,} files"
