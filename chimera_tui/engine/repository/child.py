"""A child process of this program: work that may need killing, or more memory than there is."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path


@contextlib.asynccontextmanager
async def child(module: str, *, threads: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``python -m module`` with pipes; killed on the way out if it still runs. Raises OSError."""
    # -P and an explicit path: nothing in the current folder, which may be the repository, is ever imported.
    inherited = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if Path(folder).is_absolute()]
    folders = os.pathsep.join([str(Path(__file__).parents[3]), *inherited])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": folders, "POLARS_MAX_THREADS": str(threads)}, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
