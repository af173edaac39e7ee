"""What the words around a number single out: cells and statistics of few rows, which it agrees with or not.

Asked where the rules by whole names find nothing: here parts of names, settings in prose and the heads of columns
narrow the rows, each text taken from the nearest outwards, and what is left is small enough to be told apart.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import msgspec

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.cell_statistics import statistic
from chimera_tui.core.verify.cells import Cells
from chimera_tui.core.verify.context import Context, in_printed_unit, statistic_in, words_of
from chimera_tui.core.verify.mentions import Vocabulary, stop_words, tokens_of, vocabulary
from chimera_tui.core.verify.metrics_meant import Meaning, meaning_of
from chimera_tui.core.verify.metrics_named import GENERAL
from chimera_tui.core.verify.names import EMPTY
from chimera_tui.core.verify.nearness import Nearness, nearest_last
from chimera_tui.core.verify.quantities import canonical
from chimera_tui.core.verify.tolerance import agreement, half_width
from chimera_tui.core.verify.values import TELLING_DIGITS, source_of
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source, Verdict

RULE = "named rows"
COUNTED = ("requests", "samples", "count", "tokens")
MOST_CELLS = 20_000
"""Cells of one series beyond which it is left to the rules that search by value."""
CHANCE = {(True, True): 0.12, (True, False): 0.05, (False, True): 0.05, (False, False): 0.0}
"""How much of all numbers may agree by chance, by whether the metric and the rows are named."""
MOST_SERIES = 3
"""Series with one value each that the same words may mean: beyond, another may be meant."""
MOST_FILES, MOST_OTHERS, MOST_READINGS = 60, 3, 600
"""What is not singled out: statistics of more files, more values."""
PLAIN = ("value", "mean")
_SPREAD = ("std", "stderr")


class Chosen(NamedTuple):
    """The groups of rows that are named: the widest that the sentence allows, narrowed by each text farther off."""

    sets: tuple[frozenset[int], ...]
    said: frozenset[int]
    """Those that the sentence and its items name."""
    near: int
    skipped: int
    named: bool


class Reading(NamedTuple):
    """A value in the text's unit and where it is from; ``record`` is -1 for a statistic."""

    value: float
    series_id: int
    file_id: int
    record: int
    raw: float
    words: str = ""


def judge_grounded(at: Context, cells: Cells) -> Verdict | None:
    """The verdict by what is singled out; None where nothing is, or it says neither yes nor no."""
    if at.claim.kind not in (kinds.VALUE, kinds.SHARE, kinds.SIZE, kinds.COUNT) or at.claim.bound == "of":
        return None
    if re.search(r"\d\s*(?:of|out of|/)\s*(?:the )?$", at.before):
        return None
    known = vocabulary(cells)
    if not known.known or names_no_row(at, cells):
        return None
    for one in _in_units(at):
        near = Nearness(one, known)
        meaning = meaning_of(one, near, cells)
        chosen = _chosen(near, known, _groups_of(cells, known, meaning)) if meaning else None
        if meaning and chosen and (verdict := _decided(one, cells, near, meaning, chosen)):
            return msgspec.structs.replace(verdict, claim=at.claim)
    return None


def _in_units(at: Context) -> list[Context]:
    """The claim as it is, or with the unit that the words above a table or the number before it give."""
    if at.unit or at.claim.kind not in (kinds.VALUE, kinds.COUNT):
        return [at]
    places = (at.header, at.cells[0] if at.cells and at.column else "")
    last = [text.split()[-1].strip("`*") for text in places if at.in_row and text.split()]
    units = [one for one in last if canonical(one) and not re.search(r"tokens?$|requests?$|samples?$", one)]
    units += [one for text in (at.line.heading, at.line.intro) for one in _enclosed_units(text)] if at.in_row else []
    before = [one for one in at.claims if at.reach[0] <= one.start < at.claim.start and one.unit]
    if not at.in_row and before and before[-1].kind == kinds.VALUE and not at.claim.noun:
        units.append(before[-1].unit)
    return [
        *(Context(at.line, msgspec.structs.replace(at.claim, unit=unit), at.claims) for unit in dict.fromkeys(units)),
        at,
    ]


def _enclosed_units(text: str) -> list[str]:
    found = re.findall(r"[(\[]([^()\[\]]{1,60})[)\]]", text)
    return [part.strip() for one in found for part in one.split(",") if canonical(part.strip())][-1:]


