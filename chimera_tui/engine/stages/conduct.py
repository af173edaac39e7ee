"""The stages of a run, in their order: ingest, analysis, report, persona brief."""

from __future__ import annotations

import asyncio

from chimera_tui.core.endings import Ending
from chimera_tui.core.findings.choice import DROPPED, chosen
from chimera_tui.core.report import offline
from chimera_tui.core.report.data_summary import summarise
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.checking import begin_index, begin_judging
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import ProgramText, Stage
from chimera_tui.engine.machine.commit import checkout
from chimera_tui.engine.prompts import token_rates
from chimera_tui.engine.record.folder import make_folder
from chimera_tui.engine.repository.choices import load_choices
from chimera_tui.engine.repository.snapshot import Snapshot
from chimera_tui.engine.repository.workspace import WorkspaceError
from chimera_tui.engine.saved.resume import Resuming, as_backend
from chimera_tui.engine.stages import model_stages, opening, preflight, write_down
from chimera_tui.engine.stages.engine_choice import choose
from chimera_tui.engine.stages.loading import unload
from chimera_tui.engine.stages.repeat import say_differences


async def conduct(run: RunContext) -> None:
    """Every stage but saving. Raises BackendError for whatever stops a run early."""
    with run.stage(Stage.INGEST):
        await ingest(run)
    if run.resume is not None and not run.resume.go_on:
        await write_down.write_down(run, run.resume)
        return
    backend = await choose(run)
    try:
        run.draft.engine = "offline" if backend is None else backend.name
        run.draft.checkout = await asyncio.to_thread(checkout, run.workspace.root)
        make_folder(run)
        run.publish(opening.started(run))
        run.draft.persona = opening.choose_persona(run)
        if backend is None:
            if run.repeats is not None:
                say_differences(run, run.repeats)
            await _write_offline(run)
        else:
            await opening.read_prompts(run)
            writer = backend if run.resume is None else as_backend(Resuming(run.resume, backend))
            caller = await preflight.prepare(run, writer)
            if run.repeats is not None:
                say_differences(run, run.repeats)
            run.judging = begin_judging(run)
            await model_stages.write(run, caller)
    finally:
        if backend is not None:
            if run.settings.run.unload_after:
                await unload(run, backend)
            await backend.aclose()
        if run.replay is None:
            await asyncio.to_thread(token_rates.remember, run.draft.model_key, run.draft.counted_prompts)


async def ingest(run: RunContext) -> None:
    """Pin a complete snapshot and compute its findings. No measurements: nothing to report on."""
    draft = run.draft
    snapshot = run.workspace.snapshot
    if not snapshot.complete:
        try:
            snapshot = await run.workspace.refresh()
        except WorkspaceError as error:
            raise BackendError(Ending.NO_DATA, error.message, error.advice) from error
    draft.snapshot = snapshot
    draft.summary = summarise(snapshot.frames.files, snapshot.frames.n_measurements)
    if draft.summary.n_measurements == 0:
        raise BackendError(Ending.NO_DATA, *_nothing_to_report(run))
    begin_index(run)
    await asyncio.to_thread(_compute, run, snapshot)


def _compute(run: RunContext, snapshot: Snapshot) -> None:
    """Findings, those that a person pinned first and without the dropped ones, and what is made of them."""
    from chimera_tui.core.findings import recommendations
    from chimera_tui.core.findings.tables import tables

    draft = run.draft
    draft.facts = snapshot.findings(run.settings.run)
    draft.choices = load_choices(run.workspace.root)
    draft.chosen = chosen(draft.facts, draft.choices)
    kept = [fact for fact in draft.facts if draft.choices.of(fact.key) != DROPPED]
    draft.advice = recommendations(kept)
    draft.tables = tables(snapshot.frames, kept)


def _nothing_to_report(run: RunContext) -> tuple[str, str]:
    summary = run.draft.summary
    if summary is None or summary.total + summary.others == 0:
        return f"{run.workspace.root} is empty.", "Give the folder that holds the benchmark results."
    return (
        (
            f"No file in {run.workspace.root} holds a measurement ({summary.total + summary.others} looked at), "
            "so there is nothing to report on and no model was called."
        ),
        "`chimera-tui inventory` gives the reason for each file.",
    )


async def _write_offline(run: RunContext) -> None:
    """The program's own report: published as its text, stage by stage."""
    draft = run.draft
    if draft.summary is None:
        raise RuntimeError("a report is written after the files were read")
    with run.stage(Stage.ANALYSIS):
        found = "\n".join(f"- {item}" for item in offline.key_findings(draft.chosen))
        run.publish(ProgramText(at_s=run.at_s(), stage=Stage.ANALYSIS, text=f"{found or 'No findings.'}\n\n"))
    with run.stage(Stage.REPORT):
        draft.sections = offline.write(draft.summary, draft.chosen, draft.advice, draft.tables)
        for number in sorted(draft.sections):
            text = offline.body({number: draft.sections[number]})
            run.publish(ProgramText(at_s=run.at_s(), stage=Stage.REPORT, text=f"{text}\n\n"))
            await asyncio.sleep(0)
