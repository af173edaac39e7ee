"""The settings of a saved run, from its run.toml, to do it again: as it was or with changes."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from chimera_tui.core.config.schema import Settings

Known = TypeVar("Known", bound=msgspec.Struct)
KEPT = ("report_dir", "unload_after", "cold_load_s", "min_effect_pct")
"""Settings of [run] that say nothing about the writing: those of now stay."""


def value_of(record: dict[str, object], *path: str) -> object:
    """A value of run.toml by the names of its tables and its own; None where it is not there."""
    found: object = record
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text_of(record: dict[str, object], *path: str) -> str:
    """A text of run.toml; empty where it is not there."""
    found = value_of(record, *path)
    return found if isinstance(found, str) else ""


def settings_of(
    record: dict[str, object], now: Settings, options: dict[str, object] | None = None, kept: Sequence[str] = KEPT
) -> Settings:  # fmt: skip
    """The settings of now with the model, engine, persona and options of a run; ``options`` where they are known.

    ``kept`` are those of [run] that stay as they are now. What is not valid is not taken.
    """
    engine = _table(record, "replay").get("engine") or _table(record, "engine").get("name")
    model, asked = _table(record, "model"), _table(record, "options", "requested")
    run = {**msgspec.to_builtins(now.run), **_table(record, "settings", "run")}
    run |= {name: getattr(now.run, name) for name in kept}
    run |= {name: value for name, value in (("engine", engine), ("model", model.get("name"))) if value}
    return msgspec.structs.replace(
        now, run=valid(run, now.run), options=valid(asked if options is None else options, now.options), profile=""
    )  # fmt: skip


def valid(given: object, now: Known) -> Known:
    """What a file says as a value of the same kind as ``now``, and ``now`` where it is not valid."""
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(given, type(now))
    return now


def differences(before: Settings, after: Settings) -> dict[str, object]:
    """The settings of [run] and [options] that differ, by their dotted names, with the values they take."""
    found: dict[str, object] = {}
    for section in ("run", "options"):
        old, new = getattr(before, section), getattr(after, section)
        for field in msgspec.structs.fields(new):
            if getattr(old, field.name) != getattr(new, field.name):
                found[f"{section}.{field.name}"] = getattr(new, field.name)
    return found


def _table(record: dict[str, object], *names: str) -> dict[str, object]:
    found = value_of(record, *names)
    return dict(found) if isinstance(found, dict) else {}
