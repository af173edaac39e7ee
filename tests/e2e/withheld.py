"""A relay in front of a server that streams: the end of a report waits until the test has seen what it looks for."""

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

END, ANALYSIS = b"[DONE]", b"response_format"
"""How a stream of chat completions ends; what only the request of an analysis holds."""


class Withheld:
    """Passes everything on as it is; the end of a stream that is no analysis only once ``seen`` is set."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (target.hostname or "", target.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = target._replace(netloc=f"127.0.0.1:{self._listener.getsockname()[1]}").geturl()
        self.seen = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seen.set()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                asked = bytearray()
                for pair in ((client, server, asked, False), (server, client, asked, True)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, to: socket.socket, asked: bytearray, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not answers:
                    asked += data
                elif END in data:
                    if ANALYSIS not in asked:
                        to.sendall(data[: data.index(END)])
                        self.seen.wait()
                        data = data[data.index(END) :]
                    asked.clear()
                to.sendall(data)
        with contextlib.suppress(OSError):
            to.shutdown(socket.SHUT_WR)
