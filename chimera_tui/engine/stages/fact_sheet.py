"""The fact sheet: findings as quoted lines, cut to a room or dealt out over several calls."""

from __future__ import annotations

from collections.abc import Sequence

from chimera_tui.core.findings.choice import Labelled
from chimera_tui.engine.prompts.templates import quoted

LONGEST = 1200
"""Characters of one fact; a finding is never longer but for names that somebody made long."""


def fact_line(one: Labelled) -> str:
    """A finding as a prompt shows it: its label and basis, then everything that holds names of files as quoted data."""
    finding = one.finding
    caveats = f" Caveat: {'; '.join(finding.caveats)}" if finding.caveats else ""
    return f"[{one.label}] ({finding.label}) {quoted(finding.statement + caveats, LONGEST)}"


def cut(facts: Sequence[Labelled], room_chars: int) -> tuple[str, int]:
    """The first findings that fit, one line each, and how many these are; one goes in any case."""
    lines: list[str] = []
    used = 0
    for one in facts:
        line = fact_line(one)
        if lines and used + len(line) > room_chars:
            break
        lines.append(line)
        used += len(line) + 1
    return "\n".join(lines), len(lines)


def dealt(facts: Sequence[Labelled], room_chars: int, parts: int) -> list[tuple[str, int]]:
    """At most ``parts`` sheets that fit the room, the findings in their order: what one cannot hold the next does."""
    sheets: list[tuple[str, int]] = []
    rest = list(facts)
    while rest and len(sheets) < parts:
        text, used = cut(rest, room_chars)
        sheets.append((text, used))
        rest = rest[used:]
    return sheets
