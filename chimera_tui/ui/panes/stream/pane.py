"""The model's text as it comes, under a line that says which stage it is or how it ended."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from chimera_tui.core.endings import Ending
from chimera_tui.core.inert import inert_line
from chimera_tui.core.report.analysis import ReadableJson
from chimera_tui.engine.events import (
    CallFinished,
    CallStarted,
    Chunk,
    ClaimJudged,
    Event,
    LoadStarted,
    ProgramText,
    RunEnded,
    RunStarted,
    Stage,
    StageStarted,
)
from chimera_tui.ui.keymap import spoken
from chimera_tui.ui.markdown.marks import Mark
from chimera_tui.ui.panes.stream.call_places import CallPlaces
from chimera_tui.ui.reader.found_text import FoundText
from chimera_tui.ui.reader.stream_view import StreamView

_HEADINGS = {Stage.ANALYSIS: "Analysis", Stage.REPORT: "Report", Stage.PERSONA: "Persona brief"}
_IDLE = "Nothing has run yet. {run.start} starts a run."


class StreamPane(Vertical):
    """The live text of a run, fed with its events."""

    DEFAULT_CSS = """
    StreamPane {
        & > #stream-title {
            height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
            &.-problem { color: $warning; height: auto; max-height: 3; text-wrap: wrap; }
        }
        & > FoundText { height: 1fr; }
    }
    """

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__()
        self._ascii = ascii
        self._headed: Stage | None = None
        self._stage: Stage | None = None
        self._writer = ""
        self._readable: ReadableJson | None = None
        self._places = CallPlaces()

    def compose(self) -> ComposeResult:
        """Title line and text."""
        yield Static(spoken(_IDLE, getattr(self.app, "keys", {})), id="stream-title", markup=False)
        yield FoundText(text_id="stream-text", ascii=self._ascii)

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
                self._name_writer(event)
            case StageStarted():
                self._stage = event.stage
                self._title(_HEADINGS.get(event.stage, event.stage.value.capitalize()))
            case LoadStarted():
                context = f" with a context of {event.num_ctx:,}" if event.num_ctx else ""
                self._title(f"Loading {event.model}{context}: nothing comes until it is in memory")
            case CallStarted():
                self._readable = ReadableJson() if event.stage is Stage.ANALYSIS else None
            case Chunk():
                self._chunk(event)
            case ProgramText():
                self._head(event.stage)
                self.view.append_program(event.text)
            case ClaimJudged():
                self._mark(event)
            case CallFinished():
                self._call_finished(event)
            case RunEnded():
                self._end(event)

    def begin(self) -> None:
        """A run was asked for: forget the one before."""
        self._headed = self._stage = None
        self._writer = ""
        self._places = CallPlaces()
        self.view.clear()
        self._title("Starting")

    def _name_writer(self, event: RunStarted) -> None:
        offline = event.engine == "offline"
        self._writer = "written by the program, no model" if offline else f"{event.model} through {event.engine}"

    def _chunk(self, event: Chunk) -> None:
        if self._stage is not None:
            self._head(self._stage)
        if event.thinking:
            self.view.append_thinking(event.thinking)
        if event.text:
            at = self.view.length
            self.view.append(self._readable.feed(event.text) if self._readable else event.text)
            self._places.note(event.call, at, self.view.length - at)

    def _mark(self, event: ClaimJudged) -> None:
        place = self._places.place(event.call, event.start, event.end)
        if place is not None:
            self.view.add_mark(
                Mark(*place, event.label, event.reason, event.right, event.rule, event.unscoped, event.sources)
            )  # fmt: skip

    def _head(self, stage: Stage) -> None:
        """A heading of the program's before the first text of a stage."""
        heading = _HEADINGS.get(stage)
        if heading and stage is not self._headed:
            self._headed = stage
            self.view.append_program(f"# {heading}\n")

    def _call_finished(self, event: CallFinished) -> None:
        if event.ending is not Ending.COMPLETE:
            words = f"The {event.stage.value} call ended: {event.ending.value}. {event.reason}".rstrip()
            self.view.append_program(f"*{words}*\n")

    def _end(self, event: RunEnded) -> None:
        self.view.finish()
        words = f"Ended: {event.ending.value}"
        self._title(f"{words}. {event.reason}" if event.reason else words, problem=event.ending is not Ending.COMPLETE)

    def _title(self, words: str, *, problem: bool = False) -> None:
        title = self.query_one("#stream-title", Static)
        title.set_class(problem, "-problem")
        words = f"{words}, {self._writer}" if self._writer and not problem else words
        title.update(inert_line(words))
