"""The address of a server, in every form that Ollama itself accepts, without its credentials."""

import ipaddress
import re
from urllib.parse import unquote, urlsplit

import msgspec

DEFAULT_PORT = 11434
"""Ollama's port, for an address without a scheme."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server is. ``url`` holds no credentials and may be shown; ``auth`` may not."""

    url: str
    loopback: bool
    auth: tuple[str, str] | None = None


def parse_address(given: str, default_port: int = DEFAULT_PORT) -> Address:
    """Read ``host``, ``host:port``, ``:port``, ``http(s)://[user:password@]host[:port][/path]``; ValueError otherwise.

    Quotes around it are dropped; 0.0.0.0 and :: mean this machine to a client.
    """
    text = given.strip().strip("'\"").strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    scheme = scheme.lower()
    if scheme not in ("http", "https") or not rest.isprintable() or " " in rest:
        raise ValueError("it is neither host:port nor an http:// or https:// address")
    credentials, _, place = rest.rpartition("@")
    parts = urlsplit(f"//{_bracketed(place)}")
    default = {"http": 80, "https": 443}[scheme]
    try:
        port = parts.port if parts.port is not None else (default if separator else default_port)
    except ValueError:
        raise ValueError("its port is not a number from 0 to 65535") from None
    if parts.query or parts.fragment:
        raise ValueError("it has a query or a fragment, which no server's address has")
    host = _named(parts.hostname or "127.0.0.1")
    shown = f"[{host}]" if ":" in host else host
    suffix = "" if port == default else f":{port}"
    user, _, password = credentials.partition(":")
    return Address(
        url=f"{scheme}://{shown}{suffix}{parts.path.rstrip('/')}",
        loopback=_is_loopback(host),
        auth=(unquote(user), unquote(password)) if credentials else None,
    )


def _bracketed(place: str) -> str:
    """A bare IPv6 address gets its brackets, so that its colons are not taken for a port's."""
    host, slash, path = place.partition("/")
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return place
    return f"[{host}]{slash}{path}"


def _named(host: str) -> str:
    """The host in ASCII; a wildcard that a server binds to is this machine."""
    try:
        plain = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        plain = ""
    if not re.fullmatch(r"[a-z0-9_.-]+|[0-9a-f:.]+", plain) or not plain.strip("."):
        raise ValueError("its host name has characters that no host name has")
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(plain, plain)  # noqa: S104 - read, not bound


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
