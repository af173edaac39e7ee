"""A terminal that goes away, for good (SIGHUP, SIGTERM, the end of input) or for a while (ctrl+z)."""

import asyncio
import os
import selectors
import signal
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

SAVE_GRACE_S = 5.0
"""How long a run may take to save itself when the terminal is gone."""


class HangupDriver(LinuxDriver):
    """Textual's driver, but the end of input ends the program (Textual #6690: the stock loop spins on it)."""

    def __init__(self, app: "App[Any]", **options: object) -> None:
        super().__init__(app, **options)  # type: ignore[arg-type]  # textual's own keywords, passed on
        self._away = False
        self._file = DeadProof(self._file)  # type: ignore[assignment, arg-type]

    def start_application_mode(self) -> None:
        """Take the terminal, at the start and when an editor gave it back."""
        self._away = False
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Give the terminal away."""
        super().close()
        self._away = True

    def stop_process(self) -> None:
        """Give the terminal back and stop, until somebody lets the process go on."""
        self._sigtstp_application()

    def process_continued(self) -> None:
        """Take the terminal again. It may have been stopped without a word (SIGSTOP): give it back first, then."""
        if not self._away and self._auto_restart:
            self.suspend_application_mode()
        self._sigcont_application()

    def write(self, data: str) -> None:
        """Write, but not while an editor has the terminal: the stopped writer's full queue would block the loop."""
        if not self._away:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys until the driver stops or the input ends."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        self._app.call_later(_input_ended, self._app)
                        return
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # EIO: the terminal hung up
            return b""


class DeadProof:
    """A file whose terminal may be gone: writing to it never raises, or textual's writer would die and block us."""

    def __init__(self, file: IO[str]) -> None:
        self._wrapped = file

    def write(self, text: str) -> int:
        """Write what can be written."""
        try:
            return self._wrapped.write(text)
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        try:
            self._wrapped.flush()
        except (OSError, ValueError):
            return

    def fileno(self) -> int:
        """The descriptor of the file."""
        return self._wrapped.fileno()

    def isatty(self) -> bool:
        """Whether the file is a terminal."""
        return self._wrapped.isatty()


def _input_ended(app: "App[Any]") -> None:
    leave = getattr(app, "leave_in_order", None)
    if leave is not None:
        leave(128 + signal.SIGHUP)
    else:
        app.exit()


def install(leave: Callable[[int], object], driver: object) -> None:
    """Call ``leave(128 + signal)`` on SIGHUP and SIGTERM, stop and go on on SIGTSTP and SIGCONT: from the loop.

    Textual's own handlers of the latter two run wherever the program is, and may wait for what they interrupted.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, leave, 128 + number)
    if isinstance(driver, HangupDriver):
        loop.add_signal_handler(signal.SIGTSTP, driver.stop_process)
        loop.add_signal_handler(signal.SIGCONT, driver.process_continued)


def shell_waits() -> bool:
    """Whether a shell with job control started this process group, so that ``fg`` can bring it back."""
    parent = os.getppid()
    try:
        return os.getpgid(0) != os.getsid(0) and os.getsid(parent) == os.getsid(0)
    except OSError:
        return False


def suspend() -> None:
    """Stop this process and those that were started with it, as the terminal does for ctrl+z."""
    os.kill(0, signal.SIGTSTP)
