"""Baseline against candidate: files or variants of which one calls itself the baseline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chimera_tui.core.findings.comparison import Comparison, compared
from chimera_tui.core.findings.evidence import WITH_LOAD, Evidence
from chimera_tui.core.findings.factors import ENTITIES
from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.wording import amount, count, metric_words, name, percent

if TYPE_CHECKING:
    import polars as pl

_BASELINE = re.compile(
    r"(?:^|[^A-Za-z])(?:baseline|before|reference|control|main|master|stock)(?:$|[^A-Za-z])", re.IGNORECASE
)
MOST_PAIRS = 12
MOST_FILES = 20_000
"""Repositories with more files than this are not searched for pairs of paths."""


def pairs(evidence: Evidence) -> list[tuple[int, int]]:
    """``(baseline, candidate)`` file ids: equal columns, paths that differ in one part, one of them a baseline."""
    rows = evidence.places.select("file_id", "path", "family").sort("path").rows()
    if len(rows) > MOST_FILES:
        return []
    holes: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for file_id, path, family in rows:
        parts = path.split("/")
        for index, part in enumerate(parts):
            hole = "/".join([*parts[:index], "\0", *parts[index + 1 :]])
            holes.setdefault((family, hole), []).append((file_id, part))
    found = []
    for members in holes.values():
        bases = [file_id for file_id, part in members if _BASELINE.search(part)]
        others = [file_id for file_id, part in members if not _BASELINE.search(part)]
        if len(bases) == 1:
            found += [(bases[0], other) for other in others]
    return found[:MOST_PAIRS]


def baselines(evidence: Evidence) -> Iterator[Finding]:
    """One finding a pair and direction: the difference with its interval, or that none is shown."""
    import polars as pl

    for base_id, other_id in pairs(evidence):
        mine = evidence.comparable.filter(pl.col("file_id").is_in([base_id, other_id]))
        shared = mine.group_by("quantity", "better", "weight").agg(files=pl.col("file_id").n_unique(), rows=pl.len())
        shared = shared.filter(pl.col("files") == 2).sort("weight", "rows", "quantity", descending=[True, True, False])
        for quantity in shared.unique("better", keep="first", maintain_order=True)["quantity"]:
            rows = (
                mine.filter(pl.col("quantity") == quantity)
                .join(evidence.factors, on="config_id")
                .sort("file_id", "record")
            )
            yield from _compared(evidence, rows, base_id, other_id)


def _compared(evidence: Evidence, rows: pl.DataFrame, base_id: int, other_id: int) -> Iterator[Finding]:
    import polars as pl

    if rows["metric"][0].startswith(WITH_LOAD):
        rows = rows.filter(~pl.col("cold").fill_null(value=False))
    factors = [*ENTITIES, *evidence.names("option", "load", "workload")]
    base, other = (rows.filter(pl.col("file_id") == file_id) for file_id in (base_id, other_id))
    found = compared(base, other, [factor for factor in factors if rows[factor].null_count() < rows.height])
    if found:
        yield _finding(evidence, rows, found, (base_id, other_id))


def _finding(evidence: Evidence, rows: pl.DataFrame, found: Comparison, ids: tuple[int, int]) -> Finding:
    metric, unit, weight = rows["metric"][0], rows["unit"][0], rows["weight"][0]
    paths = dict(evidence.files.select("file_id", "path").iter_rows())
    base, other = (paths[file_id] for file_id in ids)
    interval = found.interval_pct
    words = metric_words(metric)
    return Finding(
        kind="baseline and candidate",
        statement=(
            f"{name(other)} against {name(base)}: mean {words} {amount(found.candidate, unit)} against "
            f"{amount(found.baseline, unit)}, {_signed(found.percent)}{_interval(found)} over "
            f"{count(found.matched, 'matched configuration')} (n = {found.n_candidate} and {found.n_baseline}); "
            f"{_verdict(found, evidence.settings.min_effect_pct)}."
        ),
        value=found.percent, unit="percent", label="derived", n=found.n_baseline + found.n_candidate, interval=interval,
        sources=tuple(Source(path=path) for path in (base, other)),
        definition=(
            f"candidate ÷ baseline − 1 of the mean {words} over configurations that occur in both, each counting the "
            f"same; {found.method}, in percent of the baseline"
        ),
        caveats=tuple(_caveats(found)),
        rank=4.5 * weight + (20 if found.shown else 15),
        details={
            "baseline": base, "candidate": other, "metric": metric, "unit": unit, "baseline_mean": found.baseline,
            "candidate_mean": found.candidate, "matched": found.matched, "unmatched": found.unmatched,
            "p": found.difference and found.difference.p, "shown": found.shown, "configurations": found.blocks,
        },
    )  # fmt: skip


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + percent(value).replace("-", "−")


def _interval(found: Comparison) -> str:
    interval = found.interval_pct
    if interval is None:
        return ""
    return f" (95 % interval {_signed(interval[0])} to {_signed(interval[1])})"


def _verdict(found: Comparison, min_effect_pct: float) -> str:
    interval = found.interval_pct
    if interval is None:
        return "n = 1 on a side, so no difference can be shown"
    if not found.shown:
        within = max(abs(bound) for bound in interval) < min_effect_pct
        return f"no difference shown{', and none that matters is likely' if within else ''}"
    if abs(found.percent) < min_effect_pct:
        return f"a difference is shown, below the {percent(min_effect_pct)} that matters"
    return "a difference is shown"


def _caveats(found: Comparison) -> Iterator[str]:
    if found.unmatched:
        yield f"{count(found.unmatched, 'configuration')} without a counterpart left out"
    yield "one session each: what else changed between them is not in the data"
