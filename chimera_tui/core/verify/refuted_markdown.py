"""Findings from what the repository's own Markdown says and the measurements beside it refute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.wording import count, name, significant

if TYPE_CHECKING:
    from chimera_tui.core.verify.refuted import Refuted

KIND = "refuted Markdown"
TOLD, LISTED = 4, 50


def refuted_markdown(path: str, found: Sequence[Refuted], limits: Sequence[str] = ()) -> Finding:
    """One file's refuted numbers: line, number, what the data has and where; ``limits`` says what was left out."""
    said = "; ".join(_told(one) for one in found[:TOLD])
    sources = [Source(path), *(_source(one) for one in found[:LISTED])]
    return Finding(
        kind=KIND,
        statement=f"{name(path)} states {count(len(found), 'number')} that the measurements beside it refute: {said}"
        f"{'; …' if len(found) > TOLD else ''}.",
        value=float(len(found)), unit="count", label="derived", n=len(found), sources=tuple(dict.fromkeys(sources)),
        definition="numbers with a named statistic or settings, against every reading of the measurements in the "
        "same folder; equal at the printed precision to none",
        caveats=("the text may be about other data than the files beside it", *limits),
        rank=40.0 + min(len(found), 10) / 5,
        details={"path": path, "claims": [_row(one) for one in found[:LISTED]]},
    )  # fmt: skip


def _told(one: Refuted) -> str:
    nearest = one.instead[0]
    value = f"{significant(nearest.value, 5)} {name(one.unit, 20)}"
    file = name(nearest.source.path.rpartition("/")[2])
    return f"line {one.line}: {name(one.span, 40)} ({nearest.statistic} in {file}: {value})"


def _source(one: Refuted) -> Source:
    nearest = one.instead[0].source
    return Source(nearest.path, nearest.record, nearest.field)


def _row(one: Refuted) -> dict[str, object]:
    instead = [
        {"statistic": each.statistic, "value": each.value, "path": each.source.path, "record": each.source.record,
         "field": each.source.field}
        for each in one.instead
    ]  # fmt: skip
    return {"line": one.line, "span": one.span, "value": one.value, "unit": one.unit, "metric": one.metric,
            "instead": instead}  # fmt: skip
