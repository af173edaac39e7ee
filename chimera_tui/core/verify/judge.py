"""The rules in order; the first that decides wins. Same text and facts, same verdicts."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator

import msgspec

from chimera_tui.core.verify.claim import VALUE, Claim, Skipped
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.blocks import read_blocks
from chimera_tui.core.verify.results.annotate import OURS, plain_lines
from chimera_tui.core.verify.results.consistency import consistent
from chimera_tui.core.verify.rules.compared import judge_compared
from chimera_tui.core.verify.rules.counts import judge_count, judge_share
from chimera_tui.core.verify.rules.dates import judge_date
from chimera_tui.core.verify.rules.gaps import judge_gap
from chimera_tui.core.verify.rules.grounding import judge_grounded
from chimera_tui.core.verify.rules.hardware_names import judge_hardware, judge_model_size
from chimera_tui.core.verify.rules.keys import judge_key
from chimera_tui.core.verify.rules.metrics import judge_file, judge_metric
from chimera_tui.core.verify.rules.options import is_index, judge_option
from chimera_tui.core.verify.rules.ratios import judge_ratio
from chimera_tui.core.verify.rules.recorded import is_setup, judge_recorded
from chimera_tui.core.verify.rules.row_counts import judge_rows
from chimera_tui.core.verify.rules.runs import as_observations, counts_observations, judge_failed
from chimera_tui.core.verify.rules.selected import judge_selected
from chimera_tui.core.verify.rules.sizes import judge_size
from chimera_tui.core.verify.rules.totals import judge_total
from chimera_tui.core.verify.rules.turned import judge_turned
from chimera_tui.core.verify.rules.values import METRIC
from chimera_tui.core.verify.text.extract import extract
from chimera_tui.core.verify.text.lines import LONGEST, PROGRAM, PROSE, Line, Reader, withheld
from chimera_tui.core.verify.text.names import plain
from chimera_tui.core.verify.text.sentences import sentences
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Check, Remark, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.doubt import FILE_RULE
from chimera_tui.core.verify.words.strangers import names_no_row, other_subject
from chimera_tui.core.verify.written import CITATION, judge_finding

SECOND = ("none", METRIC, FILE_RULE, "size")
MANY_CLAIMS = 40
"""A line with more is looked at by the first rules alone: its words cannot be told apart, and each look costs."""
INVENTORY = "the inventory"
"""Rules whose verdict the rows that the words single out may turn."""
Rule = Callable[[Context, Facts], Verdict | None]


RULES: tuple[Rule, ...] = (
    judge_hardware, judge_model_size, judge_failed, judge_key, judge_option, judge_count, judge_share, judge_size,
    judge_file, judge_date, judge_metric,
)  # fmt: skip
_ILLUSTRATIVE = re.compile(
    r"\b(?:placeholder|illustrative|fictional|fictitious|hypothetical|dummy|made[- ]up|"
    r"invented|for illustration|simulated) "
    r"(?:values?|data|numbers?|figures?|examples?|results?)\b|\bvalues? (?:are|"
    r"is) (?:illustrative|placeholders?|hypothetical|fictional)\b",
    re.IGNORECASE,
)


_COMMA = re.compile(r"\d{1,3},\d{3}(?![\d.,])")
_BYTES = re.compile(r"([KkMGT])(i?)B")
_DIGITS = re.compile(r"\d[\d,.]*")
UNREAD = "beyond what is looked at"
"""Why the numbers in the end of a very long line, or in a very long word, are skipped."""


Done = dict[Claim, Verdict]


def judge_claim(line: Line, claim: Claim, claims: tuple[Claim, ...], facts: Facts, done: Done) -> Verdict:
    """The verdict on one claim, worked out once: a ratio asks for those on its sides."""
    if claim not in done:
        done[claim] = _read_kindly(line, claim, claims, facts, done)
    return done[claim]


def _read_kindly(line: Line, claim: Claim, claims: tuple[Claim, ...], facts: Facts, done: Done) -> Verdict:
    """The verdict; a number that is wrong as it stands may be right as it is often written."""
    verdict = _judged(line, claim, claims, facts, done)
    for other, how in _misspelt(claim) if verdict.label == CONTRADICTED else ():
        read = _judged(line, other, claims, facts, done)
        if read.label == SUPPORTED:
            return msgspec.structs.replace(read, claim=claim, reason=f"{read.reason}, {how}")
    return verdict


def _misspelt(claim: Claim) -> Iterator[tuple[Claim, str]]:
    if claim.kind == VALUE and _COMMA.match(claim.span):
        other = msgspec.structs.replace(claim, value=claim.value / 1000, decimals=3, digits=max(claim.digits, 4))
        yield other, "the comma read as a decimal one"
    if found := _BYTES.fullmatch(claim.unit):
        unit = f"{found[1]}B" if found[2] else f"{found[1]}iB"
        yield msgspec.structs.replace(claim, unit=unit), f"{claim.unit} read as {unit}"


def _judged(line: Line, claim: Claim, claims: tuple[Claim, ...], facts: Facts, done: Done) -> Verdict:
    at = Context(line, claim, claims)
    verdict = _by_rules(at, facts, done)
    if facts.cells is not None and counts_observations(at):
        return as_observations(at, facts.cells, verdict)
    if verdict.label == UNVERIFIABLE and len(claims) <= MANY_CLAIMS and (found := _named_loosely(at, facts, done)):
        return found
    if (
        facts.cells is None
        or len(claims) > MANY_CLAIMS
        or (verdict.label == SUPPORTED and not verdict.unscoped)
        or verdict.rule not in SECOND
        or (verdict.sources[:1] and verdict.sources[0].path == INVENTORY)
    ):
        return verdict
    other = judge_grounded(at, facts.cells)
    if verdict.label == UNVERIFIABLE and (other is None or other.label != SUPPORTED):
        other = judge_recorded(at, facts.cells) or other
    strange = names_no_row if verdict.label == SUPPORTED else other_subject if verdict.rule == METRIC else None
    if strange and verdict.label != UNVERIFIABLE and other is None and strange(at, facts.cells):
        reason = "the text names something that no row has"
        return Verdict(claim=claim, label=UNVERIFIABLE, rule=verdict.rule, reason=reason)
    if other is None or other.label == verdict.label:
        return verdict
    return other


def _named_loosely(at: Context, facts: Facts, done: Done) -> Verdict | None:
    found = judge_rows(at, facts)
    if found or (found := judge_gap(at, lambda other: judge_claim(at.line, other, at.claims, facts, done))):
        return found
    cells = facts.cells
    if cells is None:
        return None
    found = judge_compared(at, cells) or judge_selected(at, cells) or judge_turned(at, cells) or judge_total(at, cells)
    return found or (judge_recorded(at, cells) if is_setup(at) else None)


def _by_rules(at: Context, facts: Facts, done: Done) -> Verdict:
    line, claim, claims = at.line, at.claim, at.claims
    if verdict := judge_finding(at, facts.written):
        return verdict
    if verdict := judge_ratio(at, lambda other: judge_claim(line, other, claims, facts, done)):
        return verdict
    for rule in RULES:
        if verdict := rule(at, facts):
            return verdict
    return Verdict(claim=claim, label=UNVERIFIABLE, rule="none", reason="no fact is about this")


def judge_line(line: Line, facts: Facts) -> tuple[list[Verdict], list[Skipped]]:
    """The verdicts on a line's claims, in order, and its numbers that are none."""
    if facts.written.lines and plain(line.text) in facts.written.lines:
        line = msgspec.structs.replace(line, role=PROGRAM)
    cited = list(CITATION.finditer(line.text))
    if cited:
        blank = CITATION.sub(lambda one: " " * len(one[0]), line.text)
        line = msgspec.structs.replace(line, text=blank, given=line.text)
    claims, skipped = extract(line)
    skipped += [Skipped(line.number, *one.span(), one[0], "citation") for one in cited]
    if rows := [one for one in claims if is_index(Context(line, one))]:
        claims = [one for one in claims if one not in rows]
        skipped += [Skipped(line.number, one.start, one.end, one.span, "row number") for one in rows]
    together = tuple(claims)
    done: Done = {}
    return [judge_claim(line, one, together, facts, done) for one in claims], skipped


