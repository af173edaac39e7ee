"""The context of a run: what is asked for, what fits into it, and what a person says where it is too small."""

from __future__ import annotations

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import Backend, BackendError
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.questions import SmallContext
from chimera_tui.engine.stages import by_section
from chimera_tui.engine.stages.budget import LEAST_FACTS_TOKENS, Budget, budget, stepped
from chimera_tui.engine.stages.model_stages import around_tokens

MISSED_BY = 1.25
"""A server that refuses without figures: the estimate was too low by at most this factor."""


async def plan_context(run: RunContext, backend: Backend, options: dict[str, object]) -> Budget | None:
    """Plan for the context that is asked for, and put it into ``options``; None where the server is to choose it.

    Raises BackendError REFUSED where the prompt does not fit and nobody wants it otherwise.
    """
    asked = run.settings.options.num_ctx
    if not backend.sets_context:
        return await settle(run, backend, options, _limit(run))
    if asked == "fit":
        plan = await settle(run, backend, options, _limit(run))
        options["num_ctx"] = run.draft.fitted_num_ctx = plan.num_ctx
        return plan
    if not isinstance(asked, int):
        return None
    trained = _limit(run)
    if trained is not None and asked > trained:
        run.notice(
            f"num_ctx {asked} is more than the {trained} that {run.settings.run.model} was trained for; "
            f"the server will use {trained}.",
            "warning",
        )
    return await settle(run, backend, options, min(asked, trained or asked))


async def settle(
    run: RunContext, backend: Backend, options: dict[str, object], available: int | None, *, raisable: bool = True
) -> Budget:  # fmt: skip
    """A plan for ``available`` tokens; where that is too small a person chooses: what fits, sections, or nothing.

    ``raisable`` is false where the server has given less than it was asked for already.
    """
    answer_tokens = run.settings.run.answer_tokens
    plan = budget(around_tokens(run), answer_tokens, available)
    if plan.fits:
        if plan.num_ctx < plan.wanted and run.settings.options.num_ctx != "fit" and backend.sets_context:
            run.notice(
                f"num_ctx {plan.num_ctx} leaves about {plan.facts_tokens} tokens for findings; num_ctx {plan.wanted} "
                "would hold all that a run likes to send."
            )
        return plan
    small = _small(run, backend, plan, raisable=raisable)
    answer = await run.ask_context(small)
    if answer == "fit" and small.fitting is not None:
        options["num_ctx"] = run.draft.fitted_num_ctx = small.fitting
        run.notice(f"num_ctx {small.num_ctx} was too small; the run goes on with num_ctx {small.fitting}.", "warning")
        return budget(around_tokens(run), answer_tokens, small.fitting)
    if answer == "sections" and small.sections:
        run.draft.by_section = True
        return plan
    raise small.refusal()


async def larger_context(run: RunContext, backend: Backend, error: BackendError, estimate: int) -> int:
    """The num_ctx to send a prompt with that a server refused as too long, where a person wants that.

    Raises BackendError REFUSED with the num_ctx that fits otherwise.
    """
    if not backend.sets_context:
        raise error
    now = error.num_ctx or run.draft.effective_num_ctx or 0
    needed = error.prompt_tokens or int(max(estimate, now) * MISSED_BY)
    fitting = _at_most(run, stepped(needed + run.settings.run.answer_tokens), needed)
    if fitting is not None and fitting == run.draft.fitted_num_ctx:
        raise BackendError(
            Ending.REFUSED, error.message,
            f"It has num_ctx {fitting} already, which should hold it: see the server's log, or leave out files.",
        )  # fmt: skip
    small = SmallContext(num_ctx=now, needed=needed, fitting=fitting, said=error.message)
    if small.fitting is None or await run.ask_context(small) != "fit":
        raise small.refusal()
    run.draft.fitted_num_ctx = run.draft.effective_num_ctx = small.fitting
    run.notice(f"num_ctx {now} was too small; the run goes on with num_ctx {small.fitting}.", "warning")
    return small.fitting


def roomier(run: RunContext) -> int | None:
    """A num_ctx for an answer that filled the context; None where the model was trained for no more."""
    now = run.draft.effective_num_ctx or 0
    wanted = budget(around_tokens(run), run.settings.run.answer_tokens, None).wanted
    return _at_most(run, max(wanted, 2 * now), now + 1)


def _small(run: RunContext, backend: Backend, plan: Budget, *, raisable: bool) -> SmallContext:
    least = around_tokens(run) + LEAST_FACTS_TOKENS
    fitting = _at_most(run, plan.wanted, plan.num_ctx + 1) if backend.sets_context and raisable else None
    if fitting is not None and not budget(around_tokens(run), run.settings.run.answer_tokens, fitting).fits:
        fitting = None
    return SmallContext(
        num_ctx=plan.num_ctx, needed=least, fitting=fitting, sections=by_section.fits(run, plan.num_ctx),
        served=not backend.sets_context, estimated=run.draft.rate.words,
    )  # fmt: skip


def _limit(run: RunContext) -> int | None:
    """The most tokens the model was trained for, or is served with."""
    return run.draft.model.context_length if run.draft.model is not None else None


def _at_most(run: RunContext, wanted: int, least: int) -> int | None:
    """``wanted``, or what the model was trained for; None where that is below ``least``."""
    found = min(wanted, _limit(run) or wanted)
    return found if found >= least else None
