"""What an expert would conclude from the measurements, with its sources and caveats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from chimera_tui.core.findings.advice import recommendations
from chimera_tui.core.findings.finding import Finding, Recommendation, Source

if TYPE_CHECKING:
    from chimera_tui.core.config.schema import Run
    from chimera_tui.core.findings.evidence import Evidence
    from chimera_tui.core.frames import Frames

__all__ = ["Finding", "Progress", "Recommendation", "Source", "Tell", "findings", "recommendations"]

REPEATED = 0.88
"""What each further finding of one kind counts for, as a share of the one before."""


class Progress(NamedTuple):
    """How far the analyses are: how many are over, of how many, and what is looked at now."""

    done: int
    total: int
    doing: str


Tell = Callable[[Progress], None]
"""Told before each analysis; what it raises stops the rest."""


Family = Callable[["Evidence"], Iterator[Finding]]
"""One analysis."""


def findings(
    frames: Frames, settings: Run, tell: Tell | None = None, more: Mapping[str, Family] | None = None
) -> tuple[Finding, ...]:
    """Everything the measurements say, the most telling for a decision first; ``more`` are analyses of other things."""
    from chimera_tui.core.findings.evidence import Evidence
    from chimera_tui.core.findings.fields import with_fields
    from chimera_tui.core.findings.merged import merged
    from chimera_tui.core.findings.twins import told_once

    evidence = Evidence(frames, settings)
    found: list[Finding] = []
    families = {**_families(), **(more or {})}
    for number, (words, family) in enumerate(families.items()):
        if tell is not None:
            tell(Progress(number, len(families), words))
        found += family(evidence)
    return _ordered(merged(sorted(told_once(with_fields(evidence, found)), key=_order)))


def _ordered(found: list[Finding]) -> tuple[Finding, ...]:
    """By rank, each further finding of a kind counting a little less, so that one kind does not fill the top."""
    from msgspec.structs import replace

    seen: Counter[str] = Counter()
    weighed = []
    for finding in sorted(found, key=_order):
        weighed.append(replace(finding, rank=round(finding.rank * REPEATED ** seen[finding.kind], 3)))
        seen[finding.kind] += 1
    return tuple(sorted(weighed, key=_order))


def _order(finding: Finding) -> tuple[float, str, str]:
    return -finding.rank, finding.kind, finding.statement


def _families() -> dict[str, Callable[[Evidence], Iterator[Finding]]]:
    """The analyses, one a module, by what they look at."""
    from chimera_tui.core.findings.baseline import baselines
    from chimera_tui.core.findings.best import best_configurations
    from chimera_tui.core.findings.cold import cold_starts
    from chimera_tui.core.findings.effects import factor_effects
    from chimera_tui.core.findings.failures import failures
    from chimera_tui.core.findings.hygiene import hygiene
    from chimera_tui.core.findings.lost_requests import lost_requests
    from chimera_tui.core.findings.outliers import outlier_means
    from chimera_tui.core.findings.rankings import rankings
    from chimera_tui.core.findings.replicates import replicates
    from chimera_tui.core.findings.serving import serving

    return {
        "best configurations": best_configurations, "cold starts": cold_starts, "failures": failures,
        "failed requests": lost_requests,
        "outliers": outlier_means, "effects of options": factor_effects, "rankings": rankings,
        "baselines": baselines, "replicates": replicates, "serving": serving, "files and definitions": hygiene,
    }  # fmt: skip
