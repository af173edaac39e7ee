"""Counts of observations: how many runs failed of how many, and the column ``n`` of a table."""

from __future__ import annotations

import re

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.counts import COUNTS
from chimera_tui.core.verify.text.quantities import NUMBER, WORDS, canonical
from chimera_tui.core.verify.text.sentences import sentences
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Source, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.metrics_named import family, in_text
from chimera_tui.core.verify.words.rows import entities_in, rows_of

RULE = "observations"
MOST_COUNTS = 2
"""Of more different counts over the rows named, one agrees with a small number by chance."""
_HEAD = re.compile(
    r"\W*(?:n|(?:#|no\.?|num(?:ber)?)? ?(?:of )?(?:counts?|samples?|runs?|obs(?:ervations)?|rows|repeats|repetitions|"
    r"trials|iterations|measurements)|sample size|n[_ ](?:runs|samples|rows))\W*",
    re.IGNORECASE,
)
_NUMBER = rf"(?:{NUMBER}|(?:{'|'.join(WORDS)})\b)"
_RUNS = r"(?:rows?|runs?|records?|entries|measurements?|observations?|trials?|repeats?|executions?)"
_BAD = r"(?:failed|fails?|failing|failures?|errored|crashed|unsuccessful|ended in (?:an )?errors?|were (?:in|on) error)"
_GOOD = r"(?:succeeded|succeeds?|were successful|successful|completed|passed|finished)"
_STATE = rf"(?:(?P<not>not |n't )?(?:(?P<bad>{_BAD})|(?P<good>{_GOOD}))\b)"
_WORDS = r"(?:(?!not\b)[\w`./-]+ ){0,6}?"
_OUT_OF = r"(?:out )?of (?:the |all |its )?(?:total )?"
_ANY_STATE = re.compile(_STATE, re.IGNORECASE)
_SAID = tuple(
    re.compile(text.replace("{N}", _NUMBER).replace("{RUNS}", _RUNS), re.IGNORECASE)
    for text in (
        rf"(?P<k>{{N}}) (?:{{RUNS}} )?{_OUT_OF}(?P<n>{{N}}) (?:(?:\w+ )?{{RUNS}} {_WORDS}|(?:ha\w+ )?){_STATE}",
        rf"(?P<k>{{N}}) {_STATE} {{RUNS}}(?: \(?{_OUT_OF}(?P<n>{{N}}))",
        (
            rf"\bof (?:the |all |its )?(?P<n>{{N}}) (?:\w+ )?{{RUNS}}[^.;]{{0,40}}?,? (?:only )?"
            rf"(?P<k>{{N}}) {_WORDS}{_STATE}"
        ),
    )
)


def judge_failed(at: Context, facts: Facts) -> Verdict | None:
    """``2 of 54 runs failed``: both numbers against the files with so many rows."""
    cells = facts.cells
    if cells is None or at.claim.unit or at.claim.decimals > 0 or at.claim.kind not in (kinds.COUNT, kinds.VALUE):
        return None
    said = _with_state(at)
    for pattern in _SAID if _ANY_STATE.search(said) else ():
        for found in pattern.finditer(said):
            which = next((name for name in ("k", "n") if _is(at, found, name)), "")
            if which:
                return _of_files(at, facts, cells, found, whole=which == "n")
    return None


_THAT_IS = re.compile(r"\W*(?:That|This|Th[eo]se) (?:is|was|are|were|means?)\b[^.;:]*\bof [^.;:]*$")


def _with_state(at: Context) -> str:
    """The sentence; of ``That is 3 of 72 runs.`` with what the sentence before it says of them."""
    said = at.sentence.rstrip(" .*")
    if not _THAT_IS.match(said):
        return at.sentence
    before = [at.text[a:b] for a, b in sentences(at.text, at.line.body) if b <= at.reach[0]]
    states = [one[0] for one in _ANY_STATE.finditer(before[-1])] if before else []
    return f"{said} {states[0]}" if len(states) == 1 else at.sentence


def _is(at: Context, found: re.Match[str], name: str) -> bool:
    return at.reach[0] + found.start(name) == at.claim.start


def _of_files(at: Context, facts: Facts, cells: Cells, found: re.Match[str], *, whole: bool) -> Verdict | None:
    named = facts.inventory.named(at.file_mentions[0]) if at.file_mentions else []
    n = int(_value(found["n"]))
    files = [one for one in named or facts.inventory.files if one.rows == n]
    if not files or entities_in(at.sentence, cells) or not cells.failed:
        return None
    counts = {one.path: cells.failed.get(one.file_id, 0) for one in files}
    if whole:
        return _verdict(at, SUPPORTED, files[0].path, f"{n:,} rows", n)
    failed = (found["bad"] is not None) != (found["not"] is not None)
    right = {path: bad if failed else n - bad for path, bad in counts.items()}
    word = "failed" if failed else "did not fail"
    for path, value in right.items():
        if agreement(at.claim, float(value)):
            return _verdict(at, SUPPORTED, path, f"{value:,} of {n:,} rows {word}", value)
    # A file without a failure may only have as many rows by chance.
    told = {path: value for path, value in right.items() if counts[path]} or (right if named else {})
    if len(set(told.values())) != 1:
        return None
    path, value = next(iter(told.items()))
    return _verdict(at, CONTRADICTED, path, f"{value:,} of {n:,} rows {word}", value)


def _value(text: str) -> float:
    return float(WORDS[text.lower()]) if text.lower() in WORDS else float(text.replace(",", ""))


def _verdict(at: Context, label, path: str, text: str, value: int) -> Verdict:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return Verdict(
        claim=at.claim, label=label, rule=RULE, reason=f"{text} in {path}", reading="rows that failed",
        right="" if label == SUPPORTED else f"{value:,}", sources=(Source(path, field="rows", value=value),),
    )  # fmt: skip


def counts_observations(at: Context) -> bool:
    """Whether a number stands in a column that counts observations: then it is no metric's value."""
    return at.in_row and not at.claim.unit and at.claim.decimals <= 0 and bool(at.header and _HEAD.fullmatch(at.header))


def as_observations(at: Context, cells: Cells, verdict: Verdict) -> Verdict:
    """The verdict on a number of the column ``n``: what another rule took for a metric's value is none."""
    if verdict.label == SUPPORTED or verdict.rule == COUNTS:
        return verdict
    rows = rows_of(at, cells)
    files = rows.filters[:1] if rows.stated else ()
    counts = {cells.in_series((each,), one).height for one in files for each in _beside(at, cells)} - {0}
    fit = next((n for n in counts if agreement(at.claim, float(n))), None)
    if fit is None or len(counts) > MOST_COUNTS:
        reason = "a number of observations; which they are is not plain"
        return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason=reason)
    source = Source(rows.said or "the rows named", field="rows", value=fit)
    return Verdict(
        claim=at.claim, label=SUPPORTED, rule=RULE, reason=f"{fit} rows of {rows.said}", reading="rows",
        sources=(source,),
    )  # fmt: skip


def _beside(at: Context, cells: Cells) -> set[int]:
    """The series that the other columns of the table may be of."""
    found: set[int] = set()
    for head in at.line.header:
        unit = canonical(head.strip("`* "))
        if unit is not None:
            found |= {one for one, its in cells.series.items() if its.unit == unit.name}
        elif meant := in_text(head, cells, at):
            found |= {*family(meant, cells).series}
    return found
