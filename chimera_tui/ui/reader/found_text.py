"""A text to read: a StreamView with the line that says what is pointed at; and one to search in."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from chimera_tui.ui.reader.point_line import PointLine
from chimera_tui.ui.reader.stream_view import StreamView
from chimera_tui.ui.tables.filter_line import FilterLine


class PointedText(Vertical):
    """A text over the line that says what the reader points at in it; Esc points at nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "forget", "Forget", show=False, id="text.forget"),
    ]
    DEFAULT_CSS = """
    PointedText > StreamView { height: 1fr; }
    """

    def __init__(self, *, ascii: bool | None = None, id: str | None = None, text_id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.view = StreamView(id=text_id, ascii=ascii)
        self.point = PointLine()

    def compose(self) -> ComposeResult:
        """The text, and what is pointed at in it."""
        yield self.view
        yield self.point

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while nothing is pointed at."""
        return self.point.is_shown if action == "forget" else True

    def action_forget(self) -> None:
        """Point at nothing."""
        self.view.forget()

    @on(StreamView.Pointed)
    def _pointed(self, event: StreamView.Pointed) -> None:
        event.stop()
        self.point.tell(event)
        self.screen.refresh_bindings()


class FoundText(PointedText):
    """``/`` searches as one types, Enter goes to the text, n and N to the next and the previous match."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", id="text.find", tooltip="Search; n and N go on, esc forgets."),
    ]

    def __init__(self, *, ascii: bool | None = None, id: str | None = None, text_id: str | None = None) -> None:  # noqa: A002
        super().__init__(ascii=ascii, id=id, text_id=text_id)
        self.line = FilterLine("find in the text")

    def compose(self) -> ComposeResult:
        """The line to search with, closed at first, over the text."""
        yield self.line
        yield from super().compose()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while nothing is searched for or pointed at."""
        return (self.line.is_open or self.point.is_shown) if action == "forget" else True

    def action_find(self) -> None:
        """Type what to look for."""
        self.line.open()

    def action_forget(self) -> None:
        """Point at nothing; else take the search away."""
        if self.point.is_shown:
            self.view.forget()
            return
        self.line.close()
        self.view.search("")
        self.view.focus()

    @on(FilterLine.Changed)
    def _look(self, event: FilterLine.Changed) -> None:
        event.stop()
        found = self.view.search(event.text)
        self.line.say("" if found or not event.text else "It is not in this text.")

    @on(FilterLine.Submitted)
    @on(FilterLine.Left)
    def _to_text(self, event: FilterLine.Submitted | FilterLine.Left) -> None:
        event.stop()
        if not event.text.strip():
            self.line.close()
        self.view.focus()

    @on(FilterLine.Cleared)
    def _cleared(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self.action_forget()
