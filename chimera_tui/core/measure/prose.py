"""Text, logs and Markdown: what a tool printed is measured, what a person or a model wrote never is."""

import re
from pathlib import PurePosixPath
from typing import Any

from chimera_tui.core.measure.consoles import console_documents
from chimera_tui.core.measure.documents import Numbering, measure_document
from chimera_tui.core.measure.lexicon import meaning
from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.measure.paths import hints
from chimera_tui.core.measure.records import Walk
from chimera_tui.core.measure.result import FileResult, Limits
from chimera_tui.core.measure.sink import Sink
from chimera_tui.core.measure.special import score
from chimera_tui.core.measure.tables import Grid, measure_grid
from chimera_tui.core.measure.tools import tool_of_document, tool_of_header
from chimera_tui.core.read.delimited import Table
from chimera_tui.core.read.jsontext import decode_line
from chimera_tui.core.read.markdown import headings_of, tables_in
from chimera_tui.core.read.numbers import number_in

TABLE_TOOLS = frozenset(
    (
        "llama-bench",
        "llama-benchy",
        "llama-batched-bench",
        "llama-sweep-bench",
        "lm-eval",
        "vllm benchmark suite",
        "hyperfine",
    )
)
"""Tools that print their results as a Markdown table."""
PROSE = "prose: the numbers in a text are claims, not measurements"
_TESTS = re.compile(r"(?:pp|tg)\d+(?:\+tg\d+)?(?:\s*@\s*d\d+)?", re.IGNORECASE)
_FLAG = re.compile(r"^-\w+\s+(?=\S+$)")
_MAGNITUDES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


def measure_prose(text: str, encoding: str, rel: str, kind: str, limits: Limits) -> FileResult:
    """A text, log or Markdown file."""
    form = "markdown" if kind == "markdown" else "text"
    form = form if encoding == "utf-8" else f"{form} {encoding}"
    tool, documents = console_documents(text) if kind != "markdown" else ("", [])
    if not documents and kind != "markdown":
        tool, documents = _json_lines(text, rel)
    result = _consoles(tool, documents, rel, limits) if documents else _tables(text, rel, limits)
    result.encoding = form
    if not result.value:
        reason = PROSE if kind == "markdown" else "a text without the results of a tool that is known"
        return FileResult(status="no measurements", reason=reason, encoding=form, role="prose")
    return result


def _json_lines(text: str, rel: str) -> tuple[str, list[dict[str, Any]]]:
    """The objects in a log, a line each, that a tool is known to write: all of the tool of the first."""
    found: list[dict[str, Any]] = []
    tool, name = "", PurePosixPath(rel).name
    for line in text.splitlines():
        document = decode_line(line) if line[:1] == "{" and line.rstrip()[-1:] == "}" else None
        if isinstance(document, dict) and (known := tool_of_document(document, name)) and known == (tool or known):
            tool = known
            found.append(document)
    return tool, found


def _consoles(tool: str, documents: list[dict[str, Any]], rel: str, limits: Limits) -> FileResult:
    sink = Sink(tool, hints(rel), limits)
    numbering, walk = Numbering(sink), Walk(tool, limits.depth)
    for i, document in enumerate(documents):
        measure_document(document, walk, numbering, "" if len(documents) == 1 else f"[{i}]", rel=rel)
    sink.result.records.clear()
    result = sink.finish()
    result.rows = numbering.next
    return result


def _tables(text: str, rel: str, limits: Limits) -> FileResult:
    """The tables that a tool wrote, in Markdown or among the lines of a log."""
    sink: Sink | None = None
    others = start = 0
    tables = tables_in(text) if "|" in text else []
    headings = headings_of(text, tables)
    told = len(set(filter(None, headings))) > 1
    for table, heading in zip(tables, headings, strict=True):
        tool = tool_of_header(tuple(table.header), PurePosixPath(rel).name) or _named_tests(table)
        if tool not in TABLE_TOOLS or (sink and sink.tool != tool):
            others += 1
            continue
        sink = sink or Sink(tool, hints(rel), limits)
        if told and tool != "lm-eval":
            table.header.append("section")
            for row in table.rows:
                row.append(heading)
        _tool_table(table, sink, start)
        sink.result.records.update({start + i: f"line {table.first_line + 2 + i}" for i in range(len(table.rows))})
        start += len(table.rows)
        sink.result.cols = max(sink.result.cols, len(table.header))
    if sink is None:
        return FileResult()
    result = sink.finish()
    result.rows = start
    result.reason = f"{others} other tables are not in the form of a tool and are left out" if others else ""
    return result


def _named_tests(table: Table) -> str:
    """A table with llama-bench's tests (pp512, tg128) as its columns."""
    return "llama-bench" if sum(1 for name in table.header if _TESTS.fullmatch(name)) >= 1 else ""


