"""What a table and its copy in another form both say, told once.

A copy whose values agree exactly is left out of the evidence before; one that was rounded, or written in another unit,
is only seen by what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.wording import listing, name

_TELLING = re.compile(r"\d[\d,]*\.\d+|\d{4,}")
_P_VALUE = re.compile(r"p [=<] [\d.]+")
"""Moves with the last digit of a value more than what is printed of the value itself."""
TELLING = 2
"""Numbers with a decimal point that two statements must share: counts agree by chance."""


def told_once(found: Iterable[Finding]) -> list[Finding]:
    """Findings of one file each whose words and numbers are the same but for the file are one, with all its sources."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for one in found:
        alike.setdefault(_what_it_says(one), []).append(one)
    return [_merged(sorted(group, key=_path)) for group in alike.values()]


def _what_it_says(one: Finding) -> tuple[object, ...]:
    paths = {source.path for source in one.sources}
    if len(paths) != 1:
        return (one.key, *sorted(paths))
    said = one.statement.replace(name(_path(one), 120), "\0").replace(name(_path(one)), "\0")
    if len(_TELLING.findall(said)) < TELLING:
        return (one.key, *paths)
    return one.kind, one.unit, one.n, _P_VALUE.sub("", said)


def _path(one: Finding) -> str:
    return one.sources[0].path if one.sources else ""


def _merged(group: list[Finding]) -> Finding:
    first, *others = group
    if not others:
        return first
    paths = sorted({_path(one) for one in others} - {_path(first)})
    caveat = f"{listing(paths, 3)} {'says' if len(paths) == 1 else 'say'} the same: a copy is no second measurement"
    return replace(
        first, caveats=(*first.caveats, *([caveat] if paths else [])),
        sources=tuple(dict.fromkeys(source for one in group for source in one.sources)),
    )  # fmt: skip
