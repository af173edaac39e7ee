"""What the client sends, and what it makes of everything that can go wrong, on a real socket."""

import asyncio
import base64
import json
import math
import socket
import subprocess
import sys
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError, ChatRequest, Delta, Done, Message
from chimera_tui.engine.backends.ollama import OllamaBackend
from tests.server import (
    CLIENT_CLOSED,
    BlankLines,
    Cut,
    Delay,
    DropKeys,
    ErrorLine,
    HangUp,
    Model,
    NoDone,
    OllamaServer,
    Refuse,
    Reply,
    Script,
    ServerThread,
    Split,
    too_long_0_32,
)

TEXT = "Latency – 12.5 ms 🦙\u2028half\u0085of\u2029it.\n\n| a | b |\n"
REQUEST = ChatRequest(model="gemma3:latest", messages=(Message("user", "report"),))


async def read(backend: OllamaBackend, request: ChatRequest = REQUEST) -> tuple[str, Done | None, BackendError | None]:
    """The text that arrived and how it ended."""
    text, done = "", None
    async with aclosing(backend.chat(request)) as stream:
        try:
            async for item in stream:
                if isinstance(item, Delta):
                    text += item.text
                else:
                    done = item
        except BackendError as error:
            return text, done, error
    return text, done, None


async def test_what_is_sent(serve, connect):
    server = await serve(Script(models=(Model("m:1", capabilities=("completion", "thinking")),)))
    schema = {"type": "object", "properties": {"a": {"type": ["integer", "null"], "default": None}}}
    request = ChatRequest(
        model="m:1",
        messages=(Message("system", "be brief"), Message("user", "name \udcff.csv")),
        options={"num_ctx": 4096, "min_p": 0.1, "future_option": 1, "stop": ["x"]},
        format=schema,
        think="low",
        keep_alive="5m",
    )
    await read(connect(server, headers={"X-Team": "bench"}), request)
    (sent,) = server.requests
    assert sent.json | {"tools": []} == {
        "model": "m:1",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "name ?.csv"}],
        "options": {"num_ctx": 4096, "min_p": 0.1, "future_option": 1, "stop": ["x"]},
        "format": schema,
        "think": "low",
        "keep_alive": "5m",
        "stream": True,
        "truncate": False,
        "shift": False,
        "tools": [],
    }
    assert sent.headers["x-team"] == "bench"


async def test_unset_is_not_sent(serve, connect):
    server = await serve(Script())
    await read(connect(server))
    assert server.requests[0].json["options"] == {}
    assert not {"format", "think", "keep_alive", "logprobs"} & server.requests[0].json.keys()


