"""One cell as text: numbers with sensible digits, sizes, times, glyphs; untrusted text inert."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from chimera_tui.core.inert import inert_line

if TYPE_CHECKING:
    from chimera_tui.ui.tables.column import Column

MAX_CHARACTERS = 200
"""Of a cell's text, more than any column shows; the rest is a message away."""


@dataclass(frozen=True)
class Glyphs:
    """The signs of a table, in Unicode or for terminals that have only ASCII."""

    null: str
    cut: str
    yes: str
    no: str
    ascending: str
    descending: str
    more_left: str
    more_right: str
    cursor: str
    dot: str
    status: dict[str, str]


UNICODE = Glyphs(
    null="–", cut="…", yes="✓", no="✗", ascending="▲", descending="▼", more_left="◂", more_right="▸", cursor="▌",
    dot=" · ",
    status={"ok": "✓", "partial": "◐", "failed": "✗", "no measurements": "·"},
)  # fmt: skip
ASCII = Glyphs(
    null="-", cut="~", yes="y", no="n", ascending="^", descending="v", more_left="<", more_right=">", cursor=">",
    dot=" - ",
    status={"ok": "+", "partial": "%", "failed": "!", "no measurements": "."},
)  # fmt: skip

SIZES = ("B", "kB", "MB", "GB", "TB", "PB")


def cell_text(value: object, column: Column, glyphs: Glyphs = UNICODE) -> str:
    """A value as the table shows it, before it is fitted to a width. Null is the empty string."""
    if value is None:
        return ""
    if column.kind == "time":
        return time_text(value)
    if isinstance(value, bool):
        return glyphs.yes if value else glyphs.no
    if isinstance(value, int | float):
        return number_text(value, column)
    text = inert_line(value if isinstance(value, str) else _plain(value), MAX_CHARACTERS)
    if column.kind == "status":
        return f"{glyphs.status.get(text, ' ')} {text}"
    return text[column.skip :]


def number_text(value: float, column: Column) -> str:
    """A number by its column: grouped counts, sizes in powers of 1000, fixed or significant decimals."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if column.kind == "bytes":
        return size_text(value)
    if column.kind == "count":
        return f"{int(value):,}"
    if isinstance(value, int):
        return str(value)
    if column.digits is not None:
        return f"{value:.{column.digits}f}"
    return significant_text(value)


def significant_text(value: float, digits: int = 5) -> str:
    """So many significant digits, thousands apart, an exponent only where nothing else fits."""
    size = abs(value)
    if value == 0:
        return "0"
    if size >= 1e10 or size < 1e-4:
        return f"{value:.4e}"
    if size >= 1e4:
        return f"{value:,.0f}"
    text = f"{value:.{max(digits - 1 - math.floor(math.log10(size)), 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def size_text(size: float) -> str:
    """Bytes in powers of 1000: ``12.3 kB``."""
    amount = float(size)
    for unit in SIZES:
        if amount < 999.95 or unit == SIZES[-1]:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{size} B"


def time_text(value: object) -> str:
    """A moment in UTC to the minute; an integer counts nanoseconds since 1970."""
    if isinstance(value, int):
        try:
            value = datetime.fromtimestamp(value / 1e9, UTC)
        except (OverflowError, ValueError, OSError):
            return str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def copy_text(value: object) -> str:
    """A value whole, for the clipboard: exact, inert, one line; null is empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return inert_line(_plain(value))


def fit(text: str, width: int, glyphs: Glyphs, *, right: bool = False, cut: str = "end") -> str:
    """Text of exactly ``width`` cells: padded, or cut at one end with a sign that says so."""
    if text.isascii():
        length = len(text)
        if length > width:
            return _cut(text, width, glyphs, cut)
        return text.rjust(width) if right else text.ljust(width)
    length = cell_len(text)
    if length > width:
        return _cut(text, width, glyphs, cut)
    padding = " " * (width - length)
    return padding + text if right else text + padding


def _cut(text: str, width: int, glyphs: Glyphs, cut: str) -> str:
    if width <= 0:
        return ""
    if cut == "end":
        return set_cell_size(text, width - 1) + glyphs.cut
    kept = text[-(width - 1) :] if width > 1 else ""
    while cell_len(kept) > width - 1:
        kept = kept[1:]
    return set_cell_size(glyphs.cut + kept, width)
