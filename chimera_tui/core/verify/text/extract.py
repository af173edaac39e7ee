"""The numeric claims of one line, with exact spans, and the numbers that are none."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.claim import Claim, Skipped
from chimera_tui.core.verify.text.hardware import SOFTWARE, names
from chimera_tui.core.verify.text.lines import HEADING, JUDGED, KEY, ROW, Line
from chimera_tui.core.verify.text.masks import Span, intentions, masks
from chimera_tui.core.verify.text.pairs import paired
from chimera_tui.core.verify.text.quantities import (
    DATE,
    HEDGE,
    NOUNS,
    NUMBER,
    OVER,
    UNDER,
    UNIT,
    WORDS,
    canonical,
    date_parts,
    printed,
)  # fmt: skip
from chimera_tui.core.verify.text.sentences import sentence_at, sentences

MOST_CLAIMS = 100
"""Claims of one line that are judged; more is a dump and no sentence, and is counted as skipped."""
_VALUE = re.compile(
    rf"(?P<sign>(?<![\w)\]])[-−+]|[$€£]|\\\$)?"
    rf"(?P<number>(?<![\w#])(?:\d{{1,4}},\d\d?(?=[  ]?{UNIT}(?!\w))|{NUMBER}))"
    rf"(?P<gap>[  ]?|-)(?P<unit>{UNIT})?(?![\w])",
    re.ASCII,
)
_MODEL_SIZE = re.compile(
    rf"(?<![\w.,-])({NUMBER})(?:\s?[BM]\b(?![/\w])(?!\s+(?:tokens|bytes))|[ -](?:billion|"
    rf"million)(?:[ -]parameters?)?\b)"
)
_DURATION = re.compile(
    rf"\b({NUMBER}) (hours?|minutes?|mins?)(?:,? and |, | )({NUMBER}) (minutes?|mins?|seconds?|secs?)\b"
)
_NUMBER_WORD = re.compile(
    rf"\b({'|'.join(WORDS)})\b(?=(?: [\w*“”\"-]+){{0,3}}? {NOUNS}\b"
    r"| (?:timed out|failed|crashed|succeeded)\b| of [`*]*(?:[A-Za-z]+_\w+|temperature|concurrency)"
    r"| of (?:them|these|those|which)\b| (?:are|is|were) (?:in )?(?:CSV|JSONL?|Markdown)\b| (?:CSV|JSONL?|Markdown)\b)",
    re.IGNORECASE,
)
_ZERO_COUNT = re.compile(
    r"\b(?:count|number|total) (?:of|is|was|:) (zero|one|two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE
)
_NOUN = re.compile(rf"[  ]?((?:[`*\"“]*\.?(?:[\w./+-]+)[`*\"”]* ){{0,3}}?{NOUNS})\b", re.IGNORECASE)
_ANY = re.compile(r"\d[\d,.]*")
_CHANGE = re.compile(
    r"\b(?:faster|slower|higher|lower|better|worse|more|less|improvement|reduction|"
    r"increase|decrease|speed-?up|gain|drop|quicker)\b",
    re.IGNORECASE,
)


def extract(line: Line) -> tuple[list[Claim], list[Skipped]]:
    """Claims and skipped numbers of a line, in order. Never raises."""
    if line.role not in JUDGED:
        return [], [_skipped(line, *found.span(), line.role) for found in _ANY.finditer(line.text)]
    if line.role == KEY and line.number_at:
        return [_number(line, *line.number_at, line.text[slice(*line.number_at)], "")], []
    return _Extraction(line).run()


class _Extraction:
    """One line's state: what is taken already."""

    def __init__(self, line: Line) -> None:
        self.line, self.text = line, line.text
        self.claims: list[Claim] = []
        self.bounds = [*line.cells] if line.role == ROW else sentences(line.text, line.body)
        self.masks: list[Span] = masks(line.text, line.body, heading=line.role == HEADING)
        for start, end in self.bounds:
            self.masks += [(start + a, start + b, why) for a, b, why in intentions(line.text[start:end])]

    def run(self) -> tuple[list[Claim], list[Skipped]]:
        self._hardware()
        self._dates()
        self._durations()
        self._sizes_of_models()
        self._values()
        self._words()
        self.claims.sort(key=lambda one: one.start)
        claims = paired(self.line, self.claims[:MOST_CLAIMS])
        if self.line.role == HEADING:
            claims = [one for one in claims if self._said_in_heading(one)]
        taken = [(one.start, one.end) for one in claims]
        rest = [found for found in _ANY.finditer(self.text) if not _overlaps(found.span(), taken)]
        return claims, [_skipped(self.line, *found.span(), self._why(found.span())) for found in rest]

    def _said_in_heading(self, one: Claim) -> bool:
        """A heading's number is a claim where it has a unit or stands alone in brackets: ``CSV files (28)``."""
        bracketed = self.text[one.start - 1 : one.start] == "(" and self.text[one.end : one.end + 1] == ")"
        return bool(one.unit or one.noun or bracketed or one.kind in (kinds.DATE, kinds.HARDWARE))

    def _why(self, span: tuple[int, int]) -> str:
        if why := next((why for a, b, why in self.masks if a < span[1] and span[0] < b), ""):
            return why
        return "too many numbers on the line" if len(self.claims) >= MOST_CLAIMS else "part of a name"

    def _free(self, span: tuple[int, int], *ignoring: str) -> bool:
        masked = [(a, b) for a, b, why in self.masks if why not in ignoring]
        return not _overlaps(span, masked) and not _overlaps(span, [(one.start, one.end) for one in self.claims])

    def _add(self, start: int, end: int, kind: str, **more: object) -> None:
        self.claims.append(
            Claim(line=self.line.number, start=start, end=end, span=self.text[start:end], kind=kind, **more)  # type: ignore[arg-type]
        )

    def _hardware(self) -> None:
        for found in names(self.text):
            if self._free(found.span(), "identifier", "version"):
                self._add(*found.span(), kinds.HARDWARE)
        for found in SOFTWARE.finditer(self.text):
            if self._free(found.span(), "identifier", "version"):
                self._add(*found.span(), kinds.HARDWARE, noun=found[1].lower())

    def _dates(self) -> None:
        for found in DATE.finditer(self.text):
            if self._free(found.span(), "ordinal", "list or heading number"):
                day, part = date_parts(found)
                if found["time"] and (not self.claims or self.claims[-1].kind != kinds.DATE):
                    continue
                if found["time"]:
                    day = self.claims[-1].day or day
                self._add(*found.span(), kinds.DATE, day=day, part=part, hedge=_hedge(self.text[: found.start()]))

    def _durations(self) -> None:
        for found in _DURATION.finditer(self.text):
            if self._free(found.span()):
                first, second = canonical(found[2]), canonical(found[4])
                seconds = printed(found[1])[0] * first.factor + printed(found[3])[0] * second.factor  # type: ignore[union-attr]
                self._add(*found.span(), kinds.VALUE, value=seconds, digits=3, unit="s")

    def _sizes_of_models(self) -> None:
        for found in _MODEL_SIZE.finditer(self.text):
            if self._free(found.span()):
                value, decimals, digits = printed(found[1])
                factor = 1e9 if re.search(r"B\b|billion", found[0]) else 1e6
                self._add(
                    *found.span(), kinds.CONFIG, value=value * factor, decimals=decimals, digits=digits,
                    unit="parameters", noun=found[1],
                )  # fmt: skip

    def _values(self) -> None:
        for found in _VALUE.finditer(self.text):
            if len(self.claims) >= MOST_CLAIMS:
                break
            start = found.start("sign") if found["sign"] and found["sign"] != "+" else found.start("number")
            if (
                self.text[max(0, start - 1) : start] in (".", "_")
                and start
                and self.text[start - 2 : start - 1].isalnum()
            ):
                continue
            unit = found["unit"] or ""
            if found["gap"] == "-" and not unit:
                end = found.end("number")
            else:
                end = found.end("unit") if unit else found.end("number")
            if self._free((start, end)):
                self.claims.append(self._value(start, end, found["number"], unit, found["sign"] or ""))

    def _value(self, start: int, end: int, number: str, unit: str, sign: str) -> Claim:
        one = _number(self.line, start, end, number, unit, sign)
        counted = not one.unit or one.unit.lower() in ("requests", "samples")
        noun = _NOUN.match(self.text, end) if counted else None
        if (
            noun
            and not re.search(r"[.;:](?:\s|$)", noun[0])
            and self._free((end, noun.end()), "identifier", "file name", "target")
        ):
            direct = len(noun[1].split()) <= 2 and not re.match(r"of\b|in\b|to\b|and\b", noun[1])
            stop = noun.end() if direct else end
            one = msgspec.structs.replace(
                one, noun=noun[1].lower(), end=stop, span=self.text[start:stop], kind=kinds.COUNT
            )
        if one.kind == kinds.SHARE and _CHANGE.match(self.text[end:].lstrip()[:24].partition(",")[0]):
            one = msgspec.structs.replace(one, kind=kinds.RATIO)
        return one

    def _words(self) -> None:
        for found in (*_NUMBER_WORD.finditer(self.text), *_ZERO_COUNT.finditer(self.text)):
            span = found.span(1)
            if not self._free(span):
                continue
            word = found[1].lower()
            noun = _NOUN.match(self.text, span[1])
            if word == "one" and not (noun and re.fullmatch(r"(?:\w+ )?files?", noun[1].lower())):
                continue
            self._add(
                *span, kinds.COUNT, value=float(WORDS[word]), digits=1, noun=noun[1].lower() if noun else "",
                hedge=_hedge(self.text[: span[0]]),
            )  # fmt: skip


