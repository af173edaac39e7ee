"""The six sections of the report: the model's prose around the program's own section 2 and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chimera_tui.core.markdown_text import contained
from chimera_tui.core.report.data_summary import DataSummary

if TYPE_CHECKING:
    from chimera_tui.core.findings.tables import Table

TITLES = (
    "Executive Summary",
    "Data Ingestion Summary",
    "Performance Analysis",
    "Key Findings",
    "Recommendations",
    "Conclusion",
)
PERFORMANCE = 3
NOT_THE_MODELS = "Written by the program: no analysis of the model's was usable."
"""The line above findings and recommendations that no model wrote in a report that one wrote otherwise."""
_PLACE = re.compile(r"^\s*\[\[table:([A-Za-z0-9_.-]+)\]\]\s*$")
_NAMES = re.compile(
    r"^\s{0,3}(?:#{1,6}\s*)?(?:\*\*)?\s*(?:\d+[.):]?\s*)?(" + "|".join(TITLES) + r")\s*(?:\*\*)?:?\s*$", re.IGNORECASE
)


def assemble(answer: str, summary: DataSummary, tables: Sequence[Table]) -> str:
    """The report's body from a model's answer: six numbered headings, tables placed, section 2 the program's.

    Text before the first of the six headings goes to the front as it came; a section the model did not write is
    left out, but for section 2 and for section 3 where tables need a place.
    """
    front, written = _split(contained(answer))
    unplaced = {table.id: table for table in tables}
    bodies = {number: _with_tables(text, unplaced) for number, text in written.items()}
    bodies[2] = ingestion(summary)
    if unplaced:
        rest = "\n\n".join(table.markdown() for table in unplaced.values())
        bodies[PERFORMANCE] = f"{bodies.get(PERFORMANCE, '').strip()}\n\n{rest}".strip()
    parts = [front] if front else []
    parts += [f"## {n}. {TITLES[n - 1]}\n\n{bodies[n].strip()}" for n in sorted(bodies) if bodies[n].strip()]
    return "\n\n".join(parts)


def ingestion(summary: DataSummary) -> str:
    """Section 2, the program's: how many files of which kind, how many measurements."""
    lines = [f"{summary.total} files were analyzed, {summary.size:,} bytes. Counted by the program."]
    lines += ["", "| Kind | Files | Share | Bytes |", "| :-- | --: | --: | --: |"]
    lines += [
        f"| {kind.kind.upper()} | {kind.count} | {kind.count / summary.total:.1%} | {kind.size:,} |"
        for kind in summary.kinds
    ]
    lines += ["", f"They hold {summary.n_measurements:,} measurements (numbers with a metric, a source and a place)."]
    return "\n".join(lines)


def _split(text: str) -> tuple[str, dict[int, str]]:
    """What stands before the first known heading, and the text under each by its number."""
    front: list[str] = []
    sections: dict[int, list[str]] = {}
    current = front
    for line in text.splitlines():
        heading = _NAMES.match(line)
        if heading:
            number = [title.lower() for title in TITLES].index(heading[1].lower()) + 1
            current = sections.setdefault(number, [])
        else:
            current.append(line)
    return "\n".join(front).strip(), {number: "\n".join(lines) for number, lines in sections.items()}


def _with_tables(text: str, unplaced: dict[str, Table]) -> str:
    lines = []
    for line in text.splitlines():
        place = _PLACE.match(line)
        if place and place[1] in unplaced:
            lines += ["", unplaced.pop(place[1]).markdown(), ""]
        elif not place:
            lines.append(line)
    return "\n".join(lines)
