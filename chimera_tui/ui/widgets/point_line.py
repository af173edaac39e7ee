"""The line under a text that says in words what the reader points at, and what the keys do with it."""

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source
from chimera_tui.ui.markdown.marks import Mark, sign_of
from chimera_tui.ui.markdown.options import Glyphs
from chimera_tui.ui.widgets.stream_view import StreamView

_REASON_CELLS = 240
_WORDS = {SUPPORTED: "supported", CONTRADICTED: "contradicted"}


class PointLine(Static):
    """Verdict, right value, reason and source of the number pointed at; hidden while there is nothing to say."""

    DEFAULT_CSS = """
    PointLine {
        height: auto; max-height: 5; padding: 0 1; background: $panel; display: none;
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
        text = Text(event.words)
        if event.thing is not None:
            view = event.view
            text = told(event.thing, view.text_of(event.thing), event.place, view.look(event.thing.label), view.glyphs)
        self.set_class(bool(text), "-shown")
        self.update(text)


def told(mark: Mark, span: str, place: str, look: Style, glyphs: Glyphs) -> Text:
    """What is known of a number, the most important first."""
    verdict = _WORDS.get(mark.label, "cannot be verified")
    text = Text.assemble((f"{sign_of(mark.label, glyphs)} {inert_line(span, 40)}", look), f" {verdict}")
    if mark.unscoped:
        text.append(", scope not stated")
    if mark.right:
        text.append(f"{glyphs.apart}right: ").append(inert_line(mark.right, 80), "bold")
    if mark.note and mark.note != mark.right:
        text.append(glyphs.apart + inert_line(mark.note, _REASON_CELLS))
    text.append(glyphs.apart + place)
    if mark.sources:
        text.append(f"{glyphs.apart}enter: {where(mark.sources[0])}")
    return text


def where(source: Source) -> str:
    """A source as one reads it: file, row, field."""
    if source.record is None:
        return inert_line(source.path, 80)
    place = source.where or f"row {source.record + 1}"
    field = f" {inert_line(source.field, 40)}" if source.field else ""
    return f"{inert_line(source.path, 80)} {inert_line(place, 40)}{field}"
