"""What the model server and its model look like from here. Nothing that is asked loads a model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from chimera_tui.core.check import Check, State
from chimera_tui.core.config.schema import Settings
from chimera_tui.core.endings import Ending
from chimera_tui.core.inert import inert_line
from chimera_tui.engine.backends.base import Backend, BackendError, LoadedModel, ModelInfo, same_model
from chimera_tui.engine.backends.connect import connect

Answer = TypeVar("Answer")

PATIENCE_S = 5.0
"""How long the server may take to answer each question."""
_MISSING: dict[str, State] = {"ollama": "problem", "openai": "problem", "auto": "warning", "offline": "ok"}
"""How bad it is that no model can write, by engine: ``auto`` writes without one, ``offline`` never wants one."""


async def server_checks(settings: Settings) -> list[Check]:
    """The server, the model of the settings, and what is loaded beside it."""
    try:
        backend = await asyncio.to_thread(connect, settings.server, settings.run.engine)
    except BackendError as error:
        return [_failed("server", "address", error, "problem")]
    state = _MISSING[settings.run.engine]
    try:
        version = await _within(backend, backend.version())
    except BackendError as error:
        return [_failed("server", "answers", error, state)]
    else:
        found = [Check(area="server", name="answers", found=f"{backend.host}, {_software(backend, version)}")]
        try:
            return [*found, *await _within(backend, _model_checks(backend, settings.run.model))]
        except BackendError as error:
            return [*found, _failed("model", settings.run.model, error, state)]
    finally:
        await backend.aclose()


async def _within(backend: Backend, asked: Awaitable[Answer]) -> Answer:
    try:
        return await asyncio.wait_for(asked, PATIENCE_S)
    except TimeoutError:
        raise BackendError(
            Ending.SERVER_ERROR, f"{backend.host} did not answer within {PATIENCE_S:g} s.",
            "See whether it is overloaded, or set another address.",
        ) from None  # fmt: skip


async def _model_checks(backend: Backend, name: str) -> list[Check]:
    model = await backend.show(name)
    if not backend.sets_context:
        return [Check(area="model", name=name, found=_served(model))]
    loaded = await backend.loaded()
    ours = next((one for one in loaded if same_model(one.name, name)), None)
    checks = [Check(area="model", name=name, found=_installed(model)), _in_memory(ours)]
    others = [one for one in loaded if one is not ours]
    if others:
        checks.append(
            Check(
                area="model", name="others", state="warning",
                found="also loaded: " + ", ".join(f"{inert_line(o.name, 80)} ({_memory(o)})" for o in others),
                what_to_do="A benchmark may be using them; a run asks before it disturbs them.",
            )
        )  # fmt: skip
    return checks


def _software(backend: Backend, version: str) -> str:
    said = inert_line(version, 40)
    return f"version {said}" if backend.sets_context else said or "OpenAI-compatible"


def _served(model: ModelInfo) -> str:
    context = f", with a context of {model.context_length:,} tokens" if model.context_length else ""
    return f"served{context}"


def _installed(model: ModelInfo) -> str:
    said = [
        "installed",
        f"{model.size / 1e9:.1f} GB" if model.size else "",
        model.parameter_size,
        model.quantization,
        f"trained for {model.context_length:,} tokens" if model.context_length else "",
    ]
    return inert_line(", ".join(part for part in said if part), 200)


def _in_memory(model: LoadedModel | None) -> Check:
    if model is None:
        return Check(area="model", name="memory", found="not loaded; the first call of a run loads it")
    context = f", context {model.context_length:,}" if model.context_length else ""
    found = f"loaded, {_memory(model)}{context}"
    if model.gpu_share is not None and model.gpu_share < 1:
        return Check(
            area="model", name="memory", found=found, state="warning",
            what_to_do="What is not on the GPU runs on the CPU, several times slower: fewer num_ctx, a smaller model "
            "or fewer other models need less GPU memory.",
        )  # fmt: skip
    return Check(area="model", name="memory", found=found)


def _memory(model: LoadedModel) -> str:
    share = "" if model.gpu_share is None else f", {model.gpu_share:.0%} on the GPU"
    return f"{model.size / 1e9:.1f} GB{share}"


def _failed(area: str, name: str, error: BackendError, state: State) -> Check:
    return Check(
        area=area, name=name, found=inert_line(error.message, 400), state=state,
        what_to_do=error.advice if state != "ok" else "",
    )  # fmt: skip
