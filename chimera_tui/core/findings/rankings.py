"""Models, quantisations, backends, devices and dtypes set side by side, with ratios."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chimera_tui.core import stats
from chimera_tui.core.findings.best import MIN_N
from chimera_tui.core.findings.comparison import compared
from chimera_tui.core.findings.effects import EQUAL_PCT, range_pct
from chimera_tui.core.findings.evidence import Evidence
from chimera_tui.core.findings.factors import ENTITIES
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.groups import Group
from chimera_tui.core.findings.scopes import LOADS_UNKNOWN, UNIT_UNKNOWN, Scope, scopes
from chimera_tui.core.findings.wording import amount, count, listing, measured, name, ratio

if TYPE_CHECKING:
    import polars as pl

WORDS = {"quant": "quantisation", "dtype": "data type"}
MOST_COMPARED = 50
SMALL_LEAD = 1.05
"""A ratio below this that is not separable decides nothing."""
SHORT_OUTPUT = 20
"""Generated tokens below which one row's decode rate is noisy."""
TASKS = ("mlperf loadgen",)
"""Tools whose models each come with their own data and limits, so that their speeds are no comparison."""
_BASELINE = re.compile(r"(?:^|[_\W])(?:baseline|reference|control)(?:$|[_\W])", re.IGNORECASE)


def rankings(evidence: Evidence) -> Iterator[Finding]:
    """One finding an experiment and entity that takes several values in it."""
    for entity in ENTITIES:
        if entity not in evidence.names("entity") or evidence.factors[entity].n_unique() < 2:
            continue
        for scope in scopes(evidence, [entity], _held(evidence, entity)):
            if entity == "model" and (scope.rows["base_model"].n_unique() == 1 or scope.about["tool"] in TASKS):
                continue  # its quantisations: ranked as such; or another task each
            matched, blocks = _matched(scope.warm() if scope.contains_load else scope, entity)
            groups = matched.groups([entity])
            if len(groups) < 2 or min(group.mean for group in groups) <= 0 or range_pct(groups) < EQUAL_PCT:
                continue
            if not _other_work(matched, entity, blocks):
                yield _finding(matched, entity, groups, blocks)


def _other_work(scope: Scope, entity: str, blocks: list[str] | None) -> bool:
    """Whether the values of the entity worked on different texts or tasks, so that their means say nothing."""
    if blocks is not None:
        return False
    for work in scope.evidence.names("workload"):
        if scope.rows[work].dtype.is_numeric():
            continue
        done = scope.rows.drop_nulls(work).group_by(entity).agg(work)[work].to_list()
        if len(done) > 1 and not set.intersection(*(set(one) for one in done)):
            return True
    return False


def _held(evidence: Evidence, entity: str) -> list[str]:
    """What stays equal while an entity varies."""
    free = {entity} | ({"quant"} if entity == "model" else set())
    held = [factor for factor in evidence.fixed if factor not in free]
    held.remove("present")
    return ["base_model" if factor == "model" else factor for factor in held] if entity == "quant" else held


def _matched(scope: Scope, entity: str) -> tuple[Scope, list[str] | None]:
    """The rows whose options and texts occur at every value of the entity, and these factors (None: no such rows)."""
    import polars as pl

    rows = scope.rows.filter(pl.col(entity).is_not_null())
    blocks, confounded = _blocks(scope.evidence, rows, entity)
    if confounded:
        return replace(scope, rows=rows), None
    if not blocks:
        return replace(scope, rows=rows), []
    levels = rows[entity].n_unique()
    shared = rows.group_by(blocks).agg(pl.col(entity).n_unique().alias("levels")).filter(pl.col("levels") == levels)
    kept = rows.join(shared.select(blocks), on=blocks, how="semi", nulls_equal=True, maintain_order="left")
    return replace(scope, rows=kept if kept.height else rows), blocks if kept.height else None


def _blocks(evidence: Evidence, rows: pl.DataFrame, entity: str) -> tuple[list[str], bool]:
    """The factors that vary within values of the entity, and whether an option changes only together with it.

    A factor that only some of the values state at all, or a text that names them, is part of the entity itself.
    """
    levels = rows[entity].n_unique()
    blocks, confounded = [], False
    for factor in evidence.names("option", "load", "workload"):
        if rows[factor].n_unique() < 2:
            continue
        if rows.select(entity, factor).unique().height > levels:
            blocks.append(factor)
        elif evidence.kinds[factor] != "workload" and not rows[factor].null_count():
            confounded = True
    return blocks, confounded


