"""Formats whose shape says what their names do not."""

from typing import Any

from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.read.delimited import Table


def special_document(document: Any, tool: str, file_name: str) -> Any:
    """Placeholder."""
    return None


def special_table(table: Table, sink: Sink, start: int) -> bool:
    """Placeholder."""
    return False
