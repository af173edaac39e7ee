"""Whole sessions of a person at a terminal, at both sizes, by keyboard alone."""

import os
import signal
import tomllib
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.server import Script, ServerThread

SIZES = [(80, 24), (120, 40)]
REPORT = "## 1. Executive Summary\n\nThe best run gave 12.5 tok/s.\n\n" + "It was measured more than once. " * 400


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "bench-results"
    (folder / "sweeps").mkdir(parents=True)
    rows = [f"m:1b,{ctx},{10 + i + ctx / 1024},{0.2 + i / 10}" for i in range(3) for ctx in (512, 1024)]
    (folder / "sweeps" / "runs.csv").write_text("model,num_ctx,tokens_s,ttft_s\n" + "\n".join(rows) + "\n")
    (folder / "one.json").write_text('{"model": "m:1b", "tokens_s": 9.5}')
    (folder / "README.md").write_text("# Results of two afternoons\n")
    return folder


def reports(repository: Path) -> list[Path]:
    return sorted((repository / "chimera-reports").glob("*/report.md"))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_open_look_around_report_and_leave(repository: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    with Terminal([str(repository), "--set", "run.engine=offline"], home=tmp_path, size=size) as person:
        person.wait(r"3 files")
        person.press("1")
        person.wait("sweeps")
        person.press("2")
        person.wait(r"runs\.csv")
        person.press("s")
        person.wait("▲")
        person.press("r")
        person.wait("complete")
        (report,) = reports(repository)
        person.press("6", "o")
        person.wait("Technical Report: bench-results")
        person.press("esc", "q")
        assert person.exit_status() == 0
    assert "written without a model" in report.read_text()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_watch_a_stream_stop_it_and_run_again(repository: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    with ServerThread(Script(text=REPORT, tokens_per_s=300)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama"]
        with Terminal(words, home=tmp_path, size=size) as person:
            person.wait(r"3 files")
            person.press("r")
            person.wait("12.5 tok/s")
            person.press("5", "esc")
            person.wait("cancelled")
            (first,) = reports(repository)
            assert "**Ending:** cancelled" in first.read_text()
            server.server.responders[0].tokens_per_s = None  # type: ignore[attr-defined]
            person.press("r")
            person.wait(lambda _: len(reports(repository)) == 2)
            person.wait("complete")
            person.press("q")
            assert person.exit_status() == 0
    assert "**Ending:** complete" in max(reports(repository)).read_text()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_setting_changed_in_the_panel_is_used_saved_and_there_again(
    repository: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "config" / "chimera-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("# mine\n[options]\ntop_k = 40 # as always\n")
    with Terminal([str(repository)], home=tmp_path, size=size) as person:
        person.wait(r"3 files")
        person.press("7")
        person.wait("Sampling|reloads")
        while "Context window" not in person.text:
            person.press("down")
            person.settle(0.3)
        person.press("enter")
        for _ in range(5):
            person.press("backspace")
        person.press("4096", "enter")
        person.wait("4096")
        person.press("w")
        person.wait(lambda _: "4096" in file.read_text())
        person.press("q")
        assert person.exit_status() == 0
    assert "# mine" in file.read_text()
    assert "top_k = 40 # as always" in file.read_text()
    assert tomllib.loads(file.read_text())["options"] == {"top_k": 40, "num_ctx": 4096}


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_dropped_line_saves_the_run(repository: Path, tmp_path: Path, number: signal.Signals) -> None:
    with ServerThread(Script(text=REPORT, tokens_per_s=200)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama"]
        with Terminal(words, home=tmp_path) as person:
            person.wait(r"3 files")
            person.press("r")
            person.wait("12.5 tok/s")
            os.kill(person.child.pid, number)
            person.exit_status()
    (report,) = reports(repository)
    assert "**Ending:** cancelled" in report.read_text()
    assert "12.5 tok/s" in report.read_text()


def test_a_closed_terminal_ends_the_program_without_spinning(repository: Path, tmp_path: Path) -> None:
    with ServerThread(Script(text=REPORT, tokens_per_s=200)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama"]
        with Terminal(words, home=tmp_path) as person:
            person.wait(r"3 files")
            person.press("r")
            person.wait("12.5 tok/s")
            with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
                os.dup2(nothing.fileno(), person.child.child_fd)
            person.exit_status()
    (report,) = reports(repository)
    assert "**Ending:** cancelled" in report.read_text()


def test_idle_costs_no_bytes(repository: Path, tmp_path: Path) -> None:
    with Terminal([str(repository)], home=tmp_path) as person:
        person.wait(r"3 files")
        person.settle(3.0)
        before, cpu = person.received, person.cpu_s()
        assert not person.take(3.0), "something was written while nothing happened"
        assert person.received == before
        assert person.cpu_s() - cpu < 0.3
        person.press("q")
        assert person.exit_status() == 0


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "nowhere", r"(?s)nowhere.*not\b.*exist"),
        (lambda folder: folder, "(?s)There.*are no.*files here"),
    ],
    ids=["missing", "empty"],
)  # fmt: skip
def test_nothing_to_read_is_said_and_the_program_stays_usable(
    tmp_path: Path, size: tuple[int, int], make: object, words: str
) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()
    with Terminal([str(make(folder))], home=tmp_path, size=size) as person:  # type: ignore[operator]
        person.wait(words)
        person.press("r")
        person.settle()
        assert "Traceback" not in person.text
        person.press("?")
        person.wait("(?i)help|keys")
        person.press("esc", "q")
        assert person.exit_status() == 0


def test_a_server_that_is_down_is_one_sentence_and_the_screen_stays(repository: Path, tmp_path: Path) -> None:
    words = [str(repository), "--host", "127.0.0.1:9", "--set", "run.engine=ollama"]
    with Terminal(words, home=tmp_path) as person:
        person.wait(r"3 files")
        person.press("r")
        person.wait("ollama serve")
        person.press("2")
        person.wait(r"runs\.csv")
        person.press("q")
        assert person.exit_status() == 0


def test_a_terminal_that_is_too_small_says_so_and_recovers(repository: Path, tmp_path: Path) -> None:
    with Terminal([str(repository)], home=tmp_path, size=(40, 10)) as person:
        person.wait("50 and 12 are needed")
        person.resize(80, 24)
        person.wait("Inventory")
        person.press("q")
        assert person.exit_status() == 0


def test_a_dumb_terminal_is_refused_with_a_sentence(repository: Path, tmp_path: Path) -> None:
    with Terminal([str(repository)], home=tmp_path, environment={"TERM": "dumb"}) as person:
        person.wait("TERM=dumb")
        assert person.exit_status() == 1


def test_names_with_escapes_and_markup_are_shown_inert(repository: Path, tmp_path: Path) -> None:
    (repository / "\x1b]0;owned\x07[red]x[-].csv").write_text("a,b\n\x1b[2J,2\n")
    with Terminal([str(repository), "--set", "run.engine=offline"], home=tmp_path) as person:
        person.wait(r"4 files")
        person.press("2")
        person.wait(r"\[red\]x")
        assert person.screen.title != "owned"
        person.press("q")
        assert person.exit_status() == 0


@pytest.mark.parametrize("slow", [True, False])
def test_on_a_slow_line_there_is_no_sparkline(repository: Path, tmp_path: Path, slow: bool) -> None:
    with ServerThread(Script(text=REPORT, tokens_per_s=200)) as server:
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama", *(["--slow"] if slow else [])]
        with Terminal(words, home=tmp_path) as person:
            person.wait(r"3 files")
            person.press("r")
            shown = person.wait(r"3/4 report.*decode ~\d.*out ~[3-9]\d\d")
            bar = next(line for line in shown.splitlines() if "3/4 report" in line)
            assert bool(set("▂▃▄▅▆▇█") & set(bar)) is not slow
