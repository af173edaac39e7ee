"""The lines above the panes: what repository this is, which pane is which number."""

from collections.abc import Callable

from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.commands import Pane


class RepositoryLine(Widget):
    """The repository's name at the left, what is in it at the right."""

    COMPONENT_CLASSES = {"repository--name", "repository--aside"}  # noqa: RUF012
    DEFAULT_CSS = """
    RepositoryLine {
        height: 1; padding: 0 1; background: $panel; text-style: $bar-text-style;
        & > .repository--name { color: $foreground; text-style: bold; }
        & > .repository--aside { color: $text-muted; }
    }
    """

    name_shown: reactive[str] = reactive("", layout=False)
    place: reactive[str] = reactive("", layout=False)
    aside: reactive[str] = reactive("", layout=False)

    def render(self) -> RenderResult:
        """Name, place where there is room, and the counts."""
        width = self.content_size.width
        aside = inert_line(self.aside, max(10, width - 12))
        name = inert_line(self.name_shown, max(8, width - len(aside) - 3))
        muted = self.get_component_rich_style("repository--aside", partial=True)
        text = Text(no_wrap=True, overflow="ignore")
        text.append(name, self.get_component_rich_style("repository--name", partial=True))
        left = len(name)
        place = inert_line(self.place)
        if left + len(place) + len(aside) + 6 <= width:
            text.append(f"  {place}", muted)
            left += len(place) + 2
        text.append(" " * max(2, width - left - len(aside)), "")
        text.append(aside, muted)
        return text


class PaneStrip(Widget):
    """``1 Files  2 Inventory …``: the panes that can be seen from here, the current one marked."""

    COMPONENT_CLASSES = {"strip--number", "strip--current", "strip--blurred"}  # noqa: RUF012
    DEFAULT_CSS = """
    PaneStrip {
        height: 1; padding: 0 1; background: $surface; color: $text-muted;
        & > .strip--number { color: $text-disabled; }
        & > .strip--current { color: $primary; text-style: bold underline; }
        & > .strip--blurred { color: $foreground; text-style: bold; }
    }
    """

    panes: reactive[tuple[Pane, ...]] = reactive((), layout=False)
    current: reactive[Pane | None] = reactive(None, layout=False)
    """The pane that is shown here."""
    focused_here: reactive[bool] = reactive(False, layout=False)
    """Whether the keys go to it."""
    note: reactive[str] = reactive("", layout=False)

    def render(self) -> RenderResult:
        """All names where they fit, else the current one and the others short, or only their numbers."""
        width = self.content_size.width
        for names, gap in ((_long, "  "), (_long, " "), (_short, " "), (_no_name, "  ")):
            text = self._line(names, gap)
            if text.cell_len <= width:
                break
        if self.note and text.cell_len + len(self.note) + 3 <= width:
            text.append(" " * (width - text.cell_len - len(self.note)))
            text.append(self.note, self._style("strip--number"))
        return text

    def _line(self, name_of: Callable[[Pane], str], gap: str) -> Text:
        text = Text(no_wrap=True, overflow="ignore")
        for index, pane in enumerate(self.panes):
            text.append(gap if index else "")
            here = pane is self.current
            style = self._style("strip--current" if self.focused_here else "strip--blurred") if here else Style()
            text.append(f"{pane.number}", style if here else self._style("strip--number"))
            name = pane.label if here else name_of(pane)
            text.append(f" {name}" if name else "", style)
        return text

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)


def _long(pane: Pane) -> str:
    return pane.label


def _short(pane: Pane) -> str:
    return pane.short


def _no_name(_pane: Pane) -> str:
    return ""
