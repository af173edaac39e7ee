"""The blocks of the saved report: counts, containment, sections, metrics, contract."""

import itertools
import re

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chimera_tui.core.endings import Ending
from chimera_tui.core.frames import FILES, dtypes
from chimera_tui.core.inert import inert_line
from chimera_tui.core.markdown_text import contained, escaped, fenced
from chimera_tui.core.report import analysis, persona
from chimera_tui.core.report.data_summary import DataSummary, summarise
from chimera_tui.core.report.document import CallRow, configuration_line, total_lines
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.core.report.sections import assemble
from chimera_tui.engine.prompts.persona import load_persona

SECOND = 1_000_000_000


def files(*rows: tuple[str, str, int], role: str = "data") -> pl.DataFrame:
    """A files frame of (path, kind, mtime in seconds)."""
    columns = {"path": [r[0] for r in rows], "kind": [r[1] for r in rows], "mtime_ns": [r[2] * SECOND for r in rows]}
    columns |= {"role": [role] * len(rows), "size": [10] * len(rows)}
    schema = dtypes(FILES)
    return pl.DataFrame(columns, schema={name: schema[name] for name in columns})


def summary() -> DataSummary:
    return summarise(
        files(("b.csv", "csv", 5), ("a.csv", "csv", 9), ("x/y.json", "json", 3), ("z.png", "other", 1)), 42
    )


def test_the_data_summary_counts_by_kind_and_lists_the_first_five_in_byte_order() -> None:
    names = ["Z.csv", "a.csv", "é.csv", "b/c.csv", "b.csv", "b-1.csv", "c.csv"]
    block = summarise(files(*((name, "csv", 1_700_000_000) for name in names)), 0).block()
    assert block == (
        "Total files analyzed: 7\n\nCSV Files (7)\n  - Z.csv\n  - a.csv\n  - b-1.csv\n  - b.csv\n  - b/c.csv\n"
        "  ... and 2 more\n  Latest modified: 2023-11-14 22:13:20 UTC"
    )


def test_other_kinds_are_counted_apart_and_our_own_runs_not_at_all() -> None:
    found = summary()
    assert (found.total, found.others, found.n_measurements) == (3, 1, 42)
    assert "Other files, not analyzed: 1" in found.block()
    assert summarise(files(("r.md", "markdown", 1), role="run"), 0).total == 0


def test_a_model_s_text_cannot_swallow_what_follows() -> None:
    wild = "text\x1b[31m\n```python\nopen fence\n\n<!-- never closed\n"
    html = MarkdownIt().render(contained(wild) + "\n\n## After\n")
    assert "<h2>After</h2>" in html
    assert "\x1b" not in html
    comment = MarkdownIt().render(contained("<!-- open\n\n<script>\n") + "\n\n## After\n")
    assert "<h2>After</h2>" in comment


@given(st.text(alphabet="`~ \n#<>-*|ab\x1b\u202e!", max_size=80))
def test_whatever_a_model_writes_the_next_heading_stands(text: str) -> None:
    tokens = MarkdownIt().parse(contained(text) + "\n\n## After\n")
    last = [token for token in tokens if token.type == "heading_open"][-1]
    assert (last.tag, last.level) == ("h2", 0)
    assert tokens[tokens.index(last) + 1].content == "After"


@given(st.one_of(st.text(max_size=60), st.text(alphabet="`*_[]()<>|~&;!#-+=1.) ab", max_size=20)))
def test_escaped_text_shows_itself_and_nothing_else(text: str) -> None:
    for line in (f"x {escaped(text)} x", escaped(text)):
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(line)
        assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
        children = [child for token in tokens for child in token.children or []]
        assert {child.type for child in children} <= {"text", "text_special", "softbreak"}
        shown = "".join(child.content for child in children)
        assert inert_line(text).strip() in shown or not inert_line(text).strip(" \t")


def test_a_file_s_name_stays_readable() -> None:
    assert escaped("reports/gemma3_1b-it-qat_baseline.csv") == "reports/gemma3_1b-it-qat_baseline.csv"


@given(st.text(alphabet="`\nab", max_size=30))
def test_a_fence_holds_fences(text: str) -> None:
    tokens = MarkdownIt().parse(fenced(text) + "\n\nafter")
    assert next(token.type for token in tokens) == "fence"
    assert tokens[0].content.rstrip("\n") == text.rstrip("\n")
    assert tokens[-2].content == "after"


def test_headings_of_a_text_stay_below_those_around_it() -> None:
    text = "## 1. One\n\n```\n# no heading\n```\n### Deeper\n#hashtag\n###### Deepest"
    assert contained(text, least_heading=3) == (
        "### 1. One\n\n```\n# no heading\n```\n#### Deeper\n#hashtag\n###### Deepest"
    )
    assert contained(text) == text
    assert contained("#### Fine", least_heading=3) == "#### Fine"


def test_section_two_is_the_program_s_and_tables_are_placed_or_appended() -> None:
    class Table:
        def __init__(self, name: str) -> None:
            self.id = name

        def markdown(self) -> str:
            return f"| {self.id} |\n| --- |"

    answer = (
        "Preface.\n\n**1. Executive Summary**\nAll good.\n\n## 2. Data Ingestion Summary\n999 files.\n"
        "## 3. Performance Analysis\nbefore\n[[table:best]]\nafter\n[[table:invented]]\n### Key Findings\n- one\n"
    )
    body = assemble(answer, summary(), [Table("best"), Table("cold")])  # type: ignore[list-item]
    assert "999 files" not in body
    assert "3 files were analyzed" in body
    assert body.index("before") < body.index("| best |") < body.index("after") < body.index("| cold |")
    assert "[[table:" not in body
    assert body.startswith("Preface.\n\n## 1. Executive Summary\n\nAll good.")
    assert "## 4. Key Findings\n\n- one" in body


