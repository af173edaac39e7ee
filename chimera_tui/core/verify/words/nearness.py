"""The words that are a claim's own, and those farther off that may still say what it is about, the nearest first."""

from __future__ import annotations

import re
from functools import cached_property

from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.text.sentences import sentences
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.mentions import Mention, Vocabulary

_BREAK = re.compile(
    r"[,;|→]|(?<!\breq)(?<!\breqs)(?<!\brequests)/|:(?!\w)|->|–|—|\bvs\.|\b(?:and|or|vs|versus|to|against|compared|while|whereas|but|followed|with|than|over|from)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s*\(([^()]*)\)")
_WITH = re.compile(r"\s+with\b")
"""So begins what a number is said of: ``3.8 s with two cards``."""
_OWN = re.compile(r"\s+[^\W\d]\w*(?=\s*(?:[,;]|\b(?:and|but|vs|to)\b))")
"""One word right behind a number is its own: ``3.8 s cold and 0.2 s``."""
_COMPARED = re.compile(r"\b(?:vs\.?|versus|against|compared|than|instead|rather)(?:\W|$)", re.IGNORECASE)
_ARROW = re.compile(r"\s*(?:->|→|=>)")
_NONE = re.compile(r"\b(?:none|no|nothing|neither|nobody|zero)\b", re.IGNORECASE)
"""A number in words: what follows is said of it."""
_LONGEST_TAIL = 80


