"""CSV and TSV text as tables: dialects, several tables in one file, headers of several rows, units below them."""

import csv
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice

from chimera_tui.core.read.numbers import decimal_commas, with_points

csv.field_size_limit(2**31 - 1)

_NUMERIC = re.compile(r"\s*[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*%?\s*")
_WORD = re.compile(r"[A-Za-z]")


_MOST_COMMENTS = 200


@dataclass(slots=True)
class Table:
    """One table. ``first_line`` is the line of its header, from 1."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    units: list[str] | None = None
    """The row of units below the header, if there is one."""
    first_line: int = 1
    ragged: int = 0
    """Rows that have another number of cells than the header."""
    stats: list[str] | None = None
    """In headers of several rows: the statistic of each column."""


@dataclass(slots=True)
class Tables:
    """The tables of a text, or why there are none."""

    tables: list[Table] = field(default_factory=list)
    delimiter: str = ","
    problem: str = ""
    decimal_comma: bool = False
    """Whether numbers had decimal commas; in ``rows`` they have points."""


def split_tables(text: str) -> Tables:
    """All tables of a delimited text; never raises."""
    text = _without_comments(text)
    delimiter = sniff(text)
    quoted = '"' in text
    parts = text.split("\n") if quoted else text.splitlines()
    found = Tables(delimiter=delimiter)
    try:
        # Without quotes splitting gives the same rows in half the time.
        rows = list(csv.reader(parts, delimiter=delimiter)) if quoted else [part.split(delimiter) for part in parts]
        blocks = [(rows, 1)] if "" not in parts and [] not in rows else _blocks(*_numbered(parts, delimiter))
    except csv.Error as fault:
        rows, lines = _numbered(parts, delimiter)
        if not rows:
            return Tables(delimiter=delimiter, problem=f"not a table: {fault} in line 1")
        blocks = _blocks(rows, lines)
    found.decimal_comma = delimiter == ";" and decimal_commas(chain.from_iterable(islice(rows, 1000)))
    for block, first in blocks if rows else ():
        if found.decimal_comma:
            block[:] = [[with_points(cell) for cell in row] for row in block]
        table = _table(block, first)
        if table is not None:
            found.tables.append(table)
    if not found.tables:
        found.problem = _why_not(text)
    return found


def _without_comments(text: str) -> str:
    """Lines that begin with ``#`` above a header left blank; what stands above numbers is the header itself."""
    if not text.startswith("#"):
        return text
    lines = text.split("\n", _MOST_COMMENTS)
    last = next((i for i, line in enumerate(lines[:_MOST_COMMENTS]) if line.strip() and line[0] != "#"), 0)
    below = "\n".join(lines[last:])
    header = [cell.strip().strip('"') for cell in below[: below.find("\n") + 1 or None].split(sniff(below))]
    return "\n" * last + below if last and len(header) > 1 and is_header(header) else text


