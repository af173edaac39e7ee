"""A run from the keyboard: started, watched, stopped, saved, read; and every way it cannot be."""

import asyncio
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chimera_tui.engine.clock import Clock
from chimera_tui.engine.journal import read_journal
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.reports.pane import ReportsPane
from chimera_tui.ui.panes.reports.text import read_report
from chimera_tui.ui.panes.stream.pane import StreamPane
from chimera_tui.ui.screens.dialogs import BusyDialog, QuitDialog
from chimera_tui.ui.workspace.metrics_bar import MetricsBar
from tests.server import OllamaServer, Script
from tests.ui.app_steps import opened, run_over, said, seen, text_of, until

LONG = "# Report\n\n" + "\n\n".join(f"Sentence {n} of a long answer that goes on for a while." for n in range(400))


async def test_a_run_without_a_model_is_saved_and_can_be_read(make_app, repository):
    app = make_app(engine="offline")
    async with opened(app) as (pilot, screen):
        await pilot.press("r")
        await run_over(pilot, screen)
        assert screen.panes.current is Pane.STREAM
        assert text_of(screen, "#stream-title").startswith("Ended: complete")
        source = screen.query_one(StreamPane).view.source
        assert source.index("# Analysis") < source.index("# Report")
        assert "chimera-reports/" in said(app)
        report = next((repository / "chimera-reports").glob("*/report.md"))
        await until(pilot, lambda: screen.query_one(ReportsPane).reading, "the report is open in Reports")
        await pilot.press("6")
        await until(pilot, lambda: "Chimera" in seen(app), "the report is shown")
        assert (
            screen.query_one(ReportsPane).query_one("#report-text").source.strip() == report.read_text("utf-8").strip()
        )
        await pilot.press("escape")
        await until(pilot, lambda: not screen.query_one(ReportsPane).reading, "the list is back")
        assert "no model" in seen(app)


async def test_escape_in_the_stream_stops_the_run_and_what_came_is_saved(make_app, repository):
    async with OllamaServer(Script(text=LONG, tokens_per_s=200)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: "Sentence 3" in screen.query_one(StreamPane).view.source, "text arrives", 1500)
            await until(pilot, lambda: screen.query_one(MetricsBar).figures.decode().startswith("~"), "an estimate")
            await pilot.press("escape")
            await run_over(pilot, screen)
            assert screen.ended.ending == "cancelled"
            assert "cancelled" in text_of(screen, "#stream-title")
            assert "Sentence 3" in read_report(Path(screen.ended.report))
            await pilot.press("6")
            await until(pilot, lambda: "cancelled" in seen(app), "the ending is listed")


async def test_the_figures_of_the_server_replace_the_estimates(make_app):
    async with OllamaServer(Script(tokens_per_s=400)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await run_over(pilot, screen)
            bar = screen.query_one(MetricsBar)
            assert "~" not in "".join(field.value for field in bar.figures.summary())
            sent = sum(call.generated_tokens for call in bar.figures._calls)
            assert f"{sent:,}" in [field.value for field in bar.figures.summary()]
            assert bar._timer is None


async def test_the_analysis_is_readable_and_not_json(make_app):
    data = {"summary": "All is well.", "findings": [{"text": "One thing.", "facts": ["F1"]}], "recommendations": []}
    async with OllamaServer(Script(data=data)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await run_over(pilot, screen)
            analysis = screen.query_one(StreamPane).view.source.partition("# Report")[0]
            assert "All is well." in analysis
            assert "- One thing. [F1]" in analysis
            assert "{" not in analysis


@pytest.mark.parametrize(
    ("key", "ending"), [("s", "cancelled"), ("escape", "cancelled"), ("g", "complete"), ("c", "complete")]
)
async def test_a_busy_server_is_asked_about_before_anything_is_sent(make_app, key, ending):
    async with OllamaServer(Script(loaded=("llama3.1:8b",))) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app, (80, 24)) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: isinstance(app.screen, BusyDialog), "the question", 1500)
            await pilot.pause()
            assert "llama3.1:8b" in seen(app)
            assert not [request for request in server.requests if request.path == "/api/chat"]
            await pilot.press(key)
            await run_over(pilot, screen)
            assert screen.ended.ending == ending
            chats = [request for request in server.requests if request.path == "/api/chat"]
            if ending == "cancelled":
                assert not chats
            elif key == "c":
                assert all(request.json["options"]["num_gpu"] == 0 for request in chats)


