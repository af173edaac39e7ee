"""A run: its own task, its journal, its listeners. ``RunEnded`` is always its last event."""

import asyncio
import traceback

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import ReportSaved, RunEnded, Stage
from chimera_tui.engine.record import save
from chimera_tui.engine.record.folder import drop_folder
from chimera_tui.engine.saved.trash import discard
from chimera_tui.engine.stages import conduct


class Run(RunContext):
    """The handle of one run: it owns the task, so that no screen and no listener can take it down."""

    ended: RunEnded | None = None
    _work: asyncio.Task[None] | None = None
    _task: asyncio.Task[RunEnded] | None = None
    _stopped: bool = False

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

    async def _go(self) -> RunEnded:
        ending, reason = await self._finish_work()
        if self.judging is not None:
            await self.judging.finish()
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
        self.draft.index = None  # as large as the cells, and not needed any more
        if report is not None:
            self.publish(ReportSaved(at_s=self.at_s(), path=report))
            await self._put_away_what_was_resumed()
        self.ended = RunEnded(at_s=self.at_s(), ending=ending, reason=reason, report=report)
        self.publish(self.ended)
        if self.journal is not None:
            await self.journal.close()
        made_here = self.resume is None or self.resume.go_on
        if self.draft.folder is not None and not self.draft.worth_saving and made_here:
            await asyncio.to_thread(drop_folder, self.draft.folder)
        return self.ended

    async def _put_away_what_was_resumed(self) -> None:
        """The unfinished run that this one went on with is in its report now: it goes to the trash."""
        if self.resume is None or not self.resume.go_on:
            return
        folder = self.resume.unfinished.folder
        try:
            await asyncio.to_thread(discard, folder, self.workspace.root)
        except OSError as error:
            self.notice(f"{folder} could not be moved to the trash: {error.strerror or error}.", "warning")
        else:
            self.notice(f"The unfinished run {folder.name} is in this report now; its folder is in the trash.")

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
