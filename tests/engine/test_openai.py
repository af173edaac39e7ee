"""The OpenAI engine's client: what it sends, what it makes of every stream and refusal, on a real socket."""

import asyncio
from contextlib import aclosing

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError, ChatRequest, Delta, Done, Message, Remark
from chimera_tui.engine.backends.openai import OpenAiBackend
from tests.server import CLIENT_CLOSED, Answer, Cut, Delay, HangUp, OllamaServer, OpenAiScript, Refuse, Split
from tests.server.http import Piece, json_answer, plain_answer
from tests.server.openai import COMPLETIONS, STREAM, bent, piece, sse, too_long, usage

REQUEST = ChatRequest(model="tiny", messages=(Message("user", "report"),))
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
WORDS = [piece(None, role="assistant", content=None), piece("Hel"), piece("lo 🦙\u2028")]
END = [piece(None, finish="stop"), usage(7, 3), "[DONE]"]


@pytest.fixture
async def backends():
    """``backends(server, **arguments)`` makes a backend that is closed after the test."""
    made: list[OpenAiBackend] = []

    def make(server: OllamaServer | str, **arguments: object) -> OpenAiBackend:
        made.append(OpenAiBackend(server if isinstance(server, str) else server.url, **arguments))
        return made[-1]

    yield make
    for backend in made:
        await backend.aclose()


async def read(backend: OpenAiBackend, request: ChatRequest = REQUEST):
    """Text, thinking, the last piece, remarks, and the error where there was one."""
    text, thinking, done, remarks = "", "", None, []
    async with aclosing(backend.chat(request)) as stream:
        try:
            async for item in stream:
                if isinstance(item, Delta):
                    text, thinking = text + item.text, thinking + item.thinking
                elif isinstance(item, Remark):
                    remarks.append(item.text)
                else:
                    done = item
        except BackendError as error:
            return text, thinking, done, remarks, error
    return text, thinking, done, remarks, None


def answering(*events: object) -> OpenAiScript:
    return OpenAiScript(reply=lambda request: sse(*events))


