"""Sums of what files count: ``13,632 prompts were sent``, ``24 failed``, where a field's own name is said.

Only ever supports: over which rows a text sums is seldom said outright.
"""

from __future__ import annotations

import re

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.readings import COUNTED, Reading, chance, computed
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context, words_of
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.singled_out import groups_of

RULE = "total"
MOST_CHANCE = 0.08
_COUNTING = frozenset(("num", "n", "total", "count", "sum", "number", "of", "nr"))
_CLAUSE = re.compile(r"[,;:(]|\b(?:and|but|while)\b")
_EACH = re.compile(r"\b(?:each|every|per|average|mean|median)\b", re.IGNORECASE)


def judge_total(at: Context, cells: Cells) -> Verdict | None:
    """Supported where the field that the words beside the number name has this sum, over all rows or those named."""
    if at.in_row or at.claim.kind not in (kinds.COUNT, kinds.VALUE) or at.claim.decimals > 0 or at.claim.value < 10:
        return None
    if _EACH.search(at.sentence):
        return None
    known = vocabulary(cells)
    series = _counted(at, cells)
    if not known.known or not series:
        return None
    whole = named = groups_of(cells, known, series)
    for one in known.mentions(at.sentence):
        named = named & one.groups or named
    readings = [
        Reading(value, one, file_id, -1, value, "sum")
        for groups in dict.fromkeys((named, whole))
        for one in series
        for value, file_id, _ in computed(cells, one, groups, "sum")
    ]
    fit = next((one for one in readings if agreement(at.claim, one.value)), None)
    if fit is None or chance(at, readings) > MOST_CHANCE:
        return None
    field = cells.series[fit.series_id].field
    return Verdict(
        claim=at.claim, label=SUPPORTED, rule=RULE, reason=f"sum of {field} over the rows named: {fit.value:,.0f}",
        reading=field, sources=(Source(cells.path(fit.file_id), field=f"sum of {field}", value=fit.value),),
    )  # fmt: skip


def _counted(at: Context, cells: Cells) -> tuple[int, ...]:
    """The series of counts whose own name stands in the claim's clause, those with the longest name."""
    own = f"{_CLAUSE.split(at.words_before)[-1]} {at.claim.noun} {at.unit} {_CLAUSE.split(at.words_after)[0]}"
    said = frozenset(map(_singular, words_of(own)))
    names = _names(cells)
    found = {one: len(name) for word in said for name, ids in names.get(word, ()) if name <= said for one in ids}
    longest = max(found.values(), default=0)
    return tuple(sorted(one for one, n in found.items() if n == longest))


Name = frozenset[str]


def _names(cells: Cells) -> dict[str, list[tuple[Name, list[int]]]]:
    """The names of what is counted, as sets of words without those that only say so, by one of their words."""
    if "counted names" not in cells.memo:
        ids: dict[Name, list[int]] = {}
        for one in cells.series.values():
            if one.unit in ("", *COUNTED) and one.stat in ("value", "sum"):
                words = normalised(one.field.rpartition(".")[2]).split("_")
                ids.setdefault(frozenset(map(_singular, words)) - _COUNTING, []).append(one.series_id)
        found: dict[str, list[tuple[Name, list[int]]]] = {}
        for name, its in ids.items():
            if name:
                found.setdefault(min(name), []).append((name, its))
        cells.memo["counted names"] = found
    return cells.memo["counted names"]  # type: ignore[return-value]


def _singular(word: str) -> str:
    return word.rstrip("s")
