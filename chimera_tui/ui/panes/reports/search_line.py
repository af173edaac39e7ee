"""The line that looks for a text in every report: hits are told as they are found, the next letter begins anew."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from chimera_tui.ui.tables.filter_line import FilterLine

if TYPE_CHECKING:
    from chimera_tui.engine.saved.report_search import Hit

TELL_EVERY_S = 0.15
TYPED_S = 0.2
"""Seconds after a letter before the texts are searched: the next one may come."""


class ReportSearchLine(FilterLine):
    """``files`` gives the reports to look into, in the order of looking."""

    class Found(Message):
        """What is known of a search; ``hits`` None where there is none, ``progress`` empty at its end."""

        def __init__(self, hits: Mapping[str, Hit] | None, progress: str = "") -> None:
            super().__init__()
            self.hits = hits
            self.progress = progress

    def __init__(self, files: Callable[[], list[str]]) -> None:
        super().__init__("text in any report", sign="f", id="search-texts")
        self._files = files
        self._stop = threading.Event()
        self.searched = ""
        """The text whose hits were told."""

    def forget(self) -> None:
        """Stop searching; everything counts again."""
        self._stop.set()
        self.workers.cancel_group(self, "search")
        self.searched = ""
        self.post_message(self.Found(None))

    def on_unmount(self) -> None:
        """Leave no thread at work."""
        self._stop.set()

    @on(FilterLine.Changed)
    def _typed(self, event: FilterLine.Changed) -> None:
        event.stop()
        if event.text.strip():
            self._search(event.text.strip())
        else:
            self.forget()

    @work(group="search", exclusive=True)
    async def _search(self, text: str) -> None:
        from chimera_tui.engine.saved.report_search import search

        self._stop.set()
        await asyncio.sleep(TYPED_S)  # the next letter cancels this
        self._stop = stop = threading.Event()
        files, hits = self._files(), dict[str, "Hit"]()
        loop, looked, due = asyncio.get_running_loop(), 0, time.monotonic() + TELL_EVERY_S
        self.searched = text

        def tell() -> None:
            if not stop.is_set():
                self.post_message(self.Found(dict(hits), f"searching {looked:,} of {len(files):,}"))

        def found(file: str, hit: Hit | None) -> None:
            nonlocal looked, due
            looked += 1
            if hit is not None:
                hits[file] = hit
            if time.monotonic() >= due:
                due = time.monotonic() + TELL_EVERY_S
                loop.call_soon_threadsafe(tell)

        try:
            await asyncio.to_thread(search, files, text, stop.is_set, found)
        finally:
            stop.set()
        self.say("" if hits else "No report holds this.")
        self.post_message(self.Found(hits))
