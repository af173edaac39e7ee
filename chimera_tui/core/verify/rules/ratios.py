"""Changes and ratios: right only where both sides are there and the arithmetic holds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.text.sentences import sentences
from chimera_tui.core.verify.tolerance import agreement, half_width
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label, Source, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.differences import is_ratio_head

RULE = "ratio"
MOST_PAIRS = 15
MEASURED = ("metric", "file", "named rows")
"""Rules whose verdict says that a number was measured, not set."""
_PAIR = re.compile(r"^\W*(?:to|vs\.?|versus|against|compared (?:to|with)|→|->|and|(?:and )?(?:new|old|base|after))\W*$")
_CHANGE = re.compile(
    r"\b(?:faster|slower|higher|lower|better|worse|improvement|reduction|increase|decrease|speed-?up|gain|drop|more|less|"
    r"difference|times|gr[eo]wn?|grows|growth|r[io]ses?|fell|falls?|dropp?(?:ed|s)|increas(?:ed|es)|decreas(?:ed|es)|"
    r"improv(?:ed|es)|reduc(?:ed|es)|regression|change|ratio|factor|larger|smaller|longer|shorter)\b",
    re.IGNORECASE,
)
_LOSS = re.compile(r"\b(?:loss|lost|loses|saves|saved|savings?|gains|gained|declines|declined)\b", re.IGNORECASE)
"""Words for a change that have other meanings too: by them a number may be right, but not wrong."""
_RATIO = re.compile(r"\b(?:(?:ratio|factor|speed-?up) (?:of|is|was)|multipl\w+ [^.;,]{3,40} by)\W*$", re.IGNORECASE)
_TIMES = re.compile(
    r"\s*times (?:as|faster|slower|higher|lower|more|less|larger|smaller|longer|the|that)\b", re.IGNORECASE
)
_TIMED = re.compile(r"\b(?:latenc(?:y|ies)|times?|ttft|tpot|itl|e2e|delays?|durations?)\b", re.IGNORECASE)
_RATE = re.compile(r"qps|rps|(?:req(?:uest)?s?|queries)(?:/| per )s(?:ec(?:ond)?)?", re.IGNORECASE)
"""A load: what changes between two of them is another quantity."""
_CHANGE_HEAD = re.compile(r"Δ|\b(?:delta|change|diff(?:erence)?|speed-?up|gain|ratio)\b", re.IGNORECASE)


def judge_ratio(at: Context, judge: Callable[[Claim], Verdict]) -> Verdict | None:
    """A change or a ratio beside the two values it is of. ``judge`` gives the verdict on another claim of the line."""
    plainly = is_change(at)
    if at.claim.kind == kinds.COUNT or (at.claim.kind == kinds.VALUE and at.canonical_unit[0] not in ("", "%")):
        return None  # a change in the unit itself is a difference
    if not plainly and not (at.claim.kind == kinds.SHARE and _LOSS.search(at.after[:20] + at.before[-20:])):
        return None
    for one, two in pairs_near(at):
        fit = _fit(at, one, two)
        if fit is not None:
            sides = judge(one), judge(two)
            if all(side.label == SUPPORTED for side in sides):
                return _say(at, SUPPORTED, f"{_shown(at, one, two, fit)}, and both are supported", sides=sides)
    return _of_the_only_pair(at, judge) if plainly else None


def _of_the_only_pair(at: Context, judge: Callable[[Claim], Verdict]) -> Verdict | None:
    """The verdict by two values that can only be the two sides."""
    sides = _sides(at) or _beside(at, judge)
    if sides is None:
        if at.claim.kind != kinds.SHARE:
            return _say(at, UNVERIFIABLE, "the two sides that are compared are not both in the facts")
        return None
    one, two = sides[0], _in_the_unit_of(*sides)
    fit = _fit(at, one, two)
    if fit is None:
        right = _results(at, one.value, two.value)[0]
        shown = _shown(at, one, two, right)
        return _say(at, CONTRADICTED, f"the report's own numbers disagree: {shown}", f"{right:.4g}")
    both = [judge(side).label for side in sides]
    if both == [SUPPORTED, SUPPORTED]:
        return _say(at, SUPPORTED, f"{_shown(at, one, two, fit)}, and both are supported")
    return _say(at, UNVERIFIABLE, f"{_shown(at, one, two, fit)}, but they are not both supported")


def is_change(at: Context) -> bool:
    """Whether a claim is a ratio or a change."""
    if at.claim.kind == kinds.RATIO:
        return True
    if at.claim.kind == kinds.SHARE:
        return bool(_CHANGE.search(at.after[:40] + at.before[-40:])) or _of_changes(at)
    plain = at.claim.kind in (kinds.VALUE, kinds.COUNT) and not at.claim.unit
    return plain and bool(
        is_ratio_head(at) or _RATIO.search(at.before) or _TIMES.match(at.after) or at.claim.noun.startswith("times ")
    )


def _of_changes(at: Context) -> bool:
    """Whether a column holds changes or ratios."""
    return at.in_row and (_CHANGE_HEAD.search(at.header) is not None or is_ratio_head(at))


def pairs_near(at: Context) -> Iterator[tuple[Claim, Claim]]:
    """Pairs of values of one unit in the sentence or row, the nearest first, then in the sentence before."""
    start, end = at.reach
    before = [a for a, b in sentences(at.text, at.line.body) if b <= start] if not at.in_row else []
    first = max(before, default=start)
    for low, high in ((start, end), (first, end)):
        values = [one for one in at.claims if one.kind in (kinds.VALUE, kinds.SIZE) and low <= one.start < high]
        values = [one for one in values if one.value > 0 and one.bound != "spread" and one.start != at.claim.start]
        ordered = sorted(combinations(values, 2), key=lambda pair: _distance(at, pair))
        yield from [pair for pair in ordered if _unit(*pair) or at.in_row][:MOST_PAIRS]
        if low == first:
            return


def _distance(at: Context, pair: tuple[Claim, Claim]) -> int:
    return sum(abs(one.start - at.claim.start) for one in pair)


def _sides(at: Context) -> tuple[Claim, Claim] | None:
    """Two values of one unit that stand beside each other in the sentence, and no other pair; or alone in their row."""
    start, end = at.reach
    values = [one for one in at.claims if one.kind == kinds.VALUE and start <= one.start < end and one.value > 0]
    if at.in_row:
        values = [one for one in values if one.start != at.claim.start]
        before = [one for one in values if one.end <= at.claim.start]
        return (before[0], before[1]) if len(before) == len(values) == 2 and _of_changes(at) else None
    if any(one.unit for one in values):
        values = [one for one in values if one.unit or one.bound or one.decimals]
    pairs = [
        (one, two)
        for one, two in pairwise(values)
        if _PAIR.match(at.text[one.end : two.start])
        and _unit(one, two)
        and "spread" not in (one.bound, two.bound)
        and not (_TIMED.search(at.words_before) and _RATE.fullmatch(two.unit))
    ]
    return pairs[0] if len(pairs) == 1 and len(values) == 2 else None


_THAT_IS = re.compile(r"\s*(?:That|This|It|which) (?:is|was|means|makes|amounts to)\b[^.;:]*$")


def _beside(at: Context, judge: Callable[[Claim], Verdict]) -> tuple[Claim, Claim] | None:
    """The two sides where both are in the files: cells left of a column of changes, values of the sentence before."""
    if at.in_row:
        values = [one for one in at.claims if one.end <= at.claim.start and one.kind == kinds.VALUE and one.value > 0]
        found = values[-2:] if _of_changes(at) and len(values) > 2 else []
    else:
        start = max((a for a, b in sentences(at.text, at.line.body) if b <= at.reach[0]), default=at.reach[0])
        said = _THAT_IS.fullmatch(at.text[at.reach[0] : at.claim.start])
        found = [one for one in at.claims if said and start <= one.start < at.reach[0]]
        if at.before.rstrip().endswith("(") and at.claim.span[:1] in "+-−" and at.after.startswith(")"):
            found = [
                one for one in at.claims if at.reach[0] <= one.start < at.claim.start and one.unit and _measured(one)
            ]
    if len(found) != 2 or not (_unit(*found) or at.in_row):
        return None
    sides = [judge(one) for one in found]
    measured = all(one.label == SUPPORTED and one.rule in MEASURED for one in sides)
    return (found[0], found[1]) if measured else None


def _measured(one: Claim) -> bool:
    unit = canonical(one.unit)
    return unit is not None and unit.name not in ("tokens", "%", "ratio", "requests", "samples", "count")


def _unit(one: Claim, two: Claim) -> bool:
    if not one.unit or not two.unit:
        return bool(two.unit) or (one.decimals > 0 and two.decimals > 0 and not one.unit)
    here, there = canonical(one.unit), canonical(two.unit)
    return here == there or (here is not None and there is not None and here.name == there.name)


def _in_the_unit_of(one: Claim, two: Claim) -> Claim:
    """The second of two values as the first is given: ``1.43 s against 72 ms``."""
    here, there = (canonical(each.unit) if each.unit else None for each in (one, two))
    if here is None or there is None or here == there or here.name != there.name:
        return two
    scale = (there.factor / there.divisor) / (here.factor / here.divisor)
    places = two.decimals - round(math.log10(scale))
    return msgspec.structs.replace(two, value=two.value * scale, decimals=places, unit=one.unit)


def _fit(at: Context, one: Claim, two: Claim) -> float | None:
    """The change that two values give where it is the one claimed; both sides may be rounded."""
    two = _in_the_unit_of(one, two)
    exact = _results(at, one.value, two.value)
    size = msgspec.structs.replace(at.claim, value=abs(at.claim.value))
    ends = [
        _results(at, max(one.value + a, 1e-12), max(two.value + b, 1e-12))
        for a in (-half_width(one, one.value), half_width(one, one.value))
        for b in (-half_width(two, two.value), half_width(two, two.value))
    ]
    for place, value in enumerate(exact):
        low, high = min(end[place] for end in ends), max(end[place] for end in ends)
        if agreement(at.claim, value) or agreement(size, min(max(size.value, low), high)):
            return value
    return None


def _results(at: Context, a: float, b: float) -> list[float]:
    """The changes that two values give: from the first to the second, and the other way round."""
    if at.claim.unit in ("%", "percent"):
        return [100 * abs(b - a) / a, 100 * abs(a - b) / b]
    return [max(a, b) / min(a, b), min(a, b) / max(a, b)]


def _shown(at: Context, one: Claim, two: Claim, value: float) -> str:
    unit = {"x": "×", "": "×"}.get(at.claim.unit, at.claim.unit)
    return f"{one.span} and {two.span} give {value:.4g}{unit}"


def _say(at: Context, label: Label, reason: str, right: str = "", sides: tuple[Verdict, ...] = ()) -> Verdict:
    sources: tuple[Source, ...] = tuple(source for side in sides for source in side.sources[:1])
    return Verdict(claim=at.claim, label=label, rule=RULE, reason=reason, right=right, sources=sources)