class Nearness:
    """Where to look for what one claim is about."""

    def __init__(self, at: Context, known: Vocabulary) -> None:
        self.at, self.known = at, known

    @cached_property
    def _others(self) -> list[tuple[int, int]]:
        """The other claims of the sentence that are no settings: they have words of their own."""
        start, end = self.at.reach
        settings = [
            (start + one.start, start + one.end) for one in self.known.mentions(self.at.sentence) if one.setting
        ]
        return [
            (one.start, one.end)
            for one in self.at.claims
            if start <= one.start < end
            and one.start != self.at.claim.start
            and one.kind not in (kinds.DATE, kinds.CONFIG, kinds.HARDWARE)
            and not any(a <= one.start and one.end <= b + 1 for a, b in settings)
        ]

    @cached_property
    def lead(self) -> str:
        """The words right before the claim: none of those that belong to the claim before it."""
        lead = self._lead
        return "" if lead.rstrip().endswith("(") else lead

    @cached_property
    def _lead(self) -> str:
        start = self.at.claim.start - len(self.at.before)
        previous = max((end for _, end in self._others if end <= self.at.claim.start), default=None)
        if previous is None or previous < start:
            return self.at.before
        between = self.at.text[previous : self.at.claim.start]
        behind = _BEHIND.match(between) or _WITH.match(between)
        cut = _BREAK.search(between, behind.end() if behind else 0)
        return between[cut.end() :] if cut else between[behind.end() if behind else 0 :]

    @cached_property
    def compared(self) -> bool:
        """Whether the number is the other side of a comparison: what the sentence names is not what it is of."""
        previous = max((end for _, end in self._others if end <= self.at.claim.start), default=self.at.reach[0])
        return bool(_COMPARED.search(self.at.text[previous : self.at.claim.start]))

    @cached_property
    def unnamed_side(self) -> bool:
        """Whether it is the other side of a comparison, and no words beside it say which."""
        if not self.compared or self.mentions(0):
            return False
        previous = max((end for _, end in self._others if end <= self.at.claim.start), default=self.at.reach[0])
        return not self.known.mentions(self.at.text[previous : self.at.claim.start])

    @cached_property
    def tail(self) -> str:
        """The words right behind it, up to those of the next claim."""
        end = self.at.claim.end + len(self.at.after)
        following = min((start for start, _ in self._others if start >= self.at.claim.end), default=None)
        behind = self.at.text[self.at.claim.end : end if following is None else min(following, end)]
        if (found := _BEHIND.match(behind)) and not re.search(r"\d\s?(?:[a-z]+/|ms|s|%)", found[1]):
            return found[1]
        if self._lead.rstrip().endswith("(") and ")" in behind:
            return behind[: behind.index(")")]
        if following is None or following > end:
            return _NONE.split(behind[:_LONGEST_TAIL])[0]
        cut = _BREAK.search(behind, found.end() if (found := _WITH.match(behind)) else 0)
        if cut is None and behind.rstrip().endswith("("):
            return behind.rstrip()[:-1]
        return behind[: cut.start()] if cut else ""

    @cached_property
    def before(self) -> str:
        """The sentence up to the claim without its own words; in a table the row's other cells."""
        if self.at.in_row:
            return ""
        start, text = self.at.reach[0], self.at.text[: self.at.claim.start - len(self.lead)]
        for _, end in self._others:
            if behind := _BEHIND.match(text, end) or _OWN.match(text, end):
                text = text[: behind.start()] + " " * len(behind[0]) + text[behind.end() :]
        return text[start:]

    @cached_property
    def clause(self) -> str:
        """The end of :attr:`before`, from the last semicolon on."""
        return self.before.rpartition(";")[2]

    @cached_property
    def row(self) -> str:
        """The other cells of the row: words as they stand, numbers with the head of their column."""
        parts = []
        for place, text in enumerate(self.at.cells):
            if place != self.at.column:
                head = self.at.line.header[place] if place < len(self.at.line.header) else ""
                if re.search(r"[^\W\d_]{2}", text):
                    parts.append(text)
                elif not re.search(r"\d", head):
                    parts.append(f"{head} {text}")
        return "; ".join(parts[:12]) + ";"

    @cached_property
    def words_of_row(self) -> str:
        """The other cells of the row that hold words."""
        return "; ".join(
            text for text in self.row.split("; ") if not re.search(r"(?:^|\s)\W*(?:\d[\d.,]*%?)?\W*$", text)
        )

    @cached_property
    def earlier(self) -> list[str]:
        """The sentences before this one on the line, the nearest first."""
        if self.at.in_row:
            return []
        start = self.at.reach[0]
        return [self.at.text[a:b] for a, b in reversed(sentences(self.at.text, self.at.line.body)) if b <= start][:3]

    @cached_property
    def layers(self) -> list[str]:
        """Every text that may say which rows are meant, the nearest first."""
        line = self.at.line
        own = (
            [f"{self.at.before} ; {self.at.after}", self._head, self.row]
            if self.at.in_row
            else [f"{self.lead} ; {self.tail}", self.before, self._rest]
        )
        above = [*reversed(line.parents), *self.earlier]
        return [*own, *above, self.intro, line.heading, *([line.section] if line.section else [])]

    @cached_property
    def intro(self) -> str:
        """The paragraph above; not the line itself, of which the beginning may be judged alone."""
        return "" if self.at.line.intro.startswith(self.at.text.strip()) else self.at.line.intro

    @cached_property
    def about(self) -> frozenset[int]:
        """The rows of the file that the text above is about."""
        found = self.known.mentions(self.at.line.about[0]) if self.at.line.about else []
        return frozenset().union(*(one.groups for one in found[-1:]))

    @cached_property
    def _turns(self) -> bool:
        """Whether an arrow follows: of two sides that stand above, it is of the first."""
        return _ARROW.match(self.at.after) is not None

    @cached_property
    def _head(self) -> str:
        """The head of the column; where it is only a letter, what the texts above call so: ``eager (A)``."""
        head = self.at.header.strip("*` ")
        if len(head) != 1 or not head.isalpha():
            return self.at.header
        above = f"{self.at.line.heading} ; {self.intro}"
        found = re.search(rf"([\w.:-]+(?: [\w.:-]+)?) \({head}\)", above)
        return found[1] if found else self.at.header

    @cached_property
    def _rest(self) -> str:
        """The end of the sentence."""
        return self.at.text[self.at.claim.end + len(self.tail) : self.at.reach[1]]

    @cached_property
    def near(self) -> int:
        """How many of the layers are of the sentence or the row itself, or the items that it is part of."""
        return 3 + len(self.at.line.parents)

    def loose(self, layer: int) -> bool:
        """Whether a text farther off may be of something else: an earlier sentence, a paragraph that names several."""
        above = layer == self.near + len(self.earlier) and len(self.known.mentions(self.layers[layer])) > 2
        return layer < self.near + len(self.earlier) or above

    def mentions(self, layer: int) -> list[Mention]:
        """What a layer names, the nearest to the claim first; a sentence is read as a whole and then divided."""
        if self.at.in_row or layer > 2:
            found = self.known.mentions(self.layers[layer])
            first = (self.at.in_row and layer in (0, 2)) or (layer > 2 and self._turns)
            return found if first else list(reversed(found))
        low, high = self.at.claim.start - len(self.lead), self.at.claim.end + len(self.tail) + 2
        start = self.at.reach[0]
        places = [(one.start + start, one.end + start, one) for one in self.known.mentions(self.at.sentence)]
        if layer == 0:
            return [one for a, b, one in places if low <= a and b <= high and self.tail_holds(b)]
        if layer == 1:
            blank = self.before
            return [one for a, _, one in reversed(places) if a < low and blank[a - start : a - start + 1].strip()]
        return [one for a, b, one in places if a >= self.at.claim.end and not (b <= high and self.tail_holds(b))]

    @cached_property
    def borrowed(self) -> bool:
        """Whether a setting stands only behind another value of the unit: it is then that one's."""
        unit, (_, end) = canonical(self.at.unit), self.at.reach
        alike = [
            one.end for one in self.at.claims if self.at.claim.end < one.start < end and canonical(one.unit) == unit
        ]
        start = self.at.reach[0]
        settings = [one.start + start for one in self.known.mentions(self.at.sentence) if one.setting]
        return bool(unit and alike and settings and not self.at.in_row) and min(settings) > min(alike)

    def tail_holds(self, end: int) -> bool:
        """Whether a place behind the claim is in its own words."""
        return end <= self.at.claim.start or bool(self.tail)


def nearness(at: Context, known: Vocabulary) -> Nearness:
    """Where to look for what a claim is about, worked out once for all rules that ask."""
    found = at.near
    if not isinstance(found, Nearness) or found.known is not known:
        found = at.near = Nearness(at, known)
    return found
