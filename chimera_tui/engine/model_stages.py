"""The stages a model writes: analysis, report, persona brief."""

from __future__ import annotations

import hashlib

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report import persona
from chimera_tui.core.report.analysis import SCHEMA, InvalidAnalysisError, parse
from chimera_tui.core.report.document import CallRow
from chimera_tui.engine.backends.base import BackendError, Message
from chimera_tui.engine.calls import Caller
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import Stage
from chimera_tui.engine.prompting import estimate_tokens, fact_lines, prompt, quoted

QUALITY = frozenset({"score", "accuracy", "loss", "perplexity", "exact_match", "f1"})
"""Metrics of quality, by their canonical names."""
CONTEXT_FULL = "The answer ended because the context was full, not because it was finished."
LENGTH_REACHED = "The answer reached num_predict, so it may be unfinished."


async def write(run: RunContext, caller: Caller) -> None:
    """All three stages. Raises BackendError for what stops the run."""
    sheet = _fact_sheet(run, caller)
    with run.stage(Stage.ANALYSIS):
        await _analyse(run, caller, sheet)
    with run.stage(Stage.REPORT):
        await _report(run, caller, sheet)
    if run.draft.persona is not None:
        with run.stage(Stage.PERSONA):
            await _brief(run, caller, sheet, run.draft.persona)


def around_tokens(run: RunContext) -> int:
    """An estimate of what the longest prompt holds besides the fact sheet and an earlier answer."""
    return estimate_tokens(prompt("system") + prompt("report", **_placeholders(run, "", "")))


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
    lines, used = fact_lines(draft.facts, room)
    if used < len(draft.facts):
        run.notice(
            f"The model was given the {used} highest ranked of {len(draft.facts)} findings, about "
            f"{draft.facts_tokens:,} tokens at most. All of them are in facts.json."
        )
    draft.facts_given = used
    return _placeholders(run, lines or "(no findings)", "")


def _messages(run: RunContext, name: str, values: dict[str, str]) -> tuple[Message, ...]:
    text = prompt(name, **values)
    run.draft.prompt_hashes[name] = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    return Message("system", prompt("system")), Message("user", text)


async def _analyse(run: RunContext, caller: Caller, sheet: dict[str, str]) -> None:
    """The structured analysis, with one attempt at repair; an invalid one does not stop the run."""
    messages = _messages(run, "analysis", sheet)
    for attempt in (1, 2):
        text, ending = await caller.call(Stage.ANALYSIS, messages, SCHEMA)
        try:
            run.draft.analysis = parse(text)
        except InvalidAnalysisError as error:
            problem = str(error) if ending is Ending.COMPLETE else f"{error} The answer ended by length."
            _rename_ending(run, Ending.INVALID_ANALYSIS)
            if attempt == 1:
                run.notice(f"{problem} Asking once more.")
                repair = Message("user", prompt("repair", problem=problem))
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
    _, ending = await caller.call(Stage.REPORT, _messages(run, "report", values))
    draft.ending = ending
    if ending is Ending.LENGTH:
        draft.reason = _why_length(run, draft.calls[-1])
        run.notice(draft.reason, "warning")


def _why_length(run: RunContext, row: CallRow) -> str:
    """An answer that ended by length below num_predict ended because the context was full."""
    limit = run.draft.options_sent.get("num_predict")
    generated = row.figures.generated_tokens
    reached = isinstance(limit, int) and limit > 0 and generated is not None and generated >= limit
    return LENGTH_REACHED if reached else CONTEXT_FULL


def _analysis_lines(run: RunContext) -> str:
    found = run.draft.analysis
    if found is None:
        return ""
    points = [f"- {point.text}" for point in (*found.findings, *found.recommendations)]
    return "\n".join([found.summary, *points])


def _quality_measured(run: RunContext) -> bool:
    """Whether any measurement says how good answers are, not only how fast."""
    snapshot = run.draft.snapshot
    return snapshot is not None and bool(QUALITY & set(snapshot.frames.series["metric"].to_list()))


async def _brief(run: RunContext, caller: Caller, sheet: dict[str, str], who: persona.Persona) -> None:
    """The persona's brief and its contract; a call that fails costs the brief, not the report."""
    draft = run.draft
    quality = _quality_measured(run)
    values = sheet | {
        "summary": draft.texts.get(Stage.REPORT.value, "")[:1500],
        "persona": who.prompt.strip(),
        "quality": "" if quality else "No quality was measured in this repository: say so.",
    }
    try:
        await caller.call(Stage.PERSONA, _messages(run, "persona", values))
    except BackendError as error:
        run.notice(f"No complete persona brief: {error}", "warning")
    finally:
        brief = draft.texts.get(Stage.PERSONA.value, "")
        draft.clauses = persona.check(brief, who.contract, quality_measured=quality)
