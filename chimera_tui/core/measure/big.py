"""Files too large to hold: read in pieces, kept in full up to the cap and as statistics of each column beyond it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chimera_tui.core.measure.documents import Numbering, measure_document
from chimera_tui.core.measure.files import close, measure_text, sink_of
from chimera_tui.core.measure.observe import Seen, see
from chimera_tui.core.measure.records import Record, Walk
from chimera_tui.core.measure.result import FileResult, Limits
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.measure.summaries import Summary
from chimera_tui.core.read.content import decode, read_bytes
from chimera_tui.core.read.jsontext import Json
from chimera_tui.core.read.streams import is_json_lines, items, json_lines, survey

HEAD = 1 << 20
_WHOLE_JSON = 64_000_000
"""A JSON document without a list of records is decoded in one piece up to this size."""


def measure_big(path: Path, rel: str, kind: str, limits: Limits) -> FileResult:
    """A large file. OSError passes through."""
    head = read_bytes(path, HEAD)
    if head[:4] == b"PAR1":
        from chimera_tui.core.measure.columnar import measure_parquet

        return measure_parquet(path, rel, limits)
    content = decode(_whole_lines(head))
    if content.text is None:
        status = "failed" if content.encoding == "git-lfs pointer" else "no measurements"
        return FileResult(status=status, reason=content.problem, encoding=content.encoding)
    first = content.text[:200].lstrip()[:1]
    if content.encoding.startswith("utf-16"):
        return measure_text(decode(read_bytes(path, limits.text_bytes)), rel, kind, limits)
    if kind in ("json", "jsonl") or (first in ("{", "[") and kind != "markdown"):
        return _lines(path, rel, limits) if is_json_lines(head) else _document(path, rel, limits)
    if kind in ("csv", "tsv"):
        from chimera_tui.core.measure.columnar import measure_big_table

        return measure_big_table(path, rel, content, limits)
    result = measure_text(decode(read_bytes(path, limits.text_bytes)), rel, kind, limits)
    if path.stat().st_size > limits.text_bytes and result.value:
        result.status = "partial"
        result.reason = f"only its first {limits.text_bytes // 1_000_000} MB were searched; {result.reason}".rstrip(
            "; "
        )
    return result


def _whole_lines(head: bytes) -> bytes:
    cut = head.rfind(b"\n")
    return head[: cut + 1] if cut > 0 else head


def _lines(path: Path, rel: str, limits: Limits) -> FileResult:
    lines = json_lines(path)
    first = next(lines.values, None)
    sink = sink_of(first, rel, limits)
    count = _take(_chain(first, lines.values), sink, rel=rel, limits=limits, parent=None, base="")
    result = sink.finish()
    result.encoding, result.rows = "jsonl", count
    reasons = [f"{lines.other[0]:,} of its lines are not JSON and are left out"] if lines.other[0] else []
    return _ended(result, sink, reasons)


def _document(path: Path, rel: str, limits: Limits) -> FileResult:
    import ijson

    fault = ""
    try:
        found = survey(path)
    except (ijson.JSONError, ValueError) as error:
        return FileResult(status="failed", reason=f"broken JSON near its start: {_short(error)}", encoding="json")
    if not found.prefix:
        if path.stat().st_size <= _WHOLE_JSON:
            return measure_text(decode(read_bytes(path)), rel, "json", limits)
        return FileResult(
            status="failed", reason="too large to decode whole, and without a list of records", encoding="json"
        )
    stream = items(path, found.prefix)
    try:
        first = next(stream, None)
    except (ijson.JSONError, ValueError) as error:
        return FileResult(status="failed", reason=f"broken JSON near its start: {_short(error)}", encoding="json")
    sink = _sink_of_list(found.prefix, found.scalars, first, rel, limits)
    parent = _around(found.scalars, sink)
    base = found.prefix.removesuffix("item").removesuffix(".")
    count = 0
    try:
        count = _take(_chain(first, stream), sink, rel=rel, limits=limits, parent=parent, base=base)
    except (ijson.JSONError, ValueError) as error:
        fault = f"broken or cut off: {_short(error)}; what came before is kept"
    result = sink.finish()
    result.encoding, result.rows = "json", count or result.rows
    reasons = [fault] if fault else []
    if base:
        reasons.append(f"only the records in {base} are read, and what stands before them")
    result.status = "partial" if fault else result.status
    return _ended(result, sink, reasons)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def _sink_of_list(prefix: str, scalars: list[tuple[str, Any]], first: Json, rel: str, limits: Limits) -> Sink:
    """The tool shows in the objects around the list as often as in the list's."""
    document: dict[str, Any] = {name: value for name, value in scalars if "." not in name}
    keys = prefix.removesuffix("item").removesuffix(".")
    if not keys:
        return sink_of(first, rel, limits)
    document[keys.partition(".")[0]] = [first] if "." not in keys else {keys.partition(".")[2]: [first]}
    sink = sink_of(document, rel, limits)
    return sink if sink.tool else sink_of(first, rel, limits)


def _around(scalars: list[tuple[str, Any]], sink: Sink) -> Seen | None:
    record = Record("", None)
    record.leaves = [(prefix, value, "", None) for prefix, value in scalars[:500]]
    return see(record, None, sink.tool) if scalars else None


def _chain(first: Json, rest: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
    yield from rest


def _take(values: Iterator[Any], sink: Sink, *, rel: str, limits: Limits, parent: Seen | None, base: str) -> int:
    numbering, walk = Numbering(sink), Walk(sink.tool, limits.depth)
    summary = Summary(walk, sink, rel)
    count = 0
    try:
        for count, value in enumerate(values, 1):
            if sink.spreads is None:
                measure_document(value, walk, numbering, f"{base}[{count - 1}]", rel=rel, around=parent)
            else:
                summary.take(value)
    finally:  # a document that breaks off keeps what came before
        summary.close()
    return count


def _ended(result: FileResult, sink: Sink, reasons: list[str]) -> FileResult:
    if not result.value:
        result.role = "other"
        if result.status != "partial":
            result.status = "no measurements"
        reasons.append("none of its numbers is a measurement")
    close(result, sink, reasons)
    return result
