"""What a repository's own Markdown says of the measurements beside it, and they refute.

Narrower than judging a report: only a statistic that the text names, or a value under settings that it gives, of a
metric with a better direction. A text may be about other data; a number that any reading supports is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.index.filters import Filter
from chimera_tui.core.verify.rules.values import (
    SUMMARY,
    TELLING_DIGITS,
    Reading,
    extreme,
    in_text_unit,
    matches,
    readings_of,
    source_of,
)
from chimera_tui.core.verify.text.extract import extract
from chimera_tui.core.verify.text.lines import PROSE, ROW, Reader
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import Source
from chimera_tui.core.verify.words.context import Context, statistic_in
from chimera_tui.core.verify.words.metrics_named import GENERAL, Meant, family, fits, in_text, metric_of
from chimera_tui.core.verify.words.rows import Rows, entities_in, rows_of, settings_of

FARTHEST = 3.0
"""A number farther from everything measured than this factor is of something else."""
MOST_READINGS = 24
FEW = 8
"""Of more stated means than this, one agrees with a number of few digits by chance."""
EXTREMES = ("best", "worst", "min", "max")


class Instead(msgspec.Struct, frozen=True):
    """What a file has: a statistic, or ``value`` where there is one alone; in the unit of the text."""

    statistic: str
    value: float
    source: Source


class Refuted(msgspec.Struct, frozen=True):
    """A number of a line and what the data has instead, the nearest first."""

    line: int
    span: str
    value: float
    unit: str
    metric: str
    instead: tuple[Instead, ...]


def refuted(text: str, cells: Cells) -> Iterator[Refuted]:
    """The numbers of a Markdown text that the cells beside it (``cells.at_home``) refute."""
    reader = Reader()
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = reader.line(raw)
        if line.role not in (PROSE, ROW) or cells.beside is None or not any(map(str.isdigit, line.text)):
            continue
        claims, _ = extract(line)
        for claim in claims:
            if claim.kind == kinds.VALUE and claim.digits >= TELLING_DIGITS and not (claim.hedge or claim.bound):
                yield from _refuted(Context(line, claim, tuple(claims)), cells)


def _refuted(at: Context, cells: Cells) -> Iterator[Refuted]:
    statistic = _asked(at)
    if not at.canonical_unit[0] or _of_another(at, cells) or not (statistic or settings_of(at, cells)):
        return
    meant = _meant(at, cells)
    rows = rows_of(at, cells)
    if meant is None or not rows.beside or not rows.filters:
        return
    in_any_state = tuple(msgspec.structs.replace(one, warm=None) for one in rows.filters)
    found = _readings(at, cells, meant, tuple(dict.fromkeys((*rows.filters, *in_any_state))), statistic)
    if not found or _supported(at, cells, meant, rows, statistic):
        return
    found.sort(key=lambda one: abs(one.value - at.claim.value))
    if not 1 / FARTHEST < at.claim.value / found[0].value < FARTHEST:
        return
    if not statistic and statistic_in(at.line.heading) in EXTREMES:
        here = Filter(files=frozenset((found[0].file_id or 0,)))
        found[MOST_READINGS:] = []
        found += _readings(at, cells, meant, (here,), statistic_in(at.line.heading))[:1]
    instead = tuple(dict.fromkeys(_instead(at, cells, one) for one in found))
    metric = cells.series[found[0].series_id].metric
    yield Refuted(at.claim.line, at.claim.span, at.claim.value, at.unit, metric, instead[: MOST_READINGS + 1])


def _asked(at: Context) -> str:
    """The statistic that is said of this number and not of one before it."""
    if at.in_row:
        return statistic_in(at.cells[0]) or statistic_in(at.header)
    earlier = [one.end for one in at.claims if one.end <= at.claim.start]
    return statistic_in(at.text[max([at.reach[0], *earlier]) : at.claim.start])


def _of_another(at: Context, cells: Cells) -> bool:
    """Whether the head of a table's column names something that the files do not know."""
    head = at.header
    known = GENERAL.search(head) or statistic_in(head) or in_text(head, cells, at) or entities_in(head, cells)
    return at.in_row and not known


