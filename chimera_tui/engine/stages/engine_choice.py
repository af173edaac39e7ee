"""Which engine writes: the one asked for, or with ``auto`` whichever is there."""

from __future__ import annotations

import asyncio

from chimera_tui.engine.backends.base import Backend, BackendError, same_model
from chimera_tui.engine.backends.connect import connect
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.saved.replay import ReplayBackend

AUTO_PATIENCE_S = 3.0
"""How long ``auto`` waits for a server before it writes without one."""


async def choose(run: RunContext) -> Backend | None:
    """The backend of a run; None is the program itself (offline)."""
    settings = run.settings
    if run.replay is not None and run.replay.run.engine != "offline":
        return ReplayBackend(run.replay)
    if settings.run.engine == "offline":
        return None
    try:
        backend = await asyncio.to_thread(connect, settings.server, settings.run.engine)
    except BackendError as error:
        if settings.run.engine != "auto":
            raise
        _say_offline(run, str(error))
        return None
    if settings.run.engine != "auto":
        return backend
    missing = await _missing(backend, settings.run.model)
    if not missing:
        return backend
    await backend.aclose()
    _say_offline(run, missing)
    return None


def _say_offline(run: RunContext, why: str) -> None:
    run.notice(f"{why} The report is written without a model (engine offline).")


async def _missing(backend: Backend, model: str) -> str:
    """Why this server cannot write with this model; empty when it can."""
    try:
        async with asyncio.timeout(AUTO_PATIENCE_S):
            installed = await backend.models()
    except TimeoutError:
        return f"The server at {backend.host} did not answer within {AUTO_PATIENCE_S:g} s."
    except BackendError as error:
        return error.message
    if any(same_model(info.name, model) for info in installed):
        return ""
    return f"{model} is not installed on the server at {backend.host}."
