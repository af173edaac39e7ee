"""The one-line input over a table or tree: opens at ``/``, Esc clears and closes, errors are said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.suggester import Suggester


class FilterLine(Vertical):
    """An input that is there only while it is used. ``live`` reports every change, not only Enter."""

    DEFAULT_CSS = """
    FilterLine {
        height: auto; display: none;
        &.-open { display: block; }
        Horizontal { height: 1; background: $panel; }
        .filter-line--sign { width: 3; padding: 0 1; color: $text-accent; text-style: bold; }
        .filter-line--error { height: auto; padding: 0 1; color: $text-error; display: none; }
        .filter-line--error.-said { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", show=False, id="line.clear"),
        Binding("down", "leave", "To the list", show=False, id="line.leave"),
    ]

    class _FromLine(Message):
        def __init__(self, line: FilterLine, text: str = "") -> None:
            super().__init__()
            self.line = line
            self.text = text

        @property
        def control(self) -> FilterLine:
            """The line that sent the message."""
            return self.line

    class Changed(_FromLine):
        """The text is another one."""

    class Submitted(_FromLine):
        """Enter: the text counts and the list wants the focus."""

    class Cleared(_FromLine):
        """Esc: no text any more, the list wants the focus."""

    class Left(_FromLine):
        """Down: the text stays, the list wants the focus."""

    def __init__(
        self,
        placeholder: str,
        *,
        sign: str = "/",
        suggester: Suggester | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._sign = Static(sign, classes="filter-line--sign", markup=False)
        self._input = Input(placeholder=placeholder, suggester=suggester, select_on_focus=False, compact=True)
        self._input.cursor_blink = False
        self._error = Static(classes="filter-line--error")

    def compose(self) -> ComposeResult:
        """The input and the line for what is wrong with it."""
        with Horizontal():
            yield self._sign
            yield self._input
        yield self._error

    @property
    def text(self) -> str:
        """What was typed."""
        return self._input.value

    @property
    def is_open(self) -> bool:
        """Whether the line can be seen."""
        return self.has_class("-open")

    def open(self, text: str | None = None) -> None:
        """Show the line and take the focus; ``text`` replaces what is in it."""
        self.add_class("-open")
        if text is not None:
            self.put(text)
        self._input.focus()

    def restore(self, text: str) -> None:
        """Put back what stood here, without taking the focus and without a message."""
        if text:
            self.add_class("-open")
            with self.prevent(Input.Changed):
                self.put(text)

    def put(self, text: str) -> None:
        """Replace the text, cursor at its end."""
        self._input.value = text
        self._input.cursor_position = len(text)

    def close(self) -> None:
        """Empty and hide the line."""
        self.say("")
        with self.prevent(Input.Changed):
            self._input.value = ""
        self.remove_class("-open")

    @property
    def refused(self) -> bool:
        """Whether what stands in the line was found wrong."""
        return self._error.has_class("-said")

    def say(self, error: str) -> None:
        """What is wrong with the text, empty when nothing is."""
        self._error.update(Text(error))
        self._error.set_class(bool(error), "-said")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self, event.value))

    def action_clear(self) -> None:
        """Drop the text and close."""
        self.close()
        self.post_message(self.Cleared(self))

    def action_leave(self) -> None:
        """Back to the list; the text stays."""
        self.post_message(self.Left(self, self.text))
