"""What a run asks a person: answered by a flag, at a terminal, or by nobody."""

import asyncio
import sys

from chimera_tui.engine.questions import Ask, AskContext, BusyAnswer, BusyBox, ContextAnswer, SmallContext
from chimera_tui.headless.talk import say


def answer_busy(given: BusyAnswer | None) -> Ask:
    """The answer where the server is busy."""

    async def ask(box: BusyBox) -> BusyAnswer:
        for reason in box.reasons:
            say(reason)
        if given is not None:
            return given
        if _somebody_is_there():
            typed = await _typed("Go on (g), on the CPU only (c), or stop (s)? ")
            return {"g": "go", "c": "cpu"}.get(typed, "stop")  # type: ignore[return-value]
        say("Nobody is there to ask, so nothing is sent. Say --if-busy go or --if-busy cpu to run anyway.")
        return "stop"

    return ask


def answer_small(given: ContextAnswer | None) -> AskContext:
    """The answer where the prompt does not fit."""

    async def ask(small: SmallContext) -> ContextAnswer:
        if given is not None:
            return given
        ways: dict[str, ContextAnswer] = {}
        if small.fitting is not None:
            ways |= {"f": "fit"}
        if small.sections:
            ways |= {"c": "sections"}
        if not ways:
            return "stop"
        say(small.message())
        offered = {"f": f"num_ctx {small.fitting} (f)", "c": "one call a section (c)"}
        if _somebody_is_there():
            typed = await _typed(f"Go on with {', '.join(offered[key] for key in ways)}, or stop (s)? ")
            return ways.get(typed, "stop")
        say(
            "Nobody is there to ask: " + ", ".join(f"--if-too-small {answer}" for answer in ways.values()) + " goes on."
        )
        return "stop"

    return ask


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


async def _typed(question: str) -> str:
    """The first letter of the line that is typed, small; empty at the end of the input.

    Not in a thread: one that waits for a line cannot be ended, and the program would wait for it after Ctrl-C.
    """
    sys.stderr.write(question)
    sys.stderr.flush()
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), there.set)
    try:
        await there.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline().strip().lower()[:1]
