"""Numbers that are changes and no values: "grows by 36 %", "12 ms faster", a column of differences."""

from __future__ import annotations

import re

from chimera_tui.core.verify.words.context import Context

_DIFFERENCE = re.compile(
    r"Δ|\bdelta\b|\bdiff(?:erence)?\b|\bvs\b|\bchange\b|\bimprovement\b|\bgain\b|\bspeed-?up\b|%\s*(?:better|faster)",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\bby[\s`*~≈]*(?:(?:about|around|roughly|approximately|only|just|up to|almost|nearly|another) )?$", re.IGNORECASE
)


_OF_TWO = re.compile(r"(\S.{0,40}?)\s*(?:/|÷|:|\bover\b)\s*(\S.{0,40})")


def is_ratio_head(at: Context) -> bool:
    """Whether the head of its column is one of two other columns by the other: ``B / A``."""
    found = _OF_TWO.fullmatch(at.header.strip("*` ")) if at.in_row else None
    others = [head.strip("*` ").lower() for place, head in enumerate(at.line.header) if place != at.column]
    names = found.groups() if found else ()
    return found is not None and all(
        any(re.match(rf"{re.escape(name.lower())}(?!\w)", head) for head in others) for name in names
    )


_APART = re.compile(
    r"\b(?:difference|gap)\b(?:[^.;:]|[.:](?=\w)){0,60}\b(?:is|was|of|amounts to)[\s`*~≈]*"
    r"(?:(?:only|just|about|a mere) )?$",
    re.IGNORECASE,
)


def is_gap(at: Context) -> bool:
    """Whether the words before a number say that two values are so far apart."""
    return not at.in_row and _APART.search(at.before) is not None


def is_difference(at: Context) -> bool:
    """Whether a value is a change, not a value: by its column's head or the words around it."""
    if at.in_row and (_DIFFERENCE.search(at.header) or is_ratio_head(at)):
        return True
    if _BY.search(at.before) or is_gap(at):
        return True
    return bool(
        re.match(
            r"\s*(?:faster|slower|higher|lower|more|less|better|worse|improvement|reduction|"
            r"increase|decrease|gain|drop|difference)\b",
            at.after,
        )
    )
