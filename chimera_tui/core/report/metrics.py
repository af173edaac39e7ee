"""The figures of model calls, per call and in total, each with its definition."""

from collections.abc import Sequence

import msgspec


class CallFigures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one call; seconds and tokens, None where nobody said.

    ``ttft_s`` and ``wall_s`` are timed on the client, the other durations too when ``measured_by`` is ``client``;
    otherwise they are the server's own, as the counts of tokens always are.
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
    cached_tokens: int | None = None
    """Prompt tokens that the server says it did not evaluate again."""
    prefix_shared: bool = False
    """The prompt shares a prefix with an earlier call: its prefill rate is not a measurement."""

    @property
    def decoded_tokens(self) -> int | None:
        """The tokens that ``decode_s`` covers: timed from the first token on, a client sees one fewer come."""
        if self.generated_tokens is None or self.measured_by == "server":
            return self.generated_tokens
        return max(0, self.generated_tokens - 1)

    @property
    def decode_tps(self) -> float | None:
        """Decode throughput in tokens/s: decoded tokens ÷ decode seconds."""
        return _rate(self.decoded_tokens, self.decode_s)

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


def throughput(figures: Sequence[CallFigures]) -> float | None:
    """Decode throughput over calls, tokens/s: Σ decoded tokens ÷ Σ decode seconds of the calls that know both."""
    known = [(f.decoded_tokens, f.decode_s) for f in figures if f.decoded_tokens is not None and f.decode_s is not None]
    return _rate(sum(tokens for tokens, _ in known), sum(seconds for _, seconds in known)) if known else None


def by_whom(figures: Sequence[CallFigures]) -> str:
    """Who timed the durations of these calls, in words."""
    kinds = {f.measured_by for f in figures}
    if kinds == {"client"}:
        return "timed on the client"
    return "measured by the server" if "client" not in kinds else "partly timed on the client"


def total(values: Sequence[float | int | None]) -> float | None:
    """The sum of the known values; None when none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
