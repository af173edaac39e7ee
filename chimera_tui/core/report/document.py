"""``report.md``: the Chimera layout around a body. Dates, counts, metrics and definitions are the program's."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.inert import inert_line
from chimera_tui.core.markdown_text import contained, escaped, fenced
from chimera_tui.core.report.citations import cited, linked
from chimera_tui.core.report.data_summary import DataSummary
from chimera_tui.core.report.metrics import CallFigures, by_whom, throughput, total
from chimera_tui.core.report.persona import Clause
from chimera_tui.core.report.sections import NOT_THE_MODELS

AGENT = "Chimera Insight"
HEADER_OPTIONS = {
    "num_gpu": "num_gpu", "num_ctx": "num_ctx", "temperature": "temp", "top_p": "top_p", "top_k": "top_k",
    "repeat_penalty": "repeat_penalty",
}  # fmt: skip
"""Options that the Configuration line always names, by the names it uses."""
WITHOUT_A_MODEL = "written without a model"
FACTS_SHOWN = 12
CLIENT_TIMED = (
    "The server gives no durations of its own: decode is timed **on the client** from the first piece of text to the "
    "last (all tokens but the first), and what it cannot see (prefill, load, queue) is left out."
)


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """One call as the report lists it."""

    call: int
    stage: str
    ending: Ending
    figures: CallFigures


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the saved report says. ``model`` is None where no model was called."""

    repository: str
    started: datetime
    model: str | None
    configuration: str
    ending: Ending
    reason: str
    body: str
    summary: DataSummary
    stage_s: dict[str, float]
    calls: tuple[CallRow, ...]
    key_findings: tuple[str, ...]
    recommendations: tuple[str, ...]
    brief: str
    clauses: tuple[Clause, ...]
    persona_prompt: str
    facts: tuple[Finding, ...]
    provenance: tuple[tuple[str, str], ...]
    notices: tuple[str, ...] = ()
    load_s: float | None = None
    analysed: bool = True
    """Whether findings and recommendations are the model's, where there is one."""


def configuration_line(
    options: dict[str, object], fitted_num_ctx: int | None = None, effective_num_ctx: int | None = None
) -> str:  # fmt: skip
    """``num_gpu=80, num_ctx=512, temp=1, top_p=default, …``: the options sent, ``default`` where one was not."""
    shown: dict[str, object] = {name: options.get(name, "default") for name in HEADER_OPTIONS}
    shown |= {name: value for name, value in options.items() if name not in shown}
    if fitted_num_ctx is not None:
        shown["num_ctx"] = f"{fitted_num_ctx} (fit)"
    elif effective_num_ctx is not None and "num_ctx" not in options:
        shown["num_ctx"] = f"{effective_num_ctx} (the server's)"
    return ", ".join(f"{HEADER_OPTIONS.get(name, name)}={_plain(value)}" for name, value in shown.items())


def render(report: Report) -> str:
    """The Markdown of the saved report."""
    parts = [
        _header(report), "---", linked(report.body, len(report.facts)), "---", _workflow(report),
        _metrics(report.calls, report.load_s), _listed(report, "Key Findings", report.key_findings),
        _listed(report, "Recommendations", report.recommendations), _brief(report), _persona_prompt(report),
        _verification(report),
        _facts(report), _provenance(report),
    ]  # fmt: skip
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _header(report: Report) -> str:
    lines = [
        f"# {AGENT}", "", f"# Technical Report: {escaped(report.repository, 120)}", "",
        f"**Date:** {report.started:%Y-%m-%d}", f"**Agent Type:** {AGENT}",
        f"**Model:** {report.model or f'none ({WITHOUT_A_MODEL})'}",
        f"**Configuration:** {report.configuration}",
        f"**Ending:** {report.ending.value}{f': {escaped(report.reason)}' if report.reason else ''}",
    ]  # fmt: skip
    # Two spaces end a line in Markdown; older Chimera reports rely on it too.
    return "\n".join(f"{line}  " if line.startswith("**") else line for line in lines)


