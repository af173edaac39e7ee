"""Verdicts on numbers, laid over rows: no row is ever laid out differently because of one.

The number itself takes a style. A contradicted or unverifiable one has a glyph too, drawn over the space before its
word: text that is already shown never moves, and the rows stay those of the text alone.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable

import msgspec

from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Label, Source
from chimera_tui.ui.markdown.lines import Line, Overlay
from chimera_tui.ui.markdown.options import Glyphs

_WORD_CELLS = 24
"""How far before a number its word may begin for the glyph to stand there."""


class Mark(msgspec.Struct, frozen=True):
    """A verdict on characters ``start`` to ``end`` of the source, with what a person wants to know about it."""

    start: int
    end: int
    label: Label
    note: str = ""
    """The reason, in plain words."""
    right: str = ""
    """The right value, where the number is contradicted and one is known."""
    rule: str = ""
    """The rule that decided: what kind of source there is."""
    unscoped: bool = False
    """The text does not say which rows it speaks of."""
    sources: tuple[Source, ...] = ()


class Marks:
    """All marks of a text in its order; one place has one mark, the latest."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks: list[Mark] = []
        self._longest = 0
        for mark in marks:
            self.put(mark)

    def __len__(self) -> int:
        return len(self._marks)

    def put(self, mark: Mark) -> None:
        """Add a mark, or replace the one on the same characters."""
        place = (mark.start, mark.end)
        index = bisect_left(self._marks, place, key=lambda one: (one.start, one.end))
        if index < len(self._marks) and (self._marks[index].start, self._marks[index].end) == place:
            self._marks[index] = mark
        else:
            self._marks.insert(index, mark)
        self._longest = max(self._longest, mark.end - mark.start)

    def chosen(self, labels: Collection[Label]) -> list[Mark]:
        """The marks with one of these verdicts, in the order of the text."""
        return [one for one in self._marks if one.label in labels]

    def between(self, start: int, end: int) -> list[Mark]:
        """The marks that share a character with a part of the source."""
        low = bisect_left(self._marks, start - self._longest, key=_start)
        high = bisect_left(self._marks, end, key=_start)
        return [one for one in self._marks[low:high] if one.end > start]

    def overlays(self, line: Line, glyphs: Glyphs) -> list[Overlay]:
        """What the marks change on a row."""
        if not self._marks:
            return []
        out: list[Overlay] = []
        signs: dict[int, Label] = {}
        column = 0
        for text, _, source in line.spans:
            for mark in self.between(source, source + len(text)) if source >= 0 else ():
                low, high = max(mark.start - source, 0), min(mark.end - source, len(text))
                out.append((column + low, column + high, mark.label, ""))
                if mark.start >= source and mark.label != SUPPORTED:
                    place = _space_before(line.plain, column + low)
                    if place >= 0 and signs.get(place) != CONTRADICTED:
                        signs[place] = mark.label
            column += len(text)
        free = [place for place in signs if not any(low <= place < high for low, high, *_ in out)]
        return out + [(place, place + 1, signs[place], sign_of(signs[place], glyphs)) for place in free]


def sign_of(label: Label, glyphs: Glyphs) -> str:
    """The one character that stands for a verdict."""
    signs = {SUPPORTED: glyphs.supported, CONTRADICTED: glyphs.contradicted}
    return signs.get(label, glyphs.unverifiable)


def _start(mark: Mark) -> int:
    return mark.start


def _space_before(row: str, column: int) -> int:
    """The space before the word that a column is in; -1 where there is none near."""
    return row.rfind(" ", max(column - _WORD_CELLS, 0), column)
