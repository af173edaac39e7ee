"""The Measurements pane: columns, filter, statistics, groups, pivots, SQL, and going to the source."""

from dataclasses import replace

import polars as pl
import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from chimera_tui.ui.panes.measurements.pane import Measurements
from chimera_tui.ui.tables.column_chooser import ColumnChooser
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.tables.summary_line import SummaryLine
from tests.ui.sample_frames import sample_frames, snapshot


class MeasurementsApp(App[None]):
    """The pane alone; keeps what it was told."""

    def __init__(self, ascii_only: bool = False) -> None:
        super().__init__()
        self.pane = Measurements(ascii=ascii_only)
        self.told: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_measurements_open_source(self, event: Measurements.OpenSource) -> None:
        self.told.append((event.path, event.record, event.field))

    def on_export_requested(self, event: ExportRequested) -> None:
        self.told.append((event.name, event.frame()))


async def settled(pilot) -> None:
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


async def shown(pilot, frames=None) -> None:
    pilot.app.pane.show(snapshot(frames))
    await settled(pilot)
    pilot.app.pane.focus_inside()
    await pilot.pause()


async def ask(pilot, key: str, text: str) -> None:
    await pilot.press(key)
    pilot.app.pane.ask_line.put(text)
    await pilot.press("enter")
    await settled(pilot)


def lines(app) -> list[str]:
    return [app.pane.table.render_line(y).text for y in range(app.pane.table.size.height)]


def summary(app) -> str:
    return app.pane.query_one(SummaryLine).text


def statistics(app) -> str:
    return str(app.pane.query_one("StatisticsLine", Static).content)


def error(app, line) -> str:
    return str(line.query_one(".filter-line--error", Static).content)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_useful_columns_come_first_and_empty_ones_are_hidden(size):
    app = MeasurementsApp()
    async with app.run_test(size=size) as pilot:
        await shown(pilot)
        assert summary(app) == "216 measurements"
        header = lines(app)[0].split()
        assert header[:5] == ["metric", "value", "unit", "stat", "model"]
        assert app.pane.shown[5:7] == ["num_gpu", "num_ctx"]
        assert not {"quant", "temperature", "error", "host"} & set(app.pane.shown)
        assert "decode_tps" in lines(app)[1]


async def test_filter_on_a_hidden_column_and_statistics_of_what_is_left():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("l")
        await settled(pilot)
        assert "m keeps those of this row" in statistics(app)
        await pilot.press("m")
        await settled(pilot)
        assert summary(app) == "72 of 216 measurements"
        assert statistics(app).startswith("value tokens/s · n 72 · mean 98.5 · median 98.5 · std ")
        assert "CV 11.7 %" in statistics(app)
        assert "p95 116" in statistics(app)
        await pilot.press("slash", *" host = b")
        await settled(pilot)
        assert summary(app) == "0 of 216 measurements"
        await pilot.press(*"x", "backspace", "backspace", *"a modle = 1")
        await settled(pilot)
        assert "no column “modle”; did you mean model?" in error(app, app.pane.filter_line)
        await pilot.press("escape")
        await settled(pilot)
        assert summary(app) == "216 measurements"


async def test_groups_are_shown_explained_and_entered():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await ask(pilot, "b", "by num_gpu, num_ctx of decode_tps")
        assert summary(app).startswith("4 groups · decode_tps, value, tokens/s · cold and warm are pooled")
        assert lines(app)[0].split()[:6] == ["num_gpu", "num_ctx", "n", "mean", "median", "std"]
        await pilot.press("j", "enter")
        await settled(pilot)
        common = 'dup_of is null metric = "decode_tps" stat = "value" unit = "tokens/s"'
        assert app.pane.filter_line.text == f'{common} "num_gpu" = 40 "num_ctx" = 4096'
        assert summary(app) == "12 of 216 measurements"
        await pilot.press("escape")
        await settled(pilot)
        assert summary(app).startswith("4 groups")
        assert app.pane.ask_line.text == "by num_gpu, num_ctx of decode_tps"
        assert not app.pane.filter_line.is_open
        await ask(pilot, "b", "by modell")
        assert "did you mean model?" in error(app, app.pane.ask_line)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert summary(app) == "216 measurements"
        assert app.focused is app.pane.table


async def test_a_pivot_is_a_table():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await ask(pilot, "p", "pivot num_gpu x num_ctx of decode_tps")
        assert lines(app)[0].split() == ["num_gpu", "num_ctx=512", "num_ctx=4096"]
        assert summary(app).startswith("2 groups · mean of decode_tps")


async def test_from_the_rows_of_a_group_esc_goes_back_to_the_groups_as_they_were_filtered():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"num_gpu=40", "enter")
        await ask(pilot, "p", "pivot num_gpu x num_ctx of decode_tps")
        pivot = lines(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "of 216 measurements" in summary(app)
        await pilot.press("escape")
        await settled(pilot)
        assert lines(app) == pivot
        assert (app.pane.filter_line.text, app.focused) == ("num_gpu=40", app.pane.table)
        await pilot.press("escape")
        await settled(pilot)
        assert (app.pane.filter_line.text, summary(app)) == ("num_gpu=40", "108 of 216 measurements")


async def test_a_filter_that_sql_does_not_see_is_named():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"num_gpu=40", "enter")
        await ask(pilot, "colon", "SELECT count(*) FROM measurements")
        assert summary(app) == "1 rows · SQL · the filter above does not count here"


