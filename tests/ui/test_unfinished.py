"""An unfinished run at the start: offered while the folder is read; read, saved, gone on with, discarded; and again."""

from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.saved.unfinished import find_unfinished
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.reports.pane import ReportsPane
from chimera_tui.ui.workspace.screen import WorkspaceScreen
from chimera_tui.ui.workspace.unfinished import UnfinishedDialog
from tests.engine.test_unfinished import LONG, in_report, killed
from tests.engine.whole_runs import BRIEF, finished, folder_of, settings
from tests.server import OllamaServer, Script
from tests.ui.app_steps import run_over, said, seen, until


@pytest.fixture
async def left(repository: Path) -> Path:
    """The folder of a run that was killed in the middle of its report."""
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        run, _ = await finished(repository, settings(server.url))
    killed(folder_of(run), in_report)
    return folder_of(run)


async def asked(pilot, app):
    await until(pilot, lambda: isinstance(app.screen, UnfinishedDialog), "the run is offered")
    return next(screen for screen in app.screen_stack if isinstance(screen, WorkspaceScreen))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_offer_says_what_is_there_and_reading_goes_on_behind_it(make_app, left, size) -> None:
    app = make_app()
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await asked(pilot, app)
        await until(pilot, lambda: screen.reader.done, "the folder is read all the same")
        text = seen(app)
        assert "A run was not finished" in text
        assert "in the middle of: report" in text.replace("\n", " ")
        for way in ("go on", "save", "read", "discard", "later"):
            assert way in text
        await pilot.press("escape")
        assert app.screen is screen
        assert find_unfinished(app.root)


async def test_going_on_from_the_offer_finishes_the_report(make_app, left) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        app = make_app(engine="ollama", host=server.url, persona="InsightAgent")
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            screen = await asked(pilot, app)
            await pilot.press("c")
            await run_over(pilot, screen)
            assert screen.ended.ending is Ending.COMPLETE, screen.ended.reason
        chats = [each for each in server.exchanges if each.request.path == "/api/chat"]
    assert len(chats) == 2
    assert not left.exists()


async def test_saving_from_the_offer_needs_no_server(make_app, left) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await asked(pilot, app)
        await pilot.press("s")
        await run_over(pilot, screen)
        assert screen.ended.ending is Ending.CANCELLED
    assert "Line ea of the conclusion" in (left / "report.md").read_text()


async def test_reading_from_the_offer_opens_what_the_journal_holds(make_app, left) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await asked(pilot, app)
        await pilot.press("r")
        pane = screen.query_one(ReportsPane)
        await until(pilot, lambda: pane.reading and "This run did not finish" in pane.text, "its journal is read")
        assert screen.panes.current is Pane.REPORTS


async def test_discarding_from_the_offer_can_be_undone(make_app, left) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await asked(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: not left.exists(), "it is in the trash")
        await until(pilot, lambda: "brings it back" in said(app), "that is said")
        await until(pilot, lambda: screen.reader.done, "the folder is read")
        await pilot.press("6", "u")
        await until(pilot, left.exists, "it is back")


async def test_a_run_once_more_takes_over_its_settings_to_change_them(make_app, repository) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        await finished(repository, settings(server.url, num_ctx=9216, options={"temperature": 0.25}))
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen), "the workspace is shown")
        screen = app.screen
        await until(pilot, lambda: screen.reader.done, "the folder is read")
        await pilot.press("a")
        assert "No run has ended yet" in said(app)
        await pilot.press("6")
        await until(pilot, lambda: screen.query_one(ReportsPane).selected_path, "the report is listed")
        await pilot.press("a")
        await until(pilot, lambda: screen.settings.options.num_ctx == 9216, "its num_ctx is taken over")
        assert screen.settings.options.temperature == 0.25
        assert screen.settings.run.engine == "ollama"
        assert screen.panes.current is Pane.CONFIG
        assert "U takes one back" in said(app)
        await pilot.press("U")
        assert "options.temperature" in screen.unsaved or "options.num_ctx" in screen.unsaved
