"""A virtual table over a Polars frame: only visible rows are formatted, sorting and filtering move row numbers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from chimera_tui.ui.tables.arrange import Arrangement, SortKey, arrange
from chimera_tui.ui.tables.cells import ASCII, UNICODE, Glyphs, copy_text
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.cursor_view import CursorView
from chimera_tui.ui.tables.frame_lines import FrameLines
from chimera_tui.ui.tables.layout import Layout, Slot, width_of
from chimera_tui.ui.tables.rows import Rows
from chimera_tui.ui.tables.shown_frame import Request, ShownFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl
    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from chimera_tui.ui.tables.column import Column

ROWS_AT_ONCE = 20_000
"""Frames up to this height are arranged at once; larger ones in a thread, the old view staying up meanwhile."""


class FrameTable(CursorView):
    """Rows of a frame with a row and a column cursor, sorting by several columns, and a filter expression."""

    HEADER = 1
    DEFAULT_CSS = """
    FrameTable {
        .frame-table--header { text-style: bold; color: $text-accent; background: $panel; }
        .frame-table--column { text-style: bold underline; color: $text-accent; background: $panel; }
        .frame-table--cursor { color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background; }
        .frame-table--null { color: $text-disabled; }
        .frame-table--warning { color: $text-warning; }
        .frame-table--error { color: $text-error; }
        &:focus .frame-table--column { text-style: bold reverse; }
        &:focus .frame-table--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"frame-table--{part}" for part in ("header", "column", "cursor", "null", "warning", "error")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "across(-1)", "Column left", show=False, id="table.left"),
        Binding("right,l", "across(1)", "Column right", show=False, id="table.right"),
        Binding("home", "column(0)", "First column", show=False, id="table.first_column"),
        Binding("end", "column(-1)", "Last column", show=False, id="table.last_column"),
        Binding("enter", "activate", "Open", show=False, id="table.open"),
        Binding("s", "sort", "Sort", id="table.sort"),
        Binding("S", "sort(True)", "Sort also", show=False, id="table.sort_also"),
        Binding("slash", "filter", "Filter", id="table.filter", key_display="/"),
        Binding("y", "copy_cell", "Copy cell", show=False, id="table.copy_cell"),
        Binding("Y", "copy_row", "Copy row", show=False, id="table.copy_row"),
    ]

    class _FromTable(Message):
        def __init__(self, table: FrameTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> FrameTable:
            """The table that sent the message."""
            return self.table

    class RowActivated(_FromTable):
        """Enter on a row: all its values by column name, and the column under the cursor."""

        def __init__(self, table: FrameTable, row: dict[str, Any], column: str) -> None:
            super().__init__(table)
            self.row = row
            self.column = column

    class ViewChanged(_FromTable):
        """Another frame, order or filter is on the screen now; ``same_rows`` when only the order is another."""

        def __init__(self, table: FrameTable, same_rows: bool) -> None:
            super().__init__(table)
            self.same_rows = same_rows

    class ArrangeFailed(_FromTable):
        """A filter could not be applied; the view stays as it was."""

        def __init__(self, table: FrameTable, reason: str) -> None:
            super().__init__(table)
            self.reason = reason

    class FilterRequested(_FromTable):
        """The person wants to filter; whoever holds the input opens it."""

    def __init__(
        self, *, ascii: bool | None = None, empty: str = "Nothing to show.", id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self.cursor_column = 0
        self._ascii = ascii
        self._wanted: Request | None = None
        self._shown = ShownFrame()
        self._left = 0
        self._first_sort: tuple[SortKey, ...] = ()

    # -- what is shown

    @property
    def glyphs(self) -> Glyphs:
        """The signs in use."""
        ascii_only = self._ascii if self._ascii is not None else getattr(self.app, "ascii_glyphs", False)
        return ASCII if ascii_only else UNICODE

    @property
    def _rows(self) -> Rows | None:
        return self._shown.rows

    @property
    def _layout(self) -> Layout:
        return self._shown.layout

    @property
    def row_count(self) -> int:
        """Rows that pass the filter."""
        return self._rows.height if self._rows else 0

    @property
    def total_rows(self) -> int:
        """Rows of the frame, filtered or not."""
        return self._rows.df.height if self._rows else 0

    @property
    def frame(self) -> pl.DataFrame | None:
        """The frame that was given last."""
        return self._wanted.df if self._wanted else None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The shown columns."""
        return self._layout.columns

    @property
    def sort_keys(self) -> tuple[SortKey, ...]:
        """What the rows are asked to be sorted by."""
        return self._wanted.sort if self._wanted else ()

    @property
    def column(self) -> Column | None:
        """The column under the cursor."""
        return self.columns[self.cursor_column] if self.cursor_column < len(self.columns) else None

    @property
    def row(self) -> dict[str, Any] | None:
        """The row under the cursor, by column name."""
        return self._rows.record(self.cursor_row) if self._rows and self.cursor_row < self.row_count else None

    @property
    def cell_value(self) -> object:
        """The value under the cursor, whole."""
        row, column = self.row, self.column
        return row[column.name] if row and column else None

    def view(self) -> pl.DataFrame:
        """The rows as shown, filtered and in order, with all columns of the frame."""
        return self._shown.picked(self._rows.df.columns if self._rows else ())()

    def picked(self, names: Sequence[str] = ()) -> Callable[[], pl.DataFrame]:
        """A call for a thread that gives the rows as they are shown now: these columns, or the shown ones."""
        return self._shown.picked(names or [column.name for column in self.columns])

    def set_frame(
        self,
        df: pl.DataFrame,
        columns: Sequence[Column],
        *,
        key: Sequence[str] = (),
        frozen: int = 0,
        where: pl.Expr | None = None,
        fresh: bool = False,
    ) -> None:
        """Show the rows of a frame for which ``where`` is true, if there is one.

        The sort and, found by the ``key`` columns, the cursor's row are kept, unless ``fresh``.
        """
        before = None if fresh else self._wanted
        wanted = before.sort if before and before.sort else self._first_sort
        sort = tuple(key for key in wanted if key.column in df.columns)
        if df.height:
            self._first_sort = ()
        self._arrange(Request(df, tuple(columns), frozen, tuple(key), sort, where), to_top=fresh)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns of the same frame."""
        if self._wanted and self._wanted.columns != tuple(columns):
            self._arrange(replace(self._wanted, columns=tuple(columns)))

    def set_filter(self, where: pl.Expr | None) -> None:
        """Show only rows for which the expression is true; None shows all."""
        if self._wanted and not (where is None and self._wanted.where is None):
            self._arrange(replace(self._wanted, where=where))

    def sort_first_by(self, *keys: SortKey) -> None:
        """Sort the first rows that come by these columns, those of them that are there."""
        self._first_sort = keys

    def sort_by(self, *keys: SortKey) -> None:
        """Sort by these columns, the first deciding first; none restores the frame's own order."""
        if self._wanted:
            self._arrange(replace(self._wanted, sort=keys), to_top=True)

    # -- arranging

    def _arrange(self, request: Request, *, to_top: bool = False) -> None:
        self._wanted = request
        anchor = None if to_top else self._anchor(request.key)
        if request.df.height > ROWS_AT_ONCE and self.is_running and (request.sort or request.where is not None):
            self._arrange_in_thread(request, anchor, to_top)
            return
        self.workers.cancel_group(self, "arrange")
        try:
            arrangement = arrange(request.df, request.sort, request.where, anchor)
        except Exception as error:  # noqa: BLE001 - polars has many; the filter is the person's
            self._refuse(error)
        else:
            self._show(request, arrangement, to_top)

    @work(group="arrange", exclusive=True)
    async def _arrange_in_thread(self, request: Request, anchor: dict[str, Any] | None, to_top: bool) -> None:
        try:
            arrangement = await asyncio.to_thread(arrange, request.df, request.sort, request.where, anchor)
        except Exception as error:  # noqa: BLE001 - as above
            self._refuse(error)
            return
        if request is self._wanted:
            self._show(request, arrangement, to_top)

    def _refuse(self, error: Exception) -> None:
        if self._wanted:
            self._wanted = replace(self._wanted, where=None)
        self.post_message(self.ArrangeFailed(self, str(error).splitlines()[0]))

    def _anchor(self, key: tuple[str, ...]) -> dict[str, Any] | None:
        row = self.row
        return {name: row[name] for name in key} if row and key and all(name in row for name in key) else None

    def _show(self, request: Request, arrangement: Arrangement, to_top: bool) -> None:
        name = self.column.name if self.column else None
        before = [column.name for column in self.columns]
        same_rows = self._shown.show(request, arrangement.order, self.glyphs)
        names = [column.name for column in self.columns]
        if to_top and names != before:
            self.cursor_column = self._left = 0
        else:
            last = max(len(names) - 1, 0)
            self.cursor_column = names.index(name) if name in names else min(self.cursor_column, last)
        self._left = self._layout.left_for(self.cursor_column, self._left, self.room - 1)
        self.rows_changed(0 if to_top else arrangement.anchor)
        self.post_message(self.ViewChanged(self, same_rows))

    def draw_again(self) -> None:
        """Other signs: widths and rows are made anew."""
        if self._shown.draw_with(self.glyphs):
            self.refresh()
            self.post_message(self.ViewChanged(self, same_rows=False))

    # -- cursor and lines

    def move_column(self, column: int) -> None:
        """Put the cursor on a column, scrolling by whole columns as little as shows it."""
        old = self.cursor_column
        self.cursor_column = min(max(column, 0), max(len(self.columns) - 1, 0))
        if self.cursor_column == old:
            return
        left = self._layout.left_for(self.cursor_column, self._left, self.room - 1)
        if left != self._left:
            self._left = left
            self.refresh()
        else:
            self.refresh_line_at(0)
            self.refresh_row(self.cursor_row)
        self.post_message(self.CursorMoved(self))

    def move_to(self, column: str, value: str) -> bool:
        """Put the cursor on the first row with a value in a column; whether there is one."""
        found = self._rows.taken([column])[column].index_of(value) if self._rows else None
        if found is not None:
            self.move_cursor(found)
        return found is not None

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor's column in sight."""
        self._left = self._layout.left_for(self.cursor_column, self._left, event.size.width - 1)

    @property
    def line_width(self) -> int:
        """A row ends with its last column; the header, which goes on, is repainted as far."""
        return min(width_of(self._slots), self.room - 1)

    @property
    def _slots(self) -> list[Slot]:
        return self._layout.slots(self._left, self.room - 1)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the header, a row, or blank."""
        lines = FrameLines(self._layout, self._slots, self.size.width, self._part_style)
        if y == 0:
            return lines.header(self.cursor_column, self._left > self._layout.frozen)
        row = self.row_at(y)
        if row is None or self._rows is None:
            why = "Nothing passes the filter." if self.total_rows else self.empty
            return lines.message(why if y == 1 and not self.row_count else "")
        if row == self.cursor_row:
            return lines.cursor_row(self._rows, row, self.cursor_column)
        return lines.row(self._rows, row)

    def _part_style(self, part: str) -> Style:
        return self.rich_style if part == "row" else self.get_component_rich_style(f"frame-table--{part}")

    # -- actions

    def action_across(self, columns: int) -> None:
        """Left or right, by whole columns."""
        self.move_column(self.cursor_column + columns)

    def action_column(self, column: int) -> None:
        """The first or, as -1, the last column."""
        self.move_column(column if column >= 0 else len(self.columns) + column)

    def action_activate(self) -> None:
        """Say that the row was opened."""
        row, column = self.row, self.column
        if row and column:
            self.post_message(self.RowActivated(self, row, column.name))

    def action_sort(self, also: bool = False) -> None:
        """Sort by the column under the cursor: ascending, descending, off; or add it as a further key."""
        column = self.column
        if column is None:
            return
        now = next((key for key in self.sort_keys if key.column == column.name), None)
        turned = SortKey(column.name) if now is None else None if now.descending else SortKey(column.name, True)
        if not also:
            self.sort_by(*([turned] if turned else []))
        elif now is None:
            self.sort_by(*self.sort_keys, SortKey(column.name))
        else:
            self.sort_by(*(k for k in (turned if k is now else k for k in self.sort_keys) if k))

    def action_filter(self) -> None:
        """Ask for the filter line."""
        self.post_message(self.FilterRequested(self))

    def action_copy_cell(self) -> None:
        """Offer the cell's whole text for copying."""
        if self.column and self.row_count:
            self.post_message(CopyRequested(copy_text(self.cell_value), self.column.title))

    def action_copy_row(self) -> None:
        """Offer the row, its shown columns separated by tabs."""
        row = self.row
        if row:
            text = "\t".join(copy_text(row[column.name]) for column in self.columns)
            self.post_message(CopyRequested(text, "row"))
