"""One file, whatever it is, to its result: the reader is chosen by content, the name only says where to begin."""

from collections.abc import Callable
from pathlib import Path

from chimera_tui.core.measure.alike import likeness_of
from chimera_tui.core.measure.documents import Numbering, measure_document
from chimera_tui.core.measure.factors import COLUMNS
from chimera_tui.core.measure.lexicon import UNKNOWN
from chimera_tui.core.measure.paths import hints
from chimera_tui.core.measure.records import Walk
from chimera_tui.core.measure.result import ELSEWHERE, WAITING, FileResult, Limits
from chimera_tui.core.measure.sink import FAILURE, Sink
from chimera_tui.core.measure.tables import Grid, measure_grid
from chimera_tui.core.measure.tools import tool_of_document, tool_of_header
from chimera_tui.core.read.content import Content, decode, read_bytes
from chimera_tui.core.read.delimited import Table, Tables, split_tables
from chimera_tui.core.read.jsontext import Json, JsonValues, decode_json
from chimera_tui.core.read.ragged import repaired

NOTHING = "no measurements"


def measure_file(
    path: str | Path, rel: str, kind: str, limits: Limits, waits: Callable[[Content, str], bool] | None = None
) -> FileResult:
    """Everything measured in one file. Never raises for what a file holds; what cannot be read is ``failed``.

    ``rel`` is the POSIX path inside the repository: names of directories and files hide configuration.
    ``kind`` is what the name says the file is. ``waits`` may take a table's text, to be measured with others: the
    answer is then ``WAITING``. Where it is given, Parquet is not opened: the answer is ``ELSEWHERE``.
    """
    try:
        return _measured(path, rel, kind.lower(), limits, waits)
    except OSError as fault:
        return FileResult(status="failed", reason=_why_unreadable(fault))
    except _FAULTS as fault:
        return _undecoded(fault)


def measure_table(content: Content, rel: str, limits: Limits) -> FileResult:
    """Everything measured in a table that waited for others in vain."""
    try:
        return measure_delimited(content, rel, limits)
    except _FAULTS as fault:
        return _undecoded(fault)


_FAULTS = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError, MemoryError)


def _undecoded(fault: BaseException) -> FileResult:
    name = type(fault).__name__
    return FileResult(status="failed", reason=f"could not be decoded ({name}: {fault}); please report this file"[:300])


def _why_unreadable(fault: OSError) -> str:
    why = fault.strerror or str(fault)
    if isinstance(fault, PermissionError):
        return f"cannot be read: {why}; check the permissions of the file and its folders"
    if isinstance(fault, FileNotFoundError):
        return "cannot be read: it is gone, or a link to nothing"
    return f"cannot be read: {why}"


def _measured(
    path: str | Path, rel: str, kind: str, limits: Limits, waits: Callable[[Content, str], bool] | None
) -> FileResult:
    data = read_bytes(path, limits.small_bytes + 1)
    if len(data) > limits.small_bytes:
        from chimera_tui.core.measure.big import measure_big

        return measure_big(Path(path), rel, kind, limits)
    if data[:4] == b"PAR1":
        if waits is not None:
            return ELSEWHERE  # Polars writes to the terminal when it panics over a damaged one
        from chimera_tui.core.measure.columnar import measure_parquet

        return measure_parquet(Path(path), rel, limits)
    content = decode(data)
    if content.text is None:
        status = "failed" if content.encoding == "git-lfs pointer" else NOTHING
        return FileResult(status=status, reason=content.problem, encoding=content.encoding)
    if waits is not None and kind == "csv" and waits(content, rel):
        return WAITING
    return measure_text(content, rel, kind, limits)


