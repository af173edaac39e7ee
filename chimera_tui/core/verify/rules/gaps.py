"""Differences of two numbers that the text gives (``from 4.0 s to 5.0 s, by 1.0 s``), and a number given again.

Only ever supports, where what it rests on is supported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.rules.ratios import pairs_near
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.tolerance import agreement, half_width
from chimera_tui.core.verify.verdict import SUPPORTED, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.differences import is_difference

RULE = "ratio"
_GAP = re.compile(
    r"\b(?:difference|gap|margin|spread|costs?|sav(?:es|ed|ing)|buys|gains?|loses|lost|adds?|i\.e\.|that is)\W+"
    r"(?:(?:is|was|of|by|about|around|roughly|only|just|another|an?|the)\W+)*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\s*(?:[,;(]\s*)?(?:(?:i\.e\.|that is|or|=|equals|≈)[, ]*)?(?:(?:about|around|roughly|some) )?")
_SAYS_AGAIN = re.compile(r"\(|=|≈|i\.e\.|that is|\bor\b|equals")
_PREFIXES = "KMGT"
"""How often 1024 is a binary prefix, which files often mean and write as the decimal one of the same letter."""


def judge_gap(at: Context, judge: Callable[[Claim], Verdict]) -> Verdict | None:
    """Supported where it is the difference of two supported numbers, or one of them in another unit."""
    unit = canonical(at.claim.unit) if at.claim.unit else None
    if unit is None or at.claim.kind not in (kinds.VALUE, kinds.SIZE) or at.claim.digits < 2:
        return None
    if (last := _given_again(at)) and judge(last).label == SUPPORTED:
        return _say(at, f"{last.span}, in another unit", judge(last))
    for one, two in _pairs(at) if is_difference(at) or _GAP.search(at.before) else ():
        sides = judge(one), judge(two)
        if all(side.label == SUPPORTED for side in sides):
            return _say(at, f"{one.span} and {two.span} differ by this, and both are supported", *sides)
    return None


def _base(one: Claim, unit: str = "") -> float:
    found = canonical(one.unit or unit)
    return one.value * found.factor / found.divisor if found else one.value


def _given_again(at: Context) -> Claim | None:
    """The number right before it that it says again in another unit."""
    last = max((one for one in at.claims if one.end <= at.claim.start), key=lambda one: one.end, default=None)
    if last is None or not last.unit or last.unit == at.claim.unit:
        return None
    between = at.text[last.end : at.claim.start]
    here, there = canonical(at.claim.unit), canonical(last.unit)
    if not here or not there or here.name != there.name or not _AGAIN.fullmatch(between):
        return None
    value = _base(last) * here.divisor / here.factor
    values = [value]
    if here.name == "bytes" and "i" in at.claim.unit and "i" not in last.unit:
        values.append(value * 1.024 ** (_PREFIXES.find(last.unit[0].upper()) + 1))
    same = any(agreement(at.claim, one) for one in values)
    return last if same and _SAYS_AGAIN.search(between) else None


def _pairs(at: Context) -> Iterator[tuple[Claim, Claim]]:
    """The pairs of numbers near it in its unit whose difference it is, rounding allowed for."""
    here = canonical(at.claim.unit)
    for one, two in pairs_near(at):
        unit = one.unit or two.unit
        there = canonical(unit) if unit else None
        if here is None or there is None or here.name != there.name:
            continue
        scale = here.divisor / here.factor
        gap = abs(_base(one, unit) - _base(two, unit)) * scale
        slack = (half_width(one, one.value) + half_width(two, two.value)) * scale * there.factor / there.divisor
        if agreement(at.claim, gap) or abs(gap - abs(at.claim.value)) <= slack:
            yield one, two


def _say(at: Context, reason: str, *sides: Verdict) -> Verdict:
    sources = tuple(source for side in sides for source in side.sources[:1])
    return Verdict(claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, sources=sources)
