"""A document that grows: its closed blocks, its open tail, and the rows of both for one width."""

from bisect import bisect_right
from typing import Literal

from chimera_tui.ui.markdown.blocks import Block, BlockMaker, Env
from chimera_tui.ui.markdown.lines import Line, Link, Place
from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.stream import BlockStream

Role = Literal["model", "program", "thinking"]


class Document:
    """Text by role in, rows out.

    Every span of a row knows the source offset of its first character, so a place in the source can be found on the
    screen (``line_of``) and marked. Offsets count the text of the model and the program; thinking is shown but is no
    part of the source (its spans carry -1). Line ends must come as newlines.
    """

    def __init__(self, width: int, options: DrawOptions) -> None:
        self.width, self.options = width, options
        self.blocks: list[Block] = []
        self.lines: list[Line] = []
        self.tail: list[Block] = []
        self.tail_lines: list[Line] = []
        self._tops: list[int] = []
        self._envs: dict[bool, Env] = {True: {}, False: {}}
        self._stream: BlockStream | None = None
        self._length = 0

    @property
    def height(self) -> int:
        """Rows of the whole document."""
        return len(self.lines) + len(self.tail_lines)

    @property
    def source(self) -> str:
        """The text of model and program."""
        closed = "".join(block.text for block in self.blocks if block.role != "thinking")
        stream = self._stream
        return closed + (stream.open if stream and stream.maker.role != "thinking" else "")

    def line(self, number: int) -> Line | None:
        """A row, or nothing below the end."""
        if number < len(self.lines):
            return self.lines[number]
        number -= len(self.lines)
        return self.tail_lines[number] if number < len(self.tail_lines) else None

    def rows(self) -> list[Line]:
        """All rows."""
        return [*self.lines, *self.tail_lines]

    # growing

    def append(self, text: str, role: Role) -> None:
        """Add text; rows of closed blocks are made at once, the tail's by ``draw_tail``."""
        if self._stream is None or self._stream.maker.role != role:
            self.finish()
            maker = BlockMaker(role, self._envs[role == "thinking"], self.options)
            previous = self.blocks[-1] if self.blocks else None
            self._stream = BlockStream(maker, -1 if role == "thinking" else self._length, previous)
        if role != "thinking":
            self._length += len(text)
        self._closed(self._stream.feed(text))

    def finish(self) -> None:
        """Close the tail."""
        stream = self._stream
        if stream is None:
            return
        self._closed(stream.finish())
        self._stream = None
        self.tail, self.tail_lines = [], []

    def draw_tail(self) -> None:
        """Make the rows of the open text."""
        self.tail = self._stream.tail() if self._stream else []
        self.tail_lines = []
        for block in self.tail:
            block.layout(self.width, self.options)
            self.tail_lines.extend(block.lines)

    def _closed(self, blocks: list[Block]) -> None:
        if not blocks:
            return
        for block in blocks:
            block.layout(self.width, self.options)
            self._tops.append(len(self.lines))
            self.lines.extend(block.lines)
        self.blocks.extend(blocks)
        self._resolve(blocks)

    def _resolve(self, added: list[Block]) -> None:
        """Make blocks again whose link references have been defined only now."""
        env = self._envs[added[0].role == "thinking"]
        known = env.setdefault("seen", set())
        new = set(env.get("references", {})) - known
        if not new:
            return
        known |= new
        words = {label.split()[0] for label in new if label.split()}
        for index, block in enumerate(self.blocks):
            if "[" in block.text and any(word in block.text.lower().upper() for word in words):
                previous = self.blocks[index - 1] if index else None
                remade = BlockMaker(block.role, env, self.options).make(block.text, block.start, previous, dict(env))
                block.leaves, block.links = remade[0].leaves, remade[0].links
        self._relayout()

    # drawing again

    def redraw(self, width: int, options: DrawOptions) -> None:
        """Make all rows for another width or other options."""
        if options.ascii != self.options.ascii:
            self._rebuild(options)
        self.width, self.options = width, options
        self._relayout()
        self.draw_tail()

    def _rebuild(self, options: DrawOptions) -> None:
        previous: Block | None = None
        for index, block in enumerate(self.blocks):
            env = self._envs[block.role == "thinking"]
            previous = BlockMaker(block.role, env, options).make(block.text, block.start, previous, dict(env))[0]
            self.blocks[index] = previous
        if self._stream is not None:
            old = self._stream
            maker = BlockMaker(old.maker.role, old.maker.env, options)
            self._stream = BlockStream(maker, old.start, previous)
            self._stream.feed(old.open)

    def _relayout(self) -> None:
        self.lines, self._tops = [], []
        for block in self.blocks:
            block.layout(self.width, self.options)
            self._tops.append(len(self.lines))
            self.lines.extend(block.lines)

    # looking things up

    def placed(self) -> list[tuple[Block, int]]:
        """Every block with its first row."""
        top = len(self.lines)
        out = list(zip(self.blocks, self._tops, strict=True))
        for block in self.tail:
            out.append((block, top))
            top += len(block.lines)
        return out

    def block_at(self, row: int) -> tuple[Block, int] | None:
        """The block a row belongs to, with its first row."""
        if row < len(self.lines):
            index = bisect_right(self._tops, row) - 1
            return (self.blocks[index], self._tops[index]) if index >= 0 else None
        placed = self.placed()
        index = bisect_right(placed, row, key=lambda one: one[1]) - 1
        return placed[index] if index >= 0 else None

    def passages(self) -> list[tuple[Block, int]]:
        """Every block of model and program that holds something, with the first row of its text."""
        return [
            (block, top + (block.gap is not None))
            for block, top in self.placed()
            if block.start >= 0 and block.kind not in ("", "hr")
        ]

    def links(self) -> list[Link]:
        """Every link and image of model and program; one whose text has no place in the source is at its block's."""
        return [
            link if link.start >= 0 else Link(block.start, block.start, link.target)
            for block, _ in self.placed()
            if block.start >= 0
            for link in block.links
        ]

    def text_at(self, row: int) -> str:
        """Source of the block on a row; on the empty row above a block, of that block."""
        found = self.block_at(row)
        return found[0].text.strip("\n") if found else ""

    def top_of(self, start: int, default: int) -> int:
        """First row of the block that begins at a source offset."""
        return next((row for block, row in self.placed() if block.start == start), default)

    def line_of(self, offset: int) -> int:
        """The row that shows a character of the source (or the nearest one above it)."""
        found: tuple[Block, int] | None = None
        for block, top in self.placed():
            if 0 <= block.start <= offset:
                found = block, top
        return found[1] + found[0].line_of(offset) if found else 0

    def offset_at(self, row: int) -> int:
        """The first character of the source that a row shows, or the next row that shows any; else the end."""
        for number in range(max(row, 0), self.height):
            line = self.line(number)
            sources = [source for _, _, source in line.spans if source >= 0] if line else []
            if sources:
                return min(sources)
        return self._length

    def places(self, start: int, end: int) -> list[Place]:
        """Where the characters of a span of the source stand: what a mark has to be laid over."""
        out: list[Place] = []
        for block, top in self.placed():
            if block.start < 0 or block.start >= end or block.end <= start:
                continue
            for number, line in enumerate(block.lines):
                column = 0
                for text, _, source in line.spans:
                    low, high = max(start - source, 0), min(end - source, len(text))
                    if source >= 0 and high > low:
                        out.append((top + number, column + low, column + high))
                    column += len(text)
        return out

    def headings(self) -> list[tuple[int, str, int]]:
        """Level, text and row of every heading that stands by itself."""
        return [
            (*block.heading, top + (block.gap is not None))
            for block, top in self.placed()
            if block.heading is not None and block.kind == "heading"
        ]
