"""Saved reports: a list, and a reading view in its place."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.live_figures import seconds
from chimera_tui.ui.widgets.found_text import FoundText
from chimera_tui.ui.widgets.stream_view import StreamView

if TYPE_CHECKING:
    from chimera_tui.engine.runs_on_disk import SavedReport

READ_LIMIT = 4_000_000
"""Most bytes of a report that are shown."""
_NONE_YET = "No saved reports yet.\n\nr reads the files, writes a report and saves it here."


@dataclass(frozen=True)
class _Column:
    """One column of the list; ``rank`` 1 stays longest when room is short."""

    title: str
    width: int
    rank: int
    right: bool = False


_COLUMNS = (
    _Column("started (UTC)", 16, 1),
    _Column("ending", 12, 2),
    _Column("model", 18, 3),
    _Column("tok/s", 8, 4, right=True),
    _Column("TTFT", 8, 6, right=True),
    _Column("tokens", 8, 5, right=True),
    _Column("engine", 8, 7),
    _Column("agent", 16, 8),
)


class ReportList(OptionList):
    """One line a report, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Read", id="reports.read"),
        Binding("down,j", "cursor_down", "Down", show=False),
        Binding("up,k", "cursor_up", "Up", show=False),
    ]


class NoReports(Static, can_focus=True):
    """What is said instead of a list; it takes the keys so that they do not go elsewhere."""


