"""Untrusted text made inert: names, cells and model output may carry terminal escapes and bidirectional controls."""

import re

# C0 (but tab and newline), DEL and C1 controls; bidirectional overrides and isolates; zero-width and line separators.
_DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_DANGEROUS_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def inert(text: str) -> str:
    """Text of several lines with every control character but tab and newline spelled out."""
    return _DANGEROUS.sub(_escaped, text.replace("\r\n", "\n"))


def inert_line(text: str, limit: int | None = None) -> str:
    """One line, control characters spelled out; cut to ``limit`` characters with an ellipsis."""
    line = _DANGEROUS_IN_LINE.sub(_escaped, text if limit is None else text[: 4 * limit])
    line = line.encode("utf-8", "backslashreplace").decode("utf-8")
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"
