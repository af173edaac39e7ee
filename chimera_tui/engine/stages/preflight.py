"""What happens before the first call: the model looked up, a busy machine asked about, the context planned."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import UNSET

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import Backend, BackendError, ChatRequest
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.machine.gpus import gpus
from chimera_tui.engine.prompts.token_rates import rate_of
from chimera_tui.engine.stages.budget import Budget
from chimera_tui.engine.stages.busy import look
from chimera_tui.engine.stages.calls import Caller
from chimera_tui.engine.stages.context_plan import larger_context, plan_context, roomier, settle
from chimera_tui.engine.stages.loading import load, say_memory


async def prepare(run: RunContext, backend: Backend) -> Caller:
    """A caller with the options to send. Raises BackendError: server or model missing, "no" to the busy question,
    or a context that cannot hold the prompt.
    """
    draft, settings = run.draft, run.settings
    draft.host = backend.host
    draft.server_version = await backend.version()
    draft.model = await backend.show(settings.run.model)
    draft.rate = run.replay.run.rate if run.replay else await asyncio.to_thread(rate_of, draft.model_key)
    draft.options_requested = settings.options.requested()
    options = backend.sendable(settings.options.to_send())
    _say_what_is_not_sent(run, backend)
    plan = await plan_context(run, backend, options)
    await _ask_when_busy(run, backend, options)
    plan = await _load_as_planned(run, backend, options, plan)
    draft.options_sent = options
    draft.facts_tokens = plan.facts_tokens
    draft.larger_num_ctx = roomier(run) if backend.sets_context else None
    think = settings.run.think
    request = ChatRequest(
        model=settings.run.model,
        messages=(),
        options=options,
        think=None if think is UNSET else think,
        keep_alive=_keep_alive(run),
    )

    async def enlarge(error: BackendError, estimate: int) -> dict[str, object]:
        options["num_ctx"] = await larger_context(run, backend, error, estimate)
        await load(run, backend, options, _keep_alive(run))
        return dict(options)

    return Caller(run, backend, request, enlarge)


async def _load_as_planned(
    run: RunContext, backend: Backend, options: dict[str, object], plan: Budget | None
) -> Budget:  # fmt: skip
    """Load the model; where the server's context is another than planned for, plan again, and load again for that."""
    draft = run.draft
    while True:
        await load(run, backend, options, _keep_alive(run))
        asked = options.get("num_ctx")
        asked = asked if isinstance(asked, int) else None
        draft.effective_num_ctx = (draft.loaded.context_length if draft.loaded is not None else None) or asked
        if not backend.sets_context and draft.model is not None:
            draft.effective_num_ctx = draft.model.context_length
        effective = draft.effective_num_ctx
        if plan is not None and (effective is None or effective >= plan.num_ctx):
            return plan
        given_less = asked is not None and effective is not None and effective < asked
        plan = await settle(run, backend, options, effective, raisable=not given_less)
        if options.get("num_ctx") == asked:
            return plan


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


async def _ask_when_busy(run: RunContext, backend: Backend, options: dict[str, object]) -> None:
    if backend.local:
        run.draft.gpus = tuple(await asyncio.to_thread(gpus))
    seen = run.draft.gpus
    if not backend.sets_context:  # such a server holds its memory all the time
        seen = tuple(msgspec.structs.replace(gpu, used_mib=None) for gpu in seen)
    loaded = await backend.loaded()
    say_memory(run, backend, loaded)
    box = look(loaded, run.settings.run.model, options, frozenset(run.earlier.models), seen)
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


def _keep_alive(run: RunContext) -> float | str | None:
    """None where the server decides."""
    chosen = run.settings.run.keep_alive
    return None if chosen is UNSET else chosen
