"""Values of settings: checked, read from words, and what is allowed said in words."""

import json
import math
import re
import tomllib
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, inspect

from chimera_tui.core.config.schema import LARGEST, SECTIONS, Setting, describe
from chimera_tui.core.inert import inert_line

UNSET_WORD = "unset"
ADDRESSES = ("server.host", "server.openai_url")
"""Settings that may hold a password."""
SETTINGS: dict[str, Setting] = {setting.path: setting for section in SECTIONS for setting in describe(section)}
"""Every setting of a section by its dotted name."""

_OWN_WORDS = {
    "run.keep_alive": "seconds as a number, or a duration such as 5m or 1h30m",
    "run.persona": "a name of letters, digits, - and _",
}
_SHOWN = 80
"""Characters of a wrong value that a message shows."""


class NotAllowedError(ValueError):
    """A value that a setting cannot have; the message says which it can, as in ``it must be true or false``."""


def checked(path: str, value: object) -> Any:  # noqa: ANN401 - a value of any setting's type
    """The value in the type of its setting. Raises :class:`NotAllowedError` with what is allowed."""
    kind = SETTINGS[path].type if path in SETTINGS else str
    try:
        found = msgspec.convert(value, kind)
    except (msgspec.ValidationError, ValueError, OverflowError):
        found = math.nan
    if isinstance(found, float) and not math.isfinite(found):
        most = f", at most {LARGEST:,}" if isinstance(value, int | float) and value > LARGEST else ""
        raise NotAllowedError(f"it must be {allowed(path)}{most}{zero_means(path, value)}")
    return found


def parse_word(path: str, word: str) -> Any:  # noqa: ANN401 - a value of any setting's type
    """A value typed as a word: ``4096``, ``0.5``, ``true``, ``unset``, ``a,b`` for a list, else the text itself.

    Raises :class:`NotAllowedError` with what is allowed.
    """
    if path.startswith("options.") and word.strip().lower() == UNSET_WORD:
        return UNSET
    refusal: NotAllowedError | None = None
    for candidate in _readings(word):
        try:
            return checked(path, candidate)
        except NotAllowedError as error:
            refusal = refusal or error
    raise refusal or NotAllowedError(f"it must be {allowed(path)}")


def _readings(word: str) -> list[object]:
    """What a typed word can mean, the likeliest first."""
    found: list[object] = []
    try:
        found.append(tomllib.loads(f"value = {word}")["value"])
    except (ValueError, RecursionError):
        if word.lower() in ("true", "false"):
            found.append(word.lower() == "true")
    return [*found, word, [part for part in word.split(",") if part]]


def shown(value: object) -> str:
    """A value as it is read and typed: ``unset``, ``true``, ``0.8``, ``["a", "b"]``."""
    if value is UNSET:
        return UNSET_WORD
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def in_message(path: str, value: object) -> str:
    """A wrong value as a message may show it: one short line, no secret in it."""
    if path.startswith("server.headers") or (path in ADDRESSES and not isinstance(value, str)):
        return "…"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else shown(value)
    return inert_line(without_password(text) if path in ADDRESSES else text, _SHOWN)


def without_password(address: str) -> str:
    """An address without its ``user:password@``."""
    return re.sub(r"^([\"']?(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?)[^/]*@", r"\1…@", address)


def dotted(keys: Sequence[str]) -> str:
    """Keys as a TOML file writes them: ``keys."run.start"``; control characters spelled out."""
    return ".".join(
        key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(inert_line(key, _SHOWN), ensure_ascii=False)
        for key in keys
    )


def zero_means(path: str, value: object) -> str:
    """What 0 means where people expect something else; nothing for other values."""
    if value in (0, "0") and not isinstance(value, bool) and path in SETTINGS and SETTINGS[path].zero:
        return f". {SETTINGS[path].zero}"
    return ""


def allowed(path: str) -> str:
    """What is allowed, in words: ``a whole number (-1 to 9999)``."""
    if path in _OWN_WORDS:
        return _OWN_WORDS[path]
    return " or ".join(_words(inspect.type_info(SETTINGS[path].type))) if path in SETTINGS else "a text"


def _words(info: inspect.Type) -> list[str]:  # noqa: PLR0911 - one a kind
    match info:
        case inspect.Metadata():
            return _words(info.type)
        case inspect.UnionType():
            return [word for part in info.types for word in _words(part)]
        case inspect.IntType():
            return ["a whole number" + _range(info)]
        case inspect.FloatType():
            return ["a number" + _range(info)]
        case inspect.BoolType():
            return ["true", "false"]
        case inspect.LiteralType():
            return sorted(map(str, info.values))
        case inspect.ListType():
            return ['strings, as in a,b or ["a", "b"]']
        case inspect.DictType():
            return ["a table of texts"]
    return ["a text"]


def _range(info: inspect.IntType | inspect.FloatType) -> str:
    if info.gt is not None:
        return f" (above {info.gt:g}{'' if info.le is None else f', up to {info.le:g}'})"
    if info.ge is not None:
        return f" ({info.ge:g} {'or more' if info.le in (None, LARGEST) else f'to {info.le:g}'})"
    return ""
