"""The journal and the subscriptions: first on disk, then told, merged for the slow, never lost."""

import asyncio
import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.endings import Ending
from chimera_tui.core.verify.verdict import CONTRADICTED, Source
from chimera_tui.engine.events import Chunk, ClaimJudged, Event, Notice, RunEnded
from chimera_tui.engine.journal import Journal, read_journal
from chimera_tui.engine.publish import Subscription, merged


def chunk(text: str, call: int = 1) -> Chunk:
    return Chunk(at_s=0.1, call=call, text=text)


async def test_an_event_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls.ndjson")
    journal.append(chunk("a\u2028b\n"))
    assert [event.text for event in read_journal(journal.path)] == ["a\u2028b\n"]  # type: ignore[union-attr]
    await journal.close()


async def test_a_verdict_comes_back_from_the_journal_with_its_sources(tmp_path: Path) -> None:
    judged = ClaimJudged(
        at_s=0.5, call=2, start=17, end=28, span="9.5 tokens/s", label=CONTRADICTED, rule="metric", reason="it is 8.5",
        right="8.5", unscoped=True, sources=(Source("a/b.csv", 3, "eval_rate", value=8.5), Source("a/b.csv")),
    )  # fmt: skip
    journal = Journal(tmp_path / "calls.ndjson")
    journal.append(judged)
    await journal.close()
    assert read_journal(journal.path) == [judged]


async def test_a_journal_is_never_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "calls.ndjson").write_text("old")
    with pytest.raises(FileExistsError):
        Journal(tmp_path / "calls.ndjson")
    assert (tmp_path / "calls.ndjson").read_text() == "old"


async def test_a_line_cut_by_a_crash_is_left_out_and_the_rest_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls.ndjson")
    for text in ("one", "two", "three"):
        journal.append(chunk(text))
    await journal.close()
    journal.path.write_bytes(journal.path.read_bytes()[:-5])
    assert [event.text for event in read_journal(journal.path)] == ["one", "two"]  # type: ignore[union-attr]


async def test_what_did_not_reach_the_disk_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = asyncio.Event()

    def broken(_: int) -> None:
        loop.call_soon_threadsafe(synced.set)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    loop = asyncio.get_running_loop()
    monkeypatch.setattr("chimera_tui.engine.journal.SYNC_EVERY_S", 0.001)
    monkeypatch.setattr(os, "fsync", broken)
    journal = Journal(tmp_path / "calls.ndjson")
    assert journal.append(chunk("one"))
    await synced.wait()
    while journal.failure is None:  # noqa: ASYNC110 - it is set right after the thread has ended
        await asyncio.sleep(0)
    assert [journal.append(chunk("two")), journal.append(chunk("three"))] == [False, True]
    assert journal.failure.errno == errno.EIO
    await journal.close()


async def test_a_full_disk_stops_the_journal_once_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "calls.ndjson")
    assert journal.append(chunk("kept"))

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert not journal.append(chunk("lost"))
    assert journal.failure is not None
    assert journal.append(chunk("later"))
    monkeypatch.undo()
    await journal.close()
    assert len(read_journal(journal.path)) == 1


events = st.lists(
    st.one_of(
        st.builds(chunk, st.text(max_size=3), st.integers(1, 2)),
        st.builds(lambda text: Notice(at_s=0.0, text=text), st.text(max_size=3)),
    ),
    max_size=30,
)


def spelled(found: list[Event]) -> list[tuple[str, object]]:
    """Characters and notices in their order, blind to how chunks are cut."""
    letters: list[tuple[str, object]] = []
    for event in found:
        if isinstance(event, Chunk):
            letters += [(letter, event.call) for letter in event.text]
        else:
            letters.append(("notice", event))
    return letters


@given(events)
def test_merging_loses_and_reorders_nothing(found: list[Event]) -> None:
    assert spelled(merged(found)) == spelled(found)


async def test_a_listener_that_never_comes_costs_bounded_memory_and_gets_everything() -> None:
    subscription = Subscription()
    for number in range(20_000):
        subscription.put(chunk(str(number % 10)))
    assert len(subscription._pending) < 2_000
    subscription.put(RunEnded(at_s=1.0, ending=Ending.COMPLETE))
    batches = [batch async for batch in subscription]
    assert len(batches) == 1
    assert len(batches[0]) == 2
    assert batches[0][0].text == "".join(str(n % 10) for n in range(20_000))  # type: ignore[attr-defined]


async def test_a_late_listener_is_told_the_past_and_iteration_ends_with_the_run() -> None:
    subscription = Subscription([chunk("past")])

    async def collect() -> list[Event]:
        return [event async for batch in subscription for event in batch]

    task = asyncio.create_task(collect())
    await asyncio.sleep(0)
    subscription.put(chunk("new"))
    subscription.put(RunEnded(at_s=1.0, ending=Ending.CANCELLED))
    found = await task
    assert spelled(found)[:-1] == spelled([chunk("pastnew")])
    assert isinstance(found[-1], RunEnded)
