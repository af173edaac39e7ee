"""``X rose from A to B``: both are right where they are the same statistic on the two sides of one factor.

What the sides are the text need not say: two numbers that agree with two sides tell. Only ever supports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.grounding import asked_for
from chimera_tui.core.verify.rules.readings import Reading, readings_over
from chimera_tui.core.verify.rules.values import TELLING_DIGITS
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.factor_values import factors_in, values_of
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.metrics_meant import Meaning, meaning_of
from chimera_tui.core.verify.words.nearness import nearness
from chimera_tui.core.verify.words.singled_out import choose, groups_of

RULE = "named rows"
MOST_SIDES, MOST_FILES = 6, 3
_TO = re.compile(r"\s*(?:to|→|->)\s*", re.IGNORECASE)
_ARROWS = ("->", "→")
_TURNED = re.compile(r"\bfrom\W*(?:(?:about|around|roughly|only|just|an?|the) )?$", re.IGNORECASE)
Groups = frozenset[int]


def judge_turned(at: Context, cells: Cells) -> Verdict | None:
    """Supported where this number and that which it turned into, or from, are of two values of one factor."""
    other = None if at.in_row or at.claim.kind not in (kinds.VALUE, kinds.SIZE) else _other(at)
    known = vocabulary(cells)
    if other is None or not known.known or min(at.claim.digits, other.digits) < TELLING_DIGITS:
        return None
    # Both are of the metric that is named before the first of them.
    first = min(at.claim, other, key=lambda one: one.start)
    unit = at.claim.unit or other.unit
    here = Context(at.line, msgspec.structs.replace(first, unit=unit, bound=""), at.claims)
    near = nearness(here, known)
    meaning = meaning_of(here, near, cells)
    chosen = choose(near, groups_of(cells, known, meaning.series)) if meaning and meaning.named else None
    if meaning is None or chosen is None:
        return None
    asked = asked_for(here, near, meaning) or "mean"
    for groups, wanted in product(dict.fromkeys(chosen.sets), (asked, f"mean of {asked}")[: 1 + (asked[:1] == "p")]):
        for name, sides in _sides(cells, groups):
            if fit := _both(at, other, here, cells, meaning, sides, wanted):
                return _verdict(at, cells, fit, name)
    return None


def _other(at: Context) -> Claim | None:
    """The number on the other side of ``from A to B``."""
    beside = [one for one in at.claims if at.reach[0] <= one.start < at.reach[1] and one.start != at.claim.start]
    for one in beside:
        low, high = (one, at.claim) if one.start < at.claim.start else (at.claim, one)
        between = _TO.fullmatch(at.text[low.end : high.start])
        if not between or not (_TURNED.search(at.text[: low.start]) or between[0].strip() in _ARROWS):
            continue
        if not low.unit or not high.unit or canonical(low.unit) == canonical(high.unit):
            return one
    return None


def _sides(cells: Cells, groups: Groups) -> Iterator[tuple[str, list[Groups]]]:
    """The rows by the values of each factor that is not the same in all, in each file."""
    known = vocabulary(cells)
    files = [its for its in (groups & frozenset(one) for one in known.by_file.values()) if len(its) > 1]
    for its in files if len(files) <= MOST_FILES else ():
        for name in factors_in(cells, its):
            sides: dict[object, set[int]] = {}
            for group in its:
                for value in values_of(cells, name).get(group, ()):
                    sides.setdefault(value, set()).add(group)
            if 1 < len(sides) <= MOST_SIDES:
                yield name, [frozenset(side) for side in sides.values()]


def _both(  # noqa: PLR0917
    at: Context, other: Claim, here: Context, cells: Cells, meaning: Meaning, sides: list[Groups], wanted: str
) -> Reading | None:
    """The reading of this number, where the other agrees with the same field on another side."""
    found = [readings_over(here, cells, meaning, side, wanted) for side in sides]
    for place, side in enumerate(found):
        for one in side:
            beside = [its for n, rest in enumerate(found) if n != place for its in rest]
            alike = [its for its in beside if (its.series_id, its.words) == (one.series_id, one.words)]
            if agreement(at.claim, one.value) and any(agreement(other, its.value) for its in alike):
                return one
    return None


def _verdict(at: Context, cells: Cells, one: Reading, name: str) -> Verdict:
    field, path = cells.series[one.series_id].field, cells.path(one.file_id)
    words = f"{one.words} of {field}" if one.words else field
    reason = f"{words} over the rows of one {name}: {one.value:.6g}"
    source = Source(path, field=words, value=one.value)
    return Verdict(claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, reading=field, sources=(source,))
