"""A repository opened: read, cached, watched, queried; one immutable snapshot at a time."""
