"""Rows into a file: asked for by name, written in a thread, an existing file only after a second Enter."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from chimera_tui.core.query.export import ENDINGS

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.ui.app import ChimeraApp


class ExportDialog(ModalScreen[Path | None]):
    """Where to write to; the ending of the name is the format."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def __init__(
        self, proposal: Path, title: str = "Export the rows as shown", endings: Sequence[str] = tuple(ENDINGS)
    ) -> None:
        super().__init__()
        self._proposal, self._heading, self._endings = proposal, title, endings
        self._confirmed = ""

    def compose(self) -> ComposeResult:
        """A line to type in, and what is wrong with it."""
        with Vertical(classes="dialog picker"):
            yield Static(self._heading, classes="dialog--title", markup=False)
            entry = Input(str(self._proposal), compact=True, select_on_focus=False)
            entry.cursor_blink = False
            yield entry
            yield Static(f"Format by the ending: {', '.join(self._endings)}", classes="dialog--aside", markup=False)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        path = Path(event.value.strip()).expanduser()
        if problem := self._problem(path):
            self.query_one(".dialog--aside", Static).update(problem)
        else:
            self.dismiss(path)

    def _problem(self, path: Path) -> str:
        if path.suffix.lower() not in self._endings:
            return f"The name must end in {'one of ' * (len(self._endings) > 1)}{', '.join(self._endings)}."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}."
        if path.exists() and self._confirmed != str(path):
            self._confirmed = str(path)
            return "This file exists. Enter again replaces it."
        return ""

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(None)


async def write(app: "ChimeraApp", frame: "Callable[[], pl.DataFrame]", path: Path) -> None:
    """Write the rows and say how it went."""

    def work() -> int:
        from chimera_tui.core.query.export import write_frame

        rows = frame()
        write_frame(rows, path)
        return rows.height

    try:
        rows = await asyncio.to_thread(work)
    except Exception as error:  # noqa: BLE001 - the disk, the frame and polars each have their own
        app.say(f"Nothing was written to {path}: {error}", "error")
    else:
        app.say(f"{rows:,} rows written to {path}")
