"""The effect of one option on a metric, and what it cannot be told apart from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from chimera_tui.core import stats
from chimera_tui.core.findings.evidence import Evidence
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.groups import Group
from chimera_tui.core.findings.scopes import Scope, scopes
from chimera_tui.core.findings.wording import amount, by, count, factor, listing, p_value, percent, ratio, term

if TYPE_CHECKING:
    import polars as pl

OPTION_NOTES = {
    "num_gpu": (
        "num_gpu is the number of layers offloaded, not of GPUs: values beyond the model's layer count are the same "
        "setting"
    ),
}
"""What an option means, where its name misleads."""
COLD_SHARE_GAP = 0.2
MAX_LEVELS = 40
EQUAL_PCT = 1e-9
"""Means that differ by less are equal but for rounding."""


def factor_effects(evidence: Evidence) -> Iterator[Finding]:
    """One finding an option of each experiment: group means, their range and Kruskal–Wallis; and confounding."""
    options = evidence.names("option")
    for scope in scopes(evidence, options, evidence.fixed):
        if (scope.rows["value"] <= 0).any():
            continue  # no ratios
        varying = [option for option in scope.varying(options) if scope.rows[option].n_unique() <= MAX_LEVELS]
        if scope.contains_load:
            yield from (found for option in varying for found in _confounded_with_cold(scope, option))
        two = len(varying) == 1 and scope.rows[varying[0]].n_unique() == 2
        if not two or scope.rows["cold"].any():  # else the best configuration says it already
            yield from _effects(scope.warm() if scope.contains_load else scope, varying)


def _effects(scope: Scope, varying: list[str]) -> Iterator[Finding]:
    """The effects of the options that vary in one scope, their p-values Holm-corrected together."""
    grouped = {option: [g for g in scope.groups([option]) if g.factors[option] is not None] for option in varying}
    grouped = {o: groups for o, groups in grouped.items() if len(groups) > 1 and max(g.rows for g in groups) > 1}
    grouped = {o: groups for o, groups in grouped.items() if range_pct(groups) > EQUAL_PCT}
    p_values = {o: kruskal(scope.rows.filter(scope.rows[o].is_not_null()), o) for o in grouped}
    tested = [option for option, p in p_values.items() if p is not None]
    adjusted = dict(zip(tested, stats.holm([p_values[o] or 0.0 for o in tested]), strict=True))
    for option, groups in grouped.items():
        ordered = _in_order(groups, option)
        confounded = [other for other in varying if other != option and together(scope.rows, option, other)]
        yield _effect(scope, _Tested(option, ordered, p_values[option], adjusted.get(option), confounded))


class _Tested(NamedTuple):
    """One option with its groups, raw and Holm-corrected p, and the options that change only together with it."""

    option: str
    groups: list[Group]
    p: float | None
    adjusted: float | None
    confounded: list[str]


def together(rows: pl.DataFrame, a: str, b: str) -> bool:
    """Whether two factors change only together: each value of one goes with one value of the other."""
    pairs = rows.select(a, b).unique().height
    return pairs == rows[a].n_unique() == rows[b].n_unique() and pairs > 1


def kruskal(rows: pl.DataFrame, by: str) -> float | None:
    """Kruskal–Wallis p of ``value`` over the groups of a column; the ranks are taken by polars, at any size."""
    import polars as pl

    ranked = rows.select(by, "value").with_columns(rank=pl.col("value").rank("average"))
    sums = ranked.group_by(by).agg(n=pl.len(), rank=pl.col("rank").sum())
    ties = ranked.group_by("value").len().select((pl.col("len").cast(pl.Float64) ** 3 - pl.col("len")).sum()).item()
    return stats.kruskal_from_ranks(sums["n"].to_list(), sums["rank"].to_list(), ties or 0)


def range_pct(groups: list[Group]) -> float:
    """How far the largest group mean is above the smallest, in percent."""
    means = [group.mean for group in groups]
    return 100 * (max(means) / min(means) - 1) if min(means) else float("inf")


def _effect(scope: Scope, tested: _Tested) -> Finding:
    option, groups, p, adjusted, confounded = tested
    size = range_pct(groups)
    best = max(groups, key=lambda g: g.mean) if scope.higher_is_better else min(groups, key=lambda g: g.mean)
    shown = adjusted is not None and adjusted < 1 - stats.LEVEL
    matters = size >= scope.evidence.settings.min_effect_pct
    return Finding(
        kind="factor effect",
        statement=(
            f"{scope.subject}: {term(option)} over {listing(factor(g.factors[option]) for g in groups)} moves mean "
            f"{scope.words} {by(size)} ({_range(scope, groups, option)}); "
            f"{_verdict(p, adjusted, shown=shown, matters=matters)}."
        ),
        value=size, unit="percent", label="derived", n=scope.rows.height, sources=scope.sources(),
        definition=(
            f"group by {term(option)} over successful rows{', cold rows left out' if scope.contains_load else ''}; "
            "range: largest ÷ smallest group mean − 1; p: Kruskal–Wallis over the groups, ties corrected; an effect "
            "is shown where p stays below 0.05 after Holm over the options of this experiment"
        ),
        caveats=tuple(_caveats(scope, option, groups, confounded)),
        rank=(30.0 if shown and matters else 15.0) + float(scope.about["weight"]) + min(size, 50) / 5,
        details={
            "subject": scope.subject, "entity": scope.entity, "metric": scope.metric, "unit": scope.unit,
            "factor": option,
            "groups": [group.worked() for group in groups], "kruskal_p": p, "p_holm": adjusted, "range_pct": size,
            "best": best.factors[option], "confounded_with": confounded, "effect_shown": shown and matters,
        },
    )  # fmt: skip


def _range(scope: Scope, groups: list[Group], option: str) -> str:
    low, high = min(groups, key=lambda g: g.mean), max(groups, key=lambda g: g.mean)
    return (
        f"{amount(low.mean, scope.unit)} at {factor(low.factors[option])}, "
        f"{amount(high.mean, scope.unit)} at {factor(high.factors[option])}"
    )


def _verdict(p: float | None, adjusted: float | None, *, shown: bool, matters: bool) -> str:
    if p is None or adjusted is None:
        return "no test: all values equal"
    tail = f"Kruskal–Wallis {p_value(p)}" + (f" ({p_value(adjusted)} after Holm)" if adjusted > p else "")
    if not shown:
        return f"no effect shown, {tail}"
    return f"an effect is shown, {tail}" if matters else f"detectable but smaller than what matters, {tail}"


def _caveats(scope: Scope, option: str, groups: list[Group], confounded: list[str]) -> Iterator[str]:
    if option in OPTION_NOTES:
        yield OPTION_NOTES[option]
    for other in confounded:
        yield f"{term(option)} changes only together with {term(other)}: the effect cannot be credited to one of them"
    shares = [group.n_cold / group.rows for group in groups]
    if max(shares) - min(shares) >= COLD_SHARE_GAP:
        cold = max(groups, key=lambda group: group.n_cold / group.rows)
        yield (
            f"cold starts fall on {term(option)}={factor(cold.factors[option])} ({cold.n_cold} of {cold.rows} rows): "
            "its effect cannot be told from theirs"
        )
    sizes = sorted({group.rows for group in groups})
    if len(sizes) > 1:
        small = min(groups, key=lambda group: group.rows)
        yield (
            f"unequal groups (n from {sizes[0]} to {sizes[-1]}): rows are missing, failed or cold at "
            f"{term(option)}={factor(small.factors[option])}"
        )
    widest = max(groups, key=lambda group: stats.cv(group.summary) or 0)
    if (stats.cv(widest.summary) or 0) > 4 * stats.median([stats.cv(g.summary) or 0 for g in groups]) > 0:
        yield f"{term(option)}={factor(widest.factors[option])} varies far more than the others: look at its rows"
    if len(scope.paths) > 1:
        yield f"rows come from {len(scope.paths)} files, perhaps of different sessions"


def _confounded_with_cold(scope: Scope, option: str) -> Iterator[Finding]:
    """A pooled effect that is really a matter of which rows happened to load the model."""
    groups = [group for group in scope.groups([option]) if group.factors[option] is not None]
    if len(groups) < 2 or min(group.rows for group in groups) < 2:
        return
    shares = {group.factors[option]: group.n_cold / group.rows for group in groups}
    warm = [group for group in scope.warm().groups([option]) if group.factors[option] is not None]
    gap = max(shares.values()) - min(shares.values())
    if gap < COLD_SHARE_GAP or range_pct(groups) < 50:
        return
    yield _confounding(scope, option, groups, warm)


def _confounding(scope: Scope, option: str, groups: list[Group], warm: list[Group]) -> Finding:
    most = max(groups, key=lambda group: group.n_cold / group.rows)
    least = min(groups, key=lambda group: group.n_cold / group.rows)
    pooled = range_pct(groups)
    left = range_pct(warm) if len(warm) > 1 else None
    remains = f"warm rows alone differ by {percent(left)}" if left is not None else "no second level has warm rows"
    details: dict[str, Any] = {
        "subject": scope.subject, "metric": scope.metric, "factor": option, "pooled_range_pct": pooled,
        "warm_range_pct": left, "groups": [{**group.worked(), "n_cold": group.n_cold} for group in groups],
        "warm_groups": [group.worked() for group in warm],
    }  # fmt: skip
    return Finding(
        kind="confounding",
        statement=(
            f"{scope.subject}: {term(option)} is confounded with cold starts ({most.n_cold} of {most.rows} rows cold "
            f"at {factor(most.factors[option])}, {least.n_cold} of {least.rows} at {factor(least.factors[option])}): "
            f"its pooled mean {scope.words} ranges over a factor of {ratio(1 + pooled / 100)}, which is not its "
            f"effect; {remains}."
        ),
        value=pooled, unit="percent", label="derived", n=scope.rows.height, sources=scope.sources(),
        definition=(
            "share of cold rows per level; range: largest ÷ smallest pooled group mean − 1, and the same of warm rows"
        ),
        caveats=(f"{count(sum(g.n_cold for g in groups), 'cold row')} of {scope.rows.height} decide the pooled means",),
        rank=48 + float(scope.about["weight"]), details=details,
    )  # fmt: skip


def _in_order(groups: list[Group], option: str) -> list[Group]:
    return sorted(groups, key=lambda group: _sortable(group.factors[option]))


def _sortable(value: object) -> tuple[int, float, str]:
    return (0, float(value), "") if isinstance(value, int | float) else (1, 0.0, str(value))