class Judge:
    """Judges a report as it grows; ``facts`` are those of its repository and its own blocks."""

    def __init__(self, facts: Facts, program: frozenset[int] = frozenset()) -> None:
        self.facts = facts
        self._reader = Reader(program)

    def line(self, text: str) -> tuple[list[Verdict], list[Skipped]]:
        """The next line, once it is complete."""
        line = self._reader.line(text)
        verdicts, skipped = judge_line(line, self.facts)
        for start, end in withheld(text):
            skipped += [Skipped(line.number, *one.span(), one[0], UNREAD) for one in _DIGITS.finditer(text, start, end)]
        return verdicts, skipped

    def begun(self, text: str) -> tuple[int, list[Verdict]]:
        """Of a line that still grows: where its last whole sentence ends, and the verdicts up to there.

        Only of prose: a row of a table is judged whole. :meth:`line` has the last word on the whole line.
        """
        line = copy.deepcopy(self._reader).line(text)
        if line.role != PROSE:
            return 0, []
        ends = [end for _, end in sentences(line.text, line.body)[:-1] if _closed(line.text[line.body : end])]
        if not ends:
            return 0, []
        return ends[-1], judge_line(msgspec.structs.replace(line, text=line.text[: ends[-1]]), self.facts)[0]


def _closed(text: str) -> bool:
    """Whether words stand there and nothing is open that a later part of the line may make a heading or code."""
    return text.count("**") % 2 == 0 and text.count("`") % 2 == 0 and re.search(r"[^\W\d_]{2}", text) is not None


