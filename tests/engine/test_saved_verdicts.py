"""The saved report and its verdicts: footnotes, links, the section, and ``verify`` says the same of the saved file."""

import asyncio
import json
import random
import re
from pathlib import Path

import pytest

from chimera_tui.core.report.saved import read_saved_run
from chimera_tui.core.report.sections import NOT_THE_MODELS
from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.results.annotate import annotated
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.run import Run
from chimera_tui.engine.saved.frozen import frozen_facts
from chimera_tui.headless.verify import verify
from tests.engine.test_run import answering, settings
from tests.server import OllamaServer, Script

DATA = Path(__file__).parents[2].parent / "shared" / "data"
REPORTS = sorted((DATA / "claims" / "reports").glob("*.md")) if DATA.is_dir() else []
ANALYSIS = {
    "summary": "12 CSV files were read.",
    "findings": [{"text": "The mean of tokens_s is 11.75 tok/s.", "facts": ["F1", "F999"]}],
    "recommendations": [{"text": "Use the 3 CSV files.", "facts": []}],
}
REPORT = """## 1. Executive Summary

There are 4 CSV files [F1], and a maximum of 13.00 tok/s [F2, F777]. The mean TTFT is 0.3 s.

The repository holds 1 CSV file. `code 5.5 tok/s [F1]`, and these are placeholder values: 99.5 tok/s.

## 3. Performance Analysis

```
mean tokens_s of all: 66.5 tok/s
```

| num_ctx | mean tokens_s |
| --- | --- |
| 512 | 11.5 |
| 1024 | 99.75 |

[^v1]: a note of the model's, in our form

## 6. Conclusion
Done in 2031[^v2].
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    rows = [f"m:1b,{ctx},{10 + i + ctx / 1024},{ctx / 2048 + i / 100}" for i in range(3) for ctx in (512, 1024)]
    (folder / "runs.csv").write_text("model,num_ctx,tokens_s,ttft_s\n" + "\n".join(rows) + "\n")
    (folder / "README.md").write_text("# Runs\n")
    return folder


async def saved(root: Path, out: Path, report: str, brief: str = "A brief.", analysis: object = ANALYSIS) -> Path:
    """The folder of a run whose model answers that report."""
    async with OllamaServer(Script(text=[report, brief], data=analysis)) as server:
        wanted = settings(server.url)
        run = Run(Workspace(root, scan=wanted.scan), wanted, ask=answering("go"), out=out)
        run.start()
        await run.wait()
    assert not [notice for notice in run.draft.notices if "checker" in notice]
    assert run.draft.folder is not None
    return run.draft.folder


def verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What ``verify --json`` says of the saved report."""
    asyncio.run(verify(folder / "report.md", None, None, annotate=None, as_json=True))
    return json.loads(capsys.readouterr().out)


