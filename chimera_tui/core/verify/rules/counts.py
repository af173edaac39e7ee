"""Rule 5: counts and shares of files, against the right target and the right whole."""

from __future__ import annotations

import re

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.inventory import KIND_WORDS
from chimera_tui.core.verify.rules.countable import (
    FACTOR,
    HEADINGS,
    KIND,
    OTHER,
    PATTERN,
    Subject,
    kind_behind,
    kind_subject,
    pattern_in,
)
from chimera_tui.core.verify.rules.qualified import unsure
from chimera_tui.core.verify.rules.subjects import subject_of
from chimera_tui.core.verify.text.names import plain
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Source, Verdict
from chimera_tui.core.verify.words.context import Context, kinds_in

COUNTS, SHARES = "count", "share"
_ELSEWHERE = re.compile(
    r"\b(?:configured|designed|able|capable|simulat\w+|generat\w+|would|could|up to|"
    r"expected|planned|per (?:run|model|day|second|minute)|each)\b",
    re.IGNORECASE,
)
_OF_SIZE = re.compile(r"\b(?:size|bytes|storage|volume|disk)\b", re.IGNORECASE)
_SAVING = re.compile(
    r"\W*(?:\w+ )?(?:savings?|reduction|improvement|increase|decrease|compression|"
    r"smaller|faster|slower|less|growth|gain|success|failure|accuracy)\b",
    re.IGNORECASE,
)
_NEXT_KIND = re.compile(
    r"\W*(?:of )?(?:the |all |its )*(?:total )?(?:files?|data|dataset)?\W*(?:in|as)?\W*([A-Za-z]+)\b"
    r"(?: (?:files?|format|documents?))?"
)
_CLAUSE = re.compile(r"[,;:]|\b(?:but|and|while|whereas)\b")
_OF_ALL = re.compile(
    r"\s*(?:of )?(?:the |all |its )*(?:total )?"
    r"(?:data|files?|dataset|documents|repository|bytes|volume|storage|inventory|collection)\b",
    re.IGNORECASE,
)
_TOP = re.compile(r"\b(?:top|largest|biggest)\s+(\d+(?:\.\d+)?)\s?%.*?(\d+(?:\.\d+)?)\s?%", re.IGNORECASE)


def judge_count(at: Context, facts: Facts) -> Verdict | None:  # noqa: PLR0911 - one way to read it a line
    """A number of files (or kinds, or headings). None where the claim counts nothing of the inventory."""
    if at.claim.kind not in (kinds.COUNT, kinds.VALUE) or at.claim.unit or at.claim.decimals > 0:
        return None
    if at.claim.bound == "of":
        return _whole(at, facts)
    subject = subject_of(at, facts)
    if subject is None:
        return None
    if subject.what in (OTHER, FACTOR) and (names := unknown_names(at, facts)):
        return Verdict(
            claim=at.claim,
            label=CONTRADICTED,
            rule="name",
            reason=f"nothing in the files is called {', '.join(names)}",
            right="0",
        )
    if subject.what == OTHER:
        return (
            None if at.claim.noun in ("metrics", "samples") else _unknown(at, COUNTS, f"no fact counts {subject.shown}")
        )
    if not subject.counts:
        return _unknown(at, COUNTS, f"no fact counts {subject.shown} without the repository")
    return _against(at, facts, subject)


_MEMBER = re.compile(r"\b([A-Za-z][A-Za-z0-9.]*\d[A-Za-z0-9.]*)[-:_ ](\w[\w.-]*)")


def unknown_names(at: Context, facts: Facts) -> list[str]:
    """Names of a known family that follow the count, one for each counted, none of which the files know."""
    if facts.cells is None:
        return []
    known = [*facts.cells.entities, *(plain(one.path) for one in facts.inventory.files)]
    found = []
    for member in dict.fromkeys(
        one.group(0) for one in _MEMBER.finditer(at.after) if "-" in one.group(0) or ":" in one.group(0)
    ):
        stem = plain(re.split(r"[-:_ ]", member)[0])
        if any(stem in name for name in known) and not any(plain(member) in name for name in known):
            found.append(member)
    return found if len(found) == at.claim.value and len(found) > 1 else []


