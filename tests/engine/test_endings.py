"""Disks and servers that give way in the middle of a run: what is kept, what is said, how it ends."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.events import Chunk, Notice
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.unfinished import find_unfinished
from tests.engine.whole_runs import BRIEF, REPORT, answering, finished, folder_of, settings, small_repository, text_of
from tests.server import OllamaServer, Script, ServerThread

LONG = REPORT + "It goes on and on and says nothing new. " * 250


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


def report(repository: Path, url: str, limit_bytes: int) -> subprocess.CompletedProcess[str]:
    """``chimera-tui report`` where no file may grow beyond a size, as on a disk that is full."""

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    return subprocess.run(
        [
            sys.executable, "-m", "chimera_tui", "report", str(repository), "--engine", "ollama", "--host", url,
            "--no-cache",
        ],
        capture_output=True, text=True, timeout=120, preexec_fn=full, check=False,
    )  # fmt: skip


def test_a_disk_that_is_full_in_the_middle_costs_no_text(repository: Path) -> None:
    with ServerThread(Script(text=[LONG, BRIEF])) as server:
        done = report(repository, server.url, 14_000)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert "save" in done.stderr
    assert done.stdout.count("It goes on and on") == 250, "the report itself is on stdout"
    assert "**Ending:** complete" in done.stdout


def test_a_disk_that_is_full_from_the_start_leaves_no_folder_behind(repository: Path) -> None:
    with ServerThread(Script(text=[REPORT, BRIEF])) as server:
        done = report(repository, server.url, 10)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "The run cannot be kept on disk" in done.stderr
    assert "Throughput is 11.5 tok/s" in done.stdout
    assert not list(repository.glob("chimera-reports/*"))


async def test_a_place_that_cannot_be_written_sends_the_run_to_the_data_folder(repository: Path, home: Path) -> None:
    (repository / "chimera-reports").write_text("somebody's file of that name")
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, events = await finished(repository, settings(server.url))
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    assert folder_of(run).is_relative_to(home / "data")
    assert "it is kept in" in "\n".join(event.text for event in events if isinstance(event, Notice))
    assert "Throughput is 11.5 tok/s" in text_of(run)


@pytest.mark.skipif(os.geteuid() == 0, reason="for root no folder is read-only")
async def test_a_read_only_repository_sends_the_run_to_the_data_folder(repository: Path, home: Path) -> None:
    repository.chmod(0o555)  # noqa: ASYNC240 - a test
    try:
        run, _ = await finished(repository, settings("http://127.0.0.1:9", engine="offline"))
    finally:
        repository.chmod(0o755)  # noqa: ASYNC240 - a test
    assert folder_of(run).is_relative_to(home / "data")


async def test_no_place_at_all_keeps_the_report_in_memory(repository: Path, home: Path) -> None:
    (repository / "chimera-reports").write_text("a file")
    home.joinpath("data").write_text("a file, too")
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, events = await finished(repository, settings(server.url))
    assert run.ended is not None
    assert (run.ended.ending, run.ended.report) == (Ending.COMPLETE, None)
    assert "Throughput is 11.5 tok/s" in run.report_text
    assert "cannot be kept on disk" in "\n".join(event.text for event in events if isinstance(event, Notice))


async def test_a_folder_that_vanishes_in_the_middle_is_said_and_the_text_kept(repository: Path) -> None:
    async with OllamaServer(Script(text=[LONG, BRIEF], tokens_per_s=2000)) as server:
        wanted = settings(server.url)
        run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"))
        run.start()
        async for batch in run.subscribe():
            if any(isinstance(event, Chunk) and event.call == 2 for event in batch) and folder_of(run).exists():
                folder_of(run).rename(repository / "moved")
                (repository / "chimera-reports").rmdir()
                (repository / "chimera-reports").write_text("in the way")
        ended = await run.wait()
    assert (ended.ending, ended.report) == (Ending.COMPLETE, None)
    assert run.report_text.count("It goes on and on") == 250


async def test_a_server_that_is_killed_mid_stream_is_a_lost_connection(repository: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.server", "--port", "0", "--tokens-per-s", "200",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().split()[-1]
    wanted = settings(url)
    run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"))
    run.start()
    async for batch in run.subscribe():
        if server.returncode is None and any(isinstance(event, Chunk) and event.call == 2 for event in batch):
            server.send_signal(signal.SIGKILL)
            await server.wait()
    ended = await run.wait()
    assert ended.ending is Ending.CONNECTION_LOST, ended.reason
    assert ended.report is not None
    assert "**Ending:** connection lost" in text_of(run)
    assert run.draft.texts["report"].strip(), "what had arrived is kept"
    assert find_unfinished(repository) == []


@pytest.mark.parametrize("host", ["http://127.0.0.1:9", "no:99999", "ftp://elsewhere", "a b"])
async def test_auto_writes_without_a_model_where_no_server_can_be_reached(repository: Path, host: str) -> None:
    run, _ = await finished(repository, settings(host, engine="auto"))
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    assert run.draft.engine == "offline"
    asked, _ = await finished(repository, settings(host))
    assert asked.ended is not None
    assert asked.ended.ending is Ending.SERVER_ERROR
