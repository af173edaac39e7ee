"""The lines of a file of any size: where each begins is noted in a thread, a line is read when it is looked at."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import IO, TYPE_CHECKING

from chimera_tui.core.inert import inert_line

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK = 1 << 20
MAX_LINES = 2_000_000
LINE_BYTES = 4_000
"""Of a line, more bytes than these are not shown."""


class TextSource:
    """Lines by number. ``index`` and ``find`` block and belong into a thread; so does ``lines`` on a slow disk."""

    def __init__(self, opened: Callable[[], IO[bytes]]) -> None:
        self._opened = opened
        self._starts = array("Q", [0])
        self.size = 0
        self.cut = False

    @property
    def count(self) -> int:
        """Lines known so far."""
        ends_with_newline = self.size > 0 and self._starts[-1] == self.size
        return len(self._starts) - ends_with_newline if self.size else 0

    def index(self, stopped: Callable[[], bool], on_block: Callable[[], None]) -> None:
        """Note where each line begins, up to ``MAX_LINES``; ``on_block`` after every megabyte."""
        place = 0
        with self._opened() as file:
            while not stopped() and (block := file.read(BLOCK)):
                at = block.find(b"\n")
                while at >= 0:
                    self._starts.append(place + at + 1)
                    at = block.find(b"\n", at + 1)
                place += len(block)
                self.size = place
                on_block()
                if len(self._starts) > MAX_LINES:
                    self.cut = True
                    return

    def lines(self, first: int, count: int) -> list[str]:
        """Some lines as inert text."""
        result = []
        with self._opened() as file:
            for number in range(first, min(first + count, self.count)):
                start = self._starts[number]
                end = self._starts[number + 1] if number + 1 < len(self._starts) else self.size
                file.seek(start)
                data = file.read(min(end - start, LINE_BYTES)).rstrip(b"\r\n")
                more = "…" if end - start > LINE_BYTES else ""
                result.append(_shown(data) + more)
        return result

    def find(self, text: str, after: int, stopped: Callable[[], bool]) -> int | None:
        """The next line that holds a text, ASCII case aside, from the top after the last; None where none does."""
        needle = text.encode().lower()
        if not needle or not self.count:
            return None
        start = self._starts[after + 1] if after + 1 < len(self._starts) else self.size
        found = self._scan(needle, start, self.size, stopped)
        if found is None:
            found = self._scan(needle, 0, min(start + len(needle), self.size), stopped)
        return None if found is None else min(bisect_right(self._starts, found) - 1, self.count - 1)

    def _scan(self, needle: bytes, start: int, end: int, stopped: Callable[[], bool]) -> int | None:
        with self._opened() as file:
            file.seek(start)
            place, kept = start, b""
            while place < end and not stopped():
                block = kept + file.read(min(BLOCK, end - place)).lower()
                at = block.find(needle)
                if at >= 0:
                    return place - len(kept) + at
                if len(block) == len(kept):
                    return None
                place += len(block) - len(kept)
                kept = block[-(len(needle) - 1) :] if len(needle) > 1 else b""
        return None


def _shown(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "backslashreplace") if error.start < len(data) - 3 else data[: error.start].decode()
    return inert_line(text.removeprefix("\ufeff").expandtabs(4))