def _workflow(report: Report) -> str:
    stages = " | ".join(f"{name} {seconds:.2f}s" for name, seconds in report.stage_s.items())
    lines = [
        "## Workflow Summary",
        f"- Files analyzed: {report.summary.total}",
        f"- Execution time: {sum(report.stage_s.values()):.2f}s ({stages})",
        *(f"- Note: {escaped(notice)}" for notice in report.notices),
        "- Data summary:",
        fenced(report.summary.block()),
    ]
    return "\n".join(lines)


def _metrics(calls: Sequence[CallRow], load_s: float | None) -> str:
    if not calls:
        return f"## Metrics\nNot applicable: {WITHOUT_A_MODEL}, so there are no calls to measure."
    return "\n".join(["## Metrics", *total_lines(calls, load_s), "", *_call_table(calls)])


def total_lines(calls: Sequence[CallRow], load_s: float | None = None) -> list[str]:
    """The totals over all calls, each with its definition. TTFT is that of the report call.

    ``load_s`` is what loading the model took before the first call, timed on the client.
    """
    figures = [call.figures for call in calls]
    tokens, decode = total([f.generated_tokens for f in figures]), total([f.decode_s for f in figures])
    ttft = next((call.figures.ttft_s for call in calls if call.stage == "report"), None)
    by = by_whom(figures)
    whole, whole_by = total([f.total_s for f in figures]), by
    if whole is None:
        whole, whole_by = total([f.wall_s for f in figures]), "timed on the client"
    told = sum(f.generated_tokens is not None for f in figures)
    over = (
        "over all calls" if told == len(figures) else f"over {told} of {len(figures)} calls: the rest gave no figures"
    )
    tps = throughput(figures)
    rate = "unknown" if tps is None else f"{tps:.2f} tok/s"
    first = "; of each call timed on the client all tokens but the first" if "client" in by else ""
    return [
        f"- Throughput: {rate} (decode: Σ generated tokens ÷ Σ eval duration {over}; derived, {by}{first})",
        f"- TTFT: {_ms(ttft)} (request sent → first text of the report call; measured on the client)",
        f"- Total Duration: {_ms(whole)} (Σ over calls, queue and load included; {whole_by})",
        f"- Tokens Generated: {_count(tokens)} (Σ {over}; counted by the server)",
        f"- Prompt Eval: {_ms(total([f.prefill_s for f in figures]))} (Σ prefill over calls; {by})",
        f"- Eval Duration: {_ms(decode)} (Σ decode over calls; {by})",
        f"- Load Duration: {_ms(total([load_s, *(f.load_s for f in figures)]))} ({_loading(load_s, by)})",
    ]


def _loading(load_s: float | None, by: str) -> str:
    if load_s is None:
        return f"Σ model load over calls; {by}"
    return f"{_ms(load_s)} before the first call, timed on the client, and Σ model load over calls; {by}"


def _call_table(calls: Sequence[CallRow]) -> list[str]:
    head = (
        "Call", "Stage", "Ending", "TTFT ms", "Prompt tokens", "Prefill ms", "Prefill tok/s", "Generated tokens",
        "Decode ms", "Decode tok/s", "Load ms", "Queue ms", "Total ms",
    )  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "| --: | :-- | :-- |" + " --: |" * (len(head) - 3)]
    for row in calls:
        f = row.figures
        prefill = "shares a prefix" if f.prefix_shared else _number(f.prefill_tps)
        cells = (
            str(row.call), row.stage, row.ending.value, _number(f.ttft_s, 1e3), _count(f.prompt_tokens),
            _number(f.prefill_s, 1e3), prefill, _count(f.generated_tokens), _number(f.decode_s, 1e3),
            _number(f.decode_tps), _number(f.load_s, 1e3), _number(f.queue_s, 1e3), _number(f.total_s, 1e3),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        (
            "Prefill tok/s = prompt tokens ÷ prefill seconds; no measurement where the prompt shares a prefix with an "
            "earlier call: the server then evaluates only the rest. Decode tok/s = generated tokens ÷ decode "
            "seconds. Queue = total − load − prefill − decode. TTFT is timed on the client."
        ),
        *([CLIENT_TIMED] if any(row.figures.measured_by == "client" for row in calls) else []),
    ]
    return lines


