"""Rule 9 and the names of configurations: processors, graphics cards, versions, sizes of models."""

from __future__ import annotations

import re

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.text.hardware import designation, is_gpu
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Source, Verdict
from chimera_tui.core.verify.words.context import Context

_PREVIOUS = re.compile(
    r"\be\.g\.|\b(?:such as|for example|like|alternativ\w*|consider\w*|upgrad\w*|compared? (?:to|with)|recommend\w*)\b",
    re.IGNORECASE,
)


_EXPECTED = re.compile(r"\W*(?:expected|estimated|would|could|should|may|might)\b", re.IGNORECASE)
PROSE = (".md", ".markdown")
"""Prose is asked about hardware only where no data names any."""


def judge_hardware(at: Context, facts: Facts) -> Verdict | None:
    """A named device or software version against those that the files name."""
    if at.claim.kind != kinds.HARDWARE:
        return None
    if at.claim.noun:
        return _software(at, facts)
    wanted = designation(at.claim.span)
    gpu = is_gpu(at.claim.span)
    same_sort = [one for one in facts.devices if is_gpu(one.name) == gpu]
    same_sort = [one for one in same_sort if not one.path.endswith(PROSE)] or same_sort
    for one in same_sort:
        if wanted and (wanted <= designation(one.name) or (designation(one.name) and designation(one.name) <= wanted)):
            return Verdict(
                claim=at.claim,
                label=SUPPORTED,
                rule="hardware",
                reason=f"{one.name} is named in {one.path}",
                sources=(Source(one.path, value=one.name),),
            )
    if same_sort and not _PREVIOUS.search(at.before) and not _EXPECTED.match(at.after):
        right = ", ".join(dict.fromkeys(one.name for one in same_sort[:3]))
        return Verdict(
            claim=at.claim,
            label=CONTRADICTED,
            rule="hardware",
            right=right,
            reason=f"the files name {right}, nowhere {at.claim.span}",
            sources=(Source(same_sort[0].path, value=right),),
        )
    return Verdict(claim=at.claim, label=UNVERIFIABLE, rule="hardware", reason="the files name no such device")


def _software(at: Context, facts: Facts) -> Verdict:
    name, _, version = re.sub(r"[*\"'`]", "", re.sub(r"[:=]", " ", at.claim.span)).rpartition(" ")
    version = re.sub(r"^[vV]", "", version)
    known = [
        one for one in facts.software if at.claim.noun in one[0].replace("_", " ").split() or at.claim.noun == one[0]
    ]
    for _, its, path in known:
        if its == version or its.startswith(version + "."):
            return Verdict(
                claim=at.claim,
                label=SUPPORTED,
                rule="software",
                reason=f"{name} {its} is named in {path}",
                sources=(Source(path, value=its),),
            )
    data = [one for one in known if not one[2].endswith(PROSE)]
    if data:
        return Verdict(
            claim=at.claim,
            label=CONTRADICTED,
            rule="software",
            right=data[0][1],
            reason=f"the data names {at.claim.noun} {data[0][1]}",
            sources=(Source(data[0][2], value=data[0][1]),),
        )
    return Verdict(claim=at.claim, label=UNVERIFIABLE, rule="software", reason="the files name no version of it")


ROUNDED = 0.05
"""Names of models round their number of parameters; a text may give it exactly."""


def judge_model_size(at: Context, facts: Facts) -> Verdict | None:
    """``1B``, ``270 million parameters`` against the names of models and files."""
    if at.claim.kind != kinds.CONFIG or at.claim.unit != "parameters":
        return None
    value = round(at.claim.value)
    families = [word.lower() for word in re.findall(r"[A-Za-z]{3,}", at.sentence)]
    known = facts.model_sizes
    family = next(
        (word for word in families if any(_of_family(word, name) for names in known.values() for name in names)), ""
    )
    names = [name for name in known.get(value, ()) if not family or _of_family(family, name)]
    if names:
        return Verdict(
            claim=at.claim,
            label=SUPPORTED,
            rule="name",
            reason=f"{names[0]} is of that size",
            same=len(names),
            sources=(Source(names[0]),),
        )
    near = next((name for size, its in known.items() if abs(size - value) <= ROUNDED * size for name in its), "")
    if near:
        reason = f"{near} names about that size"
        return Verdict(claim=at.claim, label=UNVERIFIABLE, rule="name", reason=reason, sources=(Source(near),))
    if family and (name := next((one for one in facts.sizeless if _of_family(family, one)), "")):
        reason = f"{name} does not name its size"
        return Verdict(claim=at.claim, label=UNVERIFIABLE, rule="name", reason=reason)
    if family:
        sizes = sorted(value for value, names in known.items() if any(_of_family(family, name) for name in names))
        right = ", ".join(f"{one / 1e9:g}B" if one >= 1e9 else f"{one / 1e6:g}M" for one in sizes)
        return Verdict(
            claim=at.claim,
            label=CONTRADICTED,
            rule="name",
            right=right,
            reason=f"the files know {family} in {right} only",
        )
    return Verdict(
        claim=at.claim, label=UNVERIFIABLE, rule="name", reason="no model of that size is named in the files"
    )


def _of_family(word: str, name: str) -> bool:
    return bool(re.match(rf"{re.escape(word)}\d*(?![a-z])", name.lower().rpartition("/")[2]))
