"""The Measurements pane: the tidy table, filtered, grouped, pivoted, or asked in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from chimera_tui.core.query import QueryError, quoted_value
from chimera_tui.ui.panes.measurements.answers import Answer, answer_to
from chimera_tui.ui.panes.measurements.columns import KEYS, columns
from chimera_tui.ui.panes.measurements.question_suggester import QuestionSuggester
from chimera_tui.ui.panes.measurements.source import MeasurementSource
from chimera_tui.ui.panes.measurements.statistics_line import MIXED, StatisticsLine
from chimera_tui.ui.tables.column_chooser import ColumnChooser
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.tables.filter_line import FilterLine
from chimera_tui.ui.tables.filtered_table import FilteredTable
from chimera_tui.ui.tables.frame_table import FrameTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.worker import Worker

    from chimera_tui.engine.repository.snapshot import Snapshot


class _Left(msgspec.Struct):
    """How the pane was left."""

    filter: str = ""
    sort: list[tuple[str, bool]] = []
    columns: list[str] = []


class Measurements(FilteredTable):
    """One row a number. Only the shown columns are collected; groups and SQL take the table's place until Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "ask('by ')", "Group by", id="measurements.group"),
        Binding("p", "ask('pivot ')", "Pivot", id="measurements.pivot"),
        Binding("colon", "ask('SELECT ')", "SQL", id="measurements.sql", key_display=":"),
        Binding("m", "only_this", "This metric", id="measurements.only"),
        Binding("c", "columns", "Columns", id="measurements.columns"),
        Binding("minus", "hide", "Hide column", show=False, id="measurements.hide"),
        Binding("E", "export", "Export", show=False, id="measurements.export"),
        Binding("escape", "clear", "Back", show=False, id="measurements.clear"),
    ]

    class OpenSource(Message):
        """Enter on a number: its file, observation and field there; the last two None where a query left them out.

        ``place`` is where that is in the file: a column, or a path in JSON such as ``results[3].tokens_s``.
        """

        def __init__(self, path: str, record: int | None, field: str | None, place: str) -> None:
            super().__init__()
            self.path = path
            self.record = record
            self.field = field
            self.place = place

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            "No measurements yet.", "metric = decode_tps and num_gpu > 40", summary_rows=2, ascii=ascii, id=id
        )
        self.ask_line = FilterLine(
            "by num_gpu of decode_tps", sign=">", suggester=QuestionSuggester(self.column_names, self._metric), id="ask"
        )
        self._statistics = StatisticsLine(self.table)
        self._snapshot: Snapshot | None = None
        self._source = MeasurementSource()
        self._chosen: list[str] = []
        self.shown: list[str] = []
        self.answer: Answer | None = None
        self._had_answer = False
        self._left_answer: tuple[Answer, str, str] | None = None
        self._filter_before: str | None = None

    def compose(self) -> ComposeResult:
        """Summary, lines to type in, table, statistics."""
        yield self.summary
        yield self.filter_line
        yield self.ask_line
        yield self.table
        yield self._statistics

    @property
    def current_path(self) -> str | None:
        """The file of the row under the cursor, where the shown rows have one."""
        row = self.table.row
        path = row.get("path") if row else None
        return path if isinstance(path, str) else None

    def remembered(self) -> dict[str, object]:
        """What the next start shows again."""
        kept = {**super().remembered(), "columns": self._chosen}
        return {**kept, "sort": []} if self.answer else kept

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Filter, sort and columns as they were left."""
        left = msgspec.convert(kept, _Left)
        self.restore_rows(left.filter, left.sort)
        self._chosen = left.columns

    # -- the measurements

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot's measurements; columns, sort, filter and cursor are kept, an answer stays as it is."""
        self._snapshot = snapshot
        self.table.empty = "No measurements here." if snapshot.complete else "Reading …"
        self._load()

    @work(group="measurements", exclusive=True)
    async def _load(self) -> None:
        """Show the measurements with the chosen columns and the filter as it is typed."""
        if self._snapshot is None or self._is_answered():
            return
        await self._source.use(self._snapshot)
        self.shown = [name for name in self._chosen if name in self._source.names] or self._source.first
        where, problem = self._source.where(self.filter_line.text)
        df = await self._source.collect(self.shown, where)
        self.filter_line.say(problem)
        if self._is_answered():
            return
        shown = columns(self.shown, self._source.schema)
        if df is self.table.frame:
            self.table.set_columns(shown)
            self.table.set_filter(where)
        else:
            self.table.set_frame(
                df, shown, key=KEYS, frozen=2, where=where, fresh=self._had_answer or not self.table.total_rows
            )
            self._had_answer = False

    def _is_answered(self) -> bool:
        return self.answer is not None

    @on(FrameTable.ViewChanged)
    def _changed(self, event: FrameTable.ViewChanged) -> None:
        event.stop()
        self._say_summary()
        if not event.same_rows:
            self._statistics.describe()

    def _say_summary(self) -> None:
        shown, total = self.table.row_count, self.table.total_rows
        if self.answer is None:
            parts = [f"{shown:,} of {total:,} measurements" if shown != total else f"{total:,} measurements"]
            if self._snapshot is not None and not self._snapshot.complete:
                parts.insert(0, "reading")
        else:
            parts = list(self.answer.said)
            if not self.answer.filtered and self.filter_line.text.strip():
                parts.append("the filter above does not count here")
        self.summary.say(parts, self.table.glyphs)

    @on(FrameTable.CursorMoved)
    def _moved(self, event: FrameTable.CursorMoved) -> None:
        event.stop()
        self._statistics.follow()

    # -- filter

    def column_names(self) -> list[str]:
        """The columns of the measurements."""
        return self._source.names

    def show_rows(self) -> object:
        """Show the measurements that the filter leaves."""
        return self._load()

    def filter_wanted(self) -> None:
        """Open the filter line; an answer has none."""
        self._filter_before = None
        if self.answer is None:
            super().filter_wanted()

    def filter_typed(self) -> None:
        """Other rows; the groups they came from are left."""
        self._left_answer = None
        self._load()

    def filter_cleared(self) -> None:
        """Back to the groups, or to all rows."""
        if not self._back_to_answer():
            self._load()

    @on(FilterLine.Changed, "#ask")
    def _ask_typed(self, event: FilterLine.Changed) -> None:
        event.stop()

    @on(FilterLine.Submitted, "#ask")
    def _ask_entered(self, event: FilterLine.Submitted) -> None:
        event.stop()
        self._ask(event.text)

    @on(FilterLine.Left, "#ask")
    def _ask_left(self, event: FilterLine.Left) -> None:
        event.stop()
        if not event.text.strip():
            self.ask_line.close()
        self.table.focus()

    @on(FilterLine.Cleared, "#ask")
    def _ask_cleared(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self._drop_answer()
        self.table.focus()

    def action_only_this(self) -> None:
        """Keep the metric, statistic and unit of this row: then ``value`` can be summed up."""
        row = self.table.row
        if row is None or self.answer is not None:
            return
        wanted = " ".join(f"{name} = {quoted_value(row[name])}" for name in MIXED if name in row)
        self.filter_line.open(f"{self.filter_line.text} {wanted}".strip())
        self._load()
        self.table.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is nothing to go back from, and while rows were only looked up here."""
        if action == "clear":
            open_ = self.answer is not None or self.filter_line.is_open or self.ask_line.is_open
            return open_ and self._filter_before is None
        return True

    def action_clear(self) -> None:
        """Back to the measurements, or without the filter."""
        if self.answer is not None or self.ask_line.is_open:
            self._drop_answer()
        elif not self._back_to_answer():
            self.filter_line.close()
            self._load()
        self.table.focus()

    # -- looked up from elsewhere

    async def look_up(self, where: str) -> None:
        """Show the rows of a filter for a while, the statistics of their values below; Esc is the screen's."""
        if self._filter_before is None:
            self._filter_before = self.filter_line.text
        self._drop_answer()
        await self._filter(where).wait()
        self.table.move_column(next((i for i, one in enumerate(self.table.columns) if one.name == "value"), 0))

    def looked_up(self) -> None:
        """The person is somewhere else again: filter as before."""
        if self._filter_before is not None:
            before, self._filter_before = self._filter_before, None
            self._filter(before)

    def _filter(self, text: str) -> Worker[None]:
        self.filter_line.set_class(bool(text), "-open")
        with self.prevent(Input.Changed):
            self.filter_line.put(text)
        return self._load()

    # -- groups, pivots, SQL

    def _metric(self) -> str:
        """The metric under the cursor."""
        return str((self.table.row or {}).get("metric") or "decode_tps")

    def action_ask(self, start: str) -> None:
        """Open the line for a group-by, pivot or SQL; what was asked in the same way before is still there."""
        self._filter_before = self._left_answer = None
        before = self.ask_line.text
        self.ask_line.open(before if before.lower().startswith(start.lower()) else start)

    @work(group="ask", exclusive=True)
    async def _ask(self, text: str) -> None:
        if self._snapshot is None:
            self.ask_line.say("Nothing has been read yet.")
            return
        self.ask_line.say("Running; Esc stops it.")
        try:
            answer = await answer_to(text, self._snapshot.frames, self._source.where(self.filter_line.text)[0])
        except QueryError as error:
            self.ask_line.say(str(error))
            return
        self.ask_line.say("")
        self._show_answer(answer)

    def _show_answer(self, answer: Answer) -> None:
        self.answer, self._had_answer = answer, True
        self.table.set_frame(answer.frame, answer.columns, frozen=1 if answer.keys else 0, fresh=True)
        self.table.focus()

    def _drop_answer(self) -> None:
        self.workers.cancel_group(self, "ask")
        self.ask_line.close()
        if self.answer is not None:
            self.answer = None
            self._load()

    # -- columns, rows, export

    def action_columns(self) -> None:
        """Choose the columns."""
        if self.answer is None and self._source.names:
            self.app.push_screen(ColumnChooser(self._source.names, self.shown), self.set_columns)

    def action_hide(self) -> None:
        """Hide the column under the cursor."""
        column = self.table.column
        if column is not None and self.answer is None and len(self.shown) > 1:
            self.set_columns([name for name in self.shown if name != column.name])

    def set_columns(self, names: Sequence[str] | None) -> None:
        """Show these columns; None leaves them as they are."""
        if names:
            self._chosen = list(names)
            self._load()

    @on(FrameTable.RowActivated)
    def _open(self, event: FrameTable.RowActivated) -> None:
        event.stop()
        row = event.row
        if self.answer is not None and self.answer.keys:
            self._into_group(self.answer.common, {key: row[key] for key in self.answer.keys})
        elif isinstance(row.get("path"), str):
            self._open_source(row["path"], row.get("record"), row.get("field"))

    def _open_source(self, path: str, record: object, field: object) -> None:
        number = record if isinstance(record, int) else None
        name = field if isinstance(field, str) else None
        above = self._source.place_of(path, number) if number is not None else ""
        place = f"{above}.{name}" if above and name else name or above
        self.post_message(self.OpenSource(path, number, name, place))

    def _into_group(self, common: str, values: dict[str, Any]) -> None:
        keys = (f"{quoted_value(name)} = {quoted_value(value)}" for name, value in values.items())
        wanted = " ".join([common, *keys])
        before = self.filter_line.text
        if self.answer is not None:
            self._left_answer = self.answer, self.ask_line.text, before
        self.answer = None
        self.ask_line.close()
        self._filter(f"{before} {wanted}".strip())
        self.table.focus()

    def _back_to_answer(self) -> bool:
        """From the rows of a group to the groups, filtered as they were; whether there was such a way."""
        if self._left_answer is None:
            return False
        answer, asked, filtered = self._left_answer
        self._left_answer = None
        self.filter_line.close()
        self.filter_line.restore(filtered)
        self.ask_line.restore(asked)
        self._show_answer(answer)
        return True

    def action_export(self) -> None:
        """Offer the shown rows for a file."""
        name = self.answer.name if self.answer else "measurements"
        self.post_message(ExportRequested(self.table.picked(), name))
