"""The figures of model calls, per call and in total, each with its definition."""

from collections.abc import Sequence

import msgspec


class CallFigures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one call; seconds and tokens, None where nobody said.

    ``ttft_s`` and ``wall_s`` are timed on the client. The rest is the server's own when ``measured_by`` is
    ``server`` and timed or counted on the client when it is ``client``.
    """

    measured_by: str = "server"
    done_reason: str | None = None
    ttft_s: float | None = None
    wall_s: float | None = None
    total_s: float | None = None
    load_s: float | None = None
    prompt_tokens: int | None = None
    prefill_s: float | None = None
    generated_tokens: int | None = None
    decode_s: float | None = None
    prefix_shared: bool = False
    """The prompt shares a prefix with an earlier call: its prefill rate is not a measurement."""

    @property
    def decode_tps(self) -> float | None:
        """Decode throughput in tokens/s: generated tokens ÷ decode seconds."""
        return _rate(self.generated_tokens, self.decode_s)

    @property
    def prefill_tps(self) -> float | None:
        """Prefill throughput in tokens/s; None when a warm cache makes it meaningless."""
        return None if self.prefix_shared else _rate(self.prompt_tokens, self.prefill_s)

    @property
    def queue_s(self) -> float | None:
        """Seconds the request waited for the runner: total − load − prefill − decode, never below 0."""
        if self.total_s is None:
            return None
        return max(0.0, self.total_s - (self.load_s or 0.0) - (self.prefill_s or 0.0) - (self.decode_s or 0.0))


def _rate(tokens: int | None, seconds: float | None) -> float | None:
    return tokens / seconds if tokens is not None and seconds else None


def total(values: Sequence[float | int | None]) -> float | None:
    """The sum of the known values; None when none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
