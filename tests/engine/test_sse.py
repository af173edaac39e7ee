"""Server-sent events read the same however the bytes are cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.engine.backends import sse
from chimera_tui.engine.backends.sse import Events, EventTooLongError

STREAM = (
    b"\xef\xbb\xbf: hello\r\n\r\n"
    b"data: one\n\n"
    b"event: message\r\nid: 7\r\nretry: 10\r\ndata: two\r\ndata:  lines\r\n\r\n"
    b": ping\n\n\n"
    b"data\ndata:\n\n"
    b"data:three\r\r"
    b'error: {"code": 500}\n\n'
    b"data: [DONE]\n\n"
)
EVENTS = [b"one", b"two\n lines", b"three", b'{"error":{"code": 500}}', b"[DONE]"]


def read(*chunks: bytes) -> list[bytes]:
    events = Events()
    found = [event for chunk in chunks for event in events.feed(chunk)]
    return [event for event in (*found, *events.finish()) if event.strip()]


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_events_are_the_same_wherever_the_bytes_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    assert read(*(STREAM[a:b] for a, b in itertools.pairwise(places))) == EVENTS


def test_byte_by_byte_and_with_other_line_ends() -> None:
    assert read(*(bytes([byte]) for byte in STREAM)) == EVENTS
    for end in (b"\n", b"\r", b"\r\n"):
        assert read(b"data: a\ndata: b\n\ndata: c\n\n".replace(b"\n", end)) == [b"a\nb", b"c"]


def test_a_last_event_without_its_blank_line_is_not_lost() -> None:
    assert read(b"data: a\n\ndata: [DONE]") == [b"a", b"[DONE]"]
    assert read(b"data: a\n\ndata: [DONE]\n") == [b"a", b"[DONE]"]


def test_an_event_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST_EVENT", 100)
    events = Events()
    for _ in range(5):
        assert events.feed(b"data: " + b"x" * 50 + b"\n\n") != []
    with pytest.raises(EventTooLongError):
        events.feed(b"data: " + b"x" * 101)
