"""Values against cells: a cell that agrees, a statistic over the rows, what all of them together refute."""

from __future__ import annotations

import heapq
import math
import re
from typing import NamedTuple

import msgspec

from chimera_tui.core.verify.index.cells import Cell, Cells
from chimera_tui.core.verify.index.filters import FEW_CELLS, Filter
from chimera_tui.core.verify.tolerance import agreement, interval
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label, Source, Verdict
from chimera_tui.core.verify.words.context import STATISTICS, Context, in_printed_unit
from chimera_tui.core.verify.words.doubt import (
    FILE_RULE,
    certain,
    is_called,
    of_another_size,
    of_one_row,
    ranked,
    said_of_it,
)
from chimera_tui.core.verify.words.metrics_named import Meant, family, fits
from chimera_tui.core.verify.words.rows import Rows

METRIC = "metric"
TELLING_DIGITS = 3
CHANCE, CHANCE_WITHIN = 0.03, 0.12
"""A match that this share of all numbers of its size would also find says nothing; more is let pass in stated rows."""
MOST_SOURCES = 8
_WHERE = re.compile(r"\s*[(,]?\s*(?:with|at|for|using|in)\b", re.IGNORECASE)
SUMMARY = ("min", "max", "mean", "p50")


def judged_values(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str) -> Verdict:
    """A claim about a metric that is known, over rows that the text states or leaves open."""
    if not rows.filters:
        return unverifiable(at, rule, rows.said)
    statistic = _directed(at, cells, meant)
    if at.claim.bound == "spread":
        statistic = "std"
    if at.claim.bound in ("low", "high") and statistic in ("", "range"):
        statistic = "min" if at.claim.bound == "low" else "max"
    if statistic:
        verdict = _by_statistic(at, cells, meant, rows, rule, statistic)
        loosely = verdict.label == UNVERIFIABLE and "never " in at.own_words
        if verdict.label == SUPPORTED or not (ranked(at) or loosely):
            return verdict
    found = [cell for one in rows.filters for cell in matches(at, cells, meant.series, one)]
    sole = rule == FILE_RULE and len(found) == 1 == cells.in_series(meant.series, rows.filters[-1]).height
    if found and (at.claim.digits >= TELLING_DIGITS or sole):
        return _matched(at, cells, meant, rows, rule, found, sole=sole)
    if rows.stated:
        return _summarised(at, cells, meant, rows, rule, found)
    if found:
        return unverifiable(at, rule, f"{at.claim.span} has too few digits to tell which {meant.words} is meant")
    reason = f"no {meant.words} has this value, and the text does not say of which rows it speaks"
    return msgspec.structs.replace(unverifiable(at, rule, reason), reading=meant.words if meant.exact else "")


def _directed(at: Context, cells: Cells, meant: Meant) -> str:
    """The statistic asked for, best and worst as the metric's direction has them."""
    name = at.statistic
    named = {STATISTICS.get(word) for word in meant.words.split("_")}
    if name in named and not any(cells.series[one].stat == name for one in meant.series):
        return ""
    if name in ("best", "worst"):
        better = cells.better.get(meant.series[0], "") if meant.series else ""
        return "max" if ("higher" in better) == (name == "best") else "min"
    return name


Hit = tuple[int, int, int, float]


class Reading(NamedTuple):
    """A statistic as the text would print it: over all rows, or in one file alone."""

    value: float
    text: str
    series_id: int
    rows: Filter
    file_id: int | None = None