def _groups_of(cells: Cells, known: Vocabulary, meaning: Meaning) -> frozenset[int]:
    """The groups that have cells of the series at all."""
    key = ("groups of", meaning.series)
    if key not in cells.memo:
        cells.memo[key] = frozenset(group for one in meaning.series for group in _cells_of(cells, known, one))
    return cells.memo[key]  # type: ignore[return-value]


Row = tuple[int, int, float, bool]


def _cells_of(cells: Cells, known: Vocabulary, series_id: int) -> dict[int, list[Row]]:
    """The cells of a series by their group: file, record, canonical value, whether the row failed."""
    key = ("grouped", series_id)
    if key not in cells.memo:
        frame = cells.whole(series_id)
        found: dict[int, list[Row]] = {}
        for file_id, record, _, config_id, value, status in frame.rows() if frame.height <= MOST_CELLS else ():
            found.setdefault(known.number[file_id, config_id], []).append((file_id, record, value, status != 0))
        cells.memo[key] = found
    return cells.memo[key]  # type: ignore[return-value]


def _rows(cells: Cells, known: Vocabulary, series_id: int, groups: frozenset[int]) -> list[Row]:
    """The cells of a series in some groups."""
    its = _cells_of(cells, known, series_id)
    if len(groups) < len(its):
        return [row for group in sorted(groups) if group in its for row in its[group]]
    return [row for group, rows in its.items() if group in groups for row in rows]


def _chosen(near: Nearness, known: Vocabulary, possible: frozenset[int]) -> Chosen | None:
    """The rows that the texts name, the nearest first; None where the nearest name rows that are not there."""
    groups, by, skipped = possible, 0, 0
    others: list[frozenset[int]] = []
    wider: list[frozenset[int]] = []
    said = own = groups
    for layer, text in enumerate(near.layers):
        first = groups
        own = groups if layer == 1 else own
        for one in nearest_last(known.mentions(text), layer):
            both = groups & one.groups
            if not both:
                if (one.setting and not one.groups) or (layer == 0 and not by):
                    return None
                if layer < near.near:
                    apart = layer == 1 and ";" in text[one.end :]
                    skipped += not apart and (not by or bool(one.groups & own))
                    others += [other] if (other := first & one.groups) and layer else []
                continue
            others = [narrow for other in others if (narrow := other & one.groups)] or others
            if layer >= near.near and both != groups and (one.setting or layer < near.near + len(near.earlier)):
                wider.append(groups)
            by += layer < near.near and (both != groups or not layer)
            groups = both
            said = groups if layer < near.near else said
    return Chosen((groups, *others[:MOST_OTHERS], *wider[:1]), said, by, skipped, bool(by) or groups != possible)


def _decided(at: Context, cells: Cells, near: Nearness, meaning: Meaning, chosen: Chosen) -> Verdict | None:
    wanted = _statistic(at, near, meaning)
    named = CHANCE[meaning.named, chosen.named]
    first: list[Reading] = []
    for groups in chosen.sets:
        readings = list(_readings(at, cells, meaning, groups, wanted))
        first = first or readings
        apart = [*readings, *_in_each_file(at, cells, meaning, groups, wanted)]
        fit = [one for one in apart if agreement(at.claim, one.value)]
        if fit:
            if _chance(at, apart) > named or not _telling(at, wanted, apart):
                return None
            return _verdict(at, cells, SUPPORTED, fit[0], len(fit), len(apart))
    if not _resolved(at, near, meaning, chosen, wanted, first):
        return None
    if chosen.said != chosen.sets[0]:
        wide = [
            *_readings(at, cells, meaning, chosen.said, wanted),
            *_in_each_file(at, cells, meaning, chosen.said, wanted),
        ]
        if any(agreement(at.claim, one.value) for one in wide):
            return None
    return _verdict(at, cells, CONTRADICTED, min(first, key=lambda one: bool(one.words)), 1, len(first))


def _telling(at: Context, wanted: str, readings: list[Reading]) -> bool:
    """Whether the number has digits enough: two for a statistic that is named, or for the only value there is.

    What is counted is exact: there every digit tells.
    """
    if at.claim.kind == kinds.COUNT or at.canonical_unit[0] in COUNTED:
        return abs(at.claim.value) >= 10
    alone = len({one.value for one in readings}) == 1 and at.claim.decimals > 0
    return at.claim.digits >= (2 if wanted or alone else TELLING_DIGITS)


