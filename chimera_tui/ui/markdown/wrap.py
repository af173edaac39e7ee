"""Wrapping by cells: words where there are spaces, grapheme by grapheme where a word is too long or wide."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import split_graphemes

from chimera_tui.ui.markdown.lines import Line, Prefix, Span, cells, cut, spans_cells

_WORD = re.compile(r"[^ ]+")

Break = tuple[int, int, str]
"""First and last+1 character of a row, and how it joins the row above: newline, space or nothing."""


class _Rows:
    """Rows being filled from left to right."""

    def __init__(self, first: int, rest: int, joint: str) -> None:
        self.rows: list[Break] = []
        self.room, self.rest, self.joint = first, rest, joint
        self.start = self.end = -1
        self.used = 0

    def place(self, start: int, end: int, width: int) -> bool:
        """Put characters on the current row if they fit beside what stands there."""
        gap = start - self.end if self.start >= 0 else 0
        if self.used and self.used + gap + width > self.room:
            return False
        if self.start < 0:
            self.start = start
        self.used += gap + width
        self.end = end
        return True

    def turn(self, joint: str) -> None:
        """Close the current row."""
        if self.start >= 0:
            self.rows.append((self.start, self.end, self.joint))
            self.joint = joint
        self.start, self.used, self.room = -1, 0, self.rest


def rows_of(text: str, first: int, rest: int, joint: str = "\n") -> list[Break]:
    """Where to break one paragraph without newlines so that no row is wider than its room."""
    if text and len(text) <= first and text.isascii() and text[0] != " ":
        return [(0, len(text.rstrip(" ")) or 1, joint)]
    rows = _Rows(max(first, 1), max(rest, 1), joint)
    for word in _WORD.finditer(text):
        start, end = word.span()
        width = cells(word.group())
        breakable = width > len(word.group()) or width > rows.rest
        if not breakable:
            if not rows.place(start, end, width):
                rows.turn(" ")
                rows.place(start, end, width)
            continue
        if width > rows.rest and rows.used > rows.room // 2:
            rows.turn(" ")
        _place_graphemes(rows, word.group(), start)
    rows.turn(" ")
    return rows.rows or [(0, 0, joint)]


def _place_graphemes(rows: _Rows, word: str, offset: int) -> None:
    parts = ((i, i + 1, 1) for i in range(len(word))) if word.isascii() else iter(split_graphemes(word)[0])
    joint = " "
    for start, end, width in parts:
        if not rows.place(offset + start, offset + end, width):
            rows.turn(joint)
            rows.place(offset + start, offset + end, width)
        joint = ""


def _hard_rows(text: str, first: int, rest: int) -> Iterator[Break]:
    offset = 0
    for number, part in enumerate(text.split("\n")):
        for start, end, joint in rows_of(part, rest if number else first, rest):
            yield offset + start, offset + end, joint
        offset += len(part) + 1


def wrapped(spans: Sequence[Span], prefix: Prefix, width: int) -> list[Line]:
    """Spans (newlines are hard breaks) as rows no wider than ``width``, behind their prefix."""
    prefix = prefix.fitted(width)
    text = "".join(span[0] for span in spans)
    first, rest = width - spans_cells(prefix.first), width - spans_cells(prefix.rest)
    rows = list(_hard_rows(text, first, rest))
    pieces = cut(spans, ((start, end) for start, end, _ in rows))
    return [prefix.line(piece, number, rows[number][2]) for number, piece in enumerate(pieces)]


def chopped(spans: Sequence[Span], prefix: Prefix, width: int, number: int = 0) -> list[Line]:
    """One line of code, its spaces kept, cut into rows wherever the width ends."""
    prefix = prefix.fitted(width)
    lead = prefix.rest if number else prefix.first
    text = "".join(span[0] for span in spans)
    room = max(width - max(spans_cells(lead), spans_cells(prefix.rest)), 1)
    if cells(text) <= room:
        return [prefix.line(spans, number)]
    rows = _Rows(room, room, "\n")
    _place_graphemes(rows, text, 0)
    rows.turn("")
    pieces = cut(spans, ((start, end) for start, end, _ in rows.rows))
    return [prefix.line(p, number + i, "" if i else "\n") for i, p in enumerate(pieces)]
