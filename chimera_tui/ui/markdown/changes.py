"""Which cells of a row differ between what was drawn and what is to be drawn.

Textual 8.2.8 sends a dirty region from the widget's left edge on (``ChopsUpdate.render_segments``), so today only the
end saves bytes.
"""

from chimera_tui.ui.markdown.lines import Line, Overlay, cells, overlaid

Shown = tuple[Line | None, tuple[Overlay, ...]]
"""What stands on a row of the screen: a row of the document and what is laid over it."""


def same(old: Shown, new: Shown) -> bool:
    """Whether two rows look alike."""
    return old[1] == new[1] and (old[0] is new[0] or old[0] == new[0])


def changed_cells(old: Shown, new: Shown, width: int) -> tuple[int, int]:
    """First and last+1 cell that differ; a filled background reaches to the end of the row."""
    before, after = _styled(old), _styled(new)
    if _filled(old[0]) != _filled(new[0]) or (_filled(new[0]) and _cells(before) != _cells(after)):
        return 0, width
    alike = _alike(before, after)
    if alike < len(after) and not after[alike][0].isascii():
        alike = max(alike - 1, 0)  # it may combine with the character before
    start, end = _cells(before[:alike]), max(_cells(before), _cells(after))
    if _cells(before) == _cells(after):
        kept = _alike(before[alike:][::-1], after[alike:][::-1])
        while kept and not cells(after[len(after) - kept][0]):
            kept -= 1
        end -= _cells(after[len(after) - kept :])
    return min(start, width - 1), min(max(end, start + 1), width)


def _alike(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> int:
    for number, (left, right) in enumerate(zip(before, after, strict=False)):
        if left != right:
            return number
    return min(len(before), len(after))


def _cells(row: list[tuple[str, str]]) -> int:
    return cells("".join(char for char, _ in row))


def _filled(line: Line | None) -> bool:
    return line is not None and bool(line.spans) and "fence" in line.spans[-1][1]


def _styled(row: Shown) -> list[tuple[str, str]]:
    line, overlays = row
    return [(char, style) for text, style, _ in overlaid(line.spans, overlays) for char in text] if line else []
