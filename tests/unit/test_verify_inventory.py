"""What is said of files: parts of them, their mean, their bytes, and what only looks as if it were."""

import os
from datetime import UTC, datetime

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"
MEAN, BIGGEST = "The mean size of a JSON file is", "the biggest file, `sweep.csv`, has 896 bytes."


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "runs").mkdir()
    for number in range(1, 9):
        (folder / "runs" / f"level_{number}.json").write_text(f'{{"ttft_ms": {number * 10**number}}}')
    (folder / "sweep.csv").write_text("ttft_s,tokens_s\n" + "0.25,101.5\n" * 80)
    (folder / "notes.md").write_text("# Notes\n\nSome values.\n")
    when = datetime(2025, 11, 14, 12, tzinfo=UTC).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (when, when))
    return facts_of(folder)


CASES = [
    ("Four of the JSON files in `runs/` are for one client.", "Four", UNVERIFIABLE),
    ("Nine of the JSON files in `runs/` are for one client.", "Nine", CONTRADICTED),
    ("There are 8 files in `runs/`.", "8 files", SUPPORTED),
    ("There are 7 files in `runs/`.", "7 files", CONTRADICTED),
    ('- {"file": "level_3.json", "metric": "failed", "value": 17}', "17", UNVERIFIABLE),
    (
        f"{MEAN} 18.5 bytes; {BIGGEST}",
        "18.5 bytes",
        SUPPORTED,
    ),
    (
        f"{MEAN} 38 bytes; {BIGGEST}",
        "38 bytes",
        CONTRADICTED,
    ),
    (
        f"{MEAN} 18.5 bytes; {BIGGEST}",
        "896 bytes",
        SUPPORTED,
    ),
    ("The mean file is 107 bytes, and the largest one is `sweep.csv`.", "107 bytes", SUPPORTED),
    ("JSON is the most frequent, but CSV carries 84.1% of the bytes.", "84.1%", SUPPORTED),
    ("JSON is the most frequent, but CSV carries 42.7% of the bytes.", "42.7%", CONTRADICTED),
    ("JSON leads with 80.0% of the inventory, Markdown comes second at 10.0%.", "80.0%", SUPPORTED),
    ("JSON leads with 60.0% of the inventory, Markdown comes second at 10.0%.", "60.0%", CONTRADICTED),
    ("JSON leads with 80.0% of the inventory, Markdown comes second at 10.0%.", "10.0%", SUPPORTED),
    ('The pattern "level" occurs in eight file names.', "eight", SUPPORTED),
    ('The pattern "level" occurs in three file names.', "three", CONTRADICTED),
    ('File names with "level" occur 8 times.', "8", SUPPORTED),
    ("- The folder `runs/`: 8 files, of which 8 are JSON.", "8 are JSON", SUPPORTED),
    ("- The folder `runs/`: 8 files, among them two CSV files.", "two", CONTRADICTED),
    ("Ten files in all; of these, one CSV file is large.", "one", SUPPORTED),
    (
        "The latest modification of any file took place on 2025-11-14, and no JSON file is newer than 2025-11-14.",
        "2025-11-14",
        SUPPORTED,
    ),
    ("The files were last modified on November 14, 2025.", "November 14, 2025", SUPPORTED),
    ("The files were last modified on November 24, 2025.", "November 24, 2025", CONTRADICTED),
    ("The project was started in November 2024, files were added later.", "November 2024", UNVERIFIABLE),
]


@pytest.mark.parametrize(("text", "span", "label"), CASES, ids=[f"{span} {label}" for _, span, label in CASES])
def test_what_is_said_of_files(facts, text, span, label):
    verdicts = [one for one in check(text, facts).verdicts if one.claim.span == span]
    assert {one.label for one in verdicts} == {label}, [one.reason for one in verdicts]
