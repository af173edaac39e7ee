"""Every recorded exchange that an engine makes goes through the client, on both generations of the server."""

import json
from contextlib import aclosing

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError, ChatRequest, Delta, Done, Message
from tests.server import CLIENT_CLOSED, OWN, SHARED, Recording, Replay, Script

PATHS = [path for folder in (OWN, SHARED) for path in sorted(folder.glob("*/*.json"))]

LOST, ERROR, REFUSED, NO_DONE = Ending.CONNECTION_LOST, Ending.SERVER_ERROR, Ending.REFUSED, Ending.NO_DONE

FAILS = {
    "chat-busy": (ERROR, 503, "server busy, please try again"),
    "chat-keep-alive-string": (ERROR, 400, 'missing unit in duration "300"'),
    "chat-model-missing": (ERROR, 404, "no model nosuch:1b"),
    "chat-no-model": (ERROR, 400, "model is required"),
    "chat-option-wrong-type": (ERROR, 500, 'option "num_ctx" must be of type integer'),
    "chat-runner-killed": (ERROR, None, "unexpected EOF"),
    "chat-runner-killed-in-prompt": (ERROR, 500, "500"),
    "chat-runner-killed-in-prompt-not-streamed": (ERROR, 500, "500"),
    "chat-runner-killed-not-streamed": (ERROR, 500, "500"),
    "chat-server-killed": (LOST, None, "was lost"),
    "chat-stop-not-a-list": (ERROR, 500, 'option "stop" must be of type array'),
    "chat-think-true": (ERROR, 400, "does not support thinking"),
    "chat-token-repeat": (NO_DONE, None, "without saying that it is done"),
    "chat-too-long-not-streamed": (REFUSED, 400, "context"),
    "chat-too-long-truncate-false": (REFUSED, 400, "context"),
    "generate-token-repeat-not-streamed": (NO_DONE, None, ""),
    "generate-too-long-truncate-false": (REFUSED, 400, "context"),
    "native-runner-killed": (ERROR, None, "unexpected EOF"),
    "native-think-true": (ERROR, 400, "does not support thinking"),
    "native-too-long-truncate-false": (REFUSED, 400, "context"),
    "pull-unreachable": (ERROR, None, "pull model manifest"),
    "0.32.15/chat-option-num_keep-minus2": (ERROR, 400, "400: Field 'n_keep': Value must be between -1 <= value"),
    "0.32.15/chat-option-out-of-range": (ERROR, 400, "400: Field 'repeat_last_n': Value must be"),
    "0.32.15/chat-option-repeat_last_n-minus1": (ERROR, 400, "400: Field 'repeat_last_n': Value must be"),
    "0.32.15/chat-option-repeat_last_n-minus9": (ERROR, 400, "400: Field 'repeat_last_n': Value must be"),
    "0.32.15/chat-option-repeat_penalty-minus1": (ERROR, 400, "penalty_repeat must be finite and greater than 0."),
    "0.32.15/chat-too-long-shift-false": (REFUSED, 400, "longer than the context"),
    "0.32.15/native-option-out-of-range": (ERROR, 400, "400: Field 'repeat_last_n': Value must be"),
    "0.32.15/native-too-long-default": (REFUSED, 400, "context"),
}
"""By name, on both generations or on one: the ending, the status, and what the message says."""

LEAVES = {"chat-cancelled", "chat-num-predict-0", "chat-option-num_predict-minus2"}
"""The recorded client left while the server went on."""


def known(method: str, *paths: str) -> list[object]:
    """The recordings of these calls as parameters; a malformed request is nothing that the client could send."""
    found = [(path, Recording.load(path)) for path in PATHS]
    return [
        pytest.param(recording, id=f"{'own-' if OWN in path.parents else ''}{recording.name}")
        for path, recording in found
        if recording.request.method == method
        and recording.request.path in paths
        and not isinstance(recording.request.body, str)
    ]


def expected_failure(recording: Recording):
    return FAILS.get(recording.name) or FAILS.get(recording.name.partition("/")[2])


