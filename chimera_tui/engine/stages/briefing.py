"""The persona's brief, checked clause by clause; one that breaks its contract is asked for once more."""

from __future__ import annotations

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.persona import Clause, Persona, check
from chimera_tui.engine.backends.base import BackendError, Message
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import Stage
from chimera_tui.engine.stages.calls import Caller
from chimera_tui.engine.stages.messages import messages_for

QUALITY = frozenset({"score", "accuracy", "loss", "perplexity", "exact_match", "f1"})
"""Metrics of quality, by their canonical names."""
MOST_TRIES = 2
_Try = tuple[str, tuple[Clause, ...]]
"""A brief and how it keeps its contract."""


async def brief(run: RunContext, caller: Caller, sheet: dict[str, str], who: Persona) -> None:
    """Ask for the brief, at most twice; the one that keeps more clauses stays. A failed call costs the brief only."""
    draft, quality = run.draft, quality_measured(run)
    values = sheet | {
        "summary": draft.texts.get(Stage.REPORT.value, "")[:1500],
        "persona": who.prompt.strip(),
        "quality": "" if quality else "No quality was measured in this repository: say so.",
    }
    tries: list[_Try] = []
    messages = messages_for(run, "persona", values)
    try:
        while len(tries) < MOST_TRIES:
            text, ending = await caller.call(Stage.PERSONA, messages)
            tries.append((text, check(text, who.contract, quality_measured=quality)))
            failed = [clause for clause in tries[-1][1] if not clause.kept]
            if not failed or ending is Ending.LENGTH or len(tries) == MOST_TRIES:
                break
            run.notice(f"The brief breaks {len(failed)} of {len(tries[-1][1])} clauses of its contract; asking again.")
            listed = [f"- {clause.name}" + (f" ({clause.detail})" if clause.detail else "") for clause in failed]
            retry = Message("user", draft.prompts.fill("retry", clauses="\n".join(listed)))
            messages = (*messages, Message("assistant", text), retry)
    except BackendError as error:
        run.notice(f"No complete persona brief: {error}", "warning")
    finally:
        _keep_the_better(run, tries, who, quality=quality)


def _keep_the_better(run: RunContext, tries: list[_Try], who: Persona, *, quality: bool) -> None:
    """The text with more kept clauses, the first among equals; what had arrived where no call was finished."""
    draft, stage = run.draft, Stage.PERSONA.value
    if not tries:
        draft.clauses = check(draft.texts.get(stage, ""), who.contract, quality_measured=quality)
        return
    kept = [sum(clause.kept for clause in clauses) for _, clauses in tries]
    best = kept.index(max(kept))
    draft.texts[stage], draft.clauses = tries[best]
    if len(tries) > 1:
        run.notice(
            f"Of two briefs the {('first', 'second')[best]} is kept: it keeps {kept[best]} of {len(draft.clauses)} "
            f"clauses, the other {kept[1 - best]}."
        )


def quality_measured(run: RunContext) -> bool:
    """Whether any measurement says how good answers are, not only how fast."""
    snapshot = run.draft.snapshot
    return snapshot is not None and bool(QUALITY & set(snapshot.frames.series["metric"].to_list()))
