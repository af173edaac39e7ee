"""What is a numeric claim and what is not, with exact spans."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.verify.text.extract import extract
from chimera_tui.core.verify.text.lines import CODE, HEADER, KEY, PROGRAM, ROW, Reader
from chimera_tui.core.verify.tolerance import agreement


def claims(text: str) -> list[tuple[str, str]]:
    reader = Reader()
    return [(one.span, one.kind) for line in text.split("\n") for one in extract(reader.line(line))[0]]


def spans(text: str) -> list[str]:
    return [span for span, _ in claims(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It took 12s and 1,024.5 ms.", ["12s", "1,024.5 ms"]),
        ("Between 5 and 60 ms, or 5-60 seconds.", ["5", "60 ms", "5", "60 seconds"]),
        ("JSON: 44 (43.6%) of the files.", ["44", "43.6%"]),
        ("44 out of 101 files.", ["44", "101 files"]),
        ("It is 1.6× and 25 % faster.", ["1.6×", "25 %"]),
        ("The mean is 7.4 ± 0.3 ms.", ["7.4", "0.3 ms"]),
        ("On October 26th, 2025 and 2025-11-14 10:00:00 UTC.", ["October 26th, 2025", "2025-11-14 10:00:00 UTC"]),
        ("In late October and early November 2025.", ["late October", "early November 2025"]),
        ("The dataset comes in three formats.", ["three"]),
        ("It took 5 minutes and 23 seconds.", ["5 minutes and 23 seconds"]),
        ("Models of 1B and 270M.", ["1B", "270M"]),
        ("A rate of 4,000 tokens/minute.", ["4,000 tokens/minute"]),
        ("It costs \\$0.10 a run.", ["\\$0.10"]),
        ("GPU: NVIDIA Tesla V100", ["NVIDIA Tesla V100"]),
    ],
)
def test_numbers_are_found_with_their_units(text, expected):
    assert spans(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "See `gemma3_1b-it-qat.csv` and results[3].tokens_s, gemma3:1b, q4_0, 270m, F1-score, DS-007.",
        "1. First\n2) Second\n## 3. Third\n**4. Fourth**",
        "Run 1, Table 2, Phase 3, Technical Report 108 and Priority 1 are names.",
        "The 95th percentile (p95).",
        "Version 1.2.3 of https://example.org/a/1/b?c=2 [F12] [^3].",
        "Aim for 300-400 words.",
        "Assuming $0.05 per 1000 tokens.",
        "Consider reducing it by approximately 70%.",
        "- Run the suite at least 5 times.",
        "One of the tests failed.",
        "Llama 3.1 and Qwen2.5 are models; 60/512/0.8 is a setting.",
    ],
)
def test_names_numbering_targets_and_assumptions_are_no_claims(text):
    assert spans(text) == []


def test_what_is_no_claim_is_counted_with_its_reason():
    line = Reader().line("1. See Table 2 and `a_3.csv`.")
    _, skipped = extract(line)
    assert [(one.span, one.why) for one in skipped] == [
        ("1.", "list or heading number"), ("2", "name"), ("3.", "identifier"),
    ]  # fmt: skip


def test_fences_are_code_unless_they_hold_markdown():
    text = '```python\nx = 5\n```\n```markdown\n- Total: 7 files\n```\n```json\n"results[0].tokens_s": 1.5,\n```'
    reader = Reader()
    roles = [reader.line(line).role for line in text.split("\n")]
    assert roles[1] == CODE
    assert roles[7] == KEY
    assert spans(text) == ["7 files", "1.5"]


def test_a_table_gives_its_header_and_a_block_of_the_program_is_left_alone():
    reader = Reader(frozenset({4}))
    lines = [reader.line(text) for text in ("| Model | TTFT (ms) |", "|---|---|", "| a | 12.5 |", "| b | 13.5 |")]
    assert [line.role for line in lines] == [HEADER, "table rule", ROW, PROGRAM]
    assert lines[2].header == ("Model", "TTFT (ms)")
    assert [lines[2].text[a:b] for a, b in lines[2].cells] == ["a", "12.5"]


def test_items_know_what_they_are_nested_in():
    reader = Reader()
    lines = [reader.line(text) for text in ("- TTFT:", "  - CSV:", "    - Mean: 1.5 s", "- Other: 2 s")]
    assert lines[2].parents == ("TTFT:", "CSV:")
    assert lines[3].parents == ()


@given(
    st.text(alphabet=st.sampled_from(list("0123456789.,%-+±×x/|`*#_[]():;\"'<>~$ \tabeksmBM–—é\u200b")), max_size=120)
)
def test_extraction_never_raises_and_spans_are_exact(text):
    reader = Reader()
    for row in text.split("\n"):
        line = reader.line(row)
        found, skipped = extract(line)
        for one in (*found, *skipped):
            assert line.text[one.start : one.end] == one.span
        places = [(one.start, one.end) for one in found]
        assert places == sorted(places)
        assert all(a[1] <= b[0] for a, b in pairwise(places))


@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_text_can_be_read(lines):
    reader = Reader()
    for text in lines:
        for row in text.split("\n"):
            extract(reader.line(row))


@given(st.floats(0.01, 1e6), st.integers(0, 6))
def test_a_number_printed_from_a_value_agrees_with_it(value, decimals):
    text = f"{value:.{decimals}f}"
    found, _ = extract(Reader().line(f"It is {text} ms."))
    assert agreement(found[0], value) == "printed"


def test_tolerance_is_the_printed_precision_and_hedges_widen_integers_only():
    def claim(text):
        return extract(Reader().line(text))[0][0]

    assert agreement(claim("182.667 ms"), 182.66757) == "truncated"
    assert agreement(claim("182.668 ms"), 182.66757) == "printed"
    assert agreement(claim("182.669 ms"), 182.66757) == ""
    assert agreement(claim("about 440 ms"), 441.517) == "hedged"
    assert agreement(claim("440 ms"), 441.517) == ""
    assert agreement(claim("about 4.40 ms"), 4.45) == ""
    assert agreement(claim("over 50%"), 52.0) == "bound"
    assert agreement(claim("over 50%"), 49.0) == ""


def test_a_dump_on_one_line_is_judged_only_so_far():
    found, skipped = extract(Reader().line("1.5 ms, " * 400))
    assert len(found) == 100
    assert {one.why for one in skipped} == {"too many numbers on the line"}
