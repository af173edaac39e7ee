"""JSON text in whatever state it is: strict, with NaN, one value a line, among other lines, or cut off."""

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec

Json = Any
"""A decoded JSON value of any type."""

_decode = msgspec.json.Decoder().decode
_lenient = json.JSONDecoder(strict=False)


@dataclass(slots=True)
class JsonValues:
    """The values of a JSON or JSON Lines text."""

    values: list[Any] = field(default_factory=list)
    lines: list[int] | None = None
    """Line number (from 1) of each value where other lines stand between them."""
    form: str = "json"
    """``json`` or ``jsonl``."""
    other_lines: int = 0
    cut: bool = False
    problem: str = ""


def decode_json(text: str, raw: bytes = b"") -> JsonValues:
    """All values in a text; never raises. ``problem`` says what was wrong where something was."""
    try:
        return JsonValues([_decode(raw or text)])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        pass
    stripped = text.strip()
    if not stripped:
        return JsonValues(problem="the file holds only white space")
    head = stripped[:1]
    whole = _whole(stripped) if head in "{[" else None
    if whole is not None:
        return JsonValues([whole])
    found = _lines(text)
    if found.values and (len(found.values) > 1 or found.other_lines <= 64):
        return found
    values = _concatenated(stripped) if head in "{[" else []
    if values:
        return JsonValues(values, form="jsonl")
    return _salvaged(stripped) if head in "{[" else JsonValues(problem="no JSON in it")


def _whole(text: str) -> Json:
    """One value with what strict JSON forbids: NaN, Infinity, control characters in strings."""
    try:
        return _lenient.decode(text)
    except (ValueError, RecursionError):
        return None


def decode_line(line: str) -> Json:
    """One line of JSON Lines; None when it is no object or list."""
    try:
        value = _decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        value = _whole(line.strip())
    return value if isinstance(value, dict | list) else None


def _lines(text: str) -> JsonValues:
    found = JsonValues(form="jsonl")
    numbers: list[int] = []
    last_bad = ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if not bare:
            continue
        value = decode_line(bare) if bare[0] in "{[" else None
        if value is None:
            found.other_lines += 1
            last_bad = bare
        else:
            found.values.append(value)
            numbers.append(number)
            last_bad = ""
    if last_bad[:1] == "{" and found.values:
        found.cut, found.other_lines = True, found.other_lines - 1
    if found.other_lines:
        found.lines = numbers
    return found


def _concatenated(text: str) -> list[Any]:
    """Several whole values one behind the other, each over several lines."""
    values: list[Any] = []
    at = 0
    while at < len(text):
        try:
            value, at = _lenient.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        values.append(value)
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
    return values


def _salvaged(text: str) -> JsonValues:
    """What is whole in a text that was cut off or damaged: everything before the fault, brackets closed."""
    closed = close_brackets(text)
    if closed is not None:
        value = _whole(closed)
        if value:
            return JsonValues([value], cut=True, problem="the JSON ends in the middle")
    at = fault_position(text)
    closed = close_brackets(text[:at]) if at else None
    value = _whole(closed) if closed else None
    if value:
        return JsonValues([value], cut=True, problem=f"the JSON is broken at character {at}")
    return JsonValues(
        problem="the JSON is broken from its start" if at < 64 else f"the JSON is broken at character {at}"
    )


def fault_position(text: str) -> int:
    """Where decoding fails."""
    try:
        _lenient.decode(text)
    except json.JSONDecodeError as fault:
        return fault.pos
    except (ValueError, RecursionError):
        return 0
    return len(text)


def close_brackets(text: str) -> str | None:
    """A JSON text cut anywhere, shortened to its last whole member and closed; None when nothing is whole.

    A number at the very end may itself be cut, so the last member counts only when something follows it.
    """
    stack: list[str] = []
    safe: tuple[int, tuple[str, ...]] | None = None
    in_string = escaped = False
    for i, c in enumerate(text):
        if in_string:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                in_string = False
        elif c == '"':
            in_string = True
        elif c in "{[":
            stack.append("}" if c == "{" else "]")
            safe = safe or None
        elif c in "}]":
            if not stack or stack.pop() != c:
                break
            safe = (i + 1, tuple(stack))
        elif c == ",":
            safe = (i, tuple(stack))
    if safe is None:
        return None
    end, open_ = safe
    return text[:end] + "".join(reversed(open_))
