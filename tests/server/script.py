"""Scripted answers: any call gets a text that is given, with figures that agree with each other."""

import asyncio
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.server.faults import TOO_LONG_0_24, Fault, too_long_0_32
from tests.server.http import Answer, Request, json_answer, ndjson_answer, plain_answer
from tests.server.models import MODELS, Loaded, Memory, Model, seconds
from tests.server.text import SAMPLE, count_prompt_tokens, instance, tokens

NOMINAL_TPS = 100.0
"""The decode rate that is reported where answers come at once."""

PREFILL_TPS = 2000.0
HOUSEKEEPING_S = 0.002
"""What a call takes besides loading, prefill and decode."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one call answers. None takes the script's own; ``data`` is a value to send as JSON text."""

    text: str | None = None
    data: object = None
    thinking: str = ""
    tokens_per_s: float | None = None
    done_reason: str | None = None
    faults: Sequence[Fault] = ()


@dataclass(kw_only=True)
class Script:
    """A server with a small state that answers with given texts.

    ``text`` answers the calls without ``format`` (a sequence: one after the other, the last again), ``data`` those with
    it (a value, or JSON text; None makes one from the schema); ``reply`` decides for each request instead. Without
    ``tokens_per_s`` all comes at once. ``loaded`` names models that are in memory from the start.
    """

    text: str | Sequence[str] = SAMPLE
    data: object = None
    reply: Callable[[Request], Reply | str] | None = None
    tokens_per_s: float | None = None
    split: Callable[[str], list[str]] = tokens
    models: tuple[Model, ...] = MODELS
    loaded: Sequence[str] = ()
    load_s: float = 0.0
    gpu_share: float = 1.0
    version: str = "0.32.15"
    faults: Sequence[Fault] = ()
    memory: Memory = field(init=False)
    _plain_calls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.models)
        for name in self.loaded:
            model = self.memory.find(name)
            assert model is not None, f"{name} is not installed"
            self.memory.load(model, {})

    @property
    def old(self) -> bool:
        """The generation before llama-server: other errors."""
        return self.version.startswith("0.2")

    async def answer(self, request: Request) -> Answer | None:
        """The answer to any call of the native API; None where the path is unknown."""
        if not _host_allowed(request.headers.get("host", "")):
            return Answer(403, (("Content-Length", "0"), ("Connection", "close")))
        match request.method, request.path:
            case "GET" | "HEAD", "/":
                return plain_answer(b"Ollama is running")
            case "GET", "/api/version":
                return json_answer({"version": self.version})
            case "GET", "/api/tags":
                return json_answer({"models": [model.tag() for model in self.models]})
            case "GET", "/api/ps":
                return json_answer({"models": [each.ps(self.gpu_share) for each in self.memory.loaded()]})
            case "POST", "/api/show":
                return self._for_model(request) or json_answer(self._model(request).show())
            case "POST", "/api/chat" | "/api/generate":
                return self._for_model(request) or await self._run(request)
        return None

    def _model(self, request: Request) -> Model:
        model = self.memory.find(request.model)
        assert model is not None
        return model

    def _for_model(self, request: Request) -> Answer | None:
        """The refusal, where the request names no installed model or is no request at all."""
        if not isinstance(request.json, dict):
            return _error(400, "invalid character in the request's body")
        if not request.model:
            return _error(400, "model is required")
        if self.memory.find(request.model) is None:
            return _error(404, f"model '{request.model}' not found")
        return None

    async def _run(self, request: Request) -> Answer:
        model, keep_alive = self._model(request), request.json.get("keep_alive")
        try:
            expires_s = seconds(keep_alive)
        except ValueError as error:
            return _error(400, str(error))
        empty = not request.messages if request.path == "/api/chat" else not request.prompt
        if empty and expires_s == 0:
            self.memory.unload(model)
            return json_answer(_line(request, "", done=True, done_reason="unload"))
        load_s = 0.0
        if self.memory.needs_load(model, request.options):
            load_s = self.load_s
            await asyncio.sleep(load_s)
        loaded = self.memory.load(model, request.options, keep_alive)
        if empty:
            return json_answer(_line(request, "", done=True, done_reason="load"))
        answer = self._generate(request, loaded, load_s)
        if expires_s == 0:
            self.memory.unload(model)
        return answer

    def _generate(self, request: Request, loaded: Loaded, load_s: float) -> Answer:
        if request.json.get("think") and "thinking" not in loaded.model.capabilities:
            return _error(400, f'"{request.model}" does not support thinking')
        prompt_tokens = count_prompt_tokens(request)
        if prompt_tokens > loaded.context_length:
            if request.json.get("truncate") is False:
                figures = (prompt_tokens, loaded.context_length)
                return _error(400, TOO_LONG_0_24 if self.old else too_long_0_32(*figures))
            prompt_tokens = loaded.context_length if self.old else loaded.context_length // 2 + 3
        reply = self._reply(request)
        pieces, reason = self._pieces(reply, request, loaded.context_length - prompt_tokens)
        shared = len(os.path.commonprefix([loaded.last_prompt, request.prompt])) // 4  # noqa: RUF071 - it is text
        loaded.last_prompt = request.prompt
        rate = reply.tokens_per_s or self.tokens_per_s
        timing = _Timing(load_s, prompt_tokens, max(1, prompt_tokens - shared), len(pieces), rate)
        answer = _stream(request, pieces, reply.done_reason or reason, timing)
        for fault in reply.faults:
            answer = fault.apply(answer)
        return answer

    def _reply(self, request: Request) -> Reply:
        """What is said to this request, its text filled in."""
        given = self.reply(request) if self.reply else Reply()
        reply = Reply(text=given) if isinstance(given, str) else given
        if reply.text is not None:
            return reply
        data = reply.data if reply.data is not None else self.data
        if request.wants_json or reply.data is not None:
            data = instance(request.json["format"]) if data is None else data
            return replace(reply, text=data if isinstance(data, str) else json.dumps(data, ensure_ascii=False))
        texts = [self.text] if isinstance(self.text, str) else list(self.text)
        self._plain_calls += 1
        return replace(reply, text=texts[min(self._plain_calls, len(texts)) - 1])

    def _pieces(self, reply: Reply, request: Request, room: int) -> tuple[list[tuple[str, str]], str]:
        """The tokens as (key, text), and why they end: stop words, num_predict and the context are kept."""
        text = reply.text or ""
        ends = [at for word in request.options.get("stop") or () if (at := text.find(word)) >= 0]
        text = text[: min(ends)] if ends else text
        pieces = [("thinking", piece) for piece in self.split(reply.thinking)]
        pieces += [("content", piece) for piece in self.split(text)]
        most = [len(pieces)]
        if (wanted := request.options.get("num_predict", -1)) > 0:
            most.append(wanted)
        if request.json.get("shift") is False:
            most.append(max(1, room))
        return pieces[: min(most)], "length" if min(most) < len(pieces) else "stop"


