"""The files of a saved run beside its report. Each carries a format version."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.findings.choice import DROPPED, PINNED, labelled
from chimera_tui.core.report.metrics import throughput, total
from chimera_tui.core.report.saved import REPORT
from chimera_tui.core.verify.facts import Extra
from chimera_tui.core.verify.results.listing import row
from chimera_tui.core.verify.verdict import Check
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.repository.facts import text_facts

if TYPE_CHECKING:
    from chimera_tui.core.frames import Frames
    from chimera_tui.engine.draft import Draft

FORMAT_VERSION = 1


def chosen_keys(draft: Draft) -> dict[str, list[str]]:
    """Keys of the findings that a person pinned and dropped, of those that were computed."""
    computed = {fact.key for fact in draft.facts}
    both = ((PINNED, draft.choices.pinned), (DROPPED, draft.choices.dropped))
    return {word: [key for key in keys if key in computed] for word, keys in both}


def facts_json(draft: Draft) -> bytes:
    """``facts.json``: the inventory, the findings and what only the files' text says, frozen."""
    frames = draft.snapshot.frames if draft.snapshot else None
    files = [] if frames is None else frames.files.drop("path_raw", "file_id", "dup_of", strict=False).to_dicts()
    facts = [
        {
            "label": one.label, "key": one.finding.key, "choice": draft.choices.of(one.finding.key),
            **msgspec.to_builtins(one.finding),
        }
        for one in labelled(draft.facts)
    ]  # fmt: skip
    return msgspec.json.format(
        msgspec.json.encode(
            {"version": FORMAT_VERSION, "inventory": files, "findings": facts, "text": _text_facts(draft)}, enc_hook=str
        ),
        indent=1,
    )


def _text_facts(draft: Draft) -> Extra | None:
    """What only the text of the files says: from the index where there is one by now."""
    index, snapshot = draft.index, draft.snapshot
    if index and index.done() and not index.cancelled() and not index.exception():
        return index.result().extra
    return text_facts(snapshot.root, snapshot.frames) if snapshot else None


def verdicts_json(check: Check) -> bytes:
    """``verdicts.json``: every judged number with its place in ``report.md``, as ``verify --json`` gives them."""
    claims = [row(REPORT, one) for one in check.verdicts]
    document = {"version": FORMAT_VERSION, "report": REPORT, "coverage": check.coverage(), "claims": claims}
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def cells_parquet(frames: Frames) -> bytes:
    """``facts.parquet``: every cell with where its record lies in its file, frozen."""
    where = frames.records.rename({"path": "where"}).lazy()
    wide = frames.measurements().join(where, on=["file_id", "record"], how="left", maintain_order="left")
    body = io.BytesIO()
    frame = wide.collect().drop("file_id", strict=False)
    frame.write_parquet(body, metadata={"chimera_format": str(FORMAT_VERSION)})
    return body.getvalue()


def metrics_json(run: RunContext) -> bytes:
    """``metrics.json``: the figures of every call and their totals; seconds and tokens."""
    draft = run.draft
    figures = [one.figures for one in draft.calls]
    tokens, decode = total([f.generated_tokens for f in figures]), total([f.decode_s for f in figures])
    report = draft.report_call()
    prefill = total([f.prefill_s for f in figures])
    document = {
        "version": FORMAT_VERSION,
        "started": draft.started.isoformat(timespec="seconds"),
        "agent": "Chimera Insight",
        "engine": draft.engine,
        "model": None if draft.engine == "offline" else run.settings.run.model,
        "ending": draft.ending.value,
        "n_files": draft.summary.total if draft.summary else 0,
        "stage_s": draft.stage_s,
        "totals": {
            "generated_tokens": tokens,
            "prompt_tokens": total([f.prompt_tokens for f in figures]),
            "decode_s": decode,
            "prefill_s": prefill,
            "load_s": total([draft.load_s, *(f.load_s for f in figures)]),
            "total_s": total([f.total_s for f in figures]),
            "decode_tps": throughput(figures),
            "ttft_s": report.figures.ttft_s if report else None,
        },
        "calls": [
            {"call": one.call, "stage": one.stage, "ending": one.ending.value, **msgspec.to_builtins(one.figures)}
            for one in draft.calls
        ],
        "verification": draft.check.coverage() if draft.check else None,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1)
