"""Numbers as cells hold them: with thousands separators, percent signs, units, spreads and escapes around them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_NUMBER = re.compile(
    r"^[*_~`]*([-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s±*_~`][^\d±*_~`]{0,15})?[*_~`]*$", re.ASCII
)
_THREE = re.compile(r"\d{3}(?:[eE]|$)")
COMMA_NUMBER = r"^\s*[-+]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+(?:[eE][-+]?[0-9]+)?\s*$"
"""A number with a decimal comma, in the words of both ``re`` and Polars."""
_COMMA = re.compile(COMMA_NUMBER)
_POINT = re.compile(r"\s*[-+]?\d*\.\d+(?:[eE][-+]?\d+)?\s*", re.ASCII)
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


def _with_point(digits: str) -> str:
    """``1,234.5`` and ``12,34,567`` have separators of thousands; the comma of ``12,5`` is the decimal one."""
    whole, _, fraction = digits.partition(",")
    if "," in fraction or "." in fraction or _THREE.match(fraction):
        return digits.replace(",", "")
    return f"{whole}.{fraction}"


def decimal_commas(cells: Iterable[str]) -> bool:
    """Whether the numbers of a table have decimal commas: some have a comma, and none a point without one."""
    found = False
    for cell in cells:
        if _COMMA.fullmatch(cell):
            found = True
        elif _POINT.fullmatch(cell):
            return False
    return found


def with_points(cell: str) -> str:
    """A number with a decimal comma, as in ``1.234,5``, with a decimal point; any other text as it is."""
    return cell.replace(".", "").replace(",", ".") if _COMMA.fullmatch(cell) else cell


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
        value = float(_with_point(found[1]) if "," in found[1] else found[1])
    except ValueError:
        return None
    return Number(value, None, (found[2] or "").strip()) if abs(value) < LARGEST else None
