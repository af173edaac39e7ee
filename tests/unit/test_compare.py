"""Two sides against each other: joined on equal factors, with intervals, nothing left out in silence."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core import stats
from chimera_tui.core.compare.frozen_changes import findings_changed, verdicts_changed
from chimera_tui.core.compare.markdown import markdown
from chimera_tui.core.compare.match import measures
from chimera_tui.core.compare.reported import LoadedReport, load_report
from chimera_tui.core.compare.sides import compare_measurements, compare_reports
from chimera_tui.core.compare.text_diff import rows, unified
from chimera_tui.core.report.older import read_chimera_report

REPORTS = Path(__file__).parents[2].parent / "shared" / "data" / "claims" / "reports"
GPU = frozenset(["num_gpu"])


def side(values: list[float], **factors: object) -> pl.DataFrame:
    about = {
        "metric": "decode_tps", "part": "tok_s", "unit": "tokens/s", "better": "higher", "definition": "",
        "n": 1, "stat": "value", "file_id": 0, "config_id": 0,
    }  # fmt: skip
    frame = pl.DataFrame([{**about, "value": value, "record": place, **factors} for place, value in enumerate(values)])
    missing = dict.fromkeys(("low", "high", "sd", "mid"), pl.lit(None, dtype=pl.Float64))
    return frame.with_columns(cold=pl.lit(None, dtype=pl.Boolean), **missing)


def joined(*parts: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(parts, how="diagonal_relaxed")


A, B = [10.0, 11.0, 12.0, 11.0, 10.0], [20.0, 21.0, 22.0, 21.0, 20.0]


def test_the_interval_is_welchs_and_the_ratio_is_b_over_a() -> None:
    (one,), _ = measures(side(A, num_gpu=40), side(B, num_gpu=80), ["num_gpu"], GPU)
    expected = stats.welch(stats.summary(A), stats.summary(B))
    assert (one.interval.value, one.interval.low, one.interval.high) == pytest.approx(expected[:3])
    assert one.ratio == pytest.approx(20.8 / 10.8)
    assert (one.a.n, one.b.n, one.matched, one.unmatched) == (5, 5, 1, ())
    assert one.interval.shown
    assert one.conclusion.startswith("B is higher")


def test_an_interval_that_includes_zero_says_so() -> None:
    (one,), _ = measures(side(A, num_gpu=40), side([*A[1:], 12.5], num_gpu=80), ["num_gpu"], GPU)
    assert one.conclusion.startswith("no difference shown")
    assert "includes 0" in one.conclusion


def test_only_equal_remaining_factors_are_joined_and_the_rest_is_listed() -> None:
    a = joined(side(A, num_gpu=40, num_ctx=2048), side([99.0], num_gpu=40, num_ctx=4096))
    b = joined(side(B, num_gpu=80, num_ctx=2048), side([1.0, 2.0], num_gpu=80, num_ctx=512))
    (one,), none = measures(a, b, ["num_gpu", "num_ctx"], GPU)
    assert (one.a.mean, one.b.mean) == pytest.approx((10.8, 20.8))
    assert [(left.side, left.factors, left.n) for left in one.unmatched] == [
        ("A", {"num_ctx": 4096}, 1),
        ("B", {"num_ctx": 512}, 2),
    ]
    assert none == ()


def test_what_differs_as_a_whole_is_named_beside_the_result() -> None:
    (one,), _ = measures(
        side(A, model="a", quant="q4"), side(B, model="b", quant="q8"), ["model", "quant"], frozenset(["model"])
    )
    assert one.also_differs == {"quant": ("q4", "q8")}


def test_no_equal_configuration_says_which_factor_never_agrees() -> None:
    a = joined(side(A, num_gpu=40, quant="q4"), side(A, num_gpu=40, quant="q5"))
    b = joined(side(B, num_gpu=80, quant="q8"), side(B, num_gpu=80, quant=None))
    (), (one,) = measures(a, b, ["num_gpu", "quant"], GPU)
    assert one.reason == "no equal configuration: quant is q4, q5 in A and not stated, q8 in B"


def test_a_name_of_the_whole_configuration_does_not_keep_equals_apart() -> None:
    a = joined(*(side(A, num_gpu=40, num_ctx=ctx, label=f"g40_c{ctx}") for ctx in (512, 1024)))
    b = joined(*(side(B, num_gpu=80, num_ctx=ctx, label=f"g80_c{ctx}") for ctx in (512, 1024)))
    (one,), _ = measures(a, b, ["num_gpu", "num_ctx", "label"], GPU)
    assert one.matched == 2
    assert "label follows from the rest" in one.caveats


def test_single_values_are_measured_and_not_tested() -> None:
    (one,), _ = measures(side([1.0], num_gpu=40), side([2.0], num_gpu=80), ["num_gpu"], GPU)
    assert (one.a.label, one.interval, one.conclusion) == ("measured", None, "not tested: n = 1 on a side")


def test_few_values_are_called_few() -> None:
    (one,), _ = measures(side(A[:3], num_gpu=40), side(B[:3], num_gpu=80), ["num_gpu"], GPU)
    assert one.caveats == ("small n (3 and 3)",)


def test_one_sided_metrics_are_said() -> None:
    other = side(B, num_gpu=80).with_columns(metric=pl.lit("ttft"))
    (), none = measures(side(A, num_gpu=40), other, ["num_gpu"], GPU)
    assert [(one.metric, one.reason) for one in none] == [("decode_tps", "only A has it"), ("ttft", "only B has it")]


def test_a_metric_in_differently_named_fields_is_still_compared() -> None:
    found = compare_measurements(
        side(A, num_gpu=40), side(B, num_gpu=80).with_columns(part=pl.lit("tps")), ["num_gpu"], ("a", "b"), GPU
    )
    assert [one.part for one in found.measures] == ["tok_s / tps"]


def test_every_number_of_the_markdown_has_its_n() -> None:
    text = markdown(
        compare_measurements(side(A, num_gpu=40), side(B, num_gpu=80), ["num_gpu"], ("num_gpu=40 | `x`", "b"), GPU)
    )
    assert "10.80 ± 0.84 tok/s (n = 5)" in text
    assert "Means, ratios and intervals are derived" in text
    assert "- **A**: `num_gpu=40 | 'x'` (5 observations)" in text
    assert "B is higher; B is better" in text


# -- reports


def report(**row: object) -> LoadedReport:
    return LoadedReport(path=Path("x.md"), name="x.md", row={"agent": "Chimera", "source": "older report", **row})


def test_reports_without_calls_are_compared_by_their_totals() -> None:
    a = [report(model="m", decode_tps=value, options_requested='{"num_ctx":512}') for value in (10.0, 11.0)]
    b = [report(model="m", decode_tps=value, options_requested='{"num_ctx":1024}') for value in (20.0, 21.0)]
    found = compare_reports(a, b, ("a", "b"), 0.5)
    (one,) = found.measures
    assert (one.part, one.a.n, one.also_differs) == ("whole report", 2, {"option num_ctx": ("512", "1024")})
    assert [(o.name, o.a, o.b) for o in found.options if o.differs] == [("num_ctx", "512", "1024")]


def test_verdicts_are_counted_over_the_judged_reports_alone() -> None:
    found = compare_reports(
        [report(claims=10, supported=9, contradicted=1, unverifiable=0)], [report()], ("a", "b"), 0.5
    )
    told = {one.name: (one.a, one.b) for one in found.verdicts}
    assert told["reports judged"] == ("1 of 1", "0 of 1")
    assert told["supported share"] == ("90.0 % (n = 10)", "not judged")


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the shared reports are not here")
def test_gemma3_and_llama31_over_their_call_rows_within_a_stage() -> None:
    sides = [
        [
            load_report(path, read_chimera_report(path.read_text("utf-8"), path.name))
            for path in sorted(REPORTS.glob(name))
        ]
        for name in ("gemma3*.md", "llama3p1*.md")
    ]
    found = compare_reports(*sides, ("gemma3", "llama3.1"), 0.5, frozenset(["model"]))
    by_part = {(one.metric, one.part): one for one in found.measures}
    decode = by_part["decode_tps", "analysis"]
    assert (decode.a.n, decode.b.n, decode.matched, decode.unmatched) == (20, 20, 3, ())
    # Worked by hand from the call rows: the mean over the three configurations of their means.
    rows_by_config = [
        [
            [
                c.figures["decode_tps"]
                for one in side
                if one.options.get("num_ctx") == ctx
                for c in one.calls
                if c.stage == "analysis"
            ]
            for ctx in (None, 512, 1024)
        ]
        for side in sides
    ]
    means = [stats.mean([stats.mean(values) for values in side]) for side in rows_by_config]
    assert (decode.a.mean, decode.b.mean) == pytest.approx(means)
    weighted = [
        (stats.summary(values), sign / 3) for side, sign in zip(rows_by_config, (-1, 1), strict=True) for values in side
    ]
    assert (decode.interval.low, decode.interval.high) == pytest.approx(stats.contrast(weighted)[1:3])
    assert by_part["ttft", "analysis, first call"].conclusion.startswith("no difference shown")
    assert any("fewer than 16 tokens" in caveat for caveat in found.caveats)
    assert any("those of its last run" in caveat for caveat in found.caveats)


# -- frozen files and texts


def test_findings_appear_and_vanish_by_their_key(tmp_path: Path) -> None:
    for name, keys in (("a", "12"), ("b", "23")):
        (tmp_path / name).mkdir()
        facts = [f'{{"key": "{key}", "statement": "finding {key}"}}' for key in keys]
        (tmp_path / name / "facts.json").write_text(f'{{"findings": [{", ".join(facts)}]}}')
    appeared, vanished, shared = findings_changed([tmp_path / "a"], [tmp_path / "b"])
    assert ([one.text for one in appeared], [one.text for one in vanished], shared) == (["finding 3"], ["finding 1"], 1)
    assert findings_changed([tmp_path / "a"], [tmp_path]) is None


def test_a_verdict_that_changed_is_told(tmp_path: Path) -> None:
    claim = '"line": 1, "start": 0, "end": 8, "kind": "count", "span": "44 files"'
    for name, label in (("a", "contradicted"), ("b", "supported")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "verdicts.json").write_text(
            f'{{"claims": [{{{claim}, "label": "{label}", "reason": "x"}}]}}'
        )
    (change,) = verdicts_changed(tmp_path / "a", tmp_path / "b")
    assert (change.was, change.now) == ("contradicted", "supported")
    assert verdicts_changed(tmp_path / "a", tmp_path / "a") == ()


LINES = st.lists(st.sampled_from(["a", "b", "", "x y", "| 1 |"]), max_size=30)


@given(LINES, LINES)
def test_both_texts_can_be_read_back_from_their_rows(a: list[str], b: list[str]) -> None:
    found = rows("\n".join(a), "\n".join(b), context=None)
    assert [row.a for row in found if row.a is not None] == "\n".join(a).split("\n")
    assert [row.b for row in found if row.b is not None] == "\n".join(b).split("\n")
    one = unified(found)
    assert [line for sign, line in one if sign in " -"] == "\n".join(a).split("\n")
    assert [line for sign, line in one if sign in " +"] == "\n".join(b).split("\n")


def test_equal_stretches_are_left_out_and_counted() -> None:
    text = "\n".join(str(number) for number in range(100))
    found = rows(text, text.replace("50", "fifty"))
    assert [(row.kind, row.a) for row in found if row.kind != "same"] == [("gap", "47 equal lines"), ("changed", "50")]