def _against(at: Context, facts: Facts, subject: Subject) -> Verdict:
    where = _where(facts, subject)
    right = next((one for one in subject.counts if agreement(at.claim, float(one))), None)
    source = (
        Source(
            subject.paths[0] if subject.paths else where,
            field=subject.shown,
            value=(subject.counts[0] if right is None else right),
        ),
    )
    if right is not None:
        if subject.what == FACTOR and at.claim.value < 2:
            return _unknown(at, COUNTS, "too small a number to tell")
        return Verdict(
            claim=at.claim,
            label=SUPPORTED,
            rule=COUNTS,
            reason=f"{where}: {subject.shown}: {right:,}",
            reading=subject.shown,
            sources=source,
        )
    if not subject.sure or subject.what == FACTOR:
        return _unknown(at, COUNTS, f"{subject.shown}: {subject.counts[0]:,}, but others may be meant")
    if _is_part(at, subject):
        return _unknown(at, COUNTS, f"{subject.shown}: {subject.counts[0]:,}; which of them are meant is not a fact")
    if _ELSEWHERE.search(at.before[-60:]) and subject.what != PATTERN:
        return _unknown(at, COUNTS, "not said of the files that were analysed")
    shown = " or ".join(f"{one:,}" for one in subject.counts)
    return Verdict(
        claim=at.claim,
        label=CONTRADICTED,
        rule=COUNTS,
        reason=f"{where}: {subject.shown}: {shown}",
        right=shown,
        reading=subject.shown,
        sources=source,
    )


_PART = re.compile(
    r"\s*of (?:the|these|those|its|our)\s+(?P<whole>.{1,80}?)\s+(?:are|is|were|was|have|has|had|use[ds]?|contain\w*|"
    r"holds?|shows?|reports?|records?|comes?|belongs?|covers?)\b",
    re.IGNORECASE,
)


def _is_part(at: Context, subject: Subject) -> bool:
    """Whether the subject is the whole that some are said to be of: ``four of the JSON files in runs/ are empty``."""
    found = _PART.match(at.after)
    if not found or at.claim.value > max(subject.counts):
        return False
    whole, rest = found["whole"], at.after[found.end() :]
    if subject.what == KIND:
        return subject.kind in kinds_in(whole) and not kinds_in(rest)
    return subject.what == PATTERN and bool(re.search(r"[`\"“/]", whole)) and not re.search(r"[`\"“]", rest)


def _whole(at: Context, facts: Facts) -> Verdict:
    total = facts.inventory.total
    if total is not None and agreement(at.claim, float(total)):
        return Verdict(
            claim=at.claim,
            label=SUPPORTED,
            rule=COUNTS,
            reason=f"all files: {total:,}",
            sources=(Source(_where(facts, subject=None), value=total),),
        )
    named = subject_of(at, facts)
    if named is not None and named.counts and named.what != OTHER:
        return _against(at, facts, named)
    return _unknown(at, COUNTS, "what this is the whole of is not stated")


