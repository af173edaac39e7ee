"""One widget for Markdown: the live stream, saved reports and previews."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from chimera_tui.ui.markdown.options import Asked
from chimera_tui.ui.markdown.palette import COMPONENT_CLASSES, CSS
from chimera_tui.ui.reader.pointing_view import PointingView

_PROBLEMS = "Go to the next number that is contradicted or unverifiable, and say why; M to the one before."
_WRONG = "Go to the next number that the files contradict; B to the one before."
_NUMBERS = "Go to the next number that was judged, supported ones (underlined) too; , to the one before."
_CONTENTS = "A list of the headings; Enter goes to one."
_BLOCKS = "Point at the next paragraph, item, table or piece of code, to copy it; K at the one before."
_LINKS = "Point at the next link and show its target; L at the one before. Links are never opened."
_COPY = "Copy what is pointed at (a block, a link's target, a verdict), else the whole text."
_OPEN = "Open the file, row or inventory line that the verdict on this number rests on."


class StreamView(PointingView, can_focus=True):
    """Markdown that grows at the end, with keys, search and a table of contents.

    Text is collected and drawn at most ``repaints_per_s`` times a second. Closed blocks are laid out once; of the
    screen only the cells that changed are sent again. Offsets are into ``source``: the text of model and program, line
    ends as newlines. Every span of a row keeps its source offset, so marks can be laid over any part of the source.
    What is None at the start is as the application draws.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENT_CLASSES)
    DEFAULT_CSS = (
        """
    StreamView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
        + CSS
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="stream.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="stream.down"),
        Binding("pageup", "move_pages(-1.0)", "Page up", show=False, id="stream.page-up"),
        Binding("pagedown,space", "move_pages(1.0)", "Page down", show=False, id="stream.page-down"),
        Binding("ctrl+u", "move_pages(-0.5)", "Half a page up", show=False, id="stream.half-up"),
        Binding("ctrl+d", "move_pages(0.5)", "Half a page down", show=False, id="stream.half-down"),
        Binding("home,g", "top", "Top", show=False, id="stream.top"),
        Binding("end,G", "follow", "End and follow", show=False, id="stream.end"),
        Binding("f", "toggle_follow", "Follow", show=False, id="stream.follow"),
        Binding("n", "next_match", "Next match", show=False, id="stream.next-match"),
        Binding("N", "previous_match", "Previous match", show=False, id="stream.previous-match"),
        Binding("m", "mark('problem', 1)", "Marks", id="stream.next-mark", tooltip=_PROBLEMS),
        Binding("M", "mark('problem', -1)", "Mark before", show=False, id="stream.previous-mark"),
        Binding("b", "mark('wrong', 1)", "Next wrong number", show=False, id="stream.next-wrong", tooltip=_WRONG),
        Binding("B", "mark('wrong', -1)", "Wrong number before", show=False, id="stream.previous-wrong"),
        Binding("full_stop", "mark('any', 1)", "Next number", show=False, id="stream.next-number", tooltip=_NUMBERS),
        Binding("comma", "mark('any', -1)", "Number before", show=False, id="stream.previous-number"),
        Binding("enter", "open", "Source", show=False, id="stream.open", tooltip=_OPEN),
        Binding("h", "contents", "Headings", id="stream.contents", tooltip=_CONTENTS),
        Binding("J", "block(1)", "Next block", show=False, id="stream.next-block", tooltip=_BLOCKS),
        Binding("K", "block(-1)", "Block before", show=False, id="stream.previous-block"),
        Binding("l", "link(1)", "Next link", show=False, id="stream.next-link", tooltip=_LINKS),
        Binding("L", "link(-1)", "Link before", show=False, id="stream.previous-link"),
        Binding("y", "copy", "Copy", show=False, id="stream.copy", tooltip=_COPY),
    ]

    def __init__(
        self,
        markdown: str = "",
        *,
        ascii: bool | None = None,  # noqa: A002  # what the settings call it
        colour_code: bool | None = None,
        repaints_per_s: float | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(Asked(ascii, colour_code, repaints_per_s), name=name, id=id, classes=classes)
        if markdown:
            self.load(markdown)

    # the text

    @property
    def source(self) -> str:
        """The whole text of model and program."""
        return self._document.source + "".join(text for text, role in self._pending if role != "thinking")

    @property
    def length(self) -> int:
        """How many characters ``source`` has."""
        return self._length

    def append(self, text: str) -> None:
        """Add text of the model. Cheap: drawing is done later, for many appends at once."""
        self._add(text, "model")

    def append_program(self, text: str) -> None:
        """Add Markdown written by the program, marked so in the margin. It begins a block of its own."""
        self._add(text, "program")

    def append_thinking(self, text: str) -> None:
        """Add thinking, shown apart; it is no part of ``source``."""
        self._add(text, "thinking")

    def finish(self) -> None:
        """No more text comes: close the open block."""
        self._queue(self._line_ends.decode("", final=True))
        self._ended = True
        self._schedule()

    def clear(self) -> None:
        """Forget everything and follow again."""
        self._reset()
        self.follow = True
        self._schedule()

    def load(self, markdown: str) -> None:
        """Show a whole document from its beginning."""
        self._reset()
        self.follow = False
        self._add(markdown, "model")
        self.finish()
