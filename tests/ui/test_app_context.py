"""A context that is too small is asked about at the keyboard, and a saved run is played again from Reports."""

import pytest

from chimera_tui.core.config.schema import Options
from chimera_tui.ui.panes.reports.pane import ReportsPane
from chimera_tui.ui.panes.stream.pane import StreamPane
from chimera_tui.ui.screens.dialogs import SmallContextDialog
from tests.server import OllamaServer, Script
from tests.ui.app_steps import opened, run_over, said, seen, text_of, until

REPORT = "## 1. Executive Summary\nAll is measured.\n## 6. Conclusion\nDone.\n"


def chats(server: OllamaServer) -> list[dict]:
    return [each.json for each in server.requests if each.path == "/api/chat"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_one_key_goes_on_with_the_num_ctx_that_fits(make_app, size):
    async with OllamaServer(Script(text=REPORT)) as server:
        app = make_app(engine="ollama", host=server.url, options=Options(num_ctx=512))
        async with opened(app, size) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: isinstance(app.screen, SmallContextDialog), "the question", 1500)
            assert not chats(server)
            shown = seen(app)
            assert "The context is too small" in shown
            assert "num_ctx 512 is too small" in shown
            assert "the prompt needs about" in shown
            assert "f num_ctx" in shown
            assert "s stop" in shown
            await pilot.press("f")
            await run_over(pilot, screen)
            assert screen.ended.ending == "complete"
            assert all(body["options"]["num_ctx"] > 512 for body in chats(server))
            assert "num_ctx 512 was too small" in said(app)


async def test_escape_stops_before_anything_is_sent(make_app):
    async with OllamaServer(Script(text=REPORT)) as server:
        app = make_app(engine="ollama", host=server.url, options=Options(num_ctx=512))
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await until(pilot, lambda: isinstance(app.screen, SmallContextDialog), "the question", 1500)
            await pilot.press("c")
            await pilot.pause()
            assert isinstance(app.screen, SmallContextDialog), "one call a section does not fit 512 either"
            await pilot.press("escape")
            await until(pilot, lambda: screen.ended is not None, "the run is over", 1500)
            assert screen.ended.ending == "refused (would be truncated)"
            assert "Set num_ctx to" in text_of(screen, "#stream-title")
            assert not chats(server)


async def test_a_saved_run_is_played_again_from_the_list(make_app):
    async with OllamaServer(Script(text=REPORT)) as server:
        app = make_app(engine="ollama", host=server.url)
        async with opened(app) as (pilot, screen):
            await pilot.press("r")
            await run_over(pilot, screen)
            first, sent = screen.ended.report, len(chats(server))
            await pilot.press("6")
            await until(pilot, lambda: screen.query_one(ReportsPane).selected_path is not None, "a report is selected")
            await pilot.press("P")
            await until(
                pilot, lambda: screen.ended is not None and screen.ended.report not in (None, first), "played", 1500
            )
            assert len(chats(server)) == sent, "no server was asked"
            assert "All is measured." in screen.query_one(StreamPane).view.source
            assert screen.ended.ending == "complete"