async def test_what_is_sent_and_what_comes_back(serve, backends):
    server = await serve(OpenAiScript(text="Fine.", software="llama.cpp"))
    backend = backends(server)
    await backend.show("tiny")
    given = {
        "temperature": 1.0, "top_p": 0.9, "seed": 3, "stop": ["x!"], "num_predict": 50, "presence_penalty": 0.1,
        "frequency_penalty": 0.2, "top_k": 0, "min_p": 0.1, "repeat_penalty": 1.1, "num_gpu": 80, "num_ctx": 512,
    }  # fmt: skip
    options = backend.sendable(given)
    assert set(given) - set(options) == {"num_gpu", "num_ctx"}
    request = ChatRequest(model="tiny", messages=(Message("user", "n \udcff"),), options=options, format=SCHEMA)
    _, _, done, _, error = await read(backend, request)
    assert error is None
    assert server.requests[-1].json == {
        "model": "tiny", "messages": [{"role": "user", "content": "n ?"}], "stream": True,
        "stream_options": {"include_usage": True}, "temperature": 1.0, "top_p": 0.9, "seed": 3, "stop": ["x!"],
        "max_tokens": 50, "presence_penalty": 0.1, "frequency_penalty": 0.2, "top_k": 0, "min_p": 0.1,
        "repeat_penalty": 1.1, "response_format": {
            "type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}},
    }  # fmt: skip
    assert isinstance(done, Done)
    assert (done.figures.measured_by, done.figures.decode_s is not None) == ("server", True)


@pytest.mark.parametrize(
    ("software", "fields"),
    [
        ("vLLM", {"top_k": -1, "min_p": 0.1, "repetition_penalty": 1.1}),
        ("SGLang", {"top_k": -1, "min_p": 0.1, "repetition_penalty": 1.1}),
        ("", {}),
    ],
)
async def test_extra_fields_only_where_the_server_takes_them(serve, backends, software, fields):
    server = await serve(OpenAiScript(text="Fine.", software=software))
    backend = backends(server)
    await backend.show("tiny")
    options = backend.sendable({"top_k": 0, "min_p": 0.1, "repeat_penalty": 1.1, "seed": -1, "num_predict": -1})
    await read(backend, ChatRequest(model="tiny", messages=REQUEST.messages, options=options))
    known = {"model", "messages", "stream", "stream_options"}
    assert {key: value for key, value in server.requests[-1].json.items() if key not in known} == fields


@pytest.mark.parametrize(
    ("software", "version", "context"),
    [("vLLM", "vLLM 0.11.0", 5000), ("llama.cpp", "llama.cpp b6100-abc", 5000), ("SGLang", "SGLang", 5000),
     ("", "", None)],
)  # fmt: skip
async def test_the_server_says_what_it_is_and_how_much_it_holds(serve, backends, software, version, context):
    backend = backends(await serve(OpenAiScript(software=software, context=5000)))
    assert await backend.version() == version
    assert (await backend.show("tiny")).context_length == context
    with pytest.raises(BackendError, match=r"no model gemma3:latest\. It serves tiny\."):
        await backend.show("gemma3:latest")


@pytest.mark.parametrize("software", ["vLLM", "llama.cpp"])
async def test_a_server_without_the_extra_calls_is_still_used(serve, backends, software):
    faults = [Refuse(status=404, error="no", path=path) for path in ("/version", "/props")]
    backend = backends(await serve(OpenAiScript(software=software, faults=faults)))
    assert await backend.version() == software
    assert (await backend.show("tiny")).context_length == 16_384


STREAMS = {
    "plain": [*WORDS, *END],
    "comments": [b": ping\n\n", *WORDS, b":\n\n", *END],
    "carriage returns": [b'data: {"choices":[{"delta":{"content":"Hel"}}]}\r\n\r\n', WORDS[2], *END],
    "several lines": [b'data: {"choices":[{"delta":\ndata: {"content":"Hel"}}]}\n\n', WORDS[2], *END],
    "no last blank line": [*WORDS, *END[:2], b"data: [DONE]"],
    "usage in every event": [event | {"usage": {"prompt_tokens": 7, "completion_tokens": 1}} for event in WORDS] + END,
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("every", [None, 1, 7])
async def test_every_form_of_a_stream_reads_the_same(serve, backends, name, every):
    faults = [] if every is None else [Split(every=every)]
    server = await serve(OpenAiScript(reply=lambda request: bent(sse(*STREAMS[name]), *faults)))
    text, _, done, _, error = await read(backends(server))
    assert error is None
    assert text == "Hello 🦙\u2028"
    assert (done.ending, done.figures.done_reason) == (Ending.COMPLETE, "stop")
    assert (done.figures.prompt_tokens, done.figures.generated_tokens) == (7, 3)
    assert (done.figures.measured_by, done.figures.decode_s) == ("client", None)


async def test_missing_usage_is_unknown_not_zero(serve, backends):
    _, _, done, _, _ = await read(backends(await serve(answering(*WORDS, piece(None, finish="stop"), "[DONE]"))))
    assert (done.figures.prompt_tokens, done.figures.generated_tokens) == (None, None)


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
async def test_thinking_is_apart(serve, backends, key):
    server = await serve(answering(piece(None, **{key: "Hm. "}), piece("Yes."), *END))
    text, thinking, *_ = await read(backends(server))
    assert (text, thinking) == ("Yes.", "Hm. ")


@pytest.mark.parametrize(
    ("reason", "ending"),
    [("length", Ending.LENGTH), ("stop", Ending.COMPLETE), ("tool_calls", Ending.COMPLETE),
     ("content_filter", Ending.SERVER_ERROR), ("abort", Ending.SERVER_ERROR)],
)  # fmt: skip
async def test_each_reason_of_an_end_has_its_ending(serve, backends, reason, ending):
    server = await serve(answering(*WORDS, piece(None, finish=reason), usage(7, 3), "[DONE]"))
    text, _, done, _, error = await read(backends(server))
    assert text == "Hello 🦙\u2028"
    assert (done or error).ending is ending
    assert error is None or reason in error.message


ERRORS = [
    [{"error": {"message": "CUDA died", "type": "x"}}],
    [{"object": "error", "message": "CUDA died", "code": 400}],
    [b'error: {"code":500,"message":"CUDA died"}\n\n'],
    [b'event: error\ndata: {"error": "CUDA died"}\n\n', "[DONE]"],
]


@pytest.mark.parametrize("events", ERRORS)
async def test_an_error_in_the_stream_keeps_the_text_and_says_the_server_s_words(serve, backends, events):
    text, _, done, _, error = await read(backends(await serve(answering(*WORDS, *events))))
    assert (text, done) == ("Hello 🦙\u2028", None)
    assert error.ending is Ending.SERVER_ERROR
    assert "CUDA died" in error.message


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        (Cut(after_lines=4, how="rst"), Ending.CONNECTION_LOST),
        (Cut(after_lines=4, how="fin"), Ending.CONNECTION_LOST),
        (Cut(after_lines=4, how="complete"), Ending.NO_DONE),
        (Cut(after_bytes=290, how="complete"), Ending.NO_DONE),
        (Cut(after_lines=10, how="complete"), Ending.NO_DONE),
        (HangUp(), Ending.CONNECTION_LOST),
    ],
)
async def test_a_hang_up_before_done_is_never_complete(serve, backends, fault, ending):
    server = await serve(OpenAiScript(reply=lambda request: bent(sse(*WORDS, *END), fault)))
    text, _, done, _, error = await read(backends(server))
    assert done is None
    assert error.ending is ending
    assert "Hello 🦙\u2028".startswith(text)


