"""Which columns of a table fit side by side, and how wide each becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chimera_tui.ui.tables.cells import Glyphs

if TYPE_CHECKING:
    from chimera_tui.ui.tables.arrange import SortKey
    from chimera_tui.ui.tables.column import Column

GUTTER = 1
GAP = 2
"""Cells around a value: one before, one after; the cursor's brackets go there."""
LEAST = 4
"""Cells below which a cut column is not worth showing."""


@dataclass(frozen=True)
class Slot:
    """A column's place on the screen: its number and the cells its values get."""

    index: int
    width: int


def width_of(slots: list[Slot]) -> int:
    """Cells that a row takes with its gutter."""
    return GUTTER + sum(slot.width + GAP for slot in slots)


@dataclass(frozen=True)
class Layout:
    """Measured columns, how many stay at the left, and the sort marks their headers carry."""

    columns: tuple[Column, ...]
    natural: tuple[int, ...]
    frozen: int
    sort: tuple[SortKey, ...]
    glyphs: Glyphs

    def header(self, index: int) -> str:
        """The header's text with its sort mark: ``size ▼``, ``size ▼2`` among several."""
        column = self.columns[index]
        mark = self.mark(column.name)
        return f"{column.title} {mark}" if mark else column.title

    def mark(self, name: str) -> str:
        """The sort mark of a column, empty where it is not sorted by."""
        for place, key in enumerate(self.sort, 1):
            if key.column == name:
                arrow = self.glyphs.descending if key.descending else self.glyphs.ascending
                return arrow if len(self.sort) == 1 else f"{arrow}{place}"
        return ""

    def width(self, index: int) -> int:
        """The cells a column asks for, within its maximum."""
        column = self.columns[index]
        return max(min(self.natural[index], column.max_width), len(self.header(index)))

    def slots(self, left: int, total: int) -> list[Slot]:
        """The columns shown when ``left`` is the first that scrolls, in ``total`` cells."""
        slots: list[Slot] = []
        room = total - GUTTER - 1  # for the sign that there are more columns
        frozen = self._frozen_widths(room, scrolled=left > self.frozen)
        first = [index for index in frozen if index < left]
        for index in [*first, *range(left, len(self.columns))]:
            wanted = frozen.get(index) or self.width(index)
            width = min(wanted, room - GAP)
            too_narrow = width < LEAST or (width < wanted and self.columns[index].right_aligned)
            if width < wanted and too_narrow and index != left:
                break
            slots.append(Slot(index, max(width, 1)))
            room -= width + GAP
            if room < GAP + 1:
                break
        return self._widened(slots, room)

    def _frozen_widths(self, room: int, *, scrolled: bool) -> dict[int, int]:
        """What stays at the left takes six tenths at most, once it is scrolled: numbers whole, text the rest."""
        share = left = room * 6 // 10
        widths: dict[int, int] = {}
        frozen = range(min(self.frozen, len(self.columns)))
        for index in sorted(frozen, key=lambda index: not self.columns[index].right_aligned):
            width = min(self.width(index), left - GAP)
            if width >= LEAST and (width == self.width(index) or not self.columns[index].right_aligned):
                widths[index] = width
                left = left - width - GAP if scrolled else share
        return dict(sorted(widths.items()))

    def _widened(self, slots: list[Slot], room: int) -> list[Slot]:
        """Give what is left over to the columns that are cut, the first ones first."""
        result = []
        for slot in slots:
            more = max(min(self.natural[slot.index] - slot.width, room), 0)
            room -= more
            result.append(Slot(slot.index, slot.width + more))
        return result

    def left_for(self, cursor: int, left: int, total: int) -> int:
        """The first scrolling column that lets the cursor's column be seen whole, moved as little as possible."""
        left = min(max(left, 0), max(len(self.columns) - 1, 0))
        if cursor < left and cursor >= self.frozen:
            return cursor if cursor > self.frozen else 0
        if cursor < self.frozen:
            return 0
        while left < cursor and not self._whole(cursor, left, total):
            left = max(left + 1, self.frozen)
        return left

    def _whole(self, cursor: int, left: int, total: int) -> bool:
        return any(slot.index == cursor and slot.width >= self.width(cursor) for slot in self.slots(left, total))
