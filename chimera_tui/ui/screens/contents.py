"""The headings of a text as a list to choose from."""

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.reader.reading_view import ReadingView
from chimera_tui.ui.screens.picker import Choice, Picker


def show_contents(view: ReadingView) -> None:
    """Offer the headings; the text goes to the one that is chosen. The cursor begins on the one being read."""
    headings = view.headings()
    highest = min(level for level, _, _ in headings)
    choices = [
        Choice(str(number), "  " * (level - highest) + inert_line(text, 200))
        for number, (level, text, _) in enumerate(headings)
    ]
    passed = [number for number, (_, _, row) in enumerate(headings) if row <= view.scroll_offset.y]

    def chosen(number: str | None) -> None:
        if number is not None:
            view.scroll_to_heading(int(number))

    view.app.push_screen(Picker("Headings", choices, current=str(passed[-1] if passed else 0)), chosen)