def readings_of(at: Context, cells: Cells, meant: Meant, rows: Rows, names: tuple[str, ...]) -> list[Reading]:
    """Statistics over the rows, with and without failures, over all their files and in each file alone."""
    series = tuple(one for one in meant.series if cells.series[one].stat == "value") or meant.series
    groups = dict.fromkeys((series, *[(each,) for each in series[:24]]))
    found: list[Reading] = []
    for name in names:
        for one in rows.filters:
            for ok in (False, True) if cells.failures else (False,):
                rows_ = msgspec.structs.replace(one, ok=ok)
                for group in groups:
                    values = [(None, cells.statistic(name, group, rows_)), *cells.by_file(name, group, rows_)]
                    text = f"{name} of {meant.words}{', without failures' if ok else ''}"
                    its = next((each for each in group if cells.in_series((each,), rows_).height), group[0])
                    found += [
                        Reading(value * factor, text, its, rows_, file_id)
                        for factor in in_text_unit(at, cells, group[0], 1.0)[:1]
                        for file_id, value in values
                        if value is not None
                    ]
    return found


def _by_statistic(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, name: str) -> Verdict:  # noqa: PLR0917
    """A statistic that the text names: computed over the rows, or as a file states it."""
    wide = family(meant, cells)
    meant = Meant(meant.words, tuple(one for one in wide.series if fits(at, cells, one)), meant.metric)
    readings = readings_of(at, cells, meant, rows, (name,))
    fit = _fit(at, readings)
    if fit and (at.claim.digits >= TELLING_DIGITS or (rows.stated and at.claim.digits >= 2)):
        return _computed(at, cells, SUPPORTED, rule, fit, rows, [])
    stated = tuple(one for one in meant.series if cells.series[one].stat == name)
    found = [cell for one in rows.filters for cell in matches(at, cells, stated, one)]
    if found and at.claim.digits >= TELLING_DIGITS:
        return _matched(at, cells, Meant(meant.words, stated, meant.metric), rows, rule, found)
    if not found and at.claim.bound in ("low", "high"):  # the range may be that of some of the rows
        found = [cell for one in rows.filters for cell in matches(at, cells, meant.series, one)]
    if readings and not found and not fit and rows.stated and certain(at, rows, rule) and said_of_it(at):
        return _disagreeing(at, cells, meant, rows, rule, name, readings)
    why = (
        "too few digits to tell" if found or fit else "over which rows is not plain" if readings else "not in the facts"
    )
    return unverifiable(at, rule, f"{name} of {meant.words}: {why}")


def _disagreeing(  # noqa: PLR0917
    at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, name: str, readings: list[Reading]
) -> Verdict:
    """No reading over the rows named agrees: contradicted, unless those are not the rows that are meant."""
    other = None
    if rule != FILE_RULE:
        if name in ("min", "max") and of_one_row(cells, readings[0].series_id, rows):
            return unverifiable(at, rule, f"{rows.said} is one row, and the {name} of one is of others")
        if name in ("min", "max") and _WHERE.match(at.after) and "=" in rows.said:
            other = _fit(at, readings_of(at, cells, meant, Rows((Filter(),)), (name,)))
            if other is not None:
                return unverifiable(
                    at, rule, f"{other.text} of more rows: the setting behind it says where it was found"
                )
        other = _of_no_model(at, cells, meant, name)
    if other is None:
        return _computed(at, cells, CONTRADICTED, rule, _right(at, readings, rows), rows, readings)
    if other.file_id is not None and is_called(cells.path(other.file_id), rows.said):
        return _computed(at, cells, SUPPORTED, rule, other, rows, [])
    return unverifiable(at, rule, f"{name} of {meant.words}: rows that name no model have this value")


def _summarised(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, found: list[Hit]) -> Verdict:  # noqa: PLR0917
    """The rows are stated and no cell is telling: minimum, maximum, mean and median of them are readings too."""
    readings = readings_of(at, cells, meant, rows, SUMMARY)
    if not readings:
        return unverifiable(at, rule, f"{rows.said}: no {meant.words} is measured")
    fit = _fit(at, readings)
    if fit and at.claim.digits >= TELLING_DIGITS:
        return _computed(at, cells, SUPPORTED, rule, fit, rows, [])
    if found or fit:
        return unverifiable(at, rule, f"{rows.said}: too few digits to tell which {meant.words} is meant")
    values = {one.text: one.value for one in reversed(readings)}
    low, high, mean = (values.get(f"{name} of {meant.words}", math.nan) for name in ("min", "max", "mean"))
    right = f"{low:.4g} to {high:.4g}, mean {mean:.4g} {at.unit}".strip()
    inside = rule != FILE_RULE and min(one.value for one in readings) <= at.claim.value <= max(
        one.value for one in readings
    )
    if inside or not certain(at, rows, rule) or of_another_size(at, [one.value for one in readings]):
        return unverifiable(at, rule, f"{meant.words} of {rows.said} is {right}; which of it is meant is not plain")
    return Verdict(
        claim=at.claim,
        label=CONTRADICTED,
        rule=rule,
        reason=f"{meant.words} in {rows.said}: {right}",
        right=right,
        reading=rows.said,
        sources=_sources(at, cells, [one for one in readings if one.text.startswith("mean")] or readings),
    )


