"""Rules 4 and 8: measured values, in a file that is named or wherever the words lead."""

from __future__ import annotations

import math
import re

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.cells import Cell, Cells, Filter
from chimera_tui.core.verify.context import Context, in_printed_unit
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.metrics_named import Meant, Rows, family, fits, metric_of, rows_of
from chimera_tui.core.verify.tolerance import agreement, interval
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label, Source, Verdict

FILE_RULE, METRIC = "file", "metric"
TELLING_DIGITS = 3
CHANCE = 0.10
"""A match that this share of all numbers of its size would also find says nothing."""
_SUMMARY = ("min", "max", "mean", "p50")


def judge_file(at: Context, facts: Facts) -> Verdict | None:
    """Rule 4: the file that the claim is said of."""
    mentions = at.file_mentions
    if not mentions or at.claim.kind == kinds.HARDWARE or not facts.inventory.known:
        return None
    files = facts.inventory.named(mentions[0])
    if not files:
        if at.claim.kind in (kinds.COUNT, kinds.SHARE, kinds.DATE) and not at.in_row:
            return None
        return Verdict(
            claim=at.claim, label=CONTRADICTED, rule=FILE_RULE,
            reason=f"there is no file {mentions[0]} among the {facts.inventory.total} files", sources=(Source("the inventory", field=mentions[0]),),
        )  # fmt: skip
    if at.claim.kind in (kinds.COUNT, kinds.DATE, kinds.CONFIG, kinds.SIZE) or facts.cells is None:
        return None
    rows = Filter(files=frozenset(one.file_id for one in files))
    meant = _in_unit(at, facts.cells, metric_of(at, facts.cells), rows)
    if meant is None or not meant.series:
        return _say(at, UNVERIFIABLE, FILE_RULE, f"{files[0].path} has no {meant.words if meant else 'such metric'}")
    return _judged(at, facts.cells, meant, Rows((rows,), files[0].path), FILE_RULE)


def _in_unit(at: Context, cells: Cells, meant: Meant | None, rows: Filter) -> Meant | None:
    """The series of a file: those the words mean, else all that the unit alone can mean."""
    name, _ = at.canonical_unit
    if meant is not None and not meant.series and meant.words:
        return meant
    if meant is None and name in ("", "s", "bytes", "%", "count", "ratio"):
        return None
    wide = family(meant, cells).series if meant else tuple(one for one, its in cells.series.items() if its.unit == name)
    kept = tuple(one for one in wide if fits(at, cells, one) and cells.in_series((one,), rows).height)
    words = meant.words if meant else name
    return Meant(words, kept, meant.metric if meant else "")


def judge_metric(at: Context, facts: Facts) -> Verdict | None:
    """Rule 8: a value by its metric words, unit, entity and statistic."""
    cells = facts.cells
    if at.claim.kind not in (kinds.VALUE, kinds.COUNT, kinds.SHARE, kinds.SIZE):
        return None
    if own := _own_run(at, facts):
        return own
    if cells is None:
        return None
    meant = metric_of(at, cells)
    if meant is None:
        name, _ = at.canonical_unit
        if not name.endswith("/s"):
            return None
        meant = Meant(name, tuple(one for one, its in cells.series.items() if its.unit == name), "")
    if not meant.series:
        return _say(at, UNVERIFIABLE, METRIC, f"the files measure nothing called {meant.words}" if meant.words else "no such metric")
    kept = tuple(one for one in meant.series if fits(at, cells, one))
    if not kept and meant.exact:
        meant = family(meant, cells)
        kept = tuple(one for one in meant.series if fits(at, cells, one))
    if wrong := _wrong_unit(at, cells, meant):
        return wrong
    if not kept:
        return _say(at, UNVERIFIABLE, METRIC, f"{meant.words} is in no unit like {at.unit} in the files")
    return _judged(at, cells, Meant(meant.words, kept, meant.metric, meant.exact), rows_of(at, cells), METRIC)


def _wrong_unit(at: Context, cells: Cells, meant: Meant) -> Verdict | None:
    """The very number stands in the files, in another unit."""
    if at.claim.digits < 5 or not at.unit:
        return None
    for one in family(meant, cells).series:
        if fits(at, cells, one):
            for cell in _matches(at, cells, (one,), Filter())[:1]:
                return None if cell else None
    for one in family(meant, cells).series:
        its = cells.series[one]
        low, high = interval(at.claim)
        frame = _between(cells, (one,), Filter(), low * its.factor, high * its.factor)
        for file_id, record, value in frame.select("file_id", "record", "value").head(1).rows():
            if agreement(at.claim, its.raw(value)) and (its.raw_unit or its.unit):
                cell = cells.cell(file_id, record, one, value)
                return Verdict(
                    claim=at.claim, label=CONTRADICTED, rule=METRIC, reason=f"{cell.field} is {cell.value:.15g} {cell.unit} in {cell.path}, not {at.unit}",
                    right=f"{cell.value:.15g} {cell.unit}", sources=(_source(cell),),
                )  # fmt: skip
    return None


