"""The best configuration of each experiment, and whether it is separable from the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chimera_tui.core import stats
from chimera_tui.core.findings.comparison import compared
from chimera_tui.core.findings.evidence import Evidence
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.groups import Group
from chimera_tui.core.findings.scopes import LOADS_UNKNOWN, UNIT_UNKNOWN, Scope, scopes
from chimera_tui.core.findings.wording import above, amount, count, factors, listing, measured, p_value, percent, term

if TYPE_CHECKING:
    import polars as pl

MIN_N = 3
"""Runs on each side below which nothing is called separable."""
LISTED = 100


def best_configurations(evidence: Evidence) -> Iterator[Finding]:
    """One finding an experiment and direction: the best configuration by the metric that matters most."""
    options = evidence.names("option")
    for scope in _equal_work(scopes(evidence, options, evidence.fixed)):
        varying = scope.varying(options)
        used = scope.warm() if scope.contains_load else scope
        groups = used.groups(varying)
        if varying and len(groups) > 1 and _worth_telling(groups, evidence.settings.min_effect_pct):
            yield _finding(used, groups, n_cold_left_out=scope.rows.height - used.rows.height)


def _equal_work(found: list[Scope]) -> Iterator[Scope]:
    """The scopes, those of times once a batch: a larger one takes longer because it does more."""
    import polars as pl

    for scope in found:
        if scope.unit != "s" or "batch" not in scope.varying(scope.evidence.names("option")):
            yield scope
            continue
        for batch in scope.rows["batch"].drop_nulls().unique().sort():
            rows = scope.rows.filter(pl.col("batch") == batch)
            yield replace(scope, rows=rows, entity={**scope.entity, "batch": batch}, told_by=(*scope.told_by, "batch"))


def _worth_telling(groups: list[Group], min_effect_pct: float) -> bool:
    """Whether the means have ratios, and differ where they are single runs of two configurations."""
    means = [group.mean for group in groups]
    if min(means) <= 0:
        return False
    range_pct = 100 * (max(means) / min(means) - 1)
    single = len(groups) == 2 and all(group.n == 1 for group in groups)
    return range_pct >= min_effect_pct if single else range_pct > 1e-9


def separation(best: Group, others: list[Group], min_effect_pct: float) -> list[dict[str, Any]]:
    """Welch's comparison of the best with each other group, Holm-corrected; None entries where n is too small."""
    tested = [group for group in others if min(best.n, group.n) >= MIN_N and stats.welch(best.summary, group.summary)]
    p_values = [_welch(best, group).p for group in tested]
    adjusted, levels = stats.holm(p_values), stats.holm_levels(p_values)
    found = []
    for group, p, level in zip(tested, adjusted, levels, strict=True):
        difference = _welch(best, group, level)
        effect = 100 * abs(difference.value / group.mean) if group.mean else float("inf")
        excludes_zero = difference.low > 0 or difference.high < 0
        found.append({
            "factors": group.factors, "difference": -difference.value, "low": -difference.high,
            "high": -difference.low, "p_holm": p, "effect_pct": effect, "separable": excludes_zero,
            "matters": effect >= min_effect_pct,
        })  # fmt: skip
    return found


def matched_separation(scope: Scope, best: Group, others: list[Group], works: list[str]) -> list[dict[str, Any]]:
    """The best against each other group within equal work (prompts, queries, tasks), Holm-corrected."""
    own = _rows_of(scope, best)
    found = [(group, compared(_rows_of(scope, group), own, works)) for group in others]
    tested = [
        (group, one, one.difference) for group, one in found
        if one and one.difference and max(one.matched, min(one.n_baseline, one.n_candidate)) >= MIN_N
    ]  # fmt: skip
    adjusted = stats.holm([difference.p for _, _, difference in tested])
    return [
        {
            "factors": group.factors, "difference": difference.value, "low": difference.low, "high": difference.high,
            "p_holm": p, "effect_pct": abs(one.percent), "separable": p < 1 - stats.LEVEL, "matched": one.matched,
            "matters": abs(one.percent) >= scope.evidence.settings.min_effect_pct,
        }
        for (group, one, difference), p in zip(tested, adjusted, strict=True)
    ]  # fmt: skip


