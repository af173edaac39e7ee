"""A judged text with footnotes at the numbers that are contradicted or unverifiable, and a section that lists them."""

from __future__ import annotations

import re

from chimera_tui.core.report.older import is_chimera_report
from chimera_tui.core.verify.results.listing import note, section
from chimera_tui.core.verify.verdict import SUPPORTED, Check, Verdict

MARK = "<!-- chimera-tui: verification -->"
"""What follows this line is the checker's own and is never judged."""
BANNER = "> **No results:** what follows is called made up, an example or a placeholder by the text itself."
OURS = re.compile(r"\[\^v\d+\]|(?<=\])\(#f\d+\)")
"""What is put into a judged line: references to footnotes, and the targets of links to facts."""
TITLE = "## Verification"
_NOTE = re.compile(r"^\[\^v\d+\]: ")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_OF_SECTION = re.compile(
    r"|## Verification|\d+ numeric claims: .*|Note: .*|Contradicted:|Unverifiable:|- line \d+: .*|\[\^v\d+\]: .*"
)
"""What a section of ours after ``MARK`` is made of."""
_HEADING = re.compile(r"^## ")
Numbered = tuple[int, str]
"""A line with its number in the text that was judged, 0 where it is new."""


def annotated(text: str, check: Check) -> str:
    """The text with banners, footnotes and the section; those of an earlier check are replaced.

    A report of ours has its section where it was, any other text at its end. Numbers in fences are only listed.
    """
    marked = [one for one in check.verdicts if one.label != SUPPORTED]
    lines = _numbered(text, marked)
    lines, moved = _with_banners(lines, [one.line for one in check.remarks if one.illustrative])
    body = [line for _, line in lines]
    while body and not body[-1].strip():
        body.pop()
    said = section(check, moved)
    notes = [note(place, one) for place, one in enumerate(marked, 1)]
    if place := _own_section(body):
        end = next((row for row in range(place + 1, len(body)) if _HEADING.match(body[row])), len(body))
        body[place:end] = [TITLE, *said, *([""] if end < len(body) else [])]
        return "\n".join([*body, *([""] if notes else []), *notes]) + "\n"
    return "\n".join([*body, "", MARK, "", TITLE, "", *said, "", *notes]) + "\n"


def plain_lines(text: str) -> list[str]:
    """The lines of a text as they were before an earlier check: what that added is empty or gone."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    # Somebody else's words behind a mark are judged.
    end = len(lines)
    while end and _OF_SECTION.fullmatch(lines[end - 1]):
        end -= 1
    end = end - 1 if end and lines[end - 1].strip() == MARK else len(lines)
    return ["" if line == BANNER or _NOTE.match(line) else OURS.sub("", line) for line in lines[:end]]


def _numbered(text: str, marked: list[Verdict]) -> list[Numbered]:
    """The lines with their numbers in the text as it was judged, its old notes away and the new references placed."""
    given = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    bare = plain_lines(text)
    fenced = _fenced(bare)
    for place, one in reversed(list(enumerate(marked, 1))):
        row = one.claim.line - 1
        if row < len(bare) and not fenced[row]:
            line = given[row]
            at = _after_code(line, one.claim.end)
            given[row] = f"{line[:at]}\0{place}\0{line[at:]}"
    lines = []
    banner = False
    for number, line in enumerate(given[: len(bare)], 1):
        added = line == BANNER or _NOTE.match(line) is not None
        if not added and not (banner and not line.strip()):
            kept = re.sub(r"\[\^v\d+\]", "", line)
            lines.append((number, re.sub(r"\0(\d+)\0", r"[^v\1]", kept)))
        banner = line == BANNER
    return lines


def _with_banners(lines: list[Numbered], illustrative: list[int]) -> tuple[list[Numbered], dict[int, int]]:
    """A banner over each block with such a line; and the numbers of the lines now, by those they had."""
    fenced = _fenced([line for _, line in lines])
    rows = {number: row for row, (number, _) in enumerate(lines)}
    tops = set()
    for number in illustrative:
        row = rows.get(number, 0)
        while row and (fenced[row] or fenced[row - 1] or lines[row - 1][1].strip()):
            row -= 1
        tops.add(row)
    found: list[Numbered] = []
    moved: dict[int, int] = {}
    for row, (number, line) in enumerate(lines):
        if row in tops:
            found += [(0, BANNER), (0, "")]
        found.append((number, line))
        moved[number] = len(found)
    return found, moved


def _own_section(lines: list[str]) -> int | None:
    """Where a saved report of ours has its section: behind the program's own blocks."""
    if not is_chimera_report("\n".join(lines)):
        return None
    titles = [row for row, line in enumerate(lines) if line == TITLE]
    blocks = [row for row, line in enumerate(lines) if line == "## Workflow Summary"]
    return titles[-1] if titles and blocks and blocks[-1] < titles[-1] else None


def _after_code(line: str, at: int) -> int:
    """Behind the code span that a place is in: a footnote inside one is no footnote."""
    for span in re.finditer(r"(`+).+?\1", line):
        if span.start() < at < span.end():
            return span.end()
    return at


def _fenced(lines: list[str]) -> list[bool]:
    found, fence = [], ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1][:3]
            found.append(True)
        elif mark and line.strip().startswith(fence):
            fence = ""
            found.append(True)
        else:
            found.append(bool(fence))
    return found
