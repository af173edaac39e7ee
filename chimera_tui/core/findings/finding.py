"""A finding: one thing the measurements say, with everything needed to believe or doubt it."""

from hashlib import blake2b
from typing import Literal

import msgspec


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a number comes from: a file, and in it one observation and one field."""

    path: str
    record: int | None = None
    field: str | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A computed statement. ``value``, ``spread`` (sample standard deviation) and ``interval`` are in ``unit``:
    seconds, bytes, tokens/s, ratio, percent, count.
    """

    kind: str
    statement: str
    value: float | None
    unit: str
    label: Literal["measured", "derived", "estimated"]
    definition: str
    n: int | None = None
    spread: float | None = None
    interval: tuple[float, float] | None = None
    sources: tuple[Source, ...] = ()
    caveats: tuple[str, ...] = ()
    rank: float = 0.0
    details: dict[str, object] = {}

    @property
    def key(self) -> str:
        """The finding's content hash: the same finding has the same key in every run."""
        text = msgspec.json.encode([self.kind, self.statement, self.value, self.unit, self.n])
        return blake2b(text, digest_size=6).hexdigest()


class Recommendation(msgspec.Struct, frozen=True):
    """What a rule advises because of findings; ``findings`` are their keys, never empty."""

    text: str
    findings: tuple[str, ...]
