"""A saved run played again gives its own report, and a saved run done again says what is different."""

import re
import shutil
import tomllib
from pathlib import Path

import msgspec
import pytest

import chimera_tui
from chimera_tui.core.config.schema import Options, Scan, Settings
from chimera_tui.core.config.schema import Run as RunSettings
from chimera_tui.core.config.schema import Server as ServerSettings
from chimera_tui.core.endings import Ending
from chimera_tui.core.findings import findings
from chimera_tui.core.findings.tables import tables
from chimera_tui.engine.events import CallFinished, CallStarted, Chunk, Event
from chimera_tui.engine.questions import ContextAnswer, SmallContext
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.recorded import NoRecordingError, RecordedRun, read_recorded
from chimera_tui.engine.saved.replay import Replay, ReplayBackend
from tests.engine.whole_runs import REPORT, answering, finished, folder_of, settings, small_repository, text_of
from tests.server import Cut, Model, OllamaServer, OpenAiScript, Reply, Script
from tests.server.llama import LlamaServer


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


async def played(repository: Path, recorded: RecordedRun, pace: float | None = None) -> tuple[Run, list[Event]]:
    wanted = recorded.settings(Settings())
    run = Run(
        Workspace(repository, scan=wanted.scan), wanted, ask=answering("stop"), replay=Replay(recorded, pace)
    )  # fmt: skip
    subscription = run.subscribe()
    run.start()
    events = [event async for batch in subscription for event in batch]
    await run.wait()
    return run, events


def without_times(report: str) -> str:
    """A report without what a second run must say otherwise: dates, stage times, its own name."""
    kept = [
        line for line in report.splitlines()
        if not re.match(r"- (Execution time|Started|Run|Replay of): |\*\*Date:\*\*", line)
    ]  # fmt: skip
    # A line more in Provenance or a time less must not move what is said of lines.
    return "\n".join(kept)


@pytest.mark.parametrize("kind", ["ollama", "openai"])
async def test_a_replay_gives_the_same_report_again(repository: Path, kind: str) -> None:
    script = Script(text=[REPORT, "A brief of **12 tok/s**."], version="0.24.0", load_s=0.02)
    other = OpenAiScript(text=[REPORT, "A brief."], schemas=False)
    async with OllamaServer(script if kind == "ollama" else other) as server:
        model = "gemma3:latest" if kind == "ollama" else "tiny"
        wanted = settings(server.url, options={"temperature": 0.5, "seed": 3}, engine=kind, model=model)
        first, _ = await finished(repository, wanted)
    recorded = read_recorded(folder_of(first))
    again, events = await played(repository, recorded)
    assert without_times(text_of(again)) == without_times(text_of(first))
    assert f"- Replay of: {folder_of(first).name}" in text_of(again)
    assert not [notice for notice in again.draft.notices if "not the recorded one" in notice]
    assert [event.figures for event in events if isinstance(event, CallFinished)] == [
        row.figures for row in first.draft.calls
    ]
    metrics = [msgspec.json.decode((folder_of(run) / "metrics.json").read_bytes()) for run in (first, again)]
    assert metrics[0]["totals"] == metrics[1]["totals"]
    records = [tomllib.loads((folder_of(run) / "run.toml").read_text()) for run in (first, again)]
    for part in ("options", "num_ctx_effective", "prompts", "model", "effective"):
        assert records[0][part] == records[1][part], part
    assert metrics[1]["engine"] == "replay"


async def test_a_replay_of_a_real_llama_cpp_run_gives_its_report_again(repository: Path, llama: LlamaServer) -> None:
    wanted = settings(llama.url, options={"num_predict": 64, "seed": 2}, engine="openai", model="tiny")
    first, _ = await finished(repository, wanted)
    again, _ = await played(repository, read_recorded(folder_of(first) / "report.md"))
    assert first.ended is not None
    assert again.ended is not None
    assert again.ended.ending is first.ended.ending is Ending.LENGTH
    assert without_times(text_of(again)) == without_times(text_of(first))


