"""Ratios and changes whose two sides are named and not printed: ``A is 39 % slower than B``, ``5.4x B``.

What a text compares on the whole is seldom said outright: only what is far from every statistic of both sides is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, product
from typing import NamedTuple

import msgspec

from chimera_tui.core.verify.claim import RATIO, Claim
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.ratios import is_change
from chimera_tui.core.verify.rules.readings import PLAIN, Reading, chance, computed
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context, statistic_in
from chimera_tui.core.verify.words.doubt import supposed
from chimera_tui.core.verify.words.mentions import Mention, Vocabulary, vocabulary
from chimera_tui.core.verify.words.metrics_meant import Meaning, meaning_of
from chimera_tui.core.verify.words.nearness import Nearness, nearness

RULE = "ratio"
MOST_CHANCE, MOST_FILES = 0.12, 24
FEW_FILES, MOST_SERIES, FAR = 12, 3, 1.1
"""A ratio is refuted by the files that have both sides, where they are few and measure few things that may be meant."""
EVERY = ("mean", "p50", "min", "max")
_LOOSE = re.compile(
    r"\b(?:up to|as much as|at (?:least|most|best)|nearly|almost|more than|less than)\W*$", re.IGNORECASE
)
_OBJECT = re.compile(
    r"\b(?:than|over|compared (?:to|with)|relative to|vs\.?|versus|against|that of|as)\W+"
    r"(?:(?:the|an?|that|of|its|on|in|for|with|version|model|build|release)\W+)*$",
    re.IGNORECASE,
)
_FAST = re.compile(r"\b(?:fast\w*|quick\w*|slow\w*|speed\w*|throughput)\b", re.IGNORECASE)
_PER = re.compile(r"\s*(?:times )?(?:as many|more|fewer) (\w+ ?(?:per|/) ?\w+)", re.IGNORECASE)
_MORE = re.compile(r"\b(?:faster|quicker|fast|speed-?up)\b", re.IGNORECASE)
_LESS = re.compile(r"\b(?:slower|slow)\b", re.IGNORECASE)
Groups = frozenset[int]


class _Sides(NamedTuple):
    subject: Groups
    object: Groups
    shown: str


def judge_compared(at: Context, cells: Cells) -> Verdict | None:
    """Supported where the means of the two sides that the words name are in this ratio."""
    if at.in_row or at.claim.digits < 2 or not is_change(at):
        return None
    known = vocabulary(cells)
    near = nearness(at, known)
    sides = _sides(at, near) if known.known else None
    series = _series(at, near, cells) if sides else ()
    if not sides or not series:
        return None
    for ids in _rates_first(cells, series):
        readings = list(_readings(at, cells, known, sides, ids))
        fit = next((one for one in readings if agreement(_size(at), one.value)), None)
        if fit and chance(Context(at.line, _size(at)), readings) <= MOST_CHANCE:
            return _verdict(at, cells, fit, sides)
        if readings:  # of rates and times the rates are meant, where both sides have one
            break
    return _refuted(at, cells, near, sides, series)


def _refuted(at: Context, cells: Cells, near: Nearness, sides: _Sides, series: tuple[int, ...]) -> Verdict | None:
    """Contradicted where the sides stand in the same few files, and no statistic of theirs is near this ratio."""
    known = near.known
    files = _files_of_both(known, sides.subject, sides.object)
    if (
        not 0 < len(files) <= FEW_FILES
        or supposed(at)
        or at.claim.hedge in ("over", "under")
        or _LOOSE.search(at.before)
    ):
        return None
    if statistic_in(at.sentence) not in ("", "mean"):
        return None
    series = _rates_first(cells, series)[0] or series
    if any(one.setting for text in (*near.layers[3:],) for one in known.mentions(text)):
        return None
    readings = [one for name in EVERY for one in _readings(at, cells, known, sides, series, name)]
    first = next(iter(readings), None)
    if first is None or len({one.series_id for one in readings}) > MOST_SERIES:
        return None
    low, high = min(one.value for one in readings), max(one.value for one in readings)
    if low / FAR <= _size(at).value <= high * FAR:
        return None
    verdict = _verdict(at, cells, first, sides)
    return msgspec.structs.replace(verdict, label=CONTRADICTED, right=f"{first.value:.4g}{at.claim.unit}")


def _rates_first(cells: Cells, series: tuple[int, ...]) -> list[tuple[int, ...]]:
    rates = tuple(one for one in series if cells.series[one].unit.endswith("/s"))
    return [rates, tuple(one for one in series if one not in rates)]


def _verdict(at: Context, cells: Cells, fit: Reading, sides: _Sides) -> Verdict:
    field, path = cells.series[fit.series_id].field, cells.path(fit.file_id)
    reason = f"{fit.words} of {field}, {sides.shown}: {fit.value:.4g}{at.claim.unit}"
    source = Source(path, field=f"{fit.words} of {field}", value=fit.value, unit=at.claim.unit or None)
    return Verdict(claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, reading=field, sources=(source,))


def _size(at: Context) -> Claim:
    return msgspec.structs.replace(at.claim, value=abs(at.claim.value))


def _sides(at: Context, near: Nearness) -> _Sides | None:
    """What is compared, and with what: names of rows that have nothing in common, narrowed by the other names."""
    start = at.reach[0]
    found = near.known.mentions(at.sentence)
    before = [one for one in found if start + one.start < at.claim.start]
    objects = [one for one in found if _OBJECT.search(at.sentence[: one.start])]
    behind = _own_behind(at, found)
    with_ = next((one for one in behind if one in objects), None) or _right_behind(at, behind)
    with_ = with_ or next((one for one in reversed(objects) if one in before), None)
    texts = [(at.sentence, [one for one in reversed(before) if one not in objects and one != with_])]
    texts += [(text, near.known.mentions(text)) for text in near.earlier[:1]]
    if with_ is None:
        return _turned(at, near, found) or _two(at, before)
    whats = [(text, one) for text, its in texts for one in its if one.groups and not one.groups & with_.groups]
    if not whats:
        return None
    what = next((one for one in whats if _files_of_both(near.known, one[1].groups, with_.groups)), whats[0])
    rest = [one for one in (*behind, *before) if one not in objects and one not in (with_, what[1])]
    subject, other = _narrowed(what[1].groups, with_.groups, [*rest, *_above(near)])
    return _Sides(subject, other, f"{_text(what[0], what[1])} against {_text(at.sentence, with_)}")


def _files_of_both(known: Vocabulary, one: Groups, two: Groups) -> list[Groups]:
    """The rows of each file that has both sides."""
    return [its for its in map(frozenset, known.by_file.values()) if its & one and its & two]


def _turned(at: Context, near: Nearness, found: list[Mention]) -> _Sides | None:
    """``from 1 to 50 clients``: two values of a setting, in the file that the text is about where it has both."""
    for one, two in pairwise(found):
        between, head = at.sentence[one.end : two.start], at.sentence[: one.start]
        if one.setting and two.setting and _turned_between(between, head):
            rest = [its for its in found if its not in (one, two)]
            subject, other = _narrowed(one.groups, two.groups, [*rest, *_above(near)])
            if subject & near.about and other & near.about:
                subject, other = subject & near.about, other & near.about
            return None if subject & other else _Sides(subject, other, _text(at.sentence, one._replace(end=two.end)))
    return None


def _turned_between(between: str, head: str) -> bool:
    arrow = between.strip() in ("->", "→")
    return arrow or (between.strip() == "to" and re.search(r"\b(?:from|between)\W*$", head) is not None)


def _two(at: Context, before: list[Mention]) -> _Sides | None:
    """``Cold to warm ratio, B: 22x``: two names before a ratio that have nothing in common."""
    if not re.search(r"\bratio\b|\bspeed-?up\b", at.before, re.IGNORECASE) or len(before) < 2:
        return None
    one, two, *rest = before
    if one.groups & two.groups:
        return None
    subject, other = _narrowed(one.groups, two.groups, rest)
    return _Sides(subject, other, f"{_text(at.sentence, one)} against {_text(at.sentence, two)}")


def _text(text: str, one: Mention) -> str:
    return text[one.start : one.end]


def _own_behind(at: Context, found: list[Mention]) -> list[Mention]:
    """The names behind the claim, up to the next claim of its kind."""
    following = [one.start for one in at.claims if at.claim.end <= one.start < at.reach[1] and one.unit]
    stop = min(following, default=at.reach[1]) - at.reach[0]
    return [one for one in found if at.claim.end - at.reach[0] <= one.start < stop]


def _right_behind(at: Context, behind: list[Mention]) -> Mention | None:
    """``5.4x B``: the name is the other side."""
    if not behind or at.claim.unit in ("%", "percent"):
        return None
    between = at.text[at.claim.end : at.reach[0] + behind[0].start]
    return behind[0] if not between.strip(" `*") or between.strip(" `*") == "that of" else None


def _above(near: Nearness) -> list[Mention]:
    texts = [*reversed(near.at.line.parents), *near.earlier[:1], near.at.line.heading]
    return [one for text in texts for one in near.known.mentions(text) if not one.setting]


def _narrowed(subject: Groups, other: Groups, rest: list[Mention]) -> tuple[Groups, Groups]:
    """Both sides by the names that they share."""
    for one in rest:
        if subject & one.groups and other & one.groups:
            subject, other = subject & one.groups, other & one.groups
    return subject, other


def _series(at: Context, near: Nearness, cells: Cells) -> tuple[int, ...]:
    """What is compared: the metric that the words name, of speeds and times any."""
    plain = Context(at.line, msgspec.structs.replace(at.claim, unit="x", kind=RATIO), at.claims)
    meaning: Meaning | None = meaning_of(plain, nearness(plain, near.known), cells)
    fast = _FAST.search(f"{at.before[-30:]} {at.after[:30]}")
    per = _PER.match(at.after)
    unit = canonical(per[1]) if per else None
    every = tuple(one for one, its in cells.series.items() if its.stat in (*PLAIN, "p50"))
    if unit:
        return tuple(one for one in every if cells.series[one].unit == unit.name)
    ids = meaning.series if meaning and meaning.named else ()
    kept = [one for one in every if one in ids and (not fast or _of_speed(cells, one))]
    return tuple(kept or [one for one in every if _FAST.search(at.sentence) and _of_speed(cells, one)])


def _of_speed(cells: Cells, series_id: int) -> bool:
    unit = cells.series[series_id].unit
    return unit == "s" or unit.endswith("/s")


def _readings(  # noqa: PLR0917
    at: Context, cells: Cells, known: Vocabulary, sides: _Sides, series: tuple[int, ...], every: str = ""
) -> Iterator[Reading]:
    """The ratios of the two sides in each file that has both, with and without failures; of every statistic whichever
    is the faster.
    """
    name = every or (at.statistic if at.statistic in ("p50", "min", "max") else "mean")
    files = _files_of_both(known, sides.subject, sides.object) or [sides.subject | sides.object]
    for its, series_id in product(files[:MOST_FILES], series):
        ones = computed(cells, series_id, sides.subject & its, name)
        twos = computed(cells, series_id, sides.object & its, name) if ones else ()
        for (a, file_id, _), (b, _, _) in product(ones, twos):
            if a > 0 and b > 0 and (every or _directed(at, cells, series_id, a, b)):
                for value in _results(at, a, b):
                    yield Reading(value, series_id, file_id, -1, value, name)


def _directed(at: Context, cells: Cells, series_id: int, a: float, b: float) -> bool:
    """Whether the subject is the faster or the slower side, as the words have it."""
    said = f"{at.before[-30:]} {at.after[:30]}"
    faster = (a > b) if cells.series[series_id].unit.endswith("/s") else (a < b)
    if _LESS.search(said) and not _MORE.search(said):
        return not faster
    return faster or not _MORE.search(said)


def _results(at: Context, a: float, b: float) -> list[float]:
    if at.claim.unit in ("%", "percent"):
        return [100 * abs(a - b) / b, 100 * abs(a - b) / a]
    return [max(a, b) / min(a, b)]
