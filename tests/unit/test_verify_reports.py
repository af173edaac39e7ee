"""Older Chimera reports, annotated copies, frozen facts and the benchmark's own data."""

import asyncio
import json
from pathlib import Path

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.blocks import read_blocks
from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.results.annotate import MARK, annotated
from tests.unit.verify_repository import facts_of, labels, write_repository

OLDER = """# Baseline Collector

# Technical Report: Baseline Collector Analysis

**Date:** 2025-11-26
**Agent Type:** Baseline Collector
**Model:** some:7b
**Configuration:** num_gpu=80, num_ctx=512

---

## Report

**Date:** October 1, 2025

The data has 7 files: CSV (4), JSON (2). The latest change of JSON files was on 2025-05-02.
The run used num_ctx=512.

---

## Workflow Summary
- Files analyzed: 7
- Execution time: 3.00s (ingest 0.00s | analysis 1.00s | report 2.00s)
- Data summary:
```
Total files analyzed: 7

CSV Files (4)
  - a.csv
  Latest modified: 2025-05-01 10:00:00 UTC

JSON Files (3)
  - a.json
  Latest modified: 2025-05-02 11:00:00 UTC
```

## Metrics
- Throughput: 40.60 tok/s
- TTFT: 805.39 ms

## Key Findings
- The data has 8 files in total.

## Persona Prompt
```
Aim for 300 words.
```
"""


def test_blocks_of_an_older_report_are_facts_and_its_prose_is_judged():
    assert labels(OLDER, Facts.none()) == [
        ("October 1, 2025", "contradicted"), ("7 files", "supported"), ("4", "supported"), ("2", "contradicted"),
        ("2025-05-02", "supported"), ("512", "supported"), ("8 files", "contradicted"),
    ]  # fmt: skip


def test_blocks_win_over_the_repository(tmp_path):
    facts = facts_of(write_repository(tmp_path))
    assert labels(OLDER, facts)[1] == ("7 files", "supported")


def test_blocks_are_read_back():
    blocks = read_blocks(OLDER)
    assert blocks is not None
    assert (blocks.total, blocks.kinds) == (7, {"csv": 4, "json": 3})
    assert [figure.name for figure in blocks.figures if figure.unit == "tokens/s"] == ["Throughput"]
    assert read_blocks("# Any\n\ntext") is None


def test_a_report_about_no_file_is_judged_without_a_repository(tmp_path):
    text = OLDER.replace("Files analyzed: 7", "Files analyzed: 0").replace(
        "Total files analyzed: 7", "Total files analyzed: 0"
    )
    text = text.split("CSV Files (4)")[0] + "```\n" + text.split("11:00:00 UTC\n```\n")[1]
    facts = facts_of(write_repository(tmp_path))
    verdicts = dict(labels(text + "\n", facts.for_report(None)))
    assert verdicts["7 files"] == "contradicted"


def test_an_annotated_copy_keeps_its_verdicts_and_takes_no_footnote_for_a_claim(tmp_path):
    facts = facts_of(write_repository(tmp_path))
    text = "CSV (4), JSON (1).\n\nThe `csv_tokens_s` was `61.5` once.\n\n| a | b |\n|---|---|\n| JSON files | 9 |\n"
    first = check(text, facts)
    copy = annotated(text, first)
    assert MARK in copy
    assert "CSV (4[^v1]), JSON (1)" in copy
    again = check(copy, facts)
    assert [(one.claim.span, one.label) for one in again.verdicts] == [
        (one.claim.span, one.label) for one in first.verdicts
    ]
    lines = copy.split("\n")
    assert all(lines[one.claim.line - 1][one.claim.start : one.claim.end] == one.claim.span for one in again.verdicts)
    assert annotated(copy, again) == copy


