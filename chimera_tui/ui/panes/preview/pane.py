"""The preview of a file: tables as tables, JSON as a tree, Markdown rendered, all else as text in pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from chimera_tui.core.query import QueryError, compile_filter
from chimera_tui.core.verify.results.numbers import JudgedNumber, counts
from chimera_tui.ui.panes.preview.content import (
    MarkdownContent,
    NoContent,
    TableContent,
    TextContent,
    TreeContent,
    read_content,
)
from chimera_tui.ui.panes.preview.json_view import JsonView
from chimera_tui.ui.panes.preview.text_view import TextView
from chimera_tui.ui.reader.found_text import PointedText
from chimera_tui.ui.reader.judged_marks import marks_of
from chimera_tui.ui.reader.stream_view import StreamView
from chimera_tui.ui.tables.cells import ASCII, UNICODE
from chimera_tui.ui.tables.column_suggester import ColumnSuggester
from chimera_tui.ui.tables.filter_line import FilterLine
from chimera_tui.ui.tables.frame_table import FrameTable
from chimera_tui.ui.tables.summary_line import SummaryLine

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.widget import Widget

    from chimera_tui.ui.panes.preview.content import Content


_CHECK = "Judge every number of this Markdown against the files, and mark it."


class Preview(Vertical):
    """One file at a time. ``/`` filters a table and searches everything else; ``v`` shows the file as text."""

    DEFAULT_CSS = """
    Preview > ContentSwitcher { height: 1fr; }
    Preview #preview-nothing { padding: 1 2; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "as_text", "As text", id="preview.as_text"),
        Binding("V", "check", "Check", show=False, id="preview.check", tooltip=_CHECK),
        Binding("slash", "find", "Find", id="preview.find", key_display="/"),
        Binding("n", "find_next", "Next match", show=False, id="preview.find_next"),
        Binding("escape", "clear", "Clear", show=False, id="preview.clear"),
    ]

    class CheckRequested(Message):
        """Every number of the Markdown that is shown should be judged."""

        def __init__(self, preview: Preview, path: Path, text: str) -> None:
            super().__init__()
            self.preview = preview
            self.path = path
            self.text = text

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ascii = ascii
        self._title = SummaryLine()
        self.table = FrameTable(ascii=ascii, empty="No rows.", id="preview-table")
        self.json = JsonView(ascii=ascii, id="preview-json")
        self.text = TextView(id="preview-text")
        self._nothing = Static(id="preview-nothing")
        self.find_line = FilterLine("a condition, or part of a text", suggester=ColumnSuggester(self._column_names))
        self.path: Path | None = None
        self.content: Content | None = None
        self._shown_as = ""
        self._is_text = False

    def compose(self) -> ComposeResult:
        """Title, line to search with, one view a form of content."""
        yield self._title
        yield self.find_line
        with ContentSwitcher(initial="preview-nothing"):
            yield self.table
            yield self.json
            yield self.text
            yield PointedText(ascii=self._ascii, id="preview-markdown")
            yield self._nothing

    @property
    def _ascii_wanted(self) -> bool:
        return self._ascii if self._ascii is not None else getattr(self.app, "ascii_glyphs", False)

    def focus_inside(self) -> None:
        """The view takes the keys for the pane."""
        view = self._view
        if view.focusable:
            view.focus()

    @property
    def _view(self) -> Widget:
        switcher = self.query_one(ContentSwitcher)
        shown = switcher.get_child_by_id(switcher.current or "preview-nothing")
        return shown.view if isinstance(shown, PointedText) else shown

    # -- showing

    def open(self, path: Path, shown_as: str = "", *, record: int | None = None, place: str = "") -> None:
        """Show a file; ``shown_as`` is its name in the title.

        ``record`` is the row of a table to go to, ``place`` its column, or the path in JSON (``results[3].tokens_s``).
        """
        self.path, self._shown_as = path, shown_as or path.name
        self.find_line.close()
        self._read(path, record, place, as_text=False)

    @work(group="preview", exclusive=True)
    async def _read(self, path: Path, record: int | None, place: str, *, as_text: bool) -> None:
        self.content = await asyncio.to_thread(read_content, path, as_text=as_text)
        had_focus = self.has_focus_within and self.display  # it may have been closed while the file was read
        self._is_text = isinstance(self.content, TextContent)
        note = "" if isinstance(self.content, NoContent) else self.content.note
        self._title.say(filter(None, (self._shown_as, note)), ASCII if self._ascii_wanted else UNICODE)
        self._show(self.content)
        self._go_to(self.content, record, place)
        if had_focus:
            self.focus_inside()

    def _show(self, content: Content) -> None:
        switcher = self.query_one(ContentSwitcher)
        match content:
            case TableContent():
                switcher.current = "preview-table"
                self.table.set_frame(content.frame, content.columns, frozen=1, fresh=True)
            case TreeContent():
                switcher.current = "preview-json"
                self.json.load(content.value)
            case MarkdownContent():
                switcher.current = "preview-markdown"
                self.query_one(StreamView).load(content.markdown)
            case TextContent():
                switcher.current = "preview-text"
                self.text.load(content.source)
            case NoContent():
                switcher.current = "preview-nothing"
                self._nothing.update(Text(content.reason))

    def _go_to(self, content: Content, record: int | None, place: str) -> None:
        if isinstance(content, TreeContent) and place:
            self.json.reveal(place)
        elif isinstance(content, TableContent):
            names = [column.name for column in self.table.columns]
            self.table.move_cursor(record or 0)
            if place in names:
                self.table.move_column(names.index(place))

    def action_as_text(self) -> None:
        """Show the file as text, or in its own form again."""
        if self.path is not None:
            self._read(self.path, None, "", as_text=not self._is_text)

    # -- searching

    def _column_names(self) -> list[str]:
        return self.content.frame.columns if isinstance(self.content, TableContent) else []

    @on(FrameTable.FilterRequested)
    def _filter_requested(self, event: FrameTable.FilterRequested) -> None:
        event.stop()
        self.action_find()

    def action_find(self) -> None:
        """Open the line to search with."""
        if self.content is not None and not isinstance(self.content, NoContent):
            self.find_line.open()

    @on(FilterLine.Changed)
    def _typed(self, event: FilterLine.Changed) -> None:
        event.stop()
        if isinstance(self.content, TableContent):
            self._filter(self.content)

    @on(FilterLine.Submitted)
    @on(FilterLine.Left)
    def _entered(self, event: FilterLine.Submitted | FilterLine.Left) -> None:
        event.stop()
        if not event.text.strip():
            self.find_line.close()
        elif isinstance(event, FilterLine.Submitted):
            self._find(event.text)
        self.focus_inside()

    @on(FilterLine.Cleared)
    def _cleared(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self.action_clear()

    def _filter(self, content: TableContent) -> None:
        text = self.find_line.text
        self.find_line.say("")
        where = None
        if text.strip():
            try:
                where = compile_filter(text, content.frame.schema, text_columns=_texts(content))
            except QueryError as error:
                self.find_line.say(str(error))
        self.table.set_filter(where)

    def _find(self, text: str) -> None:
        self.find_line.say("")
        match self.content:
            case TreeContent():
                self.json.find(text)
            case TextContent():
                self.text.find(text)
            case MarkdownContent():
                self._say_found(bool(self.query_one(StreamView).search(text)))

    @on(JsonView.FindEnded)
    @on(TextView.FindEnded)
    def _find_ended(self, event: JsonView.FindEnded | TextView.FindEnded) -> None:
        event.stop()
        self._say_found(event.found)

    def _say_found(self, found: bool) -> None:
        self.find_line.say("" if found else "It is not in this file.")

    def action_find_next(self) -> None:
        """Go to the next match."""
        if self.find_line.text.strip():
            self._find(self.find_line.text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is nothing to clear."""
        if action == "check":
            return isinstance(self.content, MarkdownContent)
        return self.find_line.is_open if action == "clear" else True

    def action_check(self) -> None:
        """Ask for the numbers of the Markdown to be judged."""
        if isinstance(self.content, MarkdownContent) and self.path is not None:
            self.post_message(self.CheckRequested(self, self.path, self.content.markdown))

    def mark(self, path: Path, numbers: tuple[JudgedNumber, ...]) -> None:
        """Lay verdicts over the Markdown of a file, if it is still shown; the title says how many."""
        if self.path != path or not isinstance(self.content, MarkdownContent):
            return
        self.query_one(StreamView).set_marks(marks_of(numbers, self.content.markdown))
        found = counts(numbers)
        told = f"{found.supported}/{found.claims} supported, {found.contradicted} contradicted"
        self._title.say((told, self._shown_as), ASCII if self._ascii_wanted else UNICODE)

    def action_clear(self) -> None:
        """Drop the filter or search."""
        self.find_line.close()
        if isinstance(self.content, TableContent):
            self.table.set_filter(None)
        self.focus_inside()


def _texts(content: TableContent) -> list[str]:
    return [name for name, dtype in content.frame.schema.items() if str(dtype) == "String"]