def expected_text(recording: Recording) -> tuple[str, str]:
    """The answer and the thinking, put together by other means than the client's."""
    lines = [json.loads(line) for line in recording.text.split("\n") if line]
    messages = [line.get("message", line) for line in lines]
    answer = "".join(message.get("content", message.get("response", "")) for message in messages)
    return answer, "".join(message.get("thinking", "") for message in messages)


def recorded_request(recording: Recording) -> ChatRequest:
    body = recording.request.body
    return ChatRequest(
        model=body.get("model", "any"),
        messages=tuple(Message(each["role"], each["content"]) for each in body["messages"]),
        options=body.get("options", {}),
        format=body.get("format"),
        think=body.get("think"),
        keep_alive=body.get("keep_alive"),
    )


async def collect(stream, limit: int | None = None) -> tuple[list[Delta], Done | None, BackendError | None]:
    """What a stream brings; leaves it after ``limit`` deltas."""
    deltas, done = [], None
    async with aclosing(stream):
        try:
            async for item in stream:
                if isinstance(item, Done):
                    done = item
                else:
                    deltas.append(item)
                    if len(deltas) == limit:
                        break
        except BackendError as error:
            return deltas, done, error
    return deltas, done, None


def check_done(recording: Recording, done: Done) -> None:
    """The figures are the recorded last line's, in seconds."""
    last = json.loads([line for line in recording.text.split("\n") if line][-1])
    reason = last.get("done_reason")
    assert done.ending == (Ending.LENGTH if reason == "length" else Ending.COMPLETE)
    figures = done.figures
    assert (figures.done_reason, figures.prompt_tokens, figures.generated_tokens) == (
        reason,
        last.get("prompt_eval_count"),
        last.get("eval_count"),
    )
    durations = (figures.total_s, figures.load_s, figures.prefill_s, figures.decode_s)
    names = ("total_duration", "load_duration", "prompt_eval_duration", "eval_duration")
    for measured, name in zip(durations, names, strict=True):
        assert measured == (None if name not in last else pytest.approx(last[name] / 1e9, rel=1e-12))
    assert (figures.measured_by, figures.ttft_s, figures.wall_s) == ("server", None, None)
    if "eval_count" in last and last.get("eval_duration"):
        assert figures.decode_tps == pytest.approx(last["eval_count"] * 1e9 / last["eval_duration"])


def check_failure(recording: Recording, error: BackendError | None) -> None:
    ending, status, words = expected_failure(recording)
    assert error is not None
    assert (error.ending, error.status) == (ending, status)
    assert words in error.message
    assert "{" not in error.message
    if ending is REFUSED and "n_prompt_tokens" in recording.text:
        asked = recording.request.body["options"]["num_ctx"]
        assert error.num_ctx == asked < error.prompt_tokens
        assert f"{error.prompt_tokens:,}" in str(error)
    elif ending is REFUSED:
        assert (error.prompt_tokens, error.num_ctx) == (None, None)


@pytest.mark.parametrize("recording", known("POST", "/api/chat"))
async def test_a_recorded_chat(recording: Recording, serve, connect):
    server = await serve(Replay([recording]), Script())
    leaves = recording.name.partition("/")[2] in LEAVES
    assert leaves == (recording.ended == "closed by client")
    limit = len(recording.body_chunks) if leaves else None
    deltas, done, error = await collect(connect(server).chat(recorded_request(recording)), limit)

    lines = [line for line in recording.text.split("\n") if line and '"message"' in line]
    if recording.status == 200:
        answer = "".join(delta.text for delta in deltas), "".join(delta.thinking for delta in deltas)
        assert answer == (expected_text(recording) if lines else ("", ""))
    if leaves:
        assert (done, error) == (None, None)
        await server.wait_for(lambda exchanges: exchanges[0].ended == CLIENT_CLOSED)
    elif expected_failure(recording):
        assert done is None
        check_failure(recording, error)
    else:
        assert error is None
        check_done(recording, done)
    if "logprobs" in recording.name:
        assert [delta.tokens for delta in deltas] == [1] * len(deltas)
        assert sum(delta.tokens for delta in deltas) in (
            done.figures.generated_tokens,
            done.figures.generated_tokens - 1,
        )


