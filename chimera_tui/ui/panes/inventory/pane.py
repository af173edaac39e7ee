"""The Inventory pane: one row a file, a line that sums them up, a filter line, groups at one key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from chimera_tui.core.query import QueryError, compile_filter, quoted_value
from chimera_tui.ui.panes.inventory.frame import COLUMNS, GROUPS, files_frame, grouped, summary
from chimera_tui.ui.tables.arrange import SortKey
from chimera_tui.ui.tables.column_suggester import ColumnSuggester
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.tables.filter_line import FilterLine
from chimera_tui.ui.tables.frame_table import FrameTable
from chimera_tui.ui.tables.summary_line import SummaryLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from textual.app import ComposeResult

    from chimera_tui.engine.repository.snapshot import Snapshot


class _Left(msgspec.Struct):
    """How the pane was left."""

    filter: str = ""
    sort: list[tuple[str, bool]] = []
    group: str | None = None


class Inventory(Vertical):
    """Files of a repository: sorted, filtered and grouped; cursor, sort and filter survive another snapshot."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "group", "Group by", id="inventory.group"),
        Binding("E", "export", "Export", show=False, id="inventory.export"),
        Binding("escape", "clear", "Clear filter", show=False, id="inventory.clear"),
    ]

    class FileOpened(Message):
        """Enter on a file; the path is relative to the root."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.table = FrameTable(ascii=ascii, empty="No files yet.")
        self.filter_line = FilterLine("kind = csv and size > 10k", suggester=ColumnSuggester(self._column_names))
        self._summary = SummaryLine()
        self._files: pl.DataFrame | None = None
        self._head: list[str] = []
        self.group: str | None = None
        self._visited = False
        self._group_before: str | None = None

    def compose(self) -> ComposeResult:
        """Summary, filter line, table."""
        yield self._summary
        yield self.filter_line
        yield self.table

    @property
    def current_path(self) -> str | None:
        """The file under the cursor, relative to the root; None on a group."""
        row = self.table.row
        return row["path"] if row and self.group is None else None

    def focus_inside(self) -> None:
        """The table takes the keys for the pane."""
        self.table.focus()

    def remembered(self) -> dict[str, object]:
        """What the next start shows again."""
        sort = [[key.column, key.descending] for key in self.table.sort_keys]
        return {"filter": self.filter_line.text, "sort": sort, "group": self.group}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Filter, sort and group as they were left."""
        left = msgspec.convert(kept, _Left)
        self.filter_line.restore(left.filter)
        self.group = left.group if left.group in GROUPS else None
        self.table.sort_first_by(*(SortKey(*key) for key in left.sort))

    # -- snapshots

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot's files; one that is not complete says that the scan goes on."""
        self._prepare(snapshot)

    @work(group="files", exclusive=True)
    async def _prepare(self, snapshot: Snapshot) -> None:
        def prepared() -> tuple[pl.DataFrame, list[str]]:
            files = files_frame(snapshot.frames)
            return files, summary(files, snapshot.frames.n_measurements)

        self._files, self._head = await asyncio.to_thread(prepared)
        problems = len(snapshot.problems)
        if not snapshot.complete:
            self._head.insert(0, "reading")
        if problems:
            self._head.append(f"{problems:,} problem{'' if problems == 1 else 's'}")
        self.table.empty = "No files here." if snapshot.complete else "Reading …"
        self._show_table()

    def _show_table(self, *, fresh: bool = False) -> None:
        if self._files is None:
            return
        where = self._where()
        if self.group is None:
            self.table.set_frame(self._files, COLUMNS, key=("path",), frozen=1, where=where, fresh=fresh)
        else:
            files = self._files if where is None else self._files.filter(where)
            frame, columns = grouped(files, self.group)
            self.table.set_frame(frame, columns, key=(self.group,), frozen=1, fresh=fresh)

    def _where(self) -> pl.Expr | None:
        if self._files is None or not self.filter_line.text.strip():
            self.filter_line.say("")
            return None
        try:
            where = compile_filter(self.filter_line.text, self._files.schema, text_columns=("path", "model", "tool"))
        except QueryError as error:
            self.filter_line.say(str(error))
            return None
        self.filter_line.say("")
        return where

    def _column_names(self) -> list[str]:
        return self._files.columns if self._files is not None else []

    @on(FrameTable.ViewChanged)
    def _say_summary(self, event: FrameTable.ViewChanged) -> None:
        event.stop()
        parts = list(self._head)
        if self.group is not None:
            parts.insert(0, f"{self.table.row_count:,} groups by {self.group}")
        elif self.table.row_count != self.table.total_rows:
            parts.insert(0, f"{self.table.row_count:,} shown")
        self._summary.say(parts, self.table.glyphs)

    # -- filter

    @on(FrameTable.FilterRequested)
    def _open_filter(self, event: FrameTable.FilterRequested) -> None:
        event.stop()
        self._visited = False
        self.filter_line.open()

    @on(FilterLine.Changed)
    @on(FilterLine.Submitted)
    @on(FilterLine.Left)
    def _filter(self, event: FilterLine.Changed | FilterLine.Submitted | FilterLine.Left) -> None:
        event.stop()
        self._show_table()
        if isinstance(event, FilterLine.Changed) or (
            isinstance(event, FilterLine.Submitted) and self.filter_line.refused
        ):
            return
        if not event.text.strip():
            self.filter_line.close()
        self.table.focus()

    @on(FilterLine.Cleared)
    def _cleared(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self._show_table()
        self.table.focus()

    @on(FrameTable.ArrangeFailed)
    def _say_failure(self, event: FrameTable.ArrangeFailed) -> None:
        event.stop()
        self.filter_line.say(event.reason)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is nothing to clear, and while a file or kind was only looked up here."""
        if action == "clear":
            return not self._visited and (self.filter_line.is_open or self.group is not None)
        return True

    def action_clear(self) -> None:
        """Drop the filter, or else the grouping."""
        if self.filter_line.is_open:
            self.filter_line.close()
            self._show_table()
        else:
            self.group = None
            self._show_table(fresh=True)

    def action_export(self) -> None:
        """Offer the shown rows for a file."""
        self.post_message(ExportRequested(self.table.picked(), "inventory"))

    # -- looked up from elsewhere

    def reveal_file(self, path: str) -> None:
        """Put the cursor on a file, whatever hides it."""
        self._look_up(None)
        if not self.table.move_to("path", path) and self.filter_line.is_open:
            self.filter_line.close()
            self._show_table()
            self.table.move_to("path", path)

    def reveal_kind(self, words: str) -> None:
        """Show counts, sizes and latest changes by kind, the cursor on the first kind that is named in the words."""
        self._look_up("kind")
        kinds = sorted((words.lower().find(str(kind)), str(kind)) for kind in self.table.view()["kind"] if kind)
        named = [kind for place, kind in kinds if place >= 0]
        if named:
            self.table.move_to("kind", named[0])

    def _look_up(self, group: str | None) -> None:
        if not self._visited:
            self._visited, self._group_before = True, self.group
        self.group = group
        self._show_table(fresh=group is not None)

    def looked_up(self) -> None:
        """The person is somewhere else again: group as before."""
        if self._visited:
            self._visited = False
            if self.group != self._group_before:
                self.group = self._group_before
                self._show_table(fresh=True)

    # -- groups and rows

    def action_group(self) -> None:
        """Group by the next of kind, folder, tool and status; after the last, show files again."""
        self._visited = False
        order: list[str | None] = [None, *GROUPS]
        self.group = order[(order.index(self.group) + 1) % len(order)]
        self._show_table(fresh=True)

    @on(FrameTable.RowActivated)
    def _open(self, event: FrameTable.RowActivated) -> None:
        event.stop()
        if self.group is None:
            self.post_message(self.FileOpened(event.row["path"]))
            return
        value = event.row[self.group]
        name, self.group = self.group, None
        self.filter_line.open(f"{name} = {quoted_value(value)}")
        self._show_table(fresh=True)
        self.table.focus()
