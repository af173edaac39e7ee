"""Changes and ratios: right only where both sides are there and the arithmetic holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.context import Context
from chimera_tui.core.verify.quantities import canonical
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label, Verdict

RULE = "ratio"
_PAIR = re.compile(r"^\W*(?:to|vs\.?|versus|against|compared (?:to|with)|→|->|and)\W*$")
_CHANGE = re.compile(
    r"\b(?:faster|slower|higher|lower|better|worse|improvement|reduction|increase|decrease|speed-?up|gain|drop|more|less|"
    r"difference|times|gr[eo]wn?|grows|growth|r[io]ses?|fell|falls?|dropp?(?:ed|s)|increas(?:ed|es)|decreas(?:ed|es)|"
    r"improv(?:ed|es)|reduc(?:ed|es))\b",
    re.IGNORECASE,
)


def judge_ratio(at: Context, judge: Callable[[Claim], Verdict]) -> Verdict | None:
    """A change or a ratio beside the two values it is of. ``judge`` gives the verdict on another claim of the line."""
    if at.claim.kind not in (kinds.RATIO, kinds.SHARE):
        return None
    if at.claim.kind == kinds.SHARE and not _CHANGE.search(at.after[:40] + at.before[-40:]):
        return None
    sides = _sides(at)
    if sides is None:
        return (
            _say(at, UNVERIFIABLE, "the two sides that are compared are not both in the facts")
            if at.claim.kind == kinds.RATIO
            else None
        )
    one, two = sides
    results = _results(at.claim, one, two)
    fit = next((value for value in results if agreement(at.claim, value)), None)
    shown = f"{one.span} and {two.span} give {results[0]:.4g}{at.claim.unit if at.claim.unit != 'x' else '×'}"
    if fit is None:
        return _say(at, CONTRADICTED, f"the report's own numbers disagree: {shown}", f"{results[0]:.4g}")
    both = [judge(side).label for side in sides]
    if both == [SUPPORTED, SUPPORTED]:
        return _say(at, SUPPORTED, f"{shown}, and both are supported")
    return _say(at, UNVERIFIABLE, f"{shown}, but they are not both supported")


def _sides(at: Context) -> tuple[Claim, Claim] | None:
    """Two values of one unit that stand beside each other in the sentence, and no other pair."""
    start, end = at.reach
    values = [one for one in at.claims if one.kind == kinds.VALUE and start <= one.start < end and one.value > 0]
    pairs = [
        (one, two)
        for one, two in pairwise(values)
        if _PAIR.match(at.text[one.end : two.start]) and _unit(one, two) and "spread" not in (one.bound, two.bound)
    ]
    return pairs[0] if len(pairs) == 1 and len(values) == 2 else None


def _unit(one: Claim, two: Claim) -> bool:
    return bool(two.unit) and (not one.unit or canonical(one.unit) == canonical(two.unit))


def _results(claim: Claim, one: Claim, two: Claim) -> list[float]:
    """The changes that two values give: from the first to the second, and the other way round."""
    a, b = one.value, two.value
    if claim.unit in ("%", "percent"):
        return [100 * abs(b - a) / a, 100 * abs(a - b) / b]
    return [max(a, b) / min(a, b), min(a, b) / max(a, b)]


def _say(at: Context, label: Label, reason: str, right: str = "") -> Verdict:
    return Verdict(claim=at.claim, label=label, rule=RULE, reason=reason, right=right)
