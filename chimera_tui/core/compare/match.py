"""Observations of two sides joined on equal remaining factors, quantity by quantity.

A side is a frame of observations: ``metric, part, unit, better, definition, value, low, high, n, sd, mid, stat, cold,
file_id, record, config_id`` and a column a factor. Quantities are paired by metric, unit and part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chimera_tui.core import stats
from chimera_tui.core.compare.result import (
    DERIVED,
    MEASURED,
    SMALL_N,
    Estimate,
    Interval,
    Measure,
    NotCompared,
    Unmatched,
)
from chimera_tui.core.findings.comparison import Comparison, compared
from chimera_tui.core.findings.wording import amount, factor, percent

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.findings.groups import Group

KEY = ("metric", "part", "unit")
MOST_UNMATCHED = 50
NEVER_EQUAL = "no equal configuration"
_SHOWN_VALUES = 4


def measures(
    a: pl.DataFrame, b: pl.DataFrame, factors: Sequence[str], given: frozenset[str]
) -> tuple[tuple[Measure, ...], tuple[NotCompared, ...]]:
    """Every quantity of both sides, compared over their common configurations; ``given`` are what the sides are."""
    found: list[Measure] = []
    not_compared: list[NotCompared] = []
    sides = [dict(side.group_by(KEY, maintain_order=True)) for side in (a, b)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        rows = [side.get(key) for side in sides]
        if rows[0] is None or rows[1] is None:
            here = "A" if rows[1] is None else "B"
            counts = [0 if one is None else one.height for one in rows]
            not_compared.append(NotCompared(str(key[0]), str(key[1]), f"only {here} has it", counts[0], counts[1]))
            continue
        one = _measure(rows[0], rows[1], factors, given)
        (found if isinstance(one, Measure) else not_compared).append(one)  # type: ignore[arg-type]
    return tuple(found), tuple(not_compared)


def _measure(a: pl.DataFrame, b: pl.DataFrame, factors: Sequence[str], given: frozenset[str]) -> Measure | NotCompared:
    free = [name for name in factors if name not in given and name in a.columns and name in b.columns]
    free = [name for name in free if a[name].null_count() < a.height or b[name].null_count() < b.height]
    constant = {name: pair for name in free if (pair := _constants(a, b, name))}
    apart = {name: pair for name, pair in constant.items() if pair[0] != pair[1]}
    by = [name for name in free if name not in constant]
    names = _only_names(a, b, by, [name for name in given if name in a.columns and name in b.columns])
    by = [name for name in by if name not in names]
    found = compared(a, b, by)
    about = {name: str(a[name][0] or "") for name in (*KEY, "better")}
    if found is None:
        reason = f"{NEVER_EQUAL}: {_disagreeing(a, b, by)}"
        return NotCompared(about["metric"], about["part"], reason, a.height, b.height)
    estimates = [_estimate([pair[side] for pair in found.pairs]) for side in (0, 1)]
    interval = _interval(found)
    return Measure(
        **about, a=estimates[0], b=estimates[1],
        ratio=estimates[1].mean / estimates[0].mean if estimates[0].mean else None,
        interval=interval, conclusion=_conclusion(found, interval, estimates, about["unit"]),
        matched=len(found.pairs),
        unmatched=tuple(_unmatched(found, by)),
        also_differs={name: (factor_words(x), factor_words(y)) for name, (x, y) in apart.items()},
        caveats=(*_caveats(a, b, estimates, interval), *(f"{name} follows from the rest" for name in names)),
    )  # fmt: skip


def _constants(a: pl.DataFrame, b: pl.DataFrame, name: str) -> tuple[Any, Any] | None:
    """The one value of each side; None where a side has several."""
    if a[name].n_unique() > 1 or b[name].n_unique() > 1:
        return None
    return a[name][0], b[name][0]


def _only_names(a: pl.DataFrame, b: pl.DataFrame, by: list[str], given: list[str]) -> list[str]:
    """Text factors that never agree because they name the whole configuration, as ``g60_c1024`` does."""
    import polars as pl

    both = pl.concat([side.select(*by, *given) for side in (a, b)])
    found: list[str] = []
    for name in by:
        if both[name].dtype != pl.String or not set(a[name].drop_nulls()).isdisjoint(b[name].drop_nulls()):
            continue
        rest = [*(other for other in by if other != name and other not in found), *given]
        named = both.filter(pl.col(name).is_not_null())
        if rest and named.select(pl.struct(rest).n_unique() == pl.struct([name, *rest]).n_unique()).item():
            found.append(name)
    return found


def factor_words(value: object) -> str:
    """A factor's value in words; null is what nobody said."""
    return "not stated" if value is None else factor(value)


