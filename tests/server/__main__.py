"""``python -m tests.server``: the server by hand, Ollama with the OpenAI protocol under /v1, until Ctrl+C.

Every request and how it ended goes to stderr.
"""

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from tests.server import (
    Cut,
    Delay,
    ErrorLine,
    Exchange,
    Fault,
    Model,
    NoDone,
    OllamaServer,
    OpenAiScript,
    Refuse,
    Replay,
    Script,
    Split,
)
from tests.server.models import MODELS
from tests.server.text import SAMPLE


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.server", description=__doc__)
    parser.add_argument("--port", type=int, default=11534, help="0 picks a free one (default: 11534)")
    parser.add_argument("--text", type=Path, help="file whose text answers calls without format (default: a sample)")
    parser.add_argument("--json", type=Path, help="file whose JSON answers calls with format (default: a minimal one)")
    parser.add_argument("--tokens-per-s", type=float, default=40.0, help="pace of the answers; 0 is at once")
    parser.add_argument("--model", action="append", help="an installed model (default: gemma3:latest and two more)")
    parser.add_argument("--loaded", action="append", default=[], help="a model that is in memory from the start")
    parser.add_argument("--load-s", type=float, default=1.0, help="seconds that loading a model takes")
    parser.add_argument("--version-string", default="0.32.15", help="0.24.0 answers as the older generation does")
    parser.add_argument("--replay", type=Path, help="folder of recordings that answer first")
    parser.add_argument("--pace", type=float, default=1.0, help="speed of a replay; 0 is at once")
    fault = parser.add_argument_group("faults of the calls that run a model")
    fault.add_argument("--delay-s", type=float, help="before the headers")
    fault.add_argument("--cut-after-lines", type=int, help="reset the connection after so many lines")
    fault.add_argument("--error-after-lines", type=int, help="an error line under status 200")
    fault.add_argument("--no-done", action="store_true", help="end the stream without its last line")
    fault.add_argument("--refuse", type=int, metavar="STATUS", help="answer with this status and an error")
    fault.add_argument("--split-every", type=int, metavar="BYTES", help="cut the stream anywhere")
    return parser.parse_args(arguments)


def faults(options: argparse.Namespace) -> list[Fault]:
    """The faults asked for."""
    found: list[Fault] = []
    if options.error_after_lines is not None:
        found.append(ErrorLine(after_lines=options.error_after_lines))
    if options.no_done:
        found.append(NoDone())
    if options.cut_after_lines is not None:
        found.append(Cut(after_lines=options.cut_after_lines))
    if options.split_every:
        found.append(Split(every=options.split_every))
    if options.refuse:
        found.append(Refuse(status=options.refuse, error="asked for on the command line"))
    if options.delay_s:
        found.append(Delay(seconds=options.delay_s))
    return found


def build(options: argparse.Namespace) -> OllamaServer:
    """The server that the options describe, not started."""
    bent = faults(options)
    script = Script(
        text=options.text.read_text(encoding="utf-8") if options.text else SAMPLE,
        data=options.json.read_text(encoding="utf-8") if options.json else None,
        tokens_per_s=options.tokens_per_s or None,
        models=tuple(Model(name) for name in options.model) if options.model else MODELS,
        loaded=options.loaded,
        load_s=options.load_s,
        version=options.version_string,
        faults=bent,
    )
    replays = [Replay.load(options.replay, pace=options.pace or None, faults=bent)] if options.replay else []
    compatible = OpenAiScript(
        text=script.text, model=script.models[0].name, tokens_per_s=script.tokens_per_s, faults=bent
    )  # fmt: skip
    return OllamaServer(*replays, script, compatible, port=options.port, on_end=describe)


async def serve(server: OllamaServer) -> None:
    """Serve until cancelled."""
    async with server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def describe(exchange: Exchange) -> None:
    """Say what was asked and how it ended."""
    request = exchange.request
    asked = " ".join(filter(None, (request.model, str(request.options or ""), "format" if request.wants_json else "")))
    outcome = f"{exchange.status} {exchange.ended}, {exchange.sent.bytes} bytes"
    print(f"{request.method} {request.path} {asked} → {outcome}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(build(parse())))
