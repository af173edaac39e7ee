"""Rules 4 and 8: measured values, in a file that is named or wherever the words lead."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.cells import Cell, Cells
from chimera_tui.core.verify.index.filters import Filter
from chimera_tui.core.verify.rules.values import (
    METRIC,
    TELLING_DIGITS,
    judged_values,
    matches,
    source_of,
    unverifiable,
)
from chimera_tui.core.verify.tolerance import agreement, interval
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.differences import is_difference
from chimera_tui.core.verify.words.doubt import FILE_RULE
from chimera_tui.core.verify.words.metrics_named import Meant, family, fits, metric_of
from chimera_tui.core.verify.words.rows import Rows, rows_of

RESULT_ENDINGS = frozenset(("csv", "tsv", "json", "jsonl", "ndjson", "md", "markdown", "parquet"))


def judge_file(at: Context, facts: Facts) -> Verdict | None:
    """Rule 4: the file that the claim is said of."""
    mentions = at.file_mentions
    if not mentions or at.claim.kind in (kinds.HARDWARE, kinds.RATIO) or not facts.inventory.known:
        return None
    files = facts.inventory.named(mentions[0])
    if not files:
        return _invented(at, facts, mentions[0])
    if at.claim.kind in (kinds.COUNT, kinds.DATE, kinds.CONFIG, kinds.SIZE) or facts.cells is None:
        return None
    rows = Filter(files=frozenset(one.file_id for one in files))
    meant = _in_unit(at, facts.cells, metric_of(at, facts.cells), rows)
    if meant is None:
        return _by_unit(at, facts.cells, rows, files[0].path)
    if not meant.series:
        return unverifiable(at, FILE_RULE, f"{files[0].path} has no {meant.words}")
    narrow = [
        msgspec.structs.replace(rows, configs=one.configs) for one in rows_of(at, facts.cells).filters if one.configs
    ]
    narrow = [one for one in narrow if facts.cells.in_series(meant.series, one).height]
    return judged_values(at, facts.cells, meant, Rows((*narrow, rows), files[0].path, sure=True), FILE_RULE)


def _by_unit(at: Context, cells: Cells, rows: Filter, path: str) -> Verdict:
    """No metric is named: a number of many digits may be found by its unit, and none is refuted."""
    name, _ = at.canonical_unit
    series = tuple(one for one, its in cells.series.items() if name and its.unit == name and fits(at, cells, one))
    series = tuple(one for one in series if cells.in_series((one,), rows).height)
    if series and at.claim.digits > TELLING_DIGITS and (matches(at, cells, series, rows)):
        return judged_values(at, cells, Meant(name, series, ""), Rows((rows,), path, sure=True), FILE_RULE)
    return unverifiable(at, FILE_RULE, f"{path} has no such metric")


def _invented(at: Context, facts: Facts, name: str) -> Verdict | None:
    """A file of results that does not exist, where the claim is said of it: it stands before the claim."""
    at_name = at.text.find(name)
    after = at_name > at.claim.start
    if after and not re.match(
        r"\W*(?:\w+\W+){0,3}(?:in|from|of|for|according to)\W+$", at.text[at.claim.end : at_name]
    ):
        return None
    if name.rpartition(".")[2].lower() not in RESULT_ENDINGS or "*" in name or facts.inventory.may_mean(name):
        return None
    if at.claim.kind in (kinds.COUNT, kinds.SHARE, kinds.DATE) and not at.in_row:
        return None
    return Verdict(
        claim=at.claim,
        label=CONTRADICTED,
        rule=FILE_RULE,
        reason=f"there is no file {name} among the {facts.inventory.total} files",
        sources=(Source("the inventory", field=name),),
    )


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


def judge_metric(at: Context, facts: Facts) -> Verdict | None:  # noqa: PLR0911 - one way to read it a line
    """Rule 8: a value by its metric words, unit, entity and statistic."""
    cells = facts.cells
    if at.claim.kind not in (kinds.VALUE, kinds.COUNT, kinds.SHARE, kinds.SIZE) or is_difference(at):
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
        return unverifiable(
            at,
            METRIC,
            f"the files measure nothing called {meant.words}" if meant.words else "no such metric",
        )
    kept = tuple(one for one in meant.series if fits(at, cells, one))
    if not kept and meant.exact:
        meant = family(meant, cells)
        kept = tuple(one for one in meant.series if fits(at, cells, one))
    if wrong := _wrong_unit(at, cells, meant):
        return wrong
    if not kept:
        return unverifiable(at, METRIC, f"{meant.words} is in no unit like {at.unit} in the files")
    return judged_values(at, cells, Meant(meant.words, kept, meant.metric, meant.exact), rows_of(at, cells), METRIC)


def _wrong_unit(at: Context, cells: Cells, meant: Meant) -> Verdict | None:
    """The very number stands in the files, in another unit."""
    if at.claim.digits < 5 or not at.unit:
        return None
    wide = family(meant, cells).series
    if any(matches(at, cells, (one,), Filter()) for one in wide if fits(at, cells, one)):
        return None
    for one in wide:
        its = cells.series[one]
        low, high = interval(at.claim)
        near = cells.near(one, Filter(), *sorted((low * its.factor, high * its.factor)))
        for file_id, record, _, value in near[:1]:
            if agreement(at.claim, its.raw(value)) and (its.raw_unit or its.unit):
                return _in_another_unit(at, cells.cell(file_id, record, one, value))
    return None


def _in_another_unit(at: Context, cell: Cell) -> Verdict:
    shown = f"{cell.value:.15g} {cell.unit}"
    reason = f"{cell.field} is {shown} in {cell.path}, not {at.unit}"
    return Verdict(
        claim=at.claim, label=CONTRADICTED, rule=METRIC, reason=reason, right=shown, sources=(source_of(cell),)
    )


def _own_run(at: Context, facts: Facts) -> Verdict | None:
    """The figures of the report's own run, where the text has the words and the number for one."""
    if facts.blocks is None or at.claim.digits < TELLING_DIGITS:
        return None
    said = f"{at.label} {at.sentence}".lower()
    name, factor = at.canonical_unit
    for one in facts.blocks.figures:
        words = [
            word
            for word in re.findall(r"[a-z]+", one.name.lower())
            if word not in ("average", "total", "sum", "llm", "call")
        ]
        if (
            one.unit == name
            and words
            and all(word in said for word in words)
            and agreement(at.claim, one.value / factor)
        ):
            return Verdict(
                claim=at.claim,
                label=SUPPORTED,
                rule="own run",
                reason=f"the report's own block: {one.text}",
                sources=(Source("this report", field=one.name, value=one.value, unit=one.unit),),
            )
    return None
