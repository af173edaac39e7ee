"""The Findings pane: what the measurements say by rank, each told whole below, pinned or dropped for the model."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from chimera_tui.core.findings.choice import DROPPED, PINNED, Choices
from chimera_tui.ui.panes.findings.detail import FindingDetail
from chimera_tui.ui.panes.findings.frame import KEY, columns, findings_frame
from chimera_tui.ui.tables.cells import ASCII
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.tables.filtered_table import FilteredTable
from chimera_tui.ui.tables.frame_table import FrameTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from textual.app import ComposeResult

    from chimera_tui.core.config.schema import Run
    from chimera_tui.core.findings import Progress
    from chimera_tui.core.findings.finding import Finding
    from chimera_tui.engine.repository.snapshot import Snapshot


class _Left(msgspec.Struct):
    """How the pane was left."""

    filter: str = ""
    sort: list[tuple[str, bool]] = []


class _StoppedError(Exception):
    """Another snapshot came: nobody wants these findings any more."""


class FindingsPane(FilteredTable):
    """Computed when the pane is first looked at, in a thread; pins and drops are remembered for the repository."""

    DEFAULT_CSS = """
    FindingsPane > FrameTable { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "choose('pinned')", "Pin", id="findings.pin"),
        Binding("d", "choose('dropped')", "Drop", id="findings.drop"),
        Binding("u", "undo", "Undo", id="findings.undo"),
        Binding("E", "export", "Export", show=False, id="findings.export"),
        Binding("right_square_bracket", "source(1)", "Next source", show=False, id="findings.next_source"),
        Binding("left_square_bracket", "source(-1)", "Source before", show=False, id="findings.source_before"),
        Binding("escape", "clear", "Clear filter", show=False, id="findings.clear"),
    ]

    @dataclass
    class OpenSource(Message):
        """Enter on a finding: the file, and in it the observation and field where there are such."""

        path: str
        record: int | None
        field: str | None

    @dataclass
    class NotSaved(Message):
        """A choice could not be remembered, and why."""

        reason: str

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__("No findings yet.", 'kind = "best configuration" and n > 2', ascii=ascii, id=id)
        self.detail = FindingDetail()
        self._snapshot: Snapshot | None = None
        self._settings: Run | None = None
        self._excluded: frozenset[str] = frozenset()
        self._shown_for: tuple[object, ...] = ()
        self._doing = ""
        self._before: list[Choices] = []
        self._chosen: Choices | None = None
        self._frame: pl.DataFrame | None = None
        self.findings: tuple[Finding, ...] = ()

    def compose(self) -> ComposeResult:
        """Summary, filter line, table; the finding under the cursor below them."""
        yield self.summary
        yield self.filter_line
        yield self.table
        yield self.detail

    @property
    def choices(self) -> Choices:
        """What is pinned and dropped."""
        return self._chosen or Choices()

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        row = self.table.row
        return self.findings[row[KEY] - 1] if row and len(self.findings) >= row[KEY] else None

    @property
    def current_path(self) -> str | None:
        """The file of the chosen source of the finding under the cursor."""
        source = self.detail.source
        return source.path if source else None

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Filter and sort as they were left."""
        left = msgspec.convert(kept, _Left)
        self.restore_rows(left.filter, left.sort)

    # -- computing

    def show(self, snapshot: Snapshot, settings: Run, excluded: frozenset[str] = frozenset()) -> None:
        """Show the findings of a snapshot, without the files taken out of the analysis, once the pane is looked at."""
        self._snapshot, self._settings, self._excluded = snapshot, settings, excluded
        self._begin()

    def on_show(self) -> None:
        """Compute what came while nobody looked."""
        self._begin()

    def on_resize(self) -> None:
        """Another width, another share for the statement."""
        self.show_rows()

    def _begin(self) -> None:
        if self._snapshot is None or self._settings is None or not self.is_on_screen:
            return
        if not self._snapshot.complete:
            self.table.empty = "Reading … findings come when every file was read."
            self.table.refresh()
            return
        wanted = (
            self._snapshot.generation, self._excluded, self._settings.cold_load_s, self._settings.min_effect_pct,
        )  # fmt: skip
        if wanted != self._shown_for:
            self._shown_for = wanted
            self._compute(self._snapshot, self._settings)

    @work(group="findings", exclusive=True)
    async def _compute(self, snapshot: Snapshot, settings: Run) -> None:
        stop = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(progress: Progress) -> None:
            if stop.is_set():
                raise _StoppedError
            loop.call_soon_threadsafe(self._say_progress, progress)

        def computed() -> tuple[Finding, ...]:
            if self._chosen is None:
                from chimera_tui.engine.repository.choices import load_choices

                self._chosen = load_choices(snapshot.root)
            wanted = snapshot.without(self._excluded)
            return wanted.findings(settings, tell)

        try:
            self.findings = await asyncio.to_thread(computed)
        except asyncio.CancelledError:
            self._shown_for = ()
            raise
        finally:
            stop.set()
            self._doing = ""
        self.table.empty = "No finding: the measurements are too few to compare anything."
        self._frame = self._rows()
        self.show_rows()

    def _rows(self) -> pl.DataFrame:
        return findings_frame(self.findings, self.choices, ascii=self.table.glyphs is ASCII)

    def _say_progress(self, progress: Progress) -> None:
        self._doing = f"computing {progress.done + 1} of {progress.total}: {progress.doing}"
        if self.table.total_rows == 0:
            self.table.empty = "Computing …"
        self._say_summary()

    def show_rows(self) -> None:
        """Show the findings that the filter leaves."""
        if self._frame is None:
            return
        shown = columns(self.size.width, choices=bool((self._frame["choice"] != "").any()))
        self.table.set_frame(
            self._frame, shown, key=("key",), frozen=1, where=self.filter_of(self._frame, ("statement",))
        )

    @on(FrameTable.ViewChanged)
    def _changed(self, event: FrameTable.ViewChanged) -> None:
        event.stop()
        self._say_summary()
        self._tell_whole()

    def _say_summary(self) -> None:
        shown, total = self.table.row_count, self.table.total_rows
        parts = [self._doing] if self._doing else []
        parts.append(
            f"{shown:,} of {total:,} findings" if shown != total else f"{total:,} finding{'' if total == 1 else 's'}"
        )
        counts = [sum(self.choices.of(one.key) == choice for one in self.findings) for choice in (PINNED, DROPPED)]
        parts += [f"{n} {word}" for n, word in zip(counts, (PINNED, DROPPED), strict=True) if n]
        self.summary.say(parts, self.table.glyphs)

    # -- one finding

    @on(FrameTable.CursorMoved)
    def _moved(self, event: FrameTable.CursorMoved) -> None:
        event.stop()
        self.detail.first_source()
        self._tell_whole()

    def _tell_whole(self) -> None:
        finding, row = self.finding, self.table.row
        name = f"F{row[KEY]}" if row else ""
        choice = self.choices.of(finding.key) if finding else ""
        self.detail.tell(finding, name, choice, ascii=self.table.glyphs is ASCII)

    def action_source(self, by: int) -> None:
        """Another source for Enter to open."""
        self.detail.next_source(by)
        self._tell_whole()

    @on(FrameTable.RowActivated)
    def _open(self, event: FrameTable.RowActivated) -> None:
        event.stop()
        source = self.detail.source
        if source:
            self.post_message(self.OpenSource(source.path, source.record, source.field))

    @on(CopyRequested)
    def _copy_whole(self, event: CopyRequested) -> None:
        """The cell of a finding holds a part of it: the whole is copied, with its caveats."""
        finding = self.finding
        if event.what == "finding" and finding is not None:
            event.stop()
            text = f"{finding.statement} ({'; '.join((finding.label, *finding.caveats))})"
            self.post_message(CopyRequested(text, "statement"))

    # -- pinning and dropping

    def action_choose(self, choice: str) -> None:
        """Pin or drop the finding; once more takes it back."""
        finding = self.finding
        if finding is None:
            return
        wanted = "" if self.choices.of(finding.key) == choice else choice
        self._before.append(self.choices)
        self._use(self.choices.with_choice(finding.key, wanted))

    def action_undo(self) -> None:
        """Take back the last pin or drop."""
        if self._before:
            self._use(self._before.pop())

    def _use(self, choices: Choices) -> None:
        self._chosen = choices
        self._frame = self._rows()
        self.show_rows()
        self._remember(choices)

    @work(group="choices")
    async def _remember(self, choices: Choices) -> None:
        from chimera_tui.engine.repository.choices import save_choices

        if self._snapshot is None:
            return
        try:
            await asyncio.to_thread(save_choices, self._snapshot.root, choices)
        except OSError as error:
            self.post_message(self.NotSaved(f"The choice counts until you leave, but was not saved: {error}."))

    # -- filter

    def column_names(self) -> list[str]:
        """The columns of the findings."""
        return self._frame.columns if self._frame is not None else []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is nothing to clear."""
        return self.filter_line.is_open if action == "clear" else True

    def action_export(self) -> None:
        """Offer the shown findings for a file, with all their columns."""
        self.post_message(ExportRequested(self.table.picked(self.column_names()), "findings"))

    def action_clear(self) -> None:
        """Drop the filter."""
        self.filter_line.close()
        self.show_rows()
        self.table.focus()
