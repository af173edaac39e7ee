"""What looks like a contradiction and is none: the text may well speak of something else."""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.text.lines import PROSE, Reader
from tests.unit.verify_repository import facts_of

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"
HEAD = "| Model | Size | Peak Throughput | Best for |\n| --- | --- | --- | --- |\n"


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "system.json").write_text('{"gpu": {"memory_total_mb": 12282, "memory_used_mb": 9120}}')
    small = [f"m:latest,0.2,{ttft},{tps}" for ttft, tps in ((2.5176, 101.44), (2.6147, 102.26), (2.9039, 101.89))]
    large = [f"n:1b-it-qat,0.2,{ttft},{tps}" for ttft, tps in ((6.4211, 180.31), (6.5383, 187.17), (6.5011, 182.75))]
    for name, rows in (("m.csv", small), ("n.csv", large)):
        (folder / name).write_text("model,temperature,ttft_s,tokens_s\n" + "\n".join(rows) + "\n")
    (folder / "quantization.json").write_text('{"qat": {"model_size_bytes": 3789}, "int8": {"model_size_bytes": 3029}}')
    return facts_of(folder)


CASES = [
    ("The GPU has 12282 MiB of memory in total.", "12282 MiB", SUPPORTED),
    ("The GPU has 12282 GiB of memory in total.", "12282 GiB", CONTRADICTED),
    (HEAD + "| n:1b-it-qat | 1.0 GB | 187.2 tok/s | efficiency, QAT benefits |", "1.0 GB", UNVERIFIABLE),
    (HEAD + "| n:1b-it-qat | 1.0 GB | 187.2 tok/s | efficiency, QAT benefits |", "187.2 tok/s", SUPPORTED),
    (HEAD + "| n:1b-it-qat | 1.0 GB | 253.9 tok/s | efficiency, QAT benefits |", "253.9 tok/s", CONTRADICTED),
    ("- **Temperature 0.2:** TTFT spikes (2.3-2.6s).", "2.6s", UNVERIFIABLE),
    ("- **Temperature 0.2:** TTFT spikes (2.3-9.6s).", "9.6s", CONTRADICTED),
    ("- Test window: 2025-10-08 (local), served with m:latest (3.3GB model).", "2025-10-08", UNVERIFIABLE),
]


@pytest.mark.parametrize(("text", "span", "label"), CASES, ids=[f"{span} {label}" for _, span, label in CASES])
def test_a_number_is_refuted_only_where_it_is_plain_what_it_is_of(facts, text, span, label):
    (verdict,) = [one for one in check(text, facts).verdicts if one.claim.span == span]
    assert verdict.label == label, verdict.reason


SECTIONS = "### {} sweep\n\n**Runs:**\n\n| temperature | TTFT (s) |\n| --- | --- |\n| 0.2 | {} |"
LOST = "# Sizes ## QAT\n- Model Size Bytes: {} ## INT8\n- Model Size Bytes: {}"


@pytest.mark.parametrize(
    ("text", "span", "label"),
    [
        (SECTIONS.format("m:latest", "2.6147"), "2.6147", SUPPORTED),
        (SECTIONS.format("m:latest", "6.5383"), "6.5383", UNVERIFIABLE),
        (LOST.format(3789, 3029), "3789", SUPPORTED),
        (LOST.format(3789, 3029), "3029", SUPPORTED),
        ("The QAT model needs 1.2 GB as its model size.", "1.2 GB", UNVERIFIABLE),
        ("The model m:latest (4.3B parameters) was used.", "4.3B", UNVERIFIABLE),
        ("**Last Updated:** 2024-03-01", "2024-03-01", UNVERIFIABLE),
    ],
)
def test_what_stands_above_says_whose_number_it_is(facts, text, span, label):
    (verdict,) = [one for one in check(text, facts).verdicts if one.claim.span == span]
    assert verdict.label == label, verdict.reason


def test_a_section_ends_where_the_program_wrote_and_an_indented_heading_is_of_its_own_level():
    reader = Reader(program=frozenset((4,)))
    text = "## Alpha\n### Runs\nTwo runs.\nBy the program.\n**Numbers**\nThree runs.\n  ## Beta\n### More\nOne."
    lines = [reader.line(one) for one in text.split("\n")]
    assert [(one.heading, one.section) for one in lines if one.role == PROSE] == [
        ("Runs", "Alpha"), ("Numbers", ""), ("More", "Beta"),
    ]  # fmt: skip
