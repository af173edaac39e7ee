"""The last resort of a terminal without Unicode: common signs in any text become the ASCII ones of the same width."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "…": "~", "·": "-", "•": "*", "●": "*", "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
    "×": "x", "÷": "/", "→": ">", "←": "<", "↑": "^", "↓": "v", "▲": "^", "▼": "v", "▸": ">", "▾": "v", "◂": "<",
    "✓": "+", "✗": "!", "─": "-", "━": "=", "│": "|", "┃": "|", "▌": "|", "▎": "|", "▏": "|", "█": "#", "\u00a0": " ",
}  # fmt: skip
_TABLE = str.maketrans(_SIGNS)


class AsciiSigns(LineFilter):
    """Leaves letters of any script alone: what a file holds is still told apart."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same line with ASCII signs."""
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(_TABLE), segment.style)
            for segment in segments
        ]


ascii_signs = AsciiSigns()