def measure_text(content: Content, rel: str, kind: str, limits: Limits) -> FileResult:
    """Everything measured in a decoded file of any kind."""
    text = content.text or ""
    head = text[:200].lstrip()[:1]
    if kind in ("json", "jsonl") or (kind not in ("markdown", "csv") and head in ("{", "[")):
        return measure_json(content, rel, limits)
    if kind in ("csv", "tsv"):
        if head in ("{", "["):
            result = measure_json(content, rel, limits)
            if result.status != NOTHING:
                return result
        return measure_delimited(content, rel, limits)
    from chimera_tui.core.measure.prose import measure_prose

    return measure_prose(text, content.encoding, rel, kind, limits)


def measure_json(content: Content, rel: str, limits: Limits) -> FileResult:
    """A JSON or JSON Lines text."""
    found = decode_json(content.text or "", content.raw)
    encoding = found.form if content.encoding == "utf-8" else f"{found.form} {content.encoding}"
    if not found.values:
        return FileResult(status=NOTHING if not found.cut else "failed", reason=found.problem, encoding=encoding)
    sink = sink_of(found.values[0], rel, limits)
    if not sink.tool and len(found.values) > 1:  # a stream tells at its end what it was
        sink = sink_of(found.values[-1], rel, limits)
    count = _measure_values(found, sink, rel, limits)
    result = sink.finish()
    result.encoding, result.rows = encoding, count
    _json_status(result, found, sink)
    return result


def sink_of(sample: Json, rel: str, limits: Limits) -> Sink:
    """An empty sink that knows the tool, by one of a file's JSON values."""
    first = next((v for v in sample[:8] if isinstance(v, dict)), None) if isinstance(sample, list) else sample
    return Sink(tool_of_document(first, rel.rpartition("/")[2]), hints(rel), limits)


def _measure_values(found: JsonValues, sink: Sink, rel: str, limits: Limits) -> int:
    single = len(found.values) == 1 and found.form == "json"
    likeness = likeness_of(found.values[0], sink) if single else None
    if likeness and (count := likeness.fill()) is not None:
        return count
    numbering, walk = Numbering(sink), Walk(sink.tool, limits.depth)
    for i, value in enumerate(found.values):
        path = "" if single else f"line {found.lines[i]}" if found.lines else f"[{i}]"
        measure_document(value, walk, numbering, path, rel=rel)
    if walk.too_deep:
        sink.result.reason = f"nested deeper than {limits.depth} levels: what lies below is left out"
        sink.result.status = "partial"
    elif likeness:
        likeness.learn(numbering.next)
    return numbering.next


def _json_status(result: FileResult, found: JsonValues, sink: Sink) -> None:
    reasons = [result.reason] if result.reason else []
    if found.cut:
        result.status = "partial"
        reasons.append(f"{found.problem or 'its last line is cut off'}: what was whole before is kept")
    if found.other_lines:
        reasons.append(f"{found.other_lines} of its lines are not JSON (a tool's messages) and are left out")
    if not result.value:
        result.status = "no measurements" if not found.cut else "partial"
        reasons.append(_why_nothing(found))
        result.role = "other"
    close(result, sink, reasons)


def _why_nothing(found: JsonValues) -> str:
    from chimera_tui.core.measure.special import asv_definitions

    value = found.values[0]
    if asv_definitions(value):
        return "the definitions of benchmarks (asv), not their results"
    if isinstance(value, dict) and not _any_number(value):
        return "it describes something (a system, a configuration) and holds no numbers that are measurements"
    if isinstance(value, list | dict) and not value:
        return "it is empty"
    if isinstance(value, list) and _any_number(value) and not any(isinstance(item, dict) for item in value):
        return "only lists of numbers, without a name that says what they are of"
    return "none of its numbers is a measurement (settings, identifiers or times of day only)"


def _any_number(node: Json, depth: int = 0) -> bool:
    if isinstance(node, bool) or depth > 40:
        return False
    if isinstance(node, int | float):
        return True
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return any(_any_number(item, depth + 1) for item in inside)


