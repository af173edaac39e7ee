"""How blocks are drawn: glyphs for this terminal, coloured code or not."""

from typing import NamedTuple

import msgspec


class Glyphs(msgspec.Struct, frozen=True):
    """Characters that draw what Markdown means."""

    bullets: tuple[str, ...] = ("•", "◦", "▪")
    quote: str = "│"
    rule: str = "─"
    heading_rules: tuple[str, ...] = ("━", "─")
    code: str = "▏"
    column: str = " │ "
    crossing: str = "─┼─"
    program: str = "▎"
    thinking: str = "┊"
    code_quote: str = ""
    contradicted: str = "✗"
    unverifiable: str = "?"
    supported: str = "✓"
    pointer: str = "▸"
    bar: str = "▌"
    apart: str = " · "


UNICODE = Glyphs()
ASCII = Glyphs(
    bullets=("-", "*", "+"),
    quote="|",
    rule="-",
    heading_rules=("=", "-"),
    code=":",
    column=" | ",
    crossing="-+-",
    program="|",
    thinking=":",
    code_quote="`",
    contradicted="!",
    supported="+",
    pointer=">",
    bar="|",
    apart=" - ",
)


class Asked(NamedTuple):
    """How one view was asked to draw; None is as the application does."""

    ascii: bool | None = None
    colour_code: bool | None = None
    repaints_per_s: float | None = None


class DrawOptions(msgspec.Struct, frozen=True):
    """What changes every block's rows."""

    ascii: bool = False
    colour_code: bool = True

    @property
    def glyphs(self) -> Glyphs:
        """The characters to draw with."""
        return ASCII if self.ascii else UNICODE
