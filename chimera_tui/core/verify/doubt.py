"""Whether a text says plainly enough what a number is of for another number to be wrong."""

from __future__ import annotations

import re

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.cells import Cells
from chimera_tui.core.verify.context import Context, statistic_in
from chimera_tui.core.verify.names import plain
from chimera_tui.core.verify.rows import LONG_NAME, Rows

FILE_RULE = "file"
_PER = re.compile(r"\s?[A-Za-z]+/[A-Za-z]")
"""A unit that is not known: ``2194 embeddings/s``."""
SHARED = 4
"""Words between two numbers up to which a statistic is said of both."""


def certain(at: Context, rows: Rows, rule: str) -> bool:
    """Whether metric and rows are said so plainly that a mismatch is a contradiction."""
    if at.claim.bound == "spread" or at.claim.kind == kinds.RATIO or (not at.unit and _PER.match(at.after)):
        return False
    if (
        at.supposed
        or at.of_the_other
        or at.turned_from
        or (at.turned_to and not at.claim.bound)
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
    for one in () if at.in_row or at.claim.bound else reversed(earlier):
        between = at.text[one.end : start]
        if statistic_in(between):
            return True
        if len(between.split()) > SHARED or re.search(r":|\bof which\b", between):
            return False
        start = one.start
    return True


def of_one_row(cells: Cells, series_id: int, rows: Rows) -> bool:
    """Whether settings leave a single row: the best of one is no statistic."""
    return "=" in rows.said and all(cells.in_series((series_id,), one).height < 2 for one in rows.filters)


def is_called(path: str, said: str) -> bool:
    """Whether a file is named after one of the rows that the text names."""
    return any(len(name) >= LONG_NAME and name in plain(path) for name in said.split(", "))
