"""Scrollbars of whole cells: right on ASCII terminals, and fewer repaints than eighths of a cell over SSH."""

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender


class PlainScrollBar(ScrollBarRender):
    """A thumb that moves by whole cells."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


def use() -> None:
    """Draw every scrollbar this way."""
    ScrollBar.renderer = PlainScrollBar
