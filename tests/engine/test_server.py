"""The test server itself: recordings byte for byte, scripted answers that agree with themselves, every fault."""

import asyncio
import json
import math
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.server import (
    CLIENT_CLOSED,
    COMPLETE,
    CUT,
    MODELS,
    OWN,
    SAMPLE,
    SHARED,
    BlankLines,
    Cut,
    Delay,
    ErrorLine,
    HangUp,
    Model,
    NoDone,
    Recording,
    Refuse,
    Replay,
    Reply,
    Request,
    Script,
    ServerThread,
    Split,
    characters,
    instance,
    lines,
    tokens,
)

RECORDINGS = [Recording.load(path) for folder in (OWN, SHARED) for path in sorted(folder.glob("*/*.json"))]


def recording_of(name: str) -> Recording:
    """The first recording of this name: our own."""
    return next(each for each in RECORDINGS if each.name == name)


class Raw:
    """An answer as it is on the wire; chunks are HTTP chunks, or the whole body where there are none."""

    def __init__(self, stream) -> None:
        first, *rest = iter(stream.readline, b"\r\n")
        self.status = int(first.split()[1])
        self.headers = [tuple(line.decode().strip().split(": ", 1)) for line in rest]
        self.chunked = dict(self.headers).get("Transfer-Encoding") == "chunked"
        self.chunks: list[bytes] = []
        self.terminated = False
        self._stream = stream

    def read(self, limit: float = math.inf) -> "Raw":
        """Read to the end, or ``limit`` chunks."""
        while self.chunked and len(self.chunks) < limit and (size := self._stream.readline()):
            data = self._stream.read(int(size, 16))
            self._stream.readline()
            self.terminated = not data
            if not data:
                return self
            self.chunks.append(data)
        if not self.chunked:
            length = int(dict(self.headers).get("Content-Length", 0))
            self.chunks = [self._stream.read(length)] if length else []
            self.terminated = True
        return self


@contextmanager
def ask(url: str, method: str, path: str, body: object = None, **headers: str) -> Iterator[Raw]:
    """Send one request over a bare socket and read the answer's head; leaving closes the socket."""
    host, port = url.removeprefix("http://").split(":")
    data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fields = {"Host": f"{host}:{port}", "Content-Length": str(len(data))} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection((host, int(port)), timeout=10) as connection, connection.makefile("rb") as stream:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)
        yield Raw(stream)


def call(url: str, path: str, body: object = None) -> object:
    """The JSON of one answer, or its lines."""
    with ask(url, "POST" if body is not None else "GET", path, body) as raw:
        text = b"".join(raw.read().chunks).decode()
    parts = [json.loads(line) for line in text.split("\n") if line]
    return parts if raw.chunked else parts[0]


@pytest.mark.parametrize("recording", [pytest.param(each, id=each.name) for each in RECORDINGS])
def test_a_recording_is_served_byte_for_byte(recording):
    request = recording.request
    with ServerThread(Replay([recording])) as server:
        with ask(server.url, request.method, request.path, request.body) as raw:
            raw.read(limit=math.inf if recording.ended != "closed by client" else len(recording.body_chunks))
        (exchange,) = server.wait_for(lambda exchanges: exchanges[0].ended)
    assert raw.status == recording.status
    assert tuple(raw.headers) == recording.headers
    assert raw.chunks == [text.encode() for _, text in recording.body_chunks]
    assert raw.terminated is recording.complete
    ends = {"complete": COMPLETE, "closed by server": CUT, "closed by client": CLIENT_CLOSED}
    assert exchange.ended == ends[recording.ended]


def test_a_folder_is_matched_by_method_path_and_body():
    folder = OWN / "0.32.15"
    with ServerThread(Replay.load(folder)) as server:
        for path in sorted(folder.glob("chat-*.json")):
            recording = Recording.load(path)
            if recording.complete and isinstance(recording.request.body, dict):
                body = recording.request.body
                loose = {"keep_alive": None, "truncate": False, "shift": False, "tools": []} | body
                with ask(server.url, "POST", "/api/chat", loose) as raw:
                    assert b"".join(raw.read().chunks).decode() == recording.text, recording.name
        with ask(server.url, "GET", "/api/unheard") as raw:
            assert raw.status == 404


def test_equal_requests_are_answered_in_order():
    first, second = recording_of("0.24.0/ps-empty"), recording_of("0.24.0/ps-loaded")
    with ServerThread(Replay([first, second])) as server:
        found = [call(server.url, "/api/ps") for _ in range(3)]
    assert found == [json.loads(each.text) for each in (first, second, second)]


def test_a_replay_keeps_the_recorded_pace():
    recording = recording_of("0.24.0/chat-cold")
    answer = recording.answer(pace=2)
    assert [piece.at_s for piece in answer.pieces] == [pytest.approx(at / 2000) for at, _ in recording.body_chunks]
    assert {piece.at_s for piece in recording.answer(pace=None).pieces} == {0.0}


CHAT = {"model": "gemma3", "messages": [{"role": "user", "content": "report"}]}