def _number(line: Line, start: int, end: int, number: str, unit: str, sign: str = "") -> Claim:  # noqa: PLR0917
    value, decimals, digits = printed(number)
    if sign in ("-", "−"):
        value = -value
    known = canonical(unit) if unit else None
    kind = kinds.VALUE
    if sign in ("+", "-", "−") and unit and line.text[:start].rstrip()[-1:] not in (":", "="):
        kind = kinds.RATIO
    elif unit in ("%", "percent"):
        kind = kinds.SHARE
    elif unit in ("x", "×", "fold"):
        kind = kinds.RATIO
    elif known and known.name == "bytes":
        kind = kinds.SIZE
    return Claim(
        line=line.number, start=start, end=end, span=line.text[start:end], kind=kind, value=value, decimals=decimals,
        digits=digits, unit="$" if sign in ("$", "€", "£", "\\$") else unit, hedge=_hedge(line.text[:start]),
    )  # fmt: skip


_NEVER = re.compile(r"\b(?:never|not) \w+$")
"""What was never exceeded was reached."""


def _hedge(before: str) -> str:
    tail = before[-24:].rstrip()
    if _NEVER.search(tail):
        return ""
    for pattern, name in ((HEDGE, "about"), (OVER, "over"), (UNDER, "under")):
        if pattern.search(tail):
            return name
    return ""


def _skipped(line: Line, start: int, end: int, why: str) -> Skipped:
    return Skipped(line.number, start, end, line.text[start:end], why)


def _overlaps(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


__all__ = ["extract", "sentence_at", "sentences"]
