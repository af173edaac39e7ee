"""From markdown-it's block tokens to leaves: containers become prefixes, everything else a leaf."""

import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit

from chimera_tui.ui.markdown.code import Code, SourceLine
from chimera_tui.ui.markdown.inline import SourceCursor, inline_spans, plain_spans
from chimera_tui.ui.markdown.leaves import Blank, Leaf, Prose, Rule
from chimera_tui.ui.markdown.lines import Link, Prefix, Span, cells, shown
from chimera_tui.ui.markdown.options import Glyphs
from chimera_tui.ui.markdown.source import SourceText
from chimera_tui.ui.markdown.table import Cell, Table

if TYPE_CHECKING:
    from markdown_it.token import Token

_PIPE = re.compile(r"(?<!\\)\|")
MAX_INLINE = 6_000
"""A paragraph longer than this is shown as it stands: inline parsing is not linear in hostile text."""


class Level:
    """One container around a block: what stands left of its first row and of the others."""

    __slots__ = ("children", "first", "loose", "rest", "used")

    def __init__(self, first: Span | None, rest: Span | None, loose: bool) -> None:
        self.first, self.rest, self.loose = first, rest, loose
        self.children = 0
        self.used = False


class ListLevel:
    """A list being built: its kind and the number of its next item."""

    __slots__ = ("number", "ordered")

    def __init__(self, ordered: bool, number: int) -> None:
        self.ordered, self.number = ordered, number