@dataclass(frozen=True)
class _Timing:
    """The figures of one call; a rate of None reports a nominal one and takes no time."""

    load_s: float
    prompt_tokens: int
    uncached_tokens: int
    generated: int
    rate: float | None

    @property
    def prefill_s(self) -> float:
        return self.uncached_tokens / PREFILL_TPS

    @property
    def decode_s(self) -> float:
        return self.generated / (self.rate or NOMINAL_TPS)

    def at_s(self, piece: int) -> float:
        """When a piece is sent; loading is over by then."""
        return 0.0 if self.rate is None else self.prefill_s + piece / self.rate

    def figures(self) -> dict[str, int]:
        """What the last line says, in nanoseconds and tokens."""
        total_s = self.load_s + self.prefill_s + self.decode_s + HOUSEKEEPING_S
        return {
            "total_duration": _ns(total_s),
            "load_duration": _ns(self.load_s) or 1_000_000,
            "prompt_eval_count": self.prompt_tokens,
            "prompt_eval_duration": _ns(self.prefill_s),
            "eval_count": self.generated,
            "eval_duration": _ns(self.decode_s),
        }


def _stream(request: Request, pieces: list[tuple[str, str]], reason: str, timing: _Timing) -> Answer:
    """The lines of an answer, or one object where ``stream`` is false."""
    last = {"done": True, "done_reason": reason} | timing.figures()
    if request.json.get("stream") is False:
        return json_answer(_line(request, "".join(text for key, text in pieces if key == "content"), **last))
    lines: list[tuple[float, object]] = []
    for number, (key, text) in enumerate(pieces, 1):
        extra: dict[str, Any] = {"done": False}
        if request.json.get("logprobs"):
            extra["logprobs"] = [{"token": text, "logprob": -0.25, "bytes": list(text.encode())}]
        at_s = timing.at_s(number)
        lines.append((at_s, _line(request, text, key, at_s, **extra)))
    at_s = timing.at_s(len(pieces))
    lines.append((at_s, _line(request, "", at_s=at_s, **last)))
    return ndjson_answer(lines)


def _line(request: Request, text: str, key: str = "content", at_s: float = 0.0, **fields: Any) -> dict[str, Any]:
    line: dict[str, Any] = {"model": request.model, "created_at": _now(at_s)}
    if request.path == "/api/generate":
        line["response" if key == "content" else key] = text
    else:
        line["message"] = {"role": "assistant", "content": ""} | {key: text}
    return line | fields


def _error(status: int, text: str) -> Answer:
    return json_answer({"error": text}, status)


def _now(in_s: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=in_s)).isoformat().replace("+00:00", "000Z")


def _ns(duration_s: float) -> int:
    return round(duration_s * 1e9)


def _host_allowed(host: str) -> bool:
    """A server bound to loopback refuses names that could be someone else's."""
    name = re.sub(r":\d+$", "", host).lower()
    return name in ("", "localhost") or bool(re.fullmatch(r"[0-9.]+|\[.*\]|.*\.(localhost|local|internal)", name))
