"""What the program itself computed and wrote: findings, which are facts, and lines of its tables: no claims."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.verify.text.names import plain
from chimera_tui.core.verify.text.quantities import NUMBER
from chimera_tui.core.verify.verdict import SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context

RULE = "finding"
CITED = re.compile(r"\bF(\d{1,5})\b")
CITATION = re.compile(r"\[F\d{1,6}(?:: no such fact|(?:\s*[,;]\s*F\d{1,6})*)\]")
"""A citation as a model is asked to write it, and as a saved report has one of no fact."""
_NUMBER = re.compile(NUMBER)
_AROUND = 24
"""Letters and digits on each side of a number that must agree for a line to repeat a finding."""


class Written(msgspec.Struct, frozen=True):
    """Findings by the numbers printed in them, and whole lines in plain form."""

    findings: tuple[Finding, ...] = ()
    by_number: dict[str, tuple[int, ...]] = {}
    lines: frozenset[str] = frozenset()


def written(findings: Iterable[Finding], lines: Iterable[str] = ()) -> Written:
    """Index findings and the program's lines."""
    kept = tuple(findings)
    by_number: dict[str, list[int]] = {}
    for place, finding in enumerate(kept):
        for number in dict.fromkeys(_NUMBER.findall(_said(finding))):
            by_number.setdefault(number, []).append(place)
    return Written(
        kept,
        {number: tuple(places) for number, places in by_number.items()},
        frozenset(text for line in lines if len(text := plain(line)) > 8),
    )


def judge_finding(at: Context, known: Written) -> Verdict | None:
    """A number that a finding states: one cited beside it, or one whose words the line repeats."""
    number = _NUMBER.search(at.claim.span)
    if number is None or not known.findings:
        return None
    cited = [int(label) - 1 for label in CITED.findall(at.cited)]
    places = known.by_number.get(number[0], ())
    for place in places:
        finding = known.findings[place]
        if place in cited or _repeats(at, _said(finding)):
            source = finding.sources[0] if finding.sources else None
            return Verdict(
                claim=at.claim,
                label=SUPPORTED,
                rule=RULE,
                reason=f"F{place + 1}: {finding.statement}",
                sources=(
                    Source(
                        source.path if source else "the findings", source.record if source else None, f"F{place + 1}"
                    ),
                ),
            )
    return None


def _said(finding: Finding) -> str:
    """A finding in the words of reports and prompts."""
    return f"{finding.statement} Caveat: {'; '.join(finding.caveats)}." if finding.caveats else finding.statement


def _repeats(at: Context, statement: str) -> bool:
    """Whether the letters and digits around a number are those of a finding: half on each side where there are."""
    before = plain(at.text[max(0, at.claim.start - 60) : at.claim.start])
    after = plain(at.text[at.claim.end : at.claim.end + 60])
    left = min(len(before), max(_AROUND // 2, _AROUND - len(after)))
    words = before[len(before) - left :] + plain(at.claim.span) + after[: _AROUND - left]
    return len(words) >= _AROUND and words in plain(statement)
