"""Live judging: whatever the cuts of the stream, each whole line is judged once, at its place in the shown text."""

import asyncio
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.analysis import ReadableJson
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import Judge
from chimera_tui.core.verify.verdict import Verdict
from chimera_tui.engine.events import CallFinished, CallStarted, Chunk, ClaimJudged, Event, Notice, Stage
from chimera_tui.engine.journal import read_journal
from chimera_tui.engine.judging import Judging
from tests.engine.test_run import finished, folder_of, repository, settings
from tests.server import OllamaServer, Script
from tests.unit.verify_repository import facts_of, write_repository

__all__ = ["repository"]

TEXT = (
    "# Report\r\n\r\nThe repository has 3 CSV files. The mean throughput of the cluster was 99.99 tokens/s. "
    "In `runs/alpha_runs.csv` the best was 53.75 tokens/s.\r\n\r\n| Model | tokens/s |\r\n| --- | --- |\r\n"
    "| beta:7b | 12.345 |\n| alpha:1b | 7.777 |\r\r\n- 8 JSON files: none larger"
)
ANALYSIS = (
    '{"summary": "There are 3 CSV files, 9 JSON files.", '
    '"findings": [{"text": "beta: 12.345 tokens/s", "facts": ["F1"]}]}'
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(write_repository(tmp_path_factory.mktemp("repository")))


def started(stage: Stage = Stage.REPORT) -> CallStarted:
    return CallStarted(at_s=0.0, call=1, stage=stage, model="m", messages=(), options={}, prompt_tokens_est=1)


def ended() -> CallFinished:
    return CallFinished(at_s=1.0, call=1, stage=Stage.REPORT, ending=Ending.COMPLETE, figures=CallFigures())


class Told(list[tuple[int, Verdict]]):
    """What a judging told: where the line begins, and the verdict; failures beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[Exception] = []
        self.news = asyncio.Event()

    def take(self, call: int, at: int, verdict: Verdict) -> None:
        self.append((at, verdict))
        self.news.set()

    def places(self) -> list[tuple[int, int, str]]:
        return sorted((at + one.claim.start, at + one.claim.end, one.label) for at, one in self)


async def ready(facts: Facts) -> Facts:
    return facts


def judged(facts: Facts, pieces: list[str], stage: Stage = Stage.REPORT) -> Told:
    async def go() -> Told:
        told = Told()
        judging = Judging(ready(facts), told.take, told.failures.append)
        judging.put(started(stage))
        for piece in pieces:
            judging.put(Chunk(at_s=0.1, call=1, text=piece))
            await asyncio.sleep(0)
        judging.put(ended())
        await judging.finish()
        assert not told.failures
        return told

    return asyncio.run(go())


def whole(text: str, facts: Facts) -> list[tuple[int, int, str]]:
    """Where the verdicts of whole lines stand in a text."""
    judge, at, found = Judge(facts), 0, []
    for line in text.split("\n"):
        found += [(at + one.claim.start, at + one.claim.end, one.label) for one in judge.line(line)[0]]
        at += len(line) + 1
    return sorted(found)


@given(st.sets(st.integers(0, len(TEXT)), max_size=40))
def test_cuts_change_neither_verdicts_nor_places(facts: Facts, cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(TEXT)]
    shown = TEXT.replace("\r\n", "\n").replace("\r", "\n")
    expected = whole(shown, facts)
    assert {label for _, _, label in expected} == {"supported", "contradicted", "unverifiable"}
    told = judged(facts, [TEXT[a:b] for a, b in itertools.pairwise(places)])
    assert told.places() == expected
    assert all(shown[at + one.claim.start : at + one.claim.end] == one.claim.span for at, one in told)


def test_the_analysis_is_judged_where_it_is_readable(facts: Facts) -> None:
    shown = ReadableJson().feed(ANALYSIS)
    told = judged(facts, [ANALYSIS[:33], ANALYSIS[33:]], Stage.ANALYSIS)
    assert told.places() == whole(shown, facts)
    assert {shown[start:end] for start, end, _ in told.places()} >= {"3 CSV files", "12.345 tokens/s"}


async def test_a_sentence_is_judged_while_its_line_still_grows(facts: Facts) -> None:
    told = Told()
    judging = Judging(ready(facts), told.take, told.failures.append)
    judging.put(started())
    judging.put(Chunk(at_s=0.1, call=1, text="There are 12 CSV files in it. The rest of"))
    async with asyncio.timeout(30):
        await told.news.wait()
    assert [(one.claim.span, one.label) for _, one in told] == [("12 CSV files", "contradicted")]
    judging.put(Chunk(at_s=0.2, call=1, text=" the files are 1 JSON file."))
    judging.put(ended())
    await judging.finish()
    assert [one.label for _, one in told] == ["contradicted", "supported"], "the first is not told twice"


async def test_what_came_before_the_facts_is_judged_when_they_are_there(facts: Facts) -> None:
    told, index = Told(), asyncio.get_running_loop().create_future()
    judging = Judging(index, told.take, told.failures.append)
    for event in (started(), Chunk(at_s=0.1, call=1, text="There are 12 CSV files.\n"), ended()):
        judging.put(event)
    await asyncio.sleep(0)
    assert not told
    index.set_result(facts)
    await judging.finish()
    assert [one.right for _, one in told] == ["3"]


async def test_a_failure_of_the_checker_is_told_once_and_harms_nothing() -> None:
    told, index = Told(), asyncio.get_running_loop().create_future()
    judging = Judging(index, told.take, told.failures.append)
    index.set_exception(MemoryError("no room for the index"))
    judging.put(started())
    await judging.finish()
    judging.put(ended())
    assert [str(one) for one in told.failures] == ["no room for the index"]
    assert not told


REPORT = """## 1. Executive Summary
The mean of tokens_s is 11.75 tok/s. It has 4 CSV files [F1].
## 3. Performance Analysis
| num_ctx | tokens_s |
| --- | --- |
| 512 | 10.5 |
| 1024 | 77.75 |
"""


async def test_a_run_publishes_its_verdicts_after_the_text_and_keeps_them(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "A brief about 1 CSV file."])) as server:
        run, events = await finished(repository, settings(server.url))
    assert not [event for event in events if isinstance(event, Notice) and "checker" in event.text]
    verdicts = [event for event in events if isinstance(event, ClaimJudged)]
    for event in verdicts:
        assert event.span == shown(events, event.call)[event.start : event.end]
    labels = {(event.call, event.span): event.label for event in verdicts}
    assert labels[2, "4 CSV files"] == "contradicted"
    assert labels[2, "11.75 tok/s"] == "supported"
    assert labels[3, "1 CSV file"] == "supported"
    kept = [event for event in read_journal(folder_of(run) / "calls.ndjson") if isinstance(event, ClaimJudged)]
    assert kept == verdicts


def shown(events: list[Event], call: int) -> str:
    text = "".join(event.text for event in events if isinstance(event, Chunk) and event.call == call)
    return ReadableJson().feed(text) if call == 1 else text