def _in_each_file(at: Context, cells: Cells, meaning: Meaning, groups: frozenset[int], wanted: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """A statistic that is asked for, of the rows of each file alone."""
    known = vocabulary(cells)
    if not wanted or wanted in ("sum", "spread"):
        return
    files = sorted({file_id for file_id, its in known.by_file.items() if its & groups})
    for file_id in files if 1 < len(files) <= MOST_FILES else ():
        yield from _readings(at, cells, meaning, groups & known.by_file[file_id], wanted)


def _statistic(at: Context, near: Nearness, meaning: Meaning) -> str:
    """The statistic asked for: beside the number, else that of the words the metric was found in."""
    if re.search(r"\binterval\b|\bCI\b", at.before):
        return "interval"
    if bound := {"spread": "spread", "low": "min", "high": "max"}.get(at.claim.bound, ""):
        return bound
    places = [near.lead, near.tail[:40], at.header, at.cells[0] if at.in_row and at.cells else ""]
    found = next((one for one in map(statistic_in, places) if one), "")
    if not found and not meaning.named and not _content(near):
        found = statistic_in(near.before)
    if found or not meaning.text:
        return found
    return statistic_in(_up_to_its_like(at, near) if meaning.text == near.before else meaning.text)


def _up_to_its_like(at: Context, near: Nearness) -> str:
    """The sentence up to the last number of the claim's unit: a statistic behind that is another number's."""
    start = at.reach[0]
    others = [one for one in at.claims if start <= one.start < at.claim.start and one.unit]
    alike = [one for one in others if Context(at.line, one).canonical_unit[0] == at.canonical_unit[0]]
    if not others:
        return near.before
    return at.text[start : alike[-1].start] if alike else ""


def _readings(at: Context, cells: Cells, meaning: Meaning, groups: frozenset[int], wanted: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Every value that the statistic may have over the rows: as files state it, and computed."""
    known = vocabulary(cells)
    for series_id in meaning.series:
        one = cells.series[series_id]
        factors = factors_of(at, cells, series_id)
        if not factors or not (meaning.exact or _asked(one.stat, wanted)):
            continue
        rows = _rows(cells, known, series_id, groups)
        if len(rows) > MOST_READINGS and not wanted:
            continue
        for factor in factors:
            if (
                meaning.exact
                or wanted in ("", "sum")
                or one.stat == wanted
                or (wanted == "spread" and one.stat in _SPREAD)
            ):
                yield from (Reading(v * factor, series_id, file_id, record, v) for file_id, record, v, _ in rows)
            if wanted and one.stat in PLAIN:
                yield from _computed(series_id, rows, factor, {"spread": "std"}.get(wanted, wanted), cells)


def _asked(stat: str, wanted: str) -> bool:
    if wanted == "interval":
        return stat.startswith("ci_")
    if wanted in ("", "sum"):
        return stat in (*PLAIN, "p50", "slope")
    return stat in PLAIN or stat == wanted or (wanted == "spread" and stat in _SPREAD)


def _computed(series_id: int, rows: list[Row], factor: float, name: str, cells: Cells):  # type: ignore[no-untyped-def]  # noqa: ANN202
    import polars as pl

    if name in ("best", "worst"):
        higher = "higher" in cells.better.get(series_id, "")
        name = "max" if higher == (name == "best") else "min"
    for kept in (rows, [row for row in rows if not row[3]]):
        if kept and (len(kept) > 1 or name in ("min", "max", "mean", "p50")):
            value = statistic(pl.Series([row[2] for row in kept]), name)
            if value is not None:
                yield Reading(value * factor, series_id, kept[0][0], -1, value, name)


def factors_of(at: Context, cells: Cells, series_id: int) -> list[float]:
    """What a canonical value is multiplied with to be in the text's unit; a share may be a part of one in the files."""
    one = cells.series[series_id]
    found = in_printed_unit(at, one.unit, one.raw_unit, one.raw(1.0), 1.0)[:1]
    if at.canonical_unit[0] == "%" and not one.unit and not one.raw_unit:
        found = [100.0]
    return found


def _chance(at: Context, readings: list[Reading]) -> float:
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


def _resolved(  # noqa: PLR0911, PLR0917 - one way to be unsure a line
    at: Context, near: Nearness, meaning: Meaning, chosen: Chosen, wanted: str, readings: list[Reading]
) -> bool:
    """Whether the text says exactly what it is about, so that another number is wrong."""
    stated = [one for one in readings if not one.words]
    named = meaning.named or bool(wanted and stated and at.in_row and GENERAL.search(at.header))
    said = meaning.near or not _content(near)
    if near.compared and not near.known.mentions(f"{near.lead} ; {near.tail}"):
        return False
    if not readings or not named or not said or at.claim.hedge in ("over", "under"):
        return False
    if not (at.unit or at.claim.decimals > 0) or (at.claim.digits < 2 and not at.in_row):
        return False
    one_place = len({one.file_id for one in readings}) == 1 and not chosen.skipped and not _content(near)
    if not (chosen.near or one_place) or (chosen.skipped and not at.in_row) or unknown_names(at, near):
        return False
    values = {float(f"{one.value:.6g}") for one in stated or readings}
    if at.in_row and not (near.known.mentions(at.cells[0] if at.column else "") or near.known.mentions(at.header)):
        return False
    if wanted and wanted not in ("spread", "sum"):
        return len(values) <= 4
    each = {(one.series_id, float(f"{one.value:.6g}")) for one in stated or readings}
    return len(values) == 1 or (len(each) == len({one for one, _ in each}) <= MOST_SERIES and not meaning.exact)


_NOTHING = EMPTY | {
    "standard",
    "deviation",
    "figure",
    "figures",
    "number",
    "seen",
    "whole",
    "entire",
    "sweep",
    "comes",
    "card",
}


def _content(near: Nearness) -> list[str]:
    """What the claim's own words say beside the names of rows."""
    text = near.lead
    for one in reversed(near.known.mentions(text)):
        text = f"{text[: one.start]} {text[one.end :]}"
    known = near.known.words
    return [
        word for word in words_of(text)
        if len(word) > 2 and word not in _NOTHING and word not in known and not statistic_in(word)
    ]  # fmt: skip


_NAME = re.compile(
    r"(?<![\w.`])[A-Za-z]+[-_]?\d[\w.-]*|(?<![\w.])\d+[A-Za-z]\w*\b|(?<=[a-z0-9,)] )[A-Z][A-Za-z]{3,}\w*"
)


def unknown_names(at: Context, near: Nearness) -> bool:
    """Whether the claim's own words hold a name that no row has: then it is about something else."""
    own = f"{near.lead} ; {near.tail}" if not at.in_row else f"{at.before} ; {near.row}"
    known = near.known.mentions(own)
    fields = near.known.words
    return any(
        not any(one.start <= its.start() < one.end or its.start() <= one.start < its.end() for one in known)
        and not statistic_in(its[0])
        and normalised(its[0]) not in fields
        for its in _NAME.finditer(own)
    )


def names_no_row(at: Context, cells: Cells) -> bool:
    """Whether the words beside a number name something like a model, and no row has a part of that name."""
    known = vocabulary(cells)
    if not known.known:
        return False
    near = Nearness(at, known)
    own = f"{near.lead} ; {near.tail}" if not at.in_row else f"{at.before} ; {near.row}"
    return any(not any(word in known.values for word, _, _ in tokens_of(its[0])) for its in _MODEL.finditer(own))


def other_subject(at: Context, cells: Cells) -> bool:
    """Whether the words beside a number hold a name that the files do not know: nothing then refutes it."""
    known = vocabulary(cells)
    near = Nearness(at, known)
    if not known.known or at.in_row:
        return False
    shouted = [
        one for one in re.findall(r"\b[A-Z]{4,}\b", near.lead) if normalised(one) not in known.words | stop_words()
    ]
    strange = [word for one in shouted for word, _, _ in tokens_of(one) if word not in known.values]
    return bool(strange) or unknown_names(at, near)


_MODEL = re.compile(r"\b[A-Z][A-Za-z]{2,}(?:-\d+(?:\.\d+)?)?-\d+(?:\.\d+)?[BM]\b")


def _verdict(at: Context, cells: Cells, label, one: Reading, same: int, n: int) -> Verdict:  # type: ignore[no-untyped-def]  # noqa: ANN001, PLR0917
    series = cells.series[one.series_id]
    shown = f"{one.value:.6g} {at.unit}".strip()
    if one.record >= 0:
        cell = cells.cell(one.file_id, one.record, one.series_id, one.raw)
        reason, source = f"{cell.field} is {cell.value:.15g} {cell.unit}".strip() + f" in {cell.path}", source_of(cell)
    else:
        path = cells.path(one.file_id)
        reason = f"{one.words} of {series.field} over the rows named: {shown}"
        source = Source(path, field=f"{one.words} of {series.field}", value=one.value, unit=at.unit or None)
    return Verdict(
        claim=at.claim, label=label, rule=RULE, reason=reason, right="" if label == SUPPORTED else shown,
        reading=series.field, sources=(source,), same=same, others=n - same,
    )  # fmt: skip
