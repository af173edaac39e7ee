"""Markdown as lines to judge: what each line is, and what stands above it that its numbers may refer to."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify.text.masks import FILE

PROSE, ROW, HEADER, RULE, HEADING, KEY, CODE, PROGRAM, BLANK, OTHER = (
    "prose", "row", "table header", "table rule", "heading", "key", "code", "program", "blank", "other",
)  # fmt: skip
"""What a line is. ``prose``, ``row``, ``heading`` and ``key`` are judged; numbers in others are skipped."""
JUDGED = frozenset((PROSE, ROW, HEADING, KEY))
PROSE_FENCES = ("", "markdown", "md")
"""Info strings of fences whose content is judged as prose."""
MOST_NAMED = 4
"""Files that the text above names which are kept."""
OPENING = 2
"""Headings in the opening of a report: its title and that of its introduction."""
BOLD = 7
"""The level of a line of bold text as a heading: below all others."""
LONGEST = 8_000
"""Characters of a line that are looked at."""
_UNBROKEN = re.compile(r"[!-+\-.-:<-{}~]{256,}")
_RULER = re.compile(r"[-=_*~:+#]+")

_FENCE = re.compile(r"^ {0,3}(?:[-*+] +)?(`{3,}|~{3,})\s*([^`\s]*)")
_ITEM = re.compile(r"^(\s*)([-*+•]|\d{1,4}[.)]|\(?[a-zA-Z0-9]{1,2}\))(\s+)")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s+|$)")
_LOST_BREAK = re.compile(r"(?<=\S)\s(#{2,6} [A-Z][^#]{0,60})$")
"""A heading behind the text of another line: a writer left the line break out."""
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__)[^*_].*?(?:\*\*|__):?\s*$")
_RULE = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_BREAK = re.compile(r"^ {0,3}(?:[-*_=]\s*){3,}$")
_OUR_NOTE = re.compile(r"^\s*\[\^v\d+\]:")
_FOOTNOTE = re.compile(r"^\s*\[\^[^\]\s]{1,60}\]:\s*")
_KEY = re.compile(
    r"^\s*(?:\"([^\"]{1,200})\"|"
    r"([A-Za-z_][\w.\[\]-]{0,200}))\s*:\s*(-?(?:\d{1,3}(?:,\d{3})+|"
    r"\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*,?\s*$"
)
_CELL = re.compile(r"(?:\\\||[^|])*")


def looked_at(text: str) -> int:
    """How much of a line is looked at: no number is cut in two."""
    if len(text) <= LONGEST:
        return len(text)
    return max(text.rfind(" ", 0, LONGEST), text.rfind("|", 0, LONGEST)) + 1 or LONGEST


def withheld(text: str) -> list[tuple[int, int]]:
    """Where the parts of a line are that are not looked at: its end beyond ``LONGEST``, and what no word can be."""
    end = looked_at(text)
    found = [one.span() for one in _UNBROKEN.finditer(text, 0, end) if not _RULER.fullmatch(one[0])]
    return [*found, (end, len(text))] if end < len(text) else found


def _withheld(one: re.Match[str]) -> str:
    """The same length of nothing: patterns that look for words in it would take seconds."""
    return one[0] if _RULER.fullmatch(one[0]) else "…" * len(one[0])


class Line(msgspec.Struct, frozen=True):
    """One line. ``body`` is where its text begins, after a list marker or the marks of a heading."""

    number: int
    text: str
    role: str
    body: int = 0
    parents: tuple[str, ...] = ()
    """The list items above it in which it is nested, outermost first; their text."""
    heading: str = ""
    """The nearest heading above (a line of bold text alone is one too)."""
    section: str = ""
    """The heading of the section that this heading is in."""
    cells: tuple[tuple[int, int], ...] = ()
    header: tuple[str, ...] = ()
    intro: str = ""
    """The paragraph before a list or a table."""
    about: tuple[str, ...] = ()
    """The files named above it in its section, the last first, else the only one that the opening names."""
    settings: str = ""
    """The ``key: number`` lines of the code block above, up to the next heading."""
    given: str = ""
    """The text with its citations of facts, where it has any: in ``text`` they are blank, as no words of a sentence."""
    key: tuple[int, int] | None = None
    number_at: tuple[int, int] | None = None


class Reader:
    """Takes the lines of a document one after the other; ``program`` holds the numbers of those the program wrote."""

    def __init__(self, program: frozenset[int] = frozenset()) -> None:
        self._program = program
        self._number = 0
        self._fence = ""
        self._fence_prose = False
        self._items: list[tuple[int, str]] = []
        self._header: tuple[str, ...] = ()
        self._in_table = False
        self._intro = ""
        self._settings = ""
        self._previous = ""
        self._named: list[str] = []
        self._opening: set[str] = set()
        self._headings = 0
        self._sections: list[tuple[int, str]] = []

    def line(self, text: str) -> Line:
        """The next line, without its line break."""
        self._number += 1
        text = _UNBROKEN.sub(_withheld, text[: looked_at(text)])
        if self._number in self._program:
            self._leave()
            return Line(self._number, text, PROGRAM)
        if fence := _FENCE.match(text):
            return self._at_fence(text, fence[1], fence[2].lower())
        if self._fence and (not self._fence_prose or re.match(r"\s*\$ \S", text)):
            return self._in_code(text)
        if (lost := _LOST_BREAK.search(text)) and "|" not in text:
            line = self._markdown(text[: lost.start(1)])
            self._at_heading(lost[1], 0)
            return line
        return self._markdown(text)

    @property
    def _heading(self) -> str:
        return self._sections[-1][1] if self._sections else ""

    @property
    def _section(self) -> str:
        return self._sections[-2][1] if len(self._sections) > 1 and self._sections[-2][0] > 1 else ""

    @property
    def _about(self) -> tuple[str, ...]:
        return tuple(reversed(self._named)) or (tuple(self._opening) if len(self._opening) == 1 else ())

    def _names(self, text: str) -> None:
        """Note the files that a line names, for those below it."""
        found = [one[0] for one in FILE.finditer(text)] if "." in text else []
        self._named = [*(one for one in self._named if one not in found), *found][-MOST_NAMED:]
        if self._headings <= OPENING:
            self._opening.update(found)

    def _leave(self) -> None:
        self._fence, self._items, self._header, self._in_table = "", [], (), False
        self._intro, self._previous, self._sections = "", "", []

    def _at_fence(self, text: str, mark: str, info: str) -> Line:
        if not self._fence:
            self._fence, self._fence_prose, self._settings = mark[:3], info in PROSE_FENCES, ""
        elif mark.startswith(self._fence) and not info:
            self._fence = ""
        return Line(self._number, text, OTHER)

    def _in_code(self, text: str) -> Line:
        if found := _KEY.match(text):
            self._settings += f"{found[1] or found[2]}={found[3]}, "
            key = found.span(1) if found[1] is not None else found.span(2)
            return Line(self._number, text, KEY, key=key, number_at=found.span(3), heading=self._heading)
        return Line(self._number, text, CODE)

    def _markdown(self, text: str) -> Line:
        stripped = text.strip()
        if not stripped:
            self._in_table, self._header = False, ()
            self._previous = ""
            return Line(self._number, text, BLANK)
        if _HEADING.match(text):
            return self._at_heading(text, _HEADING.match(text).end())  # type: ignore[union-attr]
        if "|" in stripped and (stripped[0] == "|" or self._in_table):
            return self._table_row(text)
        if _BREAK.match(text) or _OUR_NOTE.match(text):
            return Line(self._number, text, OTHER)
        if _is_bold_heading(text):
            return self._at_heading(text, len(text) - len(text.lstrip()))
        return self._prose(text)

    def _at_heading(self, text: str, body: int) -> Line:
        self._items, self._intro, self._settings = [], "", ""
        heading, bare = text.strip().strip("#*_: ").strip(), text.lstrip()
        level = len(bare) - len(bare.lstrip("#")) if _HEADING.match(text) else BOLD
        self._sections = [*(one for one in self._sections if one[0] < level), (level, heading)]
        self._in_table, self._header = False, ()
        self._headings, self._named = self._headings + 1, []
        self._names(text)
        return Line(self._number, text, HEADING, body)

    def _table_row(self, text: str) -> Line:
        cells = _cells(text)
        if _RULE.match(text):
            self._in_table = True
            return Line(self._number, text, RULE)
        if not self._in_table:
            self._in_table = True
            self._header = tuple(text[a:b] for a, b in cells)
            return Line(self._number, text, HEADER, cells=cells)
        # An item that is a whole sentence is over before a table that is not part of it.
        indent = len(text) - len(text.lstrip())
        above = tuple(item for place, item in self._items if indent > place or not item.rstrip("*_ ").endswith("."))
        return Line(
            self._number, text, ROW, cells=cells, header=self._header, heading=self._heading, intro=self._intro,
            parents=above, about=self._about, section=self._section,
        )  # fmt: skip

    def _prose(self, text: str) -> Line:
        self._in_table, self._header = False, ()
        item = _ITEM.match(text)
        indent = len(text) - len(text.lstrip())
        if item:
            while self._items and self._items[-1][0] >= indent:
                self._items.pop()
        elif not self._items or indent <= self._items[-1][0]:
            self._items = []
            self._intro = text.strip()
        parents = tuple(above for _, above in self._items)
        body = item.end() if item else max(indent, note.end() if (note := _FOOTNOTE.match(text)) else 0)
        if item:
            self._items.append((indent, text[body:].strip()))
        about = self._about
        self._names(text)
        return Line(
            self._number, text, PROSE, body, parents, self._heading, intro=self._intro, settings=self._settings,
            about=about, section=self._section,
        )  # fmt: skip


def _is_bold_heading(text: str) -> bool:
    """Whether a line is bold text alone, with no value after a colon in it."""
    if not _BOLD_LINE.match(text) or _ITEM.match(text) or re.search(r":\s*\*\*\s*\S", text):
        return False
    return "**" not in text.strip().strip("*")


def _cells(text: str) -> tuple[tuple[int, int], ...]:
    """Where the cells of a table row are, without the white space around them."""
    found = []
    at = text.index("|") + 1 if text.lstrip().startswith("|") else 0
    while at <= len(text):
        match = _CELL.match(text, at)
        end = match.end() if match else len(text)
        inner = text[at:end]
        start = at + len(inner) - len(inner.lstrip())
        if inner.strip() or end < len(text):
            found.append((start, max(start, at + len(inner.rstrip()))))
        at = end + 1
    return tuple(found)
