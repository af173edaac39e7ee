"""One line of figures above the key bar; it moves only while a run does."""

from time import monotonic
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget

from chimera_tui.engine.events import Event, RunEnded
from chimera_tui.ui.live_figures import Field, LiveFigures, fitting

if TYPE_CHECKING:
    from textual.timer import Timer

UPDATES_PER_S = 3


class MetricsBar(Widget):
    """Stage, model, TTFT, tokens/s, tokens and context of the run; its ending when it is over."""

    COMPONENT_CLASSES = {"metrics-bar--label", "metrics-bar--stage", "metrics-bar--problem"}  # noqa: RUF012
    DEFAULT_CSS = """
    MetricsBar {
        height: 1; padding: 0 1; background: $surface; color: $foreground;
        & > .metrics-bar--label { color: $text-muted; }
        & > .metrics-bar--stage { color: $primary; text-style: bold; }
        & > .metrics-bar--problem { color: $warning; text-style: bold; }
    }
    """

    hint: reactive[str] = reactive("", layout=False)
    """What is said when nothing has run yet, and after a run where there is room."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's own keyword
        super().__init__(id=id)
        self.figures = LiveFigures()
        self._timer: Timer | None = None
        self._offset_s = 0.0

    def apply(self, event: Event) -> None:
        """Take one event of the run; what is shown follows a few times a second."""
        self.figures.apply(event)
        self._offset_s = monotonic() - event.at_s
        if isinstance(event, RunEnded):
            self._end()

    def begin(self) -> None:
        """A run was asked for: forget the one before and start counting."""
        self.figures = LiveFigures(running=True)
        self._offset_s = monotonic()
        if self._timer is None:
            self._timer = self.set_interval(1 / UPDATES_PER_S, self._tick)
        self.refresh()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.refresh()

    def _tick(self) -> None:
        self.figures.now_s = max(self.figures.now_s, monotonic() - self._offset_s)
        self.refresh()

    def render(self) -> RenderResult:
        """As many whole figures as fit."""
        width = self.content_size.width
        if self.figures.running:
            return self._line(fitting(self.figures.fields(), width), "metrics-bar--stage")
        summary = self.figures.summary()
        if not summary:
            return Text(self.hint, self.get_component_rich_style("metrics-bar--label", partial=True))
        style = "metrics-bar--stage" if self.figures.ended_well else "metrics-bar--problem"
        return self._line(fitting([*summary, Field("", self.hint, 9)], width), style)

    def _line(self, fields: list[Field], first: str) -> Text:
        label = self.get_component_rich_style("metrics-bar--label", partial=True)
        text = Text(no_wrap=True)
        for index, entry in enumerate(fields):
            if index:
                text.append("   ")
            if entry.label:
                text.append(entry.label + " ", label)
            style = self.get_component_rich_style(first, partial=True) if index == 0 else ""
            text.append(entry.value, label if entry.rank >= 9 else style)
        return text
