"""When a printed number and a value agree: the number's own precision decides, never a general percentage."""

from __future__ import annotations

import math

from chimera_tui.core.verify.claim import Claim

HEDGE_PART = 0.02
"""How far a hedged integer ("about 440") may be off."""
BOUND_PART = 0.1
"""How far above "over X" a value may be: much more is another statement."""
RELATIVE = 1e-12
_SLACK = 1e-9


def half_width(claim: Claim, value: float) -> float:
    """The tolerance around the printed number, in the printed unit."""
    width = max(0.5 * 10.0**-claim.decimals, RELATIVE * abs(value))
    return width * (1 + _SLACK) + abs(value) * 1e-15


def agreement(claim: Claim, value: float | None) -> str:
    """How ``value``, in the printed unit, agrees: ``printed``, ``truncated``, ``hedged``, ``bound`` or not at all."""
    if value is None or not math.isfinite(value):
        return ""
    printed = claim.value
    if claim.hedge in ("over", "under"):
        return _bounded(claim, value)
    if abs(printed - value) <= half_width(claim, value):
        return "printed"
    if _truncated(claim, value):
        return "truncated"
    if claim.hedge == "about" and claim.decimals <= 0 and abs(printed - value) <= HEDGE_PART * abs(value):
        return "hedged"
    return ""


def _truncated(claim: Claim, value: float) -> bool:
    """Whether the value's further digits were cut off instead of rounded."""
    printed, step = claim.value, 10.0**-claim.decimals
    if claim.decimals < 0 or not printed or printed * value < 0 or value == round(value, claim.decimals):
        return False
    return 0 < abs(value) - abs(printed) < step * (1 - _SLACK)


def _bounded(claim: Claim, value: float) -> str:
    above = value - claim.value if claim.hedge == "over" else claim.value - value
    if abs(above) <= half_width(claim, value):
        return "printed"
    return "bound" if 0 <= above <= BOUND_PART * abs(claim.value) else ""


def interval(claim: Claim) -> tuple[float, float]:
    """The values that would agree, truncations and hedges included; for a search before the exact test."""
    width = 10.0**-claim.decimals * (1 + _SLACK) + abs(claim.value) * 1e-11
    if claim.hedge == "about" and claim.decimals <= 0:
        width = max(width, abs(claim.value) * HEDGE_PART * 1.05)
    if claim.hedge in ("over", "under"):
        width = max(width, abs(claim.value) * BOUND_PART * 1.05)
    return claim.value - width, claim.value + width