def agree(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Hold the saved verdicts against those of ``verify``; the document is returned."""
    document = json.loads((folder / "verdicts.json").read_text())
    lines = (folder / "report.md").read_text().split("\n")
    kept = ("line", "start", "end", "span", "kind", "label", "rule", "right")
    ours = [tuple(one[name] for name in kept) for one in document["claims"]]
    assert ours == [tuple(one[name] for name in kept) for one in verified(folder, capsys)]
    for one in document["claims"]:
        assert lines[one["line"] - 1][one["start"] : one["end"]] == one["span"]
    facts, text = frozen_facts(folder / "facts.json"), (folder / "report.md").read_text()
    assert annotated(text, check(text, facts)) == text, "annotating a saved report again changes nothing"
    row = read_saved_run(folder, folder.name)
    assert {name: row[name] for name in ("claims", "supported", "contradicted", "unverifiable")} == {
        name: count for name, count in document["coverage"].items() if name != "skipped"
    }
    return document


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    return asyncio.run(saved(repository, tmp_path / "out", REPORT))


def test_what_the_program_writes_in_place_of_an_analysis_does_not_count_as_verified(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = asyncio.run(saved(repository, tmp_path / "out", REPORT, analysis="no JSON at all, 4 times"))
    document = agree(folder, capsys)
    lines = (folder / "report.md").read_text().split("\n")
    first = lines.index("## Key Findings")
    assert lines[first + 1] == lines[lines.index("## Recommendations") + 1] == NOT_THE_MODELS
    assert any(re.search(r"\d", line) for line in lines[first + 3 : lines.index("## Recommendations")])
    assert document["claims"]
    assert all(one["line"] <= first for one in document["claims"])


def test_what_is_wrong_or_unknown_has_a_footnote_and_a_line_in_the_section(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = agree(folder, capsys)
    text = (folder / "report.md").read_text()
    claims = {one["span"]: one for one in document["claims"]}
    assert claims["4 CSV files"]["label"] == "contradicted"
    assert claims["1 CSV file"]["label"] == "supported"
    assert re.search(r"4 CSV files\[\^v\d+\] \[F1\]\(#f1\)", text)
    assert "holds 1 CSV file." in text, "a supported number has no footnote"
    wrong = [one for one in document["claims"] if one["label"] != "supported"]
    defined = re.findall(r"^\[\^v(\d+)\]: (\w+): ", text, re.MULTILINE)
    assert [(int(n), label.lower()) for n, label in defined] == [(n, one["label"]) for n, one in enumerate(wrong, 1)]
    section = text.partition("\n## Verification\n")[2].partition("\n## ")[0]
    found = document["coverage"]
    assert f"{found['claims']} numeric claims: {found['supported']} supported" in section
    for one in wrong:
        assert f"- line {one['line']}: " in section
    assert "right: 1; source: the report's own data summary, csv files" in section
    assert re.search(r"Done in 2031\[\^v\d+\]\.\n", text), "a reference of the model's own in our form is taken out"


def test_numbers_in_fences_are_listed_and_not_marked(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    assert "mean tokens_s of all: 66.5 tok/s\n```" in text
    assert "66.5 tok/s" in text.partition("\n## Verification\n")[2]


def test_citations_are_links_to_facts_that_are_there(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    assert "[F2](#f2), [F777: no such fact]" in text
    assert "[F1](#f1), [F999: no such fact]" in text, "the analysis names its facts apart"
    assert "`code 5.5 tok/s [F1]`" in text, "code is left alone"
    targets = set(re.findall(r"\]\(#(f\d+)\)", text))
    assert targets == {"f1", "f2"}
    assert targets == {heading.lower() for heading in re.findall(r"^### (F\d+)$", text, re.MULTILINE)}


def test_a_passage_that_calls_its_values_made_up_has_a_banner(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (folder / "report.md").read_text().split("\n")
    banner = next(row for row, line in enumerate(lines) if line.startswith("> **No results:**"))
    assert lines[banner - 1] == lines[banner + 1] == ""
    assert lines[banner + 2].startswith("The repository holds 1 CSV file.")
    asyncio.run(verify(folder / "report.md", None, None, annotate=None, as_json=False))
    assert f"line {banner + 3} calls its values 'placeholder values'" in capsys.readouterr().err


def test_a_report_written_without_a_model_says_that_there_is_nothing_to_judge(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def offline() -> Path:
        wanted = settings("http://127.0.0.1:9", engine="offline")
        run = Run(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"), out=tmp_path / "out")
        run.start()
        ended = await run.wait()
        assert ended.report is not None
        return Path(ended.report)

    report = asyncio.run(offline())
    assert "there is nothing of a model's to judge" in report.read_text()
    assert not report.with_name("verdicts.json").exists()
    assert json.loads(report.with_name("metrics.json").read_text())["verification"] is None
    claims = verified(report.parent, capsys)
    assert claims, "asked for, it is judged like any text"
    assert not [one for one in claims if one["label"] == "contradicted"]


WORDS = (
    "tokens_s", "ttft_s", "m:1b", "CSV", "files", "mean", "maximum of", "tok/s", "s", "%", "ms", "|", "|", "\n", "\n\n",
    "- ", "## Metrics\n", "## Verification\n", "## Workflow Summary\n", "```\n", "**", "`", "[F1]", "[F3, F9]", "[^v1]",
    "placeholder values", "runs.csv", "num_ctx=512", "---\n", "> ", "- Files analyzed: 7\n", "2025-01-02", "~", ". The",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_verify_agrees_with_what_was_saved_of_any_text(
    repository: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(seed)
    numbers = ["11.75", "12.5", "0.3", "1", "4", "6", "99.9", "1,234", "512"]
    words = [dice.choice(numbers) if dice.random() < 0.4 else dice.choice(WORDS) for _ in range(600)]
    folder = asyncio.run(saved(repository, tmp_path / "out", " ".join(words), " ".join(words[::-1])))
    assert agree(folder, capsys)["coverage"]["claims"] > 20  # type: ignore[index]


@pytest.mark.skipif(not REPORTS, reason="the labelled reports are not here")
@pytest.mark.parametrize("report", REPORTS[::4], ids=lambda path: path.stem[:40])
def test_verify_agrees_with_what_was_saved_of_real_reports(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = asyncio.run(saved(DATA / "benchmark-repo", tmp_path / "out", report.read_text("utf-8")))
    assert agree(folder, capsys)["coverage"]["supported"]  # type: ignore[index]
