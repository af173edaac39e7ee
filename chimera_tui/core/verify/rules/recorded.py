"""Numbers that the files record beside the measurements, as they were set: prompts, threads, memory of the host."""

from __future__ import annotations

import re

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context, words_of
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.nearness import Nearness, nearness
from chimera_tui.core.verify.words.rows import settings_by_name

RULE = "setting"
_UNITS = frozenset(("s", "ms", "gb", "gib", "mb", "mib", "kb", "w", "c", "mhz", "ghz", "tokens", "bytes"))
_SMALL = frozenset(("n", "num", "number", "of", "count", "max", "total", "size", "per", "the", "a"))
_COUNTED = ("requests", "samples", "threads", "cores")
_FAR = 8
_CAME = re.compile(
    r"\b(?:files?|folders?|fail\w*|pass\w*|succe\w+|complet\w+|deliver\w*|timed out|time-?outs?|crash\w*|error\w*|"
    r"exceed\w*|reject\w*|abort\w*|finish\w*)\b",
    re.IGNORECASE,
)
"""What came of runs, and things that are no part of a run."""
_SOME = re.compile(r"\b(?:only|other|remaining|first|last|next)\W*$", re.IGNORECASE)
"""Words before a count of some of them."""


def is_setup(at: Context) -> bool:
    """Whether a count says how something was set up, not what came of it: ``10 timed runs``, not ``3 runs passed``."""
    if (
        at.claim.value < 2
        or at.claim.kind != kinds.COUNT
        or at.in_row
        or at.claim.bound
        or at.claim.partner
        or "of" in at.claim.noun.split()
    ):
        return False
    return not _CAME.search(at.after[:60]) and not _SOME.search(at.before)


def judge_recorded(at: Context, cells: Cells) -> Verdict | None:
    """Supported where the words beside a number are the name of a factor that has this value; never contradicted."""
    if at.claim.kind not in (kinds.VALUE, kinds.COUNT, kinds.SIZE) or at.claim.hedge in ("over", "under"):
        return None
    near = nearness(at, vocabulary(cells))
    said = _words(at, near)
    for name, values in settings_by_name(cells).items():
        words = [word for word in normalised(name).split("_") if word not in _SMALL]
        unit = words[-1] if words and words[-1] in _UNITS else ""
        if at.claim.unit and at.claim.unit.lower() not in (unit, *_COUNTED):
            continue
        if at.claim.kind == kinds.COUNT and normalised(at.claim.noun) == f"{normalised(name)}s":
            continue  # so many values, not the value
        telling = {_one(word) for word in words if word not in _UNITS} or {_one(word) for word in words}
        if telling and telling <= said:
            fit = next((value for value in values if agreement(at.claim, value)), None)
            if fit is not None and _of_the_named(near, values[fit]):
                reason = f"{name} is {fit:g} in the configurations of the data"
                source = Source("the configurations in the data", field=name, value=fit)
                return Verdict(
                    claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, unscoped=True, sources=(source,)
                )  # fmt: skip
    return None


def _of_the_named(near: Nearness, configs: frozenset[int]) -> bool:
    """Whether any rows that the sentence names are set up so, where it names any."""
    named = [one.groups for one in near.known.mentions(near.at.sentence) if one.groups and not one.setting]
    groups = {group for one in configs for group in near.known.by_config.get(one, ())}
    return not named or any(not one.isdisjoint(groups) for one in named)


def _words(at: Context, near: Nearness) -> set[str]:
    """The words right beside a number, each in the singular."""
    own = [at.header, at.cells[0] if at.cells and at.column else ""] if at.in_row else [at.claim.noun, at.claim.unit]
    text = " ".join([*words_of(near.lead)[-_FAR:], *(word for one in own for word in words_of(one))])
    text = text.replace("warm up", "warmup")
    return {_one(word) for word in [*text.split(), *words_of(near.tail)[:3]]}


def _one(word: str) -> str:
    return re.sub(r"(?<=[a-z]{3})s$", "", word)
