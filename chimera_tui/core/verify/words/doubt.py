"""Whether a text says plainly enough what a number is of for another number to be wrong."""

from __future__ import annotations

import re

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.text.names import plain
from chimera_tui.core.verify.words.context import Context, statistic_in
from chimera_tui.core.verify.words.rows import LONG_NAME, Rows

FILE_RULE = "file"
FARTHEST = 2000.0
"""Between a number and the values that may refute it."""
_PER = re.compile(r"\s?[A-Za-z]+/[A-Za-z]")
"""A unit that is not known: ``2194 embeddings/s``."""
_AND = re.compile(r"(?:,|\b(?:and|against))\s*(?:only |just )?$")
SHARED = 4
"""Words between two numbers up to which a statistic is said of both."""
_SUPPOSED = re.compile(
    r"\b(?:would|could|might|may|expect(?:ed|s)?|estimated?|project(?:ed|s)?|extrapolat\w+|suppos\w+|assum\w+|presumably"
    r"|theoretical\w*|hypothetical\w*|should|will)\b(?:[^.;:,()]|\.\d)*$",
    re.IGNORECASE,
)
_RANKED = re.compile(
    r"\b(?:is|are|was|were|remains?|stays?)(?: \w+ly| by far| the| still| again| also)*? "
    r"(?:slowest|fastest|best|worst)\b"
    r"|\b(?:best|highest|peak|top|fastest|lowest|slowest|worst)\b[^.;:,]{0,40}\b(?:achieved|reached|obtained|found|seen|"
    r"measured|observed|recorded|delivered) (?:with|by|for|in|using|under)\b[^.;:]{0,60}$",
    re.IGNORECASE,
)
"""It is the row that is said to be best or slowest: its number may be any that ranks it."""
_TURNED_TO = re.compile(r"\bfrom [^;:]{1,40}\bto[\s`*~≈]*(?:(?:about|around|roughly|only) )?$", re.IGNORECASE)
_OTHER_ONE = re.compile(
    r"\b(?:the|that|its|an?|this)(?: [\w.-]+){0,3} (?:ones?|others?|latter|former|rest|remaining|counterparts?)\b"
    r"|\b(?:the|an?)? ?(?:others?|latter|former|rest)\b",
    re.IGNORECASE,
)


_PER_THING = re.compile(r"\bper (?!s\b|sec|min|hour|request|token|call|run)\w", re.IGNORECASE)
"""A quantity by something that no field has: ``tok/s per GB``."""


def of_another_size(at: Context, values: list[float]) -> bool:
    """Whether a number is so far from all values that it is of something else: the size of a model and of a toy."""
    x = abs(at.claim.value)
    return bool(x) and all(not x / FARTHEST <= abs(one) <= x * FARTHEST for one in values)


def per_thing(at: Context) -> bool:
    """Whether a column holds a quantity by something that no field has."""
    return at.in_row and at.unit != "$" and _PER_THING.search(at.header) is not None


def supposed(at: Context) -> bool:
    """Whether nobody measured it: ``it would take 95 s``."""
    return not at.in_row and bool(_SUPPOSED.search(at.before))


def of_the_other(at: Context) -> bool:
    """Whether it is of something that only a pronoun names: ``the default one``."""
    if at.in_row:
        return False
    return bool(_OTHER_ONE.search(at.own_words)) or re.match(r"\s*there\b", at.after) is not None


def ranked(at: Context) -> bool:
    """Whether what the words name is said to be the best: the number may be its mean as well."""
    return bool(_RANKED.search(at.own_words))


def turned_to(at: Context) -> bool:
    """Whether it is what something else turned into: the two are of different rows."""
    return bool(_TURNED_TO.search(at.before))


def certain(at: Context, rows: Rows, rule: str) -> bool:
    """Whether metric and rows are said so plainly that a mismatch is a contradiction."""
    if (
        at.claim.bound == "spread"
        or at.claim.kind == kinds.RATIO
        or per_thing(at)
        or (not at.unit and _PER.match(at.after))
    ):
        return False
    if (
        supposed(at)
        or of_the_other(at)
        or at.turned_from
        or (turned_to(at) and not at.claim.bound)
        or at.other_side
        or at.is_whole
    ):
        return False
    if rule == FILE_RULE:
        return bool(at.unit or at.claim.decimals > 0 or (at.in_row and at.header))
    plainly = at.unit or at.label or (at.in_row and at.header)
    return bool(rows.sure and plainly and (at.claim.digits >= 2 or at.claim.decimals > 0))


def said_of_it(at: Context) -> bool:
    """Whether the statistic is said of this number and not of one before it in the sentence."""
    start = at.claim.start
    earlier = [one for one in at.claims if at.reach[0] <= one.start < start]
    if at.claim.bound and earlier:
        between = at.text[earlier[-1].end : start]
        return bool(statistic_in(between)) or len(between.split()) <= SHARED
    for one in () if at.in_row else reversed(earlier):
        between = at.text[one.end : start]
        if statistic_in(between):
            return True
        if len(between.split()) > SHARED or re.search(r":|\bof which\b", between):
            return False
        start = one.start
    return True


def listed(before: str) -> bool:
    """Whether the next number follows right after the one before it: nothing between is said of it."""
    return bool(_AND.search(before))


def statistic_of_list(at: Context) -> str:
    """The statistic that is said of a list of values, of which this is one: ``the mean is 1 s for A and 2 s for B``."""
    start = at.claim.start
    earlier = [one for one in at.claims if at.reach[0] <= one.start < start and one.kind == at.claim.kind]
    for one in () if at.in_row else reversed(earlier):
        between = at.text[one.end : start]
        if len(between.split()) > SHARED or re.search(r"[.;:](?:\s|$)", between) or not listed(between):
            return ""
        start = one.start
        if found := statistic_in(at.text[at.reach[0] : start].rpartition(",")[2][-60:]):
            return found
    return ""


def of_one_row(cells: Cells, series_id: int, rows: Rows) -> bool:
    """Whether settings leave a single row: the best of one is no statistic."""
    return "=" in rows.said and all(cells.in_series((series_id,), one).height < 2 for one in rows.filters)


def is_called(path: str, said: str) -> bool:
    """Whether a file is named after one of the rows that the text names."""
    return any(len(name) >= LONG_NAME and name in plain(path) for name in said.split(", "))
