"""What an exception of httpx or msgspec means to a run. Imports httpx: for the client's side only."""

from collections.abc import Callable

import httpx
import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.address import Address
from chimera_tui.engine.backends.base import BackendError


def as_backend_error(error: Exception, address: Address) -> BackendError | None:
    """The failure of a call in a person's terms; None for a defect of ours, which must not look like a server's.

    The causes are not chained: some of them quote header values.
    """
    if isinstance(error, BackendError):
        return error
    return next((explain(error, address) for kinds, explain in _EXPLAINED if isinstance(error, kinds)), None)


def _unreachable(error: Exception, address: Address) -> BackendError:
    said = str(error)
    reason = f" ({said})" if said and "All connection attempts failed" not in said else ""
    if isinstance(error, httpx.ConnectTimeout):
        reason = " within the connect timeout"
    where = "" if address.loopback else " there, check server.host"
    return BackendError(
        Ending.SERVER_ERROR,
        f"No server answers at {address.url}{reason}.",
        f"Start it with `ollama serve`{where}, or use --engine offline.",
    )


def _silent(error: Exception, address: Address) -> BackendError:
    assert isinstance(error, httpx.TimeoutException)  # noqa: S101 - for mypy
    waited_s = error.request.extensions["timeout"]["read"]
    return BackendError(
        Ending.CONNECTION_LOST,
        f"The server at {address.url} sent nothing for {waited_s:g} s.",
        "Loading a large model takes minutes: raise server.read_timeout_s, or see what the server is doing.",
    )


def _lost(error: Exception, address: Address) -> BackendError:
    said = str(error)
    if isinstance(error, httpx.RemoteProtocolError) and "closed" not in said and "disconnected" not in said:
        return _not_ollama(error, address)
    return BackendError(
        Ending.CONNECTION_LOST,
        f"The connection to the server at {address.url} was lost.",
        "What arrived is kept; see whether the server still runs, and run again.",
    )


def _not_ollama(_error: Exception, address: Address) -> BackendError:
    return BackendError(
        Ending.SERVER_ERROR, f"What answers at {address.url} does not speak Ollama's protocol.", "Check server.host."
    )


def _bad_header(_error: Exception, _address: Address) -> BackendError:
    return BackendError(
        Ending.SERVER_ERROR, "A header of [server.headers] is not valid in HTTP.", "Correct it in your configuration."
    )


def _unsendable(error: Exception, _address: Address) -> BackendError:
    said = " ".join(str(error).split())[:300]
    return BackendError(Ending.SERVER_ERROR, f"The request cannot be sent: {said}.", "Check the model and the options.")


_EXPLAINED: tuple[tuple[type | tuple[type, ...], Callable[[Exception, Address], BackendError]], ...] = (
    ((httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError), _unreachable),
    ((httpx.ReadTimeout, httpx.WriteTimeout), _silent),
    ((httpx.LocalProtocolError, UnicodeEncodeError), _bad_header),
    (httpx.TransportError, _lost),
    ((msgspec.DecodeError, httpx.DecodingError, UnicodeDecodeError), _not_ollama),
    ((httpx.InvalidURL, ValueError), _unsendable),
)
"""In this order: the first that fits explains."""
