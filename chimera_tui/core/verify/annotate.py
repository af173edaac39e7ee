"""A judged text with footnotes at the numbers that are contradicted or unverifiable, and a section that lists them."""

from __future__ import annotations

import re

from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Check, Verdict

MARK = "<!-- chimera-tui: verification -->"
"""What follows this line is the checker's own and is never judged."""
FOOTNOTE = re.compile(r"\[\^v\d+\]")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def annotated(text: str, check: Check) -> str:
    """The text with its footnotes. Notes of an earlier check are replaced; numbers in fences are only listed."""
    lines = plain_lines(text)
    fenced = _fenced(lines)
    marked = [one for one in check.verdicts if one.label != SUPPORTED]
    numbers = {id(one): place for place, one in enumerate(marked, 1)}
    for one in reversed(marked):
        row = one.claim.line - 1
        if row < len(lines) and not fenced[row]:
            at = _after_code(lines[row], one.claim.end)
            lines[row] = f"{lines[row][:at]}[^v{numbers[id(one)]}]{lines[row][at:]}"
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join([*lines, "", MARK, "", *section(check), "", *_notes(marked, numbers)]) + "\n"


def plain_lines(text: str) -> list[str]:
    """The lines of a text without footnotes and section of an earlier check."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    end = next((place for place, line in enumerate(lines) if line.strip() == MARK), len(lines))
    return [FOOTNOTE.sub("", line) for line in lines[:end]]


def section(check: Check) -> list[str]:
    """The Verification section: coverage, then what is contradicted and what cannot be checked."""
    found = check.coverage()
    lines = [
        "## Verification", "",
        (
            f"{found['claims']} numeric claims: {found['supported']} supported, {found['contradicted']} contradicted, "
            f"{found['unverifiable']} unverifiable; {found['skipped']} numbers are no claims."
        ),
    ]  # fmt: skip
    lines += [f"Note: {inert_line(notice)}." for notice in check.notices]
    for label, title in ((CONTRADICTED, "Contradicted"), ("unverifiable", "Unverifiable")):
        rows = [one for one in check.verdicts if one.label == label]
        if rows:
            lines += ["", f"{title}:", "", *(f"- line {one.claim.line}: {_told(one)}" for one in rows)]
    return lines


def _notes(marked: list[Verdict], numbers: dict[int, int]) -> list[str]:
    return [f"[^v{numbers[id(one)]}]: {one.label.capitalize()}: {_escaped(one.reason)}{_right(one)}." for one in marked]


def _told(one: Verdict) -> str:
    return f"{_escaped(one.claim.span)}: {_escaped(one.reason)}{_right(one)}"


def _right(one: Verdict) -> str:
    return f"; right: {_escaped(one.right)}" if one.right else ""


def _escaped(text: str) -> str:
    """Plain words in Markdown, whatever names of files hold."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", inert_line(text, 400))


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