def test_the_configuration_line_names_the_usual_options_and_every_other_that_is_set() -> None:
    line = configuration_line({"num_gpu": 80, "temperature": 1.0, "seed": 7}, fitted_num_ctx=8192)
    assert line == (
        "num_gpu=80, num_ctx=8192 (fit), temp=1, top_p=default, top_k=default, repeat_penalty=default, seed=7"
    )


def test_totals_are_sums_over_calls_and_never_means_of_rates() -> None:
    calls = [
        CallRow(call=1, stage="analysis", ending=Ending.COMPLETE,
                figures=CallFigures(generated_tokens=10, decode_s=1.0, ttft_s=9.0, total_s=2.0, load_s=0.5)),
        CallRow(call=2, stage="report", ending=Ending.COMPLETE,
                figures=CallFigures(generated_tokens=90, decode_s=3.0, ttft_s=0.25, total_s=4.0)),
    ]  # fmt: skip
    lines = total_lines(calls)
    assert lines[0].startswith("- Throughput: 25.00 tok/s (")
    assert lines[1].startswith("- TTFT: 250.00 ms (")
    assert lines[2].startswith("- Total Duration: 6000.00 ms (")
    assert lines[3].startswith("- Tokens Generated: 100 (")
    assert lines[4].startswith("- Prompt Eval: unknown (")
    assert lines[6].startswith("- Load Duration: 500.00 ms (")


def test_queue_is_what_is_left_of_the_total_and_a_shared_prefix_has_no_prefill_rate() -> None:
    figures = CallFigures(total_s=5.0, load_s=0.1, prefill_s=0.4, decode_s=0.5, prompt_tokens=1058)
    assert figures.queue_s == pytest.approx(4.0)
    assert figures.prefill_tps == pytest.approx(2645)
    assert msgspec.structs.replace(figures, prefix_shared=True).prefill_tps is None


GOOD = """## 1. Executive Summary
Throughput is **102 tok/s** and no quality was measured. {filler}
## 2. Recommendations
1. Raise throughput with care.
2. Lower TTFT by keeping the model loaded.
3. Measure quality before changing quantisation.
## 3. Risks
| Risk | Mitigation |
| --- | --- |
| Cold start | keep alive |
| One run | repeat |
"""


def kept(brief: str, *, quality: bool = False) -> dict[str, bool]:
    contract = load_persona("InsightAgent").contract
    return {clause.name: clause.kept for clause in persona.check(brief, contract, quality_measured=quality)}


def test_a_brief_that_keeps_its_contract_passes_every_clause() -> None:
    assert set(kept(GOOD.format(filler="word " * 280)).values()) == {True}


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (lambda text: text.replace("3. Measure quality before changing quantisation.\n", ""), "exactly 3"),
        (lambda text: text.replace("| One run | repeat |\n", ""), "risk/mitigation"),
        (lambda text: text.replace("**102 tok/s**", "102 tok/s"), "bold"),
        (lambda text: text.replace("no quality was measured", "all is fine"), "says that no quality"),
        (lambda text: text.replace("word " * 200, ""), "300-400 words"),
        (lambda text: text.replace("## 1. Executive Summary", "## 1. Overview"), "executive summary"),
        (lambda text: text.replace("TTFT", "delay"), "recommendations balance"),
        (lambda text: re.sub(r"## \d\. ", "## ", text), "numbered sections"),
    ],
)
def test_each_broken_clause_is_the_one_that_fails(change: object, clause: str) -> None:
    brief = GOOD.format(filler="word " * 280)
    failed = {name for name, passed in kept(change(brief)).items() if not passed}  # type: ignore[operator]
    assert any(name.startswith(clause) for name in failed)


ANSWER = (
    '{"summary": "All \\"is\\" \\u00b5 well.\\n", "findings": [{"text": "A", "facts": ["F1", "F2"]}], '
    '"recommendations": []}'
)


def test_an_analysis_is_parsed_or_refused_with_the_place() -> None:
    assert analysis.parse(ANSWER).findings[0].facts == ["F1", "F2"]
    with pytest.raises(analysis.InvalidAnalysisError, match="summary"):
        analysis.parse('{"findings": []}')
    with pytest.raises(analysis.InvalidAnalysisError):
        analysis.parse("Sure! Here is the JSON")


@given(st.lists(st.integers(0, len(ANSWER)), max_size=12))
def test_json_reads_the_same_however_it_is_cut(cuts: list[int]) -> None:
    reader, places = analysis.ReadableJson(), [0, *sorted(cuts), len(ANSWER)]
    text = "".join(reader.feed(ANSWER[a:b]) for a, b in itertools.pairwise(places))
    assert text == '\n\nAll "is" µ well. \n\n**Findings**\n\n- A [F1] [F2]\n\n**Recommendations**\n'


@given(st.text(alphabet='{}[]",:\\abu0 \n', max_size=60))
def test_broken_json_is_read_without_complaint(text: str) -> None:
    assert isinstance(analysis.ReadableJson().feed(text), str)
