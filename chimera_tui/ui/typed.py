"""Lines and texts to type in, in which a burst of keys takes effect in the order it was typed.

Textual lets a printable key act at once and a key with a binding, such as backspace, only after a way around: keys
that arrive together, as over a slow line, overtake each other, and ``ax<backspace>b`` becomes ``ax``.
"""

from typing import TYPE_CHECKING

from textual.events import Key
from textual.widgets import Input, TextArea

if TYPE_CHECKING:
    from textual.widget import Widget

    Base = Widget
else:
    Base = object


class _InOrder(Base):
    async def on_key(self, event: Key) -> None:
        """Act on a key of one's own bindings now, before the keys that came after it."""
        if self.check_consume_key(event.key, event.character):
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return


class TypedLine(_InOrder, Input):
    """One line to type in."""


class TypedText(_InOrder, TextArea):
    """A text to type in."""
