"""Whole runs through the engine openai: against the scripted server, and against a real llama.cpp server."""

import tomllib
from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError, ChatRequest, Delta, Done, Message
from chimera_tui.engine.backends.openai import OpenAiBackend
from chimera_tui.engine.events import CallFinished, Chunk
from chimera_tui.engine.journal import read_journal
from tests.engine.whole_runs import BRIEF, REPORT, finished, folder_of, settings, small_repository, text_of
from tests.server import OllamaServer, OpenAiScript
from tests.server.llama import LlamaServer
from tests.server.openai import COMPLETIONS


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


async def test_a_whole_run_is_timed_on_the_client_and_says_so(repository: Path) -> None:
    async with OllamaServer(OpenAiScript(text=[REPORT, BRIEF], tokens_per_s=400)) as server:
        run, events = await finished(repository, settings(server.url, engine="openai", model="tiny"))
        sent = [each.json for each in server.requests if each.path == COMPLETIONS]
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    assert ["response_format" in body for body in sent] == [True, False, False]
    assert all("num_ctx" not in body and "options" not in body for body in sent)
    assert "Not sent" not in " ".join(run.draft.notices), "the default num_ctx = fit is kept by the prompt's size"
    finals = [event for event in events if isinstance(event, CallFinished)]
    for event in finals:
        figures = event.figures
        assert (figures.measured_by, figures.load_s, figures.prefill_s) == ("client", None, None)
        assert figures.ttft_s is not None
        assert figures.decode_s is not None
        assert 0 < figures.ttft_s + figures.decode_s <= (figures.wall_s or 0)
        assert figures.decode_tps == pytest.approx((figures.generated_tokens - 1) / figures.decode_s)  # type: ignore[operator]
    text = text_of(run)
    assert "Throughput is 11.5 tok/s" in text
    assert "timed on the client" in text.partition("- Throughput")[2].partition("\n")[0]
    assert "decode is timed **on the client**" in text
    assert "- Prompt Eval: unknown (" in text
    saved = tomllib.loads((folder_of(run) / "run.toml").read_text())
    assert (saved["engine"]["name"], saved["engine"]["version"]) == ("openai", "vLLM 0.11.0")
    assert saved["num_ctx_effective"] == 16_384


async def test_options_that_cannot_be_sent_are_named(repository: Path) -> None:
    asked = {"num_gpu": 80, "temperature": 0.5, "top_k": 5, "seed": -1}
    async with OllamaServer(OpenAiScript(text=REPORT, software="")) as server:
        wanted = settings(server.url, num_ctx=4096, options=asked, engine="openai", model="tiny", keep_alive="5m")
        run, _ = await finished(repository, wanted)
        (first, *_) = [each.json for each in server.requests if each.path == COMPLETIONS]
    (notice,) = run.draft.notices
    named = notice.partition("request: ")[2].partition(".")[0].split(", ")
    assert sorted(named) == ["keep_alive", "num_ctx", "num_gpu", "top_k"]
    assert "Not sent" in text_of(run)
    assert first["temperature"] == 0.5
    assert run.draft.options_sent == {"temperature": 0.5}


async def test_a_context_that_cannot_hold_the_prompt_is_refused_before_sending(repository: Path) -> None:
    async with OllamaServer(OpenAiScript(context=600)) as server:
        run, _ = await finished(repository, settings(server.url, engine="openai", model="tiny"))
        assert not [each for each in server.requests if each.path == COMPLETIONS]
    assert run.ended is not None
    assert run.ended.ending is Ending.REFUSED
    assert "context of 600 tokens is too small" in run.ended.reason
    assert "--max-model-len" in run.ended.reason


