"""Where a run's times come from, so that a picture or a test can stop them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """``now`` is the date and time in UTC; ``seconds`` only ever grows and means nothing by itself."""

    now: Callable[[], datetime] = _now
    seconds: Callable[[], float] = time.monotonic
