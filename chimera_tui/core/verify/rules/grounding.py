"""What the words around a number single out: cells and statistics of few rows, which it agrees with or not.

Asked where the rules by whole names find nothing: here parts of names, settings in prose and the heads of columns
narrow the rows, each text taken from the nearest outwards, and what is left is small enough to be told apart.
"""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.readings import (
    Reading,
    chance,
    in_each_file,
    of_many_files,
    of_repeats,
    readings_over,
    telling,
)
from chimera_tui.core.verify.rules.resolved import Resolution
from chimera_tui.core.verify.rules.values import source_of
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.tolerance import agreement, interval
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context, statistic_in, statistic_of_statistics
from chimera_tui.core.verify.words.differences import is_gap
from chimera_tui.core.verify.words.doubt import listed, ranked, statistic_of_list
from chimera_tui.core.verify.words.mentions import Vocabulary, vocabulary
from chimera_tui.core.verify.words.metrics_meant import Meaning, meaning_of, of_the_unit
from chimera_tui.core.verify.words.metrics_named import GENERAL
from chimera_tui.core.verify.words.nearness import Nearness, nearness
from chimera_tui.core.verify.words.singled_out import Chosen, choose, groups_of
from chimera_tui.core.verify.words.states import asked_state, is_of_state
from chimera_tui.core.verify.words.strangers import content, names_no_row

RULE = "named rows"
CHANCE = {(True, True): 0.12, (True, False): 0.05, (False, True): 0.05, (False, False): 0.0}
"""How much of all numbers may agree by chance, by whether the metric and the rows are named."""


def judge_grounded(at: Context, cells: Cells) -> Verdict | None:
    """The verdict by what is singled out; None where nothing is, or it says neither yes nor no."""
    if at.claim.kind not in (kinds.VALUE, kinds.SHARE, kinds.SIZE, kinds.COUNT) or at.claim.bound == "of":
        return None
    if re.search(r"\d\s*(?:of|out of|/)\s*(?:the )?$", at.before):
        return None
    known = vocabulary(cells)
    if not known.known or is_gap(at) or names_no_row(at, cells):
        return None
    for one in _in_units(at, known):
        near = nearness(one, known)
        meaning = meaning_of(one, near, cells)
        chosen = choose(near, groups_of(cells, known, meaning.series)) if meaning else None
        verdict = _decided(one, cells, near, meaning, chosen) if meaning and chosen else None
        borrowed = one is not at and not at.in_row and not _of_one_unit(at)
        if verdict and (verdict.label == SUPPORTED or not borrowed):
            return msgspec.structs.replace(verdict, claim=at.claim)
        if meaning and not meaning.near and one.canonical_unit[0] and (verdict := _by_unit(one, cells, near)):
            return msgspec.structs.replace(verdict, claim=at.claim)
    return None


def _by_unit(at: Context, cells: Cells, near: Nearness) -> Verdict | None:
    """Words far off may name the metric of something else: the unit and the rows alone may support a number."""
    meaning = of_the_unit(at, cells)
    chosen = choose(near, groups_of(cells, near.known, meaning.series))
    verdict = _decided(at, cells, near, meaning, chosen) if chosen and chosen.near else None
    return verdict if verdict and (verdict.label == SUPPORTED or not at.in_row) else None


def _in_units(at: Context, known: Vocabulary) -> list[Context]:
    """The claim as it is, or with the unit that the words above a table or the number before it give."""
    if at.unit or at.claim.kind not in (kinds.VALUE, kinds.COUNT):
        return [at]
    places = (at.header, at.cells[0] if at.cells and at.column else "")
    last = [] if at.lettered else [text.split()[-1].strip("`*") for text in places if at.in_row and text.split()]
    units = [
        one for one in last if canonical(one) and not re.search(r"tokens?$|requests?$|samples?$", one, re.IGNORECASE)
    ]
    above = (at.line.heading, at.line.intro) if at.in_row else ()
    units += [one for text in above for one in _enclosed_units(text)]
    if above and not units and (known.mentions(at.header) or GENERAL.search(at.header)):
        units += [one[0] for text in above for one in _BARE_UNIT.finditer(text) if canonical(one[0])][:1]
    before = [one for one in at.claims if at.reach[0] <= one.start < at.claim.start and one.unit]
    per = re.match(r"\s*(?:per|/) ?(second|minute|hour)\b", at.after)
    counted = [word for one in at.claims if one.start < at.claim.start for word in (one.noun or one.unit).split()]
    if per and (things := [word for word in counted if word.rstrip("s") in ("request", "token", "sample")]):
        return [_in_unit(at, f"{things[-1]}/{per[1]}"), at]
    if not at.in_row and before and before[-1].kind == kinds.VALUE and not at.claim.noun:
        units.append(before[-1].unit)
    following = next((one for one in at.claims if one.start >= at.claim.end), None)
    if following and following.kind == kinds.VALUE and _BESIDE.fullmatch(at.text[at.claim.end : following.start]):
        units.append(following.unit)
    return [
        *(_in_unit(at, unit) for unit in dict.fromkeys(units)),
        at,
    ]


