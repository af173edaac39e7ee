"""Saving a run: every file by ``os.replace``, ``report.md`` last, so that a folder without it is an unfinished run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui import __version__
from chimera_tui.core.files import write_atomically
from chimera_tui.core.report import offline
from chimera_tui.core.report.analysis import Point
from chimera_tui.core.report.citations import with_labels
from chimera_tui.core.report.document import WITHOUT_A_MODEL, Report, configuration_line, render
from chimera_tui.core.report.saved import REPORT
from chimera_tui.core.report.sections import assemble
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.results.annotate import annotated
from chimera_tui.core.verify.verdict import Check
from chimera_tui.engine.checking import run_facts
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.prompts.templates import BUILT_IN
from chimera_tui.engine.record import run_files
from chimera_tui.engine.record.run_toml import run_toml

if TYPE_CHECKING:
    from chimera_tui.engine.draft import Draft


async def save(run: RunContext) -> str | None:
    """Write every file of the run; the path of ``report.md``, or None where nothing can be written."""
    run.report_text, run.draft.check = await _judged(run, render(build(run)))
    folder = run.draft.folder
    if folder is None:
        return None
    try:
        await asyncio.to_thread(_write_all, run, folder)
    except OSError as error:
        run.notice(
            f"The report cannot be saved in {folder} ({error.strerror or error}). Its text is kept in memory: save it "
            "elsewhere before you leave.",
            "error",
        )
        return None
    return str(folder / REPORT)


async def _judged(run: RunContext, text: str) -> tuple[str, Check | None]:
    """The report with what is to be said of its numbers; as it is where there is no model's text or no checker."""
    text = text.encode("utf-8", "backslashreplace").decode()
    if run.draft.engine == "offline":
        return text, None
    try:
        return await asyncio.to_thread(_annotated, text, await run_facts(run))
    except Exception as error:  # noqa: BLE001 - a failure of the checker costs the verdicts, not the report
        run.notice(f"The report is saved unchecked: the checker failed ({error!r}). Please report this.", "error")
        return text, None


def _annotated(text: str, facts: Facts) -> tuple[str, Check]:
    """The annotated report, and the verdicts with their places in it."""
    found = annotated(text, check(text, facts))
    return found, check(found, facts)


def _write_all(run: RunContext, folder: Path) -> None:
    draft = run.draft
    if draft.snapshot is not None:
        write_atomically(folder / "facts.json", run_files.facts_json(draft))
        write_atomically(folder / "facts.parquet", run_files.cells_parquet(draft.snapshot.frames))
    if draft.check is not None:
        write_atomically(folder / "verdicts.json", run_files.verdicts_json(draft.check))
    write_atomically(folder / "metrics.json", run_files.metrics_json(run))
    write_atomically(folder / "run.toml", run_toml(run, ended=True))
    write_atomically(folder / REPORT, run.report_text.encode())


def build(run: RunContext) -> Report:
    """The report from whatever the run has."""
    draft = run.draft
    if draft.summary is None:
        raise RuntimeError("a report is built after the files were read")
    offline_run = draft.engine == "offline"
    found = draft.analysis
    findings, advice = offline.key_findings(draft.chosen), offline.advice(draft.advice, draft.chosen)
    if offline_run:
        body = offline.body(draft.sections)
    else:
        body = assemble(draft.texts.get("report", ""), draft.summary, draft.tables)
        if found is not None:
            findings, advice = _points(found.findings), _points(found.recommendations)
    return Report(
        repository=run.workspace.root.resolve().name,
        started=draft.started,
        model=None if offline_run else run.settings.run.model,
        configuration=f"not applicable ({WITHOUT_A_MODEL})" if offline_run else configuration_line(
            draft.options_sent, draft.fitted_num_ctx, draft.effective_num_ctx),
        ending=draft.ending, reason=draft.reason, body=body, summary=draft.summary, stage_s=_reported_stages(draft),
        calls=tuple(draft.calls), load_s=draft.load_s, key_findings=findings, recommendations=advice,
        brief=draft.texts.get("persona", ""), clauses=draft.clauses,
        persona_prompt=draft.persona.prompt if draft.persona else "",
        facts=draft.facts, provenance=_provenance(run), notices=tuple(draft.notices), analysed=found is not None,
    )  # fmt: skip


def _points(points: Iterable[Point]) -> tuple[str, ...]:
    return tuple(with_labels(point.text, point.facts) for point in points)


def _reported_stages(draft: Draft) -> dict[str, float]:
    return {name: seconds for name, seconds in draft.stage_s.items() if name != "save"}


def _provenance(run: RunContext) -> tuple[tuple[str, str], ...]:
    draft = run.draft
    lines = [("chimera-tui", __version__), ("Started", draft.started.strftime("%Y-%m-%d %H:%M:%S UTC"))]
    if draft.engine == "offline":
        lines.append(("Engine", f"offline ({WITHOUT_A_MODEL})"))
    else:
        engine = run.replay.run.engine if run.replay is not None else draft.engine
        lines.append(("Engine", f"{engine} {draft.server_version} at {draft.host}"))
    if draft.model is not None:
        lines.append(("Model digest", draft.model.digest or "unknown"))
        lines.append(("Quantisation", draft.model.quantization or "unknown"))
    if draft.loaded is not None and draft.loaded.context_length:
        share = "" if draft.loaded.gpu_share is None else f", {draft.loaded.gpu_share:.0%} of it on the GPU"
        lines.append(("In memory", f"context {draft.loaded.context_length}{share}, as the server says"))
    if draft.facts_given is not None:
        lines.append(("Findings given to the model", f"{draft.facts_given} of {len(draft.facts)}"))
        lines.append(("Prompt sizes", draft.rate.words))
    choices = [(word, len(keys)) for word, keys in run_files.chosen_keys(draft).items() if keys]
    if choices:
        lines.append(("Findings chosen by hand", ", ".join(f"{number} {word}" for word, number in choices)))
    own = [path for path in draft.prompts.sources.values() if path != BUILT_IN]
    if own:
        lines.append(("Prompts of one's own", ", ".join(own)))
    scan = run.workspace.scan
    if scan.exclude or scan.include:
        lines.append(("Files left out", ", ".join(scan.exclude) or "none"))
        lines.append(("Only these files", ", ".join(scan.include) or "all"))
    lines.append(("Repository commit", draft.checkout.words()))
    if run.replay is not None:
        lines.append(("Replay of", f"{run.replay.run.name}: answers and figures are those of that run"))
    if run.repeats is not None:
        lines.append(("Repeats", run.repeats.name))
    if draft.folder is not None:
        lines.append(("Run", draft.folder.name))
    return tuple(lines)
