"""The header and the rows of a table as styled text: few style changes, since each costs 40 bytes on the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from chimera_tui.core.endings import Ending
from chimera_tui.ui.tables.cells import fit
from chimera_tui.ui.tables.layout import width_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style

    from chimera_tui.ui.tables.column import Column
    from chimera_tui.ui.tables.layout import Layout, Slot
    from chimera_tui.ui.tables.rows import Rows

STATUS_STYLES = {"failed": "error", "partial": "warning"}
"""By the last word of a status; the others need no colour."""


@dataclass(frozen=True)
class FrameLines:
    """Draws the columns that fit; ``style`` gives the style of a part of the table. The last cell stays blank."""

    layout: Layout
    slots: list[Slot]
    width: int
    style: Callable[[str], Style]

    def header(self, cursor_column: int, scrolled: bool) -> Strip:
        """Labels with units and sort marks, the cursor's column reversed, and signs for what is out of sight."""
        layout, style = self.layout, self.style("header")
        parts = [(layout.glyphs.more_left if scrolled else " ", style)]
        for slot in self.slots:
            text = fit(layout.header(slot.index), slot.width, layout.glyphs,
                       right=layout.columns[slot.index].right_aligned)  # fmt: skip
            parts.append((f" {text} ", self.style("column") if slot.index == cursor_column else style))
        if self.slots and self.slots[-1].index < len(layout.columns) - 1:
            room = self.width - 1 - width_of(self.slots)
            parts.append((layout.glyphs.more_right.rjust(max(room, 1)), style))
        return self._strip(parts, style)

    def row(self, rows: Rows, row: int) -> Strip:
        """A row without the cursor: nulls dim, a status that is not ok in its colour."""
        parts = [(" ", self.style("row"))]
        for slot in self.slots:
            column = self.layout.columns[slot.index]
            text = rows.text(row, column)
            parts.append((f" {self._fitted(text, slot)} ", self._cell_style(column, text)))
        return self._strip(parts, self.style("row"))

    def cursor_row(self, rows: Rows, row: int, cursor_column: int) -> Strip:
        """The cursor's row in one style, the cell under the cursor in brackets."""
        text = self.layout.glyphs.cursor
        for slot in self.slots:
            cell = rows.text(row, self.layout.columns[slot.index])
            fitted = self._fitted(cell, slot)
            text += self._bracketed(fitted, slot) if slot.index == cursor_column else f" {fitted} "
        return self._strip([(text, self.style("cursor"))], self.style("row"))

    def message(self, text: str) -> Strip:
        """A sentence where rows would be."""
        return self._strip([(f"  {text}", self.style("null"))], self.style("row"))

    def _fitted(self, text: str, slot: Slot) -> str:
        column, glyphs = self.layout.columns[slot.index], self.layout.glyphs
        return fit(text or glyphs.null, slot.width, glyphs, right=column.right_aligned, cut=column.cut)

    def _bracketed(self, fitted: str, slot: Slot) -> str:
        if self.layout.columns[slot.index].right_aligned:
            bare = fitted.lstrip(" ")
            return f"{' ' * (len(fitted) - len(bare))}[{bare}]"
        bare = fitted.rstrip(" ")
        return f"[{bare}]{' ' * (len(fitted) - len(bare))}"

    def _cell_style(self, column: Column, text: str) -> Style:
        if not text:
            return self.style("null")
        if column.kind == "status":
            return self.style(STATUS_STYLES.get(text.rsplit(" ", 1)[-1], "row"))
        if column.kind == "ending":
            return self.style("row" if text == Ending.COMPLETE else "warning")
        return self.style("row")

    def _strip(self, parts: list[tuple[str, Style]], style: Style) -> Strip:
        strip = Strip([Segment(text, part_style) for text, part_style in parts]).simplify()
        return Strip.join([strip.adjust_cell_length(self.width - 1, style), Strip.blank(1, self.style("row"))])
