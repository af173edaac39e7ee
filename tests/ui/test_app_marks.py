"""A run whose model writes wrong numbers: marked while the text streams, counted, opened at their source."""

from chimera_tui.ui.widgets.metrics_bar import MetricsBar
from chimera_tui.ui.widgets.stream_pane import StreamPane
from tests.server import OllamaServer, Script
from tests.ui.app_steps import opened, run_over, until

REPORT = (
    "## 1. Executive Summary\r\n\r\nThe repository holds 7 CSV files and 1 JSON file. "
    "In `sweep/gpu.csv` the maximum tokens_per_second is 999.25 tok/s.\r\n\r\n"
    "| file | max tokens_per_second |\n|---|---|\n| sweep/gpu.csv | 108.43 |\n\n"
    "## 6. Conclusion\n\n" + "Nothing more is said here. " * 200
)
ANALYSIS = {"summary": "There are 9 CSV files.", "findings": [{"text": "Two.", "facts": ["F1"]}], "recommendations": []}


def marked(screen) -> dict[str, str]:
    """Each marked span of the text and its label."""
    view = screen.query_one(StreamPane).view
    return {view.source[mark.start : mark.end]: mark.label for mark in view._marks.chosen(lambda _: True)}


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
            shown = [view.source[one.start : one.end] for one in view._marks.chosen(lambda _: True)]
            assert sorted(shown) == sorted(spans)
            assert len(shown) == 9  # of the analysis, the report and the brief
