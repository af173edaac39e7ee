"""Cold against warm: time to first token with and without loading the model, never pooled."""

from __future__ import annotations

from collections.abc import Iterator

from chimera_tui.core import stats
from chimera_tui.core.findings.evidence import Evidence
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.scopes import PER_KIND, Scope, file_scopes
from chimera_tui.core.findings.wording import amount, count, ratio
from chimera_tui.core.findings.wording import factor as factor_text


def cold_starts(evidence: Evidence) -> Iterator[Finding]:
    """One finding a file and model in which some first tokens waited for the model to load and others did not."""
    import polars as pl

    both = (
        pl.col("metric").str.starts_with("ttft") & (pl.col("stat") == "value")
        & pl.col("cold").any().over("file_id", "quantity") & ~pl.col("cold").all().over("file_id", "quantity")
    )  # fmt: skip
    for scope in file_scopes(evidence, both, evidence.names("entity"), 2 * PER_KIND):
        cold = scope.rows.filter(pl.col("cold"))["value"].to_list()
        warm = scope.warm().rows["value"].to_list()
        if cold and warm:
            yield _finding(scope, cold, warm)


def _finding(scope: Scope, cold: list[float], warm: list[float]) -> Finding:
    threshold = f"{factor_text(scope.evidence.settings.cold_load_s)} s"
    cold_median, warm_median = stats.median(cold), stats.median(warm)
    factor = cold_median / warm_median if warm_median else float("inf")
    pooled = stats.mean([*cold, *warm])
    return Finding(
        kind="cold and warm",
        statement=(
            f"{scope.subject}: median {scope.words} is {amount(warm_median, 's')} warm (n = {len(warm)}) and "
            f"{amount(cold_median, 's')} cold (n = {len(cold)}), {ratio(factor)} as long; cold means a model load of "
            f"{threshold} or more."
        ),
        value=warm_median, unit=scope.unit, label="derived", n=len(warm),
        interval=stats.median_interval(warm), sources=scope.sources(),
        definition=(
            f"medians of {scope.words} over successful rows; cold: load ≥ {threshold} (cold_load_s); ratio: cold "
            "median ÷ warm median; the interval is of the warm median, between two of the warm values (from n = 6 on)"
        ),
        caveats=tuple(_caveats(scope, cold, warm, pooled)),
        rank=50 + min(factor, 100) / 10 + 3 * min(len(cold), len(warm), 10),
        details={
            "subject": scope.subject, "entity": scope.entity, "metric": scope.metric,
            "n_cold": len(cold), "n_warm": len(warm), "cold_median": cold_median, "warm_median": warm_median,
            "warm_mean": stats.mean(warm), "ratio": factor, "pooled_mean_misleading": pooled,
            "cold_load_s": scope.evidence.settings.cold_load_s,
        },
    )  # fmt: skip


def _caveats(scope: Scope, cold: list[float], warm: list[float], pooled: float) -> Iterator[str]:
    yield (
        f"the mean over all {len(cold) + len(warm)} rows, {amount(pooled, 's')}, mixes two populations and is not the "
        f"{scope.words} of anything"
    )
    for label, values in (("cold", cold), ("warm", warm)):
        if len(values) == 1:
            yield f"n = 1 {label} row: no spread, a single event"
    if len(cold) >= len(warm):
        yield f"{count(len(cold), 'cold row')} of {len(cold) + len(warm)}: the sweep reloads the model often"