def test_a_scripted_answer_agrees_with_itself():
    with ServerThread(Script(load_s=0.05)) as server:
        *parts, last = call(server.url, "/api/chat", CHAT)
        again = call(server.url, "/api/chat", CHAT)[-1]
        whole = call(server.url, "/api/chat", CHAT | {"stream": False})
    assert "".join(part["message"]["content"] for part in parts) == SAMPLE == whole["message"]["content"]
    assert last["eval_count"] == len(parts) == len(tokens(SAMPLE))
    assert (last["done"], last["done_reason"], last["message"]["content"]) == (True, "stop", "")
    spent = last["load_duration"] + last["prompt_eval_duration"] + last["eval_duration"]
    assert spent <= last["total_duration"] < spent + 10_000_000
    assert (last["load_duration"], again["load_duration"]) == (50_000_000, 1_000_000)
    assert again["prompt_eval_count"] == last["prompt_eval_count"]
    assert again["prompt_eval_duration"] < last["prompt_eval_duration"], "the second prompt comes from the cache"


def test_the_pace_is_kept_and_reported():
    script = Script(text="one two three four five", tokens_per_s=50)
    answer = asyncio.run(script.answer(Request("POST", "/api/chat", {}, json.dumps(CHAT).encode())))
    times = [piece.at_s for piece in answer.pieces]
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps == [pytest.approx(0.02)] * 4 + [0.0]
    assert json.loads(answer.pieces[-1].data)["eval_duration"] == 100_000_000


@pytest.mark.parametrize(
    ("options", "text", "reason", "count"),
    [
        ({"num_predict": 3}, "one two three", "length", 3),
        ({"num_predict": -1}, "one two three four", "stop", 4),
        ({"num_predict": 0}, "one two three four", "stop", 4),
        ({"stop": [" three", "zzz"]}, "one two", "stop", 2),
    ],
)
def test_options_are_kept(options, text, reason, count):
    with ServerThread(Script(text="one two three four")) as server:
        *parts, last = call(server.url, "/api/chat", CHAT | {"options": options})
    assert "".join(part["message"]["content"] for part in parts) == text
    assert (last["done_reason"], last["eval_count"]) == (reason, count)


def test_a_full_context_ends_or_cuts():
    long = {"model": "gemma3", "messages": [{"role": "user", "content": "x" * 3000}], "options": {"num_ctx": 512}}
    fits = {"model": "gemma3", "messages": [{"role": "user", "content": "x" * 2000}], "options": {"num_ctx": 520}}
    with ServerThread(Script(version="0.32.15")) as server:
        with ask(server.url, "POST", "/api/chat", long | {"truncate": False}) as raw:
            assert raw.status == 400
        assert call(server.url, "/api/chat", long)[-1]["prompt_eval_count"] == 259
        *parts, last = call(server.url, "/api/chat", fits | {"truncate": False, "shift": False})
        assert (len(parts), last["done_reason"], last["prompt_eval_count"]) == (14, "length", 506)


def test_format_is_answered_with_json():
    schema = {
        "type": "object",
        "properties": {
            "summary": {"type": "string", "minLength": 40},
            "kind": {"enum": ["a", "b"]},
            "findings": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/finding"}},
            "maybe": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        },
        "$defs": {"finding": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}},
    }
    with ServerThread(Script()) as server:
        *parts, _ = call(server.url, "/api/chat", CHAT | {"format": schema})
        found = json.loads("".join(part["message"]["content"] for part in parts))
        assert list(found) == ["summary", "kind", "findings", "maybe"]
        assert (len(found["summary"]), found["kind"], found["maybe"]) == (40, "a", None)
        assert found["findings"] == [{"n": 3}, {"n": 3}]
    with ServerThread(Script(data={"given": 1})) as server:
        *parts, _ = call(server.url, "/api/chat", CHAT | {"format": "json"})
        assert json.loads("".join(part["message"]["content"] for part in parts)) == {"given": 1}
    assert instance({"type": "string", "const": "x"}) == "x"
    assert instance({"type": ["boolean", "null"]}) is False


def test_texts_follow_each_other_and_a_callable_decides():
    def first_line(url: str) -> str:
        return "".join(part["message"]["content"] for part in call(url, "/api/chat", CHAT))

    with ServerThread(Script(text=["report", "brief"])) as server:
        assert [first_line(server.url) for _ in range(3)] == ["report", "brief", "brief"]
    replies = {1: "plain", 2: Reply(text="cut", done_reason="length"), 3: Reply(faults=[Refuse(status=503)])}
    with ServerThread(Script(reply=lambda request: replies[request.nth])) as server:
        assert first_line(server.url) == "plain"
        assert call(server.url, "/api/chat", CHAT)[-1]["done_reason"] == "length"
        assert call(server.url, "/api/chat", CHAT) == {"error": ""}


