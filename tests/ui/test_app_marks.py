"""A run whose model writes wrong numbers: marked while the text streams, counted, opened at their source."""

from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.panes.measurements.pane import Measurements
from chimera_tui.ui.panes.stream.pane import StreamPane
from chimera_tui.ui.reader.stream_view import StreamView
from chimera_tui.ui.screens.picker import Picker
from chimera_tui.ui.workspace.metrics_bar import MetricsBar
from tests.server import OllamaServer, Script
from tests.ui.app_steps import opened, run_over, seen, text_of, until

REPORT = (
    "## 1. Executive Summary\r\n\r\nThe repository holds 7 CSV files and 1 JSON file. "
    "In `sweep/gpu.csv` the maximum tokens_per_second is 999.25 tok/s.\r\n\r\n"
    "| file | max tokens_per_second |\n|---|---|\n| sweep/gpu.csv | 108.43 |\n\n"
    "## 6. Conclusion\n\n" + "Nothing more is said here. " * 200
)
KEYED = (
    "## 1. Executive Summary\n\nThe first row says csv_tokens_per_second: 107.5 and so on.\n\n"
    "## 6. Conclusion\n\n" + "Nothing more is said here. " * 400
)
ANALYSIS = {"summary": "There are 9 CSV files.", "findings": [{"text": "Two.", "facts": ["F1"]}], "recommendations": []}


def marked(screen) -> dict[str, str]:
    """Each marked span of the text and its label."""
    view = screen.query_one(StreamPane).view
    return {view.source[mark.start : mark.end]: mark.label for mark in view._marks.between(0, 10**9)}


async def test_a_wrong_number_is_marked_while_the_text_still_streams(make_app):
    async with OllamaServer(Script(text=REPORT, data=ANALYSIS, tokens_per_s=150)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: len(marked(screen)) > 3, "numbers are marked", 1500)
            assert screen.run_control.running
            assert marked(screen)["9 CSV files"] == "contradicted"  # of the analysis
            await until(pilot, lambda: "999.25 tok/s" in marked(screen), "the report's too", 1500)
            assert screen.run_control.running
            assert marked(screen)["7 CSV files"] == marked(screen)["999.25 tok/s"] == "contradicted"
            assert "wrong" in screen.query_one(MetricsBar).figures.verified()
            await pilot.press("escape")
            await run_over(pilot, screen)
            assert "verified" in [field.label for field in screen.query_one(MetricsBar).figures.summary()]


async def test_every_mark_lies_on_the_span_that_was_judged(make_app):
    async with OllamaServer(Script(text=REPORT, data=ANALYSIS)) as server:
        app = make_app(engine="ollama", host=server.url, persona="InsightAgent")
        spans: list[str] = []
        async with opened(app) as (pilot, screen):
            pane = screen.query_one(StreamPane)
            mark = pane._mark
            pane._mark = lambda event: (spans.append(event.span), mark(event))
            await pilot.press("r")
            await run_over(pilot, screen)
            view = pane.view
            shown = [view.source[one.start : one.end] for one in view._marks.between(0, 10**9)]
            assert sorted(shown) == sorted(spans)
            assert len(shown) >= 9  # of the analysis, the report and the brief


async def at_problem(pilot, screen, span: str) -> None:
    """Point at a number by the key that goes from problem to problem."""
    pane = screen.query_one(StreamPane)
    await pilot.press("5", "g")
    for _ in range(12):
        await pilot.press("m")
        await pilot.pause()
        if span in text_of(screen, "StreamPane PointLine"):
            return
    raise AssertionError(f"{span} is not among the problems of {pane.view.source}")


