"""What happens before the first prompt: a busy machine, a context that is too small, what a server made of options."""

import asyncio
import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.earlier import Earlier
from chimera_tui.engine.events import CallFinished, LoadStarted, ModelMemory, Notice
from chimera_tui.engine.machine.gpus import Gpu, gpus
from chimera_tui.engine.prompts.token_rates import Rate
from chimera_tui.engine.questions import BusyBox, ContextAnswer, SmallContext
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from chimera_tui.engine.stages.busy import look
from tests.engine.whole_runs import REPORT, answering, finished, folder_of, settings, small_repository, text_of
from tests.server import SHARED, Model, OllamaServer, Recording, Refuse, Replay, Request, Script, too_long_0_32

SERVERS = ("0.24.0", "0.32.15")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


def fake_nvidia_smi(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name first on PATH."""
    folder.mkdir()
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def saying(answer: ContextAnswer, asked: list[SmallContext]):
    async def ask(small: SmallContext) -> ContextAnswer:
        asked.append(small)
        return answer

    return ask


async def run_with(repository: Path, wanted, answer: ContextAnswer, asked: list[SmallContext]) -> Run:
    run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"), ask_context=saying(answer, asked))
    run.start()
    await run.wait()
    return run


def chats(server: OllamaServer) -> list[Request]:
    return [each for each in server.requests if each.path == "/api/chat"]


def loads(server: OllamaServer) -> list[dict]:
    return [each.json for each in server.requests if each.path == "/api/generate"]


# -- a context that is too small


async def test_a_fixed_num_ctx_of_512_stops_before_sending_and_says_what_fits(repository: Path) -> None:
    asked: list[SmallContext] = []
    async with OllamaServer(Script(text=REPORT)) as server:
        run = await run_with(repository, settings(server.url, num_ctx=512), "stop", asked)
        assert not chats(server)
        assert not loads(server), "nothing is loaded either"
    (small,) = asked
    assert small.num_ctx == 512 < small.needed < (small.fitting or 0)
    assert run.ended is not None
    assert run.ended.ending is Ending.REFUSED
    assert f"needs about {small.needed} tokens" in run.ended.reason
    assert f"Set num_ctx to {small.fitting}" in run.ended.reason


async def test_one_answer_goes_on_with_the_num_ctx_that_fits(repository: Path) -> None:
    asked: list[SmallContext] = []
    async with OllamaServer(Script(text=REPORT)) as server:
        run = await run_with(repository, settings(server.url, num_ctx=512), "fit", asked)
        sent = {request.options["num_ctx"] for request in chats(server)}
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    assert sent == {asked[0].fitting}
    assert f"num_ctx={asked[0].fitting} (fit)" in text_of(run)
    assert "num_ctx 512 was too small" in text_of(run)
    saved = tomllib.loads((folder_of(run) / "run.toml").read_text())
    assert saved["options"]["requested"]["num_ctx"] == 512
    assert saved["options"]["sent"]["num_ctx"] == asked[0].fitting


async def test_one_call_a_section_is_offered_where_it_helps(repository: Path) -> None:
    asked: list[SmallContext] = []
    async with OllamaServer(Script(text=REPORT)) as server:
        none = await run_with(repository, settings(server.url, num_ctx=256), "sections", asked)
        assert not asked[0].sections
        assert none.ended is not None
        assert none.ended.ending is Ending.REFUSED
        run = await run_with(repository, settings(server.url, num_ctx=900), "sections", asked)
        assert {request.options["num_ctx"] for request in chats(server)} == {900}
        assert len(chats(server)) == 5
    assert asked[1].sections
    assert run.ended is not None
    assert run.ended.ending is not Ending.REFUSED
    assert "5 calls write a section each" in text_of(run)


async def test_what_the_model_was_trained_for_cannot_be_raised(repository: Path) -> None:
    asked: list[SmallContext] = []
    async with OllamaServer(Script(text=REPORT, models=(Model("gemma3:latest", context_length=600),))) as server:
        run = await run_with(repository, settings(server.url), "fit", asked)
        assert not chats(server)
    assert asked[0].fitting is None
    assert run.ended is not None
    assert run.ended.ending is Ending.REFUSED
    assert "trained for no more" in run.ended.reason


async def test_a_server_that_chooses_a_small_context_is_asked_about_before_the_prompt(repository: Path) -> None:
    asked: list[SmallContext] = []

    @dataclass(kw_only=True)
    class Small(Script):
        async def answer(self, request: Request):
            if request.path == "/api/generate" and "num_ctx" not in request.options:
                request.options.update(num_ctx=512)
                request.json["options"] = request.options | {"num_ctx": 512}
            return await super().answer(request)

    async with OllamaServer(Small(text=REPORT)) as server:
        run = await run_with(repository, settings(server.url, num_ctx=None), "fit", asked)
        assert {request.options["num_ctx"] for request in chats(server)} == {asked[0].fitting}
    assert asked[0].num_ctx == 512
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE


@pytest.mark.parametrize("version", SERVERS)
@pytest.mark.parametrize("answer", ["stop", "fit"])
async def test_the_recorded_refusal_of_a_server_names_the_ending_and_the_num_ctx_that_fits(
    repository: Path, version: str, answer: ContextAnswer
) -> None:
    path = SHARED / version / "chat-too-long-truncate-false.json"
    if not path.is_file():
        pytest.skip("the recordings are not beside this checkout")
    recorded = Recording.load(path)
    asked: list[SmallContext] = []

    @dataclass(kw_only=True)
    class RefusingOnce(Script):
        async def answer(self, request: Request):
            if request.path == "/api/chat" and request.nth == 1:
                return recorded.answer(None)
            return await super().answer(request)

    async with OllamaServer(RefusingOnce(text=REPORT, version=version)) as server:
        run = await run_with(repository, settings(server.url, num_ctx=9216), answer, asked)
        sent = [request.options["num_ctx"] for request in chats(server)]
    (small,) = asked
    assert small.fitting is not None
    assert small.fitting > small.num_ctx
    if version == "0.32.15":
        assert (small.needed, small.num_ctx) == (47_719, 512), "the server's own figures"
        assert small.fitting > 47_719
    assert run.ended is not None
    if answer == "stop":
        assert run.ended.ending is Ending.REFUSED
        assert f"Set num_ctx to {small.fitting}" in run.ended.reason
        assert sent == [9216]
        assert "**Ending:** refused (would be truncated)" in text_of(run)
    else:
        assert run.ended.ending is Ending.COMPLETE
        assert (sent[0], set(sent[1:])) == (9216, {small.fitting})


@pytest.mark.parametrize("version", SERVERS)
async def test_a_recorded_cut_is_noticed_by_the_count_of_prompt_tokens(
    repository: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured_before = Rate(chars=15_000, tokens=10_000, prompts=3)
    monkeypatch.setattr("chimera_tui.engine.stages.preflight.rate_of", lambda model: measured_before)
    path = SHARED / version / "chat-too-long-default.json"
    if not path.is_file():
        pytest.skip("the recordings are not beside this checkout")
    async with OllamaServer(Replay([Recording.load(path)]), Script(version=version)) as server:
        run, _ = await finished(repository, settings(server.url, num_ctx=9216, persona="none"))
    assert run.ended is not None
    assert run.ended.ending is Ending.LENGTH
    assert any("may have cut the prompt" in notice for notice in run.draft.notices)


@pytest.mark.parametrize("version", SERVERS)
@pytest.mark.parametrize("name", ["chat-shift-false", "chat-shift-default-2048", "chat-num-predict-minus1-ctx-64"])
async def test_an_answer_that_filled_its_context_is_not_complete(repository: Path, version: str, name: str) -> None:
    path = SHARED / version / f"{name}.json"
    if not path.is_file():
        pytest.skip("the recordings are not beside this checkout")
    async with OllamaServer(Replay([Recording.load(path)]), Script(version=version)) as server:
        run, events = await finished(repository, settings(server.url, persona="none"))
    assert run.ended is not None
    assert run.ended.ending is Ending.LENGTH
    assert "context was full" in run.ended.reason
    assert f"num_ctx {run.draft.larger_num_ctx} would leave more room" in run.ended.reason
    report = next(event for event in events if isinstance(event, CallFinished) and event.stage.value == "report")
    assert report.ending is Ending.LENGTH
    assert "**Ending:** length" in text_of(run)


# -- what the server made of the options


async def test_the_model_is_loaded_before_the_first_prompt_and_what_is_in_effect_is_kept(repository: Path) -> None:
    async with OllamaServer(Script(text=REPORT, load_s=0.05)) as server:
        run, events = await finished(repository, settings(server.url))
        paths = [each.path for each in server.requests]
        assert paths.index("/api/generate") < paths.index("/api/chat")
        assert [body["options"] for body in loads(server)] == [{"num_ctx": run.draft.fitted_num_ctx}]
    kinds = [event for event in events if isinstance(event, LoadStarted | ModelMemory | CallFinished)]
    assert [type(event) for event in kinds[:4]] == [ModelMemory, LoadStarted, ModelMemory, CallFinished]
    before, _, after, first = kinds[:4]
    assert isinstance(before, ModelMemory)
    assert isinstance(after, ModelMemory)
    assert isinstance(first, CallFinished)
    assert (before.loaded, after.loaded, after.gpu_share) == (False, True, 1.0)
    assert (after.load_s or 0) >= 0.05
    assert (first.figures.load_s or 0) < 0.05, "loading is not mixed into the first call"
    saved = tomllib.loads((folder_of(run) / "run.toml").read_text())
    modelfile = {"temperature": 1, "top_k": 64, "top_p": 0.95, "stop": ["<end_of_turn>"]}
    assert saved["options"]["in_effect"] == modelfile | {"num_ctx": run.draft.fitted_num_ctx}
    effective = saved["effective"]
    assert effective["context_length"] == run.draft.fitted_num_ctx
    assert effective["gpu_share"] == 1.0
    assert f"- In memory: context {run.draft.fitted_num_ctx}, 100% of it on the GPU" in text_of(run)
    assert "before the first call" in text_of(run).partition("- Load Duration: ")[2].partition("\n")[0]


@pytest.mark.parametrize(("share", "words"), [(0.37, "Only 37% of gemma3:latest is on the GPU"), (0.0, "on the CPU")])
async def test_layers_that_did_not_fit_the_gpu_are_warned_of(repository: Path, share: float, words: str) -> None:
    async with OllamaServer(Script(text=REPORT, gpu_share=share)) as server:
        run, _ = await finished(repository, settings(server.url))
        quiet, _ = await finished(repository, settings(server.url, options={"num_gpu": 0}))
    assert any(words in notice for notice in run.draft.notices)
    assert words in text_of(run)
    assert not [notice for notice in quiet.draft.notices if "GPU" in notice or "CPU" in notice], "it was asked for"


@pytest.mark.parametrize("version", SERVERS)
async def test_the_recorded_clamp_is_warned_of(repository: Path, version: str) -> None:
    path = SHARED / version / "ps-num-ctx-clamped.json"
    if not path.is_file():
        pytest.skip("the recordings are not beside this checkout")
    model = Model("gemma3:tiny", context_length=131_072)
    clamped = Replay([Recording.load(path)])
    async with OllamaServer(clamped, Script(text=REPORT, models=(model,))) as server:
        wanted = settings(server.url, num_ctx=100_000, model="gemma3:tiny")
        run, _ = await finished(repository, wanted)
    assert run.draft.effective_num_ctx == 8192
    assert any("context of 8192, not the 100000 asked for" in notice for notice in run.draft.notices)


async def test_a_model_is_unloaded_first_where_num_gpu_returns_to_automatic(repository: Path) -> None:
    earlier = Earlier()
    async with OllamaServer(Script(text=REPORT)) as server:
        for options in ({"num_gpu": 0}, {}, {}):
            wanted = settings(server.url, options=options)
            run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"), earlier=earlier)
            run.start()
            await run.wait()
        unloads = [body for body in loads(server) if body.get("keep_alive") == 0]
    assert len(unloads) == 1, "after num_gpu 0, and not again"
    assert run.draft.loaded is not None
    assert run.draft.loaded.gpu_share == 1.0


async def test_a_model_that_is_dropped_after_each_call_is_not_loaded_in_vain(repository: Path) -> None:
    async with OllamaServer(Script(text=REPORT)) as server:
        run, _ = await finished(repository, settings(server.url, keep_alive=0))
        assert not loads(server)
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE


@pytest.mark.parametrize("version", SERVERS)
def test_the_recorded_warm_cache_is_no_prefill_rate(version: str) -> None:
    earlier = Earlier()
    names = ("chat-cache-A1", "chat-cache-B1", "chat-cache-A2")
    prompts = []
    for name in names:
        path = SHARED / version / f"{name}.json"
        if not path.is_file():
            pytest.skip("the recordings are not beside this checkout")
        prompts.append(Recording.load(path).request.body["messages"][-1]["content"])
    shared = [earlier.note("m", prompt) for prompt in prompts]
    assert shared == [False, False, True], "another prompt in between does not make a prompt cold again"


@pytest.mark.parametrize("version", SERVERS)
async def test_a_prefill_that_came_from_the_cache_is_marked(repository: Path, version: str) -> None:
    """A server may have seen the prompt before this program started: only its rate tells."""
    marked = {}
    for name in ("chat-cache-A1", "chat-cache-A3"):
        path = SHARED / version / f"{name}.json"
        if not path.is_file():
            pytest.skip("the recordings are not beside this checkout")
        async with OllamaServer(Replay([Recording.load(path)]), Script(version=version)) as server:
            run, _ = await finished(repository, settings(server.url, persona="none"))
        marked[name] = run.draft.calls[0].figures.prefix_shared
    assert marked == {"chat-cache-A1": False, "chat-cache-A3": version == "0.32.15"}, "0.24 evaluated it again"


# -- a busy machine


async def test_a_gpu_that_works_for_somebody_is_asked_about(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_nvidia_smi(tmp_path / "bin", 'echo "NVIDIA A100, 560.35, 81920, 40000, 97"', monkeypatch)
    asked: list[BusyBox] = []
    async with OllamaServer(Script(text=REPORT)) as server:
        run, _ = await finished(repository, settings(server.url), busy="stop", asked=asked)
        assert not chats(server)
        other, _ = await finished(repository, settings(server.url, options={"num_gpu": 0}), busy="stop", asked=asked)
    (box,) = asked
    assert "GPU 0 (NVIDIA A100) is 97 % busy" in box.reasons[0]
    assert "39.1 of 80.0 GiB of GPU memory are used by other programs" in box.reasons[1]
    assert run.ended is not None
    assert run.ended.ending is Ending.CANCELLED
    assert other.ended is not None
    assert other.ended.ending is Ending.COMPLETE, "a run on the CPU leaves the GPU alone"
    saved = tomllib.loads((folder_of(other) / "run.toml").read_text())
    assert saved["host"]["gpus"] == [{"name": "NVIDIA A100", "driver": "560.35", "memory_mib": 81920.0}]


@pytest.mark.parametrize(
    "script",
    ["printf 'NVIDIA-SMI has failed\\n\\377\\000,,,,,\\n1,2,3,4,5\\n'", "exit 9", "exec sleep 600"],
    ids=["garbage", "fails", "hangs"],
)
async def test_a_tool_that_does_not_answer_stops_nothing(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr("chimera_tui.engine.machine.brief_command.PATIENCE_S", 0.2)
    fake_nvidia_smi(tmp_path / "bin", script, monkeypatch)
    async with OllamaServer(Script(text=REPORT)) as server:
        run, _ = await finished(repository, settings(server.url), busy="stop")
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE


def test_without_any_tool_there_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpus(tmp_path) == []


def test_memory_of_the_server_s_own_models_is_nobody_else_s() -> None:
    busy = look((), "m", {}, gpus=[Gpu(name="x", used_mib=900.0, memory_mib=8192.0, busy_pct=3.0)])
    assert busy is None
    assert look((), "m", {}, gpus=[Gpu(name="x", used_mib=3000.0)]) is not None


async def test_a_server_that_does_not_say_what_is_loaded_ends_the_run_by_name(repository: Path) -> None:
    from tests.server import HangUp

    async with OllamaServer(Script(text=REPORT, faults=[HangUp(path="/api/ps")])) as server:
        run, events = await finished(repository, settings(server.url))
    assert run.ended is not None
    assert run.ended.ending is Ending.CONNECTION_LOST
    assert not [event for event in events if isinstance(event, Notice) and event.level == "error"]


async def test_a_server_that_refuses_whatever_it_is_given_is_asked_once_more_and_not_for_ever(repository: Path) -> None:
    asked: list[SmallContext] = []
    faults = [Refuse(path="/api/chat", status=400, error=too_long_0_32(9000, 4096))]
    async with OllamaServer(Script(faults=faults)) as server, asyncio.timeout(20):
        run = await run_with(repository, settings(server.url), "fit", asked)
        assert len(chats(server)) == 2
    assert len(asked) == 1
    assert run.ended is not None
    assert run.ended.ending is Ending.REFUSED
    assert "9,000 tokens" in run.ended.reason
    assert "which should hold" in run.ended.reason
