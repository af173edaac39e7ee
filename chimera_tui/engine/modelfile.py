"""What a model's own file says about options that are not sent."""

import asyncio

from chimera_tui.core.config.schema import Server
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.backends.choose import connect


async def modelfile_options(server: Server, model: str) -> dict[str, object]:
    """The option values of an installed model's Modelfile; empty where the server or the model does not answer."""
    backend = await asyncio.to_thread(connect, server)
    try:
        return dict((await backend.show(model)).parameters)
    except BackendError:
        return {}
    finally:
        await backend.aclose()
