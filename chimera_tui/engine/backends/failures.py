"""What an exception of httpx or msgspec means to a run. Imports httpx: for the client's side only."""

from collections.abc import Callable

import httpx
import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.address import Address
from chimera_tui.engine.backends.base import BackendError


class Protocol(msgspec.Struct, frozen=True):
    """What a kind of server is called, how one is started, and the setting that says where it is."""

    name: str
    start: str
    setting: str


OLLAMA = Protocol("Ollama's protocol", "Start it with `ollama serve`", "server.host")
OPENAI = Protocol("the OpenAI protocol", "Start it", "server.openai_url")


def as_backend_error(error: Exception, address: Address, protocol: Protocol) -> BackendError | None:
    """The failure of a call in a person's terms; None for a defect of ours, which must not look like a server's.

    The causes are not chained: some of them quote header values.
    """
    if isinstance(error, BackendError):
        return error
    explain = next((explain for kinds, explain in _EXPLAINED if isinstance(error, kinds)), None)
    return None if explain is None else explain(error, address, protocol)


def _unreachable(error: Exception, address: Address, protocol: Protocol) -> BackendError:
    said = str(error)
    reason = f" ({said})" if said and "All connection attempts failed" not in said else ""
    if isinstance(error, httpx.ConnectTimeout):
        reason = " within the connect timeout"
    where = "" if address.loopback else " there"
    check = f", check {protocol.setting}" if where or protocol is OPENAI else ""
    return BackendError(
        Ending.SERVER_ERROR,
        f"No server answers at {address.url}{reason}.",
        f"{protocol.start}{where}{check}, or use --engine offline.",
    )


def _silent(error: Exception, address: Address, _protocol: Protocol) -> BackendError:
    assert isinstance(error, httpx.TimeoutException)  # noqa: S101 - for mypy
    waited_s = error.request.extensions["timeout"]["read"]
    return BackendError(
        Ending.CONNECTION_LOST,
        f"The server at {address.url} sent nothing for {waited_s:g} s.",
        "Loading a large model takes minutes: raise server.read_timeout_s, or see what the server is doing.",
    )


def _lost(error: Exception, address: Address, protocol: Protocol) -> BackendError:
    said = str(error)
    if isinstance(error, httpx.RemoteProtocolError) and "closed" not in said and "disconnected" not in said:
        return _other_protocol(error, address, protocol)
    return BackendError(
        Ending.CONNECTION_LOST,
        f"The connection to the server at {address.url} was lost.",
        "What arrived is kept; see whether the server still runs, and run again.",
    )


def _other_protocol(_error: Exception, address: Address, protocol: Protocol) -> BackendError:
    return BackendError(
        Ending.SERVER_ERROR,
        f"What answers at {address.url} does not speak {protocol.name}.",
        f"Check {protocol.setting}.",
    )


def _bad_header(_error: Exception, _address: Address, _protocol: Protocol) -> BackendError:
    return BackendError(
        Ending.SERVER_ERROR,
        "A header of [server.headers], or the API key, is not valid in HTTP.",
        "Correct it in your configuration or environment.",
    )


def _unsendable(error: Exception, _address: Address, _protocol: Protocol) -> BackendError:
    said = " ".join(str(error).split())[:300]
    return BackendError(Ending.SERVER_ERROR, f"The request cannot be sent: {said}.", "Check the model and the options.")


_EXPLAINED: tuple[tuple[type | tuple[type, ...], Callable[[Exception, Address, Protocol], BackendError]], ...] = (
    ((httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError), _unreachable),
    ((httpx.ReadTimeout, httpx.WriteTimeout), _silent),
    ((httpx.LocalProtocolError, UnicodeEncodeError), _bad_header),
    (httpx.TransportError, _lost),
    ((msgspec.DecodeError, httpx.DecodingError, UnicodeDecodeError, RecursionError), _other_protocol),
    ((httpx.InvalidURL, ValueError), _unsendable),
)
"""In this order: the first that fits explains."""
