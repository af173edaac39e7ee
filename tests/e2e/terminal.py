"""A person at a terminal: the real program on a real pty, its screen read by a terminal emulator."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import pexpect
import pyte

SEQUENCES = {
    "enter": "\r", "esc": "\x1b", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "home": "\x1b[H", "end": "\x1b[F", "pagedown": "\x1b[6~", "pageup": "\x1b[5~", "tab": "\t", "backspace": "\x7f",
    "delete": "\x1b[3~", "f2": "\x1bOQ", "f4": "\x1bOS", "f8": "\x1b[19~", "f5": "\x1b[15~",
    "ctrl+c": "\x03", "ctrl+p": "\x10", "ctrl+z": "\x1a",
}  # fmt: skip

PROGRAM = (sys.executable, "-m", "chimera_tui")
SHELL = ("bash", "--norc", "--noprofile", "-i")


class Terminal:
    """``with Terminal([words], home=folder, size=(80, 24)) as t: t.press("r"); t.wait("complete")``."""

    def __init__(
        self, words: list[str], *, home: Path, size: tuple[int, int] = (120, 40),
        environment: Mapping[str, str] | None = None, program: tuple[str, ...] = PROGRAM,
    ) -> None:  # fmt: skip
        columns, rows = size
        clean = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("CHIMERA_", "OLLAMA_", "XDG_", "TEXTUAL", "NO_COLOR", "TMUX", "LC_", "STY"))
        }  # fmt: skip
        homes = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
        given = {"HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", "COLORTERM": "truecolor"}
        self.child = pexpect.spawn(
            program[0], [*program[1:], *words], env=clean | homes | given | dict(environment or {}),
            dimensions=(rows, columns), timeout=30, encoding=None,
        )  # fmt: skip
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
        self.child.close(force=True)

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def take(self, patience_s: float = 0.05) -> bool:
        """Take in what the program wrote; False when nothing came within ``patience_s``."""
        try:
            data = self.child.read_nonblocking(65536, patience_s)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.received += len(data)
        self._stream.feed(data)
        return True

    def wait(self, wanted: str | Callable[[str], object], timeout_s: float = 30.0) -> str:
        """Read until the screen matches a pattern or a condition; the screen then."""
        condition = wanted if callable(wanted) else lambda text: re.search(wanted, text)
        deadline = time.monotonic() + timeout_s
        while not condition(self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout_s} s: {wanted!r}\n{self.text}")
            if not self.take(0.1) and not self.child.isalive():
                raise AssertionError(f"the program ended before {wanted!r}\n{self.text}")
        return self.text

    def press(self, *keys: str) -> None:
        """Type keys: names of ``SEQUENCES``, or text as it is."""
        for key in keys:
            self.child.send(SEQUENCES.get(key, key))
            if key == "esc":
                # A key that is read within the escape delay (0.1 s) would be alt+key: first, what Esc changes is seen.
                sent = time.monotonic()
                self.take(2.0)
                while time.monotonic() < sent + 0.25:
                    self.take(0.05)

    def escape(self, gone: str) -> None:
        """Press Esc until something is gone: on a busy machine a key after it could be read as alt+key."""
        self.press("esc")
        self.wait(lambda text: not re.search(gone, text))

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def settle(self, quiet_s: float = 0.5, timeout_s: float = 20.0) -> None:
        """Read until nothing has come for a while."""
        deadline = time.monotonic() + timeout_s
        while self.take(quiet_s):
            assert time.monotonic() < deadline, f"the program never falls silent\n{self.text}"

    def exit_status(self, timeout_s: float = 20.0) -> int | None:
        """Wait for the program's end; its status, or minus the signal that ended it."""
        deadline = time.monotonic() + timeout_s
        while self.child.isalive():
            assert time.monotonic() < deadline, f"the program does not end\n{self.text}"
            self.take(0.05)
        return self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus

    def cpu_s(self) -> float:
        """Seconds of CPU that the program used so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
