"""``chimera-tui report``: a whole run without a screen."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import msgspec

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.endings import Ending
from chimera_tui.engine.events import (
    CallFinished,
    Event,
    LoadStarted,
    ModelMemory,
    Notice,
    RunEnded,
    RunStarted,
    StageFinished,
)
from chimera_tui.engine.questions import BusyAnswer, ContextAnswer
from chimera_tui.engine.repository.workspace import Workspace, WorkspaceError
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.resume import Resume
from chimera_tui.engine.saved.trash import discard
from chimera_tui.engine.saved.unfinished import Unfinished, find_unfinished
from chimera_tui.headless.exit_codes import EXIT_CODES, FAILED, USAGE
from chimera_tui.headless.questions import answer_busy, answer_small
from chimera_tui.headless.reading import snapshot_of
from chimera_tui.headless.talk import say

_WAYS = (
    "--unfinished continue goes on with it, --unfinished save writes down what it holds, --unfinished discard moves it "
    "to the trash."
)
"""What can be said to an unfinished run."""


async def report(
    workspace: Workspace, settings: Settings, *, out: Path | None, as_json: bool, if_busy: BusyAnswer | None,
    if_too_small: ContextAnswer | None = None, unfinished: str | None = None,
) -> int:  # fmt: skip
    """Run to the end; the report's path (or with ``as_json`` a summary) on stdout. Returns the exit status."""
    try:
        await snapshot_of(workspace)
    except WorkspaceError as error:
        say(f"{error.message} {error.advice}")
        return EXIT_CODES[Ending.NO_DATA]
    found = await asyncio.to_thread(find_unfinished, workspace.root, settings.run.report_dir, out)
    if unfinished is not None and not (found and (found[0].can_go_on or unfinished == "discard")):
        say("There is no unfinished run of a model here.")
        return USAGE
    if unfinished == "discard":
        return await _discard(found[0], workspace)
    if found and unfinished is None:
        say(f"A run was not finished ({found[0].folder}): {found[0].words}. {_WAYS}")
    resume = None if unfinished is None else Resume(found[0], go_on=unfinished == "continue")
    run = Run(
        workspace, settings if resume is None else resume.unfinished.settings(settings), ask=answer_busy(if_busy),
        out=out, ask_context=answer_small(if_too_small), resume=resume,
    )  # fmt: skip
    return await followed(run, as_json=as_json)


async def followed(run: Run, *, as_json: bool) -> int:
    """Start a run and tell of it to its end; the exit status."""
    _stop_on_signals(run)
    run.start()
    async for events in run.subscribe():
        for event in events:
            _talk(event)
    ended = await run.wait()
    if as_json:
        sys.stdout.write(_summary(run, ended) + "\n")
    elif ended.report is not None:
        sys.stdout.write(f"{ended.report}\n")
    elif run.report_text:
        # Nothing could be saved: the report itself is the data then.
        sys.stdout.write(run.report_text)
    unwritten = ended.ending is Ending.COMPLETE and ended.report is None
    return FAILED if unwritten else EXIT_CODES[ended.ending]


async def _discard(unfinished: Unfinished, workspace: Workspace) -> int:
    try:
        gone = await asyncio.to_thread(discard, unfinished.folder, workspace.root)
    except OSError as error:
        say(f"{unfinished.folder} could not be moved: {error.strerror or error}.")
        return FAILED
    sys.stdout.write(f"{gone.kept}\n")
    return 0


def _stop_on_signals(run: Run) -> None:
    """SIGINT, SIGTERM and SIGHUP ask the run to stop; what it has gets saved."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, run.stop)


def _talk(event: Event) -> None:
    if isinstance(event, RunStarted):
        say(f"engine {event.engine}" + (f", model {event.model}" if event.model else ""))
    elif isinstance(event, StageFinished):
        say(f"{event.stage.value}: {event.duration_s:.2f} s")
    elif isinstance(event, LoadStarted):
        say(f"loading {event.model}" + (f" with num_ctx {event.num_ctx}" if event.num_ctx else ""))
    elif isinstance(event, ModelMemory) and event.load_s is not None:
        share = "" if event.gpu_share is None else f", {event.gpu_share:.0%} on the GPU"
        context = f", context {event.context_length}" if event.context_length else ""
        say(f"loaded in {event.load_s:.2f} s{context}{share}")
    elif isinstance(event, CallFinished):
        rate = event.figures.decode_tps
        tokens = event.figures.generated_tokens
        figures = f", {tokens} tokens" if tokens is not None else ""
        timed = " (timed on the client)" if event.figures.measured_by == "client" else ""
        figures += f", {rate:.1f} tok/s{timed}" if rate is not None else ""
        say(f"call {event.call} ({event.stage.value}): {event.ending.value}{figures}")
    elif isinstance(event, Notice):
        say(event.text if event.level == "info" else f"{event.level}: {event.text}")
    elif isinstance(event, RunEnded):
        say(f"ending: {event.ending.value}{f'. {event.reason}' if event.reason else ''}")


def _summary(run: Run, ended: RunEnded) -> str:
    draft = run.draft
    document = {
        "report": ended.report,
        "ending": ended.ending.value,
        "reason": ended.reason,
        "engine": draft.engine,
        "model": run.settings.run.model if draft.calls else None,
        "files": draft.summary.total if draft.summary else 0,
        "measurements": draft.summary.n_measurements if draft.summary else 0,
        "findings": len(draft.facts),
        "stage_s": draft.stage_s,
        "calls": [
            {"call": row.call, "stage": row.stage, "ending": row.ending.value, **msgspec.to_builtins(row.figures)}
            for row in draft.calls
        ],
        "notices": draft.notices,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
