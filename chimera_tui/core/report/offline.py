"""The report that the program writes by itself: every sentence from what it counted and computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chimera_tui.core.findings.finding import Finding, Recommendation
from chimera_tui.core.markdown_text import escaped
from chimera_tui.core.report.data_summary import DataSummary
from chimera_tui.core.report.sections import TITLES, ingestion

if TYPE_CHECKING:
    from chimera_tui.core.findings.tables import Table

IN_SUMMARY = 3
IN_PERFORMANCE = 12


def key_findings(facts: Sequence[Finding]) -> tuple[str, ...]:
    """The highest ranked findings as sentences with their labels."""
    return tuple(_sentence(number, fact) for number, fact in enumerate(facts[:6], 1))


def advice(recommendations: Sequence[Recommendation], facts: Sequence[Finding]) -> tuple[str, ...]:
    """Recommendations of rules, each with the labels of the findings it rests on."""
    labels = {fact.key: f"F{number}" for number, fact in enumerate(facts, 1)}
    return tuple(
        f"{escaped(one.text)} [{', '.join(labels[key] for key in one.findings if key in labels)}]"
        for one in recommendations
    )


def write(
    summary: DataSummary, facts: Sequence[Finding], recommendations: Sequence[Recommendation], tables: Sequence[Table]
) -> dict[int, str]:
    """The text of each of the six sections by its number."""
    return {
        1: _executive(summary, facts),
        2: ingestion(summary),
        3: _performance(facts, tables),
        4: _bullets(key_findings(facts), "No finding: the measurements are too few to compare anything."),
        5: _bullets(advice(recommendations, facts), "None supported by the data."),
        6: _conclusion(facts, recommendations),
    }


def body(sections: dict[int, str]) -> str:
    """The sections under their headings."""
    return "\n\n".join(f"## {number}. {TITLES[number - 1]}\n\n{text}" for number, text in sorted(sections.items()))


def _executive(summary: DataSummary, facts: Sequence[Finding]) -> str:
    kinds = ", ".join(f"{kind.count} {kind.kind.upper()}" for kind in summary.kinds)
    lines = [
        (
            f"This report was written by the program without a model. It covers {summary.total} files ({kinds}) with "
            f"{summary.n_measurements:,} measurements, from which {_many(len(facts), 'finding')} were computed."
        )
    ]
    lines += ["", *(_sentence(number, fact) + "\n" for number, fact in enumerate(facts[:IN_SUMMARY], 1))]
    return "\n".join(lines).strip()


def _performance(facts: Sequence[Finding], tables: Sequence[Table]) -> str:
    parts = [table.markdown() for table in tables]
    rest = [
        f"- {_sentence(number, fact)}"
        for number, fact in enumerate(facts[:IN_PERFORMANCE], 1)
        if number > len(facts[:IN_SUMMARY])
    ]
    if rest:
        parts.append("\n".join(rest))
    return "\n\n".join(parts) or "There is nothing to compare."


def _conclusion(facts: Sequence[Finding], recommendations: Sequence[Recommendation]) -> str:
    doubtful = sum(1 for fact in facts if fact.caveats)
    return (
        f"{_many(len(facts), 'finding')} computed, {doubtful} of them with a caveat that limits what may be "
        f"concluded; {_many(len(recommendations), 'recommendation')} supported by the data."
    )


def _sentence(number: int, fact: Finding) -> str:
    caveats = f" Caveat: {escaped('; '.join(fact.caveats))}." if fact.caveats else ""
    return f"{escaped(fact.statement)}{caveats} [F{number}]"


def _bullets(items: Sequence[str], otherwise: str) -> str:
    return "\n".join(f"- {item}" for item in items) or otherwise


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
