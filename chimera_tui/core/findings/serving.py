"""Serving under load: the knee of throughput over concurrency, the Pareto set, and decay with context depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chimera_tui.core.findings.evidence import Evidence
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.groups import Group
from chimera_tui.core.findings.scopes import Scope, scopes
from chimera_tui.core.findings.wording import (
    amount,
    count,
    factor,
    factors,
    listing,
    metric_words,
    percent,
    ratio,
    term,
)

THROUGHPUTS = ("output_tps", "total_tps", "request_rate", "goodput")
DEPTHS = ("context_depth", "depth", "n_depth", "input_tokens", "prompt_tokens", "context_length")
MIN_LEVELS = 3
MOST_WORKS = 20
"""More texts than this are single prompts, not data sets that a curve is drawn over."""
SHARE_OF_PEAK = 0.9


def serving(evidence: Evidence) -> Iterator[Finding]:
    """The knee and the Pareto set of each experiment over load, and the decay of each over context depth."""
    works = [
        work for work in evidence.names("workload")
        if not evidence.factors[work].dtype.is_numeric() and evidence.factors[work].n_unique() <= MOST_WORKS
    ]  # fmt: skip
    for load in evidence.names("load"):
        fixed = [name for name in evidence.fixed if name != load]
        seen: set[str] = set()
        for prefix in THROUGHPUTS:
            for scope in scopes(evidence, [load], [*fixed, *evidence.names("option"), *works], metric=prefix):
                if scope.subject not in seen and (found := list(_under_load(scope, load))):
                    seen.add(scope.subject)
                    yield from found
    for depth in DEPTHS:
        if depth in evidence.kinds:
            fixed = [name for name in evidence.fixed if name != depth]
            for scope in scopes(evidence, [depth], [*fixed, *evidence.names("option"), *works]):
                yield from _decay(scope, depth)


def _under_load(scope: Scope, load: str) -> Iterator[Finding]:
    groups = _by_number(scope.groups([load]), load)
    if len(groups) < MIN_LEVELS or max(groups, key=lambda group: group.mean) is groups[0]:
        return  # what falls from the first on is the speed of one request
    latencies = _latencies(scope, load)
    yield _knee(scope, load, groups, latencies)
    if latencies:
        yield _pareto(scope, load, groups, latencies)


def _by_number(groups: list[Group], factor_name: str) -> list[Group]:
    """The groups whose value of a factor is a number, or a text that says one, in its order."""
    numbered = [(number, group) for group in groups if (number := _number(group.factors[factor_name])) is not None]
    return [group for _, group in sorted(numbered, key=lambda pair: pair[0])]


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _latencies(scope: Scope, load: str) -> dict[str, dict[Any, float]]:
    """Mean TTFT and mean time per output token (or end-to-end latency) per level of load, where recorded."""
    import polars as pl

    evidence = scope.evidence
    rows = (
        scope.rows.select("file_id", "record", load)
        .join(evidence.comparable.filter(pl.col("better") == "lower"), on=["file_id", "record"])
        .filter(~pl.col("cold").fill_null(value=False))
    )
    found: dict[str, dict[Any, float]] = {}
    for prefixes in (("ttft", "ttfr"), ("tpot", "itl"), ("e2e",)):
        mine = rows.filter(pl.any_horizontal([pl.col("metric").str.starts_with(prefix) for prefix in prefixes]))
        if mine.height and not (prefixes == ("e2e",) and found):
            first = mine.sort("weight", "quantity", descending=[True, False])
            mine = mine.filter(pl.col("quantity") == first["quantity"][0])
            found[str(mine["metric"][0])] = dict(mine.group_by(load).agg(pl.col("value").mean()).sort(load).iter_rows())
    return found


def _knee(scope: Scope, load: str, groups: list[Group], latencies: dict[str, dict[Any, float]]) -> Finding:
    peak = max(groups, key=lambda group: group.mean)
    knee = next(group for group in groups if group.mean >= SHARE_OF_PEAK * peak.mean)
    at, top = knee.factors[load], peak.factors[load]
    beyond = at != groups[-1].factors[load]
    cost = [
        f"{metric_words(metric)} {amount(levels[at], 's')} there against {amount(levels[top], 's')} at the peak"
        for metric, levels in latencies.items()
        if at in levels and top in levels and at != top
    ]
    where = f"{term(load)}={factor(at)}"
    rising = (
        f"{scope.subject}: {scope.words} still rises at the highest load measured, {where}: "
        f"{amount(peak.mean, scope.unit)}."
    )
    statement = (
        rising
        if not beyond
        else (
            f"{scope.subject}: {scope.words} reaches {amount(knee.mean, scope.unit)} at {where}, "
            f"{percent(100 * knee.mean / peak.mean)} of the highest measured ({amount(peak.mean, scope.unit)} at "
            f"{factor(top)}){'; ' + ', '.join(cost) if cost else ''}."
        )
    )
    return Finding(
        kind="load knee", statement=statement, value=_number(at), unit="count", label="derived", n=knee.n,
        sources=scope.sources(),
        definition=(
            f"the lowest {term(load)} with at least {percent(100 * SHARE_OF_PEAK)} of the highest mean {scope.words}"
        ),
        caveats=tuple(_knee_caveats(scope, groups, beyond=beyond)),
        rank=6.0 * float(scope.about["weight"]) + (4 if beyond else 0),
        details={
            **scope.telling, "metric": scope.metric, "unit": scope.unit, "factor": load, "knee": at,
            "peak": top, "beyond": beyond, "levels": [group.worked() for group in groups],
            "latencies": _jsonable(latencies),
            "advice": f"Serve {scope.subject} at {where} or below: {statement.split(': ', 1)[1]}",
        },
    )  # fmt: skip


def _knee_caveats(scope: Scope, groups: list[Group], *, beyond: bool) -> Iterator[str]:
    if not beyond:
        yield "the highest load measured is still rising: the knee may lie beyond it"
    if any(group.n == 1 for group in groups):
        yield "n = 1 at some levels: no spread, what separates neighbours is not known"
    if len(scope.paths) > 1:
        yield f"rows come from {len(scope.paths)} files, perhaps of different sessions"


def _pareto(scope: Scope, load: str, groups: list[Group], latencies: dict[str, dict[Any, float]]) -> Finding:
    """The loads that no other beats in throughput and every latency at once."""
    points = {
        group.factors[load]: (-group.mean, *(levels[group.factors[load]] for levels in latencies.values()))
        for group in groups
        if all(group.factors[load] in levels for levels in latencies.values())
    }
    front = [at for at, point in points.items() if not any(_dominates(other, point) for other in points.values())]
    out = [at for at in points if at not in front]
    words = listing([metric_words(metric) for metric in latencies])
    beaten = f"; {listing(map(factor, out))} {'is' if len(out) == 1 else 'are'} beaten on every count" if out else ""
    return Finding(
        kind="pareto set",
        statement=(
            f"{scope.subject}: {count(len(front), 'load')} of {len(points)} ({term(load)} "
            f"{listing(map(factor, front), 12)}) "
            f"trade {scope.words} against {words}{beaten}."
        ),
        value=float(len(front)), unit="count", label="derived", n=sum(group.n for group in groups),
        sources=scope.sources(),
        definition=f"loads that no other load beats in mean {scope.words} and mean {words} at once",
        caveats=("differences smaller than the spread between runs decide membership too: the set is of means",),
        rank=(4.0 if out else 2.0) * float(scope.about["weight"]) + 3 * len(out),
        details={
            **scope.telling, "metric": scope.metric, "factor": load, "pareto": front, "dominated": out,
            "points": [
                {load: at, scope.metric: -point[0], **dict(zip(latencies, point[1:], strict=True))}
                for at, point in points.items()
            ],
        },
    )  # fmt: skip


def _dominates(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


def _decay(scope: Scope, depth: str) -> Iterator[Finding]:
    groups = _by_number(scope.warm().groups([depth]), depth)
    if len(groups) < MIN_LEVELS or not groups[0].mean:
        return
    first, last = groups[0], groups[-1]
    change = last.mean / first.mean
    worse = change < 1 if scope.higher_is_better else change > 1
    yield Finding(
        kind="context depth",
        statement=(
            f"{scope.subject}: mean {scope.words} goes from {amount(first.mean, scope.unit)} at "
            f"{factors(first.factors)} to "
            f"{amount(last.mean, scope.unit)} at {factor(last.factors[depth])}, {ratio(change)}"
            f"{'' if worse else ': it does not get worse with depth'}."
        ),
        value=change, unit="ratio", label="derived", n=sum(group.n for group in groups), sources=scope.sources(),
        definition=f"mean {scope.words} at the largest {term(depth)} ÷ that at the smallest",
        caveats=tuple(_knee_caveats(scope, groups, beyond=True)),
        rank=4.5 * float(scope.about["weight"]) + 10 * min(abs(change - 1), 1),
        details={
            **scope.telling, "metric": scope.metric, "factor": depth, "levels": [g.worked() for g in groups],
            "ratio": change,
        },
    )  # fmt: skip


def _jsonable(latencies: dict[str, dict[Any, float]]) -> dict[str, dict[str, float]]:
    return {metric: {factor(at): value for at, value in levels.items()} for metric, levels in latencies.items()}