async def test_a_replay_of_a_replay_is_the_same_too(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief."])) as server:
        first, _ = await finished(repository, settings(server.url))
    second, _ = await played(repository, read_recorded(folder_of(first)))
    third, _ = await played(repository, read_recorded(folder_of(second) / "calls.ndjson"))
    assert without_times(text_of(third)) == without_times(text_of(first))


async def test_a_report_by_section_is_played_by_section(repository: Path) -> None:
    async def ask(small: SmallContext) -> ContextAnswer:
        return "sections"

    async with OllamaServer(Script(text="Nothing stands out.")) as server:
        wanted = settings(server.url, num_ctx=900)
        workspace = Workspace(repository, scan=wanted.scan)
        first = Run(workspace, wanted, ask=answering("go"), ask_context=ask)
        first.start()
        await first.wait()
    assert len(first.draft.calls) == 5
    again, _ = await played(repository, read_recorded(folder_of(first)))
    assert without_times(text_of(again)) == without_times(text_of(first))


async def test_a_broken_answer_breaks_again(repository: Path) -> None:
    def reply(request):
        return Reply() if "format" in request.json else Reply(text=REPORT, faults=[Cut(after_lines=12)])

    async with OllamaServer(Script(reply=reply)) as server:
        first, _ = await finished(repository, settings(server.url))
    again, _ = await played(repository, read_recorded(folder_of(first)))
    assert first.ended is not None
    assert again.ended is not None
    assert again.ended.ending is first.ended.ending is Ending.CONNECTION_LOST
    assert again.ended.reason == first.ended.reason
    assert again.draft.texts == first.draft.texts


async def test_a_changed_repository_is_said(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief."])) as server:
        first, _ = await finished(repository, settings(server.url, persona="none"))
    with (repository / "runs.csv").open("a") as file:
        file.write("m:1b,2048,99,0.9\n")
    again, _ = await played(repository, read_recorded(folder_of(first)))
    assert sum("not the recorded one" in notice for notice in again.draft.notices) == 1
    assert again.ended is not None
    assert again.ended.ending is Ending.COMPLETE


async def test_the_pace_is_that_of_the_recording_or_another(repository: Path) -> None:
    async with OllamaServer(Script(text=["word " * 12, "x"], tokens_per_s=60)) as server:
        first, events = await finished(repository, settings(server.url, persona="none"))
    recorded = read_recorded(folder_of(first))
    (sent,) = [event.at_s for event in events if isinstance(event, CallStarted) and event.call == 2]
    ended = [event.at_s for event in events if isinstance(event, Chunk) and event.call == 2][-1]
    assert recorded.calls[1].pieces[-1][0] == pytest.approx(ended - sent)
    assert [ReplayBackend(Replay(recorded, pace)).pause_s(1.0, 3.0) for pace in (1.0, 10.0, 0.5, None)] == [
        2.0, 0.2, 4.0, 0.0,
    ]  # fmt: skip
    again, _ = await played(repository, recorded, 1000.0)
    assert again.draft.texts == first.draft.texts


async def test_the_same_files_give_the_same_findings_each_time() -> None:
    workspace = Workspace(Path(chimera_tui.__file__).parent / "sample", scan=Scan())
    snapshot = await workspace.refresh()
    told = set()
    for _ in range(6):
        found = findings(snapshot.frames, RunSettings())
        shown = [table.markdown() for table in tables(snapshot.frames, found)]
        told.add((*(finding.statement for finding in found), *shown))
    assert len(told) == 1, "a replay would differ from its run"


@pytest.mark.parametrize("content", ["", "{}\n", '{"event":"chunk","at_s":1,"call":1}\n'])
def test_what_is_no_run_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "calls.ndjson").write_text(content)
    with pytest.raises(NoRecordingError, match="no journal of a run"):
        read_recorded(tmp_path)
    with pytest.raises(NoRecordingError, match="cannot be read"):
        read_recorded(tmp_path / "nowhere" / "report.md")


async def test_a_recording_without_run_toml_is_played_all_the_same(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief."])) as server:
        first, _ = await finished(repository, settings(server.url))
    (folder_of(first) / "run.toml").unlink()
    again, _ = await played(repository, read_recorded(folder_of(first)))
    assert again.ended is not None
    assert again.ended.ending is Ending.COMPLETE
    assert again.draft.texts == first.draft.texts


async def test_a_journal_that_was_cut_off_ends_where_it_ends(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief."])) as server:
        first, _ = await finished(repository, settings(server.url))
    journal = folder_of(first) / "calls.ndjson"
    lines = journal.read_bytes().splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if b'"event":"chunk"' in line and b'"call":2' in line)
    journal.write_bytes(b"".join(lines[: last - 3]))
    again, _ = await played(repository, read_recorded(journal))
    assert again.ended is not None
    assert again.ended.ending is Ending.NO_DONE
    assert REPORT.startswith(again.draft.texts["report"])
    assert again.draft.texts["report"]


# -- a run done again


async def repeated(repository: Path, recorded: RecordedRun, url: str) -> Run:
    now = Settings(server=ServerSettings(host=url), run=RunSettings(report_dir=""))
    wanted = recorded.settings(now)
    run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"), repeats=recorded)
    run.start()
    await run.wait()
    return run


async def test_a_run_is_done_again_with_its_own_settings(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief."])) as server:
        asked = {"temperature": 0.5, "seed": 7, "stop": ["<x>"], "num_predict": 900}
        wanted = settings(server.url, options=asked, persona="none", answer_tokens=512, keep_alive="7m", think=False)
        first, _ = await finished(repository, wanted)
        sent = [each.json for each in server.requests if each.path == "/api/chat"]
        count = len(sent)
        recorded = read_recorded(folder_of(first))
        again = await repeated(repository, recorded, server.url)
        sent = [each.json for each in server.requests if each.path == "/api/chat"]
    assert sent[:count] == sent[count:], "the very same requests"
    assert again.settings.run == msgspec.structs.replace(wanted.run)
    assert again.settings.options == wanted.options
    assert f"- Repeats: {recorded.name}" in text_of(again)
    assert not [notice for notice in again.draft.notices if "different now" in notice]


async def test_what_is_different_now_is_said(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief."])) as server:
        first, _ = await finished(repository, settings(server.url))
    moved = repository.with_name("moved")
    shutil.copytree(repository, moved)
    (moved / "more.csv").write_text("model,tokens_s\nm,3\n")
    newer = Model("gemma3:latest", quantization="Q8_0")
    async with OllamaServer(Script(text=[REPORT, "A brief."], version="0.40.0", models=(newer,))) as server:
        again = await repeated(moved, read_recorded(folder_of(first)), server.url)
    (said,) = [notice for notice in again.draft.notices if "different now" in notice]
    for words in ("server version 0.32.15 → 0.40.0", "quantisation Q4_K_M → Q8_0", "files 2 → 3", f"→ {moved}"):
        assert words in said
    assert "different now" in text_of(again)
    assert "No seed was set then" in said


def test_a_run_toml_of_a_repository_cannot_choose_the_server_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "calls.ndjson").write_text(
        '{"event":"run_started","at_s":0,"run_id":"x","engine":"ollama","model":"m","root":"/r","started":""}\n'
    )
    (tmp_path / "run.toml").write_text(
        '[engine]\nname = "ollama"\nhost = "http://evil:1"\n[settings.run]\nreport_dir = "/etc"\nmodel = "m"\n'
        '[settings.server]\nhost = "http://evil:2"\n[options.requested]\ntemperature = 99\n'
        "[settings.scan]\nhidden = 3\n"
    )
    now = Settings(options=Options(num_ctx=1024), scan=Scan(exclude=["x"]))
    then = read_recorded(tmp_path).settings(now)
    assert (then.server, then.run.report_dir, then.run.model) == (now.server, "", "m")
    assert (then.options, then.scan) == (now.options, now.scan), "what is not valid is not taken"
