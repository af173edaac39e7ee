"""Everything a run has so far: what a report is made of, whenever the run stops."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from chimera_tui.core.endings import Ending
from chimera_tui.core.findings.choice import Choices, Labelled
from chimera_tui.core.findings.finding import Finding, Recommendation
from chimera_tui.core.findings.tables import Table
from chimera_tui.core.report.analysis import Analysis
from chimera_tui.core.report.data_summary import DataSummary
from chimera_tui.core.report.document import CallRow
from chimera_tui.core.report.persona import Clause, Persona
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.verdict import Check
from chimera_tui.engine.backends.base import LoadedModel, ModelInfo
from chimera_tui.engine.machine.commit import Checkout
from chimera_tui.engine.machine.gpus import Gpu
from chimera_tui.engine.prompts.templates import Prompts, load_prompts
from chimera_tui.engine.prompts.token_rates import Rate
from chimera_tui.engine.repository.snapshot import Snapshot


@dataclass
class Draft:
    """The state of a run; the run's task is its only writer."""

    started: datetime
    engine: str = ""
    host: str = ""
    server_version: str = ""
    model: ModelInfo | None = None
    snapshot: Snapshot | None = None
    summary: DataSummary | None = None
    facts: tuple[Finding, ...] = ()
    choices: Choices = field(default_factory=Choices)
    chosen: tuple[Labelled, ...] = ()
    """The facts that the report is made of: pinned ones first, dropped ones left out."""
    advice: tuple[Recommendation, ...] = ()
    tables: tuple[Table, ...] = ()
    index: asyncio.Task[Facts] | None = None
    check: Check | None = None
    """The verdicts on the saved report."""
    options_requested: dict[str, object] = field(default_factory=dict)
    options_sent: dict[str, object] = field(default_factory=dict)
    fitted_num_ctx: int | None = None
    effective_num_ctx: int | None = None
    larger_num_ctx: int | None = None
    loaded: LoadedModel | None = None
    load_s: float | None = None
    gpus: tuple[Gpu, ...] = ()
    checkout: Checkout = field(default_factory=Checkout)
    facts_tokens: int = 0
    facts_given: int | None = None
    by_section: bool = False
    """Whether each section of the report is written by a call of its own, with its own share of the facts."""
    rate: Rate = field(default_factory=Rate)
    counted_prompts: list[tuple[int, int]] = field(default_factory=list)
    """Characters and tokens of the prompts that the server counted whole."""
    prompts: Prompts = field(default_factory=load_prompts)
    prompt_hashes: dict[str, str] = field(default_factory=dict)
    calls: list[CallRow] = field(default_factory=list)
    stage_s: dict[str, float] = field(default_factory=dict)
    analysis: Analysis | None = None
    texts: dict[str, str] = field(default_factory=dict)
    sections: dict[int, str] = field(default_factory=dict)
    persona: Persona | None = None
    clauses: tuple[Clause, ...] = ()
    notices: list[str] = field(default_factory=list)
    folder: Path | None = None
    ending: Ending = Ending.COMPLETE
    reason: str = ""

    @property
    def model_key(self) -> str:
        """What the model's measured characters per token are remembered by."""
        return (self.model.digest or self.model.name) if self.model is not None else ""

    @property
    def worth_saving(self) -> bool:
        """Whether a model or the program wrote anything: a run that was refused before leaves no report."""
        return bool(self.calls or self.sections)

    def report_call(self) -> CallRow | None:
        """The call that wrote the report, once it is over."""
        return next((row for row in self.calls if row.stage == "report"), None)

    def ending_after_stop(self) -> tuple[Ending, str]:
        """A stop after the report call does not unsay how that call ended."""
        done = self.report_call()
        if done is not None and done.ending is not Ending.CANCELLED:
            return done.ending, self.reason
        return Ending.CANCELLED, "Stopped on request; what had arrived is saved."
