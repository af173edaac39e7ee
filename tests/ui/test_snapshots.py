"""Pictures of every pane at both sizes and of every theme; ``pytest --snapshot-update`` takes them anew."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import textual
from textual.pilot import Pilot

from chimera_tui.engine.clock import Clock
from chimera_tui.ui.app import ChimeraApp
from chimera_tui.ui.themes import builtin_folder, load_themes
from chimera_tui.ui.workspace.screen import WorkspaceScreen
from tests.ui.app_steps import run_over, seen, until

pytestmark = pytest.mark.skipif(
    textual.__version__ != "8.2.8", reason="the pictures were taken with textual 8.2.8; other versions draw otherwise"
)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PANES = {"files": "1", "inventory": "2", "measurements": "3", "findings": "4", "config": "7"}
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
Steps = Callable[[Pilot[Any], WorkspaceScreen], Awaitable[None]]


@pytest.fixture
def app(make_app: Callable[..., ChimeraApp], repository: Path, monkeypatch: pytest.MonkeyPatch) -> ChimeraApp:
    """The application at noon of one day, over files from a year before, in its owner's home."""
    monkeypatch.setenv("HOME", str(repository.parent))
    for path in repository.rglob("*"):
        os.utime(path, (NOON.timestamp() - 3e7,) * 2)
    return make_app(clock=Clock(now=lambda: NOON, seconds=lambda: 0.0))


def pictured(*steps: Steps) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """What is done before the picture: the folder is read, then the steps, then all is quiet."""

    async def run_before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen), "the workspace is shown")
        screen = app.screen
        assert isinstance(screen, WorkspaceScreen)
        await until(pilot, lambda: screen.reader.done, "the folder is read")
        for step in steps:
            await step(pilot, screen)
        app.clear_notifications()
        await still(pilot)

    return run_before


async def still(pilot: Pilot[Any]) -> None:
    """The screen has stayed the same for a while in which nobody was at work on it."""
    screens = [""]

    def unchanged() -> bool:
        busy = any(worker.group in QUICK and not worker.is_finished for worker in pilot.app.workers)
        screens.append("" if busy else seen(pilot.app))
        return len(screens) > 15 and len(set(screens[-15:])) == 1 and bool(screens[-1])

    await until(pilot, unchanged, "the screen is still")


QUICK = ("files", "folders", "measurements", "statistics", "findings", "ask", "preview", "reports", "read report")
"""Workers that end by themselves."""


def pressed(*keys: str) -> Steps:
    async def step(pilot: Pilot[Any], screen: WorkspaceScreen) -> None:
        await pilot.press(*keys)
        await pilot.pause()

    return step


async def a_run(pilot: Pilot[Any], screen: WorkspaceScreen) -> None:
    await pilot.press("r")
    await run_over(pilot, screen)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pane", PANES)
def test_pane(snap_compare: Callable[..., bool], app: ChimeraApp, pane: str, size: str) -> None:
    assert snap_compare(app, terminal_size=SIZES[size], run_before=pictured(pressed(PANES[pane])))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "keys"), [("stream", ("5", "g")), ("reports", ("6", "escape")), ("reading", ("6",))])
def test_after_a_run(
    snap_compare: Callable[..., bool], app: ChimeraApp, name: str, keys: tuple[str, ...], size: str
) -> None:
    assert snap_compare(app, terminal_size=SIZES[size], run_before=pictured(a_run, pressed(*keys)))


@pytest.mark.parametrize("theme", sorted(load_themes((builtin_folder(),))[0]))
def test_theme(snap_compare: Callable[..., bool], app: ChimeraApp, theme: str) -> None:
    async def themed(pilot: Pilot[Any], screen: WorkspaceScreen) -> None:
        pilot.app.theme = theme

    assert snap_compare(app, terminal_size=SIZES["120x40"], run_before=pictured(themed, pressed("2")))
