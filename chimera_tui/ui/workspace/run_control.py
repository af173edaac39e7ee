"""One run at a time, from its start to its end, with the screen told of every event."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.screen import ModalScreen

from chimera_tui.core.config.schema import Settings
from chimera_tui.engine.backends.earlier import Earlier
from chimera_tui.engine.events import Event
from chimera_tui.engine.questions import BusyAnswer, BusyBox, ContextAnswer, SmallContext
from chimera_tui.ui.screens.dialogs import BusyDialog, SmallContextDialog

if TYPE_CHECKING:
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.engine.run import Run
    from chimera_tui.engine.saved.replay import Replay
    from chimera_tui.engine.saved.resume import Resume
    from chimera_tui.ui.app import ChimeraApp

Answer = TypeVar("Answer")


class RunControl:
    """Starts, follows and stops the run of a screen; its events are applied in batches.

    Without a listener the run would go on all the same.
    """

    def __init__(self, app: "ChimeraApp", apply: Callable[[Event], None]) -> None:
        self._app = app
        self._apply = apply
        self._run: Run | None = None
        self._earlier = Earlier()

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._run is not None and self._run.ended is None

    async def follow(
        self, workspace: "Workspace", settings: Settings, resume: "Resume | None" = None,
        replay: "Replay | None" = None,
    ) -> None:  # fmt: skip
        """Start a run and apply its events until the last; the caller's worker may be cancelled, the run goes on."""
        Run = await asyncio.to_thread(_run_class)  # noqa: N806 - a class
        run = Run(
            workspace, settings, ask=self._ask, ask_context=self._ask_context, earlier=self._earlier,
            clock=self._app.clock, resume=resume, replay=replay,
        )  # fmt: skip
        self._run = run
        run.start()
        async for batch in run.subscribe():
            for event in batch:
                self._apply(event)
            await asyncio.sleep(1 / self._app.pace.repaints_per_s)

    def stop(self) -> None:
        """Ask the run to stop."""
        if self._run is not None:
            self._run.stop()

    async def stop_and_wait(self, grace_s: float | None = None) -> bool:
        """Stop the run and wait until it is saved, at most ``grace_s`` seconds; whether it is."""
        if self._run is None or not self.running:
            return True
        self._run.stop()
        try:
            await asyncio.wait_for(self._run.wait(), grace_s)
        except Exception:  # noqa: BLE001 - too slow, or a failure of the run's own: leaving must not wait for it
            return False
        return True

    async def _ask(self, box: BusyBox) -> BusyAnswer:
        return await self._asked(BusyDialog(box), "stop")

    async def _ask_context(self, small: SmallContext) -> ContextAnswer:
        return await self._asked(SmallContextDialog(small), "stop")

    async def _asked(self, dialog: ModalScreen[Answer], otherwise: Answer) -> Answer:
        """What a person answered; ``otherwise`` where the dialog was left without an answer."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def answered(result: Answer | None) -> None:
            if not answer.done():
                answer.set_result(result or otherwise)

        self._app.push_screen(dialog, answered)
        return await answer


def _run_class() -> "type[Run]":
    """The engine, imported away from the event loop: it brings the server's client along."""
    from chimera_tui.engine.run import Run

    return Run