async def test_the_key_comes_from_the_environment_and_is_written_nowhere(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("CHIMERA_API_KEY", "sk-secret-42")
    async with OllamaServer(OpenAiScript(text=REPORT, api_key="sk-secret-42")) as server:
        run, _ = await finished(repository, settings(server.url, engine="openai", model="tiny"))
        wrong = await OllamaServer(OpenAiScript(api_key="another")).start()
        refused, _ = await finished(repository, settings(wrong.url, engine="openai", model="tiny"))
        await wrong.stop()
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE
    for path in folder_of(run).iterdir():
        assert b"sk-" not in path.read_bytes(), path.name
    assert refused.ended is not None
    assert refused.ended.ending is Ending.SERVER_ERROR
    assert "sk-" not in refused.ended.reason
    assert "401" in refused.ended.reason


async def test_auto_never_asks_an_openai_server(repository: Path) -> None:
    async with OllamaServer(OpenAiScript(text=REPORT)) as server:
        run, _ = await finished(repository, settings(server.url, engine="auto", model="tiny"))
        assert {each.path for each in server.requests} == {"/api/tags"}
    assert run.draft.engine == "offline"


async def test_a_run_against_a_real_llama_cpp_server(repository: Path, llama: LlamaServer) -> None:
    wanted = settings(llama.url, options={"num_predict": 96, "seed": 1}, engine="openai", model="tiny")
    run, events = await finished(repository, wanted)
    assert run.ended is not None
    assert run.ended.ending is Ending.LENGTH
    assert "num_predict" in run.ended.reason
    assert run.draft.server_version.startswith("llama.cpp")
    assert run.draft.effective_num_ctx == 8192
    report = next(event for event in events if isinstance(event, CallFinished) and event.stage.value == "report")
    assert report.figures.measured_by == "server"
    assert report.figures.generated_tokens == 96
    assert report.figures.decode_s
    assert report.figures.prefill_s
    journal = read_journal(folder_of(run) / "calls.ndjson")
    text = "".join(event.text for event in journal if isinstance(event, Chunk) and event.call == report.call)
    assert len(text) > 96
    assert "measured by the server" in text_of(run)


async def test_llama_cpp_gives_the_same_text_for_the_same_seed_and_holds_a_schema(llama: LlamaServer) -> None:
    backend = OpenAiBackend(llama.url)
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2]}}, "required": ["n"], "additionalProperties": False}
    await backend.show("tiny")

    async def ask(**more: object) -> tuple[str, Done]:
        options = {"seed": 5, "num_predict": 24, "temperature": 1.0, "top_k": 40, "min_p": 0.0}
        request = ChatRequest(model="tiny", messages=(Message("user", "report"),), options=options, **more)  # type: ignore[arg-type]
        pieces = [piece async for piece in backend.chat(request)]
        assert isinstance(pieces[-1], Done)
        return "".join(piece.text for piece in pieces if isinstance(piece, Delta)), pieces[-1]

    one, two = await ask(), await ask()
    assert one[0] == two[0]
    assert (one[1].ending, one[1].figures.generated_tokens) == (Ending.LENGTH, 24)
    held, done = await ask(format=schema)
    assert held.replace(" ", "").replace("\n", "") in ('{"n":1}', '{"n":2}')
    assert done.ending is Ending.COMPLETE
    with pytest.raises(BackendError) as caught:
        _ = [piece async for piece in backend.chat(ChatRequest(model="tiny", messages=(Message("user", "x " * 9000),)))]
    assert caught.value.ending is Ending.REFUSED
    assert caught.value.num_ctx == 8192
    assert (caught.value.prompt_tokens or 0) > 8192
    await backend.aclose()


async def test_llama_cpp_killed_in_the_middle_loses_nothing_that_had_come(repository: Path, tiny_model: Path) -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp, a wheel of llama.cpp, is not installed")
    with LlamaServer(tiny_model) as server:
        backend = OpenAiBackend(server.url)
        text, ending = "", None
        try:
            async for piece in backend.chat(ChatRequest(model="tiny", messages=(Message("user", "report"),))):
                text += getattr(piece, "text", "")
                server.kill()
        except BackendError as error:
            ending = error.ending
        await backend.aclose()
    assert ending in (Ending.CONNECTION_LOST, Ending.NO_DONE)
    assert text
