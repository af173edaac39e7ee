"""A real llama.cpp server in a process of its own, from the wheel ``xllamacpp``.

    with LlamaServer(gguf, context=8192) as url:
        ...

``python -m tests.server.llama MODEL.gguf --context 8192 --port 8091`` starts one by hand.
"""

import argparse
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]


class LlamaServer:
    """Started on entry, killed on exit; ``url`` is its base URL."""

    def __init__(self, model: Path, *, context: int = 8192) -> None:
        self.model = model
        self.url = ""
        self._command = [sys.executable, "-m", "tests.server.llama", str(model), "--context", str(context)]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http"), "llama.cpp did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End the server as ``kill -9`` does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def serve(model: str, context: int, port: int) -> None:
    """Serve until killed; the base URL goes to stdout once the model is loaded."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {Path(model).stem}
    params.port, params.n_ctx, params.n_parallel = port, context, 1
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    signal.pause()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.server.llama", description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    serve(options.model, options.context, options.port)
