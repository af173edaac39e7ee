"""What the words around a number say it is about: label, unit, statistic, metric, file, key, kind, entity."""

from __future__ import annotations

import re
from functools import cached_property

from chimera_tui.core.measure.naming import enclosed_unit, normalised
from chimera_tui.core.measure.units import unit_of
from chimera_tui.core.verify.claim import Claim
from chimera_tui.core.verify.index.inventory import KIND_WORDS
from chimera_tui.core.verify.text.lines import KEY, ROW, Line
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.text.sentences import sentence_at, sentences

STATISTICS = {
    "mean": "mean", "average": "mean", "avg": "mean", "averages": "mean", "averaged": "mean", "averaging": "mean",
    "median": "p50", "minimum": "min", "min": "min", "lowest": "min", "smallest": "min", "shortest": "min",
    "least": "min", "maximum": "max", "max": "max", "highest": "max", "peak": "max", "peaked": "max", "peaks": "max",
    "hottest": "max", "coolest": "min", "largest": "max",
    "longest": "max", "biggest": "max", "std": "std", "stdev": "std", "sd": "std", "deviation": "std",
    "fastest": "best", "best": "best", "slowest": "worst", "worst": "worst", "range": "range", "total": "sum",
    "sum": "sum",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z][A-Za-z]*|\d+(?:\.\d+)?")
_PERCENTILE = re.compile(r"\b[pP](\d{2}(?:\.\d+)?)\b|\b(\d{2}(?:\.\d+)?)(?:st|nd|rd|th)[ -]percentile", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:and|or|vs|versus)\b|[/|&]", re.IGNORECASE)
_OF_THINGS = re.compile(
    r"\b(?:slowest|fastest|best|worst)[- ](?:performing )?"
    r"(?:models?|systems?|gpus?|devices?|backends?|frameworks?|providers?)\b",
    re.IGNORECASE,
)
"""What is best or slowest there is not the number."""
_SAID_OTHERWISE = (
    (
        re.compile(r"\bnever (?:exceed\w*|topped|(?:rose|went|got|climbed) (?:above|over|beyond))\b", re.IGNORECASE),
        " max ",
    ),
    (re.compile(r"\bnever (?:fell|dropped|went|sank) (?:below|under)\b", re.IGNORECASE), " min "),
    (re.compile(r"(?<=[a-z] )together\b(?! with)"), " sum "),
)
_FROM = re.compile(r"\bfrom[\s`*~≈]*(?:(?:about|around|roughly|an?|the) )?$", re.IGNORECASE)
_AGAINST = re.compile(
    r"\b(?:vs\.?|versus|against|compared (?:to|with)|than|instead of)[\s`*~≈(]*(?:(?:about|only|just|an?|the) )?$",
    re.IGNORECASE,
)
_TO = re.compile(r"[^.;:]{0,30}?\b(?:down |up )?to\b", re.IGNORECASE)
_OF_WHOLE = re.compile(r"[\s*`]*(?:out )?of (?:the |its |a |all )?(?:first |total |whole |overall |entire )?[\s*`]*")
_KIND = re.compile(r"\b(" + "|".join(KIND_WORDS) + r")\b", re.IGNORECASE)
_UNIT_HEADER = re.compile(r"\bunits?\b", re.IGNORECASE)