def _meant(at: Context, cells: Cells) -> Meant | None:
    """The metric, as far as its series have a direction and come in the unit of the text."""
    meant = metric_of(at, cells)
    name = at.canonical_unit[0]
    if meant is None and name.endswith("/s"):
        meant = Meant(name, tuple(one for one, its in cells.series.items() if its.unit == name), "")
    if meant is None or not meant.series:
        return None
    wide = family(meant, cells).series if meant.metric else meant.series
    kept = tuple(one for one in wide if fits(at, cells, one) and cells.better.get(one))
    return Meant(meant.words, kept, meant.metric) if kept else None


def _readings(at: Context, cells: Cells, meant: Meant, rows: tuple[Filter, ...], statistic: str) -> list[Reading]:
    """The statistic in each file; without one all that a value of the rows may be."""
    if statistic in ("best", "worst"):
        higher = "higher" in cells.better.get(meant.series[0], "")
        statistic = "max" if higher == (statistic == "best") else "min"
    found = readings_of(at, cells, meant, Rows(rows), (statistic,) if statistic else SUMMARY)
    alone = [one for one in found if one.file_id is not None and one.value > 0]
    return [one for one in alone if cells.in_series((one.series_id,), _in_file(one)).height]


def _in_file(one: Reading) -> Filter:
    """The rows of a reading."""
    return msgspec.structs.replace(one.rows, files=frozenset((one.file_id or 0,)))


def _supported(at: Context, cells: Cells, meant: Meant, rows: Rows, statistic: str) -> bool:
    """Whether the number may be right: as a cell, warm or cold alone, in other files, as the best of some means."""
    # Of few digits some file somewhere has every number: then only those beside the text tell.
    everywhere = (Filter(),) if at.claim.digits > TELLING_DIGITS else rows.filters
    stated = tuple(one for one in meant.series if cells.series[one].stat == statistic)
    few = [one for one in everywhere if at.claim.digits > TELLING_DIGITS or cells.in_series(stated, one).height <= FEW]
    if any(matches(at, cells, stated, one) for one in few):
        return True
    if not statistic and any(matches(at, cells, meant.series, one) for one in rows.filters):
        return True
    wide = dict.fromkeys((*rows.filters, *everywhere)) if statistic else rows.filters
    filters = tuple(msgspec.structs.replace(one, warm=warm) for one in wide for warm in (None, True, False))
    readings = _readings(at, cells, meant, filters, statistic)
    if statistic in EXTREMES:
        readings += _readings(at, cells, meant, rows.filters, "mean")
        if any(agreement(at.claim, mean) for mean in _means(at, cells, meant, rows)):
            return True
    return any(agreement(at.claim, one.value) for one in readings)


def _means(at: Context, cells: Cells, meant: Meant, rows: Rows) -> Iterator[float]:
    """The mean of each configuration in each file: the best of several is the best mean to some."""
    for series_id in meant.series:
        for one in rows.filters:
            for mean in cells.means_of_configurations(series_id, one):
                yield from in_text_unit(at, cells, series_id, mean)[:1]


def _instead(at: Context, cells: Cells, one: Reading) -> Instead:
    """A reading with its place: the cell where it is one."""
    words = one.text.partition(" of ")[0] + (", warm" if one.rows.warm else "")
    alone = cells.in_series((one.series_id,), _in_file(one)).height == 1
    if (alone or words.startswith(("min", "max"))) and (cell := extreme(at, cells, one, words[:3])):
        return Instead("value" if alone else words, one.value, source_of(cell))
    field = cells.series[one.series_id].field
    return Instead(words.replace("p50", "median"), one.value, Source(cells.path(one.file_id or 0), field=field))