async def test_enter_opens_the_cell_and_escape_comes_back_while_the_run_goes_on(make_app):
    async with OllamaServer(Script(text=KEYED, tokens_per_s=150)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app, (80, 24)) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: "107.5" in marked(screen), "the number is judged", 1500)
            await at_problem(pilot, screen, "107.5")
            top = screen.query_one(StreamPane).view.scroll_offset.y
            assert "right: 106" in text_of(screen, "StreamPane PointLine")
            await pilot.press("enter")
            await until(pilot, lambda: screen.panes.previewing and screen.panes.preview.table.row, "the preview")
            await until(pilot, lambda: screen.panes.preview.table.cursor_row == 0, "the row")
            assert screen.panes.preview.table.column.name == "tokens_per_second"
            assert screen.panes.preview.table.cell_value == 106.0
            await pilot.press("escape")
            await until(pilot, lambda: not screen.panes.previewing, "the text is back")
            assert screen.run_control.running
            assert screen.query_one(StreamPane).view.scroll_offset.y == top
            assert "107.5" in text_of(screen, "StreamPane PointLine")
            await pilot.press("escape")
            await until(pilot, lambda: not text_of(screen, "StreamPane PointLine"), "nothing is pointed at")
            assert screen.run_control.running
            await pilot.press("escape")
            await run_over(pilot, screen)


async def test_enter_on_a_count_shows_the_inventory_by_kind_and_escape_comes_back(make_app):
    async with OllamaServer(Script(text=REPORT, data=ANALYSIS)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await run_over(pilot, screen)
            inventory = screen.query_one(Inventory)
            await at_problem(pilot, screen, "7 CSV files")
            await pilot.press("enter")
            await until(pilot, lambda: screen.panes.current is Pane.INVENTORY, "the inventory")
            await until(pilot, lambda: inventory.table.row and "files" in inventory.table.row, "by kind")
            assert (inventory.table.row["kind"], inventory.table.row["files"]) == ("csv", 1)
            await pilot.press("escape")
            await until(pilot, lambda: screen.panes.current is Pane.STREAM, "the text is back")
            assert "7 CSV files" in text_of(screen, "StreamPane PointLine")
            await until(pilot, lambda: inventory.group is None, "the inventory is as it was")


async def test_headings_are_chosen_from_a_list_and_a_block_is_copied(make_app, repository):
    (repository / "README.md").write_text("# [b]One[/b]\n\n" + "Filler.\n\n" * 60 + "## Two\n\n```\nls -l\n```\n")
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        screen.preview("README.md")
        await until(pilot, lambda: screen.panes.previewing and isinstance(screen.focused, StreamView), "the preview")
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, Picker), "the list")
        await until(pilot, lambda: "[b]One[/b]" in seen(app), "headings as they are written")
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.screen is screen and screen.focused.scroll_offset.y > 20, "the heading")
        await pilot.press("K", "y")
        await until(pilot, lambda: app.clipboard == "ls -l", "the code is copied")
        await pilot.press("escape")
        assert screen.panes.previewing
        await pilot.press("escape")
        await until(pilot, lambda: not screen.panes.previewing, "the preview is closed")


async def test_a_preview_that_is_closed_before_its_file_is_read_takes_no_keys(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("5")
        screen.preview("sweep/gpu.csv")
        await until(pilot, lambda: screen.panes.previewing, "the preview")
        await pilot.press("escape")
        await until(pilot, lambda: screen.panes.preview.content is not None, "the file is read")
        await pilot.pause()
        assert not screen.panes.preview.has_focus_within
        await pilot.press("2")
        assert screen.panes.current is Pane.INVENTORY


async def test_enter_on_a_statistic_shows_the_rows_it_was_taken_over(make_app):
    text = "## 1. Executive Summary\n\nFor csv files the median tokens_per_second is 199.5 tok/s.\n"
    async with OllamaServer(Script(text=text)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await run_over(pilot, screen)
            pane = screen.query_one(Measurements)
            await at_problem(pilot, screen, "199.5")
            await pilot.press("enter")
            await until(pilot, lambda: screen.panes.current is Pane.MEASUREMENTS, "the measurements")
            await until(pilot, lambda: pane.table.row_count == 8, "of one metric")
            await until(pilot, lambda: "107.2" in text_of(screen, "StatisticsLine"), "the median")
            await pilot.press("escape")
            await until(pilot, lambda: screen.panes.current is Pane.STREAM, "the text is back")
            await until(pilot, lambda: pane.table.row_count > 8, "all measurements again")
            assert not pane.filter_line.is_open
