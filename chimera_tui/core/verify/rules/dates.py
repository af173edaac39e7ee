"""Rule 7: dates of the report, of the files' last changes, of the collection of the data."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label, Source, Verdict
from chimera_tui.core.verify.words.context import Context, kinds_in

RULE = "date"
_OWN = re.compile(
    r"^\W*(?:report )?(?:date|prepared on|generated(?: on)?|published|report generated|"
    r"date of (?:the )?report|prepared|issued|last (?:updated|revised)|updated|revised)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:modif\w+|last[ -](?:updat|chang|edit|touch)\w*|latest (?:updat|chang|edit)\w*|"
    r"timeline|recent activity|(?<!:)latest|most recent|newest|dates? (?:from|back))\b",
    re.IGNORECASE,
)
_FILES_CHANGE = re.compile(r"\b(?:updat|chang|edit|add|creat)\w*\b", re.IGNORECASE)
_FILES = re.compile(r"\b(?:files?|dataset|data|repository|documents?|csv|json|markdown)\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d\d?):(\d\d)(?::(\d\d))?")
_SPREAD = re.compile(
    r"\b(?:concentrat\w+|majority|most (?:of|files)|bulk|distribut\w+|cluster\w*|"
    r"frequen\w+|mainly|primarily|many|half|average|predominantly)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?:most recent|newest|latest|newest|last)\b", re.IGNORECASE)
_COLLECTED = re.compile(
    r"\b(?:collected|gathered|(?:was|were|been) run|^\W*run on|committed|commit|dated|"
    r"(?:was|were) (?:generated|made|produced|obtained|logged|evaluated)|"
    r"measured|recorded|ran|executed|performed|conducted|captured|benchmarked|taken|"
    r"^\W*(?:test|benchmark|measurement)(?:ing)? (?:window|period))\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:start(?:s|ed)?|began|begins?|founded|launch\w*|releas\w+|scheduled|due|planned|bought|purchased|hired|joined|"
    r"will|next)\b[^.;:]{0,40}$",
    re.IGNORECASE,
)
"""What is no change of a file, right before the date of it."""
_CYCLE = re.compile(r"\b(?:every|frequency|interval|cycle|cadence|update\w*|modif\w+)\b", re.IGNORECASE)


def judge_date(at: Context, facts: Facts) -> Verdict | None:  # noqa: PLR0911 - one way to read it a line
    """A date, or a period of changes in days."""
    if at.claim.kind != kinds.DATE:
        return _period(at)
    span = _days(at, max(facts.inventory.latest.values()).year if facts.inventory.latest else 0)
    if span is None:
        return _say(at, UNVERIFIABLE, "not a whole date")
    if _OWN.match(at.label) or (_OWN.match(at.text.strip("*_ ")) and len(at.text) < 60):
        return _own(at, facts, span)
    said = f"{at.line.heading if at.in_row else ''} {' '.join(at.line.parents)} {at.header} {at.sentence}"
    if _COLLECTED.search(_clause(at)) and not re.search(
        r"\bmodif", at.sentence[: at.claim.start - at.reach[0]][-60:], re.IGNORECASE
    ):
        return _collection(at, facts, span)
    if _SPREAD.search(
        f"{at.line.heading if at.in_row else ''} {' '.join(at.line.parents)} {at.header} {at.before}"
    ) and not re.search(r"\b(?:latest|last) (?:modified|modification)", at.sentence, re.IGNORECASE):
        return _refuted(at, facts, span) or _say(
            at, UNVERIFIABLE, "only the latest change of each kind is known, not how changes are spread"
        )
    if _EVENT.search(at.words_before) and not _CHANGE.search(at.before):
        return _say(at, UNVERIFIABLE, "no fact tells when that was")
    if _CHANGE.search(said) or (_FILES_CHANGE.search(at.sentence) and _FILES.search(said)):
        return _change(at, facts, span)
    if path := _named_file_of(at, facts, span):
        return _say(at, SUPPORTED, f"measurements in {path} are dated so")
    return _say(at, UNVERIFIABLE, "the text does not say what happened then")


def _clause(at: Context) -> str:
    """The sentence without what is said of an earlier date."""
    others = [one.end for one in at.claims if one.kind == kinds.DATE and at.reach[0] <= one.start < at.claim.start]
    if (
        not others
        or at.claim.bound
        or not (_COLLECTED.search(at.text[others[-1] : at.reach[1]]) or _CHANGE.search(at.before))
    ):
        return at.sentence
    return at.text[others[-1] : at.reach[1]]


def _period(at: Context) -> Verdict | None:
    unit = canonical(at.claim.unit) if at.claim.unit else None
    if (
        unit is None
        or unit.factor < 86400
        or unit.name != "s"
        or not _CYCLE.search(f"{at.header} {at.label} {at.sentence}")
    ):
        return None
    return _say(at, UNVERIFIABLE, "no history of changes is known")


def _days(at: Context, year_meant: int = 0) -> tuple[date, date] | None:
    """The first and the last day that the claim may mean."""
    year, month, day = at.claim.day or (0, 0, 0)
    if not year:
        year = next((one.day[0] for one in at.claims if one.day and one.day[0]), year_meant)
    if not year:
        return None
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    try:
        last = calendar.monthrange(year, month)[1]
        first, end = {
            "early": (1, 10),
            "beginning": (1, 10),
            "mid": (11, 20),
            "late": (21, last),
            "end": (21, last),
        }.get(at.claim.part, (1, last))
        return (
            (date(year, month, day), date(year, month, day))
            if day
            else (date(year, month, first), date(year, month, end))
        )
    except ValueError:
        return None


def _own(at: Context, facts: Facts, span: tuple[date, date]) -> Verdict:
    dates = facts.blocks.dates if facts.blocks else ()
    if not dates:
        return _say(at, UNVERIFIABLE, "nothing says when this report was written")
    if any(_within(one, span) for one in dates):
        return _say(at, SUPPORTED, f"the report's header: {dates[0]:%Y-%m-%d}")
    return _say(at, CONTRADICTED, f"the report's header says {dates[0]:%Y-%m-%d}", f"{dates[0]:%Y-%m-%d}")


def _collection(at: Context, facts: Facts, span: tuple[date, date]) -> Verdict:
    recorded = facts.collected
    if recorded is None:
        return _say(at, UNVERIFIABLE, "no measurement has a time")
    first, last = recorded
    text = f"measurements are dated {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    if at.claim.bound:
        fits = _within(first if at.claim.bound == "low" else last, span)
    else:
        fits = span[1] >= first.date() and span[0] <= last.date()
    if fits:
        return _say(at, SUPPORTED, text)
    if at.claim.bound and (path := _file_of_both(at, facts, span)):
        return _say(at, SUPPORTED, f"measurements are dated so in {path}")
    return _say(at, CONTRADICTED, text, f"{first:%Y-%m-%d} to {last:%Y-%m-%d}")


def _file_of_both(at: Context, facts: Facts, span: tuple[date, date]) -> str:
    """A file whose first and last measurements are of the two dates of a range; empty where there is none."""
    other = next((one for one in at.claims if at.claim.partner == (one.start, one.end)), None)
    its = _days(Context(at.line, other, at.claims)) if other else None
    if its is None:
        return ""
    low, high = (span, its) if at.claim.bound == "low" else (its, span)
    return next((path for path, a, b in facts.collected_by_file if _within(a, low) and _within(b, high)), "")


def _named_file_of(at: Context, facts: Facts, span: tuple[date, date]) -> str:
    """The file that the sentence names where its measurements are of this date; empty where they are not."""
    paths = [one.path for name in at.file_mentions for one in facts.inventory.named(name)]
    return next(
        (path for path, a, b in facts.collected_by_file if path in paths and _within(a, span) and _within(b, span)), ""
    )


def _change(at: Context, facts: Facts, span: tuple[date, date]) -> Verdict:
    latest = facts.inventory.latest
    if not latest:
        return _say(at, UNVERIFIABLE, "when the files were changed is not known")
    near = [kind for kind in _kinds_near(at) if kind in latest]
    if near:
        readings = {kind: latest[kind] for kind in near}
    elif _MOST.search(at.before[-48:].rpartition(",")[2]) and at.claim.bound != "low":
        readings = (
            {"all": max(latest.values())} if re.search(r"most recent", at.before[-48:], re.IGNORECASE) else latest
        )
    else:
        readings = latest
    for kind, when in readings.items():
        if _within(when, span) and _same_time(at.claim.span, when):
            return _say(at, SUPPORTED, f"latest change of {kind} files: {when:%Y-%m-%d}", kind=kind)
    shown = ", ".join(f"{kind} {when:%Y-%m-%d}" for kind, when in readings.items())
    if at.claim.hedge == "about" and any(abs((when.date() - span[0]).days) <= 1 for when in readings.values()):
        return _say(at, UNVERIFIABLE, f"latest changes: {shown}")
    return _say(at, CONTRADICTED, f"latest changes: {shown}", shown)


_BRACKETED = re.compile(r"\s*\(((?:the )?\w+(?: files?)?)\)", re.IGNORECASE)


def _kinds_near(at: Context) -> list[str]:
    """The kinds that this date is of: in the first cell of its row, nearest before it, the only one of its item."""
    if at.in_row:
        return kinds_in(at.cells[0]) if at.cells else []
    if (behind := _BRACKETED.match(at.after)) and (named := kinds_in(behind[1])):
        return named
    others = [one for one in at.claims if one.kind == kinds.DATE and at.reach[0] <= one.start < at.claim.start]
    clause = at.text[others[-1].end : at.claim.start] if others else re.split(r"[;,]", at.before)[-1]
    if named := kinds_in(clause):
        return named
    others_follow = any(one.kind == kinds.DATE and at.claim.end <= one.start < at.reach[1] for one in at.claims)
    own = re.split(r"[;,]", at.after)[0] if others_follow else at.after
    everything = set(kinds_in(at.before + own))
    for named in ([] if others else [*everything], *(kinds_in(above) for above in reversed(at.line.parents))):
        if named:
            return named if len(set(named)) == 1 else []
    return []


def _refuted(at: Context, facts: Facts, span: tuple[date, date]) -> Verdict | None:
    """A bound that refutes a majority: more than half of the files are of kinds whose last change was before."""
    if not re.search(r"\b(?:majority|most)\b", at.sentence, re.IGNORECASE) or not facts.inventory.total:
        return None
    start = span[0]
    if at.claim.bound == "high":
        other = next((one for one in at.claims if one.bound == "low" and one.kind == kinds.DATE), None)
        start = (_days(Context(at.line, other, at.claims)) or span)[0] if other else start
    before = [kind for kind, when in facts.inventory.latest.items() if when.date() < start]
    n = sum(facts.inventory.kinds.get(kind, 0) for kind in before)
    if 2 * n <= facts.inventory.total:
        return None
    return _say(at, CONTRADICTED, f"{n} of {facts.inventory.total} files were last changed before {start}", "")


def _same_time(printed: str, when: datetime) -> bool:
    """Whether a time of day that is printed agrees; midnight is none."""
    clock = _CLOCK.search(printed)
    if not clock:
        return True
    return (int(clock[1]), int(clock[2])) == (when.hour, when.minute) and (
        clock[3] is None or int(clock[3]) == when.second
    )


def _within(when: datetime, span: tuple[date, date]) -> bool:
    return span[0] <= when.date() <= span[1]


def _say(at: Context, label: Label, reason: str, right: str = "", kind: str = "") -> Verdict:
    path = "the report's header"
    if "latest" in reason or "last changed" in reason:
        path = "the dates of the files"
    elif "measurements are dated" in reason:
        path = "the times in the data"
    source = (Source(path, field=kind or None, value=reason),)
    return Verdict(
        claim=at.claim,
        label=label,
        rule=RULE,
        reason=reason,
        right=right,
        sources=source if label != UNVERIFIABLE else (),
    )
