"""Verdict marks over a text, and the one thing in it that the reader points at."""

from collections.abc import Callable, Iterable

from rich.style import Style
from textual.message import Message

from chimera_tui.core.verify.verdict import Label
from chimera_tui.ui.markdown.lines import Line, Overlay
from chimera_tui.ui.markdown.marks import Mark, Marks, is_problem
from chimera_tui.ui.markdown.options import Asked
from chimera_tui.ui.widgets.reading_view import ReadingView


class PointingView(ReadingView):
    """Marks are offsets into ``source``: they stay on their characters however the text is wrapped or grows."""

    class Pointed(Message, namespace="stream_view"):
        """The reader points at something else: ``place`` counts it (“2 of 5”), ``words`` say why at nothing."""

        def __init__(self, view: "PointingView", thing: Mark | None, place: str = "", words: str = "") -> None:
            super().__init__()
            self.view, self.thing, self.place, self.words = view, thing, place, words

        @property
        def control(self) -> "PointingView":
            """The view."""
            return self.view

    class MarkOpened(Message, namespace="stream_view"):
        """Enter on a marked number: its source is wanted."""

        def __init__(self, view: "PointingView", mark: Mark) -> None:
            super().__init__()
            self.view, self.mark = view, mark

        @property
        def control(self) -> "PointingView":
            """The view."""
            return self.view

    def __init__(self, given: Asked, **names: str | None) -> None:
        super().__init__(given, **names)
        self._marks = Marks()
        self._thing: Mark | None = None

    # marks

    @property
    def pointed(self) -> Mark | None:
        """What the reader points at."""
        return self._thing

    def text_of(self, mark: Mark) -> str:
        """The characters of ``source`` that a mark is on."""
        return self._document.source[mark.start : mark.end]

    def look(self, label: Label) -> Style:
        """How a number with this verdict is drawn."""
        return self._styles.style(label)

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """Show these marks instead of those there are; offsets are into ``source``."""
        self._marks = Marks(marks)
        self.forget()
        self._schedule()

    def add_mark(self, mark: Mark) -> None:
        """Show one more mark, with the next frame."""
        self._marks.put(mark)
        self._schedule()

    def _reset(self) -> None:
        self._marks = Marks()
        self.forget()
        super()._reset()

    def _overlays(self, row: int, line: Line) -> list[Overlay]:
        out = self._marks.overlays(line, self.glyphs)
        if self._thing is not None:
            here = _within(line, self._thing.start, self._thing.end)
            out = [one for one in out if one[3] or one[:2] not in here]  # the cursor takes the place of its style
            out += [(low, high, "current", "") for low, high in here]
            if here and line.indent:
                out.append((0, 1, "pointer", self.glyphs.pointer))
        return out + super()._overlays(row, line)

    # pointing

    def next_mark(self) -> bool:
        """Point at the next number that is contradicted or unverifiable; whether there is one."""
        return self._point(is_problem, 1)

    def previous_mark(self) -> bool:
        """Point at the number before that is contradicted or unverifiable; whether there is one."""
        return self._point(is_problem, -1)

    def action_mark(self, step: int) -> None:
        """Go to the next (1) or previous (-1) number that is contradicted or unverifiable."""
        self._point(is_problem, step)

    def action_number(self, step: int) -> None:
        """Go to the next (1) or previous (-1) number that was judged."""
        self._point(_any, step)

    def action_open(self) -> None:
        """Ask for the source of the number pointed at."""
        if self._thing is not None:
            self.post_message(self.MarkOpened(self, self._thing))

    def forget(self) -> None:
        """Point at nothing."""
        self._show_thing(None)

    def _point(self, wanted: Callable[[Mark], bool], step: int) -> bool:
        self._flush()
        marks = self._marks.chosen(wanted)
        if not marks:
            self.post_message(self.Pointed(self, None, words=self._nothing()))
            return False
        index = self._index_from_here([mark.start for mark in marks], step)
        self._show_thing(marks[index], f"{index + 1} of {len(marks)}")
        return True

    def _nothing(self) -> str:
        if not len(self._marks):
            return "No number of this text has been judged."
        return f"All {len(self._marks)} numbers judged so far are supported."

    def _index_from_here(self, starts: list[int], step: int) -> int:
        """The next or previous of some ascending places, seen from the thing pointed at or from the view's edge."""
        thing, top, height = self._thing, self.scroll_offset.y, self._room.height
        if thing is not None and top <= self._document.line_of(thing.start) < top + height:
            here = thing.start
            after = [index for index, start in enumerate(starts) if start > here]
        else:
            here = self._document.offset_at(top if step > 0 else top + height)
            after = [index for index, start in enumerate(starts) if start >= here]
        if step > 0:
            return after[0] if after else 0
        return (sum(start < here for start in starts) - 1) % len(starts)

    def _show_thing(self, thing: Mark | None, place: str = "") -> None:
        self._thing = thing
        if thing is not None:
            self.follow = False
            found = self._document.places(thing.start, thing.end)
            self._reveal(found[0][0] if found else self._document.line_of(thing.start))
        if self.is_mounted:
            self._refresh_changed()
            self.post_message(self.Pointed(self, thing, place))


def _any(mark: Mark) -> bool:  # noqa: ARG001  # every one is wanted
    return True


def _within(line: Line, start: int, end: int) -> list[tuple[int, int]]:
    """The columns of a row that show a part of the source."""
    out, column = [], 0
    for text, _, source in line.spans:
        low, high = max(start - source, 0), min(end - source, len(text))
        if source >= 0 and high > low:
            out.append((column + low, column + high))
        column += len(text)
    return out
