"""Numbers as cells hold them: with thousands separators, percent signs, units, spreads and escapes around them."""

import re
from typing import NamedTuple

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_NUMBER = re.compile(
    r"^[*_~`]*([-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s±*_~`][^\d±*_~`]{0,15})?[*_~`]*$", re.ASCII
)
MISSING = frozenset(
    ("", "-", "--", "—", "–", "na", "n/a", "nan", "null", "none", "nil", "?", "inf", "-inf", "infinity", "+inf", "#n/a")
)
"""Cells, in lower case, that hold no number where one belongs."""


LARGEST = 1e100
"""Nothing measured is larger; what is would overflow the statistics."""


class Number(NamedTuple):
    """A number read from text, its spread where the text has ``±``, and its unit where the text has one."""

    value: float
    spread: float | None = None
    unit: str = ""


def without_escapes(text: str) -> str:
    """Text without terminal escape sequences."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


def number_in(text: str) -> Number | None:
    """The number that a cell holds; None for a cell that holds none, NaN or an infinity."""
    text = without_escapes(text).strip()
    if text.lower() in MISSING:
        return None
    left, sign, right = text.partition("±") if "±" in text else text.partition("+/-")
    if sign:
        centre, around = number_in(left), number_in(right)
        return (
            Number(centre.value, around.value if around else None, (around.unit if around else "") or centre.unit)
            if centre
            else None
        )
    found = _NUMBER.match(text)
    if found is None:
        return None
    try:
        value = float(found[1].replace(",", ""))
    except ValueError:
        return None
    return Number(value, None, (found[2] or "").strip()) if abs(value) < LARGEST else None
