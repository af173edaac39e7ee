"""The OpenAI side of the server: models, chat completions as server-sent events, and what vLLM and llama.cpp add."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.server.faults import Fault
from tests.server.http import Answer, Piece, Request, encode, json_answer
from tests.server.text import SAMPLE, count_prompt_tokens, instance, tokens

COMPLETIONS = "/v1/chat/completions"
STREAM = (("Content-Type", "text/event-stream"), ("Connection", "close"), ("Transfer-Encoding", "chunked"))
OWNERS = {"llama.cpp": "llamacpp", "vLLM": "vllm", "SGLang": "sglang", "Ollama": "library", "": "someone"}
PREFILL_TPS, NOMINAL_TPS = 2000.0, 100.0


def sse(*events: object, at_s: Sequence[float] = ()) -> Answer:
    """A stream of these events: bytes as they are, ``"[DONE]"``, or an object as JSON data."""
    pieces = []
    for number, event in enumerate(events):
        data = event if isinstance(event, bytes) else f"data: {event}\n\n".encode()
        if isinstance(event, dict):
            data = b"data: " + encode(event) + b"\n\n"
        pieces.append(Piece(at_s[number] if number < len(at_s) else 0.0, data))
    return Answer(200, STREAM, tuple(pieces), headers_at_s=pieces[0].at_s if pieces else 0.0)


def piece(text: str | None = None, *, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """One event that brings text, thinking (``reasoning_content``) or the reason of the end."""
    words = delta if text is None else {"content": text} | delta
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": words, "finish_reason": finish}]}


def usage(prompt: int, completion: int, **more: Any) -> dict[str, Any]:
    """The event of the counts."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {"object": "chat.completion.chunk", "choices": [], "usage": counts} | more


@dataclass(kw_only=True)
class OpenAiScript:
    """A server of one model that answers with given texts, or with what ``reply`` makes of a request.

    ``software`` decides what ``/v1/models``, ``/props`` and ``/version`` say. ``schemas`` false refuses json_schema.
    """

    text: str | Sequence[str] = SAMPLE
    model: str = "tiny"
    software: str = "vLLM"
    context: int | None = 16_384
    api_key: str = ""
    schemas: bool = True
    tokens_per_s: float | None = None
    reply: Callable[[Request], Answer | None] | None = None
    faults: Sequence[Fault] = ()
    _calls: int = 0

    async def answer(self, request: Request) -> Answer | None:
        """The answer to any call of the OpenAI side; None where the path is unknown."""
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            given = request.headers.get("authorization", "none").removeprefix("Bearer ")
            return _error(401, f"Incorrect API key provided: {given}.", "invalid_api_key")
        match request.method, request.path:
            case "GET", "/v1/models":
                return json_answer({"object": "list", "data": [self._served()]})
            case "GET", "/version" if self.software == "vLLM":
                return json_answer({"version": "0.11.0"})
            case "GET", "/props" if self.software == "llama.cpp":
                generation = {"n_ctx": self.context}
                return json_answer({"default_generation_settings": generation, "build_info": "b6100-abc"})
            case "POST", "/v1/chat/completions":
                given = self.reply(request) if self.reply else None
                return given or self._complete(request)
        return None

    def _served(self) -> dict[str, Any]:
        served: dict[str, Any] = {"id": self.model, "object": "model", "owned_by": OWNERS[self.software]}
        if self.software == "llama.cpp":
            return served | {"meta": {"n_ctx": self.context, "n_params": 2_854_848, "size": 5_720_832, "ftype": "F16"}}
        return served | ({"max_model_len": self.context} if self.context and self.software else {})

    def _complete(self, request: Request) -> Answer:
        asked = request.json
        prompt_tokens = count_prompt_tokens(request)
        if self.context and prompt_tokens > self.context:
            return _error(400, too_long(prompt_tokens, self.context), "BadRequestError")
        form = asked.get("response_format") or {}
        if form and not self.schemas:
            return _error(400, f"response_format type '{form['type']}' is not supported", "BadRequestError")
        pieces = tokens(self._text(form))
        stops = [word for word in asked.get("stop") or () if word in "".join(pieces)]
        most = asked.get("max_tokens") or len(pieces)
        kept = tokens(re.split("|".join(map(re.escape, stops)), "".join(pieces))[0]) if stops else pieces
        reason = "length" if len(kept) > most else "stop"
        return self._stream(kept[:most], reason, prompt_tokens)

    def _text(self, form: dict[str, Any]) -> str:
        if form.get("type") == "json_schema":
            return json.dumps(instance(form["json_schema"]["schema"]))
        texts = [self.text] if isinstance(self.text, str) else list(self.text)
        self._calls += 1
        return texts[min(self._calls, len(texts)) - 1]

    def _stream(self, pieces: list[str], reason: str, prompt_tokens: int) -> Answer:
        last = usage(prompt_tokens, len(pieces))
        if self.software == "llama.cpp":
            prompt_ms = prompt_tokens / PREFILL_TPS * 1e3
            predicted_ms = len(pieces) / (self.tokens_per_s or NOMINAL_TPS) * 1e3
            last["timings"] = {"cache_n": 0, "prompt_n": prompt_tokens, "prompt_ms": prompt_ms,
                               "predicted_n": len(pieces), "predicted_ms": predicted_ms}  # fmt: skip
        events = [piece(None, role="assistant", content=None), *map(piece, pieces), piece(None, finish=reason), last]
        pace = 1 / self.tokens_per_s if self.tokens_per_s else 0.0
        return sse(*events, "[DONE]", at_s=[number * pace for number in range(len(events) + 1)])


def too_long(prompt_tokens: int, context: int) -> str:
    """vLLM's words for a prompt that does not fit."""
    return (
        f"This model's maximum context length is {context} tokens. However, you requested {prompt_tokens + 16} tokens "
        f"({prompt_tokens} in the messages, 16 in the completion). Please reduce the length of the messages."
    )


def bent(answer: Answer, *faults: Fault) -> Answer:
    """An answer with faults applied."""
    for fault in faults:
        answer = fault.apply(answer)
    return replace(answer)


def _error(status: int, message: str, kind: str) -> Answer:
    return json_answer({"error": {"message": message, "type": kind, "param": None, "code": status}}, status)