def _listed(report: Report, title: str, items: Sequence[str]) -> str:
    lines = [f"- {linked(contained(item).replace(chr(10), ' '), len(report.facts))}" for item in items]
    whose = [] if report.analysed or report.model is None else [NOT_THE_MODELS, ""]
    return "\n".join([f"## {title}", *whose, *(lines or ["None supported by the data."])])


def _brief(report: Report) -> str:
    if not report.brief and not report.clauses:
        reason = WITHOUT_A_MODEL if report.model is None else "no brief was written"
        return f"## Persona Brief\nNot applicable: {reason}."
    clauses = "\n".join(clause.line() for clause in report.clauses)
    brief = linked(contained(report.brief, least_heading=3), len(report.facts))
    return f"## Persona Brief\n{brief}\n\nContract:\n\n{clauses}"


def _persona_prompt(report: Report) -> str:
    if not report.persona_prompt:
        return ""
    unsent = f"Not sent: {WITHOUT_A_MODEL}.\n" if report.model is None else ""
    return f"## Persona Prompt\n{unsent}{fenced(report.persona_prompt.strip())}"


def _verification(report: Report) -> str:
    """What stands here until the text is judged, and where it cannot be."""
    if report.model is None:
        return (
            "## Verification\nNot applicable: there is nothing of a model's to judge. Every number in this report was "
            "counted or computed by the program from the files."
        )
    return (
        "## Verification\nThe numbers in the text are the model's and were **not checked** when it was saved: "
        "`chimera-tui verify` judges them. Counts, dates, tables, metrics and the facts below are the program's."
    )


def _facts(report: Report) -> str:
    """The facts that the report cites, or where it cites none the first ones."""
    if not report.facts:
        return ""
    text = "\n".join([report.body, *report.key_findings, *report.recommendations, report.brief])
    chosen, which = sorted(cited(text, len(report.facts))), "that the text cites"
    if not chosen:
        chosen, which = (
            list(range(1, min(FACTS_SHOWN, len(report.facts)) + 1)),
            "that rank highest: the text cites none",
        )
    lines = ["## Facts", f"Computed by the program: {len(report.facts)}; all are in `facts.json`. Those {which}:"]
    lines += [_fact(number, report.facts[number - 1]) for number in chosen]
    return "\n".join(lines)


def _fact(number: int, fact: Finding) -> str:
    paths = list(dict.fromkeys(source.path for source in fact.sources))
    sources = ", ".join(f"`{escaped_path(path)}`" for path in paths[:3])
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    caveats = f" Caveat: {escaped('; '.join(fact.caveats))}." if fact.caveats else ""
    where = f" Source: {sources}{more}." if sources else ""
    # A heading is the one target of a link that every viewer of Markdown makes.
    return f"\n### F{number}\n\n({fact.label}) {escaped(fact.statement)}{caveats}{where}"


def escaped_path(path: str) -> str:
    """A path inside a code span."""
    return inert_line(path, 200).replace("`", "'")


def _provenance(report: Report) -> str:
    return "\n".join(["## Provenance", *(f"- {name}: {escaped(value)}" for name, value in report.provenance)])


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return escaped(str(value), 80) if not isinstance(value, bool) else str(value).lower()


def _ms(seconds: float | None) -> str:
    return "unknown" if seconds is None else f"{seconds * 1e3:.2f} ms"


def _number(value: float | None, factor: float = 1.0) -> str:
    return "–" if value is None else f"{value * factor:.2f}"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{int(value)}"
