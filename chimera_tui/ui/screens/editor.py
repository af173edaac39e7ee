"""Opening a file in the person's own editor; a run goes on meanwhile."""

import asyncio
import os
import shlex
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from chimera_tui.ui.app import ChimeraApp

_USUAL = ("nano", "vim", "vi")


def editor_command() -> list[str]:
    """$VISUAL, $EDITOR, or the first usual editor that is installed; empty when there is none."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        words = shlex.split(named)
    except ValueError:
        words = []
    return words or next(([name] for name in _USUAL if shutil.which(name)), [])


async def edit_file(app: "ChimeraApp", path: Path) -> None:
    """Leave the screen to the editor until it ends; what goes wrong is said."""
    command = editor_command()
    if not command:
        app.say("There is no editor: set $EDITOR, for example export EDITOR=nano.", "warning")
        return
    try:
        with app.suspend():
            # The terminal's ctrl+c reaches us too: it is meant for the editor. (A handler, unlike SIG_IGN, is not
            # inherited by it.)
            before = signal.signal(signal.SIGINT, lambda *_: None)
            try:
                process = await asyncio.create_subprocess_exec(*command, str(path))
                status = await process.wait()
            finally:
                signal.signal(signal.SIGINT, before)
    except SuspendNotSupported:
        app.say("The screen cannot be left here (a browser?); edit the file in another terminal.", "warning")
    except OSError as error:
        app.say(f"{command[0]} could not be started: {error.strerror or error}. Set $EDITOR.", "error")
    else:
        if status > 0:  # below 0 it was ended by a signal, such as ctrl+c: the person knows
            app.say(f"{command[0]} ended with status {status}.", "warning")
