"""Moments as tools write them, as nanoseconds since the epoch in UTC."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_EARLIEST, _LATEST = 631_152_000, 4_102_444_800  # 1990 and 2100, in seconds
_SCALES = (1, 1_000, 1_000_000, 1_000_000_000)
_WRITTEN = re.compile(r"(\d{4})/(\d\d)/(\d\d)|(\d\d)\.(\d\d)\.(\d{4})(?!\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_ns(value: object) -> int | None:
    """The moment a timestamp means; None when it is none. Times without a zone are taken as UTC."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    return _from_text(value) if isinstance(value, str) else None


def _from_number(value: float) -> int | None:
    for scale in _SCALES:
        if _EARLIEST * scale <= value <= _LATEST * scale:
            if isinstance(value, int):
                return value * (1_000_000_000 // scale)
            return round(value * (1e6 / scale)) * 1_000
    return None


@lru_cache(maxsize=4096)
def _from_text(text: str) -> int | None:
    text = text.strip()
    if not 8 <= len(text) <= 40:
        return None
    if written := _WRITTEN.match(text):  # nvidia-smi: 2026/08/17 10:00:02.000; German: 17.08.2026 10:00
        year, month, day = written.group(1, 2, 3) if written[1] else written.group(6, 5, 4)
        text = f"{year}-{month}-{day}{text[written.end() :]}"
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "Z").replace(" Z", "Z"))
    except ValueError:
        try:
            return _from_number(float(text))
        except ValueError:
            return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    since = found - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
