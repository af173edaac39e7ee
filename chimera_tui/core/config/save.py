"""Saving settings into a person's file: its text, comments and order are kept; one backup, replaced atomically."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class ChangedMeanwhileError(Exception):
    """The file is no longer what it was when it was read: nothing was written."""


def save_values(path: Path, values: Mapping[str, Any], *, expected: str | None = None) -> str:
    """Set dotted names in a TOML file and return its new text; UNSET removes a key.

    ``expected`` is the text the change is based on; a file that differs raises :class:`ChangedMeanwhileError`.
    Raises OSError when the file cannot be written and tomlkit's ParseError when it is not TOML.
    """
    import tomlkit

    before = path.read_text("utf-8") if path.exists() else ""
    if expected is not None and before != expected:
        raise ChangedMeanwhileError(f"{path} was changed by another program; nothing was written")
    document = tomlkit.parse(before)
    for name, value in values.items():
        _set(document, name.split("."), value)
    text = tomlkit.dumps(document)
    write_atomically(path, text.encode(), backup=path.exists())
    return text


def _set(table: Any, keys: list[str], value: object) -> None:  # noqa: ANN401 - tomlkit's containers
    import tomlkit

    for key in keys[:-1]:
        if key not in table:
            if value is msgspec.UNSET:
                return
            table[key] = tomlkit.table()
        table = table[key]
    if value is msgspec.UNSET:
        table.pop(keys[-1], None)
    else:
        table[keys[-1]] = value


def write_atomically(path: Path, content: bytes, *, backup: bool = False) -> None:
    """Temporary file, fsync, ``os.replace``; with ``backup`` the old file stays as ``NAME~``. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        if backup and path.exists():
            path.with_name(path.name + "~").write_bytes(path.read_bytes())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
