"""Whole comparisons: reports against reports, measurements against measurements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chimera_tui.core.compare import match, measured, reported
from chimera_tui.core.compare.frozen_changes import findings_changed, verdicts_changed
from chimera_tui.core.compare.result import Comparison, Side

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.compare.reported import LoadedReport

FEW_TOKENS = 16
"""Generated tokens below which the rate of a call says little."""
UNCORRECTED = (
    "each interval is at 95 % by itself: of many metrics without any difference, about one in twenty excludes 0"
)
ONE_MACHINE = (
    "n counts calls; calls of one report follow each other on one machine and may be less independent than the "
    "intervals take them to be"
)
FIRST_CALLS = (
    "first calls stand apart: they may contain loading the model, and these reports do not say how long it took"
)
LAST_RUN = "stage times of a report on several runs are those of its last run: its program wrote no others"


def compare_reports(
    a: Sequence[LoadedReport], b: Sequence[LoadedReport], names: tuple[str, str], cold_load_s: float,
    given: frozenset[str] = frozenset(),
) -> Comparison:  # fmt: skip
    """B's reports against A's; ``given`` are the columns that chose them. Reads frozen files; blocks."""
    by_call = all(one.calls for one in (*a, *b))
    rows = [reported.observations(side, cold_load_s, by_call=by_call) for side in (a, b)]
    factors = reported.factors(*rows)
    chosen = frozenset([*given, *(f"option {name}" for name in given)])
    measures, not_compared = match.measures(_with(rows[0], factors), _with(rows[1], factors), factors, chosen)
    folders = [[folder for one in side if (folder := one.folder) is not None] for side in (a, b)]
    changed = findings_changed(*folders)
    single = len(a) == len(b) == 1 and all(folders)
    return Comparison(
        a=_side(names[0], a), b=_side(names[1], b), options=reported.options(a, b), measures=measures,
        not_compared=not_compared, findings_known=changed is not None,
        findings_appeared=changed[0] if changed else (), findings_vanished=changed[1] if changed else (),
        findings_shared=changed[2] if changed else 0, verdicts=reported.verdict_counts(a, b),
        verdict_changes=verdicts_changed(folders[0][0], folders[1][0]) if single else (),
        caveats=tuple(_caveats(a, b, any(one.interval for one in measures))),
    )  # fmt: skip


def compare_measurements(
    a: pl.DataFrame, b: pl.DataFrame, factors: Sequence[str], names: tuple[str, str], given: frozenset[str]
) -> Comparison:
    """B's observations against A's, joined on every factor that is not ``given``."""
    measures, not_compared = match.measures(*measured.paired(a, b), factors, given)
    return Comparison(
        a=Side(names[0], "measurements", a.height), b=Side(names[1], "measurements", b.height),
        measures=measures, not_compared=not_compared,
        caveats=(UNCORRECTED,) if any(one.interval for one in measures) else (),
    )  # fmt: skip


def _with(side: pl.DataFrame, factors: Sequence[str]) -> pl.DataFrame:
    """A side with every factor as a column: an option that none of its reports states is null."""
    import polars as pl

    return side.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in factors if name not in side.columns)


def _side(name: str, reports: Sequence[LoadedReport]) -> Side:
    return Side(name, "report" if len(reports) == 1 else "reports", len(reports))


def _caveats(a: Sequence[LoadedReport], b: Sequence[LoadedReport], tested: bool) -> list[str]:
    found = [UNCORRECTED] if tested else []
    calls = [(one.name, call) for one in (*a, *b) for call in one.calls]
    if calls and tested:
        found.append(ONE_MACHINE)
    if any(call.is_cold(0) is None for _, call in calls):
        found.append(FIRST_CALLS)
    if any(one.folder is None and len(one.calls) > 2 for one in (*a, *b)):
        found.append(LAST_RUN)
    if few := [f"{name} ({call.figures['generated_tokens']:.0f})" for name, call in calls if _few(call.figures)]:
        more = f" and {len(few) - 3} more" if len(few) > 3 else ""
        found.append(f"calls of fewer than {FEW_TOKENS} tokens, whose rates say little: {', '.join(few[:3])}{more}")
    return found


def _few(figures: dict[str, float]) -> bool:
    return figures.get("generated_tokens", FEW_TOKENS) < FEW_TOKENS
