"""The rules one by one, on a small repository of our own."""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of, labels, write_repository

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    return facts_of(write_repository(tmp_path_factory.mktemp("repository")))


CASES = {
    "counts": [
        ("The data has 5 files: 3 CSV, 1 JSON and 1 Markdown.", [SUPPORTED, SUPPORTED, SUPPORTED, SUPPORTED]),
        ("CSV (4), JSON (1)", [CONTRADICTED, SUPPORTED]),
        ("In total there are 6 files.", [CONTRADICTED]),
        ("There are 2 CSV files about `alpha`.", [SUPPORTED]),
        ("There are 3 CSV files about `alpha`.", [CONTRADICTED]),
        ("- runs/ (3 files)", [SUPPORTED]),
        ("3 files belong to the `runs` folder.", [SUPPORTED]),
        ("- runs/ (2 files)", [CONTRADICTED]),
        ('Files named "alpha" (2) dominate.', [SUPPORTED]),
        ("There are 2 files related to serious problems.", [UNVERIFIABLE]),
        ("The data comes in three formats.", [SUPPORTED]),
        ("It holds 24 unique data points.", [UNVERIFIABLE]),
        ("There are 2 markdown headings.", [SUPPORTED]),
        ("| CSV | 3 (60.0%) |", []),
        ("| Type | Files |\n|---|---|\n| CSV | 3 (60.0%) |", [SUPPORTED, SUPPORTED]),
        ("| Type | Files |\n|---|---|\n| JSON | 2 (20%) |", [CONTRADICTED, SUPPORTED]),
    ],
    "shares": [
        ("CSV makes up 60% of the files.", [SUPPORTED]),
        ("CSV makes up 70% of the files.", [CONTRADICTED]),
        ("| Kind | Files | % |\n|---|---|---|\n| CSV | 3 | 60.0 |", [SUPPORTED, SUPPORTED]),
        ("Accuracy was 95%.", [UNVERIFIABLE]),
    ],
    "keys": [
        ("| `results[1].tokens_s` | 63.5 |", []),
        ("- `json_results[1].tokens_s`: 63.5", [SUPPORTED]),
        ("- `json_results[1].tokens_s`: 61.5", [CONTRADICTED]),
        ("- `json_results[1].tokens_s`: 63.5 seconds", [CONTRADICTED]),
        ("- `json_results[9].tokens_s`: 63.5", [UNVERIFIABLE]),
        ("- `csv_tokens_s`: 12.345", [SUPPORTED]),
        ("- `csv_tokens_s`: 61.5", [CONTRADICTED]),
        ("- `total_files_analyzed`: 5", [SUPPORTED]),
        ("- `markdown_heading_count`: 3", [CONTRADICTED]),
        ("- Tokens per second for `json_results[0]`: 61.50", [SUPPORTED]),
    ],
    "files": [
        ("`gamma_runs.csv` shows a mean latency of 130.5 ms.", [SUPPORTED]),
        ("`gamma_runs.csv` shows a mean latency of 12 ms.", [CONTRADICTED]),
        ("`delta_runs.csv` shows a latency of 120.5 ms.", [CONTRADICTED]),
        ("- `gamma_runs.csv`: 51.25 tokens/s", [UNVERIFIABLE]),
        ("`my ~runs+(1).csv` shows a latency of 120.5 ms.", [CONTRADICTED]),
        ("`runs.csv` shows a latency of 120.5 ms.", [SUPPORTED]),
        ("- `gamma_runs.csv`: training time: 8 s", [UNVERIFIABLE]),
        ("- `alpha_old.csv`: 51.25 tokens/s", [CONTRADICTED]),
    ],
    "metrics": [
        ("alpha:1b has a mean throughput of 52.50 tokens/s in alpha_runs.csv.", [SUPPORTED]),
        ("The maximum TTFT of beta:7b is 2.50 s.", [SUPPORTED]),
        ("The maximum TTFT of beta:7b is 3.50 s.", [CONTRADICTED]),
        ("A throughput of 12.345 tokens/s was seen.", [SUPPORTED]),
        ("A throughput of 12.346 tokens/s was seen.", [UNVERIFIABLE]),
        ("A latency of 120.5 s was seen.", [UNVERIFIABLE]),
        ("- TPS: 500 tokens/s", [UNVERIFIABLE]),
        ("| Model | TTFT (ms) |\n|---|---|\n| beta:7b | 2500 |\n| beta:7b | 3500 |", [UNVERIFIABLE, CONTRADICTED]),
        ("Throughput is 25 % faster.", [UNVERIFIABLE]),
        ("Throughput fell from 53.75 tokens/s to 12.345 tokens/s, a 77% drop.", [SUPPORTED, SUPPORTED, SUPPORTED]),
        ("Throughput fell from 53.75 tokens/s to 12.345 tokens/s, a 50% drop.", [SUPPORTED, SUPPORTED, CONTRADICTED]),
        ("Throughput fell from 99.75 tokens/s to 12.345 tokens/s: 8.08×.", [UNVERIFIABLE, SUPPORTED, UNVERIFIABLE]),
        ("Tests used num_ctx=2048.", [SUPPORTED]),
        ("Tests used num_ctx=8192.", [UNVERIFIABLE]),
    ],
    "dates": [
        ("The latest modification was on March 4, 2025.", [SUPPORTED]),
        ("The latest modification of JSON files was on 2025-02-01.", [SUPPORTED]),
        ("The latest modification of JSON files was on 2025-03-04.", [CONTRADICTED]),
        ("Most files were modified in March 2025.", [UNVERIFIABLE]),
        ("CSV files change every 10 days.", [UNVERIFIABLE]),
        ("**Date:** March 4, 2025", [UNVERIFIABLE]),
    ],
    "names": [
        ("GPU: NVIDIA GeForce RTX 3090", [SUPPORTED]),
        ("GPU: NVIDIA Tesla V100", [CONTRADICTED]),
        ("CPU: Intel Xeon E5-2690", [UNVERIFIABLE]),
        ("The Alpha 1B model.", [SUPPORTED]),
        ("The Alpha 13B model.", [CONTRADICTED]),
        ("The Omega 13B model.", [UNVERIFIABLE]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [case for group in CASES.values() for case in group if case[1]],
    ids=lambda value: str(value)[:50],
)
def test_rule(facts, text, expected):
    assert [label for _, label in labels(text, facts)] == expected, labels(text, facts)


def test_a_contradicted_number_comes_with_the_right_one_and_its_source(facts):
    (verdict,) = check("- `json_results[1].tokens_s`: 61.5", facts).verdicts
    assert verdict.right == "63.5 tokens/s"
    assert verdict.sources[0].path == "data/results.json"
    assert (verdict.sources[0].where, verdict.sources[0].field) == ("results[1]", "tokens_s")


def test_a_match_without_its_rows_says_so(facts):
    (verdict,) = check("A throughput of 12.345 tokens/s was seen.", facts).verdicts
    assert verdict.unscoped
    assert verdict.others > 0
    assert "does not say of which rows" in verdict.reason


def test_prose_of_the_repository_is_no_fact(facts):
    assert labels("A throughput of 999.99 tokens/s was seen.", facts) == [("999.99 tokens/s", UNVERIFIABLE)]


def test_without_facts_nothing_is_supported_or_contradicted():
    text = "The 5 files hold 3 CSV files; throughput was 12.345 tokens/s on an NVIDIA RTX 3090."
    assert {label for _, label in labels(text, Facts.none())} == {UNVERIFIABLE}


def test_the_same_text_and_facts_give_the_same_verdicts(facts):
    text = "\n".join(case for group in CASES.values() for case, _ in group)
    assert check(text, facts) == check(text, facts)


def test_a_text_that_calls_its_values_placeholders_is_noted(facts):
    assert check("These are placeholder values: 12.345 tokens/s.", facts).remarks
