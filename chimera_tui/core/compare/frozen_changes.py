"""What changed between two saved runs: findings by their content key, verdicts by the number they judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from chimera_tui.core.compare.result import Change
from chimera_tui.core.inert import inert_line
from chimera_tui.core.report.saved import REPORT, read_json
from chimera_tui.core.verify.results.numbers import saved_numbers

FACTS = "facts.json"
LARGEST = 512_000_000
"""Bytes of a ``facts.json`` that are read: it holds a row for every file of the repository."""
_ABSENT = "absent"


def findings_of(folder: Path) -> dict[str, str] | None:
    """Key and statement of every frozen finding; None where there is no ``facts.json`` that can be read."""
    found = read_json(folder / FACTS, LARGEST).get("findings")
    if not isinstance(found, list):
        return None
    return {
        str(one["key"]): inert_line(str(one.get("statement", "")), 400)
        for one in found
        if isinstance(one, dict) and "key" in one
    }


def findings_changed(a: Sequence[Path], b: Sequence[Path]) -> tuple[tuple[Change, ...], tuple[Change, ...], int] | None:
    """Findings that appeared and vanished from A to B, and how many both have; None where a side has none frozen."""
    sides = [[found for folder in side if (found := findings_of(folder)) is not None] for side in (a, b)]
    if not all(sides):
        return None
    before, after = ({key: text for found in side for key, text in found.items()} for side in sides)
    appeared = tuple(Change(key, text) for key, text in after.items() if key not in before)
    vanished = tuple(Change(key, text) for key, text in before.items() if key not in after)
    return appeared, vanished, len(before.keys() & after.keys())


def verdicts_changed(a: Path, b: Path) -> tuple[Change, ...]:
    """Numbers of two judged reports whose verdict is not the same; a number that one text lacks is absent there."""
    before, after = _verdicts(a / REPORT), _verdicts(b / REPORT)
    if before is None or after is None:
        return ()
    return tuple(
        Change(key, after.get(key, before.get(key, ("", "")))[1], was, now)
        for key in dict.fromkeys([*before, *after])
        if (was := before.get(key, (_ABSENT, ""))[0]) != (now := after.get(key, (_ABSENT, ""))[0])
    )


def _verdicts(path: Path) -> dict[str, tuple[str, str]] | None:
    """Label and words of each judged number, by its kind, its text and how often that stood there before."""
    found = saved_numbers(path)
    if found is None:
        return None
    seen: Counter[str] = Counter()
    verdicts: dict[str, tuple[str, str]] = {}
    for one in found:
        key = f"{one.kind} {one.span}"
        seen[key] += 1
        right = f"; right: {one.right}" if one.right else ""
        verdicts[f"{key} {seen[key]}"] = (one.label, inert_line(f"{one.span}: {one.reason}{right}", 300))
    return verdicts