async def test_nothing_comes_from_the_environment(serve, connect, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:1")
    monkeypatch.setenv("OLLAMA_API_KEY", "sesame")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = await serve(Script())
    assert await connect(server).version() == "0.32.15"
    assert "authorization" not in server.requests[0].headers


async def test_a_proxy_is_used_for_another_machine_only(serve, connect, monkeypatch):
    proxy = await serve(Script())
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    with pytest.raises(BackendError):
        await connect("http://box.example:11434").version()
    assert proxy.requests[0].path == "http://box.example:11434/api/version"


async def test_a_header_that_a_server_repeats_is_not_shown(serve, connect):
    told = Refuse(status=401, error="Bearer tok-secret-9 is not known, nor is tok-secret-9", path="/api/version")
    server = await serve(Script(faults=[told]))
    with pytest.raises(BackendError) as caught:
        await connect(server, headers={"Authorization": "Bearer tok-secret-9", "X-A": "b"}).version()
    assert "tok-secret" not in repr(vars(caught.value)) + str(caught.value)
    assert "is not known" in caught.value.message


async def test_credentials_of_the_address_are_sent_and_never_shown(serve, connect):
    server = await serve(Script(faults=[Refuse(status=500, error="broken", path="/api/version")]))
    backend = connect(f"http://user:p%40ss@127.0.0.1:{server.port}/")
    with pytest.raises(BackendError) as caught:
        await backend.version()
    sent = server.requests[0].headers["authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"user:p@ss"
    assert backend.host == server.url
    assert "p@ss" not in repr(vars(caught.value)) + str(caught.value)


async def test_a_header_for_authorization_is_kept(serve, connect):
    server = await serve(Script())
    await connect(server, headers={"Authorization": "Bearer ours"}).version()
    assert server.requests[0].headers["authorization"] == "Bearer ours"


@pytest.mark.parametrize("value", ["secret\ninjected: 1", "secret–dash"])
async def test_an_impossible_header_is_named_and_not_shown(serve, connect, value):
    with pytest.raises(BackendError, match=r"\[server\.headers\]") as caught:
        await connect(await serve(Script()), headers={"X-Key": value}).version()
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_server_that_is_down(serve, connect):
    server = await serve(Script())
    await server.stop()
    backend = connect(server)
    for call in (backend.version(), backend.preload("m", {}, None), anext(backend.chat(REQUEST))):
        with pytest.raises(BackendError, match=f"No server answers at {server.url}") as caught:
            await call
        assert caught.value.ending is Ending.SERVER_ERROR
        assert "`ollama serve`" in caught.value.advice
        assert "--engine offline" in caught.value.advice


async def test_a_server_that_came_back(serve, connect):
    server = await serve(Script())
    backend = connect(server)
    assert await backend.version()
    await server.stop()
    with pytest.raises(BackendError):
        await backend.version()
    await server.start()
    assert await backend.version()
    await backend.aclose()
    assert await backend.version(), "a closed backend opens again"


async def test_the_connect_timeout_is_its_own(connect):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        others = [socket.socket() for _ in range(3)]
        try:
            for other in others:
                other.setblocking(False)
                other.connect_ex(full.getsockname())
            backend = connect(f"127.0.0.1:{full.getsockname()[1]}", connect_timeout_s=0.2, read_timeout_s=600)
            with pytest.raises(BackendError, match=r"within the connect timeout") as caught:
                await backend.version()
        finally:
            for other in others:
                other.close()
    assert caught.value.ending is Ending.SERVER_ERROR


async def test_the_read_timeout_counts_as_lost(serve, connect):
    server = await serve(Script(faults=[Delay(seconds=math.inf, line=3)], split=list))
    text, done, error = await read(connect(server, read_timeout_s=1.0))
    assert (len(text), done, error.ending) == (2, None, Ending.CONNECTION_LOST)
    assert "sent nothing for 1 s" in error.message
    assert "server.read_timeout_s" in error.advice
    await server.wait_for(lambda exchanges: exchanges[0].ended == CLIENT_CLOSED)


async def test_loading_may_take_longer_than_connecting(serve, connect):
    server = await serve(Script(text=TEXT, load_s=0.3))
    text, done, error = await read(connect(server, connect_timeout_s=0.1))
    assert (text, error, done.figures.load_s) == (TEXT, None, 0.3)


@pytest.mark.parametrize("leave", ["cancel", "aclose"])
@pytest.mark.parametrize("when", ["before the headers", "between the lines"])
async def test_leaving_closes_the_socket(serve, connect, leave, when):
    line = 0 if when == "before the headers" else 3
    server = await serve(Script(faults=[Delay(seconds=math.inf, line=line)]))
    stream = connect(server).chat(REQUEST)
    arrived: list[Delta | Done] = []

    async def consume() -> None:
        async with aclosing(stream):
            async for item in stream:
                arrived.append(item)
                if leave == "aclose" and len(arrived) == 2:
                    return

    task = asyncio.create_task(consume())
    await server.wait_for(lambda exchanges: exchanges and (line == 0 or exchanges[0].sent.bytes))
    if leave == "cancel" or line == 0:
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (exchange,) = await server.wait_for(lambda exchanges: exchanges[0].ended is not None)
    assert exchange.ended == CLIENT_CLOSED
    assert len(arrived) == (2 if line and leave == "aclose" else len(arrived))


@pytest.mark.parametrize(
    ("fault", "ending", "words", "advice"),
    [
        (Refuse(status=503, error="server busy"), Ending.SERVER_ERROR, "503: server busy.", "try again"),
        (Refuse(status=500, error="cudaMalloc failed: out of memory"), Ending.SERVER_ERROR, "out of memory", "num_gpu"),
        (Refuse(status=401, error="unauthorized"), Ending.SERVER_ERROR, "401: unauthorized.", "[server.headers]"),
        (Refuse(status=404, body=b"404 page not found"), Ending.SERVER_ERROR, "404 page not found", "server.host"),
        (Refuse(status=502, body=b'{"oops"'), Ending.SERVER_ERROR, '502: {"oops"', ""),
        (Refuse(status=500, body=b'["a list"]'), Ending.SERVER_ERROR, '["a list"]', ""),
        (Refuse(status=500, body=b"\xff\xfe"), Ending.SERVER_ERROR, "answered 500", ""),
        (Refuse(status=400, error="{not json"), Ending.SERVER_ERROR, "{not json", ""),
        (Refuse(status=200, body=b"<html>hello</html>"), Ending.SERVER_ERROR, "not speak Ollama's", "server.host"),
        (Refuse(status=200, body=b'{"done": "yes"}\n'), Ending.SERVER_ERROR, "not speak Ollama's", "server.host"),
        (Refuse(status=307, body=b""), Ending.SERVER_ERROR, "answered 307", ""),
        (HangUp(how="rst"), Ending.CONNECTION_LOST, "was lost", "run again"),
        (HangUp(how="fin"), Ending.CONNECTION_LOST, "was lost", "run again"),
    ],
)
async def test_an_answer_that_is_none(serve, connect, fault, ending, words, advice):
    text, done, error = await read(connect(await serve(Script(faults=[fault]))))
    assert (text, done, error.ending) == ("", None, ending)
    assert words in error.message
    assert advice in error.advice


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        (ErrorLine(after_lines=4), Ending.SERVER_ERROR),
        (NoDone(), Ending.NO_DONE),
        (NoDone(how="fin"), Ending.CONNECTION_LOST),
        (Cut(after_lines=4, how="fin"), Ending.CONNECTION_LOST),
        (Cut(after_lines=4, how="rst"), Ending.CONNECTION_LOST),
        (Cut(after_bytes=500, how="complete"), Ending.SERVER_ERROR),
        (Cut(after_bytes=500, how="fin"), Ending.CONNECTION_LOST),
    ],
)
async def test_a_stream_that_breaks_keeps_what_arrived(serve, connect, fault, ending):
    server = await serve(Script(text=TEXT, faults=[fault]))
    text, done, error = await read(connect(server))
    assert (done, error.ending) == (None, ending)
    assert text
    assert TEXT.startswith(text)
    assert error.advice or ending is Ending.SERVER_ERROR


