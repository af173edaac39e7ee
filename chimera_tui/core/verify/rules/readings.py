"""The values that a text may mean over the rows it names: cells, statistics that files state, statistics computed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.index.cell_statistics import of_values
from chimera_tui.core.verify.index.cells import Cells, Series
from chimera_tui.core.verify.rules.values import TELLING_DIGITS
from chimera_tui.core.verify.tolerance import half_width
from chimera_tui.core.verify.words.context import Context, in_printed_unit
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.metrics_meant import Meaning
from chimera_tui.core.verify.words.singled_out import Row, many_rows, rows_in

COUNTED = ("requests", "samples", "count", "tokens")
MOST_FILES, MOST_READINGS = 40, 600
"""What is not singled out: statistics of more files, more values."""
HIGH, FEW_ROWS = 90.0, 10
"""A percentile so high says nothing of fewer rows than this: it is their maximum."""
PLAIN = ("value", "mean")
_SPREAD = ("std", "stderr")


class Reading(NamedTuple):
    """A value in the text's unit and where it is from; ``record`` is -1 for a statistic."""

    value: float
    series_id: int
    file_id: int
    record: int
    raw: float
    words: str = ""


def telling(at: Context, cells: Cells, wanted: str, readings: list[Reading]) -> bool:
    """Whether the number has digits enough: two for a statistic that is named, or for the only value there is.

    What is counted is exact: there every digit tells.
    """
    if at.claim.kind == kinds.COUNT or at.canonical_unit[0] in COUNTED:
        return abs(at.claim.value) >= 10
    if at.in_row and not at.unit and at.claim.decimals <= 0 and len({one.value for one in readings}) == 1:
        return all(cells.series[one.series_id].unit in ("", *COUNTED) for one in readings)
    alone = len({one.value for one in readings}) == 1 and at.claim.decimals > 0
    return at.claim.digits >= (2 if wanted or alone else TELLING_DIGITS)


def in_each_file(at: Context, cells: Cells, meaning: Meaning, groups: frozenset[int], wanted: str) -> list[Reading]:
    """A statistic that is asked for, of the rows of each file alone."""
    parts = _by_file(cells, groups) if wanted and wanted != "spread" else []
    asked = _asked_of(at, cells, meaning, wanted) if 1 < len(parts) <= MOST_FILES else []
    return [each for its in parts if asked for each in _over(cells, meaning, its, wanted, asked)]


def _by_file(cells: Cells, groups: frozenset[int]) -> list[frozenset[int]]:
    """The groups of each file that has some of them."""
    by_file = vocabulary(cells).by_file
    return cells.remembered(
        ("by file", groups), lambda: [both for file_id in sorted(by_file) if (both := groups & by_file[file_id])]
    )


def of_repeats(at: Context, cells: Cells, meaning: Meaning, groups: frozenset[int]) -> list[Reading]:
    """The mean of the one configuration that a file has of those named: what is measured again is given so."""
    if len(groups) > MOST_FILES:
        return []
    alone = [its for its in _by_file(cells, groups) if len(its) == 1]
    asked = _asked_of(at, cells, meaning, "mean") if alone else []
    return [each for its in alone for each in _over(cells, meaning, its, "mean", asked) if each.words]


def of_many_files(cells: Cells, groups: frozenset[int]) -> bool:
    """Whether the rows are of more files than are looked at one by one."""
    return len(_by_file(cells, groups)) > MOST_FILES


def readings_over(at: Context, cells: Cells, meaning: Meaning, groups: frozenset[int], wanted: str) -> list[Reading]:
    """Every value that the statistic may have over the rows: as files state it, and computed."""
    return _over(cells, meaning, groups, wanted, _asked_of(at, cells, meaning, wanted))


def _asked_of(at: Context, cells: Cells, meaning: Meaning, wanted: str) -> list[tuple[Series, float]]:
    """The series that may have it, with what their values are multiplied with to be in the text's unit."""
    return [
        (one, factor)
        for one in map(cells.series.__getitem__, meaning.series)
        if (meaning.exact and " of " not in wanted) or _asked(one.stat, wanted)
        for factor in factors_of(at, cells, one.series_id)
    ]


