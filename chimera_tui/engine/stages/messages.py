"""What is sent in a call, and what its length says."""

from __future__ import annotations

from chimera_tui.core.report.document import CallRow
from chimera_tui.engine.backends.base import Message
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.prompts.templates import content_hash

CONTEXT_FULL = "The answer ended because the context was full, not because it was finished."
LENGTH_REACHED = "The answer reached num_predict, so it may be unfinished."


def messages_for(run: RunContext, name: str, values: dict[str, str]) -> tuple[Message, ...]:
    """The system prompt and the prompt ``name`` with its placeholders filled; its hash is recorded."""
    prompts = run.draft.prompts
    text = prompts.fill(name, **values)
    run.draft.prompt_hashes[name] = content_hash(text)
    return Message("system", prompts.fill("system")), Message("user", text)


def why_length(run: RunContext, row: CallRow) -> str:
    """An answer that ended by length below num_predict ended because the context was full."""
    limit = run.draft.options_sent.get("num_predict")
    generated = row.figures.generated_tokens
    reached = isinstance(limit, int) and limit > 0 and generated is not None and generated >= limit
    if reached:
        return LENGTH_REACHED
    larger = run.draft.larger_num_ctx
    return f"{CONTEXT_FULL} num_ctx {larger} would leave more room." if larger else CONTEXT_FULL
