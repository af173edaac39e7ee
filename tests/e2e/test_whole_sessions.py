"""Sessions from start to end, at a terminal and through tmux: what a person does on the first days."""

import os
import re
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import PROGRAM, Terminal
from tests.e2e.test_sessions import REPORT, reports, repository  # noqa: F401 - a fixture
from tests.server import Script, ServerThread

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
OFFLINE = ("--set", "run.engine=offline")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """A tmux server of its own, ended after the test."""
    (tmp_path / "tmux.conf").write_text("set -s escape-time 20\n")
    command = ("tmux", "-S", str(tmp_path / "tmux"), "-f", str(tmp_path / "tmux.conf"))
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


@pytest.fixture(params=["terminal", pytest.param("tmux", marks=needs_tmux)])
def program(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The program by itself, or inside tmux."""
    if request.param == "terminal":
        return PROGRAM
    return (*request.getfixturevalue("tmux"), "new-session", *PROGRAM)


def settings_file(home: Path) -> Path:
    return home / "config" / "chimera-tui" / "config.toml"


def test_first_run(repository: Path, tmp_path: Path, program: tuple[str, ...]) -> None:  # noqa: F811
    with Terminal([str(repository), *OFFLINE], home=tmp_path, program=program, size=(80, 25)) as person:
        person.wait("New here.*are the panes.*r writes a report.*shows the keys")
        person.press("?")
        person.wait("Keys in Files")
        person.escape("Keys in Files")
        person.press("r")
        person.wait("complete")
        person.press("6")
        person.wait(r"20\d\d-\d\d-\d\d")
        person.press("q")
        person.exit_status()
    assert len(reports(repository)) == 1
    with Terminal([str(repository), *OFFLINE], home=tmp_path) as person:
        person.wait(r"3 files")
        person.settle()
        assert "New here" not in person.text
        assert "1 report" in person.text  # the pane that was left
        person.press("q")
        assert person.exit_status() == 0


def test_review_a_report(repository: Path, tmp_path: Path, program: tuple[str, ...]) -> None:  # noqa: F811
    with Terminal([str(repository), *OFFLINE], home=tmp_path, program=program) as person:
        person.wait(r"3 files")
        person.press("r")
        person.wait("complete")
        person.press("6", "o")
        person.wait("Technical Report: bench-results")
        person.child.send("/Persona Brief\r")
        person.wait("Persona Brief")
        person.press("n", "end")
        person.wait("Provenance|chimera_tui|Python")
        person.press("home")
        person.wait("Technical Report: bench-results")
        person.press("z")
        person.wait(lambda text: "7 Config" not in text.splitlines()[1])
        person.press("z")
        person.wait("7 Config")
        for _ in range(3):  # the hits, the report, the list
            person.press("esc")
            person.settle()
        person.wait("1 report")
        person.press("q")
        person.exit_status()


def test_change_the_theme_and_keep_it(repository: Path, tmp_path: Path, program: tuple[str, ...]) -> None:  # noqa: F811
    with Terminal([str(repository), *OFFLINE], home=tmp_path, program=program) as person:
        person.wait(r"3 files")
        person.press("t")
        person.wait("high-contrast")
        person.press("mono")
        person.wait(r"\+ sweeps")  # it shows while one moves: ASCII already
        person.press("enter")
        person.wait(lambda text: text.isascii() and "mono-ascii" in text)
        person.press("7", "w")
        person.wait(lambda _: settings_file(tmp_path).is_file())
        person.press("q")
        person.exit_status()
    assert tomllib.loads(settings_file(tmp_path).read_text())["ui"]["theme"] == "mono-ascii"
    with Terminal([str(repository), *OFFLINE], home=tmp_path) as person:
        person.wait(r"3 files")
        person.settle()
        assert person.text.isascii()
        person.press("q")
        assert person.exit_status() == 0


def test_edit_the_settings_in_the_program(repository: Path, tmp_path: Path, program: tuple[str, ...]) -> None:  # noqa: F811
    file = settings_file(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_text("# mine\n[run]\nanswer_tokens = 1024 # short\n")
    with Terminal([str(repository)], home=tmp_path, program=program) as person:
        person.wait(r"3 files")
        person.press("7", "E")
        person.wait("Edit a file")
        person.press("enter")
        person.wait(r"# mine")
        person.press("[options]\rtemperature = 9\r")
        person.wait(r"line 2: .*temperature.* is not allowed")
        person.press("backspace", "backspace", "0.5\r")
        person.wait(lambda text: "not allowed" not in text)
        person.press("f2")
        person.wait(lambda _: "0.5" in file.read_text())
        person.escape("Your settings")
        person.wait(r"temperature +0\.5")
        person.press("q")
        person.exit_status()
    assert tomllib.loads(file.read_text()) == {"run": {"answer_tokens": 1024}, "options": {"temperature": 0.5}}
    assert "# mine" in file.read_text()


def test_a_dropped_line_in_the_middle_of_a_run_and_coming_back(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    with ServerThread(Script(text=REPORT, tokens_per_s=300)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama", "--set", "run.persona=none"]
        with Terminal(words, home=tmp_path) as person:
            person.wait(r"3 files")
            person.press("r")
            person.wait("12.5 tok/s")
            os.kill(person.child.pid, signal.SIGHUP)
            person.exit_status()
        server.server.responders[0].tokens_per_s = None  # type: ignore[attr-defined]
        with Terminal(words, home=tmp_path) as person:
            person.wait(r"3 files")
            person.press("6")
            person.wait("1 report")
            person.press("o")
            person.wait("Ending: cancelled")
            person.escape(r"1/1 ")
            person.press("r")
            person.wait(lambda _: len(reports(repository)) == 2)
            person.wait("complete")
            person.press("q")
            assert person.exit_status() == 0
    endings = sorted(re.findall(r"\*\*Ending:\*\* (\w+)", "".join(path.read_text() for path in reports(repository))))
    assert endings == ["cancelled", "complete"]


@needs_tmux
def test_inside_tmux_a_dropped_line_costs_nothing(repository: Path, tmp_path: Path, tmux: tuple[str, ...]) -> None:  # noqa: F811
    with ServerThread(Script(text=REPORT, tokens_per_s=300)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama", "--set", "run.persona=none"]
        with Terminal(words, home=tmp_path, program=(*tmux, "new-session", *PROGRAM)) as person:
            person.wait(r"3 files")
            person.press("r")
            person.wait("12.5 tok/s")
            os.kill(person.child.pid, signal.SIGHUP)  # the client, as when the connection goes
            person.exit_status()
        with Terminal(["attach"], home=tmp_path, program=tmux, size=(80, 25)) as person:
            person.wait("complete", 60)
            person.press("6")
            person.wait("complete")
            person.press("q")
            person.exit_status()
    assert "**Ending:** complete" in reports(repository)[0].read_text()
