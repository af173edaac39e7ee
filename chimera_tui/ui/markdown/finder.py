"""Searching in rows: matches run on across wrapped rows, overlays say what to highlight on each."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from chimera_tui.ui.markdown.lines import Line, Overlay, Place


class Finder:
    """A pattern, the places where it occurs and which of them is the current one."""

    def __init__(self) -> None:
        self.pattern = ""
        self.matches: list[list[Place]] = []
        self.current = -1
        self.overlays: dict[int, list[Overlay]] = {}

    def look(self, rows: Sequence[Line]) -> None:
        """Find the pattern again in what may be other rows."""
        self.matches = find(self.pattern, rows) if self.pattern else []
        self.choose(min(self.current, len(self.matches) - 1))

    def choose(self, index: int) -> None:
        """Make a match the current one."""
        self.current = index
        self.overlays = {}
        for number, places in enumerate(self.matches):
            name = "match-current" if number == index else "match"
            for row, start, end in places:
                self.overlays.setdefault(row, []).append((start, end, name, ""))

    def first_from(self, row: int) -> int:
        """The first match at or below a row, else the first of all."""
        return next((number for number, places in enumerate(self.matches) if places[0][0] >= row), 0)


def find(pattern: str, rows: Sequence[Line]) -> list[list[Place]]:
    """Where a text occurs; capitals count only if the pattern has some; any white space matches a space."""
    starts: list[int] = []
    parts: list[str] = []
    length = 0
    for row in rows:
        content = row.content
        parts += (row.joint, content)
        starts.append(length + len(row.joint))
        length = starts[-1] + len(content)
    flags = 0 if any(char.isupper() for char in pattern) else re.IGNORECASE
    words = r"\s+".join(re.escape(word) for word in pattern.split(" ")) if pattern.strip() else re.escape(pattern)
    found = re.finditer(words, "".join(parts), flags)
    return [places for match in found if (places := _places(match.start(), match.end(), starts, rows))]


def _places(start: int, end: int, starts: list[int], rows: Sequence[Line]) -> list[Place]:
    places: list[Place] = []
    row = max(bisect_right(starts, start) - 1, 0)
    while row < len(rows) and starts[row] < end:
        low = max(start - starts[row], 0)
        high = min(end - starts[row], len(rows[row].content))
        if high > low:
            places.append((row, rows[row].indent + low, rows[row].indent + high))
        row += 1
    return places