def check(text: str, facts: Facts) -> Check:
    """A whole Markdown text judged: a Chimera report's own blocks are facts, its prose is judged.

    Footnotes and the section of an earlier check are left out; lines and offsets are those of the text as given.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    bare = plain_lines(text)
    blocks = read_blocks("\n".join(bare))
    program = blocks.lines if blocks else frozenset()
    judge = Judge(facts.for_report(blocks), program)
    verdicts: list[Verdict] = []
    skipped: list[Skipped] = []
    remarks: list[Remark] = []
    for number, line in enumerate(bare, 1):
        judged, left = judge.line(line)
        moved = _positions(lines[number - 1])
        verdicts += [_moved(one, moved) for one in judged] if moved else judged
        if number not in program:
            skipped += left
            remarks += _remarks(number, line, left)
    return Check(tuple(consistent(verdicts)), tuple(skipped), tuple(remarks))


def _remarks(number: int, line: str, skipped: list[Skipped]) -> Iterator[Remark]:
    if found := _ILLUSTRATIVE.search(line[:LONGEST]):
        yield Remark(number, f"calls its values {found[0]!r}: they are not results", illustrative=True)
    if unread := sum(one.why == UNREAD for one in skipped):
        yield Remark(number, f"is too long: {unread} numbers in it were not looked at")


def _positions(line: str) -> list[int]:
    """Where each character of a line without what a check put into it stands in it; nothing where it has none."""
    if not OURS.search(line):
        return []
    places: list[int] = []
    at = 0
    for found in OURS.finditer(line):
        places += range(at, found.start())
        at = found.end()
    return [*places, *range(at, len(line) + 1)]


def _moved(one: Verdict, places: list[int]) -> Verdict:
    start, end = places[one.claim.start], places[one.claim.end - 1] + 1
    return msgspec.structs.replace(one, claim=msgspec.structs.replace(one.claim, start=start, end=end))
