"""Keys that arrive together, as a slow line delivers them, are handled as if they had been typed one by one."""

import asyncio
from collections import deque

from textual.app import App
from textual.events import Key, Paste
from textual.message_pump import MessagePump

Typed = Key | Paste

LAPS = 2
"""What a key opens (a line, a dialog) may take the focus in answer to a message that the key led to."""
PATIENCE_S = 1.0
"""A key whose answer takes longer does not hold the others back."""


class KeysInTurn:
    """Holds a key back until what the one before it led to has been done, the focus it moved included.

    Textual sends a key to whatever has the focus when it is read, and moves the focus later: without this, what is
    typed behind ``/`` in one packet would be commands of the table below the line.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._waiting: deque[Typed] = deque()
        self._turn: Typed | None = None
        self._task: asyncio.Task[None] | None = None

    def may_go(self, typed: Typed) -> bool:
        """Whether this one is next; otherwise it is kept and posted to the application again in its turn."""
        if self._turn is not None and typed is not self._turn:
            self._waiting.append(typed)
            return False
        self._turn = typed
        self._task = asyncio.create_task(self._next_in_turn())
        return True

    async def _next_in_turn(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(LAPS):
                    await self._lap()
        except TimeoutError:
            pass
        self._turn = self._waiting.popleft() if self._waiting else None
        if self._turn is not None:
            self._app.post_message(self._turn)

    async def _lap(self) -> None:
        """Until everyone from the focus to the application has handled what it had."""
        await _handled(self._app)
        for node in (self._app.focused or self._app.screen).ancestors_with_self:
            # The second time: what it sent itself while handling the first, before that bubbled up.
            await _handled(node)
            await _handled(node)


async def _handled(node: MessagePump) -> None:
    done = asyncio.Event()
    if node.call_later(done.set):
        await done.wait()
