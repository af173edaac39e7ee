"""``chimera-tui report --from RUN``: a saved run done again, or played again from its journal."""

from pathlib import Path

import msgspec

from chimera_tui.core.config.load import Loaded
from chimera_tui.core.config.schema import Settings
from chimera_tui.core.endings import Ending
from chimera_tui.engine.questions import BusyAnswer, ContextAnswer
from chimera_tui.engine.repository.workspace import Workspace, WorkspaceError
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.recorded import RecordedRun
from chimera_tui.engine.saved.replay import Replay
from chimera_tui.headless.exit_codes import EXIT_CODES
from chimera_tui.headless.questions import answer_busy, answer_small
from chimera_tui.headless.reading import snapshot_of
from chimera_tui.headless.report import followed
from chimera_tui.headless.talk import say


class PaceError(ValueError):
    """A pace that is neither a positive number nor ``max``."""


async def again(
    workspace: Workspace, settings: Settings, recorded: RecordedRun, *, replay: Replay | None, out: Path | None,
    as_json: bool, if_busy: BusyAnswer | None, if_too_small: ContextAnswer | None,
) -> int:  # fmt: skip
    """Run to the end, from a server or with ``replay`` from the journal; the exit status."""
    try:
        await snapshot_of(workspace)
    except WorkspaceError as error:
        say(f"{error.message} {error.advice}")
        return EXIT_CODES[Ending.NO_DATA]
    run = Run(
        workspace, settings, ask=answer_busy(if_busy), out=out, ask_context=answer_small(if_too_small), replay=replay,
        repeats=recorded if replay is None else None,
    )  # fmt: skip
    return await followed(run, as_json=as_json)


def replay_of(recorded: RecordedRun, pace: str | None) -> Replay:
    """A run to play at ``pace`` times its speed, or at once. Raises :class:`PaceError`."""
    if pace == "max":
        return Replay(recorded, None)
    try:
        speed = float(pace or 1.0)
    except ValueError:
        speed = 0.0
    if not 0 < speed < 1e6:
        raise PaceError(f"--pace takes a number above 0 or max, not {pace!r}.")
    return Replay(recorded, speed)


def settings_from(recorded: RecordedRun, loaded: Loaded) -> Settings:
    """The settings of a saved run, with what the command line says on top."""
    settings = recorded.settings(loaded.settings)
    for name, origin in loaded.origins.items():
        section, _, key = name.partition(".")
        if origin.startswith("flag ") and key and section in ("run", "options", "scan"):
            changed = msgspec.structs.replace(
                getattr(settings, section), **{key: getattr(getattr(loaded.settings, section), key)}
            )
            settings = msgspec.structs.replace(settings, **{section: changed})
    return settings
