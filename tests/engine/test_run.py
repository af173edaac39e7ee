"""Whole runs against the protocol-true server: what is saved, how each ending comes about, what a kill leaves."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.core.frames import Frames
from chimera_tui.engine.backends.earlier import Earlier
from chimera_tui.engine.events import CallFinished, CallStarted, Chunk, Notice, StageStarted
from chimera_tui.engine.journal import read_journal
from chimera_tui.engine.questions import BusyBox
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.library import library
from tests.engine.whole_runs import BRIEF, REPORT, answering, finished, folder_of, settings, small_repository, text_of
from tests.server import (
    CLIENT_CLOSED,
    Answer,
    Cut,
    Delay,
    ErrorLine,
    Exchange,
    Fault,
    HangUp,
    NoDone,
    OllamaServer,
    Piece,
    Refuse,
    Reply,
    Request,
    Script,
    ServerThread,
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


async def test_a_whole_run_is_saved_with_the_server_s_own_figures(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, events = await finished(repository, settings(server.url))
        chats = [each.request for each in server.exchanges if each.request.path == "/api/chat"]
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    assert [event.stage.value for event in events if isinstance(event, StageStarted)] == [
        "ingest", "analysis", "report", "persona", "save",
    ]  # fmt: skip
    assert all(request.json["truncate"] is False and request.json["shift"] is False for request in chats)
    assert ["format" in request.json for request in chats] == [True, False, False]
    assert len({json.dumps(request.json["options"]) for request in chats}) == 1, "one num_ctx, so no reload"

    text = text_of(run)
    assert "Throughput is 11.5 tok/s [F1](#f1)." in text
    assert "**Model:** gemma3:latest" in text
    assert f"num_ctx={run.draft.fitted_num_ctx} (fit)" in text
    finals = [event for event in events if isinstance(event, CallFinished)]
    tokens = sum(event.figures.generated_tokens or 0 for event in finals)
    decode = sum(event.figures.decode_s or 0 for event in finals)
    assert f"- Throughput: {tokens / decode:.2f} tok/s (" in text
    assert f"- Tokens Generated: {tokens} (" in text
    assert f"- TTFT: {finals[1].figures.ttft_s * 1e3:.2f} ms (" in text  # type: ignore[operator]

    sent = [json.loads(line) for each in server.exchanges if each.request.path == "/api/chat"
            for line in each.sent.body.splitlines()[-1:]]  # fmt: skip
    for event, last in zip(finals, sent, strict=True):
        figures = event.figures
        assert figures.generated_tokens == last["eval_count"]
        assert figures.prompt_tokens == last["prompt_eval_count"]
        for name, key in (("decode_s", "eval_duration"), ("prefill_s", "prompt_eval_duration"),
                          ("total_s", "total_duration"), ("load_s", "load_duration")):  # fmt: skip
            assert getattr(figures, name) == pytest.approx(last.get(key, 0) / 1e9)
        assert figures.decode_tps == pytest.approx(last["eval_count"] / last["eval_duration"] * 1e9)
        assert figures.ttft_s is not None
        assert figures.wall_s is not None
        assert figures.ttft_s <= figures.wall_s
    saved = tomllib.loads((folder_of(run) / "run.toml").read_text())
    assert saved["ending"] == "complete"
    assert saved["options"]["sent"] == {"num_ctx": run.draft.fitted_num_ctx}
    (listed,) = library(repository, Frames.none()).to_dicts()
    assert listed["file"] == str(folder_of(run) / "report.md")
    assert (listed["ending"], listed["generated_tokens"]) == ("complete", tokens)


async def test_the_journal_holds_everything_in_order_and_the_model_s_raw_text(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, events = await finished(repository, settings(server.url))
    journal = read_journal(folder_of(run) / "calls.ndjson")
    assert [type(event) for event in journal if not isinstance(event, Chunk)] == [
        type(event) for event in events if not isinstance(event, Chunk)
    ]
    second = "".join(event.text for event in journal if isinstance(event, Chunk) and event.call == 2)
    assert second == REPORT
    started = [event for event in journal if isinstance(event, CallStarted)]
    assert started[0].messages[0]["role"] == "system"
    assert "runs.csv" in started[0].messages[1]["content"]


Chat = Callable[[Request], Reply]


def on_report(reply: Reply) -> Chat:
    """The given reply to the report call, plain ones before."""
    return lambda request: Reply() if "format" in request.json else reply


@pytest.mark.parametrize(
    ("script", "ending"),
    [
        (Script(reply=on_report(Reply(text=REPORT, faults=[Cut(after_lines=12)]))), Ending.CONNECTION_LOST),
        (Script(reply=on_report(Reply(text=REPORT, faults=[ErrorLine(after_lines=12)]))), Ending.SERVER_ERROR),
        (Script(reply=on_report(Reply(text=REPORT, faults=[NoDone()]))), Ending.NO_DONE),
        (Script(reply=on_report(Reply(text=REPORT, done_reason="length"))), Ending.LENGTH),
    ],
    ids=["cut", "error line", "no done", "length"],
)
async def test_an_answer_that_breaks_off_is_saved_and_named(repository: Path, script: Script, ending: Ending) -> None:
    async with OllamaServer(script) as server:
        run, _ = await finished(repository, settings(server.url, persona="none"))
    assert run.ended is not None
    assert run.ended.ending is ending
    assert run.ended.report == str(folder_of(run) / "report.md")
    assert f"**Ending:** {ending.value}" in text_of(run)
    assert "Executive Summary" in text_of(run)
    if ending is Ending.LENGTH:
        assert "context was full" in run.ended.reason


@pytest.mark.parametrize(
    ("fault", "ending", "words"),
    [
        (Refuse(status=503, error="server busy"), Ending.SERVER_ERROR, "busy"),
        (Refuse(status=500), Ending.SERVER_ERROR, ""),
        (HangUp(), Ending.CONNECTION_LOST, ""),
    ],
    ids=["503", "500", "hang up"],
)  # fmt: skip
async def test_a_call_that_is_refused_ends_the_run_with_the_server_s_words(
    repository: Path, fault: object, ending: Ending, words: str
) -> None:
    async with OllamaServer(Script(faults=[fault])) as server:  # type: ignore[list-item]
        run, _ = await finished(repository, settings(server.url))
    assert run.ended is not None
    assert run.ended.ending is ending
    assert words in run.ended.reason


async def test_a_missing_model_names_those_that_are_there_and_nothing_is_sent(repository: Path) -> None:
    async with OllamaServer(Script()) as server:
        run, _ = await finished(repository, settings(server.url, model="nosuch:1b"))
        assert [each for each in server.exchanges if each.request.path == "/api/chat"] == []
    assert run.ended is not None
    assert run.ended.ending is Ending.SERVER_ERROR
    assert "nosuch:1b" in run.ended.reason
    assert "gemma3:latest" in run.ended.reason
    assert run.ended.report is None
    assert not (repository / "chimera-reports").exists(), "a run that asked nothing leaves nothing"


async def test_a_num_ctx_that_is_too_small_is_refused_before_anything_is_sent(repository: Path) -> None:
    async with OllamaServer(Script()) as server:
        run, _ = await finished(repository, settings(server.url, num_ctx=512))
        assert [each for each in server.exchanges if each.request.path == "/api/chat"] == []
    assert run.ended is not None
    assert run.ended.ending is Ending.REFUSED
    assert "Set num_ctx to " in run.ended.reason


@pytest.mark.parametrize("version", ["0.24.0", "0.32.15"])
async def test_a_server_that_refuses_an_over_long_prompt_is_named_so(repository: Path, version: str) -> None:
    def small(request: Request) -> Reply:
        return Reply(faults=[Refuse(status=400, error=long_error(version))])

    async with OllamaServer(Script(version=version, reply=small)) as server:
        run, _ = await finished(repository, settings(server.url))
    assert run.ended is not None
    assert run.ended.ending is Ending.REFUSED


def long_error(version: str) -> str:
    from tests.server import TOO_LONG_0_24, too_long_0_32

    return TOO_LONG_0_24 if version == "0.24.0" else too_long_0_32(9000, 8192)


async def test_a_fixed_num_ctx_is_sent_and_is_what_is_shown(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, events = await finished(repository, settings(server.url, num_ctx=16384, persona="none"))
        chats = [each.request for each in server.exchanges if each.request.path == "/api/chat"]
    assert {request.json["options"]["num_ctx"] for request in chats} == {16384}
    assert {event.num_ctx for event in events if isinstance(event, CallStarted)} == {16384}
    assert "num_ctx=16384, " in text_of(run)


async def test_without_num_ctx_the_model_is_loaded_first_and_the_server_s_context_is_planned_for(
    repository: Path,
) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, _ = await finished(repository, settings(server.url, num_ctx=None))
        paths = [each.request.path for each in server.exchanges]
    assert run.draft.effective_num_ctx == 4096
    assert run.draft.options_sent == {}
    assert paths.index("/api/generate") < paths.index("/api/chat")


async def test_invalid_analysis_is_repaired_once_and_never_stops_the_run(repository: Path) -> None:
    for answers, expected in (
        (["no json", '{"summary": "s", "findings": [], "recommendations": []}'], "s"), (["no json", "no json"], None),
    ):  # fmt: skip
        left = list(answers)

        def reply(request: Request, left: list[str] = left) -> Reply:
            return Reply(text=left.pop(0)) if "format" in request.json else Reply(text=REPORT)

        async with OllamaServer(Script(reply=reply)) as server:
            run, events = await finished(repository, settings(server.url, persona="none"))
        assert run.ended is not None
        assert run.ended.ending is Ending.COMPLETE
        assert (run.draft.analysis.summary if run.draft.analysis else None) == expected
        assert run.draft.calls[0].ending is Ending.INVALID_ANALYSIS
        assert any(isinstance(event, Notice) and "not the JSON" in event.text for event in events)


async def test_a_stop_closes_the_socket_and_saves_what_had_arrived(repository: Path) -> None:
    wanted_text = REPORT + "word " * 5000
    async with OllamaServer(Script(text=wanted_text, tokens_per_s=400)) as server:
        wanted = settings(server.url)
        run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"))
        run.start()
        async for batch in run.subscribe():
            if any(isinstance(event, Chunk) and event.call == 2 for event in batch):
                run.stop()
        ended = await run.wait()
        await server.wait_for(lambda all_: all_[-1].ended)
        assert server.exchanges[-1].ended == CLIENT_CLOSED
    assert ended.ending is Ending.CANCELLED
    assert "**Ending:** cancelled" in text_of(run)
    partial = run.draft.texts["report"]
    assert partial
    assert wanted_text.startswith(partial)


async def test_a_busy_server_is_asked_about_before_anything_is_sent(repository: Path) -> None:
    asked: list[BusyBox] = []
    async with OllamaServer(Script(loaded=["gemma3:1b"])) as server:
        run, _ = await finished(repository, settings(server.url, model="gemma3:latest"), busy="stop", asked=asked)
        assert [each for each in server.exchanges if each.request.path in ("/api/chat", "/api/generate")] == []
    assert "gemma3:1b" in asked[0].reasons[0]
    assert run.ended is not None
    assert run.ended.ending is Ending.CANCELLED


async def test_a_prompt_that_starts_like_an_earlier_one_has_no_prefill_rate(repository: Path) -> None:
    earlier = Earlier()
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        wanted = settings(server.url, persona="none")
        shared = []
        for _ in range(2):
            run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("stop"), earlier=earlier)
            run.start()
            assert (await run.wait()).ending is Ending.COMPLETE, "its own model, loaded by the first run, is no reason"
            shared.append([row.figures.prefix_shared for row in run.draft.calls])
    assert shared == [[False, True], [True, True]]


async def test_cpu_only_leaves_the_gpu_alone(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF], loaded=["gemma3:1b"])) as server:
        run, _ = await finished(repository, settings(server.url), busy="cpu")
        chats = [each.request for each in server.exchanges if each.request.path == "/api/chat"]
    assert {request.json["options"]["num_gpu"] for request in chats} == {0}
    assert "num_gpu=0" in text_of(run)


async def test_no_measurements_no_model(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Only words\n")
    async with OllamaServer(Script()) as server:
        run, _ = await finished(tmp_path, settings(server.url))
        assert server.exchanges == []
    assert run.ended is not None
    assert run.ended.ending is Ending.NO_DATA
    assert os.listdir(tmp_path) == ["README.md"]  # noqa: PTH208 - a path's own iterdir is no better here


@dataclass(frozen=True, kw_only=True)
class CountsFewTokens(Fault):
    """The last line says that the server saw ``tokens`` of the prompt, as after a silent cut."""

    tokens: int

    def apply(self, answer: Answer) -> Answer:
        cut = re.sub(rb'"prompt_eval_count":\d+', b'"prompt_eval_count":%d' % self.tokens, answer.pieces[-1].data)
        return replace(answer, pieces=(*answer.pieces[:-1], Piece(answer.pieces[-1].at_s, cut)))


async def test_a_prompt_that_the_server_cut_does_not_pass_unnoticed(repository: Path) -> None:
    for fault, noticed in ((CountsFewTokens(tokens=40), True), (None, False)):
        script = Script(text=[REPORT, BRIEF], faults=[fault] if fault else [])
        async with OllamaServer(script) as server:
            run, events = await finished(repository, settings(server.url, persona="none"))
        warnings = [event.text for event in events if isinstance(event, Notice) and event.level == "warning"]
        assert any("evaluated 40 prompt tokens" in text for text in warnings) is noticed
        assert ("evaluated 40 prompt tokens" in text_of(run)) is noticed


async def test_an_unknown_persona_costs_the_brief_and_not_the_report(repository: Path) -> None:
    async with OllamaServer(Script(text=REPORT)) as server:
        run, events = await finished(repository, settings(server.url, persona="Nobody"))
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    assert any(isinstance(event, Notice) and "InsightAgent" in event.text for event in events)
    assert "no brief was written" in text_of(run)


async def test_a_slow_start_is_not_a_lost_connection(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF], faults=[Delay(seconds=0.3)])) as server:
        run, events = await finished(repository, settings(server.url, persona="none"))
    finals = [event for event in events if isinstance(event, CallFinished)]
    assert all(event.figures.ttft_s > 0.3 for event in finals)  # type: ignore[operator]
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE


async def test_a_listener_that_dies_does_not_stop_a_run(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        wanted = settings(server.url)
        run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"))
        run.start()

        async def dies() -> None:
            async for _ in run.subscribe():
                raise RuntimeError("a listener's own fault")

        task = asyncio.create_task(dies())
        ended = await run.wait()
        with pytest.raises(RuntimeError):
            await task
    assert ended.ending is Ending.COMPLETE


CHILD = """
import asyncio, sys
from pathlib import Path
from chimera_tui.cli import main
main(["report", sys.argv[1], "--engine", "ollama", "--host", sys.argv[2], "--set", "run.persona=none"])
"""


def under_way(exchange: Exchange) -> bool:
    """The report call, well into its answer."""
    request = exchange.request
    return request.path == "/api/chat" and not request.wants_json and len(exchange.sent.body) > 3000


def streaming(repository: Path, server: ServerThread) -> subprocess.Popen[str]:
    """A run in a process of its own that has begun to receive the report."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(repository), server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"XDG_CONFIG_HOME": str(repository.parent / "config")},
    )  # fmt: skip
    server.wait_for(lambda all_: any(under_way(exchange) for exchange in all_), 60)
    return child


