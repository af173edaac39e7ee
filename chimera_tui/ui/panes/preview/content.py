"""What of a file is shown in the preview: read in a thread, bounded, whatever the file is."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.inert import inert_line
from chimera_tui.core.read.content import decode, read_bytes
from chimera_tui.core.read.delimited import split_tables
from chimera_tui.core.scan import kind_of
from chimera_tui.ui.panes.preview.text_source import TextSource
from chimera_tui.ui.tables.cells import size_text
from chimera_tui.ui.tables.column import Column, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

ROWS = 10_000
HEAD_BYTES = {"csv": 4_000_000, "jsonl": 4_000_000, "json": 8_000_000, "markdown": 500_000}
"""Of a table, more bytes than these are never read; larger JSON and Markdown are shown as text."""
OTHER_BYTES = 1_000_000


@dataclass(frozen=True)
class TableContent:
    """The first rows of a table."""

    frame: pl.DataFrame
    columns: list[Column]
    note: str


@dataclass(frozen=True)
class TreeContent:
    """A decoded JSON document."""

    value: object
    note: str = ""


@dataclass(frozen=True)
class MarkdownContent:
    """Markdown to be rendered."""

    markdown: str
    note: str = ""


@dataclass(frozen=True)
class TextContent:
    """Lines, read as they are looked at."""

    source: TextSource
    note: str = ""


@dataclass(frozen=True)
class NoContent:
    """Nothing can be shown; ``reason`` is a sentence."""

    reason: str


Content = TableContent | TreeContent | MarkdownContent | TextContent | NoContent


def read_content(path: Path, *, as_text: bool = False) -> Content:
    """What can be shown of a file, as text where its kind has no better form. Blocks; never raises."""
    try:
        return _read(path, kind_of(path.name), as_text)
    except (OSError, ValueError, MemoryError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return NoContent(f"It cannot be read: {inert_line(why, 200)}.")


def _read(path: Path, kind: str, as_text: bool) -> Content:
    if not path.is_file():
        return NoContent("It is no file any more." if not path.exists() else "It is not a regular file.")
    size = path.stat().st_size
    if kind == "parquet" and not as_text:
        return _parquet(path)
    limit = HEAD_BYTES.get(kind, OTHER_BYTES)
    head = read_bytes(path, limit)
    content = decode(head)
    if content.text is None:
        return NoContent(f"{size_text(size)}: {content.problem}.")
    text, whole = content.text, size <= len(head)
    if not as_text:
        shown = _structured(text if whole else text[: text.rfind("\n") + 1], kind, whole)
        if shown is not None:
            return shown
    note = "" if as_text or kind in ("text", "other") or whole else f"{size_text(size)}: as text, page by page"
    if content.encoding.startswith("utf-16"):
        cut = "" if whole else f"the first {size_text(limit)} of {size_text(size)}"
        return TextContent(TextSource(lambda: io.BytesIO(text.encode())), cut)
    return TextContent(TextSource(lambda: path.open("rb")), note)


def _structured(text: str, kind: str, whole: bool) -> Content | None:
    if kind == "csv":
        return _delimited(text, whole)
    if kind == "jsonl":
        return _json_lines(text, whole)
    if kind == "json":
        return (_json(text) if whole else None) or _json_lines(text, whole)
    return MarkdownContent(text) if kind == "markdown" and whole else None


def _json(text: str) -> Content | None:
    try:
        return TreeContent(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return TreeContent(json.loads(text), "NaN or Infinity in it, which is not standard JSON")
    except (ValueError, RecursionError):
        return None


def _delimited(text: str, whole: bool) -> Content | None:
    tables = split_tables(text).tables
    if not tables:
        return None
    rows = tables[0].rows
    width = max([len(tables[0].header), *(len(row) for row in rows[:ROWS])])
    names = _unique([*tables[0].header, *("" for _ in range(width - len(tables[0].header)))])
    cells = {name: [row[i] if i < len(row) else None for row in rows[:ROWS]] for i, name in enumerate(names)}
    notes = [f"{len(tables)} tables in this file, the first is shown; v shows all"] if len(tables) > 1 else []
    return _table(cells, [_row_note(len(rows), whole), *notes])


def _json_lines(text: str, whole: bool) -> Content | None:
    records: list[dict[str, object]] = []
    other = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError):
            other += 1
            if other > 20 and not records:
                return None
            continue
        records.append(dict(_flat(value)))
        if len(records) > ROWS:
            break
    if len(records) < 2 or other > len(records):
        return None
    names = list(dict.fromkeys(name for record in records for name in record))
    cells = {name: [_cell(record.get(name)) for record in records[:ROWS]] for name in names}
    notes = [f"{other:,} lines are not JSON; v shows all"] if other else []
    return _table(cells, [_row_note(len(records), whole), *notes])


def _flat(value: object, prefix: str = "") -> Iterable[tuple[str, object]]:
    if isinstance(value, dict) and value and prefix.count(".") < 4:
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix or "value", value


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _row_note(found: int, whole: bool) -> str:
    if found > ROWS or not whole:
        return f"the first {min(found, ROWS):,} rows"
    return f"{found:,} row{'' if found == 1 else 's'}"


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for number, raw in enumerate(names, 1):
        name = raw or f"column {number}"
        while name in seen:
            seen[name] += 1
            name = f"{name} ({seen[name]})"
        seen[name] = 1
        result.append(name)
    return result


def _table(cells: dict[str, list[str | None]], notes: list[str]) -> TableContent:
    import polars as pl

    series, columns = [], []
    for name, values in cells.items():
        text = pl.Series(name, values, dtype=pl.String)
        numbers = text.str.strip_chars().replace("", None).cast(pl.Float64, strict=False)
        filled = text.str.strip_chars().replace("", None).drop_nulls()
        if filled.len() and numbers.drop_nulls().len() == filled.len():
            series.append(numbers)
            columns.append(Column(name, kind="number", digits=_decimals(filled)))
        else:
            series.append(text)
            columns.append(Column(name))
    return TableContent(pl.DataFrame(series), columns, "; ".join(notes))


def _decimals(texts: pl.Series) -> int | None:
    """As many decimals as the file writes, so that nothing is rounded; None for exponents and very small numbers."""
    if texts.str.contains("[eE]").any():
        return None
    longest = texts.str.extract(r"\.(\d+)$", 1).fill_null("").str.len_chars().max()
    return longest if isinstance(longest, int) and longest <= 9 else None


def _parquet(path: Path) -> Content:
    import polars as pl

    try:
        lazy = pl.scan_parquet(path)
        frame = lazy.head(ROWS).collect()
        total = lazy.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        return NoContent(f"It is no readable Parquet file: {inert_line(str(error).splitlines()[0], 200)}.")
    note = f"the first {ROWS:,} of {total:,} rows" if total > ROWS else f"{total:,} rows"
    return TableContent(frame, columns_of(frame), note)
