"""Markdown of a repository against the measurements beside it: what is refuted, and what is left alone."""

import asyncio
from pathlib import Path

import pytest

from chimera_tui.core.config.schema import Run, Scan
from chimera_tui.core.findings.finding import Finding
from chimera_tui.engine.repository import markdown_claims
from chimera_tui.engine.repository.workspace import Workspace

ROWS = ["model,num_ctx,tokens_s,ttft_s,load_s"]
ROWS += ["m:1b,512,50.25,0.125,0.1", "m:1b,1024,51.75,0.250,0.1", "m:1b,2048,54.50,1.500,2.0"]


def found(root: Path, text: str, name: str = "runs/NOTES.md") -> list[Finding]:
    """The findings about Markdown of a repository with one table and one text."""
    (root / "runs").mkdir(exist_ok=True)
    (root / "runs" / "a.csv").write_text("\n".join(ROWS) + "\n")
    (root / name).write_text(text)
    snapshot = asyncio.run(Workspace(root, scan=Scan()).refresh())
    findings = snapshot.findings(Run())
    return [one for one in findings if one.kind == "refuted Markdown"]


def claims(findings: list[Finding]) -> list[tuple[int, str]]:
    return [(one["line"], one["span"]) for finding in findings for one in finding.details["claims"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mean throughput is 53.40 tokens/s.", [(1, "53.40 tokens/s")]),
        ("The mean throughput is 52.17 tokens/s.", []),
        ("| Metric | Value |\n| --- | --- |\n| Mean throughput | 53.40 tok/s |", [(3, "53.40 tok/s")]),
        ("| num_ctx | tokens/s |\n| --- | --- |\n| 512 | 51.75 |\n| 1024 | 51.75 |", [(3, "51.75")]),
        ("## Best\n\n```yaml\nnum_ctx: 1024\n```\n\nResult: 54.50 tokens/s", [(7, "54.50 tokens/s")]),
        ("Mean TTFT (warm) was 0.1875 s, the median TTFT 0.400 s.", [(1, "0.400 s")]),
        ("The best throughput was 55.55 tokens/s.", [(1, "55.55 tokens/s")]),
    ],
)
def test_statistics_and_settings_are_held_against_the_files_beside_the_text(tmp_path, text, expected):
    assert claims(found(tmp_path, text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Aim for a mean throughput of 60.55 tokens/s.",
        "The mean throughput should be 60.55 tokens/s.",
        "The mean throughput was about 53 tokens/s.",
        "We saw 60.55 tokens/s once.",
        "On the other server the mean throughput was 960.55 tokens/s.",
        "| | vLLM 0.9 |\n| --- | --- |\n| Mean throughput | 53.40 tok/s |",
        "The mean colour was 53.40 nm.",
        "```python\nmean throughput: 53.40 tokens/s\n```",
    ],
)
def test_targets_other_things_and_vague_words_are_left_alone(tmp_path, text):
    assert found(tmp_path, text) == []


def test_a_text_without_measurements_beside_it_is_left_alone(tmp_path):
    assert found(tmp_path, "The mean throughput is 53.40 tokens/s.", "README.md") == []


def test_the_finding_names_line_number_value_and_place(tmp_path):
    (finding,) = found(tmp_path, "# Runs\n\nThe best throughput was 55.55 tokens/s.\n")
    assert finding.label == "derived"
    assert "runs/NOTES.md states 1 number" in finding.statement
    assert "line 3: 55.55 tokens/s (max in a.csv: 54.500 tokens/s)" in finding.statement
    assert [(one.path, one.record, one.field) for one in finding.sources] == [
        ("runs/NOTES.md", None, None), ("runs/a.csv", 2, "tokens_s"),
    ]  # fmt: skip


def test_what_was_left_out_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(markdown_claims, "MOST_BYTES", 60)
    (finding,) = found(tmp_path, "The best throughput was 55.55 tokens/s.\n\nThe mean throughput is 53.40 tokens/s.\n")
    assert claims([finding]) == [(1, "55.55 tokens/s")]
    assert "only its beginning was looked at" in finding.caveats


def test_reports_of_agents_in_the_repository_are_judged_only_when_asked(tmp_path):
    head = "# Chimera\n\n**Agent Type:** x  \n**Configuration:** num_gpu=1\n\n---\n\n"
    assert found(tmp_path, f"{head}The mean throughput is 53.40 tokens/s.\n") == []
