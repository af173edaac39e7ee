"""The source of a parsed part: its lines and where they stand in the whole."""

_MARKS = " \t>"


class SourceText:
    """A part of the source that begins at a line; ``base`` is its offset in the whole, -1 where it has none."""

    __slots__ = ("base", "starts", "text")

    def __init__(self, text: str, base: int) -> None:
        self.text, self.base = text, base
        self.starts = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]
        if self.starts[-1] != len(text):
            self.starts.append(len(text))

    def start(self, line: int) -> int:
        """Offset in the part where a line begins."""
        return self.starts[min(line, len(self.starts) - 1)]

    def line(self, line: int) -> str:
        """A line with its line end."""
        return self.text[self.start(line) : self.start(line + 1)]

    def span(self, lines: "list[int] | None") -> tuple[int, int]:
        """First and last+1 offset in the part of a token's lines."""
        first, last = lines or (0, 0)
        return self.start(first), self.start(last)

    def blank(self, line: int) -> bool:
        """Whether nothing but quote marks stands on a line."""
        return line >= 0 and not self.line(line).strip("\n" + _MARKS)

    def find_line(self, line: int, content: str) -> int:
        """Source offset of a code line's content, its indentation taken off; -1 where it is not literally there."""
        if self.base < 0:
            return -1
        raw = self.line(line).removesuffix("\n")
        at = len(raw) - len(content) if raw.endswith(content) else raw.find(content)
        return self.base + self.start(line) + at if at >= 0 else -1

    def begin(self, line: int, content: str) -> int:
        """How far into a line its content begins, behind list numbers and quote marks; 0 where it is not there."""
        raw, content = self.line(line).rstrip(), content.rstrip()
        return len(raw) - len(content) if raw.endswith(content) else max(raw.find(content), 0)