async def test_quitting_during_a_run_asks_once_and_saves(make_app):
    async with OllamaServer(Script(text=LONG, tokens_per_s=200)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: "Sentence 3" in screen.query_one(StreamPane).view.source, "text arrives", 1500)
            await pilot.press("q")
            await until(pilot, lambda: isinstance(app.screen, QuitDialog), "the question")
            await pilot.press("n")
            assert screen.run_control.running
            await pilot.press("q", "y")
            await until(pilot, lambda: app._exit, "the program ends", 1500)
            assert not screen.run_control.running
            assert (
                "cancelled"
                in tomllib.loads((Path(screen.run_control._run.ended.report).parent / "run.toml").read_text())["ending"]
            )


async def test_a_server_that_is_down_ends_the_run_with_a_sentence_and_nothing_else(make_app):
    app = make_app(engine="ollama", host="http://127.0.0.1:9")
    async with opened(app) as (pilot, screen):
        await pilot.press("r")
        await run_over(pilot, screen)
        assert screen.ended.ending != "complete"
        assert "127.0.0.1:9" in said(app) + text_of(screen, "#stream-title")
        await pilot.press("2")
        assert screen.panes.current is Pane.INVENTORY


async def test_the_demo_runs_by_itself(make_app):
    app = make_app(engine="offline", autorun=True)
    async with opened(app) as (pilot, screen):
        await run_over(pilot, screen)
        assert screen.ended.ending == "complete"


@pytest.mark.parametrize("what", ["missing", "empty", "a file"])
async def test_a_folder_that_cannot_be_used_is_said_and_the_rest_works(make_app, tmp_path, what):
    root = tmp_path / "there"
    if what == "empty":
        root.mkdir()
    elif what == "a file":
        root.write_text("x")
    app = make_app(root=root)
    async with opened(app, (80, 24)) as (pilot, screen):
        assert screen.reader.problem
        await pilot.press("2")
        await until(pilot, lambda: screen.reader.problem[:20] in seen(app), "the sentence is shown")
        await pilot.press("r")
        await pilot.pause()
        assert not screen.run_control.running
        await pilot.press("7", "enter", "escape", "question_mark", "escape")
        assert screen.panes.current is Pane.CONFIG


async def test_leaving_in_order_waits_for_the_run_to_save(make_app):
    async with OllamaServer(Script(text=LONG, tokens_per_s=200)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: "Sentence 3" in screen.query_one(StreamPane).view.source, "text arrives", 1500)
            app.leave_in_order(129)
            await asyncio.wait_for(screen.run_control._run.wait(), 20)
            await until(pilot, lambda: app._exit, "the program ends")
            assert app.return_code == 129


async def test_with_a_stopped_clock_nothing_on_the_screen_depends_on_the_time(make_app, repository):
    noon = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
    app = make_app(clock=Clock(now=lambda: noon, seconds=lambda: 100.0))
    async with opened(app) as (pilot, screen):
        await pilot.press("r")
        await run_over(pilot, screen)
        (report,) = (repository / "chimera-reports").glob("*/report.md")
        assert report.parent.name == "20260102T120000Z-chimera-insight-offline"
        assert "**Date:** 2026-01-02" in report.read_text("utf-8")
        assert "in 0:00" in screen.query_one(MetricsBar).render().plain
        assert not [event for event in read_journal(report.parent / "calls.ndjson") if event.at_s]
