"""Dates and times that files state, in UTC; what is none, or beyond the calendar, is None."""

from datetime import UTC, datetime


def utc(value: object) -> datetime | None:
    """A date and time or its ISO text; without a zone it is taken as UTC."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(found, datetime):
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
