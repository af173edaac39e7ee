"""What a run says while it goes on: frozen, in order, ``RunEnded`` always last.

``at_s`` is seconds since the run's start. Every event is journalled before it is published.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.core.verify.verdict import Label, Source


class Stage(StrEnum):
    """The stages of a run, in their order."""

    INGEST = "ingest"
    ANALYSIS = "analysis"
    REPORT = "report"
    PERSONA = "persona"
    SAVE = "save"


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """Anything a run says."""

    at_s: float


class RunStarted(Event, frozen=True, tag="run_started"):
    """The run has its identity and, where it could be made, its folder."""

    run_id: str
    engine: str
    model: str
    root: str
    started: str
    folder: str | None = None
    version: int = 1


class StageStarted(Event, frozen=True, tag="stage_started"):
    """A stage begins."""

    stage: Stage


class StageFinished(Event, frozen=True, tag="stage_finished"):
    """A stage is over, however it ended."""

    stage: Stage
    duration_s: float


class LoadStarted(Event, frozen=True, tag="load_started"):
    """The server is asked to load the model: nothing comes until it has."""

    model: str
    num_ctx: int | None = None


class CallStarted(Event, frozen=True, tag="call_started"):
    """A request is about to be sent. ``prompt_tokens_est`` is an estimate; ``options`` is what is sent."""

    call: int
    stage: Stage
    model: str
    messages: tuple[dict[str, str], ...]
    options: dict[str, object]
    prompt_tokens_est: int
    num_ctx: int | None = None


class ModelMemory(Event, frozen=True, tag="model_memory"):
    """Whether the run's model is in the server's memory; ``gpu_share`` is 0 to 1, None where nobody says."""

    model: str
    loaded: bool
    gpu_share: float | None = None
    context_length: int | None = None
    load_s: float | None = None
    """How long loading it took, timed on the client; None where this run did not load it."""


class Chunk(Event, frozen=True, tag="chunk"):
    """Text the model sent. ``call`` counts from 1."""

    call: int
    text: str = ""
    thinking: str = ""
    pieces: int = 1
    """How many pieces of the server's this is: about as many tokens."""


class ProgramText(Event, frozen=True, tag="program_text"):
    """Text the program itself wrote into a stage: never the model's."""

    stage: Stage
    text: str


class ClaimJudged(Event, frozen=True, tag="claim_judged"):
    """A number that the model wrote was judged, once its line was complete.

    ``start`` and ``end`` count characters of the text shown for that call, each line end as one: the text of its
    chunks together, for the analysis what ``core.report.analysis.ReadableJson`` makes of it.
    """

    call: int
    start: int
    end: int
    span: str
    label: Label
    rule: str
    reason: str
    right: str = ""
    unscoped: bool = False
    sources: tuple[Source, ...] = ()


class CallFinished(Event, frozen=True, tag="call_finished"):
    """A call is over: how, and the figures of it that are known."""

    call: int
    stage: Stage
    ending: Ending
    figures: CallFigures
    reason: str = ""


class Notice(Event, frozen=True, tag="notice"):
    """Something a person should know; it stops nothing."""

    text: str
    level: Literal["info", "warning", "error"] = "info"


class ReportSaved(Event, frozen=True, tag="report_saved"):
    """``report.md`` is on disk at ``path``."""

    path: str


class RunEnded(Event, frozen=True, tag="run_ended"):
    """The last event of every run. ``reason`` is a sentence a person can act on, empty when complete."""

    ending: Ending
    reason: str = ""
    report: str | None = None


AnyEvent = (
    RunStarted | StageStarted | StageFinished | LoadStarted | ModelMemory | CallStarted | Chunk | ProgramText
    | ClaimJudged | CallFinished | Notice | ReportSaved | RunEnded
)  # fmt: skip
"""The union a journal decodes into."""
