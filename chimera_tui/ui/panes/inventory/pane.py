"""The Inventory pane: one row a file, a line that sums them up, a filter line, groups at one key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from chimera_tui.core.query import quoted_value
from chimera_tui.ui.panes.inventory.frame import COLUMNS, GROUPS, files_frame, grouped, summary
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.tables.filtered_table import FilteredTable
from chimera_tui.ui.tables.frame_table import FrameTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from chimera_tui.engine.repository.snapshot import Snapshot


class _Left(msgspec.Struct):
    """How the pane was left."""

    filter: str = ""
    sort: list[tuple[str, bool]] = []
    group: str | None = None


class Inventory(FilteredTable):
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
        super().__init__("No files yet.", "kind = csv and size > 10k", ascii=ascii, id=id)
        self._files: pl.DataFrame | None = None
        self._head: list[str] = []
        self.group: str | None = None
        self._visited = False
        self._group_before: str | None = None

    @property
    def current_path(self) -> str | None:
        """The file under the cursor, relative to the root; None on a group."""
        row = self.table.row
        return row["path"] if row and self.group is None else None

    def remembered(self) -> dict[str, object]:
        """What the next start shows again."""
        return {**super().remembered(), "group": self.group}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Filter, sort and group as they were left."""
        left = msgspec.convert(kept, _Left)
        self.restore_rows(left.filter, left.sort)
        self.group = left.group if left.group in GROUPS else None

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
        self.show_rows()

    def show_rows(self, *, fresh: bool = False) -> None:
        """Show the files that the filter leaves, or their groups."""
        if self._files is None:
            return
        where = self.filter_of(self._files, ("path", "model", "tool"))
        if self.group is None:
            self.table.set_frame(self._files, COLUMNS, key=("path",), frozen=1, where=where, fresh=fresh)
        else:
            files = self._files if where is None else self._files.filter(where)
            frame, columns = grouped(files, self.group)
            self.table.set_frame(frame, columns, key=(self.group,), frozen=1, fresh=fresh)

    def column_names(self) -> list[str]:
        """The columns of the inventory."""
        return self._files.columns if self._files is not None else []

    @on(FrameTable.ViewChanged)
    def _say_summary(self, event: FrameTable.ViewChanged) -> None:
        event.stop()
        parts = list(self._head)
        if self.group is not None:
            parts.insert(0, f"{self.table.row_count:,} groups by {self.group}")
        elif self.table.row_count != self.table.total_rows:
            parts.insert(0, f"{self.table.row_count:,} shown")
        self.summary.say(parts, self.table.glyphs)

    # -- filter

    def filter_wanted(self) -> None:
        """Open the filter line; nothing is only looked up any more."""
        self._visited = False
        super().filter_wanted()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is nothing to clear, and while a file or kind was only looked up here."""
        if action == "clear":
            return not self._visited and (self.filter_line.is_open or self.group is not None)
        return True

    def action_clear(self) -> None:
        """Drop the filter, or else the grouping."""
        if self.filter_line.is_open:
            self.filter_line.close()
            self.show_rows()
        else:
            self.group = None
            self.show_rows(fresh=True)

    def action_export(self) -> None:
        """Offer the shown rows for a file."""
        self.post_message(ExportRequested(self.table.picked(), "inventory"))

    # -- looked up from elsewhere

    def reveal_file(self, path: str) -> None:
        """Put the cursor on a file, whatever hides it."""
        self._look_up(None)
        if not self.table.move_to("path", path) and self.filter_line.is_open:
            self.filter_line.close()
            self.show_rows()
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
        self.show_rows(fresh=group is not None)

    def looked_up(self) -> None:
        """The person is somewhere else again: group as before."""
        if self._visited:
            self._visited = False
            if self.group != self._group_before:
                self.group = self._group_before
                self.show_rows(fresh=True)

    # -- groups and rows

    def action_group(self) -> None:
        """Group by the next of kind, folder, tool and status; after the last, show files again."""
        self._visited = False
        order: list[str | None] = [None, *GROUPS]
        self.group = order[(order.index(self.group) + 1) % len(order)]
        self.show_rows(fresh=True)

    @on(FrameTable.RowActivated)
    def _open(self, event: FrameTable.RowActivated) -> None:
        event.stop()
        if self.group is None:
            self.post_message(self.FileOpened(event.row["path"]))
            return
        value = event.row[self.group]
        name, self.group = self.group, None
        self.filter_line.open(f"{name} = {quoted_value(value)}")
        self.show_rows(fresh=True)
        self.table.focus()
