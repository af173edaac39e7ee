"""Whole runs in a small repository, for the tests of the engine."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from chimera_tui.core.config.schema import Options, Settings
from chimera_tui.core.config.schema import Run as RunSettings
from chimera_tui.core.config.schema import Server as ServerSettings
from chimera_tui.engine.events import Event, RunEnded
from chimera_tui.engine.questions import BusyAnswer, BusyBox
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run

REPORT = """## 1. Executive Summary
Throughput is 11.5 tok/s [F1].
## 3. Performance Analysis
It was measured twice.
## 6. Conclusion
Done.
"""


ONE_SENTENCE = "It was measured on one machine only. "
BRIEF = f"""## 1. Executive Summary

Throughput is **11.5 tok/s** [F1]. {ONE_SENTENCE * 38}

## 2. Recommendations

1. Keep throughput where it is and repeat the runs.
2. Watch TTFT when the context grows.
3. Measure quality: no quality was measured here.

## 3. Risks

| Risk | Mitigation |
| --- | --- |
| Few runs | Repeat |
| One machine | Use another |
"""
"""A brief that keeps the contract of InsightAgent."""


def small_repository(folder: Path) -> Path:
    """Six measurements in a CSV file, and a README."""
    folder.mkdir()
    rows = [f"m:1b,{ctx},{10 + i + ctx / 1024},{0.2 + i / 10}" for i in range(3) for ctx in (512, 1024)]
    (folder / "runs.csv").write_text("model,num_ctx,tokens_s,ttft_s\n" + "\n".join(rows) + "\n")
    (folder / "README.md").write_text("# Runs\n")
    return folder


def settings(url: str, *, num_ctx: object = "fit", options: dict[str, object] | None = None, **run: object) -> Settings:
    """Settings for a run on the server at ``url``; ``num_ctx`` None leaves it unset."""
    given = {} if num_ctx is None else {"num_ctx": num_ctx}
    return Settings(
        server=ServerSettings(host=url, openai_url=url, connect_timeout_s=2.0, read_timeout_s=20.0),
        run=RunSettings(**({"engine": "ollama"} | run)),  # type: ignore[arg-type]
        options=msgspec.convert(given | (options or {}), Options),
    )


def answering(answer: BusyAnswer, asked: list[BusyBox] | None = None) -> Callable[[BusyBox], Awaitable[BusyAnswer]]:
    async def ask(box: BusyBox) -> BusyAnswer:
        if asked is not None:
            asked.append(box)
        return answer

    return ask


async def finished(
    repository: Path, wanted: Settings, *, busy: BusyAnswer = "go", asked: list[BusyBox] | None = None
) -> tuple[Run, list[Event]]:
    """A run at its end and every event it published."""
    run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering(busy, asked))
    subscription = run.subscribe()
    run.start()
    events = [event async for batch in subscription for event in batch]
    await run.wait()
    assert isinstance(events[-1], RunEnded)
    assert sum(isinstance(event, RunEnded) for event in events) == 1
    return run, events


def folder_of(run: Run) -> Path:
    assert run.draft.folder is not None
    return run.draft.folder


def text_of(run: Run) -> str:
    return (folder_of(run) / "report.md").read_text()
