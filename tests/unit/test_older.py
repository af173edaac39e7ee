import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chimera_tui.core import frames as schema
from chimera_tui.core.report.older import HEAD, is_chimera_report, read_chimera_report
from chimera_tui.core.report.runs import as_frame
from chimera_tui.core.report.saved import read_saved_run

DATA = Path(__file__).parents[2].parent / "shared" / "data"

INSIGHT = """# Chimera Insight

# Technical Report: Chimera Insight Analysis

**Date:** 2025-11-15
**Agent Type:** Chimera Insight
**Model:** gemma3:latest
**Configuration:** num_gpu=80, num_ctx=512, temp=1, top_p=default, top_k=default, repeat_penalty=default

---

**Date:** January 1, 1999
**Model:** invented

## Workflow Summary
- Files analyzed: 7

## Metrics
- Throughput: 999.00 tok/s

---

## Workflow Summary
- Files analyzed: 101
- Execution time: 57.48s (ingest 0.02s | analysis 26.20s | report 31.25s)

## Metrics
- Throughput: 40.60 tok/s
- TTFT: 805.39 ms
- Total Duration: 57455.07 ms
- Tokens Generated: 2222
- Prompt Eval: 776.66 ms
- Eval Duration: 54788.70 ms
- Load Duration: 507.93 ms

## Key Findings
- Throughput: 1.00 tok/s
"""

AGENT = """# Chimera Agent Report

**Model:** gemma3:latest
**Runs:** 5
**Timestamp:** 2025-11-27 00:31:09 UTC
**Language:** Rust

## Configuration

num_gpu=60, num_ctx=1024, temp=0.8, top_p=default

## Aggregate Metrics

| Metric | Value |
|--------|-------|
| Average Throughput | 115.98 ± 1.19 tok/s |
| Average TTFT | 1145.88 ± 1239.30 ms |
| Total Tokens Generated | 12167 |
| Total LLM Call Duration | 121194.06 ms |

## Workflow Summary

- Files analyzed: 101
- Execution time: 19.90s (ingest 0.02s | analysis 10.10s | report 9.77s)

## Workflow Summary
- Files analyzed: 3
"""


def test_the_insight_layout_is_read_from_the_programs_own_blocks():
    row = read_chimera_report(INSIGHT, "old/report.md")
    assert row["agent"] == "Chimera Insight"
    assert row["model"] == "gemma3:latest"
    assert row["started"] == datetime(2025, 11, 15, tzinfo=UTC)
    assert (row["num_gpu"], row["num_ctx"], row["temperature"]) == (80, 512, 1)
    assert "top_p" not in row
    assert row["n_files"] == 101
    assert (row["ingest_s"], row["analysis_s"], row["report_s"]) == (0.02, 26.2, 31.25)
    assert (row["decode_tps"], row["generated_tokens"]) == (40.6, 2222)
    assert row["ttft_s"] == pytest.approx(0.80539)
    assert row["decode_s"] == pytest.approx(54.7887)


def test_the_agent_layout_is_read_from_the_programs_own_blocks():
    row = read_chimera_report(AGENT, "old/report.md")
    assert (row["agent"], row["n_files"]) == ("Chimera", 101)
    assert row["started"] == datetime(2025, 11, 27, 0, 31, 9, tzinfo=UTC)
    assert row["decode_tps"] == 115.98
    assert row["ttft_s"] == pytest.approx(1.14588)
    assert (row["num_ctx"], row["temperature"]) == (1024, 0.8)


@pytest.mark.parametrize("text", [INSIGHT, AGENT])
def test_both_layouts_are_recognised_with_crlf_and_byte_order_mark(text):
    assert is_chimera_report(text)
    changed = "\ufeff" + text.replace("\n", "\r\n")
    assert is_chimera_report(changed[:HEAD])
    assert read_chimera_report(changed, "x")["n_files"] == 101


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Title\n",
        "# Benchmark Report\n\n**Model:** gemma3\n**Date:** 2025-01-01\n\n## Configuration\n\nx\n",
        "**Agent Type:** x\n**Configuration:** y\n",
        "# Title\n\n---\n\n**Agent Type:** quoted\n**Configuration:** quoted\n",
        "# Notes on Chimera Insight\n\nThe header has **Agent Type:** and **Configuration:** lines.\n",
    ],
)
def test_other_markdown_is_not_a_report(text):
    assert not is_chimera_report(text)


def test_a_report_without_blocks_gives_a_row_all_the_same():
    row = read_chimera_report("# T\n\n**Agent Type:** A\n**Configuration:** Ollama defaults\n", "a.md")
    frame = as_frame([row])
    assert dict(frame.schema) == schema.dtypes(schema.RUNS)
    assert frame["agent"].to_list() == ["A"]
    assert frame["decode_tps"].to_list() == [None]


def test_absurd_figures_are_no_error():
    nines = "9" * 5000
    text = INSIGHT.replace("2222", nines).replace("101", nines).replace("512", nines).replace("26.20", nines)
    frame = as_frame([read_chimera_report(text, "a.md")])
    assert frame.select("generated_tokens", "n_files", "num_ctx").row(0) == (None, None, None)