def _judged(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str) -> Verdict:
    statistic = _directed(at, cells, meant)
    if statistic or at.claim.bound in ("low", "high"):
        name = statistic if statistic and statistic != "range" else {"low": "min", "high": "max"}.get(at.claim.bound, statistic)
        if verdict := _statistic(at, cells, meant, rows, rule, name):
            return verdict
    found = [cell for one in rows.filters for cell in _matches(at, cells, meant.series, one)]
    if found and not statistic and at.claim.digits >= TELLING_DIGITS:
        return _matched(at, cells, meant, rows, rule, found)
    if statistic:
        return _say(at, UNVERIFIABLE, rule, f"{statistic} of {meant.words}: over which rows is not stated")
    if rows.stated:
        return _summarised(at, cells, meant, rows, rule, found)
    if found:
        return _say(at, UNVERIFIABLE, rule, f"{at.claim.span} has too few digits to tell which {meant.words} is meant")
    return _say(at, UNVERIFIABLE, rule, f"no {meant.words} has this value, and the text does not say of which rows it speaks")


def _directed(at: Context, cells: Cells, meant: Meant) -> str:
    """The statistic asked for, best and worst as the metric's direction has them."""
    name = at.statistic
    if name == "sum" and "total" in meant.words:
        return ""
    if name in ("best", "worst"):
        better = {cells.frames.series.filter(cells.frames.series["series_id"] == one)["better"][0] for one in meant.series[:1]}
        return "max" if ("higher" in better) == (name == "best") else "min"
    return name


def _statistic(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, name: str) -> Verdict | None:
    """A statistic that the text names: computed over the rows, or as a file states it."""
    filters = [msgspec.structs.replace(one, ok=ok) for one in rows.filters for ok in (False, True)]
    readings = []
    plain_series = tuple(one for one in meant.series if cells.series[one].stat == "value")
    for one in filters:
        for group in dict.fromkeys((plain_series, *[(each,) for each in plain_series])):
            value = cells.statistic(name, group, one) if group else None
            if value is not None:
                readings += [(printed, f"{name} of {meant.words}{', without failures' if one.ok else ''}") for printed in _printed(at, cells, group[0], value)]
    fit = next(((value, text) for value, text in readings if agreement(at.claim, value)), None)
    if fit and (at.claim.digits >= 2 or rows.stated):
        return _computed(at, SUPPORTED, rule, fit, rows)
    stated = tuple(one for one in meant.series if cells.series[one].stat == name)
    found = [cell for one in rows.filters for cell in _matches(at, cells, stated, one)]
    if found and at.claim.digits >= TELLING_DIGITS:
        return _matched(at, cells, Meant(meant.words, stated, meant.metric), rows, rule, found)
    if rows.stated and readings and not found:
        return _computed(at, CONTRADICTED, rule, readings[0], rows)
    return None


def _summarised(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, found: list[Cell]) -> Verdict:
    """The rows are stated and no cell is telling: minimum, maximum, mean and median of them are readings too."""
    readings = []
    for one in rows.filters:
        for name in _SUMMARY:
            for ok in (False, True):
                value = cells.statistic(name, meant.series, msgspec.structs.replace(one, ok=ok))
                if value is not None:
                    readings += [(printed, f"{name} of {meant.words}") for printed in _printed(at, cells, meant.series[0], value)[:1]]
    if not readings:
        return _say(at, UNVERIFIABLE, rule, f"{rows.said}: no {meant.words} is measured")
    if fit := next((one for one in readings if agreement(at.claim, one[0])), None):
        if at.claim.digits >= TELLING_DIGITS:
            return _computed(at, SUPPORTED, rule, fit, rows)
    if found or fit:
        return _say(at, UNVERIFIABLE, rule, f"{rows.said}: too few digits to tell which {meant.words} is meant")
    values = {name: value for value, name in reversed(readings)}
    low, high, mean = (values.get(f"{name} of {meant.words}", math.nan) for name in ("min", "max", "mean"))
    right = f"{low:.4g} to {high:.4g}, mean {mean:.4g} {at.unit}".strip()
    return Verdict(
        claim=at.claim, label=CONTRADICTED, rule=rule, reason=f"{meant.words} in {rows.said}: {right}", right=right,
        reading=rows.said, sources=(Source(rows.said, field=meant.words, value=right),),
    )  # fmt: skip


