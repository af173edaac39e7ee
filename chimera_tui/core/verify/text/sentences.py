"""A line's sentences and clauses: how far a word reaches."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?<=[.!?।。])[\"”’)*]{0,3}\s+(?=[\"“‘(*`]{0,3}(?:[A-Z0-9\u0080-\uffff]|[a-z]+[\w.]*[-:]?\d)|`[a-z])"
)
_ABBREVIATION = re.compile(r"(?:\be\.g|\bi\.e|\bvs|\bapprox|\bcf|\bNo|\bFig|\bSec|\bDr|\bMr|\bca)\.$")


def sentences(text: str, start: int = 0) -> list[tuple[int, int]]:
    """Where the sentences of a line begin and end."""
    bounds = []
    at = start
    for found in _END.finditer(text, start):
        if _ABBREVIATION.search(text[at : found.start()].rstrip('"”’)*')):
            continue
        bounds.append((at, found.start()))
        at = found.end()
    bounds.append((at, len(text)))
    return bounds


def sentence_at(bounds: list[tuple[int, int]], place: int) -> tuple[int, int]:
    """The sentence in which a place is."""
    for start, end in bounds:
        if place < end:
            return start, end
    return bounds[-1]
