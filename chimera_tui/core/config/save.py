"""Saving settings into a person's file: its text, comments and order are kept; one backup, replaced atomically."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec

from chimera_tui.core.files import write_atomically

Name = str | tuple[str, ...]
"""A dotted name, or its keys where one of them holds a dot."""


class NotSavedError(Exception):
    """Nothing was written; the message says why."""


class ChangedMeanwhileError(NotSavedError):
    """The file is no longer what it was when it was read: nothing was written."""


def read_text(path: Path) -> str:
    """The file as it is, line ends and all; empty where there is none. Raises :class:`NotSavedError` and OSError."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise NotSavedError(f"{path} is not UTF-8") from error


def save_text(path: Path, text: str, *, expected: str | None = None) -> str:
    """Write a text as it is, keeping the one before as ``NAME~``; returns the text.

    ``expected`` is the text the change is based on; a file that differs raises :class:`ChangedMeanwhileError`.
    Raises :class:`NotSavedError` and OSError.
    """
    before = read_text(path)
    if expected is not None and before != expected:
        raise ChangedMeanwhileError(f"{path} was changed by another program; nothing was written")
    if text != before or not path.exists():
        write_atomically(path, text.encode(), backup=True)
    return text


def with_values(text: str, values: Mapping[Name, Any]) -> str:
    """A TOML text with names set or, by UNSET, removed; everything else as it was. Raises :class:`NotSavedError`."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = tables_of(text)
    try:
        document = tomlkit.parse(text)
        for name, value in values.items():
            keys = name.split(".") if isinstance(name, str) else list(name)
            _set(document, keys, value)
            _set_plain(wanted, keys, value)
        changed = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise NotSavedError(f"the file cannot be changed here ({error}); change it by hand") from error
    return verified(changed, wanted)


def verified(text: str, wanted: Mapping[str, Any]) -> str:
    """The text, when it says exactly what is wanted: no other value of the file may be touched."""
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotSavedError(f"the change would break the file ({error}); change it by hand") from error
    if not _same(found, wanted):
        raise NotSavedError("the change would touch other settings of the file too; change it by hand")
    return text


def tables_of(text: str) -> dict[str, Any]:
    """A TOML text as plain tables. Raises :class:`NotSavedError`."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotSavedError(f"it is not valid TOML: {error}") from error


def _set(table: Any, keys: Sequence[str], value: object) -> None:  # noqa: ANN401 - tomlkit's containers
    import tomlkit

    for key in keys[:-1]:
        if key not in table:
            if value is msgspec.UNSET:
                return
            table[key] = tomlkit.table(is_super_table=True)
        table = table[key]
    if value is msgspec.UNSET:
        if keys[-1] in table:
            del table[keys[-1]]
    elif keys[-1] in table:
        table[keys[-1]] = tomlkit.table() if value == {} else value
    else:
        _add(table, keys[-1], tomlkit.table() if value == {} else value)


def _add(table: Any, key: str, value: object) -> None:  # noqa: ANN401 - tomlkit's containers
    """A new key: below its own commented-out line, else behind the last key.

    Left to itself tomlkit puts it behind the comments above the next table, which then look like its own.
    """
    from tomlkit.items import AoT, Comment, Table

    container: Any = table if hasattr(table, "_insert_at") else getattr(table, "value", None)
    body = getattr(container, "body", [])
    places = [at for at, (_, item) in enumerate(body) if isinstance(item, Comment) and _names(item.as_string(), key)]
    places += [at for at, (name, item) in enumerate(body) if name is not None and not isinstance(item, AoT | Table)][
        -1:
    ]
    if places and places[0] + 1 < len(body) and not isinstance(value, dict):
        container._insert_at(places[0] + 1, key, value)  # noqa: SLF001 - there is no public way to insert
    else:
        table[key] = value


def _names(comment: str, key: str) -> bool:
    return re.match(rf"""\s*#\s?["']?{re.escape(key)}["']?\s*=""", comment) is not None


def _set_plain(table: dict[str, Any], keys: Sequence[str], value: object) -> None:
    for key in keys[:-1]:
        if key not in table and value is msgspec.UNSET:
            return
        table = table.setdefault(key, {})
    if value is msgspec.UNSET:
        table.pop(keys[-1], None)
    else:
        table[keys[-1]] = deepcopy(value)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any values of TOML
    """Equal, with nan equal to itself and a table that became empty as good as none."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_same(one.get(key, {}), other.get(key, {})) for key in {*one, *other})
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or repr(one) == repr(other))
