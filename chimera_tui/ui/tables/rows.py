"""The rows of an arranged frame as text, a page at a time: only what is looked at is ever formatted."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from chimera_tui.ui.tables.cells import Glyphs, cell_text
from chimera_tui.ui.tables.column import Column, with_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

PAGE = 64
PAGES_KEPT = 6
MEASURED_WHOLE = 100_000
"""Rows up to which the longest text of a column is looked for; beyond, that of the sample decides."""
SAMPLE = 400
"""Rows, spread over the frame, whose numbers decide a column's digits."""


class Rows:
    """A frame in shown order. ``order`` holds row numbers, None means the frame as it is."""

    def __init__(self, df: pl.DataFrame, order: pl.Series | None, glyphs: Glyphs) -> None:
        self.df = df
        self.order = order
        self.glyphs = glyphs
        self._pages: OrderedDict[int, dict[Column, list[str]]] = OrderedDict()

    @property
    def height(self) -> int:
        """How many rows are shown."""
        return self.df.height if self.order is None else self.order.len()

    def text(self, row: int, column: Column) -> str:
        """The cell's text, not yet fitted; empty for null."""
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = {}
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        if column not in page:
            values = self._taken(column.name, number * PAGE, PAGE)
            page[column] = [cell_text(value, column, self.glyphs) for value in values]
        return page[column][place]

    def value(self, row: int, name: str) -> object:
        """The cell's value itself."""
        return self.df[name][self.index(row)]

    def record(self, row: int) -> dict[str, Any]:
        """The whole row by column name, shown or not."""
        return self.df.row(self.index(row), named=True)

    def taken(self, names: Sequence[str]) -> pl.DataFrame:
        """Some columns of the rows as shown."""
        picked = self.df.select(names)
        return picked if self.order is None else picked[self.order]

    def index(self, row: int) -> int:
        """The row's number in the frame."""
        return row if self.order is None else int(self.order[row])

    def _taken(self, name: str, start: int, length: int) -> list[Any]:
        if self.order is None:
            return self.df[name].slice(start, length).to_list()
        return self.df[name].gather(self.order.slice(start, length)).to_list()


def measured(df: pl.DataFrame, columns: Sequence[Column], glyphs: Glyphs) -> list[tuple[Column, int]]:
    """Each column with its digits settled and the width its values need, header apart."""
    sample = df if df.height <= SAMPLE else df.sample(SAMPLE, seed=0)
    result = []
    for column in columns:
        values = [*sample[column.name].to_list(), *_extremes(df[column.name], column)]
        settled = with_digits(column, values)
        width = max((cell_len(cell_text(value, settled, glyphs)) for value in values), default=1)
        result.append((settled, max(width, 1)))
    return result


def _extremes(values: pl.Series, column: Column) -> list[Any]:
    """The values a sample may miss that decide the width: the longest text, the smallest and largest number."""
    import polars as pl

    if not values.len() or column.kind == "bool":
        return []
    if values.dtype == pl.String:
        if values.len() > MEASURED_WHOLE:
            return []
        return [values[longest]] if (longest := values.str.len_chars().arg_max()) is not None else []
    return [values.min(), values.max()] if values.dtype.is_numeric() else []
