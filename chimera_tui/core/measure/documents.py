"""JSON documents measured: records found, seen and written in document order."""

from collections.abc import Iterable
from typing import Any

from chimera_tui.core.measure.observe import Seen, emit, see
from chimera_tui.core.measure.records import Record, Walk
from chimera_tui.core.measure.sink import Sink


class Numbering:
    """Numbers the observations of a file from 0 and keeps the path of those that are not simply the row."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.next = 0

    def write(self, seen: Seen, path: str, plain: str | None) -> None:
        """Write one record; ``plain`` is the path that its number alone would mean."""
        if emit(seen, self.next, self.sink):
            if path != plain and self.sink.spreads is None:
                self.sink.result.records[self.next] = path
            self.next += 1


def measure_document(document: Any, walk: Walk, numbering: Numbering, path: str = "") -> None:
    """Write all records of one JSON value. Enclosing records come first, and give those inside their factors."""
    records = list(walk.records(document, path))
    tool = numbering.sink.tool
    seen: dict[int, Seen] = {}
    for record in records:
        parent = seen[id(record.parent)] if record.parent is not None else None
        seen[id(record)] = see(record, parent, tool)
    for record in records:
        numbering.write(seen[id(record)], record.path, f"[{numbering.next}]")


def measure_rows(rows: Iterable[tuple[str, Any]], walk: Walk, numbering: Numbering) -> int:
    """Write JSON Lines: each value with the path it has; how many there were."""
    count = 0
    for path, document in rows:
        measure_document(document, walk, numbering, path)
        count += 1
    return count


__all__ = ["Numbering", "Record", "measure_document", "measure_rows"]