def test_kill_9_in_a_stream_leaves_every_chunk_in_the_journal(repository: Path) -> None:
    with ServerThread(Script(text="number 12.5 " * 4000, tokens_per_s=300)) as server:
        child = streaming(repository, server)
        before = len(server.exchanges[-1].sent.body.splitlines())
        server.wait_for(lambda all_: len(all_[-1].sent.body.splitlines()) > before + 40)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        lines = server.exchanges[-1].sent.body.splitlines()[:before]
    (folder,) = (repository / "chimera-reports").iterdir()
    assert not (folder / "report.md").exists()
    sent = "".join(json.loads(line)["message"]["content"] for line in lines)
    journal = read_journal(folder / "calls.ndjson")
    kept = "".join(event.text for event in journal if isinstance(event, Chunk) and event.call == 2)
    assert kept.startswith(sent)
    assert library(repository, Frames.none())["ending"].to_list() == ["unfinished"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_saves_what_there_is(repository: Path, number: signal.Signals) -> None:
    with ServerThread(Script(text="number 12.5 " * 4000, tokens_per_s=300)) as server:
        child = streaming(repository, server)
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 8, err
    assert "Traceback" not in err
    text = Path(out.strip()).read_text()
    assert "**Ending:** cancelled" in text
    assert "number 12.5" in text