def _of_no_model(at: Context, cells: Cells, meant: Meant, name: str) -> Reading | None:
    """The statistic as the rows of no model have it: of which one they are only their file may tell."""
    if "unnamed" not in cells.memo:
        configs = cells.frames.configs
        cells.memo["unnamed"] = frozenset(configs.filter(configs["model"].is_null())["config_id"].to_list())
    ids: frozenset[int] = cells.memo["unnamed"]  # type: ignore[assignment]
    return _fit(at, readings_of(at, cells, meant, Rows((Filter(configs=ids),)), (name,))) if ids else None


def _fit(at: Context, readings: list[Reading]) -> Reading | None:
    """The first reading that agrees."""
    low, high = interval(at.claim)
    return next((one for one in readings if low <= one.value <= high and agreement(at.claim, one.value)), None)


def _right(at: Context, readings: list[Reading], rows: Rows) -> Reading:
    """What the text should have said: the statistic over the rows that it states; of files that it does not name
    the one that comes nearest.
    """
    alone = [one for one in readings if one.file_id is not None] if rows.beside else []
    return min(alone, key=lambda one: abs(one.value - at.claim.value), default=readings[0])


def _computed(  # noqa: PLR0917
    at: Context, cells: Cells, label: Label, rule: str, reading: Reading, rows: Rows, readings: list[Reading]
) -> Verdict:
    """A statistic that agrees, or that says otherwise; ``readings`` are all that were tried."""
    where = cells.path(reading.file_id) if reading.file_id is not None else rows.said or "all rows"
    shown = f"{reading.value:.6g} {at.unit}".strip()
    return Verdict(
        claim=at.claim,
        label=label,
        rule=rule,
        reason=f"{reading.text} over {where}: {shown}",
        reading=f"{reading.text} over {where}",
        right="" if label == SUPPORTED else shown,
        unscoped=not rows.stated,
        sources=_sources(at, cells, [reading, *readings]),
    )


def _sources(at: Context, cells: Cells, readings: list[Reading]) -> tuple[Source, ...]:
    """The first reading and its files, then what the other files say, the nearest first."""
    first, *rest = readings
    name = first.text.partition(" ")[0]
    if name in ("min", "max") and (cell := extreme(at, cells, first, name)):
        found = [source_of(cell)]
    else:
        rows = cells.in_series((first.series_id,), first.rows)
        file_id = first.file_id if first.file_id is not None else rows["file_id"][0] if rows.height else -1
        found = [_source(at, cells, first._replace(file_id=file_id))]
    alone = [one for one in rest if one.file_id is not None]
    nearest = heapq.nsmallest(2 * MOST_SOURCES, alone, key=lambda one: abs(one.value - at.claim.value))
    found += [_source(at, cells, one) for one in nearest]
    kept: dict[tuple[str, str | None], Source] = {}
    for one in found:
        kept.setdefault((one.path, one.field), one)
    return tuple(kept.values())[:MOST_SOURCES]


def _source(at: Context, cells: Cells, one: Reading) -> Source:
    return Source(cells.path(one.file_id or 0), field=one.text, value=one.value, unit=at.unit or None)


