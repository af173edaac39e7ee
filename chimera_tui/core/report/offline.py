"""The report that the program writes by itself: every sentence from what it counted and computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chimera_tui.core.findings.choice import Labelled
from chimera_tui.core.findings.finding import Recommendation
from chimera_tui.core.markdown_text import escaped
from chimera_tui.core.report.data_summary import DataSummary
from chimera_tui.core.report.sections import TITLES, ingestion

if TYPE_CHECKING:
    from chimera_tui.core.findings.tables import Table

IN_SUMMARY = 3
IN_PERFORMANCE = 12


def key_findings(facts: Sequence[Labelled]) -> tuple[str, ...]:
    """The first findings as sentences with their labels."""
    return tuple(map(_sentence, facts[:6]))


def advice(recommendations: Sequence[Recommendation], facts: Sequence[Labelled]) -> tuple[str, ...]:
    """Recommendations of rules, each with the labels of the findings it rests on."""
    labels = {one.finding.key: one.label for one in facts}
    return tuple(
        f"{escaped(one.text)} [{', '.join(labels[key] for key in one.findings if key in labels)}]"
        for one in recommendations
    )


def write(
    summary: DataSummary, facts: Sequence[Labelled], recommendations: Sequence[Recommendation], tables: Sequence[Table]
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


def _executive(summary: DataSummary, facts: Sequence[Labelled]) -> str:
    kinds = ", ".join(f"{kind.count} {kind.kind.upper()}" for kind in summary.kinds)
    lines = [
        (
            f"This report was written by the program without a model. It covers {summary.total} files ({kinds}) with "
            f"{summary.n_measurements:,} measurements, from which {_many(len(facts), 'finding')} were computed."
        )
    ]
    lines += ["", *(_sentence(one) + "\n" for one in facts[:IN_SUMMARY])]
    return "\n".join(lines).strip()


def _performance(facts: Sequence[Labelled], tables: Sequence[Table]) -> str:
    parts = [table.markdown() for table in tables]
    rest = [f"- {_sentence(one)}" for one in facts[IN_SUMMARY:IN_PERFORMANCE]]
    if rest:
        parts.append("\n".join(rest))
    return "\n\n".join(parts) or "There is nothing to compare."


def _conclusion(facts: Sequence[Labelled], recommendations: Sequence[Recommendation]) -> str:
    doubtful = sum(1 for one in facts if one.finding.caveats)
    return (
        f"{_many(len(facts), 'finding')} computed, {doubtful} of them with a caveat that limits what may be "
        f"concluded; {_many(len(recommendations), 'recommendation')} supported by the data."
    )


def _sentence(one: Labelled) -> str:
    fact = one.finding
    caveats = f" Caveat: {escaped('; '.join(fact.caveats))}." if fact.caveats else ""
    return f"{escaped(fact.statement)}{caveats} [{one.label}]"


def _bullets(items: Sequence[str], otherwise: str) -> str:
    return "\n".join(f"- {item}" for item in items) or otherwise


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
