"""The one message by which panes offer their rows to a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    import polars as pl


class ExportRequested(Message):
    """The rows as shown should go to a file; ``frame()`` gives them and may take a moment."""

    def __init__(self, frame: Callable[[], pl.DataFrame], name: str) -> None:
        super().__init__()
        self.frame = frame
        self.name = name