@pytest.mark.parametrize("recording", known("POST", "/api/generate", "/api/pull"))
async def test_other_streams_go_through_the_same_reader(recording: Recording, serve, connect):
    server = await serve(Replay([recording]), Script())
    client = await connect(server)._open()
    body = recording.request.body
    lines, error = [], None
    call = client.pull if recording.request.path == "/api/pull" else client.generate
    try:
        async for line in await call(body["model"], stream=True):
            lines.append(line)  # noqa: PERF401 - what came before an error counts
    except BackendError as raised:
        error = raised
    text = "".join(delta.text for delta in (line.delta() for line in lines) if delta)
    failure = expected_failure(recording)
    if failure and failure[0] is not NO_DONE:
        check_failure(recording, error)
        return
    assert error is None
    assert text == expected_text(recording)[0]
    assert lines[-1].done is not bool(failure)
    if not failure:
        check_done(recording, lines[-1].finish())


@pytest.mark.parametrize(
    "recording", [each for each in known("POST", "/api/generate") if "prompt" not in each.values[0].request.body]
)
async def test_loading_and_unloading(recording: Recording, serve, connect):
    body = recording.request.body
    server = await serve(Replay([recording]))
    backend = connect(server)
    if body.get("keep_alive") == 0:
        await backend.unload(body["model"])
        assert (server.requests[0].json["keep_alive"], "options" in server.requests[0].json) == (0, False)
        assert '"unload"' in recording.text
    else:
        await backend.preload(body["model"], {"num_ctx": 2048, "temperature": 0.5}, "5m")
        assert server.requests[0].json["options"] == {"num_ctx": 2048}
        assert '"load"' in recording.text
    assert "prompt" not in server.requests[0].json


@pytest.mark.parametrize("recording", known("GET", "/api/tags", "/api/ps", "/api/version"))
async def test_the_quiet_calls(recording: Recording, serve, connect):
    backend = connect(await serve(Replay([recording])))
    if recording.status == 403:
        with pytest.raises(BackendError, match=r"answered 403 without a word") as caught:
            await backend.models()
        assert (caught.value.ending, caught.value.status) == (ERROR, 403)
        assert "127.0.0.1" in caught.value.advice
        return
    answer = json.loads(recording.text)
    match recording.request.path:
        case "/api/version":
            assert await backend.version() == answer["version"]
        case "/api/ps":
            found = await backend.loaded()
            keys = ("name", "digest", "size", "size_vram", "context_length", "expires_at")
            assert [[getattr(each, key) for key in keys] for each in found] == [
                [model[key] for key in keys] for model in answer["models"]
            ]
        case _:
            found = await backend.models()
            assert [(each.name, each.digest, each.size, each.quantization) for each in found] == [
                (model["name"], model["digest"], model["size"], model["details"]["quantization_level"])
                for model in answer["models"]
            ]
            assert [each.context_length for each in found] == [
                model["details"].get("context_length") for model in answer["models"]
            ]


@pytest.mark.parametrize("recording", known("POST", "/api/show"))
async def test_a_recorded_model(recording: Recording, serve, connect):
    tags = Recording.load(
        next(path for path in PATHS if path.parts[-2:] == (recording.name.split("/")[0], "tags.json"))
    )
    backend = connect(await serve(Replay([recording]), Replay([tags])))
    name = recording.request.body["model"]
    if recording.status == 404:
        with pytest.raises(BackendError) as caught:
            await backend.show(name)
        assert (caught.value.ending, caught.value.status) == (ERROR, 404)
        installed = [model["name"] for model in json.loads(tags.text)["models"]]
        assert ", ".join(installed) in caught.value.message
        assert f"`ollama pull {name}`" in caught.value.advice
        return
    answer = json.loads(recording.text)
    info = await backend.show(name)
    assert (info.name, info.family) == (name, "gemma3")
    assert info.context_length == answer["model_info"]["gemma3.context_length"]
    assert info.layers == answer["model_info"]["gemma3.block_count"] + 1
    assert (info.parameters["temperature"], info.parameters["top_p"]) == (1, 0.95)
    assert info.parameters["stop"][0] == "<end_of_turn>"
    assert info.capabilities == ("completion",)
