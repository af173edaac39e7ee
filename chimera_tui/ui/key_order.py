"""Keys take effect one after the other, in the order they were typed.

Textual gives a key to the widget that has the focus when it arrives. Over a slow line keys arrive together: what the
first of them does (a pane comes to the front, a line to type in opens) has not happened yet, so ``2/`` would filter the
pane that was left, and a text typed after ``/`` would run commands. Here a key waits until the one before it has gone
all its way up to the app.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from textual.app import App
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

LOOK_AGAIN_S = 0.05
PATIENCE_S = 1.0
"""A key that is still being dealt with after this time does not hold the next one back."""


class Arrived(Message):
    """Follows a key on its way up; when it reaches the app, the key has had its effect.

    On a second way up it follows the messages that the key made its widget send.
    """

    def __init__(self, key: Event, target: MessagePump, screen: Screen[object], *, again: bool) -> None:
        super().__init__()
        self.key, self.target, self.screen, self.again = key, target, screen, again
        self.set_sender(target)  # on its way from the app it would not be allowed to reach the app


class KeysInOrder(App[None]):
    """An app in which no key overtakes another. None acts before ``release_keys`` was called once."""

    def __init__(self, *, driver_class: type[Driver] | None = None, ansi_color: bool | None = None) -> None:
        self._typed: deque[Event] = deque()
        self._acting: Event | None = None
        self._held = 1
        super().__init__(driver_class=driver_class, ansi_color=ansi_color)

    async def on_event(self, event: Event) -> None:
        """Hold a key back while an earlier one is under way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._acting is not None or self._held:
            self._typed.append(event)
        else:
            await self._act_on(event)

    def release_keys(self) -> None:
        """Let keys act again, those that were typed before included."""
        self._held -= 1
        self.call_later(self._next)

    def before_next_key(self, move_focus: Callable[[], object]) -> None:
        """Move the focus after the next refresh, when there is something to move it to; keys wait for that."""
        self._held += 1
        self.call_after_refresh(self._move_focus, move_focus)

    def _move_focus(self, move_focus: Callable[[], object]) -> None:
        try:
            move_focus()
        finally:
            self.release_keys()

    async def _act_on(self, key: Event) -> None:
        target, screen = self.focused or self.screen, self.screen
        self._acting = key
        await super().on_event(key)
        if key.is_forwarded and target.post_message(Arrived(key, target, screen, again=True)):
            asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._look_again, key, target, LOOK_AGAIN_S)
        else:
            self._go_on(key, screen)

    def on_arrived(self, event: Arrived) -> None:
        """Go up once more, then take the next key."""
        if event.key is not self._acting:
            return
        target, screen = event.target, event.screen
        if not (event.again and target.post_message(Arrived(event.key, target, screen, again=False))):
            self._go_on(event.key, screen)

    def _go_on(self, key: Event, screen: Screen[object]) -> None:
        """Take the next key once the focus is where this one moved it, and a screen that it opened is there."""
        if self.screen is screen:
            self.call_later(self._done, key)
        else:
            self.screen.call_after_refresh(self.call_later, self._done, key)

    def _look_again(self, key: Event, target: MessagePump, waited_s: float) -> None:
        """A widget that went away with its key does not send it on."""
        if key is not self._acting:
            return
        if waited_s >= PATIENCE_S or not target.is_attached:
            self.call_later(self._done, key)
        else:
            later = asyncio.get_running_loop().call_later
            later(LOOK_AGAIN_S, self._look_again, key, target, waited_s + LOOK_AGAIN_S)

    async def _done(self, key: Event) -> None:
        if key is self._acting:
            self._acting = None
            await self._next()

    async def _next(self) -> None:
        if self._typed and self._acting is None and not self._held:
            await self._act_on(self._typed.popleft())
