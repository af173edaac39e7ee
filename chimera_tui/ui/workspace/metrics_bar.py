"""One line of figures above the key bar; it moves only while a run does."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import RenderResult
from textual.geometry import Region
from textual.reactive import reactive
from textual.widget import Widget

from chimera_tui.engine.clock import Clock
from chimera_tui.engine.events import Event, RunEnded
from chimera_tui.ui.glyphs import UNICODE, Glyphs
from chimera_tui.ui.pace import USUAL, Pace
from chimera_tui.ui.workspace.bar_fields import GAP, SPARK_CELLS, Field, fitting
from chimera_tui.ui.workspace.live_figures import LiveFigures

if TYPE_CHECKING:
    from textual.timer import Timer


class MetricsBar(Widget):
    """Stage, TTFT, tokens/s, tokens, context and GPU share of the run; its ending when it is over."""

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

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.figures = LiveFigures()
        self._clock = clock or Clock()
        self._timer: Timer | None = None
        self._offset_s = 0.0
        self._drawn = ""

    def apply(self, event: Event) -> None:
        """Take one event of the run; what is shown follows a few times a second."""
        self.figures.apply(event)
        self._offset_s = self._clock.seconds() - event.at_s
        if isinstance(event, RunEnded):
            self._end()

    def begin(self) -> None:
        """A run was asked for: forget the one before and start counting."""
        self.figures = LiveFigures(running=True)
        self._offset_s = self._clock.seconds()
        self._start()
        self.refresh()

    def draw_again(self) -> None:
        """Other signs or another pace."""
        if self._timer is not None:
            self._start()
        self.refresh()

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(1 / self._pace.figures_per_s, self._tick)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.refresh()

    @property
    def _pace(self) -> Pace:
        pace: Pace = getattr(self.app, "pace", USUAL)
        return pace

    def _tick(self) -> None:
        """Count on, and repaint from the first character that is another."""
        self.figures.now_s = max(self.figures.now_s, self._clock.seconds() - self._offset_s)
        before, after = self._drawn, self._text().plain
        same = next((n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), None)
        if same is not None or len(before) != len(after):
            start = min(len(before), len(after)) if same is None else same
            left = self.content_region.x - self.region.x
            self.refresh(Region(left + start, 0, max(len(before), len(after)) - start, 1))

    def render(self) -> RenderResult:
        """As many whole figures as fit."""
        text = self._text()
        self._drawn = text.plain
        return text

    def _text(self) -> Text:
        width = self.content_size.width
        if self.figures.running:
            return self._line(fitting(self._figures_of_run(), width), "metrics-bar--stage")
        summary = self.figures.summary()
        if not summary:
            return Text(self.hint, self.get_component_rich_style("metrics-bar--label", partial=True))
        style = "metrics-bar--stage" if self.figures.ended_well else "metrics-bar--problem"
        return self._line(fitting([*summary, Field("", self.hint, 9, muted=True)], width), style)

    def _figures_of_run(self) -> list[Field]:
        fields = self.figures.fields()
        return fields if self._pace.sparkline else [entry for entry in fields if not entry.spark]

    def _line(self, fields: list[Field], first: str) -> Text:
        label = self.get_component_rich_style("metrics-bar--label", partial=True)
        text = Text(no_wrap=True)
        room = self.content_size.width - sum(entry.width + GAP for entry in fields) + GAP
        for index, entry in enumerate(fields):
            if index:
                text.append(" " * GAP)
            if entry.label:
                text.append(entry.label + " ", label)
            style = self.get_component_rich_style(first, partial=True) if index == 0 else ""
            text.append(self._sparkline(room) if entry.spark else entry.value, label if entry.muted else style)
        return text

    def _sparkline(self, room: int) -> str:
        glyphs: Glyphs = getattr(self.app, "glyphs", UNICODE)
        return self.figures.sparkline(min(SPARK_CELLS[0] + room, SPARK_CELLS[1]), glyphs.levels)
