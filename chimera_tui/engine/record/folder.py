"""Where a run is kept: a folder of its own, made at its start, never over another run."""

from __future__ import annotations

import contextlib
from pathlib import Path

from chimera_tui.core.files import write_atomically
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.journal import NAME as JOURNAL
from chimera_tui.engine.record.run_toml import run_toml
from chimera_tui.engine.saved.places import folder_name, report_parents


def make_folder(run: RunContext) -> None:
    """Make the run's folder with its journal in it; where none can be made, say so and go on in memory."""
    model = run.settings.run.model if run.draft.engine != "offline" else "offline"
    name = folder_name(run.draft.started, model)
    problems = []
    for parent in _parents(run):
        folder = None
        try:
            folder = _new_folder(parent, name)
            write_atomically(folder / "run.toml", run_toml(run, ended=False))
            run.open_journal(folder / JOURNAL)
        except OSError as error:
            problems.append(f"{parent} ({error.strerror or error})")
            if folder is not None:
                drop_folder(folder)
            continue
        run.draft.folder = folder
        if problems:
            run.notice(f"The run cannot be kept in {'; '.join(problems)}; it is kept in {parent}.", "warning")
        return
    run.notice(
        f"The run cannot be kept on disk: {'; '.join(problems)}. It goes on in memory; save the report elsewhere "
        "before you leave.",
        "error",
    )


def drop_folder(folder: Path) -> None:
    """Remove the folder of a run that ended before a model was asked anything: it holds no text."""
    with contextlib.suppress(OSError):
        for name in (JOURNAL, "run.toml"):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
        folder.parent.rmdir()


def _parents(run: RunContext) -> list[Path]:
    if run.out is not None:
        return [run.out]
    return report_parents(run.workspace.root, run.settings.run.report_dir)


def _new_folder(parent: Path, name: str) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(17, "a thousand runs of this second are there already", str(parent / name))
