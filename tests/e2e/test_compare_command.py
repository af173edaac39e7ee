"""``chimera-tui compare`` as a person types it."""

import json
from pathlib import Path

import pytest

from tests.e2e.test_command_line import chimera

AGENT = """# Chimera Agent Report

**Model:** {model}
**Runs:** 2
**Timestamp:** 2025-11-27 00:31:09 UTC

## Configuration

num_ctx={ctx}

## Aggregate Metrics

| Metric | Value |
|--------|-------|
| Average Throughput | {tps} ± 1.00 tok/s |

## LLM Call Metrics

| Run | Stage | TTFT (ms) | Throughput (tok/s) | Tokens | Duration (ms) |
|-----|-------|-----------|-------------------|--------|---------------|
| 1 | report | 900.00 | {tps}.10 | 100 | 2000.00 |
| 2 | report | 100.00 | {tps}.30 | 100 | 1000.00 |
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    for model, tps in (("gemma3", 40), ("llama3.1", 20)):
        for ctx in (512, 1024):
            (root / f"{model}-{ctx}.md").write_text(AGENT.format(model=model, ctx=ctx, tps=tps))
    return root


def test_filters_choose_reports_where_nothing_was_measured(repository: Path, tmp_path: Path) -> None:
    done = chimera("compare", "model = gemma3", "model = llama3.1", "--repo", str(repository), "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert (found["a"]["n"], found["b"]["n"]) == (2, 2)
    decode = next(one for one in found["measures"] if one["metric"] == "decode_tps")
    assert (decode["part"], decode["a"]["n"], decode["a"]["label"], decode["matched"]) == ("report", 4, "derived", 2)
    assert decode["ratio"] == pytest.approx(20.2 / 40.2)
    assert decode["interval"]["high"] < 0


def test_filters_choose_measurements_first_and_unmatched_ones_are_listed(tmp_path: Path) -> None:
    rows = [f"m,{gpu},{ctx},{gpu + run}.5" for gpu in (40, 80) for ctx in (512, 1024) for run in range(3)]
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "runs.csv").write_text(
        "\n".join(["model,num_gpu,num_ctx,tokens_per_second", *rows, "m,80,4096,1.5"])
    )
    done = chimera("compare", "num_gpu = 40", "num_gpu = 80", "--repo", str(tmp_path / "r"), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| 41.50 ± 1.0 tok/s (n = 6) | 81.50 ± 1.0 tok/s (n = 6) | 1.96× |" in done.stdout
    assert "1 only in B: num_ctx=4096 (n = 1)" in done.stdout


def test_two_files_with_their_texts_into_a_file(repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.md"
    files = [str(repository / f"gemma3-{ctx}.md") for ctx in (512, 1024)]
    done = chimera("compare", *files, "--diff", "-o", str(out), home=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    text = out.read_text()
    assert "| num_ctx | 512 | 1024 |" in text
    assert "\n- num_ctx=512\n" in text
    assert "\n+ num_ctx=1024\n" in text


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (("model = gemma3", "model = absent"), "There are no reports for"),
        (("model = gemma3", "nonsense ("), "neither a file nor a filter"),
        (("only one",), "two sides or more"),
    ],
)
def test_a_side_that_names_nothing_is_wrong_usage(repository: Path, tmp_path: Path, sides, said: str) -> None:
    done = chimera("compare", *sides, "--repo", str(repository), home=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_folders_of_reports_and_of_measurements(repository: Path, tmp_path: Path) -> None:
    for gpu in (40, 80):
        folder = repository / f"gpu{gpu}"
        folder.mkdir()
        rows = "".join(f"m,{gpu},{gpu + run}.5\n" for run in range(3))
        (folder / "runs.csv").write_text(f"model,num_gpu,tokens_per_second\n{rows}")
        (folder / "report.md").write_text(AGENT.format(model="m", ctx=512, tps=gpu))
    sides = ("gpu40", "gpu80", "--repo", str(repository))
    measured = chimera("compare", *sides, home=tmp_path).stdout
    assert "- **A**: `gpu40` (3 observations)" in measured
    assert "- num_gpu: 40 in A, 80 in B" in measured
    reported = chimera("compare", *sides, "--over", "reports", home=tmp_path).stdout
    assert "- **A**: `gpu40` (1 report)" in reported


def test_what_never_agrees_is_named_with_advice(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    rows = "".join(f"m,{gpu},{quant},{gpu}.5\n" for gpu, quants in ((40, "ab"), (80, "cd")) for quant in quants)
    (tmp_path / "r" / "runs.csv").write_text(f"model,num_gpu,quant,tokens_per_second\n{rows}")
    done = chimera("compare", "num_gpu = 40", "num_gpu = 80", "--repo", str(tmp_path / "r"), home=tmp_path)
    assert "No metric could be compared." in done.stdout
    assert "quant is a, b in A and c, d in B" in done.stdout
    assert "Give each side one value of such a factor" in done.stdout
