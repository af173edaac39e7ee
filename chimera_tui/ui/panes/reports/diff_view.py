"""Two texts line by line: side by side where there is room, one under the other where there is not."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip

from chimera_tui.core.compare.text_diff import Row, unified
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.tables.cells import ASCII, UNICODE, Glyphs, fit
from chimera_tui.ui.tables.cursor_view import CursorView

if TYPE_CHECKING:
    from textual import events

SIDE_BY_SIDE = 100
"""Columns from which two texts stand beside each other."""
NUMBER = 5
_STYLES = {"-": "removed", "+": "added", "@": "gap", " ": "same"}


class _Line(NamedTuple):
    """One line of the screen: sign, number and text of each side; the right one is None in the narrow view."""

    left: tuple[str, str, str]
    right: tuple[str, str, str] | None
    begins: bool
    """Whether a change begins here."""


class DiffView(CursorView):
    """The rows of :mod:`chimera_tui.core.compare.text_diff`, wrapped to the width."""

    DEFAULT_CSS = """
    DiffView {
        .diff-view--same { color: $foreground; }
        .diff-view--removed { color: $text-error; }
        .diff-view--added { color: $text-success; }
        .diff-view--gap { color: $text-disabled; }
        .diff-view--cursor { text-style: bold; color: $accent; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"diff-view--{part}" for part in ("same", "removed", "added", "gap", "cursor")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "change(1)", "Next change", id="diff.next"),
        Binding("N", "change(-1)", "Previous change", show=False, id="diff.previous"),
    ]

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__()
        self._ascii = ascii
        self._rows: list[Row] = []
        self._lines: list[_Line] = []

    @property
    def _glyphs(self) -> Glyphs:
        ascii_only = self._ascii if self._ascii is not None else getattr(self.app, "ascii_glyphs", False)
        return ASCII if ascii_only else UNICODE

    @property
    def row_count(self) -> int:
        """Lines on the screen, wrapped ones counted."""
        return len(self._lines)

    @property
    def side_by_side(self) -> bool:
        """Whether both texts fit beside each other."""
        return self.size.width >= SIDE_BY_SIDE

    def load(self, rows: list[Row]) -> None:
        """Show a comparison of texts from its beginning."""
        self._rows = rows
        self._lay_out()
        self.rows_changed(0)

    def on_resize(self, event: events.Resize) -> None:
        """Other widths wrap differently."""
        event.stop()
        self._lay_out()
        self.rows_changed()

    def _lay_out(self) -> None:
        if self.size.width:
            self._lines = self._wide() if self.side_by_side else self._narrow()

    def _narrow(self) -> list[_Line]:
        lines, before = [], " "
        for sign, text in unified(self._rows):
            begins = sign in "-+" and before not in "-+"
            for place, piece in enumerate(_wrapped(text, self.size.width - 4)):
                lines.append(_Line((sign, "", piece), None, begins and place == 0))
            before = sign
        return lines

    def _wide(self) -> list[_Line]:
        lines, before = [], "same"
        room = (self.size.width - 4) // 2 - NUMBER - 3
        for row in self._rows:
            begins = row.kind not in ("same", "gap") and before in ("same", "gap")
            signs = {"same": "  ", "gap": "@@"}.get(row.kind, "-+")
            sides = []
            for text, number, sign in ((row.a, row.line_a, signs[0]), (row.b, row.line_b, signs[1])):
                pieces = [""] if text is None else _wrapped(text, room)
                told = "" if text is None or row.kind == "gap" else str(number)
                sides.append(
                    [(" " if text is None else sign, told if not at else "", p) for at, p in enumerate(pieces)]
                )
            for place in range(max(len(side) for side in sides)):
                left, right = (side[place] if place < len(side) else (" ", "", "") for side in sides)
                lines.append(_Line(left, right, begins and place == 0))
            before = row.kind
        return lines

    def render_line(self, y: int) -> Strip:
        """A line of one text or of both."""
        row = self.row_at(y)
        width = self.size.width
        if row is None:
            return Strip.blank(width, self.rich_style)
        line = self._lines[row]
        here = row == self.cursor_row and self.has_focus
        segments = [Segment(self._glyphs.cursor if here else " ", self.get_component_rich_style("diff-view--cursor"))]
        if line.right is None:
            segments += self._side(line.left, width - 4)
        else:
            room = (width - 4) // 2 - NUMBER - 3
            bar = Segment(" | " if self._glyphs is ASCII else " │ ", self.get_component_rich_style("diff-view--gap"))
            segments += [*self._side(line.left, room, NUMBER), bar, *self._side(line.right, room, NUMBER)]
        strip = Strip(segments).simplify()
        return Strip.join([strip.adjust_cell_length(width - 1, self.rich_style), Strip.blank(1, self.rich_style)])

    def _side(self, part: tuple[str, str, str], room: int, number: int = 0) -> list[Segment]:
        sign, told, text = part
        style = self.get_component_rich_style(f"diff-view--{_STYLES[sign]}")
        shown = f"{self._glyphs.cut} {text}" if sign == "@" and text else text
        numbered = (
            [Segment(told.rjust(number) + " ", self.get_component_rich_style("diff-view--gap"))] if number else []
        )
        return [*numbered, Segment(f"{sign if sign in '-+' else ' '} ", style),
                Segment(fit(shown, room, self._glyphs), style)]  # fmt: skip

    def action_change(self, step: int) -> None:
        """Go to the next or the previous change, from the last to the first."""
        places = [place for place, line in enumerate(self._lines) if line.begins]
        if not places:
            return
        ahead = [place for place in places if (place > self.cursor_row if step > 0 else place < self.cursor_row)]
        goal = (ahead[0] if step > 0 else ahead[-1]) if ahead else places[0 if step > 0 else -1]
        self.move_cursor(goal)


def _wrapped(text: str, width: int) -> list[str]:
    """A line as inert pieces that fit; a blank line is one empty piece."""
    text = inert_line(text.expandtabs(4))
    if text.isascii() or cell_len(text) == len(text):
        return textwrap.wrap(text, max(width, 8), drop_whitespace=False, break_on_hyphens=False) or [""]
    return chop_cells(text, max(width, 8)) or [""]
