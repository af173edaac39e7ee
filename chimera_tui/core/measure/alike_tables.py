"""Tables that are alike: small files of one header wait for each other, to be parsed and measured at one go.

A file waits when nothing about its text is special: commas, no quotes, no blank line, every row as long as the header.
What only its cells tell is looked at in :mod:`.table_batch`; a file that turns out special is measured by itself.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat
from typing import Any

from chimera_tui.core.measure.emission import TESTS_NAMED
from chimera_tui.core.measure.paths import hints
from chimera_tui.core.measure.special_tables import special_header
from chimera_tui.core.measure.table_batch import Batch, Header, Waiting, measured_together
from chimera_tui.core.measure.tables import Grid
from chimera_tui.core.measure.tools import tool_of_header
from chimera_tui.core.measure.unit_columns import states_units
from chimera_tui.core.read.content import Content
from chimera_tui.core.read.delimited import names_columns, sniff

_MOST_LINES = 5_000
"""Longer tables gain nothing from company."""
_FEWEST = 8
"""Fewer files than this are measured one by one, which costs less than asking Polars a dozen things."""


class AlikeTables:
    """Files that wait, by header."""

    def __init__(self) -> None:
        self.n_cells = 0
        """How many cells all that wait have at most."""
        self._waiting: dict[tuple[str, str], list[Waiting]] = {}
        self._special: set[tuple[str, str]] = set()
        """Headers below which most files turned out special."""

    def takes(self, file_id: int, content: Content, rel: str) -> bool:
        """Keep a file's text until :meth:`settle`; False for one that has to be measured by itself."""
        text = content.text or ""
        if content.encoding != "utf-8" or '"' in text or sniff(text) != ",":
            return False
        lines = text.splitlines()
        tool = tool_of_header(_names(lines[0]), rel.rpartition("/")[2])
        key = lines[0], tool
        header = _header(*key)
        if header is None or key in self._special or not 1 < len(lines) < _MOST_LINES:
            return False
        if set(map(str.count, lines, repeat(","))) != {len(header.names) - 1}:
            return False
        rows = len(lines) - 1
        found = Waiting(file_id, rel, content, "\n".join(lines[1:]), rows, tuple(hints(rel).items()))
        self._waiting.setdefault(key, []).append(found)
        self.n_cells += rows * len(header.layout.measures)
        return True

    def settle(self) -> tuple[list[Batch], list[Waiting]]:
        """What was measured together, and the files that have to be measured by themselves."""
        waiting, self._waiting, self.n_cells = self._waiting, {}, 0
        batches: list[Batch] = []
        alone: list[Waiting] = []
        for key, files in waiting.items():
            header = _header(*key)
            batch = _together(header, files) if header and len(files) >= _FEWEST else None
            if batch is not None:
                batches.append(batch)
            kept = {one.file_id for one in batch.files} if batch is not None else set[int]()
            alone += [one for one in files if one.file_id not in kept]
            if len(files) >= _FEWEST and 2 * len(kept) < len(files):
                self._special.add(key)
        return batches, alone


def _together(header: Header, files: list[Waiting]) -> Batch | None:
    try:
        return measured_together(header, files)
    except Exception:  # noqa: BLE001 - a fault here may cost time, never a file: they are measured by themselves
        return None


@lru_cache(maxsize=1024)
def _names(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.split(","))


@lru_cache(maxsize=1024)
def _header(line: str, tool: str) -> Header | None:
    """What a header means; None where tables below it are not simply measured column by column."""
    names = _names(line)
    if len(names) < 2 or line.lstrip()[:1] in ("{", "[") or not names_columns(list(names)):
        return None
    if tool in TESTS_NAMED or special_header(names, tool) or states_units(names):
        return None
    nothing: list[Any] = [()] * len(names)
    layout = Grid(list(names), nothing, ()).layout(tool)
    return Header(names, tool, layout) if layout.measures and layout.unit_at is None else None