class Builder:
    """Leaves of one top-level block (or of one item of a top-level list)."""

    def __init__(self, md: MarkdownIt, env: dict[str, Any], source: SourceText, glyphs: Glyphs) -> None:
        self.md, self.env, self.source, self.glyphs = md, env, source, glyphs
        self.leaves: list[Leaf] = []
        self.links: list[Link] = []
        self.levels: list[Level] = []
        self.lists: list[ListLevel] = []
        self.style = ""
        self.heading: tuple[int, str] | None = None

    def build(self, tokens: "list[Token]", margin: Span | None, style: str, number: int | None) -> list[Leaf]:
        """The leaves; ``number`` is that of a list item that was cut out of its list."""
        self.style = style
        self.levels = [Level(margin, margin, loose=True)]
        index = 0
        while index < len(tokens):
            index = self._take(tokens, index)
            if number is not None and len(self.lists) == 1:
                self.lists[0].number, number = number, None
        return self.leaves

    def _take(self, tokens: "list[Token]", index: int) -> int:
        token = tokens[index]
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start")
            self.lists.append(ListLevel(kind == "ordered_list_open", 1 if start is None else int(start)))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif kind == "list_item_open":
            self._open_item(token)
        elif kind == "blockquote_open":
            self._gap(token)
            bar = (f"{self.glyphs.quote} ", "quote bar", -1)
            self.levels.append(Level(bar, bar, loose=True))
        elif kind in ("list_item_close", "blockquote_close"):
            self._close_level()
        elif kind == "table_open":
            return self._table(tokens, index)
        elif token.map is not None:
            return self._leaf(tokens, index, token)
        return index + 1

    def _leaf(self, tokens: "list[Token]", index: int, token: "Token") -> int:
        self._gap(token)
        prefix = self._prefix()
        kind = token.type
        if kind in ("fence", "code_block", "html_block"):
            self.leaves.append(self._code(token, prefix))
        elif kind == "hr":
            self.leaves.append(Rule(prefix))
        elif kind == "definition":
            text = f"[{token.meta['label']}]: {token.meta['url']}"
            self.leaves.append(Prose(prefix, [*shown(" ".join(text.split()), self._styled("url"), -1)]))
        else:
            self._text(tokens[index + 1], token, prefix)
            return index + 3
        return index + 1

    def _text(self, inline: "Token", token: "Token", prefix: Prefix) -> None:
        if token.type != "heading_open":
            self.leaves.append(Prose(prefix, self._inline(inline, self._styled(""))))
            return
        level = int(token.tag[1])
        style = self._styled("heading" if level > 2 else f"heading heading-{level}")
        spans = self._inline(inline, style)
        self.heading = (level, "".join(span[0] for span in spans).replace("\n", " "))
        if level > 2:
            spans.insert(0, ("#" * level + " ", f"{style} rule", -1))
        rules = self.glyphs.heading_rules
        self.leaves.append(Prose(prefix, spans, rules[level - 1] if level <= len(rules) else ""))

    def _styled(self, style: str) -> str:
        quoted = "quote" if any(level.first and level.first[1] == "quote bar" for level in self.levels) else ""
        return " ".join(name for name in (self.style, quoted, style) if name)

    def _inline(self, token: "Token", style: str) -> list[Span]:
        start, end = self.source.span(token.map)
        if len(token.content) > MAX_INLINE:
            first = token.map[0] if token.map else 0
            lines = token.content.split("\n")
            return list(
                plain_spans([(line, self.source.find_line(first + i, line)) for i, line in enumerate(lines)], style)
            )
        begun = self.source.begin(token.map[0] if token.map else 0, token.content.partition("\n")[0])
        return self._inline_at(
            token.content, SourceCursor(self.source.text, self.source.base, start + begun, end), style
        )

    def _inline_at(self, content: str, cursor: SourceCursor, style: str) -> list[Span]:
        children: list[Token] = []
        self.md.inline.parse(content, self.md, self.env, children)
        spans, links = inline_spans(children, cursor, style, self.glyphs.code_quote)
        self.links += links
        return spans

    def _code(self, token: "Token", prefix: Prefix) -> Code:
        first = token.map[0] if token.map else 0
        lines = token.content.removesuffix("\n").split("\n") if token.content else []
        if token.type == "fence":
            first += 1
        sources = [self.source.find_line(first + i, line) for i, line in enumerate(lines)]
        code: list[SourceLine] = list(zip(lines, sources, strict=True))
        if token.type == "html_block":
            return Code(prefix, code, "", self._styled("html"))
        return Code(prefix, code, token.info.strip().partition(" ")[0] if token.type == "fence" else "")

    # containers

    def _gap(self, token: "Token", loose: bool = True) -> None:
        """An empty row before a block, unless it is the first in its container or follows tightly in a list."""
        level = self.levels[-1]
        level.children += 1
        if level.children == 1:
            return
        line = token.map[0] if token.map else 0
        if (loose and level.loose) or self.source.blank(line - 1):
            rest = [outer.rest for outer in self.levels if outer.rest]
            self.leaves.append(Blank(Prefix((), tuple(rest))))

    def _open_item(self, token: "Token") -> None:
        self._gap(token, loose=False)
        this = self.lists[-1]
        if this.ordered:
            marker = f"{this.number}. "
            this.number += 1
        else:
            marker = self.glyphs.bullets[(len(self.lists) - 1) % len(self.glyphs.bullets)] + " "
        self.levels.append(Level((marker, "bullet", -1), (" " * cells(marker), "", -1), loose=False))

    def _close_level(self) -> None:
        if not self.levels[-1].used:
            self.leaves.append(Prose(self._prefix(), []))
        self.levels.pop()

    def _prefix(self) -> Prefix:
        first = tuple(span for level in self.levels if (span := level.rest if level.used else level.first))
        rest = tuple(level.rest for level in self.levels if level.rest)
        for level in self.levels:
            level.used = True
        return Prefix(first, rest)

    # tables

    def _table(self, tokens: "list[Token]", index: int) -> int:
        self._gap(tokens[index])
        prefix = self._prefix()
        rows: list[list[Cell]] = []
        aligns: list[str] = []
        style = self._styled("")
        while tokens[index].type != "table_close":
            token = tokens[index]
            if token.type == "th_open":
                aligns.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
            elif token.type == "tr_open":
                start, end = self.source.span(token.map)
                rows.append([])
            elif token.type == "inline":
                if not rows[-1]:
                    borders = _borders(self.source.text[start:end], token.content)
                cell = self._cursor(start, borders[:2])
                borders = borders[1:] or borders
                rows[-1].append(self._inline_at(token.content, cell, style))
            elif token.type == "tr_close" and len(rows) > 1 and rows[-1]:
                cursor = self._cursor(start, [borders[0], end - start])
                rows[-1][-1].extend(self._surplus(self.source.text[start:end], len(aligns), cursor))
            index += 1
        self.leaves.append(Table(prefix, rows[0], aligns, rows[1:]))
        return index + 1

    def _cursor(self, start: int, borders: list[int]) -> SourceCursor:
        """Over a part of the row that begins at ``start``."""
        return SourceCursor(self.source.text, self.source.base, start + borders[0], start + borders[-1])

    def _surplus(self, line: str, columns: int, cursor: SourceCursor) -> list[Span]:
        """What stands in cells beyond the header's: Markdown drops it, a reader of results must see it."""
        parts = escapedSplit(line.strip().lstrip("> \t"))
        parts = parts[1:] if parts[0] == "" else parts
        extra = [part.strip() for part in parts[columns:] if part.strip()]
        return [(" ", "", -1), *self._inline_at("| " + " | ".join(extra), cursor, self._styled(""))] if extra else []


def _borders(row: str, first: str) -> list[int]:
    """Where the cells of a table's row begin, ``first`` being the content of the first; and the end of the row."""
    pipes = [found.start() for found in _PIPE.finditer(row)]
    open_ = bool(first) and row[: pipes[0] if pipes else len(row)].rstrip().replace("\\|", "|").endswith(first)
    return [*([0] if open_ or not pipes else []), *pipes, len(row)]
