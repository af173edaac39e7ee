"""The Reports pane: the library, and in its place the report that is read or the sides that are compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.containers import Vertical
from textual.message import Message

from chimera_tui.core.report.saved import SOURCE
from chimera_tui.core.scan.entry import kind_of
from chimera_tui.ui.panes.reports.comparison import ReportComparison
from chimera_tui.ui.panes.reports.library import ReportLibrary
from chimera_tui.ui.panes.reports.reading import ReportReading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from textual.app import ComposeResult

    from chimera_tui.ui.panes.reports.library import Chosen


class ReportsPane(Vertical):
    """One of three at a time; Esc goes back to the library, at the same row."""

    DEFAULT_CSS = """
    ReportsPane {
        & > ReportReading, & > ReportComparison { display: none; }
        &.-reading > ReportReading, &.-comparing > ReportComparison { display: block; }
        &.-reading > ReportLibrary, &.-comparing > ReportLibrary { display: none; }
    }
    """

    class Changed(Message):
        """Another report is selected, or another number of them marked."""

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__()
        self.library = ReportLibrary(ascii=ascii)
        self.reader = ReportReading(ascii=ascii)
        self.comparison = ReportComparison(ascii=ascii)

    def compose(self) -> ComposeResult:
        """Library, reading, comparison."""
        yield self.library
        yield self.reader
        yield self.comparison

    @property
    def reading(self) -> bool:
        """Whether a report is open."""
        return self.has_class("-reading")

    @property
    def comparing(self) -> bool:
        """Whether a comparison is open."""
        return self.has_class("-comparing")

    @property
    def text(self) -> str:
        """The text of what is open; empty in the library."""
        return self.reader.text if self.reading else self.comparison.text if self.comparing else ""

    @property
    def count(self) -> int:
        """How many reports there are."""
        return self.library.rows.count

    @property
    def selected(self) -> dict[str, Any] | None:
        """The open report's row, or the one under the cursor."""
        return None if self.comparing else self.library.current

    @property
    def selected_path(self) -> Path | None:
        """The selected report, or the folder of an unfinished run."""
        row = self.selected
        return Path(row["file"]) if row else None

    def focus_inside(self) -> None:
        """Focus what is shown."""
        (self.reader if self.reading else self.comparison if self.comparing else self.library).focus_inside()

    def remembered(self) -> dict[str, object]:
        """What the next start shows again."""
        return self.library.remembered()

    def restore(self, kept: Mapping[str, Any]) -> None:
        """The library as it was left."""
        self.library.restore(kept)

    def show(self, frame: pl.DataFrame) -> None:
        """Show these reports; cursor, sort, filter and marks are kept."""
        self.library.show(frame)

    # -- reading

    @on(ReportLibrary.Opened)
    def _opened(self, event: ReportLibrary.Opened) -> None:
        event.stop()
        self.open_file(event.file, event.text)

    def open_path(self, path: Path) -> bool:
        """Open the report at a path; False when it is not in the list."""
        files = self.library.frame["file"].to_list() if self.library.frame is not None else []
        if str(path) not in files:
            return False
        self.open_file(str(path))
        return True

    def open_newest(self) -> None:
        """Open the newest report, whatever is shown."""
        if self.library.frame is not None and self.library.frame.height:
            self.open_file(self.library.frame["file"][0])

    def open_file(self, file: str, text: str = "") -> None:
        """Read a report in place of the library; its row gets the cursor."""
        self.library.move_to(file)
        files = self.library.files_shown()
        row = self.library.frame.row(by_predicate=_is(file), named=True) if self.library.frame is not None else {}
        place = f"{files.index(file) + 1}/{len(files)}  " if file in files else ""
        words = [str(row.get(name) or "") for name in ("run_id", "model", "configuration", "ending")]
        if row.get("source") == SOURCE:
            words.pop(1)  # the folder's name says it
        self.reader.open(Path(file), place + "  ".join(word for word in words if word), text)

    @on(ReportReading.Shown)
    def _shown(self, event: ReportReading.Shown) -> None:
        event.stop()
        focused = self.has_focus_within or self.app.focused is None
        self.remove_class("-comparing")
        self.add_class("-reading")
        if focused:
            self.reader.focus_inside()
        self.call_after_refresh(self.reader.look)
        self.post_message(self.Changed())

    @on(ReportReading.TurnRequested)
    def _turn(self, event: ReportReading.TurnRequested) -> None:
        event.stop()
        files = self.library.files_shown()
        if str(self.reader.path) in files:
            place = files.index(str(self.reader.path)) + event.by
            if 0 <= place < len(files):
                self.open_file(files[place])

    def close(self) -> None:
        """Back to the library."""
        self.remove_class("-reading", "-comparing")
        self.library.focus_inside()
        self.post_message(self.Changed())

    # -- comparing

    def compare(self, sides: Sequence[Chosen], cold_load_s: float) -> None:
        """Set the first side against the others."""
        self.remove_class("-reading")
        self.add_class("-comparing")
        self.comparison.compare(sides, cold_load_s)
        self.comparison.focus_inside()
        self.post_message(self.Changed())

    @on(ReportLibrary.MarksChanged)
    def _marked(self, event: ReportLibrary.MarksChanged) -> None:
        event.stop()
        self.post_message(self.Changed())


def is_finished(path: Path) -> bool:
    """Whether a row's file is a report, not the folder of an unfinished run."""
    return kind_of(path.name) == "markdown"  # the folder of llama3.1 has a dot in its name too


def _is(file: str) -> pl.Expr:
    import polars as pl

    return pl.col("file") == file