class Context:
    """One claim among its words. Everything is worked out once, when asked for."""

    def __init__(self, line: Line, claim: Claim, claims: tuple[Claim, ...] = ()) -> None:
        self.line, self.claim, self.claims = line, claim, claims
        self.text = line.text
        self.in_row = line.role == ROW
        self.near: object = None
        """What :func:`~.nearness.nearness` worked out."""

    @cached_property
    def reach(self) -> tuple[int, int]:
        """The sentence, or the whole table row."""
        if self.in_row or self.line.role == KEY:
            return 0, len(self.text)
        return sentence_at(sentences(self.text, self.line.body), self.claim.start)

    @cached_property
    def sentence(self) -> str:
        """The words of :attr:`reach`."""
        return self.text[slice(*self.reach)]

    @cached_property
    def cited(self) -> str:
        """The text up to the next sentence, with its citations of facts."""
        start, end = self.reach
        following = [a for a, _ in sentences(self.text, self.line.body) if a >= end]
        return (self.line.given or self.text)[start : min(following, default=len(self.text))]

    @cached_property
    def before(self) -> str:
        """The sentence up to the claim; in a table only its own cell."""
        start = self.cell[0] if self.in_row and self.cell else self.reach[0]
        return self.text[start : self.claim.start]

    @cached_property
    def after(self) -> str:
        """The sentence behind the claim; in a table only its own cell."""
        end = self.cell[1] if self.in_row and self.cell else self.reach[1]
        return self.text[self.claim.end : end]

    @cached_property
    def words_before(self) -> str:
        """:attr:`before` without the other claims in it: their units are not this one's words."""
        return self._without_claims(self.claim.start - len(self.before), self.claim.start)

    @cached_property
    def own_words(self) -> str:
        """:attr:`before` from the claim before it on."""
        start = self.claim.start - len(self.before)
        ends = [one.end for one in self.claims if start < one.end <= self.claim.start]
        return re.sub(r"^\W*times\b", "", self.text[max([start, *ends]) : self.claim.start])

    @cached_property
    def words_after(self) -> str:
        """:attr:`after` up to the next claim."""
        following = [one.start for one in self.claims if one.start >= self.claim.end]
        stop = min([self.claim.end + len(self.after), *following])
        return self.text[self.claim.end : stop]

    def _without_claims(self, start: int, end: int) -> str:
        text = self.text[start:end]
        for one in self.claims:
            if start <= one.start and one.end <= end:
                text = text[: one.start - start] + " " * (one.end - one.start) + text[one.end - start :]
        return text

    @cached_property
    def turned_from(self) -> bool:
        """Whether the text goes on to what this turned into: the value may be of something it does not name here."""
        return bool(_FROM.search(self.before) and _TO.match(self.after))

    @cached_property
    def is_whole(self) -> bool:
        """Whether a value before it is a part of this one: ``2 s of the first 3 s``."""
        ends = [one.end for one in self.claims if self.reach[0] <= one.start < self.claim.start]
        return bool(ends and _OF_WHOLE.fullmatch(self.text[max(ends) : self.claim.start]))

    @cached_property
    def other_side(self) -> bool:
        """Whether the value is what another is compared with: the words before are of that other."""
        return bool(_AGAINST.search(self.before))

    @cached_property
    def column(self) -> int:
        """Which cell of its row the claim stands in; -1 outside tables."""
        return next((n for n, (a, b) in enumerate(self.line.cells) if a <= self.claim.start < max(b, a + 1)), -1)

    @cached_property
    def cell(self) -> tuple[int, int] | None:
        """Its cell in a table."""
        return self.line.cells[self.column] if self.column >= 0 else None

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The texts of its row."""
        return tuple(self.text[a:b] for a, b in self.line.cells)

    @cached_property
    def header(self) -> str:
        """The head of its column, a unit at its end in brackets."""
        return _with_unit(self.line.header[self.column]) if 0 <= self.column < len(self.line.header) else ""

    @cached_property
    def label(self) -> str:
        """What is directly said to have this value: text before a colon, the first cell of the row, the key."""
        if self.line.key:
            return self.text[slice(*self.line.key)]
        own = _label_of(self.before)
        if self.in_row and not own and self.column > 0:
            return _bare(self.cells[0])
        return own

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """Texts that may say what the claim is about, the nearest first."""
        near = [self.label, self.header] if self.in_row else [self.label]
        wide = [self.sentence, *reversed(self.line.parents)]
        if not self.line.parents or self.in_row:
            wide.append(self.line.intro if self.line.intro != self.text.strip() else "")
        return tuple(text for text in (*near, *wide, self.line.heading) if text)

    @cached_property
    def unit(self) -> str:  # noqa: PLR0911 - one place of a unit a line
        """The unit as printed: beside the number, in the head of the column, or in a column of units."""
        if self.claim.unit:
            return self.claim.unit
        if self.in_row:
            _, enclosed = enclosed_unit(_bare(self.header))
            if enclosed:
                return enclosed
            if canonical(_bare(self.header)) and not self.lettered:
                return _bare(self.header)
            for place, head in enumerate(self.line.header[: len(self.cells)]):
                if place != self.column and _UNIT_HEADER.search(head) and canonical(_bare(self.cells[place])):
                    return _bare(self.cells[place])
        _, enclosed = enclosed_unit(self.label)
        if enclosed:
            return enclosed
        if "/" in self.label and canonical(self.label):
            return self.label
        following = re.match(
            r"\W{0,4}((?:(?:average|mean|output|total|generated) )?tokens (?:per|/) ?second)", self.after
        )
        return "tokens/s" if following else ""

    @cached_property
    def lettered(self) -> bool:
        """Whether columns are called A and B: that is no unit."""
        letters = [head for head in map(_bare, self.line.header) if len(head) == 1 and head.isalpha()]
        return len(letters) > 1 and _bare(self.header) in letters

    @cached_property
    def canonical_unit(self) -> tuple[str, float]:
        """The canonical unit and the factor to it; no name where the text states no unit."""
        found = canonical(self.unit) or unit_of(self.unit) if self.unit else None
        return (found.name, found.factor / found.divisor) if found else ("", 1.0)

    @cached_property
    def statistic(self) -> str:
        """The statistic that the text asks for, from the nearest words that name one."""
        places = [self.label, self.header] if self.in_row else [self.label, self.before[-60:], self.after[:40]]
        for text in (*places, *self.line.parents[-1:]):
            if found := statistic_in(text):
                return found
        return ""

    @cached_property
    def file_mentions(self) -> tuple[str, ...]:
        """Files named: in its row or sentence (the nearest before it first), else in the items above it."""
        start, end = self.reach
        near = [(found.start(), found[0]) for found in FILE.finditer(self.text, start, end)]
        before = [name for place, name in reversed(near) if place < self.claim.start]
        behind = [name for place, name in near if place > self.claim.start]
        if before or behind:
            return tuple([*before, *behind][:1])
        for above in reversed(self.line.parents):
            if found := FILE.findall(above):
                return tuple(found[-1:])
        return ()

    @cached_property
    def kind(self) -> str:
        """The kind of file the text speaks of: the nearest word for one before the claim, else above it."""
        for text in (self.label, self.before, *reversed(self.line.parents), self.cells[0] if self.cells else ""):
            if found := kinds_in(text):
                return found[-1]
        return ""


def in_printed_unit(at: Context, unit: str, raw_unit: str, raw: float, value: float) -> list[float]:  # noqa: PLR0911 - one way to read it a line
    """A cell in the unit of the text: as the file has it where the text states none; nothing where units differ."""
    name, factor = at.canonical_unit
    if not name:
        return [raw]
    if not unit and raw_unit and (inferred := unit_of(raw_unit)):
        unit, value = inferred.name, value * inferred.factor / inferred.divisor
    if not unit:
        return [raw]
    if unit == name:
        return [value / factor, *([raw] if abs(raw * 1.0 - value / factor) < 1e-9 * abs(raw) else [])]
    if {unit, name} == {"fraction", "%"}:
        return [value * 100 if name == "%" else value / 100]
    if name == "ratio" or (unit == "ratio" and name == "count"):
        return [raw]
    if name == "parameters" or {unit, name} <= {"requests", "count", "samples"}:
        return [raw]
    return []


def kinds_in(text: str) -> list[str]:
    """The kinds of file named in a text, in order; the endings of file names are not words."""
    return [KIND_WORDS[word.lower()] for word in _KIND.findall(FILE.sub(" ", text).replace("_", " "))]


def statistic_in(text: str) -> str:
    """The last statistic named in a text."""
    if not text:
        return ""
    text = _OF_THINGS.sub(" ", text).replace("σ", " std ")
    for pattern, word in _SAID_OTHERWISE if "never" in text or "together" in text else ():
        text = pattern.sub(word, text)
    if found := list(_PERCENTILE.finditer(text)):
        digits = found[-1][1] or found[-1][2]
        return f"p{float(digits):g}"
    for word in reversed(_WORD.findall(text)):
        if statistic := STATISTICS.get(word.lower()):
            return statistic
    return ""


def statistic_of_statistics(text: str) -> str:
    """``mean of p99`` where a text asks for a statistic over cells that are one: ``highest p99``, ``p50, averaged``."""
    found = list(_PERCENTILE.finditer(text))
    if not found or _SEVERAL.search(text):
        return ""
    inner = f"p{float(found[-1][1] or found[-1][2]):g}"
    over = [STATISTICS.get(word.lower(), inner) for word in _WORD.findall(_PERCENTILE.sub(" ", text))]
    return next((f"{one} of {inner}" for one in reversed(over) if one != inner), "")


def words_of(text: str) -> list[str]:
    """The words of a text in normal form, for looking up phrases."""
    return [word for word in normalised(re.sub(r"[`*\"“”]", "", text)).split("_") if word]


def phrases_in(text: str, known: dict[str, str] | dict[str, list[int]], longest: int = 6) -> list[str]:
    """The longest known phrases of a text, in order, none inside another."""
    words = words_of(text)
    found = []
    at = 0
    while at < len(words):
        for size in range(min(longest, len(words) - at), 0, -1):
            phrase = "_".join(words[at : at + size])
            if phrase in known:
                found.append(phrase)
                at += size
                break
        else:
            at += 1
    return found


_ENDS = re.compile(r"(?::(?=[\s*`\"”“(~]|$)|=|\bis\b|\bare\b|\bwas\b|\bof\b|\|)[\s*`\"“(~]*$")
_STARTS = re.compile(r"(?::(?=[\s*])|[|=;]|\.\s|,\s)")


def _label_of(before: str) -> str:
    """The text before the last colon (or ``|``, ``=``, "is", "of") that a claim directly follows."""
    found = _ENDS.search(before)
    if not found:
        return ""
    text = before[: found.start()]
    starts = [start.end() for start in _STARTS.finditer(text.rstrip("* "))]
    return _bare(text[starts[-1] :] if starts else text)


def _with_unit(head: str) -> str:
    """A column's head with the unit that it ends with in brackets: ``TTFT (ms)`` for ``TTFT ms``; no counted thing."""
    name, _, last = _bare(head).rpartition(" ")
    found = unit_of(last) if name and last not in ("B", "b") else None
    return f"{name} ({last})" if found and found.name not in ("count", "ratio", "tokens", "requests") else head


def _bare(text: str) -> str:
    return text.strip().strip('`*_"“”-+•: ')