def _of_one_unit(at: Context) -> bool:
    """Whether a number with decimals stands among values of one unit: then that is its own."""
    units = {canonical(one.unit) for one in at.claims if at.reach[0] <= one.start < at.reach[1] and one.unit}
    return at.claim.decimals > 0 and len(units) == 1 and listed(at.before)


def _in_unit(at: Context, unit: str) -> Context:
    return Context(at.line, msgspec.structs.replace(at.claim, unit=unit), at.claims)


_BESIDE = re.compile(
    r"\s*(?:(?:for|on|with|in) [\w.:-]+(?: [\w.:-]+)?,? )?"
    r"(?:vs\.?|versus|against|/|and|or|to|→|->|compared (?:to|with))\s*",
    re.IGNORECASE,
)


def _enclosed_units(text: str) -> list[str]:
    found = [*re.findall(r"\bin ([A-Za-z]{1,13}(?:(?: per |/)[A-Za-z]{1,9})?)\b", text)]
    found += re.findall(r"[(\[]([^()\[\]]{1,60})[)\]]", text)
    return [part.strip() for one in found for part in one.split(",") if canonical(part.strip())][-1:]


_BARE_UNIT = re.compile(
    r"(?<![\w/(])(?<!\d )[A-Za-z]{1,10}/[a-z]{1,6}(?![\w/])|(?<=[a-zA-Z,] )(?:ms|GB|MB|GiB|MiB)(?=[\s:]*(?:\(|$))"
)
"""Units without brackets: ``Mean tok/s by model``, ``Memory, GB``."""


def _decided(at: Context, cells: Cells, near: Nearness, meaning: Meaning, chosen: Chosen) -> Verdict | None:
    wanted = asked_for(at, near, meaning)
    if at.turned_from and not wanted and (verdict := _of_an_end(at, cells, meaning, chosen)):
        return verdict
    named = CHANCE[meaning.named, chosen.named]
    first: list[Reading] = []
    also = _also(at, wanted)
    for groups in chosen.sets:
        readings = _readings(at, cells, meaning, groups, wanted, also)
        first = first or readings
        apart = readings
        fit = _agreeing(at, readings)
        if not fit:
            apart = [*readings]
            for name in (wanted, *also):
                apart += in_each_file(at, cells, meaning, groups, name)
            fit = _agreeing(at, apart[len(readings) :])
        if fit and cells.frames.loads.height:
            warm = asked_state(at)
            fit = [one for one in fit if is_of_state(cells, one.file_id, one.record, warm=warm)]
        if fit:
            if chance(at, apart) > named or not telling(at, cells, wanted, apart):
                return None
            return _verdict(at, cells, SUPPORTED, fit[0], len(fit), len(apart))
    if not wanted and at.in_row and (headed := "".join(also[:1])):
        wanted, first = headed, [one for one in first if one.words] or first
    return _refuted(at, cells, wanted, first, Resolution(at, cells, near, meaning, chosen, wanted, first))


def _readings(  # noqa: PLR0917
    at: Context, cells: Cells, meaning: Meaning, groups: frozenset[int], wanted: str, also: tuple[str, ...]
) -> list[Reading]:
    """What the number may be over some rows: what is asked for, else a cell, a mean or what stands above."""
    readings = readings_over(at, cells, meaning, groups, wanted)
    for name in also:
        readings += readings_over(at, cells, meaning, groups, name)
    if not wanted:
        readings += of_repeats(at, cells, meaning, groups)
    if (headed := _headed(at, wanted)) and also == (headed,) and any(one.words for one in readings):
        return [one for one in readings if one.words or cells.series[one.series_id].stat == also[0]]
    return readings