def test_the_state_is_consistent():
    with ServerThread(Script(loaded=["gemma3:1b"], models=MODELS)) as server:
        names = [model["name"] for model in call(server.url, "/api/tags")["models"]]
        assert names == [model.name for model in MODELS]
        load = call(server.url, "/api/generate", {"model": "gemma3", "options": {"num_ctx": 2048, "num_gpu": 0}})
        assert load["done_reason"] == "load"
        first, second = call(server.url, "/api/ps")["models"]
        assert (first["name"], first["context_length"], first["size_vram"]) == ("gemma3:latest", 2048, 0)
        assert (second["name"], second["size_vram"]) == ("gemma3:1b", second["size"])
        shown = call(server.url, "/api/show", {"model": "gemma3"})
        assert shown["details"]["family"] == "gemma3"
        assert call(server.url, "/api/generate", {"model": "gemma3", "keep_alive": 0})["done_reason"] == "unload"
        assert [model["name"] for model in call(server.url, "/api/ps")["models"]] == ["gemma3:1b"]
        call(server.url, "/api/chat", CHAT | {"keep_alive": 0})
        assert len(call(server.url, "/api/ps")["models"]) == 1
        assert "missing unit" in call(server.url, "/api/chat", CHAT | {"keep_alive": "300"})["error"]
        assert call(server.url, "/api/chat", {"model": "none", "messages": []})["error"] == "model 'none' not found"
        assert call(server.url, "/api/chat", "{oops")["error"]
        assert "thinking" in call(server.url, "/api/chat", CHAT | {"think": True})["error"]


def test_the_oldest_model_makes_room():
    models = tuple(Model(f"m:{n}") for n in range(5))
    with ServerThread(Script(models=models)) as server:
        for model in models:
            call(server.url, "/api/generate", {"model": model.name})
        assert [model["name"] for model in call(server.url, "/api/ps")["models"]] == ["m:4", "m:3", "m:2"]


def test_a_foreign_host_is_forbidden():
    with ServerThread(Script()) as server:
        for host, status in (("evil.example.com", 403), ("localhost:1", 200), ("[::1]:1", 200), ("box.local", 200)):
            with ask(server.url, "GET", "/api/tags", Host=host) as raw:
                assert raw.status == status, host


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (Split(every=3), lambda raw: {len(chunk) for chunk in raw.chunks[:-1]} == {3}),
        (Split(at=(1, 5)), lambda raw: [len(chunk) for chunk in raw.chunks[:2]] == [1, 4]),
        (BlankLines(), lambda raw: b"".join(raw.chunks).count(b"\n") == 2 * len(raw.chunks)),
        (ErrorLine(after_lines=1), lambda raw: json.loads(raw.chunks[1])["error"] and len(raw.chunks) == 2),
        (NoDone(), lambda raw: raw.terminated and b'"done":true' not in b"".join(raw.chunks)),
        (NoDone(how="fin"), lambda raw: not raw.terminated and len(raw.chunks) == 5),
        (Cut(after_lines=2, how="fin"), lambda raw: not raw.terminated and len(raw.chunks) == 2),
        (Cut(after_bytes=150, how="fin"), lambda raw: len(b"".join(raw.chunks)) == 150),
        (Refuse(status=500, error="oh"), lambda raw: (raw.status, raw.chunks) == (500, [b'{"error":"oh"}'])),
        (Refuse(status=500, nth=2), lambda raw: raw.status == 200),
        (Refuse(status=500, path="/api/tags"), lambda raw: raw.status == 200),
    ],
)
def test_faults_bend_an_answer(fault, check):
    script = Script(text="one two – ü", faults=[fault])
    with ServerThread(script) as server, ask(server.url, "POST", "/api/chat", CHAT) as raw:
        assert check(raw.read())


def test_a_reset_is_a_reset():
    with (
        ServerThread(Script(faults=[HangUp(how="rst")])) as server,
        pytest.raises(ConnectionResetError),
        ask(server.url, "POST", "/api/chat", CHAT),
    ):
        pass


def test_delays_move_what_follows():
    recording = recording_of("0.24.0/chat-runner-killed")
    answer = recording.answer(None)
    late = Delay(seconds=2, line=3).apply(answer)
    assert [piece.at_s for piece in late.pieces][:4] == [0, 0, 2, 2]
    assert (late.headers_at_s, Delay(seconds=2).apply(answer).headers_at_s) == (0, 2)


def test_other_ways_to_split():
    assert "".join(tokens(SAMPLE)) == SAMPLE
    assert characters("aü") == ["a", "ü"]
    assert lines("a\nb") == ["a\n", "b"]


def test_it_starts_by_hand(tmp_path: Path):
    text = tmp_path / "answer.md"
    text.write_text("# By hand\n", encoding="utf-8")
    arguments = ["--port", "0", "--text", str(text), "--tokens-per-s", "0", "--load-s", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/api/version", timeout=10) as answer:
            assert json.load(answer) == {"version": "0.32.15"}
        *parts, _ = call(url, "/api/chat", CHAT)
        assert "".join(part["message"]["content"] for part in parts) == "# By hand\n"
        assert "GET /api/version" in process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=10)