def judge_share(at: Context, facts: Facts) -> Verdict | None:
    """A share of the files, or of their bytes."""
    in_percent = at.in_row and at.claim.kind == kinds.VALUE and at.unit in ("%", "percent")
    if not (at.claim.kind == kinds.SHARE or in_percent) or not facts.inventory.total or _SAVING.match(at.after):
        return None
    if verdict := _top(at, facts):
        return verdict
    subject = _share_subject(at, facts)
    if subject is None or subject.what in (OTHER, HEADINGS) or not subject.counts:
        return None
    total = facts.inventory.total
    readings = [(100.0 * one / total, f"{one:,} of {total:,} files") for one in subject.counts]
    if _OF_SIZE.search(at.sentence) and (size := sum(facts.inventory.sizes(None))) and subject.what == KIND:
        part = sum(facts.inventory.sizes(subject.kind))
        readings.append((100.0 * part / size, f"{part:,} of {size:,} bytes"))
    fit = next(((value, text) for value, text in readings if agreement(at.claim, value)), None)
    shown = fit or readings[0]
    reason = f"{subject.shown}: {shown[1]}, {shown[0]:.1f} %"
    source = (Source(_where(facts, subject), field=subject.shown, value=round(shown[0], 2), unit="%"),)
    if fit:
        return Verdict(
            claim=at.claim, label=SUPPORTED, rule=SHARES, reason=reason, reading=subject.shown, sources=source
        )
    if not subject.sure:
        return _unknown(at, SHARES, reason)
    return Verdict(
        claim=at.claim,
        label=CONTRADICTED,
        rule=SHARES,
        reason=reason,
        right=f"{shown[0]:.1f} %",
        reading=subject.shown,
        sources=source,
    )


def _share_subject(at: Context, facts: Facts) -> Subject | None:  # noqa: PLR0911 - one way to read it a line
    beside = next((one for one in at.claims if at.claim.partner == (one.start, one.end)), None)
    if beside is not None and beside.kind in (kinds.COUNT, kinds.VALUE):
        found = subject_of(Context(at.line, beside, at.claims), facts)
        if found is not None and found.what != OTHER:
            return found
    if behind := kind_behind(at, facts):
        return behind
    found = subject_of(at, facts)
    if found is not None and found.what in (KIND, PATTERN):
        return found
    near = _NEXT_KIND.match(at.after)
    if near and near[1].lower() in KIND_WORDS:
        return kind_subject(facts, KIND_WORDS[near[1].lower()])
    before = set(kinds_in(_CLAUSE.split(at.before)[-1]) or kinds_in(at.before))
    after = at.after[:120].lstrip(")]* ")
    if _OF_ALL.match(after):
        own = kinds_in(_CLAUSE.split(after)[0])
        if named := own or (list(before) if len(before) == 1 else kinds_in(after)):
            return kind_subject(facts, named[0])
        return pattern_in(facts, after) or pattern_in(facts, at.before)
    alike = [one for one in at.claims if one.kind == kinds.SHARE and at.reach[0] <= one.start < at.reach[1]]
    if len(before) == 1 and any(_OF_ALL.match(at.text[one.end :]) for one in alike):
        return unsure(kind_subject(facts, *before))
    return None


def _top(at: Context, facts: Facts) -> Verdict | None:
    """The top ten per cent of the files hold over half of the bytes."""
    found = _TOP.search(at.sentence)
    sizes = sorted(facts.inventory.sizes(None), reverse=True)
    if not found or not _OF_SIZE.search(at.sentence) or not sum(sizes):
        return None
    part = float(found[1])
    biggest = max(1, round(len(sizes) * part / 100))
    share = 100.0 * sum(sizes[:biggest]) / sum(sizes)
    other = next(
        (one for one in at.claims if abs(one.value - float(found[2])) < 1e-9 and one.kind == kinds.SHARE), at.claim
    )
    label = SUPPORTED if agreement(other, share) else CONTRADICTED
    return Verdict(
        claim=at.claim,
        label=label,
        rule=SHARES,
        reason=f"the {biggest} largest files hold {share:.1f} % of the bytes",
        right="" if label == SUPPORTED else f"{share:.1f} %",
        sources=(Source("the inventory", value=round(share, 2), unit="%"),),
    )


def _from_blocks(facts: Facts, subject: Subject) -> bool:
    return facts.blocks is not None and subject.what not in {PATTERN, HEADINGS}


def _where(facts: Facts, subject: Subject | None) -> str:
    """What a count is looked up in; ``subject`` is None for all files."""
    from_blocks = (
        facts.blocks is not None
        and facts.blocks.total is not None
        and (subject is None or _from_blocks(facts, subject))
    )
    return "the report's own data summary" if from_blocks else "the inventory"


def _unknown(at: Context, rule: str, reason: str) -> Verdict:
    return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=rule, reason=reason)
