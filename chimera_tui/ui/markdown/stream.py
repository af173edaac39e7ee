"""Markdown that arrives in pieces: closes a block as soon as nothing that follows can change it.

Proof of closing: CommonMark is read line by line, so when a whole line has begun another top-level block (or another
item of a list), the one above is over. The last block therefore stays open: a paragraph may become a setext heading or
a table, a list may go on, a fence may not be closed. A link definition may still take the line below as its title, so
definitions that touch the open block stay open with it. Fences and tables grow line by line without being parsed again.
"""

import re
from typing import TYPE_CHECKING

from chimera_tui.ui.markdown.blocks import Block, BlockMaker, block_tokens
from chimera_tui.ui.markdown.code import Code
from chimera_tui.ui.markdown.leaves import Prose
from chimera_tui.ui.markdown.lines import Prefix, shown
from chimera_tui.ui.markdown.source import SourceText
from chimera_tui.ui.markdown.table import Table

if TYPE_CHECKING:
    from markdown_it.token import Token

_FENCE = re.compile(r"(?:[ \t]*\n)*( {0,3})(`{3,}(?=[^`\n]*$)|~{3,})[^\n]*$", re.MULTILINE)
_SLICE = 8192


class BlockStream:
    """Splits one run of text of one role; ``feed`` returns the blocks it closes."""

    def __init__(self, maker: BlockMaker, start: int, previous: Block | None) -> None:
        self.maker, self.previous = maker, previous
        self.start = start
        self.open = ""
        self._fence: _OpenFence | None = None
        self._table: _OpenTable | None = None
        self._checked = 0

    def feed(self, text: str) -> list[Block]:
        """Take more text; the blocks that are final now."""
        closed: list[Block] = []
        for low in range(0, len(text), _SLICE):
            self.open += text[low : low + _SLICE]
            while (cut := self._cut()) > 0:
                closed.extend(self._close(cut))
        return closed

    def finish(self) -> list[Block]:
        """No more text comes: the rest is final."""
        closed: list[Block] = []
        if self._table is not None and (cut := self._table.take(self.open)):
            closed = self._close(cut)
        return [*closed, *self._close(len(self.open))] if self.open else closed

    def tail(self) -> list[Block]:
        """What the open text looks like if nothing more came."""
        grown = self._fence or self._table
        if grown is not None:
            return [grown.shown(self.open)]
        if not self.open:
            return []
        refs = dict(self.maker.env.get("references", {}))
        return self.maker.make(self.open, self.start, self.previous, {"references": refs})

    def _close(self, cut: int) -> list[Block]:
        text, self.open = self.open[:cut], self.open[cut:]
        grown = self._table.closed(text) if self._table else None
        blocks = [grown] if grown else self.maker.make(text, self.start, self.previous)
        if self._fence:
            self._fence.hand_over(blocks[0])
        self.start += cut if self.start >= 0 else 0
        self._fence = self._table = None
        self._checked = 0
        self.previous = blocks[-1]
        return blocks

    def _cut(self) -> int:
        """Length of the open text that is final, 0 if none."""
        end = self.open.rfind("\n") + 1
        if end <= self._checked:
            return 0
        self._checked = end
        text = self.open[:end]
        if self._fence is None and self._table is None:
            return self._begin(text)
        return (self._fence or self._table).take(text)  # type: ignore[union-attr]

    def _begin(self, text: str) -> int:
        opening = _FENCE.match(text)
        if opening:
            self._fence = _OpenFence(self.maker, opening, self.start, self.previous)
            return self._fence.take(text)
        tokens = block_tokens(text, {})
        if tokens and tokens[0].type == "table_open" and (tokens[0].map or [0, 0])[1] == text.count("\n"):
            self._table = _OpenTable(self.maker, text, self.start, self.previous)
            return 0
        return _final(text, tokens)


