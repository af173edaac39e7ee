"""The findings as rows of a table, and one of them told whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from chimera_tui.core.findings.choice import PINNED
from chimera_tui.core.findings.wording import quantity, result
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.glyphs import in_ascii
from chimera_tui.ui.tables.column import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from chimera_tui.core.findings.choice import Choices
    from chimera_tui.core.findings.finding import Finding, Source

KEY = "number"
_IN_FILE = re.compile(r" in [^\s:]+\.\w+:")
_PATH = re.compile(r"(?<!\S)(?:[^\s/:]+/)+([^\s/:]{3,})")  # not tok/s
SOURCES_SHOWN = 12
_FIXED = 47
"""Cells that the columns beside the statement take, about."""


def findings_frame(findings: Sequence[Finding], choices: Choices, *, ascii: bool = False) -> pl.DataFrame:  # noqa: A002
    """One row a finding in the order of their ranks; ``choice`` is pinned, dropped or empty."""
    import polars as pl

    said = in_ascii if ascii else str

    rows = [
        {
            "number": number, "choice": choices.of(one.key), "finding": brief(said(one.statement)),
            "statement": said(one.statement),
            "result": said(result(one.value, one.spread, one.unit)), "n": one.n, "basis": one.label, "kind": one.kind,
            "value": one.value, "unit": one.unit, "rank": one.rank, "caveats": len(one.caveats),
            "path": one.sources[0].path if one.sources else None, "key": one.key,
        }
        for number, one in enumerate(findings, 1)
    ]  # fmt: skip
    schema = {
        "number": pl.Int64, "choice": pl.String, "finding": pl.String, "statement": pl.String, "result": pl.String,
        "n": pl.Int64,
        "basis": pl.String, "kind": pl.String, "value": pl.Float64, "unit": pl.String, "rank": pl.Float64,
        "caveats": pl.Int64, "path": pl.String, "key": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def columns(width: int, *, choices: bool) -> list[Column]:
    """The shown columns; the statement gets what room there is. ``choices``: whether anything is pinned or dropped."""
    told = [Column("choice", label="to model", max_width=8)] if choices else []
    room = max(24, width - _FIXED - (10 if choices else 0))
    return [
        Column("number", label="F", kind="integer"), *told, Column("finding", max_width=room),
        Column("result", label="value", max_width=18), Column("n", kind="count"), Column("basis", max_width=9),
        Column("kind", max_width=22),
    ]  # fmt: skip


def brief(statement: str) -> str:
    """A statement for one line of a table: without the file that its subject is in, other paths by their end."""
    return _PATH.sub(r"\1", _IN_FILE.sub(":", statement, count=1))


def told_whole(finding: Finding, label: str, choice: str, source: int, *, ascii: bool = False) -> Text:  # noqa: A002
    """Everything about a finding; the source numbered ``source`` from 0 is the one that Enter opens."""
    lines = [("value", _value(finding))]
    if choice:
        what = "goes to the model first" if choice == PINNED else "does not go to the model"
        lines.append(("choice", f"{choice}: {what}"))
    lines += [("caveat", caveat) for caveat in finding.caveats]
    lines.append(("means", finding.definition))
    shown = finding.sources[:SOURCES_SHOWN]
    lines += [
        ("" if number else "source", ("> " if number == source else "  ") + place(one))
        for number, one in enumerate(shown)
    ]  # fmt: skip
    if len(finding.sources) > len(shown):
        lines.append(("", f"  and {len(finding.sources) - len(shown):,} more"))
    lines.append(("key", f"{finding.key}, rank {finding.rank:g}, {finding.kind}"))
    said = in_ascii if ascii else str
    text = Text.assemble((f"{label}  ", "bold"), said(inert_line(finding.statement)))
    for name, content in lines:
        text.append(f"\n{name:<8}", "dim")
        text.append(said(inert_line(content)))
    return text


def place(source: Source) -> str:
    """Where a number stands, in words."""
    parts = [source.path]
    parts += [f"record {source.record}"] if source.record is not None else []
    parts += [source.field] if source.field else []
    return ", ".join(parts)


def _value(finding: Finding) -> str:
    parts = [result(finding.value, finding.spread, finding.unit) or "no single value", f"({finding.label})"]
    if finding.n is not None:
        parts.append(f"n = {finding.n:,}")
    if finding.interval is not None:
        low, high = (quantity(bound, finding.unit) for bound in finding.interval)
        parts.append(f"95 % interval {low} to {high}")
    return "  ".join(parts)
