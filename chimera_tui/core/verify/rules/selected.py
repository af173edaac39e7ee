"""Rows of a table that another number of the row selects: ``| 200 W | 191.5 W |`` under ``limit`` and ``avg power``.

Only ever supports: rows may be selected by more than the table shows.
"""

from __future__ import annotations

from collections.abc import Iterator

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.index.cell_statistics import of_values
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.readings import Reading, chance, factors_of
from chimera_tui.core.verify.rules.values import TELLING_DIGITS
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context, statistic_in
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.metrics_meant import meaning_of
from chimera_tui.core.verify.words.nearness import nearness
from chimera_tui.core.verify.words.singled_out import choose, groups_of, rows_in

RULE = "named rows"
MOST_CHANCE, MOST_SERIES = 0.12, 60
Place = tuple[int, int]
"""A file and a record."""


def judge_selected(at: Context, cells: Cells) -> Verdict | None:
    """Supported where the rows with the number in the table's first column have this mean, or what is asked for."""
    first = next(
        (one for one in at.claims if at.in_row and at.line.cells[0][0] <= one.start < at.line.cells[0][1]), None
    )
    if first is None or at.column < 1 or at.claim.digits < TELLING_DIGITS or at.claim.kind == kinds.COUNT:
        return None
    if not vocabulary(cells).known:
        return None
    for series_id, places in _selected(Context(at.line, first, at.claims), cells):
        readings = list(_readings(at, cells, series_id, places))
        fit = next((one for one in readings if agreement(at.claim, one.value)), None)
        if fit and chance(at, readings) <= MOST_CHANCE:
            return _verdict(at, cells, fit, first, cells.series[series_id].field)
    return None


def _selected(at: Context, cells: Cells) -> Iterator[tuple[int, frozenset[Place]]]:
    """The rows that have the number of the first column in a field that its head names."""
    for series_id, its in _of(at, cells):
        places = frozenset((file_id, record) for file_id, record, value in its if agreement(at.claim, value))
        if places and len(places) < len(its):
            yield series_id, places


def _of(at: Context, cells: Cells) -> Iterator[tuple[int, list[tuple[int, int, float]]]]:
    """The cells that a claim may be of, in the text's unit, by their series."""
    known = vocabulary(cells)
    near = nearness(at, known)
    meaning = meaning_of(at, near, cells)
    chosen = choose(near, groups_of(cells, known, meaning.series)) if meaning and meaning.named else None
    for series_id in meaning.series[:MOST_SERIES] if meaning and chosen else ():
        for factor in factors_of(at, cells, series_id)[:1]:
            rows = rows_in(cells, known, series_id, chosen.sets[0])  # type: ignore[union-attr]
            yield series_id, [(file_id, record, value * factor) for file_id, record, value, bad in rows if not bad]


def _readings(at: Context, cells: Cells, by: int, places: frozenset[Place]) -> Iterator[Reading]:
    name = statistic_in(at.header) or "mean"
    for series_id, rows in _of(at, cells):
        values = [(file_id, value) for file_id, record, value in rows if (file_id, record) in places]
        if series_id != by and values:
            value = of_values([value for _, value in values], name) if len(values) > 1 else values[0][1]
            if value is not None:
                yield Reading(value, series_id, values[0][0], -1, value, name)


def _verdict(at: Context, cells: Cells, fit: Reading, first: Claim, by: str) -> Verdict:
    field, path = cells.series[fit.series_id].field, cells.path(fit.file_id)
    reason = f"{fit.words} of {field} over the rows with {by} {first.span}: {fit.value:.6g} {at.unit}".strip()
    source = Source(path, field=f"{fit.words} of {field}", value=fit.value, unit=at.unit or None)
    return Verdict(claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, reading=field, sources=(source,))
