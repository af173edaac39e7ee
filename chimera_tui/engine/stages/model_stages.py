"""The stages a model writes: analysis, report, persona brief."""

from __future__ import annotations

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.analysis import SCHEMA, InvalidAnalysisError, parse
from chimera_tui.engine.backends.base import Message
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import Stage
from chimera_tui.engine.prompts.templates import quoted
from chimera_tui.engine.prompts.token_rates import estimate_tokens
from chimera_tui.engine.stages import by_section
from chimera_tui.engine.stages.briefing import brief
from chimera_tui.engine.stages.calls import Caller
from chimera_tui.engine.stages.fact_sheet import cut
from chimera_tui.engine.stages.messages import messages_for, why_length


async def write(run: RunContext, caller: Caller) -> None:
    """All three stages. Raises BackendError for what stops the run."""
    if run.draft.by_section:
        await by_section.write(run, caller)
        return
    sheet = _fact_sheet(run, caller)
    with run.stage(Stage.ANALYSIS):
        await _analyse(run, caller, sheet)
    with run.stage(Stage.REPORT):
        await _report(run, caller, sheet)
    if run.draft.persona is not None:
        with run.stage(Stage.PERSONA):
            await brief(run, caller, sheet, run.draft.persona)


def around_tokens(run: RunContext) -> int:
    """An estimate of what the longest prompt holds besides the fact sheet and an earlier answer."""
    prompts, rate = run.draft.prompts, run.draft.rate
    text = prompts.fill("system") + prompts.fill("report", **_placeholders(run, "", ""))
    return estimate_tokens(text, rate.chars_per_token)


def _counts(run: RunContext) -> str:
    """What was counted, with the first file names of each kind as quoted data."""
    summary = run.draft.summary
    if summary is None:
        return "(nothing was counted)"
    lines = [f"{summary.total} files, {summary.n_measurements} measurements"]
    lines += [f"{kind.kind.upper()} {kind.count}: {', '.join(map(quoted, kind.first))}" for kind in summary.kinds]
    return "\n".join(lines)


def _placeholders(run: RunContext, facts: str, analysis: str) -> dict[str, str]:
    offered = "\n".join(f"[[table:{table.id}]] {quoted(table.title)}" for table in run.draft.tables)
    return {
        "repository": quoted(run.workspace.root.name), "counts": _counts(run), "facts": facts, "analysis": analysis,
        "tables": offered or "(none)",
    }  # fmt: skip


def _fact_sheet(run: RunContext, caller: Caller) -> dict[str, str]:
    """What every prompt says of the repository; findings that do not fit are counted in a notice."""
    draft = run.draft
    room = int(draft.facts_tokens * caller.chars_per_token)
    lines, used = cut(draft.chosen, room)
    if used < len(draft.chosen):
        run.notice(
            f"The model was given the first {used} of {len(draft.chosen)} findings, about {draft.facts_tokens:,} "
            f"tokens at most ({draft.rate.words}). All of them are in facts.json."
        )
    draft.facts_given = used
    return _placeholders(run, lines or "(no findings)", "")


async def _analyse(run: RunContext, caller: Caller, sheet: dict[str, str]) -> None:
    """The structured analysis, with one attempt at repair; an invalid one does not stop the run."""
    messages = messages_for(run, "analysis", sheet)
    for attempt in (1, 2):
        text, ending = await caller.call(Stage.ANALYSIS, messages, SCHEMA)
        try:
            run.draft.analysis = parse(text)
        except InvalidAnalysisError as error:
            problem = str(error) if ending is Ending.COMPLETE else f"{error} The answer ended by length."
            _rename_ending(run, Ending.INVALID_ANALYSIS)
            if attempt == 1:
                run.notice(f"{problem} Asking once more.")
                repair = Message("user", run.draft.prompts.fill("repair", problem=problem))
                messages = (*messages, Message("assistant", text), repair)
            else:
                run.notice(f"{problem} The run goes on with the findings alone.", "warning")
        else:
            return


def _rename_ending(run: RunContext, ending: Ending) -> None:
    """Record how the last call really ended, now that its answer was read."""
    run.draft.calls[-1] = msgspec.structs.replace(run.draft.calls[-1], ending=ending)


async def _report(run: RunContext, caller: Caller, sheet: dict[str, str]) -> None:
    draft = run.draft
    values = sheet | {"analysis": _analysis_lines(run) or "(none)"}
    _, ending = await caller.call(Stage.REPORT, messages_for(run, "report", values))
    draft.ending = ending
    if ending is Ending.LENGTH:
        draft.reason = why_length(run, draft.calls[-1])
        run.notice(draft.reason, "warning")


def _analysis_lines(run: RunContext) -> str:
    found = run.draft.analysis
    if found is None:
        return ""
    points = [f"- {point.text}" for point in (*found.findings, *found.recommendations)]
    return "\n".join([found.summary, *points])
