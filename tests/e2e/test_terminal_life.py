"""What a terminal does to a program: stopping it, taking its input away, changing its size over and over."""

import os
import random
import re
import shlex
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.terminal import PROGRAM, SHELL, Terminal
from tests.e2e.test_sessions import REPORT, reports, repository  # noqa: F401 - a fixture
from tests.server import Script, ServerThread


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash, a shell with job control, is not installed")
def test_ctrl_z_in_the_middle_of_a_run_and_fg(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    with ServerThread(Script(text=REPORT, tokens_per_s=600)) as server:
        words = [*PROGRAM, str(repository), "--host", server.url, "--set", "run.engine=ollama"]
        with Terminal([], home=tmp_path, program=SHELL, environment={"PS1": "shell> "}) as person:
            person.wait("shell>")
            person.press(f"{shlex.join(words)}\r")
            person.wait(r"3 files")
            person.press("r")
            person.wait("12.5 tok/s")
            for _ in range(2):
                person.press("ctrl+z")
                person.wait("Stopped")
                person.press("clear; echo $((6 * 7))-here\r")
                person.wait("42-here")
                person.press("fg\r")
                person.wait("1 Files")
            person.wait("complete", 60)
            person.press("q")
            person.settle()
            person.press("clear; stty -a\r")
            person.wait(r"[^-]icanon")  # the terminal is as it was
            person.wait(r"[^-]echo ")
    assert "**Ending:** complete" in reports(repository)[0].read_text()


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_stopped_and_continued_from_outside(repository: Path, tmp_path: Path, number: signal.Signals) -> None:  # noqa: F811
    with Terminal([str(repository)], home=tmp_path) as person:
        person.wait(r"3 files")
        person.settle()
        before = person.text
        threads = len(list(Path(f"/proc/{person.child.pid}/task").iterdir()))
        for _ in range(3):
            os.kill(person.child.pid, number)
            os.waitpid(person.child.pid, os.WUNTRACED)  # until it is stopped
            person.settle()
            person.screen.reset()  # what the terminal showed meanwhile is gone
            os.kill(person.child.pid, signal.SIGCONT)
            person.wait(lambda text: text == before)
        person.press("?")
        person.wait("esc closes")
        assert len(list(Path(f"/proc/{person.child.pid}/task").iterdir())) <= threads
        person.press("esc", "q")
        assert person.exit_status() == 0


def test_without_a_shell_ctrl_z_says_that_nothing_would_bring_it_back(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    with Terminal([str(repository)], home=tmp_path) as person:
        person.wait(r"3 files")
        person.press("ctrl+z")
        person.wait("no shell to come back from")
        person.press("q")
        assert person.exit_status() == 0


def test_the_end_of_input_ends_an_idle_program_and_keeps_the_layout(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    with Terminal([str(repository)], home=tmp_path) as person:
        person.wait(r"3 files")
        person.press("2")
        person.wait(r"runs\.csv")
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
            os.dup2(nothing.fileno(), person.child.child_fd)
        person.exit_status()
    with Terminal([str(repository)], home=tmp_path) as person:
        person.wait(r"3 files")
        person.wait(r"runs\.csv.*\n")
        person.press("q")
        assert person.exit_status() == 0


def test_two_hundred_resizes_while_text_streams(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    pick = random.Random(5)
    text = "".join(
        f"## Part {n}\n\nwords and **more** words of part {n}\n\n| a | b |\n|---|--:|\n| x | {n} |\n\n"
        for n in range(90)
    )
    with ServerThread(Script(text=text + "\n\nThe very end.", tokens_per_s=250)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama", "--set", "run.persona=none"]
        with Terminal(words, home=tmp_path) as person:
            person.wait(r"3 files")
            person.press("r")
            person.wait("Part 1")
            for _ in range(200):
                person.resize(pick.randint(20, 220), pick.randint(5, 70))
                person.take(0.02)
            person.resize(120, 40)
            person.wait("complete", 90)
            person.press("5")
            person.press("end")
            person.wait("The very end")
            screen = person.wait("1 Files")
            assert "Traceback" not in screen
            assert len(re.findall("The very end", screen)) == 1
            person.press("q")
            assert person.exit_status() == 0


def test_a_screen_that_would_go_into_a_file_is_refused(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    words = shlex.join([*PROGRAM, str(repository)])
    with Terminal([f"{words} 2>{tmp_path}/log"], home=tmp_path, program=("bash", "-c")) as person:
        assert person.exit_status() == 1
    assert "drawn on stderr" in (tmp_path / "log").read_text()


MATHEMATICAL = set("±÷−×≥≤")
"""Of the words of findings and reports; borders and signs are the program's to choose."""


def colours(person: Terminal) -> set[str]:
    return {c for row in person.screen.buffer.values() for char in row.values() for c in (char.fg, char.bg)}


@pytest.mark.parametrize("environment", [{"LANG": "C"}, {"TERM": "linux"}, {"LC_ALL": "POSIX"}], ids=str)
def test_a_terminal_without_unicode_gets_ascii_in_every_pane(
    repository: Path,  # noqa: F811
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    with Terminal([str(repository), "--set", "run.engine=offline"], home=tmp_path, environment=environment) as person:
        person.wait(r"3 files")
        person.press("r")
        person.wait("complete")
        for key in "1234567?":
            person.press(key)
            person.settle(0.4)
            assert {c for c in person.text if not c.isascii()} <= MATHEMATICAL
        person.wait("Keys in")
        person.escape("Keys in")
        person.press("q")
        assert person.exit_status() == 0


def test_no_color_sends_none_and_the_cursor_still_shows(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    with Terminal([str(repository)], home=tmp_path, environment={"NO_COLOR": "1"}) as person:
        person.wait(r"3 files")
        for key in "1234567":
            person.press(key)
            person.settle(0.4)
            assert colours(person) <= {"default"}
            assert any(
                char.reverse or char.underscore for row in person.screen.buffer.values() for char in row.values()
            )
        person.press("q")
        assert person.exit_status() == 0


@pytest.mark.parametrize("size", [(50, 12), (100, 30), (200, 60)], ids=str)
def test_odd_sizes_show_every_pane_whole(repository: Path, tmp_path: Path, size: tuple[int, int]) -> None:  # noqa: F811
    with Terminal([str(repository), "--set", "run.engine=offline"], home=tmp_path, size=size) as person:
        person.wait(r"3 files")
        for key in "1234567":
            person.press(key)
            person.settle(0.4)
            lines = person.text.splitlines()
            assert "bench-results" in lines[0]
            assert "q Quit" in lines[-1]
            assert "Traceback" not in person.text
        person.press("r")
        person.wait("complete")
        person.resize(40, 10)
        person.wait("50 and 12 are needed")
        person.resize(*size)
        person.wait("bench-results")
        person.press("q")
        assert person.exit_status() == 0


def test_keys_that_arrive_together_act_in_the_order_they_were_typed(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    with Terminal([str(repository)], home=tmp_path) as person:
        person.wait("opening")
        person.child.send("2/pathx\x7f = runx\x7fs.csvx\x1b[D\x1b[3~")
        person.wait(r"/ +path = runs\.csv ")
        person.press("esc")
        person.wait("7 Config")
        person.child.send("7E\r")
        person.wait("not saved|new")
        person.child.send("a = 12\x7f3\r")
        person.wait(r"a = 13\n")