async def test_a_prompt_that_does_not_fit_is_refused_with_figures(serve, connect):
    long = ChatRequest(model="gemma3", messages=(Message("user", "x" * 4000),), options={"num_ctx": 512})
    _, _, error = await read(connect(await serve(Script(version="0.32.15"))), long)
    assert (error.ending, error.prompt_tokens, error.num_ctx) == (Ending.REFUSED, 1006, 512)
    _, _, error = await read(connect(await serve(Script(version="0.24.0"))), long)
    assert (error.ending, error.prompt_tokens, error.num_ctx) == (Ending.REFUSED, None, None)
    inside = ErrorLine(after_lines=0, text=too_long_0_32(900, 512))
    _, _, error = await read(connect(await serve(Script(faults=[inside]))))
    assert (error.ending, error.prompt_tokens) == (Ending.REFUSED, 900)


async def test_a_missing_model_names_what_is_there(serve, connect):
    server = await serve(Script(models=(Model("gemma3:1b"), Model("llama3.1:8b"))))
    backend = connect(server)
    wrong = ChatRequest(model="gemma9", messages=REQUEST.messages)
    for call in (anext(backend.chat(wrong)), backend.show("gemma9"), backend.preload("gemma9", {}, None)):
        with pytest.raises(BackendError, match=r"no model gemma9\. It has gemma3:1b, llama3\.1:8b\.") as caught:
            await call
        assert (caught.value.ending, caught.value.status) == (Ending.SERVER_ERROR, 404)
        assert "`ollama pull gemma9`" in caught.value.advice
    empty = connect(await serve(Script(models=())))
    with pytest.raises(BackendError, match=r"It has none\."):
        await empty.show("gemma9")


async def test_a_request_that_cannot_be_built(serve, connect):
    server = await serve(Script())
    for wrong in (
        ChatRequest(model="", messages=REQUEST.messages),
        ChatRequest(model="m", messages=REQUEST.messages, options={"temperature": math.nan}),
    ):
        _, _, error = await read(connect(server), wrong)
        assert error.ending is Ending.SERVER_ERROR
        assert "cannot be sent" in error.message
    assert server.requests == []


async def test_what_is_not_http(connect):
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n\r\n")
        await writer.drain()
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        with pytest.raises(BackendError, match=r"does not speak Ollama's protocol") as caught:
            await connect(f"127.0.0.1:{server.sockets[0].getsockname()[1]}").version()
    assert caught.value.ending is Ending.SERVER_ERROR


