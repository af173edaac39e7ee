"""JSON documents measured: records found, seen and written in document order."""

from chimera_tui.core.measure.emission import emit
from chimera_tui.core.measure.observe import Seen, see
from chimera_tui.core.measure.records import Record, Walk
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.measure.special import asv_definitions, special_records
from chimera_tui.core.read.jsontext import Json


class Numbering:
    """Numbers the observations of a file from 0 and keeps the path of those that are not simply the row."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.next = 0

    def write(self, seen: Seen, path: str, plain: str | None) -> None:
        """Write one record; ``plain`` is the path that its number alone would mean."""
        if emit(seen, self.next, self.sink, counted=path != ""):
            if path != plain and self.sink.spreads is None:
                self.sink.result.records[self.next] = path
            self.next += 1


def measure_document(
    document: Json, walk: Walk, numbering: Numbering, path: str = "", *, rel: str = "", around: Seen | None = None
) -> None:
    """Write all records of one JSON value. Enclosing records come first, and give those inside their factors.

    ``around`` is what encloses the value itself, where it is one of many read one by one.
    """
    for record, seen in seen_in(document, walk, numbering.sink.tool, path, rel=rel, around=around):
        numbering.write(seen, record.path, f"[{numbering.next}]")


def seen_in(
    document: Json, walk: Walk, tool: str, path: str = "", *, rel: str = "", around: Seen | None = None
) -> list[tuple[Record, Seen]]:
    """The records of a document, and what each says."""
    records = special_records(document, tool, path, rel)
    if records is None:
        records = [] if asv_definitions(document) else walk.records(document, path)
    seen: dict[int, Seen] = {}
    for record in records:
        parent = seen[id(record.parent)] if record.parent is not None else around
        seen[id(record)] = see(record, parent, tool)
    return [(record, seen[id(record)]) for record in records]
