"""A server that speaks Ollama's protocol on a real socket: it replays, answers with given texts, and fails on demand.

    async with OllamaServer(Script(text="# Report", tokens_per_s=40)) as server:
        ... server.url, server.requests, await server.wait_for(lambda all: all and all[-1].ended)

    with ServerThread(Replay.load(folder), Script(), ...) as server:  # the first responder with an answer gives it
        ...

``python -m tests.server --help`` starts one by hand.
"""

from tests.server.faults import (
    BUSY,
    TOO_LONG_0_24,
    BlankLines,
    Cut,
    Delay,
    DropKeys,
    ErrorLine,
    Fault,
    HangUp,
    NoDone,
    Refuse,
    Split,
    too_long_0_32,
)
from tests.server.http import Answer, Piece, Request
from tests.server.models import MODELS, Model
from tests.server.openai import OpenAiScript
from tests.server.recordings import OWN, SHARED, Recording, Replay
from tests.server.script import Reply, Script
from tests.server.server import CLIENT_CLOSED, COMPLETE, CUT, STOPPED, Exchange, OllamaServer, ServerThread
from tests.server.text import SAMPLE, characters, count_prompt_tokens, instance, lines, tokens

__all__ = [
    "BUSY",
    "CLIENT_CLOSED",
    "COMPLETE",
    "CUT",
    "MODELS",
    "OWN",
    "SAMPLE",
    "SHARED",
    "STOPPED",
    "TOO_LONG_0_24",
    "Answer",
    "BlankLines",
    "Cut",
    "Delay",
    "DropKeys",
    "ErrorLine",
    "Exchange",
    "Fault",
    "HangUp",
    "Model",
    "NoDone",
    "OllamaServer",
    "OpenAiScript",
    "Piece",
    "Recording",
    "Refuse",
    "Replay",
    "Reply",
    "Request",
    "Script",
    "ServerThread",
    "Split",
    "characters",
    "count_prompt_tokens",
    "instance",
    "lines",
    "tokens",
    "too_long_0_32",
]
