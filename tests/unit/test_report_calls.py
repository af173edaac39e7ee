"""Calls read from the tables of reports: against their own totals, which another part of the report states."""

import re
from pathlib import Path

import pytest

from chimera_tui.core.report.call_rows import calls_of_metrics, read_calls
from chimera_tui.core.report.older import read_chimera_report

REPORTS = Path(__file__).parents[2].parent / "shared" / "data" / "claims" / "reports"
OURS = """## Metrics
- Throughput: 40.00 tok/s

| Call | Stage | Ending | TTFT ms | Prompt tokens | Prefill ms | Prefill tok/s | Generated tokens | Decode ms | \
Decode tok/s | Load ms | Queue ms | Total ms |
| --: | :-- | :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
| 1 | analysis | complete | 900.00 | 100 | 50.00 | 2000.00 | 80 | 2000.00 | 40.00 | 700.00 | 1.00 | 2751.00 |
| 2 | report | length | 90.00 | 120 | 30.00 | shares a prefix | 40 | 1000.00 | 40.00 | 0.10 | 1.00 | 1031.10 |

## Key Findings
| Run | Stage |
"""


def test_our_own_table_is_read_by_its_headings() -> None:
    first, second = read_calls(OURS)
    assert (first.stage, first.figures["ttft_s"], first.figures["prefill_tps"]) == ("analysis", 0.9, 2000.0)
    assert (second.place, second.stage, second.figures["generated_tokens"]) == (1, "report", 40.0)
    assert "prefill_tps" not in second.figures
    assert (first.is_cold(0.5), second.is_cold(0.5)) == (True, False)


def test_without_a_table_of_stages_there_are_no_calls() -> None:
    assert read_calls("## Metrics\n| Metric | Value |\n|--|--|\n| TTFT | 1 |\n") == ()
    assert read_calls("| Run | Stage |\n| 1 | report |\n") == ()


def test_the_last_table_is_the_programs() -> None:
    invented = OURS.replace("900.00", "1.00")
    assert read_calls(invented + "\n" + OURS)[0].figures["ttft_s"] == 0.9


def test_metrics_give_rates_but_none_where_the_prefix_was_cached() -> None:
    call = {"stage": "report", "prompt_tokens": 100, "prefill_s": 0.5, "generated_tokens": 80, "decode_s": 2.0}
    (first, second) = calls_of_metrics({"calls": [call, {**call, "prefix_shared": True}, "broken"]})
    assert (first.figures["decode_tps"], first.figures["prefill_tps"]) == (40.0, 200.0)
    assert "prefill_tps" not in second.figures
    assert first.is_cold(0.5) is None
    assert calls_of_metrics({"calls": 3}) == ()


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the shared reports are not here")
@pytest.mark.parametrize("path", sorted(REPORTS.glob("[!z]*.md")), ids=lambda path: path.stem)
def test_calls_add_up_to_the_totals_that_the_report_states(path: Path) -> None:
    text = path.read_text("utf-8")
    row, calls = read_chimera_report(text, path.name), read_calls(text)
    assert len(calls) == row["n_calls"] == 2 * int(re.search(r"\*\*Runs:\*\* (\d+)", text)[1])
    assert {call.stage for call in calls} == {"analysis", "report"}

    def values(name: str) -> list[float]:
        return [call.figures[name] for call in calls]

    assert sum(values("generated_tokens")) == row["generated_tokens"]
    assert sum(values("total_s")) == pytest.approx(row["total_s"], abs=1e-3)
    assert sum(values("ttft_s")) / len(calls) == pytest.approx(row["ttft_s"], abs=1e-5)
    assert sum(values("decode_tps")) / len(calls) == pytest.approx(row["decode_tps"], abs=0.0051)
    # The stage times are those of the last run.
    assert (row["analysis_s"], row["report_s"]) == pytest.approx(values("total_s")[-2:], abs=0.0051)
