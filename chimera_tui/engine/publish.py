"""From one run to any number of listeners, none of which can slow it down."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import msgspec

from chimera_tui.engine.events import Chunk, Event, RunEnded

PENDING_LIMIT = 512
"""Events kept for a listener that does not come to collect them, before chunks are merged."""


class Subscription:
    """A listener's own queue: it yields lists of events, neighbouring chunks of a call merged into one."""

    def __init__(self, past: Iterable[Event] = ()) -> None:
        self._pending: list[Event] = list(past)
        self._merged = 0
        self._arrived = asyncio.Event()
        if self._pending:
            self._arrived.set()

    def put(self, event: Event) -> None:
        """Take one event; never blocks."""
        self._pending.append(event)
        if len(self._pending) > PENDING_LIMIT + 2 * self._merged:
            self._pending = merged(self._pending)
            self._merged = len(self._pending)
        self._arrived.set()

    async def __aiter__(self) -> AsyncIterator[list[Event]]:
        """Batches of events until the run has ended."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            batch, self._pending, self._merged = merged(self._pending), [], 0
            if batch:
                yield batch
                if isinstance(batch[-1], RunEnded):
                    return


def merged(events: list[Event]) -> list[Event]:
    """The same events with each run of neighbouring chunks of one call as a single chunk."""
    result: list[Event] = []
    group: list[Chunk] = []

    def flush() -> None:
        if len(group) == 1:
            result.append(group[0])
        elif group:
            result.append(
                msgspec.structs.replace(
                    group[-1],
                    text="".join(chunk.text for chunk in group),
                    thinking="".join(chunk.thinking for chunk in group),
                    pieces=sum(chunk.pieces for chunk in group),
                )
            )
        group.clear()

    for event in events:
        if isinstance(event, Chunk) and (not group or group[-1].call == event.call):
            group.append(event)
        else:
            flush()
            if isinstance(event, Chunk):
                group.append(event)
            else:
                result.append(event)
    flush()
    return result
