"""The server itself: sockets, the record of what was asked, and how every connection ended."""

import asyncio
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from tests.server.faults import Fault
from tests.server.http import Answer, Request, Sent, plain_answer, read_request, write_answer

COMPLETE, CLIENT_CLOSED, CUT, STOPPED = "complete", "client closed", "cut by the server", "server stopped"


class Responder(Protocol):
    """Where answers come from: a replay or a script. None passes the request to the next one."""

    faults: Sequence[Fault]

    async def answer(self, request: Request) -> Answer | None: ...


@dataclass
class Exchange:
    """One request and what became of it. ``ended`` is None while it goes on."""

    request: Request
    status: int | None = None
    ended: str | None = None
    sent: Sent = field(default_factory=Sent)


class Log:
    """Every exchange in the order of arrival; can be read and waited for from any thread."""

    def __init__(self, on_end: Callable[[Exchange], object] | None = None) -> None:
        self.exchanges: list[Exchange] = []
        self._on_end = on_end
        self._changed = threading.Condition()
        self._seen: Counter[str] = Counter()

    def open(self, request: Request) -> Exchange:
        """Note a request."""
        with self._changed:
            self._seen[request.path] += 1
            exchange = Exchange(replace(request, nth=self._seen[request.path]))
            self.exchanges.append(exchange)
            self._changed.notify_all()
        return exchange

    def close(self, exchange: Exchange, ended: str) -> None:
        """Note how it ended."""
        with self._changed:
            exchange.ended = ended
            self._changed.notify_all()
        if self._on_end is not None:
            self._on_end(exchange)

    def wait_for(self, condition: Callable[[list[Exchange]], object], timeout_s: float = 10.0) -> list[Exchange]:
        """Block until the condition holds for the exchanges; TimeoutError otherwise. Not on the server's own loop."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not condition(self.exchanges):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"after {timeout_s} s: {[(e.request.path, e.ended) for e in self.exchanges]}")
                # How far an answer got changes without a notice.
                self._changed.wait(0.01)
            return list(self.exchanges)


class OllamaServer:
    """Speaks Ollama's protocol on 127.0.0.1. ``async with OllamaServer(Script()) as server: server.url``."""

    def __init__(
        self,
        *responders: Responder,
        host: str = "127.0.0.1",
        port: int = 0,
        on_end: Callable[[Exchange], object] | None = None,
    ) -> None:
        self.responders = responders
        self.log = Log(on_end)
        self._bind = (host, port)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def exchanges(self) -> list[Exchange]:
        """What was asked so far."""
        return self.log.exchanges

    @property
    def requests(self) -> list[Request]:
        """The requests so far."""
        return [exchange.request for exchange in self.log.exchanges]

    @property
    def port(self) -> int:
        """The port in use, 0 before the start; it stays known after the stop."""
        return self._bind[1]

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self._bind[0]}:{self.port}"

    async def start(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, *self._bind)
        self._bind = (self._bind[0], self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        """Stop listening and drop what is open."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def wait_for(self, condition: Callable[[list[Exchange]], object], timeout_s: float = 10.0) -> list[Exchange]:
        """Wait until the condition holds for the exchanges; TimeoutError otherwise."""
        return await asyncio.to_thread(self.log.wait_for, condition, timeout_s)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            request = await read_request(reader)
            if request is not None:
                await self._serve(self.log.open(request), reader, writer)
        except asyncio.CancelledError:
            pass  # the server stops; asyncio's own callback would log the cancellation as an error
        finally:
            writer.close()

    async def _serve(self, exchange: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = STOPPED
        gone = asyncio.create_task(_until_closed(reader))
        work = asyncio.create_task(self._respond(exchange, writer))
        try:
            await asyncio.wait({gone, work}, return_when=asyncio.FIRST_COMPLETED)
            ended = await work if work.done() else CLIENT_CLOSED
        except ConnectionError:
            ended = CLIENT_CLOSED
        finally:
            gone.cancel()
            work.cancel()
            await asyncio.gather(gone, work, return_exceptions=True)
            self.log.close(exchange, ended)

    async def _respond(self, exchange: Exchange, writer: asyncio.StreamWriter) -> str:
        answer = await self._choose(exchange.request)
        exchange.status = answer.status
        await write_answer(writer, answer, exchange.sent)
        if answer.ended == "complete":
            return COMPLETE
        if answer.ended == "rst":
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return CUT

    async def _choose(self, request: Request) -> Answer:
        for responder in self.responders:
            answer = await responder.answer(request)
            if answer is not None:
                for fault in responder.faults:
                    if fault.hits(request):
                        answer = fault.apply(answer)
                return answer
        return plain_answer(b"404 page not found", 404, "text/plain")


async def _until_closed(reader: asyncio.StreamReader) -> None:
    """Return when the client has closed its side; whatever it still sends is dropped."""
    try:
        while await reader.read(65536):
            pass
    except ConnectionError:
        return


class ServerThread:
    """The same server in a thread of its own, for tests that block: ``with ServerThread(Script()) as server``."""

    def __init__(self, *responders: Responder, host: str = "127.0.0.1", port: int = 0) -> None:
        self.server = OllamaServer(*responders, host=host, port=port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ollama-test-server", daemon=True)

    @property
    def url(self) -> str:
        """The base URL."""
        return self.server.url

    @property
    def exchanges(self) -> list[Exchange]:
        """What was asked so far."""
        return self.server.exchanges

    @property
    def requests(self) -> list[Request]:
        """The requests so far."""
        return self.server.requests

    def wait_for(self, condition: Callable[[list[Exchange]], object], timeout_s: float = 10.0) -> list[Exchange]:
        """Block until the condition holds for the exchanges; TimeoutError otherwise."""
        return self.server.log.wait_for(condition, timeout_s)

    def stop(self) -> None:
        """Stop listening, drop what is open: what follows is refused."""
        asyncio.run_coroutine_threadsafe(self.server.stop(), self._loop).result(10)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
