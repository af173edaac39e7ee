"""Asking another program a short question, in a bounded time even where it cannot be ended."""

import contextlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_S = 3.0


def output_of(
    words: Sequence[str], patience_s: float | None = None, *, environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str | None:  # fmt: skip
    """What a command wrote to stdout; None where it is missing, fails or takes longer."""
    try:
        child = subprocess.Popen(  # noqa: S603 - fixed words of our own
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            encoding="utf-8", errors="replace", env=environment, cwd=folder,
        )  # fmt: skip
    except OSError:
        return None
    try:
        output, _ = child.communicate(timeout=PATIENCE_S if patience_s is None else patience_s)
    except subprocess.TimeoutExpired:
        # A driver that hangs keeps its program from ending: it is told to, and not waited for.
        with contextlib.suppress(OSError):
            child.kill()
        if child.stdout is not None:
            child.stdout.close()
        return None
    return output if child.returncode == 0 else None