async def test_a_silent_server_is_given_up_after_the_read_timeout(serve, backends):
    server = await serve(OpenAiScript(faults=[Delay(seconds=float("inf"), path=COMPLETIONS)]))
    *_, error = await read(backends(server, read_timeout_s=0.2))
    assert error.ending is Ending.CONNECTION_LOST
    assert "sent nothing for 0.2 s" in error.message


async def test_nobody_there(backends):
    *_, error = await read(backends("http://127.0.0.1:9"))
    assert error.ending is Ending.SERVER_ERROR
    assert "No server answers at http://127.0.0.1:9/v1" in error.message
    assert "server.openai_url" in error.advice


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"error": {"message": "The model `x` does not exist."}}, 404), "The model `x` does not exist"),
        (json_answer({"error": "queue full"}, 503), "queue full"),
        (json_answer({"detail": [{"msg": "top_p must be in (0, 1]"}]}, 422), "top_p must be in"),
        (json_answer({"object": "error", "message": "bad", "code": 400}, 400), "bad"),
        (plain_answer(b"<html>", 502, "text/html"), "a web page"),
        (plain_answer(b"", 500), "500 without a word"),
        (plain_answer(b"", 307), "307"),
    ],
)
async def test_a_refusal_says_the_server_s_words(serve, backends, answer, words):
    *_, error = await read(backends(await serve(OpenAiScript(reply=lambda request: answer))))
    assert error.ending is Ending.SERVER_ERROR
    assert words in error.message


@pytest.mark.parametrize(
    ("message", "figures"),
    [
        (too_long(4900, 4096), (4900, 4096)),
        ("The input (18013 tokens) is longer than the model's context length (4096 tokens).", (18013, 4096)),
        ("The decoder prompt (length 5000) is longer than the maximum model length of 4096.", (5000, 4096)),
        (
            "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.",
            (5000, 4096),
        ),
        (
            "max_tokens is too large: 900. The maximum context length is 4096 tokens, you have 3500 input tokens",
            (3500, 4096),
        ),
        ("context_length_exceeded", (None, None)),
    ],
)
async def test_a_prompt_that_does_not_fit_is_refused_with_figures(serve, backends, message, figures):
    answer = json_answer({"error": {"message": message}}, 400)
    *_, error = await read(backends(await serve(OpenAiScript(reply=lambda request: answer))))
    assert error.ending is Ending.REFUSED
    assert (error.prompt_tokens, error.num_ctx) == figures


