"""How a run or one of its calls ended. Every ending has a name (see the report's anatomy in README.md)."""

from enum import StrEnum


class Ending(StrEnum):
    """The name of an ending, as it is shown, saved and journalled."""

    COMPLETE = "complete"
    LENGTH = "length"
    CANCELLED = "cancelled"
    SERVER_ERROR = "server error"
    CONNECTION_LOST = "connection lost"
    NO_DONE = "ended without done"
    REFUSED = "refused (would be truncated)"
    INVALID_ANALYSIS = "invalid analysis"
    NO_DATA = "no data"
