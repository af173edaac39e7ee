"""How many runs there were and how many failed, and the column ``n`` of a table."""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of, labels

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    rows = [f"m:1b,{quant},{10 + number}.5," for quant in ("q4_0", "q8_0") for number in range(12)]
    rows[3] = "m:1b,q4_0,0,out of memory"
    (folder / "sweep.csv").write_text("model,quant,tokens_s,error\n" + "\n".join(rows) + "\n")
    (folder / "other.csv").write_text("model,quant,tokens_s\n" + "n:7b,q4_0,5.25\n" * 9)
    quality = '{"q4_0": {"accuracy": 0.612}, "q8_0": {"accuracy": 0.626}}'
    (folder / "quality.json").write_text(quality)
    return facts_of(folder)


CASES = [
    ("1 of 24 runs of the sweep failed.", [SUPPORTED, SUPPORTED]),
    ("2 of 24 runs of the sweep failed.", [CONTRADICTED, SUPPORTED]),
    ("Two of the 24 rows failed.", [CONTRADICTED, SUPPORTED]),
    ("23 of 24 runs succeeded.", [SUPPORTED, SUPPORTED]),
    ("22 of 24 runs succeeded.", [CONTRADICTED, SUPPORTED]),
    ("Of the 24 runs, 3 failed.", [SUPPORTED, CONTRADICTED]),
    ("In `sweep.csv`, 4 of 24 rows failed.", [CONTRADICTED, SUPPORTED]),
    ("2 failed rows of 24.", [CONTRADICTED, SUPPORTED]),
    ("2 of 30 runs failed.", [UNVERIFIABLE, UNVERIFIABLE]),
    ("2 of 9 runs failed.", [UNVERIFIABLE, SUPPORTED]),
    ("2 of 24 runs with q8_0 failed.", [UNVERIFIABLE, UNVERIFIABLE]),
    ("2 of 24 requests failed.", [UNVERIFIABLE, UNVERIFIABLE]),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_runs_that_failed_are_counted(facts, text, expected):
    assert [label for _, label in labels(text, facts)] == expected


@pytest.mark.parametrize("head", ["n", "N", "Count", "samples", "# runs"])
def test_a_column_of_counts_is_no_metric(facts, head):
    table = f"| quantisation | accuracy | {head} |\n|---|---|---|\n| q4_0 | 0.612 | 5 |\n| q8_0 | 0.626 | 5 |"
    assert [label for _, label in labels(table, facts)] == [SUPPORTED, UNVERIFIABLE] * 2


def test_a_column_of_counts_agrees_with_the_rows_of_the_metric_beside_it(facts):
    table = "| model | tokens_s | n |\n|---|---|---|\n| n:7b | 5.25 | 9 |\n| m:1b | 99.75 | 23 |"
    verdicts = check(table, facts).verdicts
    assert verdicts[1].label == SUPPORTED
    assert verdicts[3].label == UNVERIFIABLE