def measure_delimited(content: Content, rel: str, limits: Limits) -> FileResult:
    """A CSV or TSV text."""
    tables = split_tables(content.text or "")
    form = "tsv" if tables.delimiter == "\t" else "csv"
    encoding = form if content.encoding == "utf-8" else f"{form} {content.encoding}"
    if not tables.tables:
        return FileResult(status=NOTHING, reason=tables.problem, encoding=encoding)
    tool = next((t for t in (tool_of_header(tuple(t.header), rel.rpartition("/")[2]) for t in tables.tables) if t), "")
    sink = Sink(tool, hints(rel), limits)
    reasons = _measure_tables(tables, sink)
    result = sink.finish()
    result.encoding = encoding
    result.rows = sum(len(table.rows) for table in tables.tables)
    result.cols = max(len(table.header) for table in tables.tables)
    if not result.value:
        result.status, result.role = NOTHING, "other"
        reasons.append("a table without a column of measurements" if result.rows else "a header without rows")
    elif any("cannot be told" in reason for reason in reasons):
        result.status = "partial"
    close(result, sink, reasons)
    return result


def _measure_tables(tables: Tables, sink: Sink) -> list[str]:
    from chimera_tui.core.measure.special_tables import special_table

    reasons: list[str] = []
    start = 0
    for number, table in enumerate(tables.tables):
        lost = _repair(table, tables.delimiter)
        if lost:
            reasons.append(f"{lost} rows have more cells than the header and cannot be told apart: left out")
        if not special_table(table, sink, start):
            whole = range(start, start + len(table.rows))
            records = [i for i, row in zip(whole, table.rows, strict=True) if row] if lost else whole
            if rows := [row for row in table.rows if row] if lost else table.rows:
                columns = list(zip(*rows, strict=True))
                measure_grid(Grid(table.header, columns, records, table.units, table.stats), sink)
        if number:
            sink.result.records.update({start + i: f"line {table.first_line + 1 + i}" for i in range(len(table.rows))})
        start += len(table.rows)
    if len(tables.tables) > 1:
        reasons.append(f"{len(tables.tables)} tables stand one below the other")
    return reasons


def _repair(table: Table, delimiter: str) -> int:
    """Give every row the cells of the header; how many cannot be told apart: they are without cells then."""
    if not table.ragged:
        return 0
    rows, lost = repaired(table.rows, len(table.header), delimiter)
    table.rows = [row or [] for row in rows]
    return lost


def unremarkable(result: FileResult) -> bool:
    """Whether nothing tells a file's numbers from any other: whole, without unit, under names no tool uses."""
    if result.tool or result.level == "summary" or not result.value:
        return False
    if any(not key.definition.startswith(UNKNOWN) or key.unit for key in result.series_table):
        return False
    if any(getattr(config, name) is not None for config in result.config_table for name in COLUMNS):
        return False
    return all(value.is_integer() for value in result.value)


def only_failures(result: FileResult) -> bool:
    """Whether a file records failures and not one number: a log of messages, where it is JSON."""
    return bool(result.value) and all(key.metric == FAILURE.name for key in result.series_table)


def close(result: FileResult, sink: Sink, reasons: list[str]) -> None:
    """The last words on a result: a summary says so, the reasons are joined."""
    only_errors = result.encoding.startswith("json") and only_failures(result)
    if only_errors or unremarkable(result):
        result.drop_cells()
        result.drop_observations()
        result.series_table, result.config_table, result.error_table, result.records = [], [], [], {}
        result.status, result.role = NOTHING, "other"
        nothing = "only whole numbers without a unit, under names that no benchmark tool uses"
        reasons.append("only messages of errors, no result" if only_errors else nothing)
    if result.level == "summary":
        text = f"more than {sink.limits.cells_per_file:,} numbers: kept as statistics of each column"
        reasons.append(text + (f"; {sink.left_out:,} values of failed rows are not in them" if sink.left_out else ""))
    result.reason = "; ".join(reasons)