def _disagreeing(a: pl.DataFrame, b: pl.DataFrame, by: list[str]) -> str:
    """The factors whose values the sides do not share at all, else all that would have to agree."""
    values = {name: (set(a[name].unique().to_list()), set(b[name].unique().to_list())) for name in by}
    never = {name: pair for name, pair in values.items() if pair[0].isdisjoint(pair[1])}
    if not never:
        return f"{', '.join(by)} never agree together"
    return "; ".join(f"{name} is {_listed(x)} in A and {_listed(y)} in B" for name, (x, y) in never.items())


def _listed(values: set[Any]) -> str:
    words = sorted(factor_words(value) for value in values)
    more = len(words) - _SHOWN_VALUES
    return ", ".join(words[:_SHOWN_VALUES]) + (f" and {more} more" if more > 0 else "")


def _estimate(groups: list[Group]) -> Estimate:
    n = sum(group.n for group in groups)
    mean = stats.mean([group.mean for group in groups])
    spread = [(group.n - 1, group.sd) for group in groups if group.sd is not None and group.n > 1]
    weight = sum(free for free, _ in spread)
    sd = math.sqrt(sum(free * sd**2 for free, sd in spread) / weight) if weight else None
    return Estimate(n, mean, sd, MEASURED if n == 1 else DERIVED)


def _interval(found: Comparison) -> Interval | None:
    difference = found.difference
    if difference is None:
        return None
    base = abs(found.baseline)
    in_percent = (
        tuple(100 * one / base for one in (difference.value, difference.low, difference.high)) if base else None
    )
    return Interval(
        difference.value, difference.low, difference.high, in_percent,  # type: ignore[arg-type]
        difference.p, found.method,
    )  # fmt: skip


def _conclusion(found: Comparison, interval: Interval | None, sides: list[Estimate], unit: str) -> str:
    if interval is None:
        if min(one.n for one in sides) > 1 and not any(one.sd for one in sides):
            same = sides[0].mean == sides[1].mean
            return "no difference: all values are equal" if same else "no interval: the values do not vary"
        return "not tested: " + found.method.removeprefix("no interval: ")
    _, low, high = interval.percent or (interval.value, interval.low, interval.high)
    words = percent if interval.percent else (lambda value: amount(value, unit))
    span = f"{words(low)} to {words(high)}"
    if not interval.shown:
        return f"no difference shown ({span} includes 0)"
    return f"B is {'higher' if interval.value > 0 else 'lower'} ({span})"


def _unmatched(found: Comparison, by: list[str]) -> Iterator[Unmatched]:
    for side, groups in (("A", found.only[0]), ("B", found.only[1])):
        for group in groups[:MOST_UNMATCHED]:
            yield Unmatched(side, {name: group.factors[name] for name in by}, group.n)  # type: ignore[arg-type]


def _caveats(a: pl.DataFrame, b: pl.DataFrame, sides: list[Estimate], interval: Interval | None) -> Iterator[str]:
    least = min(one.n for one in sides)
    if interval is not None and least < SMALL_N:
        yield f"small n ({sides[0].n} and {sides[1].n})"
    said = [sorted({text for text in side["definition"].unique().to_list() if text}) for side in (a, b)]
    if said[0] != said[1] and said[0] and said[1]:
        yield f"defined differently: A: {'; '.join(said[0][:2])}; B: {'; '.join(said[1][:2])}"
    if any(side["stat"].n_unique() > 1 for side in (a, b)):
        yield "single values and a tool's own means are together"
