"""Copying over SSH: OSC 52, wrapped for tmux and screen, capped in size."""

import base64
from collections.abc import Mapping

LIMIT_BYTES = 56_000
"""Most bytes of text sent: base64 of it stays below the 75 kB that common terminals take."""
_SCREEN_CHUNK = 700


def osc52(text: str, environment: Mapping[str, str]) -> str | None:
    """The escape sequence that puts ``text`` on the terminal's clipboard; None when it is too large.

    Inside tmux it is sent twice: bare, for ``set-clipboard on``, and wrapped, for ``allow-passthrough on``.
    """
    content = text.encode("utf-8", "replace")
    if len(content) > LIMIT_BYTES:
        return None
    bare = f"\x1b]52;c;{base64.b64encode(content).decode('ascii')}\x07"
    if environment.get("TMUX"):
        return bare + "\x1bPtmux;" + bare.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environment.get("TERM", "").startswith("screen"):
        chunks = (bare[start : start + _SCREEN_CHUNK] for start in range(0, len(bare), _SCREEN_CHUNK))
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return bare


def size_in_words(text: str) -> str:
    """``1 line``, ``12 lines`` or ``80 characters``: what a notice says was copied."""
    lines = text.count("\n") + 1
    if lines > 1:
        return f"{lines:,} lines"
    return f"{len(text):,} character{'' if len(text) == 1 else 's'}"
