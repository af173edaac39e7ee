"""The tables of a Markdown text (or of a log: llama-bench prints the same), apart from fences and prose."""

import re

from chimera_tui.core.read.delimited import Table
from chimera_tui.core.read.numbers import without_escapes

_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_EMPHASIS = re.compile(r"^(\*{1,3}|_{1,3}|`+)(.*?)\1$", re.DOTALL)


_HEADING = re.compile(r"\s*(?:#{1,6}|={3,}|-{3,}|\*\*)\s*([^\s#=*|-][^|]*?)\s*(?:#{1,6}|={3,}|-{3,}|\*\*:?)?\s*")
LONGEST_HEADING = 120


def headings_of(text: str, tables: list[Table]) -> list[str]:
    """For each table the nearest heading above it and below the table before; empty where there is none."""
    lines = text.splitlines()
    found = []
    before = 0
    for table in tables:
        above = (line for line in reversed(lines[before : table.first_line - 1]) if len(line) <= LONGEST_HEADING)
        named = next((match[1] for line in above if (match := _HEADING.fullmatch(line))), "")
        found.append(without_escapes(named))
        before = table.first_line + len(table.rows)
    return found


def tables_in(text: str) -> list[Table]:
    """All pipe tables of a text, in order."""
    lines = text.splitlines()
    found: list[Table] = []
    i = 0
    while i + 1 < len(lines):
        if "|" in lines[i] and "|" in lines[i + 1] and len(lines[i + 1]) < 10_000 and _RULE.fullmatch(lines[i + 1]):
            header = cells(lines[i])
            table = Table(header, first_line=i + 1)
            i = _first_row(lines, i + 2, len(header))
            while i < len(lines) and "|" in lines[i] and lines[i].strip():
                row = cells(lines[i])
                table.ragged += len(row) != len(header)
                table.rows.append((row + [""] * len(header))[: len(header)])
                i += 1
            found.append(table)
        else:
            i += 1
    return found


def _first_row(lines: list[str], i: int, width: int) -> int:
    """Where the rows of a table begin: a tool that prints them as they come may leave a line blank before the first."""
    after = next((k for k in range(i, min(i + 3, len(lines))) if lines[k].strip()), i)
    if after == i or lines[after].lstrip()[:1] != "|" or len(cells(lines[after])) != width:
        return i
    below = lines[after + 1] if after + 1 < len(lines) else ""
    return i if "|" in below and _RULE.fullmatch(below) else after


def cells(line: str) -> list[str]:
    r"""The cells of one row, without emphasis and escapes; ``\\|`` is a bar inside a cell."""
    text = without_escapes(line).strip().replace("\\|", "\x00")
    text = text.removeprefix("|")
    text = text.removesuffix("|")
    return [_plain(cell.replace("\x00", "|")) for cell in text.split("|")]


def _plain(cell: str) -> str:
    text = cell.strip()
    found = _EMPHASIS.match(text)
    return found[2].strip() if found else text