def test_a_saved_run_is_judged_by_what_was_frozen_beside_it(tmp_path, capsys):
    from chimera_tui.core.config.schema import Scan
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.headless.verify import verify

    root = write_repository(tmp_path / "repo")
    snapshot = asyncio.run(Workspace(root, scan=Scan()).refresh())
    frames = snapshot.frames
    rows = frames.files.drop("path_raw", "file_id", "dup_of").to_dicts()
    (tmp_path / "facts.json").write_text(json.dumps({"version": 1, "inventory": rows, "findings": []}))
    where = frames.records.rename({"path": "where"}).lazy()
    wide = frames.measurements().join(where, on=["file_id", "record"], how="left").collect()
    wide.drop("file_id").write_parquet(tmp_path / "facts.parquet")
    report = tmp_path / "report.md"
    report.write_text("CSV (3), JSON (2). `json_results[1].tokens_s`: 63.5 and beta:7b has a maximum TTFT of 2.50 s.\n")
    code = asyncio.run(verify(report, None, None, annotate=None, as_json=True))
    found = json.loads(capsys.readouterr().out)
    assert code == 1
    assert [one["label"] for one in found] == ["supported", "contradicted", "supported", "supported"]
    assert {"file", "line", "start", "end", "span", "kind", "label", "rule", "reason", "source"} <= set(found[0])


DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.mark.skipif(not (DATA / "seed-report.md").is_file(), reason="the shared data is not here")
def test_the_seed_report_is_refuted_where_it_is_wrong():
    facts = facts_of(DATA / "benchmark-repo")
    verdicts = {
        one.claim.span: one.label for one in check((DATA / "seed-report.md").read_text("utf-8"), facts).verdicts
    }
    for span in ("63.4%", "35", "2", "November 26, 2025"):
        assert verdicts[span] == "contradicted", span
    assert verdicts["2.5"] == "unverifiable"
    assert verdicts["60 seconds"] in ("contradicted", "unverifiable")


def test_each_verdict_says_whether_its_fact_is_frozen_or_live_and_the_fields_are_documented(tmp_path, capsys):
    from chimera_tui.core.config.schema import Scan
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.headless.verify import verify

    dates = tmp_path / "dates.json"
    dates.write_text(json.dumps({"csv": "2024-05-06 07:08:09", "total_bytes": 123456}))
    report = tmp_path / "text.md"
    report.write_text(
        "The latest CSV file was last modified on 2024-05-06.\n\n"
        "There are 3 CSV files. The total size of all files is 123,456 bytes.\n\n"
        "The GPU is an RTX 3090. Nobody knows 4711.\n"
    )
    workspace = Workspace(write_repository(tmp_path / "repo"), scan=Scan())
    assert asyncio.run(verify(report, workspace, dates, annotate=None, as_json=True)) == 0
    out = capsys.readouterr()
    found = json.loads(out.out)
    assert {one["rule"]: one["facts"] for one in found} == {
        "date": "frozen", "count": "live", "size": "frozen", "hardware": "live", "none": None,
    }  # fmt: skip
    assert "dates and sizes frozen in" in out.err
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    section = readme.partition("--json` is a list, one object a claim")[2].partition("\n\n")[0]
    assert all(f"`{name}`" in section for name in found[0])


def test_long_lines_and_long_words_are_counted_and_said(tmp_path):
    facts = facts_of(write_repository(tmp_path))
    end = " ".join(["77.5"] * 2000)
    found = check(f"There are 4 CSV files. {end}\n\nThe pi of {'3' * 5000} is 1.\n", facts)
    assert found.verdicts[0].claim.span == "4 CSV files"
    unread = [one for one in found.skipped if one.why == "beyond what is looked at"]
    assert {one.span for one in unread} == {"77.5", "3" * 5000}
    assert len(found.verdicts) + len(found.skipped) == 2003
    assert [(one.line, one.illustrative) for one in found.remarks] == [(1, False), (3, False)]
    assert f"{len(unread) - 1} numbers in it were not looked at" in str(found.remarks[0])


def test_nothing_is_hidden_behind_the_mark_of_a_check_or_in_a_footnote(tmp_path):
    facts = facts_of(write_repository(tmp_path))
    text = f"There are 3 CSV files[^1].\n\n[^1]: Or 9 CSV files.\n\n{MARK}\n\nThere are 8 CSV files.\n"
    assert [(one.claim.span, one.label) for one in check(text, facts).verdicts] == [
        ("3 CSV files", "supported"), ("9 CSV files", "contradicted"), ("8 CSV files", "contradicted"),
    ]  # fmt: skip
    copy = annotated(text, check(text, facts))
    assert copy.count("9 CSV files") == copy.count("8 CSV files") == 2
    assert annotated(copy, check(copy, facts)) == copy
