"""One report, read in place of the library."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.results.numbers import JudgedNumber, counts, saved_numbers
from chimera_tui.ui.panes.reports.text import read_report
from chimera_tui.ui.reader.found_text import FoundText
from chimera_tui.ui.reader.judged_marks import marks_of

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ReportReading(Vertical):
    """A line that says which report it is, and its text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "turn(1)", "Next report", show=False, id="reports.older"),
        Binding("left_square_bracket", "turn(-1)", "Previous report", show=False, id="reports.newer"),
    ]
    DEFAULT_CSS = """
    ReportReading {
        & > .reading--title {
            height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > FoundText { height: 1fr; }
    }
    """

    class TurnRequested(Message):
        """The report so many places further down the list is wanted."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class CouldNotRead(Message):
        """A report could not be opened, and why."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class Shown(Message):
        """The text of a report is on the screen."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__()
        self._title = Static(classes="reading--title", markup=False)
        self.found = FoundText(text_id="report-text", ascii=ascii)
        self.path: Path | None = None
        self.content = ""
        """The text of the file as it was read."""
        self._words = self._wanted = ""
        self._judged: dict[Path, tuple[JudgedNumber, ...]] = {}

    def compose(self) -> ComposeResult:
        """Title and text."""
        yield self._title
        yield self.found

    @property
    def text(self) -> str:
        """The text as it stands in the file."""
        return self.found.view.source

    def focus_inside(self) -> None:
        """The text takes the keys."""
        self.found.view.focus()

    @work(exclusive=True, group="read report")
    async def open(self, path: Path, title: str, text: str = "") -> None:
        """Read a report; where ``text`` was searched for, go to its first place."""
        try:
            content, numbers = await asyncio.to_thread(_read, path)
        except OSError as error:
            self.post_message(self.CouldNotRead(f"{path} cannot be read: {error.strerror or error}."))
            return
        self.path, self.content, self._words = path, content, title
        self.found.view.load(content)
        self.mark(self._judged.get(path, numbers))
        self._wanted = text
        self.post_message(self.Shown(path))

    def numbers_of(self, path: Path) -> tuple[JudgedNumber, ...] | None:
        """The verdicts on a report that are known here; None where it was not judged since the start."""
        return self._judged.get(path)

    def judged(self, path: Path, numbers: tuple[JudgedNumber, ...]) -> None:
        """Take verdicts on a report; they are laid over it while it is shown, now or later."""
        self._judged[path] = numbers
        if path == self.path:
            self.mark(numbers)

    def mark(self, numbers: tuple[JudgedNumber, ...] | None) -> None:
        """Lay verdicts over the text; None where nothing was judged."""
        words = self._words
        if numbers is not None and self.path is not None:
            self._judged[self.path] = numbers
            self.found.view.set_marks(marks_of(numbers, self.content))
            found = counts(numbers)
            words = f"{found.supported}/{found.claims} supported, {found.contradicted} contradicted  {words}"
        self._title.update(inert_line(words, 300))

    def look(self) -> None:
        """Go to the text that was searched for in all reports; the view must have its size."""
        if self._wanted:
            self.found.view.search(self._wanted.lower())  # capitals would be looked for as such

    def action_turn(self, by: int) -> None:
        """The next older or newer report."""
        self.post_message(self.TurnRequested(by))


def _read(path: Path) -> tuple[str, tuple[JudgedNumber, ...] | None]:
    return read_report(path), saved_numbers(path)