def _over(
    cells: Cells, meaning: Meaning, groups: frozenset[int], wanted: str, asked: list[tuple[Series, float]]
) -> list[Reading]:
    found: list[Reading] = []
    for one, factor in asked:
        key = ("readings", one.series_id, factor, groups, wanted, meaning.exact)
        of_series = partial(_of_series, cells, one, factor, groups, wanted, exact=meaning.exact)
        found += cells.remembered(key, of_series)
    return found


def _of_series(
    cells: Cells, one: Series, factor: float, groups: frozenset[int], wanted: str, *, exact: bool
) -> tuple[Reading, ...]:
    """What one series gives, in the text's unit."""
    known, series_id = vocabulary(cells), one.series_id
    if over := wanted.rpartition(" of ")[0]:
        statistics = computed(cells, series_id, groups, over)
        return tuple(
            Reading(v * factor, series_id, at, -1, v, f"{name} of the {one.stat}") for v, at, name in statistics
        )
    found: list[Reading] = []
    stated = one.stat == wanted or (wanted == "spread" and one.stat in _SPREAD)
    if exact or stated or wanted in ("", "sum", "interval"):
        if not wanted and many_rows(cells, known, series_id, groups, MOST_READINGS):
            return ()
        rows = rows_in(cells, known, series_id, groups)
        if len(rows) > MOST_READINGS and not wanted:
            return ()
        found += [Reading(v * factor, series_id, file_id, record, v) for file_id, record, v, _ in rows]
    if wanted and one.stat in PLAIN:
        values = computed(cells, series_id, groups, {"spread": "std"}.get(wanted, wanted))
        found += [Reading(v * factor, series_id, at, -1, v, name) for v, at, name in values]
    return tuple(found)


def _asked(stat: str, wanted: str) -> bool:
    if " of " in wanted:
        return stat == wanted.rpartition(" ")[2]
    if wanted == "interval":
        return stat.startswith("ci_")
    if wanted in ("", "sum"):
        return stat in (*PLAIN, "p50", "slope")
    return stat in PLAIN or stat == wanted or (wanted == "spread" and stat in _SPREAD)


def computed(cells: Cells, series_id: int, groups: frozenset[int], name: str) -> tuple[tuple[float, int, str], ...]:
    """A statistic over rows, with and without failures, canonical; with the first file and the statistic's name."""
    if name in ("best", "worst"):
        higher = "higher" in cells.better.get(series_id, "") or cells.series[series_id].unit.endswith("/s")
        name = "max" if higher == (name == "best") else "min"
    return cells.remembered(
        ("computed", series_id, groups, name),
        lambda: tuple(_statistics(rows_in(cells, vocabulary(cells), series_id, groups), name)),
    )


def _statistics(rows: list[Row], name: str) -> Iterator[tuple[float, int, str]]:
    passed = [row for row in rows if not row[3]]
    for kept in (rows, passed) if len(passed) < len(rows) else (rows,):
        value = _value(kept, name)
        if value is not None:
            yield value, kept[0][0], name


def _value(rows: list[Row], name: str) -> float | None:
    if name.startswith("p") and float(name[1:]) >= HIGH and len(rows) < FEW_ROWS:
        return None
    if not rows or (len(rows) == 1 and name not in ("min", "max", "mean", "p50")):
        return None
    return rows[0][2] if len(rows) == 1 else of_values([row[2] for row in rows], name)


def factors_of(at: Context, cells: Cells, series_id: int) -> list[float]:
    """What a canonical value is multiplied with to be in the text's unit; a share may be a part of one in the files."""
    one = cells.series[series_id]
    found = in_printed_unit(at, one.unit, one.raw_unit, one.raw(1.0), 1.0)[:1]
    if at.canonical_unit[0] == "%" and not one.unit and not one.raw_unit:
        values = cells.whole(series_id)["value"]
        found = [100.0 if values.len() and values[-1] <= 1 else 1.0]
    return found


def chance(at: Context, readings: list[Reading]) -> float:
    """The share of the numbers of this size (a decade of them) that some reading would agree with."""
    x = abs(at.claim.value)
    values = {one.value for one in readings}
    if not x:
        return len([one for one in values if one == 0]) and 0.05
    width = half_width(at.claim, x)
    if at.claim.hedge == "about" and at.claim.decimals <= 0:
        width = max(width, 0.02 * x)
    steps = {round(abs(one) / (2 * width)) for one in values if x / 3.17 <= abs(one) <= x * 3.17}
    return sum(1 / max(1, each) for each in steps) / math.log(10)