def _separable(
    scope: Scope, entity: str, ordered: list[Group], blocks: list[str] | None
) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the best is separable from the next, and its comparisons with all others, within equal configurations."""
    import polars as pl

    if blocks is None:
        return False, []
    rows = {g.factors[entity]: scope.rows.filter(pl.col(entity) == g.factors[entity]) for g in ordered[:MOST_COMPARED]}
    best = ordered[0].factors[entity]
    found = {level: compared(rows[best], rows[level], blocks) for level in list(rows)[1:]}
    tested = {
        level: (one, one.difference)
        for level, one in found.items()
        if one and one.difference and max(one.matched, min(one.n_baseline, one.n_candidate)) >= MIN_N
    }
    adjusted = stats.holm([difference.p for _, difference in tested.values()])
    worked: list[dict[str, Any]] = [
        {
            entity: level, "difference": difference.value, "low": difference.low, "high": difference.high, "p_holm": p,
            "matched": one.matched, "method": one.method, "separable": p < 1 - stats.LEVEL,
            "matters": abs(one.percent) >= scope.evidence.settings.min_effect_pct,
        }
        for (level, (one, difference)), p in zip(tested.items(), adjusted, strict=True)
    ]  # fmt: skip
    following = next((entry for entry in worked if entry[entity] == ordered[1].factors[entity]), None)
    return bool(following and following["separable"] and following["matters"]), worked


def _finding(scope: Scope, entity: str, groups: list[Group], blocks: list[str] | None) -> Finding:
    ordered = sorted(groups, key=lambda group: group.mean, reverse=scope.higher_is_better)
    best = ordered[0]
    named = [g for g in groups if _BASELINE.search(str(g.factors[entity]))]
    base = named[0] if named else groups[0] if entity == "backend" else best
    separable, comparisons = _separable(scope, entity, ordered, blocks)
    lead = _times(scope, best, ordered[-1])
    extra = _companions(scope, entity)
    means = ", ".join(f"{g.label} {measured(g.mean, g.sd, scope.unit)} ({g.n_words})" for g in ordered[:8])
    word = WORDS.get(entity, entity)
    return Finding(
        kind=f"{word} ranking",
        statement=(
            f"{scope.subject}: {scope.words} by {word}: {means}; {_ratios(scope, ordered, base)}; "
            f"{'' if separable else 'not '}separable from the next."
        ),
        value=lead, unit="ratio", label="derived", n=sum(group.n for group in groups),
        sources=scope.sources(),
        definition=(
            f"group by {word} over successful rows{', cold rows left out' if scope.contains_load else ''} whose other "
            f"factors occur at every {word}; arithmetic means; ratio of the best to the worst mean, above 1 is "
            f"better; separable: n ≥ {MIN_N}, and the difference to the next is shown (Welch, or paired over equal "
            "configurations, Holm-corrected)"
        ),
        caveats=tuple(_caveats(scope, entity, ordered, extra, blocks, separable=separable)),
        rank=_grade(lead, blocks, separable=separable) * float(scope.about["weight"])
        + 5 * min(math.log2(max(lead, 1)), 4) + (3 if separable else 0),
        details={
            **scope.telling, "entity": scope.entity, "metric": scope.metric, "unit": scope.unit,
            "factor": entity, "ranking": [g.factors[entity] for g in ordered], "separable": separable,
            "baseline": base.factors[entity],
            "speedup_over_baseline": {str(g.factors[entity]): _times(scope, g, base) for g in groups},
            "best_over": {str(g.factors[entity]): _times(scope, best, g) for g in ordered[1:]},
            "groups": [{**g.worked(), **extra.get(g.factors[entity], {})} for g in ordered], "comparisons": comparisons,
        },
    )  # fmt: skip


def _grade(lead: float, blocks: list[str] | None, *, separable: bool) -> float:
    """How much a decision hangs on it: what may be equal is worth little."""
    if separable:
        return 7.5
    return 2.5 if lead < SMALL_LEAD else 5.0 if blocks is not None else 4.0


def _times(scope: Scope, a: Group, b: Group) -> float:
    """How many times as good a is as b."""
    top, bottom = (a.mean, b.mean) if scope.higher_is_better else (b.mean, a.mean)
    return top / bottom if bottom else math.inf


def _ratios(scope: Scope, ordered: list[Group], base: Group) -> str:
    """How many times as much, of a time how many times as fast; of anything else that is better when lower, its own."""
    if not scope.higher_is_better and scope.unit != "s":
        against = "the lowest, " if base is ordered[0] else ""
        others = ", ".join(f"{g.label} {ratio(g.mean / base.mean)}" for g in ordered[:8] if g is not base)
        return f"against {against}{base.label}: {others}"
    sense = "" if scope.higher_is_better else " as fast"
    if base is ordered[0] or (base is ordered[-1] and len(ordered) == 2):
        link = f"{sense} as" if sense else ""
        told = [(g.label, ratio(_times(scope, ordered[0], g))) for g in ordered[1:8]]
        others = ", ".join(f"level with {of}" if times == "1.00×" else f"{times}{link} {of}" for of, times in told)
        return f"{ordered[0].label} is {others}"
    others = ", ".join(f"{g.label} {ratio(_times(scope, g, base))}{sense}" for g in ordered[:8] if g is not base)
    return f"against {base.label}: {others}"


def _companions(scope: Scope, entity: str) -> dict[Any, dict[str, Any]]:
    """Per value of the entity: TTFT with and without cold rows, tokens over time, shortest output."""
    import polars as pl

    mine = scope.rows.select("file_id", "record", entity, "cold")
    beside = scope.evidence.companions
    files = [beside[file_id] for file_id in mine["file_id"].unique().sort() if file_id in beside]
    if not files:
        return {}
    rows = pl.concat(files).lazy().join(mine.lazy(), on=["file_id", "record"])
    ttft = pl.col("metric").str.starts_with("ttft") & (pl.col("stat") == "value")
    warm = ~pl.col("cold").fill_null(value=False)
    tokens, seconds = (pl.col("value").filter(pl.col("metric") == m) for m in ("output_tokens", "decode_time"))
    summed = rows.group_by(entity).agg(
        mean_ttft_s=pl.col("value").filter(ttft).mean(), warm_mean_ttft_s=pl.col("value").filter(ttft & warm).mean(),
        n_cold=pl.col("cold").filter(ttft).fill_null(value=False).sum(),
        pooled=pl.when(tokens.len() == seconds.len()).then(tokens.sum() / seconds.sum()), shortest=tokens.min(),
    )  # fmt: skip
    return {row.pop(entity): row for row in summed.collect().iter_rows(named=True)}


def _caveats(
    scope: Scope,
    entity: str,
    ordered: list[Group],
    extra: dict[Any, dict[str, Any]],
    blocks: list[str] | None,
    *,
    separable: bool,
) -> Iterator[str]:
    word = WORDS.get(entity, entity)
    small = [g.label for g in ordered if g.n < MIN_N]
    if small and not separable:
        yield f"n below {MIN_N} ({listing(small)}): not separable from anything"
    yield from _cold_caveat(word, ordered, extra, entity)
    if any((row["shortest"] or SHORT_OUTPUT) < SHORT_OUTPUT for row in extra.values()) and "tps" in scope.metric:
        shortest = min(row["shortest"] for row in extra.values() if row["shortest"] is not None)
        yield f"some rows generate few tokens (down to {shortest:.0f}): their rate is noisy"
    if blocks is None:
        yield f"no configuration occurs at every {word}: other factors change with it, the ratio is not its alone"
    if scope.loads_unknown:
        yield LOADS_UNKNOWN
    if scope.unit_unknown:
        yield UNIT_UNKNOWN
    if blocks:
        configurations = scope.rows.select(blocks).n_unique()
        if configurations > 1:
            held = listing(blocks, 4)
            yield f"means over {configurations} combinations of {held}: ± is their spread, not that of repeats"
    told = [g for g in ordered if g.rows == 1 and g.n > 1]
    if told:
        what = "n and standard deviation are" if any(g.sd is not None for g in told) else "n is"
        yield f"{what} the tool's own, from one session each"
        widest = max(told, key=lambda g: (g.sd or 0) / abs(g.mean) if g.mean else 0)
        if widest.sd and widest.sd > abs(widest.mean) / 5:
            yield f"the runs of {widest.label} spread by {100 * widest.sd / abs(widest.mean):.0f} % of their mean"
    failed = _failed_levels(scope, entity, {g.factors[entity] for g in ordered})
    if failed:
        yield f"{listing(failed)} failed and {'is' if len(failed) == 1 else 'are'} left out"
    if len(scope.paths) > 1:
        yield f"rows come from {count(len(scope.paths), 'file')}, perhaps of different sessions"


def _cold_caveat(word: str, ordered: list[Group], extra: dict[Any, dict[str, Any]], entity: str) -> Iterator[str]:
    rows = [(g.label, extra.get(g.factors[entity], {})) for g in ordered]
    known = [(label, row) for label, row in rows if row.get("mean_ttft_s") is not None]
    if len({row["n_cold"] for _, row in known}) > 1:
        pooled = ", ".join(f"{label} {amount(row['mean_ttft_s'], 's')}" for label, row in known)
        warm = ", ".join(
            f"{label} {amount(row['warm_mean_ttft_s'], 's')}" for label, row in known if row["warm_mean_ttft_s"]
        )
        cold = ", ".join(f"{label} {row['n_cold']}" for label, row in known)
        yield f"the mean TTFTs ({pooled}) are no effect of the {word}: cold rows are {cold}; warm means are {warm}"


def _failed_levels(scope: Scope, entity: str, shown: set[Any]) -> list[str]:
    import polars as pl

    failed = scope.evidence.observations.filter(
        pl.col("failed")
        & (pl.col("quantity") == scope.quantity)
        & pl.col("file_id").is_in(scope.rows["file_id"].unique().implode())
    ).join(scope.evidence.factors.select("config_id", entity), on="config_id")
    return [name(level) for level in failed[entity].drop_nulls().unique().sort() if level not in shown]
