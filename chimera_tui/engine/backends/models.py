"""What a server has installed and loaded, for a person who chooses a model; and one model's own figures."""

import asyncio

import msgspec

from chimera_tui.core.config.schema import Settings
from chimera_tui.engine.backends.base import Backend, BackendError, LoadedModel, ModelInfo, same_model
from chimera_tui.engine.backends.connect import connect

PATIENCE_S = 10.0
"""How long a person waits for a list."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """A model that a server offers, and what of it is in memory now."""

    info: ModelInfo
    loaded: LoadedModel | None = None


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """What a server offers; ``problem`` says why there is nothing."""

    host: str
    models: tuple[Installed, ...] = ()
    problem: str = ""


async def list_models(settings: Settings) -> ModelList:
    """The installed models, those in memory first. Never raises for what a server does."""
    host = settings.server.openai_url if settings.run.engine == "openai" else settings.server.host
    try:
        backend = await _connected(settings)
        host = backend.host
        async with asyncio.timeout(PATIENCE_S):
            found = await _listed(backend)
    except BackendError as error:
        return ModelList(host=host, problem=str(error))
    except TimeoutError:
        return ModelList(host=host, problem=f"The server at {host} did not answer within {PATIENCE_S:g} s.")
    problem = "" if found else f"There is no model on the server at {host}."
    return ModelList(host=host, models=found, problem=problem)


async def _listed(backend: Backend) -> tuple[Installed, ...]:
    try:
        infos, loaded = await backend.models(), await backend.loaded()
    finally:
        await backend.aclose()
    found = [
        Installed(info=info, loaded=next((one for one in loaded if same_model(one.name, info.name)), None))
        for info in infos
    ]
    return tuple(sorted(found, key=lambda one: (one.loaded is None, one.info.name)))


async def _connected(settings: Settings) -> Backend:
    engine = "openai" if settings.run.engine == "openai" else "ollama"
    return await asyncio.to_thread(connect, settings.server, engine)


async def model_info(settings: Settings) -> ModelInfo | None:
    """The chosen model with its layers, its context and its Modelfile's options; None where none answers."""
    try:
        backend = await _connected(settings)
    except BackendError:
        return None
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await backend.show(settings.run.model)
    except (BackendError, TimeoutError):
        return None
    finally:
        await backend.aclose()
