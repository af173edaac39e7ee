"""A hostile repository on a real terminal: every pane shows names and cells inert, nothing reaches the terminal."""

import re
from pathlib import Path

import pytest

from tests import hostile
from tests.e2e.terminal import Terminal


class Watched(Terminal):
    """A terminal that keeps what was sent to it."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.sent = b""
        feed = self._stream.feed

        def kept(data: bytes) -> None:
            self.sent += data
            feed(data)

        self._stream.feed = kept  # type: ignore[method-assign]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_every_pane_shows_them_inert(tmp_path: Path, size: tuple[int, int]) -> None:
    root = hostile.write(tmp_path / "hostile", hostile=True)
    with Watched([str(root), "--set", "run.engine=offline"], home=tmp_path / "home", size=size) as person:
        person.wait("3 files")
        person.press("2")
        person.wait("sweep")
        person.press("3")
        person.wait("measurements")
        person.settle()
        person.press("4")
        person.wait(r"\d+ findings")
        person.settle()
        for _ in range(12):
            person.press("down")
        person.press("p", "enter")
        person.settle()
        person.press("esc", "1", "down", "enter")
        person.settle()
        person.press("esc", "r")
        person.wait("complete")
        person.press("6", "o")
        person.wait("Technical Report")
        for _ in range(8):
            person.press("pagedown")
        person.settle()
        person.press("7", "?", "esc", "esc", "q")
        assert person.exit_status() == 0
        sent = person.sent
    assert person.screen.title != "HACKED"
    assert b"HACKED\x07" not in sent
    assert b"\x1b]0;HACKED" not in sent
    assert b"\x1b[2J\x1b[31mred" not in sent
    assert b"\x9b5m" not in sent
    assert not re.search(rb"\x1b\]8;[^\x1b]*passwd", sent), "no link of theirs"
    assert len(max(sent.split(b"\x1b"), key=len)) < 4000, "no name of 10,000 characters is sent"
