"""What a table shows: a frame, which of its rows in which order, and its columns measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from chimera_tui.ui.tables.cells import UNICODE, Glyphs
from chimera_tui.ui.tables.layout import Layout
from chimera_tui.ui.tables.rows import Rows, measured

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from chimera_tui.ui.tables.arrange import SortKey
    from chimera_tui.ui.tables.column import Column


@dataclass(frozen=True)
class Request:
    """What is to be shown; replaced whole, so that the answer to an older one is known as stale."""

    df: pl.DataFrame
    columns: tuple[Column, ...]
    frozen: int = 0
    key: tuple[str, ...] = ()
    sort: tuple[SortKey, ...] = ()
    where: pl.Expr | None = None


class ShownFrame:
    """``rows`` and ``layout`` of the request that was shown last; columns are measured only when they are others."""

    def __init__(self) -> None:
        self.rows: Rows | None = None
        self.layout = Layout((), (), 0, (), UNICODE)
        self._request: Request | None = None

    def show(self, request: Request, order: pl.Series | None, glyphs: Glyphs) -> bool:
        """Show a request in this order of rows; whether the rows are those that were shown before."""
        before = self._request
        same_frame = before is not None and before.df is request.df
        if before is None or not same_frame or before.columns != request.columns:
            sizes = measured(request.df, request.columns, glyphs)
            columns, widths = tuple(column for column, _ in sizes), tuple(width for _, width in sizes)
            self.layout = Layout(columns, widths, request.frozen, request.sort, glyphs)
        self.layout = replace(self.layout, sort=request.sort)
        self.rows = Rows(request.df, order, glyphs)
        self._request = request
        return before is not None and same_frame and before.where is request.where

    def draw_with(self, glyphs: Glyphs) -> bool:
        """Take other signs: widths and texts are made anew. Whether there was anything to do."""
        request = self._request
        if request is None or self.rows is None or self.layout.glyphs is glyphs:
            return False
        widths = tuple(width for _, width in measured(request.df, request.columns, glyphs))
        self.layout = replace(self.layout, natural=widths, glyphs=glyphs)
        self.rows = Rows(request.df, self.rows.order, glyphs)
        return True

    def picked(self, names: Sequence[str]) -> Callable[[], pl.DataFrame]:
        """A call for a thread that gives these columns of the rows as they are shown now."""
        import polars as pl

        rows = self.rows
        if rows is None:
            return pl.DataFrame
        wanted = [name for name in names if name in rows.df.columns]
        return partial(rows.taken, list(dict.fromkeys(wanted)))