def _rows_of(scope: Scope, group: Group) -> pl.DataFrame:
    import polars as pl

    return scope.rows.filter(pl.all_horizontal([pl.col(key).eq_missing(value) for key, value in group.factors.items()]))


def _works(scope: Scope, by: list[str]) -> list[str]:
    """The texts (prompts, queries, tasks) that differ within a configuration."""
    rows = scope.rows
    texts = [work for work in scope.varying(scope.evidence.names("workload")) if not rows[work].dtype.is_numeric()]
    configurations = rows.select(by).n_unique()
    return [work for work in texts if rows.select(*by, work).n_unique() > configurations]


def _welch(best: Group, other: Group, level: float = stats.LEVEL) -> stats.Difference:
    found = stats.welch(best.summary, other.summary, level)
    assert found is not None  # noqa: S101 - the caller has tested it
    return found


def _finding(scope: Scope, groups: list[Group], n_cold_left_out: int) -> Finding:
    ordered = sorted(groups, key=lambda group: group.mean, reverse=scope.higher_is_better)
    best, worst = ordered[0], ordered[-1]
    works = _works(scope, list(best.factors))
    if works:
        tested = matched_separation(scope, best, ordered[1:], works)
    else:
        tested = separation(best, ordered[1:], scope.evidence.settings.min_effect_pct)
    runner_up = next((entry for entry in tested if entry["factors"] == ordered[1].factors), None)
    separable = bool(runner_up and runner_up["separable"] and runner_up["matters"])
    high, low = max(best.mean, worst.mean), min(best.mean, worst.mean)
    range_pct = 100 * (high / low - 1) if low else float("inf")
    verdict = _verdict(scope, ordered, tested, runner_up)
    weight = float(scope.about["weight"])
    return Finding(
        kind="best configuration",
        statement=(
            f"{scope.subject}: best {scope.words} with {factors(best.factors)}: "
            f"{measured(best.mean, best.sd, scope.unit)} ({best.n_words}){_margin(scope, ordered, range_pct)}; "
            f"{verdict}."
        ),
        value=best.mean, unit=scope.unit, label="measured", n=best.n, spread=best.sd, interval=best.interval,
        sources=(scope.place(best), scope.place(worst)),
        definition=(
            f"the group of rows with equal {', '.join(term(key) for key in best.factors)} whose mean {scope.words} is "
            f"{'highest' if scope.higher_is_better else 'lowest'}, failed rows left out; separable: n ≥ {MIN_N} on "
            "each side, Holm-corrected Welch 95 % interval against the runner-up excludes 0 and the difference is at "
            f"least {percent(scope.evidence.settings.min_effect_pct)}"
        ),
        caveats=tuple(_caveats(scope, ordered, range_pct, n_cold_left_out, separable=separable)),
        rank=_grade(ordered, separable=separable) * weight + min(scope.rows.height, 100) / 100,
        details={
            **scope.telling, "entity": scope.entity, "metric": scope.metric, "separable": separable,
            "range_pct": range_pct, "n_configurations": len(ordered),
            "best": _row(scope, best), "worst": _row(scope, worst),
            "configurations": [group.worked() for group in ordered[:LISTED]], "comparisons": tested[:LISTED],
        },
    )  # fmt: skip


def _grade(ordered: list[Group], *, separable: bool) -> float:
    """How much a decision hangs on it: a choice of two that makes no difference is worth little."""
    if separable:
        return 9.0
    return 5.0 if ordered[0].n == 1 or len(ordered) == 2 else 7.0


