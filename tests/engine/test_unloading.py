"""``run.unload_after``: the model leaves the server's memory however the run ends, and only if the run loaded it."""

from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.events import Chunk
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from tests.engine.whole_runs import BRIEF, REPORT, answering, finished, settings, small_repository
from tests.server import ErrorLine, OllamaServer, Refuse, Script


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "r")


async def test_after_a_run_that_is_complete(repository: Path) -> None:
    script = Script(text=[REPORT, BRIEF])
    async with OllamaServer(script) as server:
        run, _ = await finished(repository, settings(server.url, unload_after=True))
    assert run.draft.ending is Ending.COMPLETE
    assert not script.memory.loaded()


async def test_after_a_run_that_was_stopped(repository: Path) -> None:
    script = Script(text=REPORT * 20, tokens_per_s=50)
    async with OllamaServer(script) as server:
        wanted = settings(server.url, unload_after=True)
        run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"))
        run.start()
        async for events in run.subscribe():
            if any(isinstance(event, Chunk) for event in events):
                run.stop()
        assert (await run.wait()).ending is Ending.CANCELLED
    assert not script.memory.loaded()


async def test_after_a_run_that_failed(repository: Path) -> None:
    script = Script(text=[REPORT, BRIEF], faults=[ErrorLine(path="/api/chat", after_lines=2)])
    async with OllamaServer(script) as server:
        run, _ = await finished(repository, settings(server.url, unload_after=True))
    assert run.draft.ending is Ending.SERVER_ERROR
    assert not script.memory.loaded()


async def test_a_run_that_loaded_nothing_unloads_nothing(repository: Path) -> None:
    script = Script(loaded=["gemma3:latest", "llama3.1:8b"])
    async with OllamaServer(script) as server:
        run, _ = await finished(repository, settings(server.url, unload_after=True), busy="stop")
    assert run.draft.ending is Ending.CANCELLED
    assert len(script.memory.loaded()) == 2


async def test_a_server_that_does_not_unload_costs_a_notice_and_not_the_ending(repository: Path) -> None:
    script = Script(text=[REPORT, BRIEF], faults=[Refuse(path="/api/generate", nth=2, status=500, error="no")])
    async with OllamaServer(script) as server:
        run, _ = await finished(repository, settings(server.url, unload_after=True))
    assert run.draft.ending is Ending.COMPLETE
    assert any("gemma3:latest could not be unloaded" in notice for notice in run.draft.notices)
