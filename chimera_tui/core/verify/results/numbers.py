"""Judged numbers of a saved report, from a check made now or from the ``verdicts.json`` of its run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from chimera_tui.core.verify.results.listing import row
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Check, Label, Source

NAME = "verdicts.json"
LARGEST = 64_000_000


class JudgedNumber(msgspec.Struct, frozen=True):
    """One row of ``verdicts.json``: ``line`` counts from 1, ``start`` and ``end`` are offsets in that line."""

    line: int
    start: int
    end: int
    span: str
    label: Label
    kind: str = ""
    rule: str = ""
    reason: str = ""
    right: str | None = None
    sources: tuple[Source, ...] = ()
    reading: str | None = None
    scope: str | None = None


class _Document(msgspec.Struct):
    claims: tuple[JudgedNumber, ...]


class Counts(NamedTuple):
    """How many numbers were judged, and how."""

    claims: int
    supported: int
    contradicted: int
    unverifiable: int


def numbers_of(check: Check) -> tuple[JudgedNumber, ...]:
    """The numbers of a check made now."""
    return tuple(msgspec.convert(row("", one), JudgedNumber) for one in check.verdicts)


def saved_numbers(report: Path) -> tuple[JudgedNumber, ...] | None:
    """The numbers that were judged when a report was saved; None where nothing of the kind can be read."""
    path = report.with_name(NAME)
    try:
        if path.stat().st_size > LARGEST:
            return None
        return msgspec.json.decode(path.read_bytes(), type=_Document).claims
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None


def counts(numbers: Iterable[JudgedNumber]) -> Counts:
    """How many of the numbers have each label."""
    labels = [one.label for one in numbers]
    return Counts(len(labels), *(labels.count(label) for label in (SUPPORTED, CONTRADICTED, UNVERIFIABLE)))


def line_starts(text: str) -> list[int]:
    """Where each line of a text begins once its line ends are newlines; a byte order mark counts as a character."""
    base = 1 if text.startswith("\ufeff") else 0
    starts = [base]
    for line in text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts
