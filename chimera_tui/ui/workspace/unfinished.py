"""The run that an earlier program left without a report: offered at the start, while the folder is being read."""

import asyncio
import importlib
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.screens.dialogs import choices

if TYPE_CHECKING:
    from chimera_tui.engine.saved.unfinished import Unfinished
    from chimera_tui.ui.workspace.screen import WorkspaceScreen

UnfinishedAnswer = Literal["continue", "save", "read", "discard", "later"]
_ABOUT = (
    "Going on uses the answers that were finished and asks only for the rest. Saving writes what there is as a report "
    "with the ending 'cancelled'. Discarding moves its folder to the trash beside the reports."
)


class UnfinishedDialog(ModalScreen[UnfinishedAnswer]):
    """What the run had come to, and what can be done with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "answer('continue')", "Go on"),
        Binding("s", "answer('save')", "Save"),
        Binding("r", "answer('read')", "Read"),
        Binding("d", "answer('discard')", "Discard"),
        Binding("l,escape", "answer('later')", "Later"),
    ]

    def __init__(self, unfinished: "Unfinished", more: int) -> None:
        super().__init__()
        self._unfinished = unfinished
        self._more = more

    def compose(self) -> ComposeResult:
        """The run, the answers."""
        found = self._unfinished
        lines = [inert_line(found.folder.name, 200), "", inert_line(found.words, 400) + "."]
        if self._more:
            lines.append(f"There {'is' if self._more == 1 else 'are'} {self._more} more; Reports lists them all.")
        ways = [("c", "go on"), ("s", "save")] if found.can_go_on else []
        with Vertical(classes="dialog"):
            yield Static("A run was not finished", classes="dialog--title", markup=False)
            with VerticalScroll(classes="dialog--body"):
                yield Static(Text("\n".join(lines)))
                yield Static(Text(_ABOUT), classes="dialog--aside")
            yield Static(choices(*ways, ("r", "read"), ("d", "discard"), ("l", "later")), classes="dialog--keys")

    def action_answer(self, answer: UnfinishedAnswer) -> None:
        """Give the answer, where it is one."""
        if answer in ("continue", "save") and not self._unfinished.can_go_on:
            self.app.bell()
            return
        self.dismiss(answer)


async def offer(screen: "WorkspaceScreen") -> None:
    """Look for unfinished runs and ask about the newest; reading the folder goes on meanwhile."""
    module = await asyncio.to_thread(importlib.import_module, "chimera_tui.engine.saved.unfinished")
    found = await asyncio.to_thread(module.find_unfinished, screen.root, screen.settings.run.report_dir)
    if not found or screen.run_control.running or not screen.app.is_running:
        return
    newest: Unfinished = found[0]
    answer: asyncio.Future[UnfinishedAnswer] = asyncio.get_running_loop().create_future()

    def answered(given: UnfinishedAnswer | None) -> None:
        if not answer.done():
            answer.set_result(given or "later")

    screen.app.push_screen(UnfinishedDialog(newest, len(found) - 1), answered)
    await _do(screen, newest, await answer)


async def _do(screen: "WorkspaceScreen", unfinished: "Unfinished", answer: UnfinishedAnswer) -> None:
    match answer:
        case "continue" | "save":
            from chimera_tui.engine.saved.resume import Resume

            screen.start_run(Resume(unfinished, go_on=answer == "continue"))
        case "read":
            screen.panes.go(Pane.REPORTS)
            screen.list_reports(unfinished.folder)
        case "discard":
            await screen.report_actions.put_away(unfinished.folder)
