"""The questions of ``report``, answered at a terminal: by a letter, or by going away."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.e2e.test_command_line import measurable
from tests.server import Script, ServerThread

TEXT = "## 1. Executive Summary\n\nThroughput is 11.5 tok/s.\n"


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Terminal, Script]]:
    """A run that waits for the answer to whether it may disturb a model that is loaded."""
    script = Script(text=TEXT, loaded=["llama3.1:8b"])
    repository = measurable(tmp_path / "r")
    with (
        ServerThread(script) as server,
        Terminal(
            ["report", str(repository), "--engine", "ollama", "--host", server.url], home=tmp_path / "h"
        ) as person,
    ):
        person.wait(r"or stop \(s\)\?")
        yield person, script


def ended(person: Terminal) -> int:
    """The exit status, waited for no longer than a person would."""
    deadline = time.monotonic() + 15
    while person.child.isalive():
        assert time.monotonic() < deadline, f"still waiting\n{person.text}"
        person.take(0.1)
    return int(person.child.exitstatus)


def test_a_letter_goes_on(asked: tuple[Terminal, Script]) -> None:
    person, _ = asked
    person.child.send("g\r")
    assert ended(person) == 0


@pytest.mark.parametrize("key", ["\x03", "s\r", "\r", "\x04"])
def test_anything_else_stops_and_nothing_is_sent(asked: tuple[Terminal, Script], key: str) -> None:
    person, script = asked
    person.child.send(key)
    assert ended(person) == 8
    assert [each.model.name for each in script.memory.loaded()] == ["llama3.1:8b"]