def _refuted(at: Context, cells: Cells, wanted: str, first: list[Reading], its: Resolution) -> Verdict | None:
    """Contradicted where the text is plain, and no other rows have the value."""
    if not its.resolved or (wanted and of_many_files(cells, its.chosen.said)):
        return None
    if _agrees_elsewhere(at, cells, its.near, its.meaning, its.chosen, wanted):
        return None
    right = min(its.plausible(first) or first, key=lambda one: bool(one.words))
    return _verdict(at, cells, CONTRADICTED, right, 1, len(first))


def _of_an_end(at: Context, cells: Cells, meaning: Meaning, chosen: Chosen) -> Verdict | None:
    """Supported where what a value turned from is the lowest or the highest of the rows."""
    for groups in chosen.sets:
        for name in ("min", "max"):
            ends = [one for one in readings_over(at, cells, meaning, groups, name) if one.words]
            if (fit := _agreeing(at, ends)) and telling(at, cells, name, ends):
                return _verdict(at, cells, SUPPORTED, fit[0], len(fit), len(ends))
    return None


def _also(at: Context, wanted: str) -> tuple[str, ...]:
    """What a number may be beside the statistic that is asked for."""
    if at.claim.bound in ("low", "high"):
        return ("",)
    if headed := _headed(at, wanted):
        return (headed,)
    by_group = not wanted and _BY_GROUP.search(f"{at.line.heading} ; {at.line.intro}")
    return ("mean",) if ranked(at) or by_group else ()


def _headed(at: Context, wanted: str) -> str:
    """The statistic that stands above a table of which it is said nowhere in the table."""
    return statistic_in(f"{at.line.heading} ; {at.line.intro}") if at.in_row and not wanted else ""


_BY_GROUP = re.compile(r"\b(?:by|per|for each|averages|means) ", re.IGNORECASE)
"""What follows such words is of groups: their means."""


def _agrees_elsewhere(  # noqa: PLR0917
    at: Context, cells: Cells, near: Nearness, meaning: Meaning, chosen: Chosen, wanted: str
) -> bool:
    """Whether the statistic is right of more rows than the words single out, or of files that name no model."""
    wide = in_each_file(at, cells, meaning, near.known.unnamed, wanted)
    if chosen.said != chosen.sets[0]:
        wide += readings_over(at, cells, meaning, chosen.said, wanted)
        wide += in_each_file(at, cells, meaning, chosen.said, wanted)
    return bool(_agreeing(at, wide))


def _agreeing(at: Context, readings: list[Reading]) -> list[Reading]:
    low, high = interval(at.claim)
    return [one for one in readings if low <= one.value <= high and agreement(at.claim, one.value)]


def asked_for(at: Context, near: Nearness, meaning: Meaning) -> str:
    """The statistic asked for: beside the number, else that of the words the metric was found in."""
    if re.search(r"\binterval\b|\bCI\b", at.before):
        return "interval"
    if bound := {"spread": "spread", "low": "min", "high": "max"}.get(at.claim.bound, ""):
        return bound
    places = [near.lead, re.split(r"[,;]", near.tail[:40])[0], at.header, at.cells[0] if at.in_row and at.cells else ""]
    if both := next((one for one in map(statistic_of_statistics, places) if one), ""):
        return both
    found = next((one for one in map(statistic_in, places) if one), "") or statistic_of_list(at)
    if not found and not meaning.named and not content(near):
        found = statistic_in(near.before)
    if found or not meaning.text:
        return found
    return statistic_in(_up_to_its_like(at, near) if meaning.text in (near.before, near.clause) else meaning.text)


def _up_to_its_like(at: Context, near: Nearness) -> str:
    """The sentence up to the last number of the claim's unit: a statistic behind that is another number's."""
    start = at.reach[0]
    others = [one for one in at.claims if start <= one.start < at.claim.start and one.unit]
    if all(one.kind in (kinds.RATIO, kinds.SHARE, kinds.CONFIG) for one in others):
        return near.before
    alike = [one for one in others if Context(at.line, one).canonical_unit[0] == at.canonical_unit[0]]
    if not others:
        return near.before
    return at.text[start : alike[-1].start] if alike else ""


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