def _computed(at: Context, label: Label, rule: str, reading: tuple[float, str], rows: Rows) -> Verdict:
    value, text = reading
    where = rows.said or "all rows"
    return Verdict(
        claim=at.claim, label=label, rule=rule, reason=f"{text} over {where}: {value:.6g} {at.unit}".strip(), reading=f"{text} over {where}",
        right="" if label == SUPPORTED else f"{value:.6g} {at.unit}".strip(), unscoped=not rows.stated,
        sources=(Source(where, field=text, value=value, unit=at.unit or None),),
    )  # fmt: skip


def _matched(at: Context, cells: Cells, meant: Meant, rows: Rows, rule: str, found: list[Cell]) -> Verdict:
    siblings = sum(cells.in_series(meant.series, one).height for one in rows.filters)
    chance = _chance(at, cells, meant.series, rows.filters)
    if chance > CHANCE and not (meant.exact and len(meant.series) == 1 and siblings < 8):
        return _say(at, UNVERIFIABLE, rule, f"{meant.words}: so many cells that {chance:.0%} of all numbers of this size would match one")
    cell = found[0]
    note = " (truncated)" if agreement(at.claim, cell.value) == "truncated" else ""
    scope = "" if rows.stated else "; the text does not say of which rows it speaks"
    return Verdict(
        claim=at.claim, label=SUPPORTED, rule=rule, reason=f"{cell.field} is {cell.value:.15g} {cell.unit} in {cell.path}{note}{scope}",
        reading=meant.words, unscoped=not rows.stated, sources=(_source(cell),), same=len(found), others=max(0, siblings - len(found)),
    )  # fmt: skip


def _chance(at: Context, cells: Cells, series: tuple[int, ...], filters: tuple[Filter, ...]) -> float:
    """The share of numbers between x/√10 and x·√10, evenly on a log scale, that would match some cell."""
    import polars as pl

    x = abs(at.claim.value)
    if not x:
        return 1.0
    step = 10.0**-at.claim.decimals
    covered = 0.0
    for rows in filters:
        for one in series:
            factor = next((factor for factor in [_printed(at, cells, one, 1.0)] if factor), [0.0])[0]
            if not factor:
                continue
            low, high = x / math.sqrt(10), x * math.sqrt(10)
            values = _between(cells, (one,), rows, low / factor, high / factor)["value"] * factor
            rounded = (values.abs() / step).round().unique()
            covered += float((1.0 / rounded.filter(rounded > 0).cast(pl.Float64)).sum() or 0.0)
    return min(1.0, covered / math.log(10))


def _matches(at: Context, cells: Cells, series: tuple[int, ...], rows: Filter) -> list[Cell]:
    """Cells that agree with the claim, each in the unit of the text."""
    found = []
    low, high = interval(at.claim)
    for one in series:
        factors = _printed(at, cells, one, 1.0)
        for factor in factors[:1]:
            frame = _between(cells, (one,), rows, low / factor, high / factor)
            for file_id, record, value in frame.select("file_id", "record", "value").head(64).rows():
                if agreement(at.claim, value * factor):
                    found.append(cells.cell(file_id, record, one, value))
    return found[:64]


def _between(cells: Cells, series: tuple[int, ...], rows: Filter, low: float, high: float):  # type: ignore[no-untyped-def]  # noqa: ANN202
    import polars as pl

    low, high = min(low, high), max(low, high)
    return cells.in_series(series, rows).filter(pl.col("value").is_between(low, high))


def _printed(at: Context, cells: Cells, series_id: int, value: float) -> list[float]:
    one = cells.series[series_id]
    return in_printed_unit(at, one.unit, one.raw_unit, one.raw(value), value)


def _own_run(at: Context, facts: Facts) -> Verdict | None:
    """The figures of the report's own run, where the text has the words and the number for one."""
    if facts.blocks is None or at.claim.digits < TELLING_DIGITS:
        return None
    said = f"{at.label} {at.sentence}".lower()
    name, factor = at.canonical_unit
    for one in facts.blocks.figures:
        words = [word for word in re.findall(r"[a-z]+", one.name.lower()) if word not in ("average", "total", "sum", "llm", "call")]
        if one.unit == name and words and all(word in said for word in words) and agreement(at.claim, one.value / factor):
            return Verdict(
                claim=at.claim, label=SUPPORTED, rule="own run", reason=f"the report's own block: {one.text}",
                sources=(Source("this report", field=one.name, value=one.value, unit=one.unit),),
            )  # fmt: skip
    return None


def _source(cell: Cell) -> Source:
    return Source(cell.path, cell.record, cell.field, cell.where or None, cell.value, cell.unit or None)


def _say(at: Context, label: Label, rule: str, reason: str) -> Verdict:
    return Verdict(claim=at.claim, label=label, rule=rule, reason=reason)
