"""A line of the tree as styled text: sign or icon, name, count, and the status where it is not well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.panes.files.folder import FileEntry, Folder, TreeLine
from chimera_tui.ui.tables.cells import Glyphs, fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style

KIND_ICONS = {
    "csv": ("▤", "#"), "tsv": ("▤", "#"), "json": ("◇", "{"), "jsonl": ("≡", ":"), "markdown": ("¶", "m"),
    "text": ("≣", "t"), "log": ("≣", "t"), "parquet": ("▦", "p"),
}  # fmt: skip
OTHER_ICON = ("·", ".")
SIGNS = {"closed": ("▸", "+"), "open": ("▾", "-"), "excluded": ("⊘", "x")}


@dataclass(frozen=True)
class TreeLines:
    """Draws into ``width`` cells, the name into ``room``; ``style`` gives the style of a part of the tree."""

    width: int
    room: int
    glyphs: Glyphs
    ascii: bool
    style: Callable[[str], Style]

    def line(self, line: TreeLine, *, is_open: bool, excluded: bool, under_cursor: bool) -> Strip:
        """A folder or a file."""
        entry = line.entry
        lead = " " + "  " * line.depth + f"{self._icon(entry, is_open, excluded)} "
        count = f" ({entry.count:,})" if isinstance(entry, Folder) else ""
        status = f" {self.glyphs.status[entry.status]}" if entry.status in ("partial", "failed") else ""
        room = max(self.room - 1 - cell_len(lead + count + status), 4)
        name = inert_line(entry.name, 200)
        if cell_len(name) > room:
            name = fit(name, room, self.glyphs)
        if under_cursor:
            return self._strip([(lead + name + count + status, self.style("cursor"))], self.style("cursor"))
        body, plain = self.style("excluded" if excluded else "row"), self.style("row")
        alarm = self.style("error" if entry.status == "failed" else "warning")
        return self._strip([(lead, plain), (name, body), (count, self.style("note")), (status, alarm)], plain)

    def message(self, text: str) -> Strip:
        """A sentence where lines would be."""
        return self._strip([(text, self.style("note"))], self.style("row"))

    def _icon(self, entry: Folder | FileEntry, is_open: bool, excluded: bool) -> str:
        which = 1 if self.ascii else 0
        if isinstance(entry, Folder):
            sign = SIGNS["open" if is_open else "closed"][which]
            return f"{sign} {SIGNS['excluded'][which]}" if excluded else sign
        return SIGNS["excluded"][which] if excluded else KIND_ICONS.get(entry.kind.lower(), OTHER_ICON)[which]

    def _strip(self, parts: list[tuple[str, Style]], style: Style) -> Strip:
        strip = Strip([Segment(text, part_style) for text, part_style in parts if text]).simplify()
        return Strip.join([strip.adjust_cell_length(self.width - 1, style), Strip.blank(1, self.style("row"))])
