"""The parts every layout is made of: spans with their place in the source, and lines of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from rich.cells import cell_len

from chimera_tui.core.inert import inert_line

Span = tuple[str, str, int]
"""Text, style names separated by spaces, and the source offset of its first character (-1: not from the source)."""

Place = tuple[int, int, int]
"""A row of a document, and the first and last+1 character on it."""

Overlay = tuple[int, int, str, str]
"""First and last+1 character of a row, the style names laid over them, what is drawn instead (empty: their own)."""


class Link(NamedTuple):
    """Where a link's text stands in the source (-1 where it has no place there), and what it points to."""

    start: int
    end: int
    target: str


MIN_ROOM = 12
"""Cells that any indentation leaves for text."""


def cells(text: str) -> int:
    """Cells that a text takes on the screen."""
    return len(text) if text.isascii() else cell_len(text)


def spans_cells(spans: Iterable[Span]) -> int:
    """Cells that spans take together."""
    return sum(cells(span[0]) for span in spans)


class Line:
    """One row of the screen: its spans, how many characters of it are indentation, how it joins the row above."""

    __slots__ = ("indent", "joint", "spans", "strip")

    def __init__(self, spans: tuple[Span, ...], indent: int = 0, joint: str = "\n") -> None:
        self.spans = spans
        self.indent = indent
        self.joint = joint
        self.strip: Any = None  # what the widget drew from it, for its width and theme

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and self.spans == other.spans

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Line({self.plain!r})"

    @property
    def plain(self) -> str:
        """The row's text."""
        return "".join(span[0] for span in self.spans)

    @property
    def content(self) -> str:
        """The row's text without its indentation."""
        return self.plain[self.indent :]


def _fitted(lead: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    while lead and spans_cells(lead) > width - MIN_ROOM:
        lead = lead[:1] + lead[2:] if len(lead) > 1 else ()
    return lead


class Prefix:
    """What stands left of a block: spans of its first row and of the rows below."""

    __slots__ = ("first", "rest")

    def __init__(self, first: tuple[Span, ...] = (), rest: tuple[Span, ...] = ()) -> None:
        self.first = first
        self.rest = rest

    def fitted(self, width: int) -> "Prefix":
        """The same with outer levels (but the margin) dropped until there is room for text."""
        return Prefix(_fitted(self.first, width), _fitted(self.rest, width))

    def line(self, spans: Iterable[Span], number: int, joint: str = "\n") -> Line:
        """Row ``number`` of the block with its indentation."""
        lead = self.rest if number else self.first
        return Line((*lead, *spans), sum(len(span[0]) for span in lead), joint)


def shown(text: str, style: str, source: int) -> Iterator[Span]:
    """Untrusted text of one line as spans; control characters are spelled out, without a place in the source."""
    if text.isprintable() and "\ufeff" not in text:
        yield text, style, source
        return
    start = 0
    for index, char in enumerate(text):
        spelled = "    " if char == "\t" else inert_line(char)
        if spelled != char:
            if index > start:
                yield text[start:index], style, source + start if source >= 0 else -1
            yield spelled, style, -1
            start = index + 1
    if start < len(text):
        yield text[start:], style, source + start if source >= 0 else -1


def cut(spans: Sequence[Span], ranges: Iterable[tuple[int, int]]) -> Iterator[list[Span]]:
    """The spans of each ascending range of characters."""
    index, base = 0, 0
    for start, end in ranges:
        while index < len(spans) and base + len(spans[index][0]) <= start:
            base += len(spans[index][0])
            index += 1
        piece: list[Span] = []
        at, place = index, base
        while at < len(spans) and place < end:
            text, style, source = spans[at]
            low, high = max(start - place, 0), min(end - place, len(text))
            if high > low:
                piece.append((text[low:high], style, source + low if source >= 0 else -1))
            place += len(text)
            at += 1
        yield piece


def overlaid(spans: Sequence[Span], overlays: Sequence[Overlay]) -> list[Span]:
    """Spans cut at the overlays' borders, with their styles laid over in the order given."""
    if not overlays:
        return list(spans)
    length = sum(len(span[0]) for span in spans)
    borders = sorted({0, length, *(min(at, length) for one in overlays for at in one[:2])})
    ranges = list(pairwise(borders))
    out: list[Span] = []
    for (start, end), piece in zip(ranges, cut(spans, ranges), strict=True):
        here = [one for one in overlays if one[0] <= start < one[1]]
        over = " ".join(one[2] for one in here)
        drawn = next((one[3] for one in reversed(here) if one[3]), "")
        if drawn and end - start == len(drawn):
            piece = [(drawn, piece[0][1], -1)]  # noqa: PLW2901  # what stands there is drawn over
        out.extend((text, f"{style} {over}".strip(), source) for text, style, source in piece)
    return out
