"""A table under the line that sums it up and its filter line: ``/`` opens it, Enter goes to the rows, Esc clears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical

from chimera_tui.core.query import QueryError, compile_filter
from chimera_tui.ui.tables.arrange import SortKey
from chimera_tui.ui.tables.column_suggester import ColumnSuggester
from chimera_tui.ui.tables.filter_line import FilterLine
from chimera_tui.ui.tables.frame_table import FrameTable
from chimera_tui.ui.tables.summary_line import SummaryLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from textual.app import ComposeResult


class FilteredTable(Vertical):
    """What panes with rows have in common. One says which rows it shows in ``show_rows``, and names the columns that
    can be typed in ``column_names``.
    """

    def __init__(
        self, empty: str, example: str, *, summary_rows: int = 1, ascii: bool | None = None,  # noqa: A002
        id: str | None = None,  # noqa: A002
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self.table = FrameTable(ascii=ascii, empty=empty)
        self.filter_line = FilterLine(example, suggester=ColumnSuggester(self.column_names), id="filter")
        self.summary = SummaryLine(summary_rows)

    def compose(self) -> ComposeResult:
        """Summary, filter line, table."""
        yield self.summary
        yield self.filter_line
        yield self.table

    def column_names(self) -> list[str]:
        """What a filter can speak of."""
        raise NotImplementedError

    def show_rows(self) -> object:
        """Show the rows that the filter leaves, as it stands now."""
        raise NotImplementedError

    def filter_wanted(self) -> None:
        """The person wants to filter."""
        self.filter_line.open()

    def filter_typed(self) -> None:
        """The filter is another one."""
        self.show_rows()

    def filter_cleared(self) -> None:
        """The filter is gone."""
        self.show_rows()

    def focus_inside(self) -> None:
        """The table takes the keys for the pane."""
        self.table.focus()

    def filter_of(self, frame: pl.DataFrame | None, text_columns: Sequence[str]) -> pl.Expr | None:
        """The filter over a frame; what is wrong with it is said beside the line."""
        problem, where = "", None
        if frame is not None and self.filter_line.text.strip():
            try:
                where = compile_filter(self.filter_line.text, frame.schema, text_columns=tuple(text_columns))
            except QueryError as error:
                problem = str(error)
        self.filter_line.say(problem)
        return where

    # -- from one start to the next

    def remembered(self) -> dict[str, object]:
        """What the next start shows again."""
        sort = [[key.column, key.descending] for key in self.table.sort_keys]
        return {"filter": self.filter_line.text, "sort": sort}

    def restore_rows(self, filtered: str, sort: Sequence[tuple[str, bool]]) -> None:
        """Filter and sort as they were left."""
        self.filter_line.restore(filtered)
        self.table.sort_first_by(*(SortKey(*key) for key in sort))

    # -- the filter line

    @on(FrameTable.FilterRequested)
    def _open_filter(self, event: FrameTable.FilterRequested) -> None:
        event.stop()
        self.filter_wanted()

    @on(FilterLine.Changed, "#filter")
    def _typed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self.filter_typed()

    @on(FilterLine.Submitted, "#filter")
    @on(FilterLine.Left, "#filter")
    def _entered(self, event: FilterLine.Submitted | FilterLine.Left) -> None:
        event.stop()
        if isinstance(event, FilterLine.Submitted) and self.filter_line.refused:
            return
        if not event.text.strip():
            self.filter_line.close()
        self.table.focus()

    @on(FilterLine.Cleared, "#filter")
    def _cleared(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self.filter_cleared()
        self.table.focus()

    @on(FrameTable.ArrangeFailed)
    def _say_failure(self, event: FrameTable.ArrangeFailed) -> None:
        event.stop()
        self.filter_line.say(event.reason)
