"""Runs whose program was ended: found at the next start, read, written down, gone on with, put into the trash."""

import asyncio
import fcntl
import sys
from collections.abc import Callable
from pathlib import Path
from string import ascii_lowercase

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.core.frames import Frames
from chimera_tui.engine.events import AnyEvent, CallFinished, CallStarted, Chunk, Notice, Stage
from chimera_tui.engine.journal import Journal, is_live, read_journal
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.library import library
from chimera_tui.engine.saved.resume import Resume
from chimera_tui.engine.saved.trash import TRASH, discard
from chimera_tui.engine.saved.unfinished import find_unfinished
from tests.engine.whole_runs import BRIEF, REPORT, answering, finished, folder_of, settings, small_repository, text_of
from tests.server import OllamaServer, Script

LONG = REPORT + "\n".join(f"Line {a}{b} of the conclusion." for a in "abcdefgh" for b in ascii_lowercase)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


Last = Callable[[list[AnyEvent]], int]
"""Where in a journal the program is killed: the number of the last event that is whole."""


def killed(folder: Path, last: Last, half: bool = True) -> None:
    """What a kill leaves of a saved run: its journal up to an event, with half of the next line, and run.toml."""
    journal = folder / "calls.ndjson"
    lines = journal.read_bytes().splitlines(keepends=True)
    end = last(read_journal(journal))
    journal.write_bytes(b"".join(lines[: end + 1]) + (lines[end + 1][:20] if half else b""))
    for path in folder.iterdir():
        if path.name not in ("calls.ndjson", "run.toml"):
            path.unlink()


def in_report(events: list[AnyEvent]) -> int:
    text = ""
    for number, event in enumerate(events):
        if isinstance(event, Chunk) and event.call == 2:
            text += event.text
            if "Line eb" in text:
                return number
    raise AssertionError("the report is not so long")


def after(stage: Stage) -> Last:
    return lambda events: next(n for n, e in enumerate(events) if isinstance(e, CallFinished) and e.stage is stage)


def at_the_first_call(events: list[AnyEvent]) -> int:
    return next(n for n, event in enumerate(events) if isinstance(event, CallStarted))


async def resumed(repository: Path, url: str, *, go_on: bool) -> tuple[Run, list[object]]:
    (unfinished,) = find_unfinished(repository)
    wanted = unfinished.settings(settings(url))
    run = Run(
        Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"), resume=Resume(unfinished, go_on=go_on)
    )
    run.start()
    events = [event async for batch in run.subscribe() for event in batch]
    await run.wait()
    return run, events


def chats(server: OllamaServer) -> int:
    return sum(each.request.path == "/api/chat" for each in server.exchanges)


async def test_a_finished_run_and_one_that_goes_on_are_not_unfinished(repository: Path) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        run, _ = await finished(repository, settings(server.url))
    assert find_unfinished(repository) == []
    killed(folder_of(run), in_report)
    with (folder_of(run) / "calls.ndjson").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert find_unfinished(repository) == [], "somebody writes it"
        assert library(repository, Frames.none())["ending"][0] == "running"
        with pytest.raises(OSError, match="still writing"):
            discard(folder_of(run), repository)
    (found,) = find_unfinished(repository)
    assert found.folder == folder_of(run)
    assert "finished: analysis; in the middle of: report" in found.words
    assert library(repository, Frames.none())["ending"][0] == "unfinished"


async def test_a_journal_is_locked_while_it_is_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls.ndjson")
    assert is_live(tmp_path)
    await journal.close()
    assert not is_live(tmp_path)


async def test_what_the_journal_holds_is_written_down_without_a_server(repository: Path) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
    folder = folder_of(first)
    killed(folder, in_report)
    journal = (folder / "calls.ndjson").read_bytes()
    run, _ = await resumed(repository, "http://127.0.0.1:9", go_on=False)
    assert run.ended is not None
    assert run.ended.ending is Ending.CANCELLED
    assert run.ended.report == str(folder / "report.md")
    text = text_of(run)
    assert "**Ending:** cancelled: The program was ended before the run was over" in text
    assert "Line ea of the conclusion" in text
    assert "Line ec of" not in text
    assert f"**Date:** {first.draft.started:%Y-%m-%d}" in text
    assert "**Model:** gemma3:latest" in text
    assert (folder / "calls.ndjson").read_bytes() == journal, "the evidence stays as it was"
    assert (folder / "facts.json").exists()
    assert find_unfinished(repository) == []
    assert run.draft.stage_s["analysis"] == pytest.approx(first.draft.stage_s["analysis"], abs=0.001)


