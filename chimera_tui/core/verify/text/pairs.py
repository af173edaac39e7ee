"""Claims that belong together: ranges, fractions, ± values, lists with one unit, dates with one year."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.text.lines import Line
from chimera_tui.core.verify.text.quantities import canonical

_RANGE = re.compile(r"\s?(?:-|–|—|to|and|through)\s?")
_TURNED = re.compile(
    r"\b(?:rais|ris|rose|gr[eo]w|increas|drop|f[ae]ll|decreas|improv|went|goes|jump|climb|declin|shr[aiu]nk|reduc|slow"
    r"|speed|sp[ei]d|halv|doubl|advanc|worsen|cut|lower|chang)\w*\b[^.;:()\d]{0,60}\bfrom[\s`*~≈]*"
    r"(?:(?:about|around|roughly|only) )?$",
    re.IGNORECASE,
)
"""What goes from one value to another has no lowest and no highest one."""
_TOTAL = re.compile(r"\s?(?:/|of|out of)\s?(?:the |all |a total of )?", re.IGNORECASE)


def paired(line: Line, claims: list[Claim]) -> list[Claim]:
    """Ranges share their unit, a fraction knows its whole, ± its value, a date without a year the year beside it."""
    found = _listed(line, claims)
    for place in range(len(found) - 1):
        one, two = found[place], found[place + 1]
        between = line.text[one.end : two.start]
        replace = msgspec.structs.replace
        if re.fullmatch(r"\s?±\s?", between):
            found[place + 1] = replace(two, bound="spread", partner=(one.start, one.end))
            found[place] = replace(one, unit=one.unit or two.unit)
        elif one.kind == two.kind == kinds.DATE or (_RANGE.fullmatch(between) and one.kind != kinds.DATE):
            found[place], found[place + 1] = _ends(line, one, two, between)
        elif _TOTAL.fullmatch(between) and two.kind in (kinds.VALUE, kinds.COUNT) and two.value > 0:
            found[place], found[place + 1] = _fraction(line, one, two)
        elif (
            re.fullmatch(r"\s?(?:files)?\s?[(,|]\s?\*{0,2}", between)
            and two.kind == kinds.SHARE
            and one.kind in (kinds.VALUE, kinds.COUNT)
        ):
            found[place] = replace(one, partner=(two.start, two.end))
            found[place + 1] = replace(two, partner=(one.start, one.end))
    return found


def _listed(line: Line, claims: list[Claim]) -> list[Claim]:
    """``182.67, 184.24 and 181.97 tokens/s``: the unit behind the last is that of all."""
    found = list(claims)
    for place in range(len(found) - 2, -1, -1):
        one, two = found[place], found[place + 1]
        between = line.text[one.end : two.start]
        bare = one.kind == kinds.VALUE and not one.unit and not one.noun and two.kind in (kinds.VALUE, kinds.SIZE)
        bare = bare and abs(one.value) < 100 * abs(two.value) and line.text[one.start - 1 : one.start] != "="
        if bare and two.unit and re.fullmatch(r"\s?(?:,|,? and|,? or)\s", between):
            found[place] = msgspec.structs.replace(one, unit=two.unit, kind=two.kind)
    return found


def _fraction(line: Line, one: Claim, two: Claim) -> tuple[Claim, Claim]:
    replace = msgspec.structs.replace
    noun = two.noun or ("files" if re.search(r"\bfiles?\b", line.text, re.IGNORECASE) else "")
    if one.unit or not noun:
        return one, two
    kind = kinds.COUNT if one.kind == kinds.VALUE else one.kind
    return replace(one, partner=(two.start, two.end), kind=kind), replace(two, bound="of", kind=kinds.COUNT, noun=noun)


def _ends(line: Line, one: Claim, two: Claim, between: str) -> tuple[Claim, Claim]:
    replace = msgspec.structs.replace
    if one.kind == kinds.DATE:
        if one.day and two.day and not one.day[0] and two.day[0] and len(between) < 24:
            one = replace(one, day=(two.day[0], one.day[1], one.day[2]))
        if re.fullmatch(r"\s?(?:-|–|—|to|and|through|,?\s?up to|until)\s?", between):
            return replace(one, bound="low", partner=(two.start, two.end)), replace(
                two, bound="high", partner=(one.start, one.end)
            )
        return one, two
    if re.fullmatch(r"\s?and\s?", between) and not re.search(
        r"\bbetween\s*\W*$", line.text[: one.start], re.IGNORECASE
    ):
        return one, two
    if one.unit and two.unit and canonical(one.unit) != canonical(two.unit):
        return one, two
    unit = one.unit or two.unit
    if one.value > two.value or _TURNED.search(line.text[: one.start]):
        return replace(one, unit=unit), replace(two, unit=unit if one.value <= two.value else two.unit)
    return (
        replace(one, bound="low", unit=unit, kind=two.kind if not one.unit else one.kind, partner=(two.start, two.end)),
        replace(two, bound="high", unit=two.unit or unit, partner=(one.start, one.end)),
    )
