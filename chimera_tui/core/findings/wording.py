"""Numbers, units and names as a careful report prints them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from chimera_tui.core.inert import inert_line

METRIC_WORDS = {
    "decode_tps": "decode throughput",
    "prefill_tps": "prefill throughput",
    "output_tps_system": "system output throughput",
    "total_tps_system": "system total throughput",
    "decode_tps_per_user": "per-user decode throughput",
    "ttft": "TTFT",
    "ttft_server_derived": "TTFT (load + prompt evaluation)",
    "tpot_excl_first": "time per output token",
    "itl_mean_per_request": "inter-token latency (mean per request)",
    "itl_chunk_gap": "gap between chunks",
    "e2e_latency": "end-to-end latency",
    "wall_time": "run time",
    "request_rate": "request throughput",
    "output_tps": "output throughput",
    "input_tps": "input throughput",
    "output_tps_peak": "peak output throughput",
    "tpot": "time per output token",
    "tpot_incl_first": "time per output token (with the first)",
    "itl": "inter-token latency",
    "itl_incl_first": "inter-token latency (with the first)",
    "ttfo": "time to first output token",
    "ttfr": "time to first response",
    "ttst": "time to second token",
    "memory_peak": "peak memory",
    "samples_per_s": "sample throughput",
}
"""How a canonical metric is called in a sentence, where its name with spaces would not do."""

_UNIT_WORDS = {"tokens/s": "tok/s", "requests/s": "req/s", "percent": "%", "fraction": "", "ratio": "", "count": ""}


def metric_words(metric: str) -> str:
    """A metric's name in a sentence; one that is a path in its file as words too."""
    return METRIC_WORDS.get(metric) or inert_line(re.sub(r"_|\.(?!\d)", " ", metric), 60)


def name(text: object, limit: int = 80) -> str:
    """A name from the repository, inert and of bounded length."""
    return inert_line(str(text), limit)


def significant(value: float, digits: int = 4, *, trim: bool = False) -> str:
    """A number rounded to significant digits, without an exponent; ``trim`` prints whole numbers without decimals."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -5 or magnitude > 14:
        return f"{value:.{digits - 1}e}"
    decimals = max(0, digits - 1 - magnitude)
    text = (
        f"{round(value, decimals):,.{decimals}f}" if abs(value) >= 10_000 else f"{round(value, decimals):.{decimals}f}"
    )
    return text.rstrip("0").rstrip(".") if trim and decimals and float(value).is_integer() else text


def amount(value: float, unit: str, digits: int = 4) -> str:
    """A value with its unit: seconds as s, ms or µs, bytes as B to TiB, rates as tok/s."""
    if unit == "s":
        size = abs(value)
        if size >= 1 or size == 0:
            return f"{significant(value, digits)} s"
        for unit_words, scale in (("ms", 1e3), ("µs", 1e6)):
            if size * scale >= 1:
                return f"{significant(value * scale, digits)} {unit_words}"
        return f"{significant(value * 1e9, digits)} ns"
    if unit == "bytes":
        return _bytes(value, digits)
    words = _UNIT_WORDS.get(unit, name(unit, 24))
    whole = unit in {"count", "tokens", "requests", ""}
    return f"{significant(value, digits, trim=whole)} {words}".rstrip()


def _bytes(value: float, digits: int) -> str:
    for prefix in ("", "Ki", "Mi", "Gi", "Ti"):
        if abs(value) < 1024 or prefix == "Ti":
            return f"{significant(value, digits)} {prefix}B"
        value /= 1024
    raise AssertionError


def measured(mean: float, sd: float | None, unit: str) -> str:
    """Mean and standard deviation in one unit, as in ``76.59 ± 1.5 tok/s``."""
    text = amount(mean, unit)
    number, _, words = text.partition(" ")
    if sd is None or not mean:
        return text
    scale = float(number.replace(",", "")) / mean
    return f"{number} ± {significant(sd * _power_of(scale, unit), 2)} {words}".rstrip()


def _power_of(scale: float, unit: str) -> float:
    """The exact factor between the canonical and the printed unit, from one that carries rounding."""
    base = 1024.0 if unit == "bytes" else 1000.0
    return float(base ** round(math.log(abs(scale), base)))


def ratio(value: float) -> str:
    """A factor, as in ``1.64×``."""
    return f"{significant(value, 3, trim=True)}×"


def percent(value: float, digits: int = 3) -> str:
    """A percentage, as in ``3.84 %``."""
    return f"{significant(value, digits, trim=True)} %"


TIMES_FROM_PCT = 400.0
"""Percentages above this are told as factors."""


def above(excess_pct: float, than: str) -> str:
    """How much larger something is: ``3.84 % above X``, ``43.5× X``."""
    if excess_pct > TIMES_FROM_PCT:
        return f"{ratio(1 + excess_pct / 100)} {than}"
    return f"{percent(excess_pct)} above {than}"


def by(range_pct: float) -> str:
    """How far something moves: ``by 3.84 %``, ``by a factor of 43.5``."""
    if range_pct > TIMES_FROM_PCT:
        return f"by a factor of {significant(1 + range_pct / 100, 3, trim=True)}"
    return f"by {percent(range_pct)}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun in the right number."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def p_value(p: float) -> str:
    """A p-value to two significant digits, bounded where tiny."""
    return "p < 0.0001" if p < 1e-4 else f"p = {significant(p, 2, trim=True)}"


def listing(parts: Iterable[object], limit: int = 6) -> str:
    """Names joined by commas; beyond the limit, how many more."""
    names = [name(part) for part in parts]
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def factors(values: dict[str, object]) -> str:
    """A configuration, as in ``num_gpu=60, num_ctx=1024``."""
    return ", ".join(f"{term(key)}={factor(value)}" for key, value in values.items() if value is not None)


def term(key: object) -> str:
    """A factor's name: the last part of a path, as the file has it where a column of our own is called the same."""
    text = name(key, 80).removesuffix("_factor")
    head, _, last = text.rpartition(".")
    return name(last if head and len(last) > 3 and last not in ("name", "type", "value") else text, 40)


def factor(value: object) -> str:
    """One factor's value: whole numbers without a decimal point."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return name(value, 60)


def quantity(value: float, unit: str) -> str:
    """A value in its unit as a table shows it: ratios as ``1.64×``, percentages, amounts."""
    if unit in ("ratio", "percent"):
        return ratio(value) if unit == "ratio" else percent(value)
    return amount(value, unit)


def result(value: float | None, spread: float | None, unit: str) -> str:
    """A finding's value, with its spread where it has one."""
    if value is None:
        return ""
    return measured(value, spread, unit) if spread is not None else quantity(value, unit)