def test_a_saved_run_is_read_back(tmp_path):
    (tmp_path / "run.toml").write_text(
        'version = 1\nchimera_tui = "0.1"\nstarted = 2026-01-02T03:04:05Z\nending = "complete"\n'
        'agent = "Chimera Insight"\nnum_ctx_effective = 8192\n'
        '[engine]\nname = "ollama"\n[model]\nname = "gemma3:latest"\n'
        "[options.requested]\nnum_gpu = 80\n[options.sent]\nnum_gpu = 80\nnum_ctx = 6144\n"
    )
    (tmp_path / "metrics.json").write_text(
        '{"n_files": 101, "stage_s": {"ingest": 0.5, "report": 2.5},'
        '"totals": {"decode_tps": 40.5, "ttft_s": 0.8, "generated_tokens": 12, "load_s": null},'
        '"calls": [{"prompt_tokens": 100, "prefill_s": 0.5}, '
        '{"prompt_tokens": 900, "prefill_s": 0.1, "prefix_shared": true}],'
        '"verification": {"claims": 9, "supported": 7, "contradicted": 2}}'
    )
    (tmp_path / "report.md").touch()
    row = as_frame([read_saved_run(tmp_path, "chimera-reports/one")]).row(0, named=True)
    assert row["path"] == "chimera-reports/one/report.md"
    assert (row["engine"], row["model"], row["ending"]) == ("ollama", "gemma3:latest", "complete")
    assert row["started"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (row["num_gpu"], row["num_ctx"]) == (80, 8192)
    assert (row["decode_tps"], row["generated_tokens"], row["load_s"]) == (40.5, 12, None)
    assert (row["ingest_s"], row["report_s"], row["n_files"]) == (0.5, 2.5, 101)
    assert row["prefill_tps"] == 200
    assert (row["claims"], row["supported"], row["contradicted"], row["unverifiable"]) == (9, 7, 2, None)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[[[", b"[]", b'{"totals": [1]}', b"engine = 1\nmodel = 2\n"])
def test_a_damaged_saved_run_is_unfinished_and_no_error(tmp_path, content):
    for name in ("run.toml", "metrics.json"):
        (tmp_path / name).write_bytes(content)
    row = read_saved_run(tmp_path, "chimera-reports/one")
    assert (row["ending"], row["path"]) == ("unfinished", "chimera-reports/one")
    as_frame([row])


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")
def test_every_real_report_is_recognised_and_no_other_markdown():
    reports = {*DATA.glob("claims/reports/*.md"), DATA / "seed-report.md"}
    assert len(reports) == 15
    for path in DATA.glob("**/*.md"):
        text = path.read_text("utf-8", "replace")
        assert is_chimera_report(text[:HEAD]) == (path in reports), path
    for path in reports:
        row = read_chimera_report(path.read_text(), path.name)
        assert {"decode_tps", "ttft_s", "generated_tokens", "total_s", "n_files", "report_s"} <= set(row), path


REPORTS = [*sorted((DATA / "claims" / "reports").glob("*.md")), DATA / "seed-report.md"]
AGENT_LINES = (
    "# {agent} Agent Report\n", "**Model:** {model}  \n", "**Timestamp:** {started:%Y-%m-%d %H:%M:%S} UTC",
    "| Average Throughput | {decode_tps:.2f} ±", "| Average TTFT | {ttft_ms:.2f} ±",
    "| Total Tokens Generated | {generated_tokens} |", "| Total LLM Call Duration | {total_ms:.2f} ms |",
    "| Prompt Eval Duration (sum) | {prefill_ms:.2f} ms |", "| Eval Duration (sum) | {decode_ms:.2f} ms |",
    "| Load Duration (sum) | {load_ms:.2f} ms |",
)  # fmt: skip
SINGLE_LINES = (
    "**Date:** {started:%Y-%m-%d}\n", "**Agent Type:** {agent}\n", "**Model:** {model}\n",
    "- Throughput: {decode_tps:.2f} tok/s\n", "- TTFT: {ttft_ms:.2f} ms\n", "- Total Duration: {total_ms:.2f} ms\n",
    "- Tokens Generated: {generated_tokens}\n", "- Prompt Eval: {prefill_ms:.2f} ms\n",
    "- Eval Duration: {decode_ms:.2f} ms\n", "- Load Duration: {load_ms:.2f} ms\n",
)  # fmt: skip
BOTH_LINES = (
    "- Files analyzed: {n_files}\n", "(ingest {ingest_s:.2f}s | analysis {analysis_s:.2f}s | report {report_s:.2f}s)\n",
)  # fmt: skip


@pytest.mark.skipif(not REPORTS[0].is_file(), reason="the shared reports are not here")
@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_field_of_the_real_reports_stands_so_in_the_file(path: Path):
    """What was read, printed as the program of that time printed it, is found in the report word by word."""
    text = path.read_text("utf-8")
    row = read_chimera_report(text, path.name)
    shown = row | {name.replace("_s", "_ms"): row[name] * 1e3 for name in row if name.endswith("_s")}
    for line in (*(AGENT_LINES if "Agent Report" in text[:60] else SINGLE_LINES), *BOTH_LINES):
        assert line.format(**shown) in text
    if row["options_requested"] == "{}":
        assert re.search(r"^(\*\*Configuration:\*\* )?Ollama defaults$", text, re.MULTILINE)
    else:
        assert (
            f"num_gpu={row['num_gpu']}, num_ctx={row['num_ctx']}, temp={row['temperature']:g}, top_p=default," in text
        )
