"""The model's text as it comes, under a line that says which stage it is or how it ended."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from chimera_tui.core.endings import Ending
from chimera_tui.engine.events import CallFinished, Chunk, Event, ProgramText, RunEnded, RunStarted, Stage, StageStarted
from chimera_tui.ui.widgets.stream_view import StreamView

_HEADINGS = {Stage.ANALYSIS: "Analysis", Stage.REPORT: "Report", Stage.PERSONA: "Persona brief"}
_IDLE = "Nothing has run yet. r starts a run."


class StreamPane(Vertical):
    """The live text of a run, fed with its events."""

    DEFAULT_CSS = """
    StreamPane {
        & > #stream-title { height: 1; padding: 0 1; color: $text-muted; }
        & > #stream-title.-problem { color: $warning; }
        & > StreamView { height: 1fr; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's own keyword
        super().__init__(id=id)
        self.text: list[str] = []
        self._headed: Stage | None = None
        self._stage: Stage | None = None

    def compose(self) -> ComposeResult:
        """Title line and text."""
        yield Static(_IDLE, id="stream-title", markup=False)
        yield StreamView(id="stream-text", ascii=self.app.ascii_glyphs)

    @property
    def view(self) -> StreamView:
        """Where the text is."""
        return self.query_one(StreamView)

    def focus_inside(self) -> None:
        """Focus the text."""
        self.view.focus()

    def apply(self, event: Event) -> None:
        """Take one event of the run."""
        match event:
            case RunStarted():
                self._begin(event)
            case StageStarted():
                self._stage = event.stage
                self._title(f"{_HEADINGS.get(event.stage, event.stage.value.capitalize())}{self.app.glyphs.ellipsis}")
            case Chunk():
                self._chunk(event)
            case ProgramText():
                self._head(event.stage)
                self.text.append(event.text)
                self.view.append_program(event.text)
            case CallFinished():
                self._call_finished(event)
            case RunEnded():
                self._end(event)

    def _begin(self, event: RunStarted) -> None:
        self.text.clear()
        self._headed = self._stage = None
        self.view.clear()
        writer = "the program alone, no model" if event.engine == "offline" else f"{event.model} through {event.engine}"
        self._title(f"Run {event.run_id}: {writer}")

    def _chunk(self, event: Chunk) -> None:
        if self._stage is not None:
            self._head(self._stage)
        if event.thinking:
            self.view.append_thinking(event.thinking)
        if event.text:
            self.text.append(event.text)
            self.view.append(event.text)

    def _head(self, stage: Stage) -> None:
        """A heading of the program's before the first text of a stage."""
        heading = _HEADINGS.get(stage)
        if heading and stage is not self._headed:
            self._headed = stage
            block = ("\n\n" if self.text else "") + f"# {heading}\n\n"
            self.text.append(block)
            self.view.append_program(block)

    def _call_finished(self, event: CallFinished) -> None:
        if event.ending is not Ending.COMPLETE:
            block = f"\n\n*The {event.stage.value} call ended: {event.ending.value}. {event.reason}*\n\n"
            self.text.append(block)
            self.view.append_program(block)

    def _end(self, event: RunEnded) -> None:
        self.view.finish()
        words = f"Ended: {event.ending.value}."
        self._title(f"{words} {event.reason}" if event.reason else words, problem=event.ending is not Ending.COMPLETE)

    def _title(self, words: str, *, problem: bool = False) -> None:
        title = self.query_one("#stream-title", Static)
        title.set_class(problem, "-problem")
        title.update(Text(words, no_wrap=True, overflow="ellipsis"), layout=False)
