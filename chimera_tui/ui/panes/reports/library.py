"""The list of reports: sorted, filtered, grouped, marked for comparing, searched in their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from chimera_tui.core.query import quoted_value
from chimera_tui.core.report.library import GROUPS
from chimera_tui.core.verify.results.numbers import Counts
from chimera_tui.ui.keymap import spoken
from chimera_tui.ui.panes.reports.columns import columns, group_columns
from chimera_tui.ui.panes.reports.rows import ReportRows
from chimera_tui.ui.panes.reports.search_line import ReportSearchLine
from chimera_tui.ui.tables.cells import ASCII
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.tables.filter_line import FilterLine
from chimera_tui.ui.tables.filtered_table import FilteredTable
from chimera_tui.ui.tables.frame_table import FrameTable
from chimera_tui.ui.tables.summary_line import SummaryLine

if TYPE_CHECKING:
    import polars as pl
    from textual.app import ComposeResult


NONE_YET = "No reports yet. {run.start} reads the files, writes a report and saves it here."


class Chosen(NamedTuple):
    """One side of a comparison: its name, its rows, and the column that chose them (empty for a single report)."""

    name: str
    rows: list[dict[str, Any]]
    by: str


class _Left(msgspec.Struct, frozen=True):
    """How the library was left."""

    filter: str = ""
    sort: list[tuple[str, bool]] = []
    group: str | None = None


class ReportLibrary(FilteredTable):
    """Every report, one row each, or one row a group."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "mark", "Mark", id="library.mark", tooltip="Mark this row for comparing; again takes it back."
        ),
        Binding("b", "group", "Group", id="library.group"),
        Binding("f", "search", "Find", id="library.search", tooltip="Search the texts of all reports."),
        Binding("E", "export_rows", "Export rows", show=False, id="library.export"),
        Binding("escape", "clear", "Clear", show=False, id="library.clear"),
    ]

    class Opened(Message):
        """Enter on a report; ``text`` is what its text was searched for."""

        def __init__(self, file: str, text: str) -> None:
            super().__init__()
            self.file = file
            self.text = text

    class MarksChanged(Message):
        """Other rows are marked."""

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__(spoken(NONE_YET, {}), "model ~ gemma3 and verified < 90", ascii=ascii)
        self.search_line = ReportSearchLine(self._files)
        self._told = SummaryLine(rows=2)
        self.rows = ReportRows()
        self.group: str | None = None

    def compose(self) -> ComposeResult:
        """Summary, lines to type in, table; the report under the cursor below it."""
        yield self.summary
        yield self.filter_line
        yield self.search_line
        yield self.table
        yield self._told

    @property
    def frame(self) -> pl.DataFrame | None:
        """All reports."""
        return self.rows.frame

    @property
    def marked(self) -> list[str | None]:
        """Files, or names of groups, in the order of marking."""
        return self.rows.marked

    def _files(self) -> list[str]:
        return self.frame["file"].to_list() if self.frame is not None else []

    def column_names(self) -> list[str]:
        """The columns of the library."""
        return self.frame.columns if self.frame is not None else []

    def remembered(self) -> dict[str, object]:
        """What the next start shows again."""
        return {**super().remembered(), "group": self.group}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Filter, sort and group as they were left."""
        left = msgspec.convert(kept, _Left)
        self.restore_rows(left.filter, left.sort)
        self.group = left.group if left.group in GROUPS else None

    # -- what is shown

    def show(self, frame: pl.DataFrame) -> None:
        """Show these reports; cursor, sort, filter and marks are kept."""
        self.rows.take(frame)
        if self.group is None:
            here = set(frame["file"].to_list())
            self.rows.marked = [file for file in self.marked if file in here]
        self.show_rows()

    def note_judged(self, file: str, found: Counts) -> None:
        """A report was judged here: its row says so until the program ends."""
        self.rows.note_judged(file, found)
        self.show_rows()

    def show_rows(self, *, fresh: bool = False) -> None:
        """Show the reports that filter and search leave, or their groups."""
        if self.frame is None:
            return
        where, problem = self.rows.where(self.filter_line.text)
        self.filter_line.say(problem)
        none_yet = spoken(NONE_YET, getattr(self.app, "keys", {}))
        self.table.empty = "No report matches." if self.rows.count else none_yet
        sign = "*" if self.table.glyphs is ASCII else "●"
        if self.group is not None:
            shown = self.rows.groups(self.group, where, sign)
            self.table.set_frame(shown, group_columns(self.group), key=(self.group,), frozen=2, fresh=fresh)
        else:
            shown, searching = self.rows.listed(sign), self.rows.hits is not None
            asked = columns(self.size.width, searching=searching)
            self.table.set_frame(shown, asked, key=("file",), frozen=2, where=where, fresh=fresh)
        if self.table.cursor_column == 0:  # nobody sorts by marks
            self.table.move_column(1)

    def on_resize(self) -> None:
        """Another width, other columns."""
        self.show_rows()

    @on(FrameTable.ViewChanged)
    def _say_summary(self, event: FrameTable.ViewChanged) -> None:
        event.stop()
        self._summarise()
        self._tell()

    @on(FrameTable.CursorMoved)
    def _moved(self, event: FrameTable.CursorMoved) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        """The report under the cursor in words: what a narrow table cuts or has no room for."""
        row = self.current
        told = [row[name] for name in ("model", "ending", "configuration", "agent")] if row else []
        self._told.display = row is not None
        told.append(f"{row['date']} UTC" if row and row["date"] else None)
        self._told.say([one for one in told if one], self.table.glyphs)

    def _summarise(self, progress: str = "") -> None:
        total = self.rows.count
        parts = [f"{total:,} report{'' if total == 1 else 's'}"]
        if self.group is not None:
            parts = [f"{self.table.row_count:,} groups by {self.group}", "mean, SD and n over reports", *parts]
        elif self.table.row_count != total:
            parts.insert(0, f"{self.table.row_count:,} shown")
        if self.marked:
            parts.insert(0, f"{len(self.marked)} marked")
        if progress:
            parts.insert(0, progress)
        self.summary.say(parts, self.table.glyphs)

    # -- the cursor's report

    @property
    def current(self) -> dict[str, Any] | None:
        """The report under the cursor; None on a group and where there is none."""
        return self.table.row if self.group is None else None

    def files_shown(self) -> list[str]:
        """The files of the reports as they are shown, in order."""
        return self.table.view()["file"].to_list() if self.group is None and self.table.row_count else []

    def move_to(self, file: str) -> None:
        """Put the cursor on a report."""
        files = self.files_shown()
        if file in files:
            self.table.move_cursor(files.index(file))

    # -- filter and search

    @on(FilterLine.Submitted, "#search-texts")
    @on(FilterLine.Left, "#search-texts")
    def _search_entered(self, event: FilterLine.Submitted | FilterLine.Left) -> None:
        event.stop()
        if not event.text.strip():
            self.search_line.close()
            self.search_line.forget()
        self.table.focus()

    @on(FilterLine.Cleared, "#search-texts")
    def _search_cleared(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self.search_line.forget()
        self.table.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is nothing to clear."""
        if action == "clear":
            return bool(self.filter_line.is_open or self.search_line.is_open or self.group or self.marked)
        return True

    def action_clear(self) -> None:
        """Take away the last of: the search, the filter, the groups, the marks."""
        if self.search_line.is_open:
            self.search_line.close()
            self.search_line.forget()
        elif self.filter_line.is_open:
            self.filter_line.close()
            self.show_rows()
        elif self.group is not None:
            self.group, self.rows.marked = None, []
            self.show_rows(fresh=True)
        else:
            self.rows.marked = []
            self.show_rows()
        self.post_message(self.MarksChanged())
        self.table.focus()

    # -- full-text search

    def action_search(self) -> None:
        """Type what to look for in the texts of all reports."""
        if self.group is not None:
            self.group, self.rows.marked = None, []
        self.search_line.open()

    @on(ReportSearchLine.Found)
    def _found(self, event: ReportSearchLine.Found) -> None:
        event.stop()
        self.rows.hits = event.hits
        self.show_rows()
        self._summarise(event.progress)

    # -- rows and groups

    def action_group(self) -> None:
        """Group by the next of model, configuration, agent and ending; after the last, show reports again."""
        order: list[str | None] = [None, *GROUPS]
        self.group = order[(order.index(self.group) + 1) % len(order)]
        self.rows.marked = []
        self.post_message(self.MarksChanged())
        self.show_rows(fresh=True)

    @on(FrameTable.RowActivated)
    def _open(self, event: FrameTable.RowActivated) -> None:
        event.stop()
        if self.group is None:
            self.post_message(self.Opened(event.row["file"], self.search_line.searched))
            return
        value, name = event.row[self.group], self.group
        self.group, self.rows.marked = None, []
        self.filter_line.open(f"{self.filter_line.text} {name} = {quoted_value(value)}".strip())
        self.show_rows(fresh=True)
        self.table.focus()

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away; the cursor goes on."""
        row = self.table.row
        if row is None:
            return
        key = row[self.group or "file"]
        if key in self.marked:
            self.marked.remove(key)
        else:
            self.marked.append(key)
        self.show_rows()
        self.table.move_cursor(self.table.cursor_row + 1)
        self.post_message(self.MarksChanged())

    @property
    def chosen_keys(self) -> list[str | None]:
        """What would be compared: the marked rows in the order of marking, a single one with the cursor's."""
        keys = list(self.marked)
        row = self.table.row
        if len(keys) == 1 and row is not None and row[self.group or "file"] not in keys:
            keys.append(row[self.group or "file"])
        return keys

    def chosen(self) -> list[Chosen]:
        """The sides of a comparison."""
        keys, by = self.chosen_keys, self.group or "file"
        where = self.rows.where(self.filter_line.text)[0] if self.group else None
        sides = self.rows.of(keys, by, where)
        if self.group is None:
            return [Chosen(_named(rows[0]), rows, "") for rows in sides if rows]
        words = ["not stated" if key is None else key for key in keys]
        return [Chosen(f"{by} = {word}", rows, by) for word, rows in zip(words, sides, strict=True)]

    def action_export_rows(self) -> None:
        """Offer the shown rows for a file."""
        self.post_message(ExportRequested(self.table.picked(), "reports"))


def _named(row: dict[str, Any]) -> str:
    return str(row["run_id"] or row["path"])