async def test_a_server_without_schemas_is_asked_otherwise_and_that_is_said(serve, backends):
    server = await serve(OpenAiScript(text='{"a": "b"}', schemas=False))
    backend = backends(server)
    request = ChatRequest(model="tiny", messages=REQUEST.messages, format=SCHEMA)
    text, _, done, remarks, error = await read(backend, request)
    assert (text, error, done.ending) == ('{"a": "b"}', None, Ending.COMPLETE)
    assert [each.json.get("response_format", {}).get("type") for each in server.requests] == [
        "json_schema", "json_object", None,
    ]  # fmt: skip
    assert len(remarks) == 2
    assert "json_schema" in remarks[0]
    await read(backend, request)
    assert "response_format" not in server.requests[-1].json, "what was refused is not tried again"
    assert len(server.requests) == 4


async def test_a_refusal_about_something_else_is_not_tried_again(serve, backends):
    answer = json_answer({"error": {"message": "temperature must be below 2"}}, 400)
    server = await serve(OpenAiScript(reply=lambda request: answer))
    *_, error = await read(backends(server), ChatRequest(model="tiny", messages=REQUEST.messages, format=SCHEMA))
    assert "temperature" in error.message
    assert len(server.requests) == 1


async def test_a_server_that_does_not_stream_is_read_all_the_same(serve, backends):
    whole = {"choices": [{"message": {"content": "All."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 2}}
    text, _, done, _, _ = await read(backends(await serve(OpenAiScript(reply=lambda request: json_answer(whole)))))
    assert (text, done.ending, done.figures.prompt_tokens) == ("All.", Ending.COMPLETE, 2)


@pytest.mark.parametrize("junk", [b"data: {not json\n\n", b"data: [1, 2]\n\n", b"data: \xff\xfe\n\n"])
async def test_junk_is_not_the_protocol(serve, backends, junk):
    *_, error = await read(backends(await serve(answering(*WORDS, junk, *END))))
    assert error.ending is Ending.SERVER_ERROR
    assert "does not speak the OpenAI protocol" in error.message


async def test_the_key_is_sent_and_shown_nowhere(serve, backends):
    server = await serve(OpenAiScript(text="Fine.", api_key="sk-right"))
    text, *_ = await read(backends(server, api_key="sk-right"))
    assert text == "Fine."
    *_, error = await read(backends(server, api_key="sk-wrong-1234"))
    assert (error.ending, error.status) == (Ending.SERVER_ERROR, 401)
    assert "[hidden]" in error.message
    assert "sk-wrong" not in repr(vars(error)) + str(error)
    assert "CHIMERA_API_KEY" in error.advice
    *_, error = await read(backends(server, api_key="sk-\n"))
    assert "not valid in HTTP" in error.message
    assert "sk-" not in str(error)


async def test_a_header_of_the_settings_goes_before_the_key(serve, backends):
    server = await serve(OpenAiScript(text="Fine."))
    await read(backends(server, api_key="sk-1", headers={"authorization": "Basic Zm9v"}))
    assert server.requests[-1].headers["authorization"] == "Basic Zm9v"


async def test_stopping_closes_the_connection(serve, backends):
    server = await serve(OpenAiScript(text="word " * 500, tokens_per_s=50))
    task = asyncio.create_task(read(backends(server)))
    await server.wait_for(lambda found: found and found[-1].sent.bytes > 1000)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (exchange,) = await server.wait_for(lambda found: found[-1].ended)
    assert exchange.ended == CLIENT_CLOSED


def test_addresses() -> None:
    assert OpenAiBackend("127.0.0.1:8000").host == "http://127.0.0.1:8000/v1"
    assert OpenAiBackend("http://h:1/v1/").host == "http://h:1/v1"
    assert OpenAiBackend("https://u:p@h/api/openai").host == "https://h/api/openai"
    with pytest.raises(BackendError, match=r"server\.openai_url"):
        OpenAiBackend("ftp://h")


async def test_a_stream_of_another_content_type_is_read(serve, backends):
    answer = Answer(200, STREAM[1:], tuple(Piece(0.0, each.data) for each in sse(*WORDS, *END).pieces))
    text, *_ = await read(backends(await serve(OpenAiScript(reply=lambda request: answer))))
    assert text == "Hello 🦙\u2028"
