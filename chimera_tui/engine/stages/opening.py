"""What every run begins with: the prompts, the persona, and the word that it has started."""

from __future__ import annotations

import asyncio

from chimera_tui.core.report.persona import Persona
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import RunStarted
from chimera_tui.engine.prompts.persona import UnknownPersonaError, load_persona
from chimera_tui.engine.prompts.templates import load_prompts, user_prompts


async def read_prompts(run: RunContext) -> None:
    """The prompts of this run; what is wrong with a person's own ones is said."""
    run.draft.prompts = await asyncio.to_thread(load_prompts, user_prompts())
    for problem in run.draft.prompts.problems:
        run.notice(problem, "warning")


def choose_persona(run: RunContext) -> Persona | None:
    """Who writes the brief; an unknown name costs the brief, not the report."""
    if run.settings.run.persona.lower() == "none":
        return None
    try:
        return load_persona(run.settings.run.persona)
    except UnknownPersonaError as error:
        run.notice(f"{error} The report has no brief.", "warning")
        return None


def started(run: RunContext) -> RunStarted:
    """The event that gives the run its identity."""
    draft = run.draft
    return RunStarted(
        at_s=run.at_s(), run_id=draft.folder.name if draft.folder else "unsaved", engine=draft.engine,
        model=run.settings.run.model if draft.engine != "offline" else "", root=str(run.workspace.root),
        started=draft.started.isoformat(timespec="seconds"), folder=str(draft.folder) if draft.folder else None,
    )  # fmt: skip
