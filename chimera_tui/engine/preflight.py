"""What happens before the first call: the model looked up, a busy machine asked about, the context planned."""

from __future__ import annotations

import asyncio

from msgspec import UNSET

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import Backend, BackendError, ChatRequest
from chimera_tui.engine.budget import LEAST_FACTS_TOKENS, Budget, budget
from chimera_tui.engine.busy import look, same_model
from chimera_tui.engine.calls import Caller, say_memory
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.model_stages import around_tokens
from chimera_tui.engine.token_rates import rate_of


async def prepare(run: RunContext, backend: Backend) -> Caller:
    """A caller with the options to send. Raises BackendError: server or model missing, "no" to the busy question,
    or a context that cannot hold the prompt.
    """
    draft, settings = run.draft, run.settings
    draft.host = backend.host
    draft.server_version = await backend.version()
    draft.model = await backend.show(settings.run.model)
    draft.rate = await asyncio.to_thread(rate_of, draft.model_key)
    draft.options_requested = {**settings.options.to_send()}
    if settings.options.num_ctx == "fit":
        draft.options_requested["num_ctx"] = "fit"
    options = backend.sendable(settings.options.to_send())
    _say_what_is_not_sent(run, backend)
    plan = _plan(run, backend)
    if settings.options.num_ctx == "fit" and backend.sets_context:
        options["num_ctx"] = draft.fitted_num_ctx = plan.num_ctx
    await _ask_when_busy(run, backend, options)
    num_ctx = options.get("num_ctx")
    if not backend.sets_context:
        num_ctx = draft.model.context_length
    elif not isinstance(num_ctx, int):
        num_ctx, plan = await _plan_for_loaded(run, backend, options)
    _refuse_what_does_not_fit(run, backend, plan)
    draft.options_sent = options
    draft.effective_num_ctx = num_ctx if isinstance(num_ctx, int) else None
    draft.facts_tokens = plan.facts_tokens
    think = settings.run.think
    request = ChatRequest(
        model=settings.run.model,
        messages=(),
        options=options,
        think=None if think is UNSET else think,
        keep_alive=_keep_alive(run),
    )
    return Caller(run, backend, request)


def _say_what_is_not_sent(run: RunContext, backend: Backend) -> None:
    """What was asked for and cannot be said to this kind of server: nothing is dropped silently."""
    if backend.sets_context:
        return
    settings = run.settings
    asked = settings.options.to_send()
    unset = {"seed": (-1,), "num_predict": (-1, 0)}
    sent = backend.sendable(asked)
    left_out = [name for name, value in asked.items() if name not in sent and value not in unset.get(name, ())]
    left_out += [name for name in ("keep_alive", "think") if getattr(settings.run, name) is not UNSET]
    left_out += ["unload_after"] if settings.run.unload_after else []
    if left_out:
        run.notice(
            f"Not sent, because this server ({run.draft.server_version or backend.host}) has no field for it in a "
            f"request: {', '.join(left_out)}. Set it where the server is started.",
            "warning",
        )


def _plan(run: RunContext, backend: Backend) -> Budget:
    """The budget for a fixed num_ctx, or for the most the model was trained for or is served with."""
    model, options = run.draft.model, run.settings.options
    trained = model.context_length if model is not None else None
    fixed = options.num_ctx if isinstance(options.num_ctx, int) and backend.sets_context else None
    limits = [limit for limit in (trained, fixed) if limit is not None]
    if fixed is not None and trained is not None and fixed > trained:
        run.notice(
            f"num_ctx {fixed} is more than the {trained} that {run.settings.run.model} was trained for; "
            f"the server will use {trained}.",
            "warning",
        )
    return budget(around_tokens(run), run.settings.run.answer_tokens, min(limits, default=None))


async def _plan_for_loaded(
    run: RunContext, backend: Backend, options: dict[str, object]
) -> tuple[int | None, Budget]:  # fmt: skip
    """Where num_ctx is left to the server: load the model, see what it chose, and plan for that."""
    name = run.settings.run.model
    await backend.preload(name, options, _keep_alive(run))
    chosen = next((m.context_length for m in await backend.loaded() if same_model(m.name, name)), None)
    return chosen, budget(around_tokens(run), run.settings.run.answer_tokens, chosen)


async def _ask_when_busy(run: RunContext, backend: Backend, options: dict[str, object]) -> None:
    asked = options.get("num_ctx")
    num_ctx = asked if isinstance(asked, int) else None
    loaded = await backend.loaded()
    say_memory(run, backend, loaded)
    box = look(loaded, run.settings.run.model, num_ctx, frozenset(run.earlier.models))
    if box is None:
        return
    answer = await run.ask(box)
    if answer == "stop":
        raise BackendError(
            Ending.CANCELLED, "The server is busy and the run was not started.", " ".join(box.reasons)
        )  # fmt: skip
    if answer == "cpu":
        options["num_gpu"] = 0
        run.notice("On CPU only (num_gpu=0), so that what uses the GPU is left alone.", "warning")


def _refuse_what_does_not_fit(run: RunContext, backend: Backend, plan: Budget) -> None:
    if plan.fits:
        return
    least = around_tokens(run) + LEAST_FACTS_TOKENS
    if not backend.sets_context:
        raise BackendError(
            Ending.REFUSED,
            f"The server's context of {plan.num_ctx} tokens is too small: the prompt needs about {least} before any "
            f"answer ({run.draft.rate.words}). Nothing was sent.",
            f"Start the server with {plan.wanted} (vLLM --max-model-len, llama-server -c), which fits the prompt and "
            "its answers.",
            num_ctx=plan.wanted,
        )
    raise BackendError(
        Ending.REFUSED,
        f"num_ctx {plan.num_ctx} is too small: the prompt needs about {least} tokens before any answer "
        f"({run.draft.rate.words}), and the server would cut it silently. Nothing was sent.",
        f'Set num_ctx to {plan.wanted}, which fits the prompt and its answers, or to "fit".',
        num_ctx=plan.wanted,
    )


def _keep_alive(run: RunContext) -> float | str | None:
    """None where the server decides."""
    chosen = run.settings.run.keep_alive
    return None if chosen is UNSET else chosen