async def test_a_line_without_message_and_blank_lines_are_no_trouble(serve, connect):
    bent = [DropKeys(keys=("message",), lines=(2,)), BlankLines()]
    server = await serve(Script(text="abc", split=list, faults=bent))
    text, done, error = await read(connect(server))
    assert (text, done.figures.generated_tokens, error) == ("ac", 3, None)


async def test_absent_figures_stay_absent(serve, connect):
    figures = ("total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count")
    server = await serve(Script(text="abc", faults=[DropKeys(keys=(*figures, "eval_duration", "done_reason"))]))
    text, done, error = await read(connect(server))
    assert (text, done.ending, error) == ("abc", Ending.COMPLETE, None)
    assert (done.figures.total_s, done.figures.decode_tps, done.figures.done_reason) == (None, None, None)


async def test_thinking_is_apart(serve, connect):
    models = (Model("m:1", capabilities=("completion", "thinking")),)
    server = await serve(Script(models=models, reply=lambda _: Reply(text="the answer", thinking="let me see")))
    request = ChatRequest(model="m:1", messages=REQUEST.messages, think=True)
    deltas = [item async for item in connect(server).chat(request)]
    assert "".join(delta.thinking for delta in deltas[:-1]) == "let me see"
    assert "".join(delta.text for delta in deltas[:-1]) == "the answer"


async def test_loading_unloading_and_what_is_loaded(serve, connect):
    backend = connect(await serve(Script(gpu_share=0.5, loaded=["gemma3:1b"])))
    await backend.preload("gemma3", {"num_ctx": 200_000, "seed": 3}, -1)
    loaded = await backend.loaded()
    assert [(each.name, each.context_length, each.gpu_share) for each in loaded] == [
        ("gemma3:latest", 131_072, pytest.approx(0.5)),
        ("gemma3:1b", 4096, pytest.approx(0.5)),
    ]
    await backend.unload("gemma3")
    assert [each.name for each in await backend.loaded()] == ["gemma3:1b"]


async def test_many_calls_at_once_are_independent(serve, connect):
    server = await serve(Script(reply=lambda request: request.prompt, tokens_per_s=500))
    backend = connect(server)
    asked = [ChatRequest(model="gemma3", messages=(Message("user", f"question {n} of many"),)) for n in range(20)]
    answers = await asyncio.gather(*(read(backend, request) for request in asked))
    assert [text for text, _, _ in answers] == [request.messages[0].content for request in asked]


@pytest.fixture(scope="module")
def split_server():
    script = Script(text=TEXT, split=lambda text: [text[at : at + 2] for at in range(0, len(text), 2)])
    with ServerThread(script) as server:
        yield server, script


@given(at=st.sets(st.integers(1, 4000), max_size=60) | st.just(set(range(1, 4000))), blank=st.booleans())
@settings(max_examples=60, deadline=None)
def test_bytes_may_be_cut_anywhere(split_server, at, blank):
    server, script = split_server
    script.faults = [*([BlankLines()] if blank else []), Split(at=tuple(at))]

    async def call() -> tuple[list[Delta | Done], BackendError | None]:
        backend = OllamaBackend(server.url)
        found = [item async for item in backend.chat(REQUEST)]
        await backend.aclose()
        return found

    *deltas, done = asyncio.run(call())
    assert [delta.text for delta in deltas] == [TEXT[start : start + 2] for start in range(0, len(TEXT), 2)]
    assert (done.ending, done.figures.generated_tokens) == (Ending.COMPLETE, len(deltas))
    assert done.figures.decode_s == pytest.approx(len(deltas) / 100)


def test_importing_the_backend_imports_no_client():
    code = (
        "import sys, chimera_tui.engine.backends.ollama as module;"
        "module.OllamaBackend('127.0.0.1');"
        "print([name for name in ('httpx', 'ollama', 'pydantic', 'polars') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []


async def test_the_first_call_imports_in_a_thread(serve):
    """The import takes half a second in a fresh interpreter: the loop must go on meanwhile."""
    code = """
import asyncio, sys, threading
from chimera_tui.engine.backends.ollama import OllamaBackend

importers = set()

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ("ollama", "httpx"):
            importers.add(threading.current_thread() is threading.main_thread())

async def main():
    sys.meta_path.insert(0, Watch())
    backend = OllamaBackend(sys.argv[1])
    print(await backend.version(), importers)
    await backend.aclose()

asyncio.run(main())
"""
    server: OllamaServer = await serve(Script())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, server.url, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "0.32.15 {False}"
