"""Server-sent events out of bytes, however these were cut: by the WHATWG specification, and old llama.cpp's errors.

Lines end with LF, CR or CRLF; comments are dropped; the data lines of one event are joined with a line feed.
"""

LONGEST_EVENT = 64 * 2**20
"""Bytes without an end that no stream of a model server holds."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventTooLongError(ValueError):
    """A line or an event without an end."""


class Events:
    """``feed`` takes bytes as they arrive and returns the data of every event that they complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0
        self._first = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that end in this chunk. Raises :class:`EventTooLongError`."""
        self._size += len(chunk)
        if self._size > LONGEST_EVENT:
            raise EventTooLongError
        text = self._rest + chunk
        # A CR at the very end may be half of a CRLF: the next chunk tells.
        held = b"\r" if text.endswith(b"\r") else b""
        lines = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop() + held
        return [event for line in lines if (event := self._take(line)) is not None]

    def finish(self) -> list[bytes]:
        """What a stream that ended without its last blank line still held."""
        return self.feed(b"\n\n")

    def _take(self, line: bytes) -> bytes | None:
        """One line; the event's data where the line ends one."""
        if self._first:
            line, self._first = line.removeprefix(BYTE_ORDER_MARK), False
        if not line:
            data, self._data, self._size = self._data, [], 0
            return b"\n".join(data) if data else None
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        elif field == b"error":  # where others send an error as data
            self._data.append(b'{"error":' + value.strip() + b"}")
        return None
