"""Rule 6: sizes of files, total, mean, largest, by kind; a kilobyte is 1000 bytes or 1024."""

from __future__ import annotations

import re

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.inventory import File
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Source, Verdict
from chimera_tui.core.verify.words.context import Context, kinds_in, statistic_in
from chimera_tui.core.verify.words.rows import entities_in

RULE = "size"
_ABOUT_FILES = re.compile(
    r"\b(?:file|dataset|data|repository|total|overall|combined|csv|json|markdown|"
    r"document)\w*\b.{0,40}\bsizes?\b|\bsizes? of\b|\bbytes\b|\bdisk\b|"
    r"\b(?:mean|average|median|typical|largest|biggest|smallest) (?:\w+ )?(?:files?|documents?)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:memory|ram|vram|model size|model_size|cache|batch|context|network|bandwidth|gpu|each|parameter)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\b(?:total|overall|combined|dataset|repository)\b", re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:together|altogether|combined|in total|in all|sum up)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every|whole|entire) (?:the )?(?:\d+ )?(?:files?|data|dataset|repository|documents)\b", re.IGNORECASE
)
_GOES_ON = re.compile(r"[;,]")
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}


def judge_size(at: Context, facts: Facts) -> Verdict | None:
    """A size of the files. None where the claim is no size, or the size of something else."""
    unit = at.unit.strip().lower()
    own = at.sentence if at.in_row else at.sentence[: at.claim.end - at.reach[0]] + at.words_after
    said = " ".join(
        dict.fromkeys((at.label, at.header, own.partition("of which")[0] if "of which" in at.after else own))
    )
    clause = at.before.rpartition(";")[2]
    in_bytes = at.claim.kind == kinds.SIZE or unit in ("bytes", "byte", "b")
    if not in_bytes or _OTHER.search(said) or not _ABOUT_FILES.search(said):
        return None
    if not (facts.inventory.known or facts.inventory.empty):
        return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason="no fact about sizes without the files")
    statistic = statistic_in(clause) or at.statistic
    if _TOGETHER.search(clause) or (not statistic and _WHOLE.search(said)):
        statistic = "sum"
    if _of_one(at) and (files := facts.inventory.named(at.file_mentions[0])):
        return _of_file(at, unit, files[0])
    named = (
        [] if _ALL.search(clause) else list(dict.fromkeys(kinds_in(clause) or kinds_in(at.before) or kinds_in(said)))
    )
    readings = _readings(facts, statistic, named)
    if not readings:
        return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason="which size is meant is not stated")
    for value, text in readings:
        for base in (1000.0, 1024.0):
            if agreement(at.claim, value / base ** _POWERS.get(unit[:1] if len(unit) > 1 else "", 0)):
                return _verdict(at, SUPPORTED, value, text)
    return _disagreeing(at, facts, unit, statistic, *readings[0])


def _of_one(at: Context) -> bool:
    """Whether a file is named that the size may be of: not one that the sentence goes on to behind it."""
    if not at.file_mentions or at.in_row or at.file_mentions[0] not in at.sentence:
        return bool(at.file_mentions)
    behind = _GOES_ON.split(at.words_after, maxsplit=1)[0]
    return at.file_mentions[0] in at.before + behind


def _disagreeing(at: Context, facts: Facts, unit: str, statistic: str, value: float, text: str) -> Verdict:  # noqa: PLR0917
    """The verdict where no reading agrees: a clone may have changed the sizes, another size may be meant."""
    shown = f"{value:,.0f} bytes"
    frozen = facts.inventory.frozen.total_bytes is not None
    if not frozen and statistic == "sum" and facts.blocks is not None and _close(at, unit, value):
        why = f"{text} now: {shown}; sizes were not frozen, and a clone changes line ends"
    elif statistic in ("min", "max") and facts.cells is not None and entities_in(at.sentence, facts.cells):
        why = f"{text}: {shown}; the text may speak of something else that has a size"
    elif statistic:
        return _verdict(at, CONTRADICTED, value, text)
    else:
        why = f"{text}: {shown}; which size is meant is not stated"
    return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason=why)


def _of_file(at: Context, unit: str, file: File) -> Verdict:
    for base in (1000.0, 1024.0):
        if agreement(at.claim, file.size / base ** _POWERS.get(unit[:1] if len(unit) > 1 else "", 0)):
            return _verdict(at, SUPPORTED, float(file.size), f"size of {file.path}")
    if _close(at, unit, float(file.size)):
        reason = f"{file.path} has {file.size:,} bytes now; a clone changes line ends"
        return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason=reason)
    return _verdict(at, CONTRADICTED, float(file.size), f"size of {file.path}")


def _close(at: Context, unit: str, value: float) -> bool:
    printed = at.claim.value * 1000.0 ** _POWERS.get(unit[:1] if len(unit) > 1 else "", 0)
    return abs(printed - value) <= 0.03 * value


def _readings(facts: Facts, statistic: str, named: list[str]) -> list[tuple[float, str]]:
    groups = [[kind] for kind in named] + ([named] if len(named) > 1 else []) if named else [[]]
    if len(named) > 1:
        groups.reverse()
    found = []
    for group in groups:
        sizes = (
            [size for kind in group for size in facts.inventory.sizes(kind)] if group else facts.inventory.sizes(None)
        )
        what = " and ".join(group) + " files" if group else "all files"
        names = (statistic,) if statistic else ("sum", "mean", "max")
        values = [(_statistic(sizes, name), f"{name} over {what}".replace("sum over", "total of")) for name in names]
        found += [(value, text) for value, text in values if value is not None]
    frozen = facts.inventory.frozen.total_bytes
    if not named and statistic in ("sum", "") and frozen is not None:
        found.insert(0, (float(frozen), "total of all files, as frozen"))
    return found


def _statistic(sizes: list[int], name: str) -> float | None:
    if name == "sum":
        return float(sum(sizes))
    if not sizes:
        return None
    ordered = sorted(sizes)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return {
        "mean": sum(sizes) / len(sizes),
        "max": float(ordered[-1]),
        "min": float(ordered[0]),
        "p50": float(median),
    }.get(name)


def _verdict(at: Context, label, value: float, text: str) -> Verdict:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return Verdict(
        claim=at.claim,
        label=label,
        rule=RULE,
        reason=f"{text}: {value:,.0f} bytes",
        reading=text,
        right="" if label == SUPPORTED else f"{value:,.0f} bytes",
        sources=(Source("the inventory", field=text, value=value, unit="bytes"),),
    )
