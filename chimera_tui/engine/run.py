"""A run: its own task, its journal, its listeners. ``RunEnded`` is always its last event."""

import asyncio
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.endings import Ending
from chimera_tui.engine import conduct, save
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.busy import Ask
from chimera_tui.engine.draft import Draft
from chimera_tui.engine.events import Event, Notice, RunEnded, Stage, StageFinished, StageStarted
from chimera_tui.engine.journal import Journal
from chimera_tui.engine.publish import Subscription, merged
from chimera_tui.engine.workspace import Workspace


class Run:
    """The handle of one run. ``ask`` answers when the server is busy; ``out`` is where reports go."""

    def __init__(
        self, workspace: Workspace, settings: Settings, *, ask: Ask, out: Path | None = None,
        ours: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.workspace = workspace
        self.settings = settings
        self.ask = ask
        self.out = out
        self.ours = ours
        self.draft = Draft(started=datetime.now(UTC))
        self.journal: Journal | None = None
        self.report_text = ""
        self.ended: RunEnded | None = None
        self._clock = time.monotonic()
        self._past: list[Event] = []
        self._subscriptions: list[Subscription] = []
        self._work: asyncio.Task[None] | None = None
        self._task: asyncio.Task[RunEnded] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin, in a task of the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._go(), name="run")

    def stop(self) -> None:
        """Ask the run to stop: what there is gets saved, and the ending is ``cancelled``."""
        self._stopped = True
        if self._work is not None:
            self._work.cancel()

    async def wait(self) -> RunEnded:
        """The last event, once it is over; cancelling the waiter does not stop the run."""
        if self._task is None:
            raise RuntimeError("the run was not started")
        return await asyncio.shield(self._task)

    def subscribe(self) -> Subscription:
        """A listener that is told everything, from the first event on."""
        subscription = Subscription(self._past)
        self._subscriptions.append(subscription)
        return subscription

    def at_s(self) -> float:
        """Seconds since the run's start."""
        return round(time.monotonic() - self._clock, 4)

    def publish(self, event: Event) -> None:
        """Journal an event, then tell the listeners."""
        if self.journal is not None and not self.journal.append(event):
            self.notice(save.journal_failed(self.journal), "error")
        self._past.append(event)
        if len(self._past) > 4096:
            self._past = merged(self._past)
        for subscription in self._subscriptions:
            subscription.put(event)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Announce a stage and time it, however it ends."""
        began = time.monotonic()
        self.publish(StageStarted(at_s=self.at_s(), stage=name))
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            self.draft.stage_s[name.value] = self.draft.stage_s.get(name.value, 0.0) + seconds
            self.publish(StageFinished(at_s=self.at_s(), stage=name, duration_s=round(seconds, 4)))

    def notice(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Say something that stops nothing; warnings and errors also go into the report."""
        if level != "info":
            self.draft.notices.append(text)
        self.publish(Notice(at_s=self.at_s(), text=text, level=level))

    def open_journal(self, path: Path) -> None:
        """Start the journal with everything said so far. Raises OSError."""
        self.journal = Journal(path)
        for event in self._past:
            self.journal.append(event)

    async def _go(self) -> RunEnded:
        ending, reason = await self._finish_work()
        self.draft.ending, self.draft.reason = ending, reason
        report = None
        if self.draft.worth_saving:
            with self.stage(Stage.SAVE):
                try:
                    report = await save.save(self)
                except Exception:  # noqa: BLE001 - the run ends by name whatever happens; the journal has the text
                    self.notice(
                        f"The report could not be written; please report this. {traceback.format_exc()}", "error"
                    )
        self.ended = RunEnded(at_s=self.at_s(), ending=ending, reason=reason, report=report)
        self.publish(self.ended)
        if self.journal is not None:
            await self.journal.close()
        return self.ended

    async def _finish_work(self) -> tuple[Ending, str]:
        """Run the stages to whatever end they come to: its name and a sentence."""
        self._work = asyncio.get_running_loop().create_task(conduct.conduct(self), name="run stages")
        if self._stopped:
            self._work.cancel()
        try:
            await self._work
        except asyncio.CancelledError:
            return self.draft.ending_after_stop()
        except BackendError as error:
            return error.ending, str(error)
        except Exception as error:  # noqa: BLE001 - whatever happens, what there is gets saved
            self.notice(traceback.format_exc(), "error")
            return Ending.CANCELLED, f"The program failed ({error!r}); what was there is saved. Please report this."
        return self.draft.ending, self.draft.reason