def _numbered(parts: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The rows up to a fault, and the line on which each ends."""
    reader = csv.reader(parts, delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    with suppress(csv.Error):
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
    return rows, lines


def sniff(text: str) -> str:
    """The delimiter that the first lines agree on: comma, semicolon, tab or bar."""
    first = text[: text.find("\n") + 1 or None]
    if "," in first and not (";" in first or "\t" in first or "|" in first):
        return ","
    lines = [line for line in text[:20_000].split("\n", 12)[:12] if line.strip()]
    if not lines:
        return ","
    counts = {d: [line.count(d) for line in lines] for d in ",;\t|"}
    return max(
        ",;\t|", key=lambda d: (sum(c == counts[d][0] > 0 for c in counts[d]) * (counts[d][0] > 0), counts[d][0])
    )


def _blocks(rows: list[list[str]], lines: list[int]) -> list[tuple[list[list[str]], int]]:
    """Parts between blank lines that each begin with a header; others continue the part before."""
    if [] not in rows:
        return [(rows, 1)] if rows else []
    found: list[tuple[list[list[str]], int]] = []
    current: list[list[str]] = []
    start = 1
    for row, line in zip(rows, lines, strict=True):
        if any(cell.strip() for cell in row):
            if not current:
                start = line
            current.append(row)
        elif current:
            found.append((current, start))
            current = []
    if current:
        found.append((current, start))
    merged: list[tuple[list[list[str]], int]] = []
    for block, first in found:
        if merged and not is_header(block[0], merged[-1][0][0]):
            merged[-1][0].extend(block)
        else:
            merged.append((block, first))
    return merged


def is_header(row: list[str], before: list[str] | None = None) -> bool:
    """Whether a row names columns: words, no bare numbers (``before`` is the header of the table above)."""
    return _names_columns(tuple(row), None if before is None else tuple(before))


@lru_cache(maxsize=1024)
def _names_columns(row: tuple[str, ...], before: tuple[str, ...] | None) -> bool:
    cells = tuple(cell.strip() for cell in row)
    filled = [cell for cell in cells if cell]
    if not filled or (before is not None and len(filled) < 2) or cells == before:
        return False
    numeric = sum(1 for cell in filled if _NUMERIC.fullmatch(cell))
    return numeric == 0 and all(len(cell) <= 200 for cell in filled) and any(_WORD.search(cell) for cell in filled)


def _table(block: list[list[str]], first: int) -> Table | None:
    header = [cell.strip() for cell in block[0]]
    if len(header) < 2 and (len(block) < 2 or not _single_column(block)):
        return None
    if not names_columns(header):
        return None
    body = block[1:]
    if len(body) >= 2 and (table := _three_row_header(block, first)):
        return table
    if two := _two_row_header(block):
        header, body = two
    units = None
    if body and _is_units(body[0], header, body[1:2]):
        units, body = [cell.strip() for cell in body[0]], body[1:]
    table = Table(header, body, units, first)
    width = len(header)
    lengths = set(map(len, body))
    table.ragged = 0 if lengths <= {width} else sum(1 for row in body if len(row) != width)
    return table


def names_columns(header: list[str]) -> bool:
    """Whether a row can be the header of a table."""
    return is_header(header) or _mostly_named(header)


def _mostly_named(header: list[str]) -> bool:
    """Headers may hold numbers as names (batch sizes): most cells are then still words, and the first is one."""
    words = sum(1 for cell in header if _WORD.search(cell))
    return bool(header) and words * 2 >= len(header) and (not header[0] or bool(_WORD.search(header[0])))


def _single_column(block: list[list[str]]) -> bool:
    return all(len(row) == 1 for row in block) and all(_NUMERIC.fullmatch(row[0]) for row in block[1:])


def _is_units(row: list[str], header: list[str], following: list[list[str]]) -> bool:
    """A row below the header is of units when it holds no number, some short words, and numbers stand below it."""
    if not following or len(row) != len(header):
        return False
    if any(map(_NUMERIC.fullmatch, row)):
        return False
    filled = [(cell.strip(), below) for cell, below in zip(row, following[0], strict=False) if cell.strip()]
    if not filled or any(len(cell) > 24 for cell, _ in filled):
        return False
    above_numbers = sum(1 for _, below in filled if _NUMERIC.fullmatch(below))
    return above_numbers * 2 > len(filled) and all(cell.count(" ") <= 1 for cell, _ in filled)


def _two_row_header(block: list[list[str]]) -> tuple[list[str], list[list[str]]] | None:
    """Groups that span columns above what is in them, as a spreadsheet or a data frame has it: one name each."""
    if len(block) < 3 or len(block[1]) < 3:
        return None
    top, below = block[0], [cell.strip() for cell in block[1]]
    named = [cell.strip() for cell in top if cell.strip()]
    if len(named) == len(set(named)) == len(below) or not is_header(below) or not is_header(top):
        return None
    groups = _filled_right(top, len(below))
    header = [" ".join(part for part in pair if part) for pair in zip(groups, below, strict=True)]
    repeated = len(set(groups)) < len(groups) and len(set(header)) == len(header) and len(set(below)) > 1
    later = block[3] if len(block) > 3 else block[2]
    numbers = sum(1 for cell in later if _NUMERIC.fullmatch(cell.strip()))
    filled = sum(1 for cell in below if cell)
    return (header, block[2:]) if repeated and numbers >= 2 and 2 * filled > len(below) else None


STAT_CELLS = frozenset(("mean", "median", "std dev", "std", "stddev", "min", "max", "percentiles", "count", "avg"))
"""What the third row of a header of three rows holds, some times at least."""
FEWEST_STATS = 3


def _three_row_header(block: list[list[str]], first: int) -> Table | None:
    """Guidellm's CSV: group, then status and unit, then statistic; names above empty cells reach to the right."""
    if len(block) < 3:
        return None
    if STAT_CELLS.isdisjoint([cell.strip().lower() for cell in block[2]]):
        return None
    stats = [cell.strip() for cell in block[2]]
    if sum(1 for cell in stats if cell.lower() in STAT_CELLS) < FEWEST_STATS:
        return None
    top, middle = _filled_right(block[0], len(stats)), _filled_right(block[1], len(stats), within=block[0])
    header = [" / ".join(part for part in (top[i], middle[i]) if part) for i in range(len(stats))]
    body = block[3:]
    table = Table(header, body, None, first, stats=stats)
    table.ragged = sum(1 for row in body if len(row) != len(stats))
    return table


def _filled_right(row: list[str], width: int, within: list[str] | None = None) -> list[str]:
    """Each empty cell takes the one to its left, but not over the start of a group of the row above."""
    found: list[str] = []
    above = [*(within or ()), *[""] * width]
    for i, cell in enumerate(islice([*row, *[""] * width], width)):
        found.append(cell.strip() or (found[-1] if found and not above[i].strip() else ""))
    return found


def _why_not(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    low = line.lower()
    shown = line if len(line) <= 120 else line[:119] + "…"
    if "error" in low or "exception" in low or "traceback" in low or "invalid" in low or "not found" in low:
        return f"an error message, not a table: {shown}"
    if low.startswith(("<!doctype", "<html", "<?xml")):
        return "a web page or XML, not a table"
    return f"no table in it; it begins with: {json.dumps(shown, ensure_ascii=False)}"
