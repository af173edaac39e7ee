"""A report in a context too small for one answer: each section by a call of its own, with its share of the facts."""

from __future__ import annotations

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.sections import TITLES
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import ProgramText, Stage
from chimera_tui.engine.prompts.templates import quoted
from chimera_tui.engine.prompts.token_rates import estimate_tokens
from chimera_tui.engine.stages.calls import Caller
from chimera_tui.engine.stages.fact_sheet import dealt
from chimera_tui.engine.stages.messages import messages_for, why_length

SECTIONS = (1, 3, 4, 5, 6)
"""Those a model writes; the program writes section 2."""
WORDS_PER_TOKEN = 0.6
LEAST_TOKENS = 96
"""Room for facts below which a section is not worth a call."""


def room_tokens(run: RunContext, num_ctx: int) -> int:
    """Tokens that one section's facts may take in a context."""
    around = run.draft.prompts.fill("system") + run.draft.prompts.fill("section", **_values(run, "", TITLES[2], 1000))
    return num_ctx - _answer_tokens(run, num_ctx) - estimate_tokens(around, run.draft.rate.chars_per_token)


def fits(run: RunContext, num_ctx: int) -> bool:
    """Whether a report can be written section by section in a context."""
    return room_tokens(run, num_ctx) >= LEAST_TOKENS


async def write(run: RunContext, caller: Caller) -> None:
    """The sections one by one. There is no analysis and no brief: neither fits. Raises BackendError."""
    draft = run.draft
    num_ctx = draft.effective_num_ctx or 0
    parts = dealt(draft.chosen, int(room_tokens(run, num_ctx) * caller.chars_per_token), len(SECTIONS))
    draft.facts_given = sum(used for _, used in parts)
    run.notice(
        f"num_ctx {num_ctx} is too small for one answer: {len(SECTIONS)} calls write a section each, without analysis "
        f"and brief, from the first {draft.facts_given} of {len(draft.chosen)} findings ({draft.rate.words}).",
        "warning",
    )
    draft.persona = None
    written = ""
    with run.stage(Stage.REPORT):
        for place, number in enumerate(SECTIONS):
            heading = f"## {number}. {TITLES[number - 1]}\n\n"
            run.publish(ProgramText(at_s=run.at_s(), stage=Stage.REPORT, text=heading))
            facts = parts[place % len(parts)][0] if parts else "(no findings)"
            draft.texts[Stage.REPORT.value] = written + heading
            words = int(_answer_tokens(run, num_ctx) * WORDS_PER_TOKEN)
            values = _values(run, facts, TITLES[number - 1], words)
            _, ending = await caller.call(Stage.REPORT, messages_for(run, "section", values))
            written = draft.texts[Stage.REPORT.value] + "\n\n"
            if ending is Ending.LENGTH:
                draft.ending, draft.reason = ending, why_length(run, draft.calls[-1])


def _answer_tokens(run: RunContext, num_ctx: int) -> int:
    return min(run.settings.run.answer_tokens, num_ctx // 4)


def _values(run: RunContext, facts: str, title: str, words: int) -> dict[str, str]:
    return {"repository": quoted(run.workspace.root.name), "facts": facts, "title": title, "words": str(words)}
