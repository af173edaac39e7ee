"""Code blocks: laid out in windows of lines, so that a long one is never coloured twice."""

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from chimera_tui.ui.markdown.lines import Line, Prefix, Span, shown
from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.wrap import chopped

if TYPE_CHECKING:
    from pygments.lexer import Lexer  # type: ignore[import-untyped]

WINDOW_LINES = 100
"""Lines coloured together. The colouring starts afresh in each window: that is what makes a window final."""
_MAX_COLOURED = 20_000
_STYLES = (
    ("Token.Comment", "code-comment"),
    ("Token.Keyword", "code-keyword"),
    ("Token.Operator.Word", "code-keyword"),
    ("Token.Literal.String", "code-string"),
    ("Token.Literal.Number", "code-number"),
    ("Token.Name.Function", "code-name"),
    ("Token.Name.Class", "code-name"),
    ("Token.Name.Tag", "code-name"),
    ("Token.Name.Builtin", "code-name"),
)

SourceLine = tuple[str, int]
"""A line of code without its newline, and the source offset of its first character."""


@lru_cache(maxsize=32)
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _style(kind: object) -> str:
    name = str(kind)
    return next((style for start, style in _STYLES if name.startswith(start)), "")


def _coloured(lines: list[SourceLine], language: str) -> list[list[Span]] | None:
    """The spans of each line, or nothing where the language is unknown or the text too much to colour."""
    text = "\n".join(line for line, _ in lines)
    lexer = _lexer(language) if language and len(text) <= _MAX_COLOURED else None
    if lexer is None:
        return None
    out: list[list[Span]] = [[]]
    column = taken = 0
    for kind, value in lexer.get_tokens(text):
        taken += len(value)
        style = f"fence {_style(kind)}".strip()
        for number, part in enumerate(value.split("\n")):
            if number:
                out.append([])
                column = 0
            if part:
                source = lines[len(out) - 1][1] if len(out) <= len(lines) else -1
                out[-1].extend(shown(part, style, source + column if source >= 0 else -1))
                column += len(part)
    return out if taken == len(text) and len(out) == len(lines) else None


class Code:
    """A fence, an indented code block or raw HTML; ``extend`` adds lines while the fence is still open."""

    __slots__ = ("_done", "_key", "language", "lines", "open_line", "prefix", "style")

    def __init__(self, prefix: Prefix, lines: list[SourceLine], language: str = "", style: str = "fence") -> None:
        self.prefix, self.lines, self.language, self.style = prefix, lines, language, style
        self.open_line: SourceLine | None = None  # the line that is still arriving
        self._done: list[list[Line]] = []
        self._key: tuple[int, DrawOptions] | None = None

    def extend(self, lines: list[SourceLine]) -> None:
        """Add finished lines."""
        self.lines.extend(lines)

    def adopt(self, other: "Code") -> None:
        """Take over the finished windows of the same text."""
        if other.lines[: len(self.lines)] == self.lines[: len(other.lines)]:
            whole = min(len(self.lines), len(other.lines)) // WINDOW_LINES
            self._done, self._key = other._done[:whole], other._key  # noqa: SLF001  # its own kind

    def layout(self, width: int, options: DrawOptions) -> list[Line]:
        """Rows of the screen."""
        if self._key != (width, options):
            self._key, self._done = (width, options), []
        whole = len(self.lines) // WINDOW_LINES
        for index in range(len(self._done), whole):
            lines = self.lines[index * WINDOW_LINES : (index + 1) * WINDOW_LINES]
            self._done.append(self._window(lines, width, options, index == 0))
        rows = list(chain.from_iterable(self._done))
        rest = self.lines[whole * WINDOW_LINES :] + ([self.open_line] if self.open_line else [])
        rows += self._window(rest, width, options, whole == 0)
        return rows

    def _prefix(self, options: DrawOptions) -> Prefix:
        if self.style != "fence":
            return self.prefix
        bar: Span = (f"{options.glyphs.code} ", "fence bar", -1)
        return Prefix((*self.prefix.first, bar), (*self.prefix.rest, bar))

    def _spans(self, lines: list[SourceLine], options: DrawOptions) -> list[list[Span]]:
        coloured = _coloured(lines, self.language) if options.colour_code and self.language else None
        return coloured or [list(shown(text, self.style, source)) for text, source in lines]

    def _window(self, lines: list[SourceLine], width: int, options: DrawOptions, first: bool) -> list[Line]:
        prefix = self._prefix(options)
        rows: list[Line] = []
        if first and (self.language or not lines):
            rows.extend(chopped(list(shown(self.language, "fence label", -1)), prefix, width))
        for spans in self._spans(lines, options) if lines else ():
            rows.extend(chopped(spans, prefix, width, 0 if first and not rows else 1))
        return rows
