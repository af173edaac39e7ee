"""An unfinished run written down: what its journal holds as its report, in its own folder. No server is asked."""

from __future__ import annotations

from chimera_tui.engine.backends.base import ChatRequest, ModelInfo
from chimera_tui.engine.checking import begin_judging
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import Stage
from chimera_tui.engine.saved.resume import JournalOnly, Resume, as_backend
from chimera_tui.engine.saved.run_settings import text_of
from chimera_tui.engine.stages import model_stages, opening
from chimera_tui.engine.stages.calls import Caller


async def write_down(run: RunContext, resume: Resume) -> None:
    """Every stage but saving, from the journal. Raises BackendError where it breaks off."""
    draft = run.draft
    request = _adopt(run, resume)
    run.publish(opening.started(run))
    draft.persona = opening.choose_persona(run)
    await opening.read_prompts(run)
    run.judging = begin_judging(run)
    try:
        await model_stages.write(run, Caller(run, as_backend(JournalOnly(resume)), request))
    finally:
        draft.stage_s, draft.facts_given = dict(resume.unfinished.stage_s), None


def _adopt(run: RunContext, resume: Resume) -> ChatRequest:
    """Put into a run what the record says of it, so that its report can be written; the request of its calls."""
    draft, unfinished = run.draft, resume.unfinished
    record, options = unfinished.record, unfinished.answers[0].options if unfinished.answers else {}
    draft.started, draft.folder, draft.engine = unfinished.started, unfinished.folder, unfinished.engine
    draft.host, draft.server_version = (text_of(record, "engine", name) for name in ("host", "version"))
    draft.model = ModelInfo(
        name=unfinished.model, digest=text_of(record, "model", "digest"),
        quantization=text_of(record, "model", "quantization"),
        parameter_size=text_of(record, "model", "parameter_size"),
    )  # fmt: skip
    draft.options_sent = dict(options)
    num_ctx = options.get("num_ctx")
    draft.effective_num_ctx = num_ctx if isinstance(num_ctx, int) else None
    draft.by_section = bool(unfinished.answers) and unfinished.answers[0].stage is Stage.REPORT
    draft.facts_tokens = 1_000_000
    return ChatRequest(model=unfinished.model, messages=(), options=dict(options))
