"""What an expert would conclude from the measurements, with its sources and caveats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from chimera_tui.core.findings.finding import Finding, Recommendation, Source

if TYPE_CHECKING:
    from chimera_tui.core.config.schema import Run
    from chimera_tui.core.findings.evidence import Evidence
    from chimera_tui.core.frames import Frames

__all__ = ["Finding", "Recommendation", "Source", "findings"]


def findings(frames: Frames, settings: Run) -> tuple[Finding, ...]:
    """Everything the measurements say, the most telling for a decision first."""
    from chimera_tui.core.findings.evidence import Evidence

    evidence = Evidence(frames, settings)
    found = [finding for family in _families() for finding in family(evidence)]
    return tuple(sorted(found, key=lambda finding: (-finding.rank, finding.kind, finding.statement)))


def _families() -> tuple[Callable[[Evidence], Iterator[Finding]], ...]:
    """The analyses, one a module."""
    from chimera_tui.core.findings.best import best_configurations
    from chimera_tui.core.findings.cold import cold_starts
    from chimera_tui.core.findings.effects import factor_effects
    from chimera_tui.core.findings.failures import failures
    from chimera_tui.core.findings.hygiene import hygiene
    from chimera_tui.core.findings.outliers import outlier_means
    from chimera_tui.core.findings.rankings import rankings

    return best_configurations, cold_starts, failures, outlier_means, factor_effects, rankings, hygiene
