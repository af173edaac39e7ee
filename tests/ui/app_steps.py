"""What a person at the keyboard does and sees, for tests of the application: conditions, never sleeps."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from chimera_tui.ui.app import ChimeraApp
from chimera_tui.ui.workspace.screen import WorkspaceScreen


@asynccontextmanager
async def opened(app: ChimeraApp, size: tuple[int, int] = (120, 40)):
    """The application, its repository read."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen), "the workspace is shown")
        screen = app.screen
        await until(pilot, lambda: screen.reader.done, "the folder is read")
        yield pilot, screen


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str, steps: int = 400) -> None:
    """Let the application work until something holds."""
    for _ in range(steps):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"never: {what}")


async def run_over(pilot: Pilot[Any], screen: WorkspaceScreen) -> None:
    """The run that was started has ended and its report is listed."""
    await until(pilot, lambda: screen.ended is not None and not screen.run_control.running, "the run is over", 1500)
    await pilot.pause()


def said(app: ChimeraApp) -> str:
    """Every notice that is up."""
    return "\n".join(str(notice.message) for notice in app._notifications)


def seen(app: ChimeraApp) -> str:
    """The screen as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def text_of(screen: WorkspaceScreen, selector: str) -> str:
    """What a static line says."""
    return str(screen.query_one(selector, Static).content)
