"""The little of HTTP/1.1 that the server needs, on asyncio streams: one request a connection."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal

Ended = Literal["complete", "fin", "rst", "stall"]
"""How an answer ends: properly, by a bare close, by a reset, or not at all until the client goes."""


@dataclass(frozen=True)
class Request:
    """What a client asked. ``nth`` counts the requests to this path from 1; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    nth: int = 1

    @cached_property
    def json(self) -> Any:
        """The body's JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self._fields.get("model", ""))

    @property
    def options(self) -> dict[str, Any]:
        """The options sent."""
        return self._fields.get("options") or {}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages of a chat."""
        return self._fields.get("messages") or []

    @property
    def prompt(self) -> str:
        """All text that was sent: the messages of a chat, or system and prompt of a generation."""
        if self.path == "/api/generate":
            return "\n".join(filter(None, (self._fields.get("system"), self._fields.get("prompt"))))
        return "\n".join(str(message.get("content", "")) for message in self.messages)

    @property
    def wants_json(self) -> bool:
        """A ``format`` was sent."""
        return bool(self._fields.get("format"))

    @property
    def _fields(self) -> dict[str, Any]:
        return self.json if isinstance(self.json, dict) else {}


@dataclass(frozen=True)
class Piece:
    """Bytes and when they are sent, in seconds since the request was read: one HTTP chunk where chunks are used."""

    at_s: float
    data: bytes


@dataclass(frozen=True)
class Answer:
    """Everything that goes back, known before the first byte is sent, so that a fault can bend any of it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...] = ()
    headers_at_s: float = 0.0
    ended: Ended = "complete"
    says_nothing: bool = False
    """The connection ends before even the status line."""

    @property
    def chunked(self) -> bool:
        """The body goes out in HTTP chunks."""
        return any(name.lower() == "transfer-encoding" for name, _ in self.headers)

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(piece.data for piece in self.pieces)


@dataclass
class Sent:
    """How far an answer got: what of its body was handed to the socket."""

    body: bytearray = field(default_factory=bytearray)
    headers: bool = False
    times: list[tuple[float, int]] = field(default_factory=list)
    """After each piece: the monotonic time in seconds and the bytes sent by then."""

    def bytes_by(self, at_s: float) -> int:
        """How many bytes had been sent at a monotonic time."""
        return max((count for when, count in self.times if when <= at_s), default=0)

    @property
    def bytes(self) -> int:
        """Its length so far."""
        return len(self.body)


def json_answer(body: object, status: int = 200) -> Answer:
    """A whole JSON object with its length, as the server's quiet calls send it."""
    return plain_answer(encode(body), status, "application/json; charset=utf-8")


def plain_answer(data: bytes, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Answer:
    """A body with its length."""
    headers = (("Content-Type", content_type), ("Content-Length", str(len(data))), ("Connection", "close"))
    return Answer(status, headers, (Piece(0.0, data),) if data else ())


def ndjson_answer(lines: list[tuple[float, object]]) -> Answer:
    """A stream of JSON lines, each at its time and in its own chunk."""
    headers = (("Content-Type", "application/x-ndjson"), ("Connection", "close"), ("Transfer-Encoding", "chunked"))
    pieces = tuple(Piece(at_s, encode(line) + b"\n") for at_s, line in lines)
    return Answer(200, headers, pieces, headers_at_s=pieces[0].at_s if pieces else 0.0)


def encode(value: object) -> bytes:
    """JSON as Go's encoder writes it, but for U+2028 and U+2029, which stay raw: the harder case for a client."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, None where the client went away before it was complete."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        headers.pop("", None)
        method, path, _ = first.split(" ", 2)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        return None
    return Request(method, path, headers, body)


async def write_answer(writer: asyncio.StreamWriter, answer: Answer, sent: Sent) -> None:
    """Send an answer at its own pace and leave the connection as ``answer.ended`` says."""
    clock = asyncio.get_running_loop().time
    start = clock()

    async def until(at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - (clock() - start)))

    if not answer.says_nothing:
        await until(answer.headers_at_s)
        writer.write(_head(answer))
        sent.headers = True
        for piece in answer.pieces:
            if piece.at_s:
                await until(piece.at_s)
            writer.write(b"%x\r\n%b\r\n" % (len(piece.data), piece.data) if answer.chunked else piece.data)
            await writer.drain()
            sent.body += piece.data
            sent.times.append((time.monotonic(), len(sent.body)))
        if answer.chunked and answer.ended == "complete":
            writer.write(b"0\r\n\r\n")
        await writer.drain()
    if answer.ended == "stall":
        await asyncio.Event().wait()


def _head(answer: Answer) -> bytes:
    reason = HTTPStatus(answer.status).phrase
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in answer.headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")
