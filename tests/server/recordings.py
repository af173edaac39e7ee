"""Recorded exchanges of real servers, and the responder that plays them again byte for byte."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import msgspec

from tests.server.faults import Fault
from tests.server.http import Answer, Ended, Piece, Request

OWN = Path(__file__).parents[1] / "data" / "ollama"
"""Small recordings of our own writing, one folder a generation."""

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "ollama"
"""Recordings of real servers, where the checkout has them beside it."""

ENDS: dict[str, Ended] = {"complete": "complete", "closed by server": "fin", "closed by client": "stall"}


class RecordedRequest(msgspec.Struct, frozen=True):
    """What was sent; the body is a string where it was not JSON."""

    method: str
    path: str
    headers: dict[str, str] = {}
    body: Any = None


class Recording(msgspec.Struct, frozen=True, dict=True):
    """One exchange. Times are milliseconds since the request was sent."""

    about: str
    request: RecordedRequest
    status: int
    headers: tuple[tuple[str, str], ...]
    first_byte_ms: float
    complete: bool
    ended: str
    body_chunks: tuple[tuple[float, str], ...]
    name: str = ""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read one; its name is ``folder/file``, as in ``0.24.0/chat-cold``."""
        return msgspec.structs.replace(
            msgspec.json.decode(path.read_bytes(), type=cls), name=f"{path.parent.name}/{path.stem}"
        )

    @cached_property
    def text(self) -> str:
        """The whole body."""
        return "".join(text for _, text in self.body_chunks)

    def answer(self, pace: float | None) -> Answer:
        """The answer at ``pace`` times the recorded speed, or all at once."""
        scale = 0.0 if pace is None else 1 / (1000 * pace)
        pieces = tuple(Piece(at_ms * scale, text.encode()) for at_ms, text in self.body_chunks)
        return Answer(self.status, self.headers, pieces, self.first_byte_ms * scale, ENDS[self.ended])


class Replay:
    """Answers from recordings, the best match by method, path and body; equal ones in their order, the last again.

    ``pace`` 1 is the recorded speed, 10 ten times that, None at once. A single recording answers every request to its
    path, whatever the body.
    """

    def __init__(
        self, recordings: Iterable[Recording], *, pace: float | None = None, faults: Sequence[Fault] = ()
    ) -> None:
        self.recordings = tuple(recordings)
        self.pace = pace
        self.faults = faults
        self._served: list[Recording] = []

    @classmethod
    def load(cls, folder: Path, *, pace: float | None = None, faults: Sequence[Fault] = ()) -> Self:
        """All recordings of one folder."""
        return cls((Recording.load(path) for path in sorted(folder.glob("*.json"))), pace=pace, faults=faults)

    async def answer(self, request: Request) -> Answer | None:
        """The recorded answer; None where nothing was recorded for this path."""
        found = [each for each in self.recordings if _address(each.request) == _address(request)]
        if not found:
            return None
        body = request.json if request.json is not None else request.body.decode(errors="replace") or None
        best = max(_likeness(each.request.body, body) for each in found)
        alike = [each for each in found if _likeness(each.request.body, body) == best]
        chosen = next((each for each in alike if each not in self._served), alike[-1])
        self._served.append(chosen)
        return chosen.answer(self.pace)


def _address(request: Request | RecordedRequest) -> tuple[str, str]:
    return request.method, request.path


def _likeness(recorded: Any, sent: Any) -> tuple[bool, bool, bool, bool, int]:
    """How well a body fits: all of it, what decides the answer, the question, the model, the options."""
    if not isinstance(recorded, dict) or not isinstance(sent, dict):
        return recorded == sent, False, False, False, 0
    loose = {"stream": True, "truncate": False, "shift": False}
    same = [loose | {key: value for key, value in body.items() if value not in ({}, None)} for body in (recorded, sent)]
    question = all(recorded.get(key) == sent.get(key) for key in ("messages", "prompt", "format"))
    options, asked = recorded.get("options") or {}, sent.get("options") or {}
    agreeing = sum(options.get(key) == value for key, value in asked.items()) - len(options.keys() ^ asked.keys())
    return recorded == sent, same[0] == same[1], question, recorded.get("model") == sent.get("model"), agreeing
