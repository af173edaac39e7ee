"""Text of others inside a document of ours: it may not break out of its place, nor hide what follows it."""

import re

from chimera_tui.core.inert import inert, inert_line

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_HTML_START = re.compile(r"^( {0,3})<", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:[ \t]|$)")
_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|&(?=[#A-Za-z])|!(?=\[)|^[#+=-]")
_LIST_NUMBER = re.compile(r"^(\d+)([.)])(?=\s|$)")


def contained(text: str, least_heading: int = 1) -> str:
    """A model's Markdown with controls spelled out, open fences closed and raw HTML blocks shown as text.

    Its highest heading becomes one of level ``least_heading`` where it is above that, the others with it.
    """
    lines: list[str] = []
    headings: list[int] = []
    fence = ""
    for line in inert(text).strip("\n").splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip():
                fence = ""
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
        else:
            line = _HTML_START.sub(r"\1&lt;", line)  # noqa: PLW2901 - the line as it is kept
            if _HEADING.match(line):
                headings.append(len(lines))
        lines.append(line)
    if fence:
        lines.append(fence)
    levels = [len(lines[number].lstrip(" ").split()[0]) for number in headings]
    shift = max(0, least_heading - min(levels, default=least_heading))
    for number, level in zip(headings, levels, strict=True):
        text = lines[number].lstrip(" ")[level:]
        lines[number] = "#" * min(6, level + shift) + text
    return "\n".join(lines)


def escaped(text: str, limit: int | None = None) -> str:
    """One line of plain text as Markdown that shows just that text."""
    return _LIST_NUMBER.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", inert_line(text, limit).strip()))


def fenced(text: str, info: str = "") -> str:
    """A code block around text that may itself hold fences."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}{info}\n{inert(text)}\n{mark}"
