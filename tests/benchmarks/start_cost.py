"""What starting and idling cost: time to the first paint beside a minimal Textual app, bytes while nothing happens.

Every start is a process of its own on a 120×40 pty; the two sides take turns, so that other work slows both.
    python -m tests.benchmarks.start_cost [--starts 7] [--idle-s 10]
"""

import argparse
import contextlib
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from chimera_tui.cli.screen import TEXTUAL_ENVIRONMENT

ROWS, COLUMNS = 40, 120
START_LIMIT, IDLE_LIMIT_BYTES = 1.7, 0
QUIET_S = 1.5
MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Static("minimal-app-painted")
Minimal().run(mouse=False)
"""


@contextlib.contextmanager
def program(words: list[str], home: Path) -> Iterator[int]:
    """A program on a pty of its own: the descriptor of the other end."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    homes = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    env = {**TEXTUAL_ENVIRONMENT, **os.environ, **homes, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        [sys.executable, *words], stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
    )
    os.close(slave)
    try:
        yield master
    finally:
        process.kill()
        process.wait()
        os.close(master)


def bytes_until(master: int, marker: bytes, timeout_s: float = 60) -> int:
    """Read until a text was painted; how many bytes that took."""
    seen = b""
    deadline = time.monotonic() + timeout_s
    while marker not in seen:
        if time.monotonic() > deadline:
            raise TimeoutError(seen[-500:])
        if select.select([master], [], [], 0.5)[0]:
            seen += os.read(master, 65536)
    return len(seen)


def bytes_within(master: int, seconds: float) -> int:
    """How many bytes come in this time."""
    counted, end = 0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([master], [], [], left)[0]:
            counted += len(os.read(master, 65536))
    return counted


def first_paint_s(words: list[str], marker: str, home: Path) -> float:
    """Seconds from the start of a process to the text on its screen."""
    began = time.monotonic()
    with program(words, home) as master:
        bytes_until(master, marker.encode())
        return time.monotonic() - began


def repository(folder: Path) -> Path:
    """A few files to open."""
    root = folder / "painted-repository"
    root.mkdir()
    for number in range(20):
        (root / f"run_{number}.csv").write_text(f"model,tokens_s\nm:1b,{10 + number}.5\nm:1b,{11 + number}.5\n")
    return root


def judged(name: str, value: float, limit: float, unit: str = "") -> bool:
    """One line of the result; whether the limit holds."""
    held = value <= limit
    print(f"  {name:44} {value:10.2f} {unit:5} limit {limit:g}: {'ok' if held else 'TOO MUCH'}")
    return held


def measured(starts: int, idle_s: float) -> bool:
    """Print what a start and idling cost; whether the limits hold."""
    with tempfile.TemporaryDirectory(prefix="chimera-start-cost-") as place:
        home = Path(place)
        root = repository(home)
        minimal, ours = [], []
        for _ in range(starts):
            minimal.append(first_paint_s(["-c", MINIMAL], "minimal-app-painted", home))
            ours.append(first_paint_s(["-m", "chimera_tui", str(root)], "painted-repository", home))
        began = time.monotonic()
        with program(["-m", "chimera_tui", str(root)], home) as master:
            bytes_until(master, b"20 files")
            read_s = time.monotonic() - began
            while bytes_within(master, QUIET_S):
                pass
            idle = bytes_within(master, idle_s)
    print(f"start ({starts} times each, median): minimal {statistics.median(minimal):.3f} s,", end=" ")
    print(f"ours {statistics.median(ours):.3f} s, ours with 20 files read {read_s:.3f} s")
    ratio = statistics.median(ours) / statistics.median(minimal)
    return all([
        judged("first paint, ours / minimal", ratio, START_LIMIT),
        judged(f"bytes in {idle_s:g} idle seconds", idle, IDLE_LIMIT_BYTES, "B"),
    ])  # fmt: skip


def main() -> None:
    """Run from the command line; the exit status says whether the limits hold."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--starts", type=int, default=7)
    arguments.add_argument("--idle-s", type=float, default=10)
    given = arguments.parse_args()
    sys.exit(0 if measured(given.starts, given.idle_s) else 1)


if __name__ == "__main__":
    main()
