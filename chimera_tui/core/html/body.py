"""Markdown as HTML. Raw HTML is text, links lead only inside the page, images are their words.

Places of judged numbers and footnotes travel through the Markdown as private characters and become links at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chimera_tui.core.inert import inert, inert_line
from chimera_tui.core.verify.results.numbers import JudgedNumber

OPEN, NUMBERED, CLOSE, NOTE, NOTED = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_PRIVATE = re.compile("[\ue000-\ue004]")
_MARKED = re.compile(f"{OPEN}(\\d+){NUMBERED}([^<{CLOSE}]*){CLOSE}?")
_NOTE = re.compile(f"{NOTE}(\\d+){NOTED}")
_REFERENCE = re.compile(r"\[\^v(\d{1,6})\](?!:)")
_DEFINITION = re.compile(r"^\[\^v(\d{1,6})\]: (.*)$")
_ENCODED = re.compile(r"%EE%80%8[0-4]", re.IGNORECASE)
_LEFT = re.compile(f"{OPEN}\\d+{NUMBERED}|{NOTE}\\d+{NOTED}|{_PRIVATE.pattern}")
RESERVED = re.compile(r"(?:n|at|v|file|fact-f)\d+|numbers|files|notes|all-facts")
"""Ids of the page itself; headings take others."""
MAX_NESTING = 50


class Heading(NamedTuple):
    """A heading of the text: level, words, and its id in the page."""

    level: int
    words: str
    id: str


class Body(NamedTuple):
    """The text as HTML, its headings, and its footnotes by number as HTML."""

    html: str
    headings: tuple[Heading, ...]
    notes: dict[int, str]


def body(text: str, numbers: Iterable[JudgedNumber] = ()) -> Body:
    """The page's text; a judged number links to ``#n1`` and so on, in the order given."""
    lines = _PRIVATE.sub("\ufffd", text.removeprefix("\ufeff").replace("\r\n", "\n")).split("\n")
    _place(lines, numbers)
    kept, notes = _without_notes(lines)
    source = inert(_REFERENCE.sub(f"{NOTE}\\1{NOTED}", "\n".join(kept)))
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    tokens = parser.parse(source)
    headings = _headings(tokens)
    for token in tokens:
        token.children = _inside(token.children) if token.children else token.children
        token.info = _LEFT.sub("", token.info)
    html = _linked(str(parser.renderer.render(tokens, parser.options, {})))
    told = {number: _linked(str(parser.renderInline(inert(words)))) for number, words in notes.items()}
    return Body(html, tuple(headings), told)


def _place(lines: list[str], numbers: Iterable[JudgedNumber]) -> None:
    """Put the private characters around each number, from the end of its line on."""
    by_line: dict[int, list[tuple[int, JudgedNumber]]] = {}
    for place, one in enumerate(numbers, 1):
        by_line.setdefault(one.line - 1, []).append((place, one))
    for row, found in by_line.items():
        if row >= len(lines):
            continue
        line, free = lines[row], len(lines[row])
        for place, one in sorted(found, key=lambda pair: pair[1].start, reverse=True):
            if 0 <= one.start < one.end <= free:
                line = f"{line[: one.start]}{OPEN}{place}{NUMBERED}{line[one.start : one.end]}{CLOSE}{line[one.end :]}"
                free = one.start
        lines[row] = line


def _without_notes(lines: list[str]) -> tuple[list[str], dict[int, str]]:
    kept, notes = [], {}
    for line in lines:
        if found := _DEFINITION.match(line):
            notes[int(found[1])] = found[2]
        else:
            kept.append(line)
    return kept, notes


def _headings(tokens: list[Token]) -> list[Heading]:
    """Give every heading an id made of its words, unlike any other."""
    found: list[Heading] = []
    used: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = _LEFT.sub("", _plain(tokens[place + 1]))
        stem = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60] or "section"
        stem = f"{stem}-section" if RESERVED.fullmatch(stem) else stem
        name, number = stem, 2
        while name in used:
            name, number = f"{stem}-{number}", number + 1
        used.add(name)
        token.attrSet("id", name)
        found.append(Heading(int(token.tag[1:]), inert_line(words, 120), name))
    return found


def _plain(inline: Token) -> str:
    return "".join(token.content for token in inline.children or () if token.type in ("text", "code_inline"))


def _inside(tokens: list[Token]) -> list[Token]:
    """Inline tokens without links to elsewhere and without images: their words and addresses as text."""
    kept: list[Token] = []
    addresses: list[str] = []
    for token in tokens:
        if token.type == "image":
            kept.append(_text(f"[image: {token.content or _address(token, 'src')}]"))
        elif token.type == "link_open":
            address = _address(token, "href")
            addresses.append("" if address.startswith("#") else address)
            if not addresses[-1]:
                token.attrs = {"href": address}
                kept.append(token)
        elif token.type == "link_close":
            address = addresses.pop() if addresses else ""
            kept.append(_text(f" ({address})") if address else token)
        else:
            kept.append(token)
    return kept


def _address(token: Token, name: str) -> str:
    address = _ENCODED.sub(lambda found: unquote(found[0]), str(token.attrGet(name) or ""))
    return inert_line(_LEFT.sub("", address), 300)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _linked(html: str) -> str:
    """The private characters as links; where a number is cut by emphasis, its first part is the link."""
    html = _MARKED.sub(lambda found: f'<a class="n" id="at{found[1]}" href="#n{found[1]}">{found[2]}</a>', html)
    html = _NOTE.sub(lambda found: f'<sup><a href="#v{found[1]}">{found[1]}</a></sup>', html)
    return _LEFT.sub("", html)


def text(words: object, limit: int = 400) -> str:
    """Anything from a repository as plain text inside HTML."""
    return escape(inert_line(str(words), limit))
