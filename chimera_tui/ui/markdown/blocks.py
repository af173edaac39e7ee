"""Top-level blocks: Markdown parsed into pieces that are final once something else has begun below them.

A list is cut into its items. Whether an item is set tight or loose is read from the empty lines around it, not from
the whole list, so an item never changes after the next one has begun.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from chimera_tui.ui.markdown.build import Builder
from chimera_tui.ui.markdown.code import Code
from chimera_tui.ui.markdown.leaves import Blank, Leaf
from chimera_tui.ui.markdown.lines import Line, Link, Prefix, Span
from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.source import SourceText

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_NESTING = 50
"""Blocks nested deeper than this are shown as their source."""

_MARGIN: Span = ("  ", "", -1)

Env = dict[str, Any]
"""What one document's blocks share: its link references."""


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The Markdown dialect: CommonMark with tables and strikethrough; definitions are tokens, so nothing vanishes."""
    options = {"inline_definitions": True, "maxNesting": MAX_NESTING}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


def block_tokens(text: str, env: Env) -> "list[Token]":
    """The block structure; inline content is parsed later, when all definitions above it are known."""
    tokens: list[Token] = []
    parser().block.parse(text.replace("\0", "\ufffd"), parser(), env, tokens)
    return tokens


class Block:
    """One top-level block (or one item of a top-level list): its source, its leaves and its rows."""

    __slots__ = ("gap", "heading", "kind", "leaves", "lines", "links", "list_key", "number", "role", "start", "text")

    def __init__(self, text: str, start: int, role: str) -> None:
        self.text, self.start, self.role = text, start, role
        self.kind = ""
        self.leaves: list[Leaf] = []
        self.links: list[Link] = []
        self.lines: list[Line] = []
        self.gap: Prefix | None = None
        self.list_key = ""
        self.number = 0
        self.heading: tuple[int, str] | None = None

    @property
    def end(self) -> int:
        """Source offset behind the block and the empty lines below it."""
        return self.start + len(self.text)

    def layout(self, width: int, options: DrawOptions) -> None:
        """Make the rows for a width."""
        self.lines = [] if self.gap is None else Blank(self.gap).layout(width, options)
        for leaf in self.leaves:
            self.lines.extend(leaf.layout(width, options))

    @property
    def copied(self) -> str:
        """What a reader wants of it elsewhere: its source, of code only the code."""
        if self.kind in ("fence", "code_block"):
            code = next((leaf for leaf in self.leaves if isinstance(leaf, Code)), None)
            if code is not None:
                return "\n".join(line for line, _ in (*code.lines, *([code.open_line] if code.open_line else [])))
        return self.text.strip("\n")

    def line_of(self, offset: int) -> int:
        """The row, counted from the block's first, that shows a character of the source, or the nearest above."""
        best = 0 if self.gap is None else 1
        for number, line in enumerate(self.lines):
            for text, _, source in line.spans:
                if 0 <= source <= offset:
                    best = number
                    if offset < source + len(text):
                        return number
        return best


def pieces(tokens: "list[Token]") -> "Iterator[tuple[list[Token], str]]":
    """The tokens of each top-level block, lists item by item, each with the list's type and markup."""
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting == 1:
            start = index
        if token.type == "list_item_open" and token.level == 1:
            item = index
        elif token.type == "list_item_close" and token.level == 1:
            opening = tokens[start]
            yield [opening, *tokens[item : index + 1]], f"{opening.type} {opening.markup}"
        elif token.level == 0 and token.nesting < 1 and not token.type.endswith("list_close"):
            yield tokens[index if token.nesting == 0 else start : index + 1], ""


class BlockMaker:
    """Makes blocks of one role in one document: knows its margin, its style and its link references."""

    def __init__(self, role: str, env: Env, options: DrawOptions) -> None:
        self.role, self.env, self.options = role, env, options
        glyphs = options.glyphs
        marks = {"program": f"{glyphs.program} ", "thinking": f"{glyphs.thinking} "}
        self.margin: Span = (marks[role], "margin", -1) if role in marks else _MARGIN
        self.style = "thinking" if role == "thinking" else ""

    def make(self, text: str, start: int, previous: Block | None, env: Env | None = None) -> list[Block]:
        """The blocks of a text that begins and ends at block borders; ``previous`` is the block above it."""
        env = self.env if env is None else env
        tokens = block_tokens(text, env)
        if not tokens:
            return [Block(text, start, self.role)]
        source = SourceText(text, start)
        found = list(pieces(tokens))
        borders = [source.start(_first_line(piece)) for piece, _ in found[1:]]
        blocks: list[Block] = []
        for (piece, list_key), low, high in zip(found, [0, *borders], [*borders, len(text)], strict=True):
            block = Block(text[low:high], start + low if start >= 0 else -1, self.role)
            blocks.append(block)
            block.kind = "item" if list_key else piece[0].type.removesuffix("_open")
            block.list_key = list_key
            if any(token.level >= MAX_NESTING - 1 for token in piece):
                self._raw(block, previous)
            else:
                self._fill(block, piece, source, env, previous)
            previous = block
        return blocks

    def _fill(self, block: Block, piece: "list[Token]", source: SourceText, env: Env, previous: Block | None) -> None:
        follows = previous is not None and previous.role == self.role and previous.list_key == block.list_key != ""
        if previous is not None and follows:
            block.number = previous.number + 1
        elif block.list_key:
            value = piece[0].attrGet("start")
            block.number = 1 if value is None else int(value)
        builder = Builder(parser(), env, source, self.options.glyphs)
        block.leaves = builder.build(piece, self.margin, self.style, block.number if block.list_key else None)
        block.heading = builder.heading
        block.links = builder.links
        self._set_gap(block, previous, follows)

    def _set_gap(self, block: Block, previous: Block | None, follows: bool) -> None:
        if previous is None:
            return
        tight = follows or (bool(block.list_key) and previous.kind == "paragraph")
        if not tight or _ends_blank(previous.text):
            same = previous.role == block.role
            block.gap = Prefix((), (self.margin if same else _MARGIN,))

    def _raw(self, block: Block, previous: Block | None) -> None:
        """Show a block's source as it stands: it is nested too deep to draw."""
        block.kind = "raw"
        source = SourceText(block.text, block.start)
        lines = [source.line(i).removesuffix("\n") for i in range(len(source.starts) - 1)]
        places = [source.find_line(i, line) for i, line in enumerate(lines)]
        margin = Prefix((self.margin,), (self.margin,))
        block.leaves = [Code(margin, list(zip(lines, places, strict=True)), "", f"{self.style} html".strip())]
        self._set_gap(block, previous, follows=False)


def _first_line(piece: "list[Token]") -> int:
    token = piece[1] if piece[0].type.endswith("list_open") else piece[0]
    return token.map[0] if token.map else 0


def _ends_blank(text: str) -> bool:
    """Whether the last line of a block's source is empty."""
    return text.endswith("\n") and not text[:-1].rpartition("\n")[2].strip(" \t")
