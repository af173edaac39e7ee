"""A question with a few answers, each one key, and a name to be typed."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from chimera_tui.core.inert import inert
from chimera_tui.ui.screens.dialogs import choices


class Question(ModalScreen[str]):
    """``answers`` are (key, label) pairs; the key that was pressed is returned, or nothing after Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("up", "scroll(-1)", "Up"),
        Binding("down", "scroll(1)", "Down"),
        Binding("pageup", "scroll(-10)", "Page up"),
        Binding("pagedown", "scroll(10)", "Page down"),
    ]

    def __init__(self, title: str, body: str | Text, *answers: tuple[str, str], wide: bool = False) -> None:
        super().__init__()
        self._title = title
        self._body = Text(inert(body)) if isinstance(body, str) else body
        self._answers = answers
        self._wide = wide

    def compose(self) -> ComposeResult:
        """The question, what it is about, the answers."""
        with Vertical(classes="dialog wide" if self._wide else "dialog"):
            yield Static(self._title, classes="dialog--title", markup=False)
            with VerticalScroll(classes="dialog--body", can_focus=False):
                yield Static(self._body)
            yield Static(choices(*self._answers, ("esc", "back")), classes="dialog--keys")

    def on_key(self, event: Key) -> None:
        """An answer's key gives the answer."""
        if any(event.key == key for key, _ in self._answers):
            event.stop()
            self.dismiss(event.key)

    def action_scroll(self, lines: int) -> None:
        """Move what the question is about."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """No answer."""
        self.dismiss("")


class NameDialog(ModalScreen[str]):
    """A name; ``problem`` says what is wrong with one, or nothing. Esc returns an empty one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def __init__(self, title: str, proposal: str, problem: Callable[[str], str]) -> None:
        super().__init__()
        self._title, self._proposal, self._problem = title, proposal, problem

    def compose(self) -> ComposeResult:
        """A line to type in, and what is wrong with it."""
        with Vertical(classes="dialog picker"):
            yield Static(self._title, classes="dialog--title", markup=False)
            entry = Input(self._proposal, compact=True)
            entry.cursor_blink = False
            yield entry
            yield Static("Enter takes the name, Esc leaves.", classes="dialog--aside", markup=False)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if problem := self._problem(name):
            self.query_one(".dialog--aside", Static).update(problem)
        else:
            self.dismiss(name)

    def action_leave(self) -> None:
        """No name."""
        self.dismiss("")