class ReportsPane(Vertical):
    """The list of saved reports, and the one that is read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "turn(1)", "Older", show=False, id="reports.older"),
        Binding("left_square_bracket", "turn(-1)", "Newer", show=False, id="reports.newer"),
    ]
    DEFAULT_CSS = """
    ReportsPane {
        & > .reports--header { height: 1; padding: 0 1; color: $text-muted; }
        & > .reports--empty { padding: 1 2; color: $text-muted; display: none; }
        & > ReportList { height: 1fr; border: none; padding: 0; background: transparent; }
        & > .reports--reading { height: 1; padding: 0 1; color: $text-muted; display: none; }
        & > FoundText { height: 1fr; display: none; }
        &.-reading > ReportList, &.-reading > .reports--header { display: none; }
        &.-reading > FoundText, &.-reading > .reports--reading { display: block; }
        &.-empty > ReportList, &.-empty > .reports--header { display: none; }
        &.-empty > .reports--empty { display: block; }
    }
    """

    @dataclass
    class CouldNotRead(Message):
        """A report could not be opened, and why."""

        reason: str

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__(classes="-empty")
        self._ascii = ascii
        self.reports: list[SavedReport] = []
        self.open_report: SavedReport | None = None

    def compose(self) -> ComposeResult:
        """Header, list, and the reading view that takes their place."""
        yield Static(classes="reports--header", markup=False)
        yield NoReports(_NONE_YET, classes="reports--empty", markup=False)
        yield ReportList(compact=True, markup=False)
        yield Static(classes="reports--reading", markup=False)
        yield FoundText(text_id="report-text", ascii=self._ascii)

    @property
    def reading(self) -> bool:
        """Whether a report is open."""
        return self.has_class("-reading")

    @property
    def text(self) -> str:
        """The text of the open report."""
        return self.query_one(StreamView).source

    @property
    def selected(self) -> "SavedReport | None":
        """The open report, or the one under the cursor."""
        if self.reading:
            return self.open_report
        index = self.query_one(ReportList).highlighted
        return self.reports[index] if index is not None and index < len(self.reports) else None

    def focus_inside(self) -> None:
        """Focus what is shown."""
        shown = StreamView if self.reading else ReportList if self.reports else NoReports
        self.query_one(shown).focus()

    def show(self, reports: "list[SavedReport]") -> None:
        """Show these reports; the cursor stays on its report."""
        chosen = self.selected.path if self.selected else None
        self.reports = reports
        self.set_class(not reports, "-empty")
        self._fill()
        paths = [report.path for report in reports]
        if paths:
            self.query_one(ReportList).highlighted = paths.index(chosen) if chosen in paths else 0
        if self.has_focus_within:
            self.focus_inside()

    def on_resize(self) -> None:
        """Other columns fit another width."""
        self._fill()

    def _fill(self) -> None:
        columns = _fitting(self.size.width - 2)
        self.query_one(".reports--header", Static).update(Text(_row([c.title for c in columns], columns)))
        options = self.query_one(ReportList)
        highlighted = options.highlighted
        options.clear_options()
        options.add_options(
            [Option(Text(" " + _row([_cell(report, c) for c in columns], columns))) for report in self.reports]
        )
        if highlighted is not None and highlighted < len(self.reports):
            options.highlighted = highlighted

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.open(self.reports[event.option_index])

    def open_path(self, path: Path) -> bool:
        """Open the report at a path; False when it is not in the list."""
        found = next((report for report in self.reports if report.path == path), None)
        if found is not None:
            self.open(found)
        return found is not None

    def open_newest(self) -> None:
        """Open the first of the list."""
        if self.reports:
            self.open(self.reports[0])

    def open(self, report: "SavedReport") -> None:
        """Read a report in place of the list."""
        self.open_report = report
        self.query_one(ReportList).highlighted = self.reports.index(report)
        self._read(report)

    def close(self) -> None:
        """Back to the list."""
        self.remove_class("-reading")
        self.query_one(ReportList).focus()

    def action_turn(self, by: int) -> None:
        """The next older or newer report."""
        if self.reading and self.open_report in self.reports:
            index = self.reports.index(self.open_report) + by
            if 0 <= index < len(self.reports):
                self.open(self.reports[index])

    @work(exclusive=True, group="read report")
    async def _read(self, report: "SavedReport") -> None:
        import asyncio

        try:
            text = await asyncio.to_thread(read_report, report.path)
        except OSError as error:
            self.post_message(self.CouldNotRead(f"{report.path} cannot be read: {error.strerror or error}."))
            return
        place = self.reports.index(report) + 1 if report in self.reports else 0
        title = f"{place}/{len(self.reports)}  {report.title}  {report.ending}"
        self.query_one(".reports--reading", Static).update(inert_line(title, 200))
        self.add_class("-reading")
        view = self.query_one(StreamView)
        view.load(text)
        if self.has_focus_within or self.app.focused is None:
            view.focus()


def read_report(path: Path) -> str:
    """The text of a report, or of the journal of one that was not finished. Raises OSError."""
    if path.is_dir():
        return _unfinished(path)
    with path.open("rb") as file:
        content = file.read(READ_LIMIT + 1)
    text = content[:READ_LIMIT].decode("utf-8", "replace")
    return text if len(content) <= READ_LIMIT else text + f"\n\n*Only the first {READ_LIMIT:,} bytes are shown.*\n"


def _unfinished(folder: Path) -> str:
    from chimera_tui.core.report.analysis import ReadableJson
    from chimera_tui.engine.events import CallStarted, Chunk, ProgramText, Stage
    from chimera_tui.engine.journal import read_journal

    texts = [f"*This run did not finish: its program was ended. What its journal holds ({folder}):*"]
    analysis: ReadableJson | None = None
    for event in read_journal(folder / "calls.ndjson"):
        if isinstance(event, CallStarted):
            analysis = ReadableJson() if event.stage is Stage.ANALYSIS else None
            texts.append(f"\n\n# {event.stage.value.capitalize()}\n\n")
        elif isinstance(event, Chunk):
            texts.append(analysis.feed(event.text) if analysis else event.text)
        elif isinstance(event, ProgramText):
            texts.append(event.text)
    return "".join(texts)


def _fitting(width: int) -> list[_Column]:
    chosen: list[_Column] = []
    for column in sorted(_COLUMNS, key=lambda column: column.rank):
        if sum(one.width + 2 for one in chosen) + column.width > width and chosen:
            break
        chosen.append(column)
    return [column for column in _COLUMNS if column in chosen]


def _row(cells: list[str], columns: list[_Column]) -> str:
    parts = [f"{cell:>{c.width}}" if c.right else f"{cell:<{c.width}}" for cell, c in zip(cells, columns, strict=True)]
    return "  ".join(parts).rstrip()


def _cell(report: "SavedReport", column: _Column) -> str:
    match column.title:
        case "started (UTC)":
            text = report.started[:16].replace("T", " ")
        case "tok/s":
            text = "" if report.tokens_per_s is None else f"{report.tokens_per_s:,.1f}"
        case "TTFT":
            text = seconds(report.ttft_s)
        case "tokens":
            text = "" if report.generated_tokens is None else f"{report.generated_tokens:,}"
        case "model":
            text = report.model or "no model"
        case name:
            text = str(getattr(report, name))
    return inert_line(text, column.width)
