"""Verdict marks over a text, and the one thing in it that the reader points at: a number, a link or a block."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from rich.style import Style
from textual.message import Message

from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE
from chimera_tui.ui.markdown.lines import Line, Overlay
from chimera_tui.ui.markdown.marks import Mark, Marks
from chimera_tui.ui.markdown.options import Asked
from chimera_tui.ui.markdown.told import Passage, Thing, copied
from chimera_tui.ui.reader.reading_view import ReadingView
from chimera_tui.ui.tables.copying import CopyRequested

_WHICH = {"wrong": (CONTRADICTED,), "problem": (CONTRADICTED, UNVERIFIABLE)}
"""Verdicts that a key goes through; a name that is not here means all of them."""


class PointingView(ReadingView):
    """Marks are offsets into ``source``: they stay on their characters however the text is wrapped or grows."""

    class _FromView(Message):
        def __init__(self, view: "PointingView") -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> "PointingView":
            """The view that sent the message."""
            return self.view

    class Pointed(_FromView, namespace="stream_view"):
        """The reader points at something else: ``place`` counts it (“2 of 5”), ``words`` say why at nothing."""

        def __init__(self, view: "PointingView", thing: Thing | None, place: str = "", words: str = "") -> None:
            super().__init__(view)
            self.thing, self.place, self.words = thing, place, words

    class MarkOpened(_FromView, namespace="stream_view"):
        """Enter on a judged number: its source is wanted."""

        def __init__(self, view: "PointingView", mark: Mark) -> None:
            super().__init__(view)
            self.mark = mark

    class ContentsWanted(_FromView, namespace="stream_view"):
        """The headings are wanted as a list to choose from."""

    def __init__(self, given: Asked, **names: str | None) -> None:
        super().__init__(given, **names)
        self._marks = Marks()
        self._thing: Thing | None = None

    # marks

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """Show these marks instead of those there are; offsets are into ``source``."""
        self._marks = Marks(marks)
        self.forget()
        self._schedule()

    def add_mark(self, mark: Mark) -> None:
        """Show one more mark, with the next frame."""
        self._marks.put(mark)
        self._schedule()

    def look(self, style: str) -> Style:
        """How a style of the text is drawn, such as the label of a verdict."""
        return self._styles.style(style)

    def _reset(self) -> None:
        self._marks = Marks()
        self.forget()
        super()._reset()

    def _overlays(self, row: int, line: Line) -> list[Overlay]:
        out = self._marks.overlays(line, self.glyphs)
        thing = self._thing
        if isinstance(thing, Passage):
            block = self._document.block_at(row)
            if block is not None and block[0].start == thing.start and row >= block[1] + (block[0].gap is not None):
                out.append((0, 1, "pointer", self.glyphs.bar))
        elif thing is not None:
            here = _within(line, thing.start, thing.end)
            out = [one for one in out if one[3] or one[:2] not in here]  # the cursor takes the place of its style
            out += [(low, high, "current", "") for low, high in here]
            if here and line.indent:
                out.append((0, 1, "pointer", self.glyphs.pointer))
        return out + super()._overlays(row, line)

    # pointing

    def text_of(self, thing: Thing) -> str:
        """What stands there, of code only the code."""
        if isinstance(thing, Passage):
            return next((block.copied for block, _ in self._document.passages() if block.start == thing.start), "")
        return self._document.source[thing.start : thing.end]

    def forget(self) -> None:
        """Point at nothing."""
        self._show_thing(None)

    def action_mark(self, which: str, step: int) -> None:
        """Go to the next (1) or previous (-1) number that is ``wrong``, a ``problem`` (unverifiable too), or any."""
        self._flush()
        labels = _WHICH.get(which, (SUPPORTED, CONTRADICTED, UNVERIFIABLE))
        self._point(self._marks.chosen(labels), step, self._nothing(which))

    def action_link(self, step: int) -> None:
        """Go to the next (1) or previous (-1) link."""
        self._flush()
        self._point(sorted(self._document.links()), step, "There is no link in this text.")

    def action_block(self, step: int) -> None:
        """Go to the next (1) or previous (-1) block."""
        self._flush()
        placed = self._document.passages()
        things = [Passage(block.start, block.end, block.kind) for block, _ in placed]
        rows = [row for _, row in placed]
        top, thing = self.scroll_offset.y, self._thing
        if thing is not None:  # the block of a number or link comes first
            top = rows[max(bisect_right([one.start for one in things], thing.start) - 1, 0)] if rows else top
        now = top if isinstance(thing, Passage) and self._sees(thing) else None
        self._show_one(things, _stepped(rows, now, top, top + self._room.height, step), "There is no text yet.")

    def action_open(self) -> None:
        """Ask for the source of the number pointed at."""
        if isinstance(self._thing, Mark):
            self.post_message(self.MarkOpened(self, self._thing))

    def action_copy(self) -> None:
        """Offer what is pointed at for copying, or the whole text."""
        thing = self._thing
        text, what = copied(thing, self.text_of(thing)) if thing is not None else (self._document.source, "text")
        if text:
            self.post_message(CopyRequested(text, what))

    def action_contents(self) -> None:
        """Ask for the list of headings."""
        if self.headings():
            self.post_message(self.ContentsWanted(self))
        else:
            self.post_message(self.Pointed(self, None, words="This text has no headings."))

    def _nothing(self, which: str) -> str:
        """Why there is no number to go to."""
        judged = len(self._marks)
        if not judged:
            return "No number of this text has been judged."
        kind = "is contradicted" if which == "wrong" else "is contradicted or unverifiable"
        return f"None of the {judged} numbers judged so far {kind}."

    def _point(self, things: Sequence[Thing], step: int, nothing: str) -> None:
        """Step through things in the order of the source, from the one pointed at or else from the view's edge."""
        thing, top = self._thing, self.scroll_offset.y
        now = thing.start if thing is not None and self._sees(thing) else None
        first, last = self._document.offset_at(top), self._document.offset_at(top + self._room.height)
        self._show_one(things, _stepped([one.start for one in things], now, first, last, step), nothing)

    def _sees(self, thing: Thing) -> bool:
        return 0 <= self._document.line_of(thing.start) - self.scroll_offset.y < self._room.height

    def _show_one(self, things: Sequence[Thing], index: int, nothing: str) -> None:
        if things:
            self._show_thing(things[index], f"{index + 1} of {len(things)}")
        else:
            self.post_message(self.Pointed(self, None, words=nothing))

    def _show_thing(self, thing: Thing | None, place: str = "") -> None:
        self._thing = thing
        if thing is not None:
            self.follow = False
            found = () if isinstance(thing, Passage) else self._document.places(thing.start, thing.end)
            self._reveal(found[0][0] if found else self._document.line_of(thing.start))
        if self.is_mounted:
            self._refresh_changed()
            self.post_message(self.Pointed(self, thing, place))


def _stepped(keys: Sequence[int], now: int | None, first: int, last: int, step: int) -> int:
    """Index of the next or previous of ascending keys; without one that is current, seen from the view's edges."""
    if not keys:
        return -1
    if step > 0:
        return (bisect_left(keys, first) if now is None else bisect_right(keys, now)) % len(keys)
    return (bisect_left(keys, last if now is None else now) - 1) % len(keys)


def _within(line: Line, start: int, end: int) -> list[tuple[int, int]]:
    """The columns of a row that show a part of the source."""
    out, column = [], 0
    for text, _, source in line.spans:
        low, high = max(start - source, 0), min(end - source, len(text))
        if source >= 0 and high > low:
            out.append((column + low, column + high))
        column += len(text)
    return out