def extreme(at: Context, cells: Cells, one: Reading, name: str) -> Cell | None:
    """The cell that is the smallest or the largest."""
    files = one.rows.files if one.file_id is None else frozenset((one.file_id,))
    frame = cells.in_series((one.series_id,), msgspec.structs.replace(one.rows, files=files))
    for file_id, record, _, _, value, _ in (frame.head(1) if name == "min" else frame.tail(1)).rows():
        if any(math.isclose(one.value, its, rel_tol=1e-12) for its in in_text_unit(at, cells, one.series_id, value)):
            return cells.cell(file_id, record, one.series_id, value)
    return None


def _matched(  # noqa: PLR0917
    at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, found: list[Hit], *, sole: bool = False
) -> Verdict:
    siblings = sum(cells.in_series(meant.series, one).height for one in rows.filters)
    chance = 0.0 if sole else _chance(at, cells, meant.series, rows.filters)
    if chance > (CHANCE_WITHIN if rows.sure or meant.exact else CHANCE) and not (
        meant.exact and len(meant.series) == 1 and siblings < 8
    ):
        return unverifiable(
            at,
            rule,
            f"{meant.words}: so many cells that {chance:.0%} of all numbers of this size would match one",
        )
    cell = cells.cell(*found[0])
    note = " (truncated)" if agreement(at.claim, cell.value) == "truncated" else ""
    scope = "" if rows.stated else "; the text does not say of which rows it speaks"
    return Verdict(
        claim=at.claim,
        label=SUPPORTED,
        rule=rule,
        reason=f"{cell.field} is {cell.value:.15g} {cell.unit} in {cell.path}{note}{scope}",
        reading=meant.words,
        unscoped=not rows.stated,
        sources=(source_of(cell),),
        same=len(found),
        others=max(0, siblings - len(found)),
    )


def _chance(at: Context, cells: Cells, series: tuple[int, ...], filters: tuple[Filter, ...]) -> float:
    """The share of numbers between x/√10 and x·√10, evenly on a log scale, that would match some cell."""
    x = abs(at.claim.value)
    if not x:
        return 1.0
    step = 10.0**-at.claim.decimals
    covered = 0.0
    for rows in filters:
        for one in series:
            factor = next((factor for factor in [in_text_unit(at, cells, one, 1.0)] if factor), [0.0])[0]
            if not factor:
                continue
            low, high = x / math.sqrt(10), x * math.sqrt(10)
            values = cells.between(one, rows, *sorted((low / factor, high / factor)))["value"]
            every = 1 + len(values) // FEW_CELLS
            some = values.gather_every(every).to_list()
            steps = {round(abs(value * factor) / step) for value in some}
            part = sum(1.0 / each for each in steps if each)
            # Of a sample whose members all differ, the rest would differ too.
            covered += part * every if len(steps) > len(some) / 2 else part
    return min(1.0, covered / math.log(10))


def matches(at: Context, cells: Cells, series: tuple[int, ...], rows: Filter) -> list[Hit]:
    """Cells that agree with the claim in the unit of the text."""
    found: list[Hit] = []
    low, high = interval(at.claim)
    for one in series:
        factors = in_text_unit(at, cells, one, 1.0)
        for factor in factors[:1]:
            for file_id, record, _, value in cells.near(one, rows, *sorted((low / factor, high / factor))):
                if agreement(at.claim, value * factor):
                    found.append((file_id, record, one, value))
    return found[:64]


def in_text_unit(at: Context, cells: Cells, series_id: int, value: float) -> list[float]:
    """A canonical value of a series in the unit of the text; nothing where units differ."""
    one = cells.series[series_id]
    return in_printed_unit(at, one.unit, one.raw_unit, one.raw(value), value)


def source_of(cell: Cell) -> Source:
    """A cell as the source of a verdict."""
    return Source(cell.path, cell.record, cell.field, cell.where or None, cell.value, cell.unit or None)


def unverifiable(at: Context, rule: str, reason: str) -> Verdict:
    """The verdict where nothing decides."""
    return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=rule, reason=reason)