def _margin(scope: Scope, ordered: list[Group], range_pct: float) -> str:
    worst = ordered[-1]
    shown = f"{factors(worst.factors)}: {amount(worst.mean, scope.unit)}"
    which = f"the worst of {count(len(ordered), 'configuration')}" if len(ordered) > 2 else "the other"
    which = f"{which} ({shown})"
    if scope.higher_is_better:
        return f", {above(range_pct, which)}"
    return f"; {which} is {above(range_pct, 'it')}"


def _verdict(
    scope: Scope, ordered: list[Group], compared: list[dict[str, Any]], runner_up: dict[str, Any] | None
) -> str:
    best = ordered[0]
    if all(group.n == 1 for group in ordered):
        n = "n = 1 per configuration" if best.n_stated else "how many runs each mean is of is not stated"
        return f"{n}, so the best is not separable from the others"
    against = f"the runner-up ({factors(ordered[1].factors)}: {amount(ordered[1].mean, scope.unit)})"
    if len(ordered) == 2:
        against = "the other"
    if runner_up is None:
        few = min(best.n, ordered[1].n)
        why = f"fewer than {MIN_N} runs on a side" if few < MIN_N else "no spread is recorded"
        return f"not separable from {against}: {why}"
    if not runner_up["separable"]:
        apart = sum(entry["separable"] for entry in compared)
        rest = f"{apart} of {len(compared)} others are" if len(compared) > 1 else ""
        return f"not separable from {against}, {p_value(runner_up['p_holm'])} after Holm{'; ' + rest if rest else ''}"
    if not runner_up["matters"]:
        return (
            f"its lead over {against} is {percent(runner_up['effect_pct'])}, {p_value(runner_up['p_holm'])} after "
            f"Holm, below the {percent(scope.evidence.settings.min_effect_pct)} that matters"
        )
    return f"separable from {against}, {p_value(runner_up['p_holm'])} after Holm"


def _caveats(
    scope: Scope, ordered: list[Group], range_pct: float, n_cold_left_out: int, *, separable: bool
) -> Iterator[str]:
    sizes = {group.n for group in ordered}
    if sizes == {1}:
        n = "n = 1 per configuration" if ordered[0].n_stated else "n is not stated"
        yield (
            f"{n}: the whole spread over {count(len(ordered), 'configuration')} is "
            f'{percent(range_pct)}, so "best" is not statistically separable'
        )
    elif not separable:
        yield "the best of several is picked after the fact; repeat it before relying on it"
    if len(sizes) > 1:
        yield f"unequal group sizes: n from {min(sizes)} to {max(sizes)}"
    works = _works(scope, list(ordered[0].factors))
    if works:
        different = scope.rows.select(works).n_unique()
        yield f"means over {different} values of {listing(works)}, compared one by one: ± is their spread"
    if n_cold_left_out:
        yield f"{count(n_cold_left_out, 'cold row')} left out: load time is not part of this comparison"
    if scope.loads_unknown:
        yield LOADS_UNKNOWN
    if scope.unit_unknown:
        yield UNIT_UNKNOWN
    if len(scope.paths) > 1:
        yield f"rows come from {len(scope.paths)} files, perhaps of different sessions"


def _row(scope: Scope, group: Group) -> dict[str, object]:
    """A configuration with the other numbers of its first row, and the names it goes by."""
    import polars as pl

    evidence = scope.evidence
    others = evidence.observations.filter(
        (pl.col("file_id") == group.file_id) & (pl.col("record") == group.record)
    ).join(evidence.quantities, on="quantity")
    names = evidence.factors.filter(pl.col("config_id") == group.config_id).row(0, named=True)
    texts = {key: value for key, value in names.items() if isinstance(value, str) and key not in group.factors}
    measured = dict(others.select("stem", "value").iter_rows())
    return {"factors": group.factors, "mean": group.mean, "n": group.n, "names": texts, "row": measured}
