"""The line under a text that says in words what the reader points at, and what the keys do with it."""

from rich.text import Text
from textual.widgets import Static

from chimera_tui.ui.markdown.marks import Mark
from chimera_tui.ui.markdown.told import told
from chimera_tui.ui.reader.stream_view import StreamView


class PointLine(Static):
    """A verdict with its reason, the target of a link, the size of a block; hidden while there is nothing to say."""

    DEFAULT_CSS = """
    PointLine {
        height: auto; max-height: 6; padding: 0 1; background: $panel; display: none;
        &.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    @property
    def is_shown(self) -> bool:
        """Whether it says something."""
        return self.has_class("-shown")

    def tell(self, event: StreamView.Pointed) -> None:
        """Say what is pointed at; nothing hides the line."""
        text, thing, view = Text(event.words), event.thing, event.view
        if thing is not None:
            look = view.look(thing.label if isinstance(thing, Mark) else "")
            text = told(thing, view.text_of(thing), event.place, look, view.glyphs)
        self.set_class(bool(text), "-shown")
        self.update(text)