def _tool_table(table: Table, sink: Sink, start: int) -> None:
    if not table.rows:
        return
    if sink.tool == "lm-eval":
        _scores(table, sink, start)
        return
    if any(_TESTS.fullmatch(name) for name in table.header):
        _one_test_a_column(table, sink, start)
        return
    columns = [list(column) for column in zip(*table.rows, strict=True)]
    names = [_llama_bench_name(name) for name in table.header]
    if "test" in names:
        _add_lengths(names, columns)
    units = [_unit(name, column) for name, column in zip(names, columns, strict=False)]
    columns = [_scaled(name, column) for name, column in zip(names, columns, strict=False)]
    if columns:
        measure_grid(Grid(names, columns, range(start, start + len(table.rows)), units), sink)


def _llama_bench_name(name: str) -> str:
    return "t_s" if name.strip() == "t/s" else name


def _add_lengths(names: list[str], columns: list[list[str]]) -> None:
    """``pp512``, ``tg128``, ``pp512+tg128`` and ``@ d4096`` as prompt, generation and depth columns."""
    tests = columns[names.index("test")]
    for name, pattern in (("n_prompt", r"pp(\d+)"), ("n_gen", r"tg(\d+)"), ("n_depth", r"@\s*d(\d+)")):
        found = [re.search(pattern, test) for test in tests]
        if any(found):
            names.append(name)
            columns.append([one[1] if one else "" for one in found])


def _unit(name: str, column: list[str]) -> str:
    found = next((number_in(cell) for cell in column if number_in(cell)), None)
    return found.unit if name == "size" and found else ""


def _scaled(name: str, column: list[str]) -> list[str]:
    """The parameters of a model are given as ``1.24 B``; sizes lose the unit that the whole column has."""
    if name not in ("params", "size"):
        return column
    scaled = []
    for cell in column:
        found = number_in(cell)
        factor = _MAGNITUDES.get(found.unit, 1.0) if found and name == "params" else 1.0
        scaled.append(repr(found.value * factor) if found else cell)
    return scaled


def _one_test_a_column(table: Table, sink: Sink, start: int) -> None:
    """Each test column alone with what describes the row, so that the test is a factor of its cells."""
    rest = [i for i, name in enumerate(table.header) if not _TESTS.fullmatch(name)]
    records = range(start, start + len(table.rows))
    plain = [[row[i] for row in table.rows] for i in rest]
    plain = [[_FLAG.sub("", cell) for cell in column] for column in plain]
    rest_names = [table.header[i].lstrip("-") or "name" for i in rest]
    means = [meaning(sink.tool, name) for name in rest_names]
    facts = [k for k, what in enumerate(means) if what.role != "measure" or not _all_numbers(plain[k])]
    for i, name in enumerate(table.header):
        if _TESTS.fullmatch(name):
            names = [rest_names[k] for k in facts] + ["test", "t_s"]
            columns = [plain[k] for k in facts] + [[name] * len(table.rows), [row[i] for row in table.rows]]
            _add_lengths(names, columns)
            measure_grid(Grid(names, columns, records), sink)
    others = [k for k in range(len(rest)) if k not in facts]
    if others:
        order = facts + others
        measure_grid(Grid([rest_names[k] for k in order], [plain[k] for k in order], records), sink)


def _all_numbers(column: list[str]) -> bool:
    return any(number_in(cell) for cell in column) and all(number_in(cell) or not cell.strip() for cell in column)


_PERCENT = frozenset(("acc", "acc_norm", "em", "f1", "exact_match", "mc1", "mc2", "pct_stereotype"))


def _scores(table: Table, sink: Sink, start: int) -> None:
    """lm-evaluation-harness: a blank task is the one above; older versions write shares as percent."""
    at = {normalised(name): i for i, name in enumerate(table.header)}
    task_at, metric_at, value_at, error_at = (at.get(n, -1) for n in ("task", "metric", "value", "stderr"))
    task_at = at.get("tasks", -1) if task_at < 0 else task_at
    shares = [
        found.value
        for row in table.rows
        if normalised(row[metric_at]) in _PERCENT and (found := number_in(row[value_at]))
    ]
    percent = any(abs(value) > 1 for value in shares)
    task = version = ""
    for i, row in enumerate(table.rows):
        task = row[task_at].strip(" -") or task
        version = row[at["version"]] if "version" in at and row[task_at].strip() else version
        what = score(row[metric_at])
        divisor = 100.0 if percent and what.unit == "fraction" else 1.0
        of = sink.observe(start + i, sink.config({"task": task, "version": version} if version else {"task": task}))
        for column, stat in ((value_at, "value"), (error_at, "stderr")):
            found = number_in(row[column]) if column >= 0 else None
            if found is not None:
                raw_unit = "%" if divisor == 100.0 else what.raw_unit
                series = sink.series(row[metric_at].strip(), what._replace(stat=stat, raw_unit=raw_unit))
                sink.add_one(series, of, found.value / divisor, None, row[column].strip())
