"""What can go wrong with an answer: each fault bends an :class:`Answer` before its first byte is sent."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from tests.server.http import Answer, Ended, Piece, Request, encode, json_answer, plain_answer

MODEL_CALLS = ("/api/chat", "/api/generate", "/v1/chat/completions")

TOO_LONG_0_24 = "the input length exceeds the context length"
"""The refusal of an over-long prompt as plain text, without figures."""

BUSY = "server busy, please try again.  maximum pending requests exceeded"


def too_long_0_32(prompt_tokens: int, num_ctx: int) -> str:
    """The refusal of an over-long prompt as JSON inside the error's text."""
    message = (
        f"request ({prompt_tokens} tokens) exceeds the available context size ({num_ctx} tokens), try increasing it"
    )
    error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
    return json.dumps({"error": error | {"n_prompt_tokens": prompt_tokens, "n_ctx": num_ctx}}, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Bends some answers: those of ``path`` (default: the calls that run a model), the ``nth`` only where given."""

    path: str | None = None
    nth: int | None = None

    def hits(self, request: Request) -> bool:
        """This request's answer is bent."""
        paths = MODEL_CALLS if self.path is None else (self.path,)
        return request.path in paths and self.nth in (None, request.nth)

    def apply(self, answer: Answer) -> Answer:
        """The bent answer."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Delay(Fault):
    """Everything from line ``line`` on (0: from the headers on) comes ``seconds`` later; infinite is never."""

    seconds: float
    line: int = 0

    def apply(self, answer: Answer) -> Answer:
        if math.isinf(self.seconds):
            kept = answer.pieces[: max(0, self.line - 1)] if self.line else ()
            return replace(answer, pieces=kept, ended="stall", says_nothing=not self.line)
        later = [
            Piece(piece.at_s + (self.seconds if number >= self.line else 0.0), piece.data)
            for number, piece in enumerate(answer.pieces, 1)
        ]
        headers_at_s = answer.headers_at_s + (0.0 if self.line else self.seconds)
        return replace(answer, pieces=tuple(later), headers_at_s=headers_at_s)


@dataclass(frozen=True, kw_only=True)
class Cut(Fault):
    """The connection ends after so many bytes or lines of the body: ``rst``, ``fin``, or ``complete`` (no done)."""

    after_bytes: int | None = None
    after_lines: int | None = None
    how: Ended = "rst"

    def apply(self, answer: Answer) -> Answer:
        left = len(answer.body)
        if self.after_lines is not None:
            left = len(b"".join(answer.body.splitlines(keepends=True)[: self.after_lines]))
        left = min(left, self.after_bytes) if self.after_bytes is not None else left
        kept = []
        for piece in answer.pieces:
            if data := piece.data[:left]:
                kept.append(Piece(piece.at_s, data))
            left -= len(data)
        return replace(answer, pieces=tuple(kept), ended=self.how)


@dataclass(frozen=True, kw_only=True)
class HangUp(Fault):
    """The request is read and the connection ends without a word."""

    how: Ended = "rst"

    def apply(self, answer: Answer) -> Answer:
        return replace(answer, pieces=(), ended=self.how, says_nothing=True)


@dataclass(frozen=True, kw_only=True)
class Split(Fault):
    """The same bytes in other chunks: cut at these offsets, or every ``every`` bytes, whatever they fall into."""

    at: tuple[int, ...] = ()
    every: int | None = None

    def apply(self, answer: Answer) -> Answer:
        body = answer.body
        inner = range(self.every, len(body), self.every) if self.every else self.at
        bounds = sorted({0, len(body), *(offset for offset in inner if 0 < offset < len(body))})
        times = list(zip(accumulate(len(piece.data) for piece in answer.pieces), answer.pieces, strict=True))
        pieces = [
            Piece(next(piece.at_s for end, piece in times if stop <= end), body[start:stop])
            for start, stop in pairwise(bounds)
        ]
        return replace(answer, pieces=tuple(pieces))


@dataclass(frozen=True, kw_only=True)
class ErrorLine(Fault):
    """After so many lines an error line under status 200, and the stream ends properly: the model's process died."""

    after_lines: int
    text: str = "an error was encountered while running the model: unexpected EOF"

    def apply(self, answer: Answer) -> Answer:
        kept = answer.pieces[: self.after_lines]
        at_s = kept[-1].at_s if kept else answer.headers_at_s
        return replace(answer, pieces=(*kept, Piece(at_s, encode({"error": self.text}) + b"\n")))


@dataclass(frozen=True, kw_only=True)
class NoDone(Fault):
    """The last line never comes: closed properly (the loop guard), or ``how`` otherwise."""

    how: Ended = "complete"

    def apply(self, answer: Answer) -> Answer:
        return replace(answer, pieces=answer.pieces[:-1], ended=self.how)


@dataclass(frozen=True, kw_only=True)
class Refuse(Fault):
    """Another status with ``{"error": …}``, or with ``body`` as it is."""

    status: int
    error: str = ""
    body: bytes | None = None

    def apply(self, answer: Answer) -> Answer:
        if self.body is not None:
            return plain_answer(self.body, self.status)
        return json_answer({"error": self.error}, self.status)


@dataclass(frozen=True, kw_only=True)
class BlankLines(Fault):
    """An empty line before every line."""

    def apply(self, answer: Answer) -> Answer:
        return replace(answer, pieces=tuple(Piece(piece.at_s, b"\n" + piece.data) for piece in answer.pieces))


@dataclass(frozen=True, kw_only=True)
class DropKeys(Fault):
    """These keys are missing from these lines, counted from 1 (default: from all of them)."""

    keys: tuple[str, ...]
    lines: tuple[int, ...] = ()

    def apply(self, answer: Answer) -> Answer:
        return replace(answer, pieces=tuple(self._bent(answer.pieces)))

    def _bent(self, pieces: Iterable[Piece]) -> Iterable[Piece]:
        for number, piece in enumerate(pieces, 1):
            if self.lines and number not in self.lines:
                yield piece
                continue
            line = json.loads(piece.data)
            kept = {key: value for key, value in line.items() if key not in self.keys}
            yield Piece(piece.at_s, encode(kept) + b"\n")
