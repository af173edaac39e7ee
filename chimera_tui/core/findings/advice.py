"""Recommendations by rule: each repeats the numbers of the findings it rests on, or is not made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chimera_tui.core.findings.finding import Finding, Recommendation
from chimera_tui.core.findings.wording import amount, count, factors, metric_words, name, percent, ratio

MOST = 6
CLOSE_RANGE_PCT = 25.0
"""Configurations that differ by more than this are told apart by their size, whatever a test says."""
NULL_RANGE_PCT = 10.0
COLD_RATIO = 2.0
ENOUGH_RUNS = 5
_QUALITY = ("model", "quant", "dtype")
"""What changes the answers, not only how fast they come."""


def recommendations(findings: Sequence[Finding]) -> tuple[Recommendation, ...]:
    """What the findings support, in the order of the findings' ranks; empty where they support nothing."""
    found: list[tuple[float, Recommendation]] = []
    for kind, rule in _RULES.items():
        of_kind = [finding for finding in findings if finding.kind.endswith(kind)]
        found += [(max(f.rank for f in of_kind if f.key in one.findings), one) for one in rule(of_kind)]
    found.sort(key=lambda item: -item[0])
    return tuple(one for _, one in found[:MOST])


def _best(found: list[Finding]) -> Iterator[Recommendation]:
    separable = [finding for finding in found if finding.details["separable"]]
    for finding in separable[:2]:
        best: dict[str, Any] = finding.details["best"]  # type: ignore[assignment]
        yield Recommendation(
            f"Run {finding.details['subject']} with {factors(best['factors'])}: "
            f"{amount(best['mean'], finding.unit)} mean {metric_words(str(finding.details['metric']))} "
            f"(n = {best['n']}), separable from the runner-up.",
            (finding.key,),
        )
    open_ = [f for f in found if not f.details["separable"] and _number(f, "range_pct") <= CLOSE_RANGE_PCT]
    if open_:
        ranges = ", ".join(
            f"{metric_words(str(f.details['metric']))} of {f.details['subject']} {percent(_number(f, 'range_pct'))}"
            for f in open_[:4]
        )
        fewest = min(finding.n or 1 for finding in open_)
        yield Recommendation(
            f"Do not choose a configuration by these numbers alone where the best is not separable (range over all "
            f"configurations: {ranges}; n = {fewest} at the best): repeat the leading ones with at least "
            f"{max(ENOUGH_RUNS, 2 * fewest)} runs each.",
            tuple(finding.key for finding in open_[:4]),
        )


def _cold(found: list[Finding]) -> Iterator[Recommendation]:
    telling = [f for f in found if _number(f, "ratio") >= COLD_RATIO]
    if telling:
        first = telling[0].details
        yield Recommendation(
            f"Keep the model loaded (keep_alive) where time to first token matters: {first['subject']} needs "
            f"{amount(_number(telling[0], 'cold_median'), 's')} cold and "
            f"{amount(_number(telling[0], 'warm_median'), 's')} warm (medians); and report cold and warm apart.",
            tuple(finding.key for finding in telling[:4]),
        )


def _failures(found: list[Finding]) -> Iterator[Recommendation]:
    for finding in found[:1]:
        details = finding.details
        tail = ", and write an empty cell instead of 0 for them" if details["zeros"] else ""
        yield Recommendation(
            f"Repeat or drop the {count(int(str(details['failed'])), 'failed row')} of {details['rows']} "
            f"({percent(_number(finding, 'fail_pct'))}) before averaging{tail}.",
            (finding.key,),
        )


def _ratio(found: list[Finding]) -> Iterator[Recommendation]:
    for finding in found[:1]:
        details = finding.details
        yield Recommendation(
            f"Quote the ratio {ratio(_number(finding, 'speedup_min'))} (by minimum), not "
            f"{ratio(_number(finding, 'speedup_mean'))} (by mean), for {name(details['candidate'])} against "
            f"{name(details['baseline'])}, and discard warm-up runs when measuring again.",
            (finding.key,),
        )


def _ranking(found: list[Finding]) -> Iterator[Recommendation]:
    seen = set()
    for finding in found:
        details = finding.details
        if not details["separable"] or finding.kind in seen:
            continue
        seen.add(finding.kind)
        ranking: list[object] = details["ranking"]  # type: ignore[assignment]
        mates = [f for f in found if f.kind == finding.kind and f.details["metric"] == details["metric"]]
        agreeing = [f for f in mates if f.details["separable"] and f.details["ranking"][0] == ranking[0]]  # type: ignore[index]
        if 2 * len(agreeing) <= len(mates):
            continue  # best in some experiments and not in most: that is no general advice
        wins = f", the best of {len(agreeing)} of {count(len(mates), 'experiment')}" if len(mates) > 1 else ""
        quality = "; what it costs in quality is not part of that number" if details["factor"] in _QUALITY else ""
        yield Recommendation(
            f"For {metric_words(str(details['metric']))} prefer {name(ranking[0])} to "
            f"{', '.join(map(name, ranking[1:6]))} ({details['subject']}: {ratio(finding.value or 0.0)} the last"
            f"{wins}){quality}.",
            tuple(f.key for f in (agreeing or [finding])[:6]),
        )


def _effect(found: list[Finding]) -> Iterator[Recommendation]:
    null: dict[str, list[Finding]] = {}
    for finding in found:
        null.setdefault(str(finding.details["factor"]), []).append(finding)
    for factor, effects in null.items():
        most = max(finding.value or 0.0 for finding in effects)
        if len(effects) >= 2 and most <= NULL_RANGE_PCT and not any(f.details["effect_shown"] for f in effects):
            yield Recommendation(
                f"Do not tune {name(factor)} for speed: in {count(len(effects), 'comparison')} no effect that matters "
                f"is shown (group means within {percent(most)}).",
                tuple(finding.key for finding in effects[:6]),
            )


def _knee(found: list[Finding]) -> Iterator[Recommendation]:
    for finding in found[:2]:
        if finding.details.get("beyond"):
            yield Recommendation(f"{finding.details['advice']}", (finding.key,))


def _number(finding: Finding, key: str) -> float:
    return float(str(finding.details[key]))


_RULES: dict[str, Callable[[list[Finding]], Iterator[Recommendation]]] = {
    "best configuration": _best,
    "cold and warm": _cold,
    "failures": _failures,
    "outlier ratio": _ratio,
    " ranking": _ranking,
    "factor effect": _effect,
    "knee": _knee,
}
"""End of a finding's kind → the rule that reads such findings."""
