"""What a block is made of once parsed: leaves that lay themselves out for a width."""

from typing import Protocol

from chimera_tui.ui.markdown.lines import Line, Prefix, Span, spans_cells
from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.wrap import wrapped

PROSE_CELLS = 100
"""Prose is not set wider than this: longer rows are hard to read."""


class Leaf(Protocol):
    """Anything that can be laid out."""

    def layout(self, width: int, options: DrawOptions) -> list[Line]:
        """Rows for a width in cells."""
        ...


class Prose:
    """A paragraph, or a heading with the rule under it."""

    __slots__ = ("prefix", "spans", "underline")

    def __init__(self, prefix: Prefix, spans: list[Span], underline: str = "") -> None:
        self.prefix, self.spans, self.underline = prefix, spans, underline

    def layout(self, width: int, options: DrawOptions) -> list[Line]:  # noqa: ARG002
        """Wrapped rows."""
        rows = wrapped(self.spans, self.prefix, min(width, PROSE_CELLS))
        if self.underline:
            prefix = self.prefix.fitted(width)
            lead = sum(len(span[0]) for span in prefix.rest)
            longest = max(spans_cells(row.spans) for row in rows) - lead
            style = self.spans[0][1] if self.spans else ""
            rows.append(prefix.line([(self.underline * max(longest, 1), f"{style} rule".strip(), -1)], 1))
        return rows


class Rule:
    """A thematic break."""

    __slots__ = ("prefix",)

    def __init__(self, prefix: Prefix) -> None:
        self.prefix = prefix

    def layout(self, width: int, options: DrawOptions) -> list[Line]:
        """One row of rule."""
        prefix = self.prefix.fitted(width)
        room = min(width, PROSE_CELLS) - spans_cells(prefix.first)
        return [prefix.line([(options.glyphs.rule * max(room, 1), "rule", -1)], 0)]


class Blank:
    """The empty row between two blocks."""

    __slots__ = ("prefix",)

    def __init__(self, prefix: Prefix) -> None:
        self.prefix = prefix

    def layout(self, width: int, options: DrawOptions) -> list[Line]:  # noqa: ARG002
        """One row of nothing but the bars of the quotes around it."""
        return [self.prefix.fitted(width).line((), 1)]
