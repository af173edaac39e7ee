"""Inline Markdown as spans: emphasis as style names, links inert, every text with its place in the source."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chimera_tui.ui.markdown.lines import Link, Span, shown

if TYPE_CHECKING:
    from markdown_it.token import Token

_WORDS = re.compile(r"[^ ]+| +")
_OPENS = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}
_CLOSES = {"strong_close", "em_close", "s_close"}


class SourceCursor:
    """Walks a part of the source to find where each rendered text came from."""

    def __init__(self, text: str, base: int, start: int, end: int) -> None:
        self.text, self.base, self.at, self.end = text, base, start, end

    def find(self, part: str) -> int:
        """Source offset of the next occurrence, which is passed; -1 where the text is not literally there."""
        index = self.text.find(part, self.at, self.end) if part and self.base >= 0 else -1
        if index < 0:
            return -1
        self.at = index + len(part)
        return self.base + index

    def pass_target(self) -> None:
        """Step over the ``(url)`` or ``[label]`` behind a link's text."""
        for opening, closing in (("](", ")"), ("][", "]")):
            if self.text.startswith(opening, self.at):
                self.at = max(self.text.find(closing, self.at + 2, self.end) + 1, self.at)
                return


class _Inline:
    """Spans of one run of inline tokens."""

    def __init__(self, cursor: SourceCursor, style: str, code_quote: str) -> None:
        self.cursor = cursor
        self.styles = [style] if style else []
        self.code_quote = code_quote
        self.open: list[tuple[str, int]] = []
        self.links: list[Link] = []
        self.spans: list[Span] = []

    def add(self, text: str, *extra: str, find: str | None = None) -> None:
        """One text in the current style."""
        source = self.cursor.find(text if find is None else find)
        style = " ".join(dict.fromkeys([*self.styles, *extra]))
        if find not in (None, text):
            source = -1  # an escape or entity: not the characters that are shown
        elif source < 0:  # a pipe in a table was escaped: the words are there one by one
            for part in _WORDS.findall(text):
                self.spans.extend(shown(part, style, -1 if part.isspace() else self.cursor.find(part)))
            return
        self.spans.extend(shown(text, style, source))

    def token(self, token: "Token") -> None:
        """Take the next token."""
        kind = token.type
        if kind == "text":
            if token.content:
                self.add(token.content)
        elif kind in ("softbreak", "hardbreak"):
            self.spans.append((" " if kind == "softbreak" else "\n", "", -1))
        elif kind in _OPENS:
            self.styles.append(_OPENS[kind])
        elif kind in _CLOSES:
            self.styles.pop()
        elif kind == "link_open":
            self.open.append((str(token.attrGet("href") or ""), len(self.spans)))
            self.styles.append("link")
        elif kind == "link_close":
            self._close_link()
        else:
            self._other(token)

    def _other(self, token: "Token") -> None:
        if token.type == "code_inline":
            self.add(f"{self.code_quote}{token.content}{self.code_quote}", "code")
        elif token.type == "text_special":
            self.add(token.content, find=token.markup or token.content)
        elif token.type == "html_inline" and token.content.lower().replace(" ", "") in ("<br>", "<br/>"):
            self.cursor.find(token.content)
            self.spans.append(("\n", "", -1))
        elif token.type == "image":
            self._image(token)
        else:
            self.add(token.content.replace("\n", " "), "html")

    def _image(self, token: "Token") -> None:
        first = len(self.spans)
        self.spans.extend(shown("[image: ", " ".join([*self.styles, "url"]), -1))
        for child in token.children or ():
            self.token(child)
        self.cursor.pass_target()
        self._link(str(token.attrGet("src") or ""), first)
        self.spans.extend(shown(f"] ({token.attrGet('src') or ''})", " ".join([*self.styles, "url"]), -1))

    def _close_link(self) -> None:
        self.styles.pop()
        href, first = self.open.pop()
        self._link(href, first)
        self.cursor.pass_target()
        text = "".join(span[0] for span in self.spans[first:])
        if href and href not in (text, f"mailto:{text}"):
            self.spans.extend(shown(f" ({href})", " ".join([*self.styles, "url"]), -1))

    def _link(self, target: str, first: int) -> None:
        places = [(source, source + len(text)) for text, _, source in self.spans[first:] if source >= 0]
        if target:
            self.links.append(Link(*(places[0][0], places[-1][1]) if places else (-1, -1), target))


def inline_spans(
    tokens: "list[Token]", cursor: SourceCursor, style: str = "", code_quote: str = ""
) -> tuple[list[Span], list[Link]]:
    """Inline tokens as spans, a newline in a span being a hard break; and the links and images among them."""
    walk = _Inline(cursor, style, code_quote)
    for token in tokens:
        walk.token(token)
    return walk.spans, walk.links


def plain_spans(lines: Iterable[tuple[str, int]], style: str) -> Iterator[Span]:
    """Lines shown as they stand, each with its place in the source."""
    for number, (line, source) in enumerate(lines):
        if number:
            yield "\n", "", -1
        if line:
            yield from shown(line, style, source)