@pytest.mark.parametrize(
    ("last", "asked"), [(in_report, 2), (after(Stage.ANALYSIS), 2), (after(Stage.REPORT), 1)],
    ids=["in the report", "after the analysis", "after the report"],
)  # fmt: skip
async def test_going_on_asks_only_for_what_is_missing(repository: Path, last: Last, asked: int) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
        killed(folder_of(first), last)
        text = [LONG, BRIEF] if asked == 2 else [BRIEF]
    async with OllamaServer(Script(text=text)) as server:
        run, events = await resumed(repository, server.url, go_on=True)
        assert chats(server) == asked
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE, run.ended.reason
    assert "Line hz of the conclusion" in text_of(run)
    assert all(clause.kept for clause in run.draft.clauses)
    assert run.draft.calls[0].figures == first.draft.calls[0].figures, "the figures of the call as it was made"
    assert any(isinstance(event, Notice) and "is taken from" in event.text for event in events)
    assert folder_of(run) != folder_of(first)
    assert not folder_of(first).exists()
    assert (folder_of(first).parent / TRASH / folder_of(first).name / "calls.ndjson").exists()
    assert find_unfinished(repository) == []


async def test_answers_to_other_facts_are_not_used_again(repository: Path) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
    killed(folder_of(first), in_report)
    (repository / "runs.csv").write_text((repository / "runs.csv").read_text() + "m:1b,512,99,0.9\n")
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        run, events = await resumed(repository, server.url, go_on=True)
        assert chats(server) == 3
    assert any(isinstance(event, Notice) and "asked anew" in event.text for event in events)
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE


async def test_going_on_without_a_server_loses_nothing(repository: Path) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
    killed(folder_of(first), in_report)
    run, _ = await resumed(repository, "http://127.0.0.1:9", go_on=True)
    assert run.ended is not None
    assert run.ended.ending is Ending.SERVER_ERROR
    assert run.ended.report is None
    (found,) = find_unfinished(repository)
    assert found.folder == folder_of(first)


async def test_a_discarded_run_waits_in_the_trash(repository: Path) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
    killed(folder_of(first), in_report)
    gone = discard(folder_of(first), repository)
    assert find_unfinished(repository) == []
    assert (gone.kept / "calls.ndjson").exists()


@pytest.mark.parametrize("cut", [0, 1, 30, 200, 700])
async def test_a_journal_cut_anywhere_is_read_or_left_alone(repository: Path, cut: int) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
    killed(folder_of(first), at_the_first_call, half=False)
    journal = folder_of(first) / "calls.ndjson"
    journal.write_bytes(journal.read_bytes()[:cut])
    assert find_unfinished(repository) == [], "it had asked nothing yet"


@pytest.mark.parametrize("way", ["continue", "save", "discard"])
async def test_the_command_line_says_so_and_takes_it_up(repository: Path, way: str) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
        killed(folder_of(first), in_report)

        async def report(*more: str) -> tuple[int, str, str]:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "chimera_tui", "report", str(repository), "--host", server.url, *more,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, err = await child.communicate()
            return child.returncode or 0, out.decode().strip(), err.decode()

        if way == "save":
            status, _, err = await report("--engine", "offline")
            assert status == 0
            assert "A run was not finished" in err
            assert "--unfinished continue" in err
        status, out, err = await report("--unfinished", way)
    assert status == {"continue": 0, "save": 8, "discard": 0}[way], err
    assert Path(out).exists()  # noqa: ASYNC240 - a test
    assert find_unfinished(repository) == []
    status, _, err = await report("--unfinished", way)
    assert status == 2
    assert "no unfinished run" in err
