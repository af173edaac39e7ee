"""A report whose own numbers disagree: the same total twice, with two values."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Verdict

TOTALS = ("total_", "overall_")


def consistent(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, with a total contradicted that no fact has where the report states the right one elsewhere."""
    stated: dict[str, Verdict | None] = {}
    for one in verdicts:
        if one.label == SUPPORTED and one.reading.startswith(TOTALS):
            first = stated.setdefault(one.reading, one)
            stated[one.reading] = first if first is None or first.claim.value == one.claim.value else None
    return [_against(one, stated.get(one.reading)) for one in verdicts]


def _against(one: Verdict, other: Verdict | None) -> Verdict:
    if other is None or one.label != UNVERIFIABLE or one.claim.unit != other.claim.unit:
        return one
    reason = f"line {other.claim.line} of the report says {other.claim.span}, and the files agree: {other.reason}"
    return msgspec.structs.replace(
        one,
        label=CONTRADICTED,
        rule="the report's own numbers",
        reason=reason,
        right=other.claim.span,
        sources=other.sources,
    )
