"""The model is loaded before the first prompt is sent, so that what the server made of the options is known by then."""

from __future__ import annotations

import asyncio
import re

from chimera_tui.engine.backends.base import Backend, BackendError, LoadedModel, same_model
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import LoadStarted, ModelMemory
from chimera_tui.engine.stages.busy import automatic_gpu, stuck_on_cpu

UNLOAD_PATIENCE_S = 10.0
"""How long a run that is over waits for the server to let go of the model."""


async def load(run: RunContext, backend: Backend, options: dict[str, object], keep_alive: float | str | None) -> None:
    """Load the model with ``options``; what is in effect then goes into the draft, differences into notices."""
    if not backend.sets_context or unloads_at_once(keep_alive):
        return
    draft, name = run.draft, run.settings.run.model
    await _unload_what_would_stick(run, backend, options)
    asked = options.get("num_ctx")
    run.publish(LoadStarted(at_s=run.at_s(), model=name, num_ctx=asked if isinstance(asked, int) else None))
    began_s = run.clock.seconds()
    took_s = await backend.preload(name, options, keep_alive)
    draft.load_s = run.clock.seconds() - began_s if took_s is None else took_s
    draft.loaded = _ours(await backend.loaded(), name)
    _remember(run, options)
    say_memory(run, backend, (draft.loaded,) if draft.loaded is not None else (), draft.load_s)
    if draft.loaded is not None:
        _compare(run, draft.loaded, options)


async def unload(run: RunContext, backend: Backend) -> None:
    """Drop the model that this run loaded; a server that does not do it costs a notice, not the run's ending."""
    name = run.settings.run.model
    if run.draft.load_s is None:
        return
    try:
        async with asyncio.timeout(UNLOAD_PATIENCE_S):
            await backend.unload(name)
    except (BackendError, TimeoutError) as error:
        why = str(error) or f"the server did not answer within {UNLOAD_PATIENCE_S:g} s"
        run.notice(f"{name} could not be unloaded and stays in the server's memory: {why}", "warning")


def say_memory(
    run: RunContext, backend: Backend, loaded: tuple[LoadedModel, ...], load_s: float | None = None
) -> None:  # fmt: skip
    """Publish where the run's model is, from what a server has loaded; a server that loads none has no say."""
    model = run.settings.run.model
    if not backend.sets_context:
        return
    found = _ours(loaded, model)
    run.publish(
        ModelMemory(
            at_s=run.at_s(), model=model, loaded=found is not None, load_s=load_s,
            gpu_share=found.gpu_share if found is not None else None,
            context_length=found.context_length if found is not None else None,
        )
    )  # fmt: skip


def unloads_at_once(keep_alive: float | str | None) -> bool:
    """Whether the server drops the model after each request, so that loading it first would be in vain."""
    if isinstance(keep_alive, str):
        return not re.search(r"[1-9]", keep_alive)
    return keep_alive == 0


async def _unload_what_would_stick(run: RunContext, backend: Backend, options: dict[str, object]) -> None:
    """Ollama keeps the layers of a loaded model when num_gpu returns to automatic: only unloading changes them."""
    name = run.settings.run.model
    loaded = _ours(await backend.loaded(), name)
    if loaded is None or not automatic_gpu(options, run.draft.model):
        return
    if name in run.earlier.num_gpu or stuck_on_cpu(loaded, run.draft.gpus):
        run.notice(f"{name} is unloaded first: it was loaded with other layers on the GPU, which would stay.")
        await backend.unload(name)


def _remember(run: RunContext, options: dict[str, object]) -> None:
    name, layers = run.settings.run.model, options.get("num_gpu")
    run.earlier.num_gpu.pop(name, None)
    if isinstance(layers, int) and layers >= 0:
        run.earlier.num_gpu[name] = layers


def _compare(run: RunContext, found: LoadedModel, options: dict[str, object]) -> None:
    """Say what is not as it was asked for."""
    asked, got, share = options.get("num_ctx"), found.context_length, found.gpu_share
    if isinstance(asked, int) and got is not None and got < asked:
        run.notice(f"The server loaded {found.name} with a context of {got}, not the {asked} asked for.", "warning")
    if share is None or share >= 1 or options.get("num_gpu") == 0:
        return
    if share > 0:
        run.notice(
            f"Only {share:.0%} of {found.name} is on the GPU, the rest on the CPU, which is several times slower: "
            "a smaller num_ctx or a smaller model needs less GPU memory.",
            "warning",
        )
    else:
        run.notice(f"{found.name} runs on the CPU: the server put none of it on a GPU.", "warning")


def _ours(loaded: tuple[LoadedModel, ...], name: str) -> LoadedModel | None:
    return next((model for model in loaded if same_model(model.name, name)), None)
