"""A run and the checker: the facts that its text is judged by, and the judging of what streams in."""

from __future__ import annotations

import asyncio

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.blocks import Blocks
from chimera_tui.core.verify.verdict import Verdict
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import ClaimJudged
from chimera_tui.engine.judging import Judging
from chimera_tui.engine.repository.facts import program_text


def begin_index(run: RunContext) -> None:
    """Index the facts of the run's snapshot in a thread, beside whatever else a run with a model does."""
    snapshot = run.draft.snapshot
    if snapshot is not None and run.settings.run.engine != "offline":
        task = asyncio.create_task(asyncio.to_thread(snapshot.facts), name="index of facts")
        # A run that ends before it asks for the facts does not care whether there are any.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        run.draft.index = task


async def run_facts(run: RunContext) -> Facts:
    """The facts that the text of a run is judged by, once they are indexed."""
    draft = run.draft
    if draft.index is None or draft.summary is None:
        raise RuntimeError("facts are indexed after the files were read")
    facts = await asyncio.shield(draft.index)
    known = program_text(draft.facts, draft.tables, draft.summary)
    return Facts(facts.cells, facts.inventory, facts.extra, written=known)


async def live_facts(run: RunContext) -> Facts:
    """The same under what the blocks of the report will say of the run, as far as it is known while it goes on.

    Counts and dates of files stay those of the inventory: the same, and a person can look them up there.
    """
    draft = run.draft
    options = {name: float(value) for name, value in draft.options_sent.items() if isinstance(value, (int, float))}
    return (await run_facts(run)).for_report(
        Blocks(dates=(draft.started,), model=run.settings.run.model, options=options)
    )


def begin_judging(run: RunContext) -> Judging:
    """Judge what the run's model writes from here on, and publish the verdicts."""

    def tell(call: int, at: int, one: Verdict) -> None:
        run.publish(
            ClaimJudged(
                at_s=run.at_s(), call=call, start=at + one.claim.start, end=at + one.claim.end, span=one.claim.span,
                label=one.label, rule=one.rule, reason=one.reason, right=one.right, unscoped=one.unscoped,
                sources=one.sources,
            )
        )  # fmt: skip

    def failed(error: Exception) -> None:
        run.notice(
            f"The checker failed ({error!r}): from here on numbers are not judged. Please report this.", "warning"
        )

    judging = Judging(live_facts(run), tell, failed)
    run.attach(judging)
    return judging
