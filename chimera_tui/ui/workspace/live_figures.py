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
    LoadStarted,
    ModelMemory,
    RunEnded,
    RunStarted,
    Stage,
    StageStarted,
)
from chimera_tui.ui.workspace.bar_fields import SPARK_CELLS, Field

STAGES = (Stage.INGEST, Stage.ANALYSIS, Stage.REPORT, Stage.PERSONA)
"""The stages that are counted, as in ``3/4``."""
_STAGE_WORDS = {Stage.PERSONA: "persona brief", Stage.SAVE: "saving"}


SPARK_S = 0.5
"""How long one column of the sparkline is."""
SHORT_S = 0.05
"""Queueing and loading below this is not worth a word."""


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
    memory: ModelMemory | None = None
    """Where the model is, as the server said last."""
    _load_at_s: float | None = None
    _call_at_s: float | None = None
    _first_at_s: float | None = None
    _last_at_s: float = 0.0
    _tokens_est: int = 0
    _unsaid_tokens: int = 0
    """Pieces of calls that ended without the server's own count."""
    _tokens_by_column: dict[int, int] = field(default_factory=dict)
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
            case LoadStarted():
                self._load_at_s = event.at_s
            case CallStarted():
                self._start_call(event)
            case ModelMemory():
                self.memory, self._load_at_s = event, None
            case Chunk():
                self._take_chunk(event)
            case ClaimJudged():
                self._judged[event.call, event.start, event.end] = event.label
            case CallFinished():
                self._finish_call(event)
            case RunEnded():
                if self._call_at_s is not None:
                    self._unsaid_tokens += self._tokens_est
                self.running, self.ended = False, event

    def _start_call(self, event: CallStarted) -> None:
        self.model, self.num_ctx, self.prompt_est = event.model, event.num_ctx, event.prompt_tokens_est
        self._call_at_s, self._first_at_s, self._tokens_est, self.figures = event.at_s, None, 0, None
        self._tokens_by_column = {}

    def _take_chunk(self, event: Chunk) -> None:
        if self._first_at_s is None:
            self._first_at_s = event.at_s
        self._last_at_s = event.at_s
        self._tokens_est += event.pieces
        column = int(event.at_s / SPARK_S)
        self._tokens_by_column[column] = self._tokens_by_column.get(column, 0) + event.pieces

    def _finish_call(self, event: CallFinished) -> None:
        figures = event.figures
        self.figures = figures
        self._calls.append(figures)
        if event.stage is Stage.REPORT:
            self._report_ttft_s = figures.ttft_s
        if figures.generated_tokens is None:
            self._unsaid_tokens += self._tokens_est
        self._call_at_s = None

    def ttft(self) -> str:
        """Time to first token of the latest call."""
        if self.figures is not None:
            return seconds(self.figures.ttft_s)
        if self._call_at_s is None or self._first_at_s is None:
            return ""
        return "~" + seconds(self._first_at_s - self._call_at_s)

    def _waiting(self) -> list[Field]:
        """What a call waits for before its first token, as far as the server tells, and since when."""
        if self._load_at_s is not None:
            return [Field("loading the model", clock(self.now_s - self._load_at_s), 2)]
        if self.figures is not None or self._call_at_s is None or self._first_at_s is not None:
            return []
        words = "waiting"
        if self.memory is not None:
            words = "queue or prefill" if self.memory.loaded else "loading the model"
        return [Field(words, clock(self.now_s - self._call_at_s), 2)]

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
            Field("", self.stage_words(), 1, short=("", self.stage_words().removesuffix(" brief"))),
            Field("", clock(self.now_s), 5),
            *self._waiting(),
            Field("TTFT", self.ttft(), 6),
            Field("queue", _long(figures.queue_s) if figures else "", 13),
            Field("load", _long(figures.load_s) if figures else "", 12),
            Field("prefill", rate(figures.prefill_tps) if figures else "", 11),
            Field("decode", self.decode(), 2, short=("", self.decode())),
            *([Field("", "", 8, spark=True)] if self._spark_columns(SPARK_CELLS[0]) else []),
            self._verified_field(3),
            Field("out", out, 7),
            Field("in", prompt_shown, 10),
            self._context_field(prompt, generated),
            Field("GPU", self._gpu_share(), 9),
            Field("", self.model, 10, muted=True),
            Field("", self.engine, 14, muted=True),
        ]
        return [entry for entry in found if entry.value or entry.spark]

    def _verified_field(self, rank: int) -> Field:
        words = self.verified()
        supported, _, wrong = words.partition(", ")
        return Field("verified", words, rank, short=("ver.", f"{supported} ✗{wrong.split()[0]}" if wrong else words))

    def _gpu_share(self) -> str:
        share = self.memory.gpu_share if self.memory is not None else None
        return "" if share is None else f"{share:.0%}"

    def _spark_columns(self, cells: int) -> list[int]:
        """Tokens that came in each of the last whole columns, those in which none came among them."""
        if not self._tokens_by_column:
            return []
        first = min(self._tokens_by_column)
        now = int(self.now_s / SPARK_S) if self.figures is None else max(self._tokens_by_column) + 1
        return [self._tokens_by_column.get(column, 0) for column in range(max(first, now - cells), now)]

    def sparkline(self, cells: int, levels: str) -> str:
        """The decode rate of the last seconds, one character a column, the latest at the right."""
        tokens = self._spark_columns(cells)
        most = max(tokens, default=0)
        drawn = [levels[-(-count * (len(levels) - 1) // most)] if most else levels[0] for count in tokens]
        return "".join(drawn).rjust(SPARK_CELLS[0])

    def _context_field(self, prompt: int | None, generated: int | None) -> Field:
        """Used of num_ctx; in short, the share."""
        if not self.num_ctx:
            return Field("", "", 4)
        exact = prompt is not None and generated is not None
        used = (prompt if prompt is not None else self.prompt_est) + (
            generated if generated is not None else self._tokens_est
        )
        about = "" if exact else "~"
        return Field("ctx", f"{about}{used:,}/{self.num_ctx:,}", 4, short=("ctx", f"{about}{used / self.num_ctx:.0%}"))

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
        tokens = sum(call.generated_tokens or 0 for call in self._calls) + self._unsaid_tokens
        about = "~" if self._unsaid_tokens else ""
        client = any(call.measured_by == "client" for call in self._calls)
        decode = rate(throughput(self._calls), client=client)
        found = [
            Field("last run", self.ended.ending.value, 1),
            Field("in", clock(self.now_s), 2),
            Field("", self.model if self._calls else self.engine and f"{self.engine}, no model", 6),
            Field("decode", decode, 3, short=("", decode)),
            Field("TTFT", seconds(self._report_ttft_s), 5),
            self._verified_field(2),
            Field("out", f"{about}{tokens:,}" if tokens else "", 4),
        ]
        return [entry for entry in found if entry.value]

    @property
    def ended_well(self) -> bool:
        """Whether the last run is complete."""
        return self.ended is not None and self.ended.ending is Ending.COMPLETE


def _long(value: float | None) -> str:
    return seconds(value) if value is not None and value >= SHORT_S else ""


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
