"""Two texts line by line: what is equal, what changed, what only one has."""

from __future__ import annotations

import difflib
from typing import Literal, NamedTuple

LONGEST = 20_000
"""Lines beyond which a comparison would take minutes; what follows is left out and said."""
CONTEXT = 3


class Row(NamedTuple):
    """A line of each side, None where a side has none. ``gap`` rows stand for equal lines left out."""

    kind: Literal["same", "changed", "removed", "added", "gap"]
    a: str | None
    b: str | None
    line_a: int = 0
    line_b: int = 0


def rows(a: str, b: str, context: int | None = CONTEXT) -> list[Row]:
    """The rows of a side-by-side view; ``context`` None keeps every equal line. May take seconds."""
    lines_a, lines_b = (text.replace("\r\n", "\n").split("\n")[:LONGEST] for text in (a, b))
    matcher = difflib.SequenceMatcher(None, lines_a, lines_b, autojunk=False)
    found: list[Row] = []
    blocks = [matcher.get_opcodes()] if context is None else list(matcher.get_grouped_opcodes(context))
    for block in blocks:
        left_out = block[0][1] - (found[-1].line_a if found else 0)
        if context is not None and left_out > 0:
            found.append(Row("gap", f"{left_out:,} equal lines", None, block[0][1], block[0][3]))
        for what, a_from, a_to, b_from, b_to in block:
            found += _block(what, lines_a[a_from:a_to], lines_b[b_from:b_to], a_from, b_from)
    return found


def _block(what: str, a: list[str], b: list[str], from_a: int, from_b: int) -> list[Row]:
    rows = []
    for place in range(max(len(a), len(b))):
        left = a[place] if place < len(a) else None
        right = b[place] if place < len(b) else None
        kind: Literal["same", "changed", "removed", "added"]
        kind = "same" if what == "equal" else "added" if left is None else "removed" if right is None else "changed"
        rows.append(
            Row(kind, left, right, min(from_a + place + 1, from_a + len(a)), min(from_b + place + 1, from_b + len(b)))
        )
    return rows


def unified(found: list[Row]) -> list[tuple[str, str]]:
    """The same as one column: a sign (space, ``-``, ``+``, ``@``) and a line; removed lines come before added ones."""
    lines: list[tuple[str, str]] = []
    added: list[tuple[str, str]] = []
    for row in found:
        if row.kind in ("same", "gap"):
            lines += added
            added = []
            lines.append(("@" if row.kind == "gap" else " ", row.a or ""))
            continue
        if row.a is not None:
            lines.append(("-", row.a))
        if row.b is not None:
            added.append(("+", row.b))
    return lines + added
