"""The figures of a run while it goes on: estimates marked ``~`` until the server's own arrive."""

from dataclasses import dataclass, field

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures, throughput
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Label
from chimera_tui.engine.events import (
    CallFinished,
    CallStarted,
    Chunk,
    ClaimJudged,
    Event,
    RunEnded,
    RunStarted,
    Stage,
    StageStarted,
)

STAGES = (Stage.INGEST, Stage.ANALYSIS, Stage.REPORT, Stage.PERSONA)
"""The stages that are counted, as in ``3/4``."""
_STAGE_WORDS = {Stage.PERSONA: "persona brief", Stage.SAVE: "saving"}


@dataclass(frozen=True)
class Field:
    """One figure of the bar. ``rank`` orders what stays when room is short: 1 stays longest."""

    label: str
    value: str
    rank: int

    @property
    def width(self) -> int:
        """Cells it takes."""
        return len(self.label) + bool(self.label) + len(self.value)


@dataclass
class LiveFigures:
    """What is known of the run that goes on; fed with its events."""

    engine: str = ""
    model: str = ""
    stage: Stage | None = None
    running: bool = False
    ended: RunEnded | None = None
    now_s: float = 0.0
    prompt_est: int = 0
    num_ctx: int | None = None
    figures: CallFigures | None = None
    _call_at_s: float | None = None
    _first_at_s: float | None = None
    _last_at_s: float = 0.0
    _tokens_est: int = 0
    _report_ttft_s: float | None = None
    _calls: list[CallFigures] = field(default_factory=list)
    _judged: dict[tuple[int, int, int], Label] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take one event of the run."""
        self.now_s = max(self.now_s, event.at_s)
        match event:
            case RunStarted():
                self.engine, self.model = event.engine, event.model
            case StageStarted():
                self.stage = event.stage
            case CallStarted():
                self._start_call(event)
            case Chunk():
                self._take_chunk(event)
            case ClaimJudged():
                self._judged[event.call, event.start, event.end] = event.label
            case CallFinished():
                self._finish_call(event)
            case RunEnded():
                self.running, self.ended = False, event

    def _start_call(self, event: CallStarted) -> None:
        self.model, self.num_ctx, self.prompt_est = event.model, event.num_ctx, event.prompt_tokens_est
        self._call_at_s, self._first_at_s, self._tokens_est, self.figures = event.at_s, None, 0, None

    def _take_chunk(self, event: Chunk) -> None:
        if self._first_at_s is None:
            self._first_at_s = event.at_s
        self._last_at_s = event.at_s
        self._tokens_est += event.pieces

    def _finish_call(self, event: CallFinished) -> None:
        figures = event.figures
        self.figures = figures
        self._calls.append(figures)
        if event.stage is Stage.REPORT:
            self._report_ttft_s = figures.ttft_s
        self._call_at_s = None

    def ttft(self) -> str:
        """Time to first token of the latest call."""
        if self.figures is not None:
            return seconds(self.figures.ttft_s)
        if self._call_at_s is None:
            return ""
        if self._first_at_s is None:
            return f"waiting {clock(self.now_s - self._call_at_s)}"
        return "~" + seconds(self._first_at_s - self._call_at_s)

    def decode(self) -> str:
        """Decode tokens/s of the latest call."""
        if self.figures is not None:
            return rate(self.figures.decode_tps, client=self.figures.measured_by == "client")
        if self._first_at_s is None or self._last_at_s - self._first_at_s < 0.5:
            return ""
        return "~" + rate(self._tokens_est / (self._last_at_s - self._first_at_s))

    def verified(self) -> str:
        """``41/44, 1 wrong``: supported of judged numbers, and how many the files contradict."""
        labels = list(self._judged.values())
        wrong = labels.count(CONTRADICTED)
        shown = f"{labels.count(SUPPORTED)}/{len(labels)}" if labels else ""
        return f"{shown}, {wrong} wrong" if wrong else shown

    def fields(self) -> list[Field]:
        """The figures in the order they are shown; empty ones are left out."""
        figures = self.figures
        prompt = figures.prompt_tokens if figures and figures.prompt_tokens is not None else None
        generated = figures.generated_tokens if figures and figures.generated_tokens is not None else None
        prompt_shown = f"{prompt:,}" if prompt is not None else f"~{self.prompt_est:,}" if self.prompt_est else ""
        out = f"{generated:,}" if generated is not None else f"~{self._tokens_est:,}" if self._tokens_est else ""
        found = [
            Field("", self.stage_words(), 1),
            Field("", self.model, 7),
            Field("", self.engine, 10),
            Field("", clock(self.now_s), 3),
            Field("TTFT", self.ttft(), 5),
            Field("prefill", rate(figures.prefill_tps) if figures else "", 9),
            Field("decode", self.decode(), 2),
            Field("verified", self.verified(), 2),
            Field("in", prompt_shown, 8),
            Field("out", out, 4),
            Field("ctx", self._context(prompt, generated), 6),
        ]
        return [entry for entry in found if entry.value]

    def _context(self, prompt: int | None, generated: int | None) -> str:
        if not self.num_ctx:
            return ""
        exact = prompt is not None and generated is not None
        used = (prompt if prompt is not None else self.prompt_est) + (
            generated if generated is not None else self._tokens_est
        )
        return f"{'' if exact else '~'}{used:,}/{self.num_ctx:,}"

    def stage_words(self) -> str:
        """``3/4 report``; saving has no number."""
        if self.stage is None:
            return "starting"
        word = _STAGE_WORDS.get(self.stage, self.stage.value)
        return f"{STAGES.index(self.stage) + 1}/{len(STAGES)} {word}" if self.stage in STAGES else word

    def summary(self) -> list[Field]:
        """What stays of a run that has ended."""
        if self.ended is None:
            return []
        tokens = [call.generated_tokens for call in self._calls if call.generated_tokens]
        client = any(call.measured_by == "client" for call in self._calls)
        found = [
            Field("last run", self.ended.ending.value, 1),
            Field("in", clock(self.now_s), 2),
            Field("", self.model if self._calls else f"{self.engine}, no model", 6),
            Field("decode", rate(throughput(self._calls), client=client), 3),
            Field("TTFT", seconds(self._report_ttft_s), 5),
            Field("verified", self.verified(), 2),
            Field("out", f"{sum(tokens):,}" if tokens else "", 4),
        ]
        return [entry for entry in found if entry.value]

    @property
    def ended_well(self) -> bool:
        """Whether the last run is complete."""
        return self.ended is not None and self.ended.ending is Ending.COMPLETE


def fitting(fields: list[Field], width: int, gap: int = 3) -> list[Field]:
    """The most important fields that fit whole into ``width`` cells, in their order."""
    chosen: set[int] = set()
    room = width
    for index in sorted(range(len(fields)), key=lambda index: fields[index].rank):
        needed = fields[index].width + (gap if chosen else 0)
        if needed <= room:
            chosen.add(index)
            room -= needed
    return [entry for index, entry in enumerate(fields) if index in chosen]


def clock(seconds_: float) -> str:
    """``1:07`` or ``1:02:03``."""
    whole = int(seconds_)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def seconds(value: float | None) -> str:
    """A duration with a unit a person reads: ``420 ms``, ``3.25 s``."""
    if value is None:
        return ""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def rate(value: float | None, *, client: bool = False) -> str:
    """Tokens/s; ``client`` where it was timed here and not by the server."""
    if value is None:
        return ""
    shown = f"{value:,.0f} tok/s" if value >= 1000 else f"{value:.1f} tok/s"
    return f"{shown} (client)" if client else shown