@pytest.mark.parametrize(("key", "question", "answered"), [
    ("b", "by num_gpu of {metric}", "groups"),
    ("p", "pivot num_gpu x num_ctx of {metric}", "groups"),
    ("colon", "SELECT * FROM measurements WHERE metric = '{metric}'", "rows"),
])  # fmt: skip
async def test_a_bare_line_shows_a_question_that_the_right_arrow_takes_and_that_can_be_asked(key, question, answered):
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        metric = app.pane.table.row["metric"]
        await pilot.press(key)
        await settled(pilot)
        await pilot.press("right")
        assert app.pane.ask_line.text == question.format(metric=metric)
        await pilot.press("enter")
        await settled(pilot)
        assert answered in summary(app)
        assert not app.pane.ask_line.refused


async def test_sql_answers_refuses_and_goes_back():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await ask(
            pilot, "colon", "SELECT path, record, field, value FROM measurements WHERE value > 118 ORDER BY value"
        )
        assert summary(app) == "0 rows · SQL"
        await ask(
            pilot, "colon", "SELECT path, record, field, value FROM measurements ORDER BY value DESC, path LIMIT 2"
        )
        assert summary(app) == "2 rows · SQL"
        await pilot.press("enter")
        assert app.told[0] == ("csv_data/baselines/one.json", 23, "tps")
        await ask(pilot, "colon", "SELECT * FROM read_csv('/etc/passwd')")
        assert "“read_csv” is not allowed" in error(app, app.pane.ask_line)
        assert summary(app) == "2 rows · SQL"
        await ask(pilot, "colon", "SELECT nope FROM files")
        assert "no column “nope”" in error(app, app.pane.ask_line)
        await pilot.press("escape")
        await settled(pilot)
        assert summary(app) == "216 measurements"


async def test_columns_are_chosen_hidden_and_kept():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot)
        await pilot.press("l", "l", "minus")
        await settled(pilot)
        assert "unit" not in app.pane.shown
        await pilot.press("c")
        assert isinstance(app.screen, ColumnChooser)
        await pilot.press("space", "enter")
        await settled(pilot)
        assert "metric" not in app.pane.shown
        assert "value" in app.pane.shown
        before = list(app.pane.shown)
        await shown(pilot)
        assert app.pane.shown == before
        await pilot.press("c", "a", "a", "enter")
        await settled(pilot)
        assert app.pane.shown == before
        await pilot.press("c", "space", "escape")
        assert app.pane.shown == before


async def test_enter_goes_to_the_source_and_export_gives_what_is_shown():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot)
        await pilot.press("j", "enter", "E")
        assert app.told[0] == ("csv_data/baselines/one.json", 0, "ttft")
        name, frame = app.told[1]
        assert name == "measurements"
        assert frame.columns == app.pane.shown
        assert frame.height == 216


async def test_another_snapshot_keeps_the_row():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot)
        await pilot.press("l", "s", "s", *"jjjjj")
        await settled(pilot)
        row = app.pane.table.row
        frames = sample_frames()
        more = frames.cells.with_columns(record=pl.col("record") + 100, value=pl.col("value") + 50)
        await shown(pilot, replace(frames, cells=pl.concat([more, frames.cells])))
        assert summary(app) == "432 measurements"
        assert app.pane.table.row == row
        assert app.pane.table.cursor_row > 5


async def test_ascii_has_nothing_but_ascii():
    app = MeasurementsApp(ascii_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("l", "m")
        await settled(pilot)
        assert statistics(app).isascii()
        assert all(line.isascii() for line in lines(app))


async def test_no_measurements_say_so():
    app = MeasurementsApp()
    async with app.run_test(size=(80, 24)) as pilot:
        frames = sample_frames()
        await shown(pilot, replace(frames, cells=frames.cells.clear()))
        assert "No measurements here." in lines(app)[1]
        await pilot.press("m", "c", "escape", "minus", "enter", "E")
        await ask(pilot, "b", "by model")
        assert "No measurement is left" in error(app, app.pane.ask_line)


async def test_columns_follow_what_is_found_until_someone_chooses():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        frames = sample_frames()
        await shown(pilot, replace(frames, cells=frames.cells.clear(), configs=frames.configs.clear()))
        await shown(pilot, replace(frames, configs=frames.configs.with_columns(num_gpu=40)))
        assert "num_gpu" not in app.pane.shown
        await shown(pilot)
        assert "num_gpu" in app.pane.shown
        app.pane.set_columns(["value", "path"])
        await shown(pilot)
        assert app.pane.shown == ["value", "path"]


async def test_a_snapshot_does_not_disturb_an_answer_and_esc_stops_a_query():
    app = MeasurementsApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await ask(pilot, "colon", "SELECT COUNT(*) AS n FROM measurements")
        await shown(pilot)
        assert summary(app) == "1 rows · SQL"
        await pilot.press("escape")
        await settled(pilot)
        many = ", ".join(f"measurements m{n}" for n in range(7))
        await pilot.press("colon")
        app.pane.ask_line.put(f"SELECT SUM(m0.value) FROM {many}")
        await pilot.press("enter", "escape")
        await settled(pilot)
        assert app.pane.answer is None
        assert summary(app) == "216 measurements"