def _final(text: str, tokens: "list[Token]") -> int:
    """How much of whole lines lies above the block that is still open."""
    source = SourceText(text, 0)
    starts = _starts(tokens)
    index = len(starts) - 1
    while index > 0 and starts[index - 1][1] == "definition" and not source.blank(starts[index][0] - 1):
        index -= 1
    return source.start(starts[index][0]) if index > 0 else 0


def _starts(tokens: "list[Token]") -> list[tuple[int, str]]:
    """First line and type of each top-level block; a list counts item by item."""
    return [
        (token.map[0], token.type)
        for token in tokens
        if token.map
        and (
            (token.level == 0 and not token.type.endswith("list_open"))
            or (token.level == 1 and token.type == "list_item_open")
        )
    ]


class _OpenFence:
    """A fence whose end has not come: its finished lines are never looked at again."""

    def __init__(self, maker: BlockMaker, opening: "re.Match[str]", start: int, previous: Block | None) -> None:
        self.start, self.at = start, opening.end() + 1
        self.block = maker.make(opening.group() + "\n", start, previous)[0]
        self.code = next(leaf for leaf in self.block.leaves if isinstance(leaf, Code))
        self.indent, mark = len(opening[1]), opening[2]
        self.closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")

    def take(self, text: str) -> int:
        """Add finished lines; where the fence ends in the text, 0 if it does not."""
        lines = []
        while self.at < len(text):
            end = text.index("\n", self.at)
            line = text[self.at : end]
            if self.closing.match(line):
                return end + 1
            lines.append(self._line(line))
            self.at = end + 1
        self.code.extend(lines)
        return 0

    def _line(self, raw: str) -> tuple[str, int]:
        drop = min(self.indent, len(raw) - len(raw.lstrip(" ")))
        return raw[drop:].replace("\0", "\ufffd"), self.start + self.at + drop if self.start >= 0 else -1

    def shown(self, text: str) -> Block:
        """The block as it stands, with the line that is still arriving."""
        self.block.text = text
        self.code.open_line = self._line(text[self.at :]) if self.at < len(text) else None
        return self.block

    def hand_over(self, block: Block) -> None:
        """Give the finished rows to the block that was made from the whole fence."""
        for leaf in block.leaves:
            if isinstance(leaf, Code):
                leaf.adopt(self.code)


class _OpenTable:
    """A table whose end has not come: only its new rows are parsed."""

    def __init__(self, maker: BlockMaker, text: str, start: int, previous: Block | None) -> None:
        self.maker, self.at = maker, len(text)
        self.block = maker.make(text, start, previous)[0]
        self.table = _table_of(self.block)
        first = next(token.map[0] for token in block_tokens(text, {}) if token.map)
        source = SourceText(text, start)
        self.head = source.line(first) + source.line(first + 1)

    def take(self, text: str) -> int:
        """Add finished rows; where the table ends in the text, 0 if it does not."""
        part = self.head + text[self.at :]
        tokens = block_tokens(part, {})
        source = SourceText(part, 0)
        end = source.start(tokens[0].map[1] if tokens[0].map else 2)
        if end > len(self.head):
            base = self.block.start + self.at - len(self.head) if self.block.start >= 0 else -1
            made = self.maker.make(part[:end], base, None)[0]
            self.table.extend(_table_of(made).rows)
            self.block.links += [link for link in made.links if link.start >= base + len(self.head)]
        self.at += end - len(self.head)
        return 0 if self.at == len(text) else self.at

    def shown(self, text: str) -> Block:
        """The block as it stands; a row still arriving stands below as it is."""
        self.block.text = text
        rest = text[self.at :]
        self.block.leaves = [self.table]
        if rest.strip():
            margin = Prefix((self.maker.margin,), (self.maker.margin,))
            self.block.leaves.append(Prose(margin, [*shown(rest, "table rule", self.block.start + self.at)]))
        return self.block

    def closed(self, text: str) -> Block:
        """The block once nothing can follow."""
        self.block.text, self.block.leaves = text, [self.table]
        return self.block


def _table_of(block: Block) -> Table:
    return next(leaf for leaf in block.leaves if isinstance(leaf, Table))
