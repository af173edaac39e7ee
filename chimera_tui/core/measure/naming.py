"""Column and key names taken apart: the statistic and the unit around the name of the quantity."""

import re
from collections.abc import Iterator
from functools import lru_cache

from chimera_tui.core.measure.units import unit_of

STATS = {
    "mean": "mean", "avg": "mean", "average": "mean",
    "median": "p50", "med": "p50",
    "std": "std", "stddev": "std", "stdev": "std", "sd": "std", "std_dev": "std",
    "min": "min", "minimum": "min", "max": "max", "maximum": "max",
    "var": "variance", "variance": "variance", "mode": "mode", "stderr": "stderr", "sem": "stderr",
    "sum": "sum", "total_sum": "sum", "iqr": "iqr", "ci_low": "ci_low", "ci_high": "ci_high",
}  # fmt: skip
"""How the parts of a name call a statistic."""

_PERCENTILE = re.compile(
    r"(?:quantiles_|percentile_|percentiles_)?p_?(\d{1,4}(?:_\d+)?)|(\d{1,3})(?:st|nd|rd|th)?_percentile"
    r"|(\d+_\d+)_percentile|(\d{1,3})(?:st|nd|rd|th)"
)
_PER_UNIT = re.compile(r"^(\S.*?)[\s_]+([A-Za-z]{1,12}/[a-z]{1,6})\s*$")
_IN_UNIT = re.compile(r"^(\S.*?)\s+in\s+(\S{1,12})\s*$", re.IGNORECASE)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENCLOSED = re.compile(r"^(.*?)[\s_]*[(\[]([^()\[\]]{1,24})[)\]]\s*$", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])(?!B(?![a-z]))(?<![0-9](?=[A-Z](?![A-Za-z])))")
"""Between the words of ``avgLatency``, but not in ``8B`` or ``E2E``."""
_SEPARATORS = re.compile(r"[^0-9a-z%µ]+")
_UNIT_SUFFIXES = (
    ("tokens_per_second", "tokens/s"), ("tokens_per_sec", "tokens/s"), ("tokens_per_s", "tokens/s"),
    ("token_per_s", "tokens/s"), ("tok_per_s", "tokens/s"), ("toks_per_s", "tokens/s"), ("tok_s", "tokens/s"),
    ("tokens_s", "tokens/s"), ("requests_per_second", "requests/s"), ("req_per_s", "requests/s"),
    ("req_s", "requests/s"), ("samples_s", "samples/s"), ("per_second", "1/s"), ("per_sec", "1/s"), ("per_s", "1/s"),
    ("seconds", "s"), ("secs", "s"), ("sec", "s"), ("s", "s"), ("milliseconds", "ms"), ("millis", "ms"),
    ("msec", "ms"), ("ms", "ms"), ("microseconds", "us"), ("us", "us"), ("nanoseconds", "ns"), ("nanos", "ns"),
    ("ns", "ns"), ("bytes", "bytes"), ("byte", "bytes"), ("kb", "kB"), ("mb", "MB"), ("gb", "GB"), ("kib", "KiB"),
    ("mib", "MiB"), ("gib", "GiB"), ("pct", "%"), ("percent", "%"), ("watts", "W"), ("w", "W"), ("joules", "J"),
    ("mhz", "MHz"), ("ghz", "GHz"), ("celsius", "C"), ("c", "C"), ("tps", "tokens/s"), ("qps", "requests/s"),
)  # fmt: skip


def percentile(digits: str) -> str:
    """``p`` and the percentile from its digits: 50, 99, 999 (99.9), 001 (0.1), 05 (5), 99_90 (99.9)."""
    if "_" in digits or "." in digits:
        number = float(digits.replace("_", "."))
    elif len(digits) >= 3 and digits != "100":
        number = int(digits) / 10 ** (len(digits) - 2)
    else:
        number = float(int(digits))
    return f"p{number:g}"


@lru_cache(maxsize=16384)
def stat_named(name: str) -> str | None:
    """The statistic that a whole (normalised) name is, if it is one."""
    found = STATS.get(name)
    if found is None and (match := _PERCENTILE.fullmatch(name)):
        found = percentile(next(group for group in match.groups() if group))
    return found


@lru_cache(maxsize=16384)
def normalised(name: str) -> str:
    """Lower snake case, whatever separators or capitals the name had."""
    text = _CAMEL.sub("_", name) if not name.isupper() else name
    return _SEPARATORS.sub("_", text.lower().translate(_UMLAUTS).replace("%", " pct ")).strip("_")


def enclosed_unit(name: str) -> tuple[str, str]:
    """A name and the unit behind it: ``latency (ms)``, ``memory in MB``, ``tg128 t/s``; unchanged without one."""
    if name and name[-1:] in ")] " and (match := _ENCLOSED.match(name)) and unit_of(match[2]):
        return match[1], match[2].strip()
    if " in " in name and (match := _IN_UNIT.match(name)) and unit_of(match[2]):
        return match[1], match[2]
    if "/" in name and (match := _PER_UNIT.match(name)) and unit_of(match[2]):
        return match[1], match[2]
    return name, ""


def variants(name: str) -> Iterator[tuple[str, str, str]]:
    """Ways to read a normalised name as (quantity, statistic, raw unit), the most literal first."""
    yield name, "", ""
    for base, stat in _without_stat(name):
        yield base, stat, ""
    for base, unit in _without_unit(name):
        yield base, "", unit
        for inner, stat in _without_stat(base):
            yield inner, stat, unit
    for base, stat in _without_stat(name):
        for inner, unit in _without_unit(base):
            yield inner, stat, unit


def _without_stat(name: str) -> Iterator[tuple[str, str]]:
    head, _, last = name.rpartition(".")
    prefix = head + "." if head else ""
    parts = last.split("_")
    for size in (3, 2, 1):
        if len(parts) <= size:
            continue
        if stat := stat_named("_".join(parts[:size])):
            yield prefix + "_".join(parts[size:]), stat
        if stat := stat_named("_".join(parts[-size:])):
            yield prefix + "_".join(parts[:-size]), stat


def _without_unit(name: str) -> Iterator[tuple[str, str]]:
    for suffix, unit in _UNIT_SUFFIXES:
        if name.endswith(("_" + suffix, "." + suffix)):
            base = name[: -len(suffix) - 1]
            if base:
                yield base, unit
                return
