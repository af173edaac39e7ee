"""Which cells of a row differ between what was drawn and what is to be drawn.

Textual 8.2.8 sends a dirty region from the widget's left edge on (``ChopsUpdate.render_segments``), so today only the
end saves bytes.
"""

from chimera_tui.ui.markdown.lines import Line, Mark, cells

Shown = tuple[Line | None, tuple[Mark, ...]]
"""What stands on a row of the screen: a row of the document and the marks over it."""


def same(old: Shown, new: Shown) -> bool:
    """Whether two rows look alike."""
    return old[1] == new[1] and (old[0] is new[0] or old[0] == new[0])


def changed_cells(old: Shown, new: Shown, width: int) -> tuple[int, int]:
    """First and last+1 cell that differ; a filled background reaches to the end of the row."""
    if old[1] != new[1] or _filled(old[0]) or _filled(new[0]):
        return 0, width
    before, after = _styled(old[0]), _styled(new[0])
    alike = 0
    for left, right in zip(before, after, strict=False):
        if left != right:
            break
        alike += 1
    if alike < len(after) and not after[alike][0].isascii():
        alike = max(alike - 1, 0)  # it may combine with the character before
    start = cells("".join(char for char, _ in after[:alike]))
    end = max(cells("".join(char for char, _ in row)) for row in (before, after))
    return min(start, width - 1), min(max(end, start + 1), width)


def _filled(line: Line | None) -> bool:
    return line is not None and bool(line.spans) and "fence" in line.spans[-1][1]


def _styled(line: Line | None) -> list[tuple[str, str]]:
    return [(char, style) for text, style, _ in line.spans for char in text] if line is not None else []
