"""Findings over small repositories, each with one thing to be found or not to be claimed."""

import json

import msgspec
import pytest

from chimera_tui.core.config.schema import Run
from chimera_tui.core.findings import Finding, Source, findings, recommendations
from chimera_tui.core.findings.tables import Table, tables
from chimera_tui.core.findings.twins import told_once
from chimera_tui.core.frames import Frames
from tests.unit.findings_frames import Repository


def found(repository, kind, **settings):
    return [f for f in findings(repository.frames(), Run(**settings)) if f.kind == kind]


def only(repository, kind, **settings):
    matching = found(repository, kind, **settings)
    assert len(matching) == 1, [f.statement for f in matching]
    return matching[0]


def sweep(values, **shared):
    """Rows over num_ctx: ``{2048: [rates]}``."""
    return [{"num_ctx": ctx, "tokens_s": rate, **shared} for ctx, rates in values.items() for rate in rates]


def test_nothing_to_say_of_an_empty_repository():
    assert findings(Frames.none(), Run()) == ()
    assert recommendations(()) == ()
    assert tables(Frames.none(), ()) == ()


def test_rows_without_any_option_or_entity_do_not_fail():
    repository = Repository()
    repository.file("a.csv", [{"tokens_s": 1.0}, {"tokens_s": 2.0}])
    assert findings(repository.frames(), Run()) == ()


def test_a_clear_best_configuration_is_separable():
    repository = Repository()
    repository.file("a.csv", sweep({1024: [50, 51, 50.5], 2048: [60, 60.4, 60.2], 4096: [49, 50, 50.1]}, model="m"))
    finding = only(repository, "best configuration")
    assert finding.details["best"]["factors"] == {"num_ctx": 2048}
    assert finding.value == pytest.approx(60.2)
    assert finding.details["separable"] is True
    assert "separable from the runner-up" in finding.statement
    assert "num_ctx=2048: 60.20 ± 0.20 tok/s (n = 3)" in finding.statement
    assert finding.interval[0] < finding.value < finding.interval[1]
    assert recommendations((finding,))[0].findings == (finding.key,)


def test_overlapping_configurations_are_not_separable():
    repository = Repository()
    repository.file("a.csv", sweep({1024: [50, 53, 51], 2048: [52, 50, 53.5]}))
    finding = only(repository, "best configuration")
    assert finding.details["separable"] is False
    assert "not separable from the other, p = " in finding.statement


def test_a_detectable_lead_below_the_smallest_effect_is_no_winner():
    repository = Repository()
    repository.file("a.csv", sweep({1024: [100.0, 100.01, 100.02], 2048: [100.5, 100.51, 100.52]}))
    finding = only(repository, "best configuration")
    assert finding.details["comparisons"][0]["separable"] is True
    assert finding.details["separable"] is False
    assert "below the 1 % that matters" in finding.statement
    assert only(repository, "best configuration", min_effect_pct=0.1).details["separable"] is True


def test_holm_counts_all_comparisons():
    near = {1024: [100, 101, 102, 103], 2048: [97, 98, 99, 100]}
    alone, crowded = Repository(), Repository()
    alone.file("a.csv", sweep(near))
    crowd = {ctx: [97.1, 98, 99.1, 100] for ctx in range(8, 16)}
    crowded.file("a.csv", sweep(near | crowd))
    assert only(alone, "best configuration").details["separable"] is True
    assert only(crowded, "best configuration").details["separable"] is False


def test_two_runs_are_too_few():
    repository = Repository()
    repository.file("a.csv", sweep({1024: [50, 50.1], 2048: [70, 70.1]}))
    assert "fewer than 3" in only(repository, "best configuration").statement


def test_cold_rows_never_enter_a_comparison_of_ttft():
    rows = [
        {"num_ctx": 1024, "ttft_s": 5.0, "load_s": 4.9},
        {"num_ctx": 1024, "ttft_s": 0.1, "load_s": 0.05},
        {"num_ctx": 2048, "ttft_s": 0.2, "load_s": 0.05},
        {"num_ctx": 2048, "ttft_s": 0.2, "load_s": 0.05},
    ]
    repository = Repository()
    repository.file("a.csv", rows)
    best = only(repository, "best configuration")
    assert best.details["best"]["factors"] == {"num_ctx": 1024}
    assert best.value == pytest.approx(0.1)
    assert any("1 cold row left out" in caveat for caveat in best.caveats)
    cold = only(repository, "cold and warm")
    assert (cold.details["n_cold"], cold.details["n_warm"]) == (1, 3)
    assert cold.value == pytest.approx(0.2)
    assert any("n = 1 cold row" in caveat for caveat in cold.caveats)
    assert found(repository, "cold and warm", cold_load_s=10.0) == []


def test_an_option_that_goes_with_cold_starts_is_confounded():
    rows = [{"temperature": t, "tokens_s": 50 + run + t,
             "ttft_s": 3.1 + run / 9 if t < 0.5 and run < 2 else 0.1 + run / 99,
             "load_s": 3.0 if t < 0.5 and run < 2 else 0.01} for t in (0.2, 0.8) for run in range(4)]  # fmt: skip
    repository = Repository()
    repository.file("a.csv", rows)
    finding = only(repository, "confounding")
    assert finding.details["factor"] == "temperature"
    assert "2 of 4 rows cold at 0.2, 0 of 4 at 0.8" in finding.statement
    effect = next(f for f in found(repository, "factor effect") if f.details["metric"] == "decode_tps")
    assert any("cannot be told from theirs" in caveat for caveat in effect.caveats)


def test_options_that_change_together_share_the_credit():
    rows = [
        {"num_ctx": ctx, "batch": ctx // 4, "tokens_s": 50 + ctx / 1000 + run}
        for ctx in (1024, 8192)
        for run in range(4)
    ]
    repository = Repository()
    repository.file("a.csv", rows)
    for effect in found(repository, "factor effect"):
        assert any("changes only together with" in caveat for caveat in effect.caveats)


def test_failures_stored_as_zeros_do_not_enter_means():
    rows = [
        {"model": "m", "tokens_s": 50.0},
        {"model": "m", "tokens_s": 70.0},
        {"model": "m", "tokens_s": 0.0, "error": "boom"},
    ]
    repository = Repository()
    repository.file("a.csv", rows)
    finding = only(repository, "failures")
    assert finding.value == pytest.approx(100 / 3)
    assert finding.details["zeros"] is True
    assert finding.details["naive_mean"] == pytest.approx(40)
    assert finding.details["correct_mean"] == pytest.approx(60)
    assert finding.details["error_classes"] == {"boom": 1}
    assert finding.sources[0].record == 2


def test_a_ranking_compares_equal_work_only():
    rows = [
        {"backend": b, "prompt": p, "tokens_s": base + extra}
        for b, base in (("slow", 10.0), ("fast", 20.0))
        for p, extra in (("x", 0), ("y", 30), ("z", 60))
    ]
    rows.append({"backend": "slow", "prompt": "only here", "tokens_s": 500.0})
    repository = Repository()
    repository.file("a.csv", rows)
    finding = only(repository, "backend ranking")
    assert finding.details["ranking"] == ["fast", "slow"]
    assert finding.value == pytest.approx(50 / 40)
    assert finding.details["comparisons"] == []  # equal differences: no spread to test against


def test_a_ranking_is_paired_over_equal_prompts():
    rows = [{"backend": b, "prompt": p, "tokens_s": base + extra + noise}
            for b, base, noises in (("slow", 10.0, (0.1, 0, 0.2)), ("fast", 20.0, (0, 0.2, 0.1)))
            for (p, extra), noise in zip((("x", 0), ("y", 30), ("z", 60)), noises, strict=True)]  # fmt: skip
    repository = Repository()
    repository.file("a.csv", rows)
    finding = only(repository, "backend ranking")
    assert finding.details["separable"] is True
    assert "paired" in finding.details["comparisons"][0]["method"]


def test_an_option_that_goes_with_the_backend_takes_its_credit():
    rows = [
        {"backend": b, "num_gpu": gpu, "tokens_s": rate + run}
        for b, gpu, rate in (("a", 10, 10), ("b", 99, 90))
        for run in range(4)
    ]
    repository = Repository()
    repository.file("a.csv", rows)
    finding = only(repository, "backend ranking")
    assert finding.details["separable"] is False
    assert any("other factors change with it" in caveat for caveat in finding.caveats)


def test_statistics_of_a_tool_keep_their_n():
    rows = [
        {
            "backend": b,
            "mean_time_ms": m,
            "std_time_ms": 0.02,
            "min_time_ms": m - 0.1,
            "max_time_ms": m + 0.1,
            "n": 10,
            "path": f"backends.{b}",
        }
        for b, m in (("eager", 0.8), ("jit", 0.4))
    ]
    repository = Repository()
    repository.file("a.json", rows)
    finding = only(repository, "backend ranking")
    assert [(g["backend"], g["n"], g["sd"]) for g in finding.details["groups"]] == [
        ("jit", 10, 0.02),
        ("eager", 10, 0.02),
    ]
    assert finding.details["speedup_over_baseline"] == {"eager": 1.0, "jit": pytest.approx(2)}
    assert finding.details["separable"] is True


def test_a_ratio_made_by_one_stall():
    def row(variant, mean, sd, low, high):
        return {"variant": variant, "mean_time_ms": mean, "std_time_ms": sd, "min_time_ms": low, "max_time_ms": high,
                "path": f"kernels.{variant}"}  # fmt: skip

    repository = Repository()
    repository.file("k.json", [row("base", 1.0, 2.5, 0.1, 8.0), row("new", 0.1, 0.01, 0.09, 0.12)])
    finding = only(repository, "outlier ratio")
    assert finding.value == pytest.approx(0.1 / 0.09)
    assert finding.details["speedup_mean"] == pytest.approx(10)
    assert found(repository, "outlier mean") == []  # told already


def test_one_row_that_moves_a_mean():
    repository = Repository()
    repository.file("a.csv", [{"model": "m", "tokens_s": rate} for rate in (36.0, 102.0, 101.0, 103.0, 102.0)])
    finding = only(repository, "outlier row")
    assert finding.value == pytest.approx(102)
    assert finding.sources[0].record == 0
    assert finding.details["without"] == pytest.approx(102)
    assert finding.spread == pytest.approx(0.8165, rel=1e-3)


def test_baseline_and_candidate_are_matched():
    repository = Repository()
    repository.file("baseline/a.csv", sweep({1024: [50, 51, 52], 2048: [40, 41, 42], 9999: [1, 1, 1]}, model="m"))
    repository.file("candidate/a.csv", sweep({1024: [55, 56, 57], 2048: [45, 46, 47]}, model="m"))
    finding = only(repository, "baseline and candidate")
    assert finding.details["matched"] == 2
    assert finding.value == pytest.approx(100 * (51 / 46 - 1))
    assert finding.details["shown"] is True
    low, high = finding.interval
    assert 0 < low < finding.value < high
    assert any("1 configuration without a counterpart" in caveat for caveat in finding.caveats)
    assert found(repository, "replicates") == []


def test_no_difference_is_said_plainly():
    repository = Repository()
    repository.file("baseline.csv", sweep({1024: [50, 51, 52]}, model="m"))
    repository.file("tuned.csv", sweep({1024: [50.2, 51, 51.9]}, model="m"))
    assert "no difference shown" in only(repository, "baseline and candidate").statement


def test_replicates_show_how_far_sessions_differ():
    repository = Repository()
    repository.file("monday/a.csv", sweep({1024: [50, 51, 52]}, model="m"))
    repository.file("tuesday/a.csv", sweep({1024: [55, 56, 57]}, model="m"))
    finding = only(repository, "replicates")
    assert finding.value == pytest.approx(100 * (56 / 51 - 1))


def serving_rows():
    rates = {1: 100, 4: 380, 16: 1000, 64: 1050, 128: 900}
    return [
        {
            "model": "m",
            "concurrency": c,
            "output_throughput": rate + run,
            "mean_ttft_ms": c / 100,
            "mean_tpot_ms": c / 1000,
        }
        for c, rate in rates.items()
        for run in range(3)
    ]


def test_the_knee_and_the_pareto_set_of_a_serving_sweep():
    repository = Repository()
    repository.file("serve.jsonl", serving_rows())
    knee = only(repository, "load knee")
    assert knee.value == 16
    assert knee.details["peak"] == 64
    pareto = only(repository, "pareto set")
    assert pareto.details["pareto"] == [1, 4, 16, 64]
    assert pareto.details["dominated"] == [128]
    assert found(repository, "best configuration") == []
    assert any("concurrency=16 or below" in one.text for one in recommendations((knee, pareto)))


def test_decay_with_context_depth():
    repository = Repository()
    repository.file(
        "d.jsonl", [{"model": "m", "context_depth": d, "tokens_s": 100 - d / 100, "n": 5} for d in (0, 1000, 4000)]
    )
    finding = only(repository, "context depth")
    assert finding.value == pytest.approx(0.6)


def test_copies_derived_tables_and_averages_are_left_out():
    repository = Repository()
    rows = sweep({1024: [50.25, 51.5], 2048: [61.75, 60.5]}, model="m")
    first = repository.file("a/runs.csv", rows)
    repository.file("b/copy.csv", rows, dup_of=first)
    repository.file("a/derived.csv", rows, role="derived", reason="repeats a/runs.csv")
    repository.file("a/summary.csv", sweep({1024: [50.875], 2048: [61.125]}, model="m"))
    best = only(repository, "best configuration")
    assert best.n == 2
    assert only(repository, "duplicates").details["groups"] == [["a/runs.csv", "b/copy.csv"]]
    derived = only(repository, "derived tables")
    assert derived.details["reasons"] == {
        "a/derived.csv": "repeats a/runs.csv", "a/summary.csv": "means of the rows of a/runs.csv"}  # fmt: skip


def test_conflicts_and_broken_files_are_told():
    repository = Repository()
    repository.file(
        "ctx512.csv", [{"tokens_s": 1.0, "num_ctx": 1024, "path_conflict": "num_ctx: path 512, recorded 1024"}]
    )
    repository.file("cut.json", status="partial", reason="the JSON ends in the middle")
    repository.file("serve.json", [{"mean_ttft_ms": 0.1, "ttft_s": 0.2}])
    assert "512" in only(repository, "path conflicts").statement
    assert "the JSON ends in the middle" in only(repository, "incomplete files").statement
    assert only(repository, "definition conflict").statement.startswith("2 meanings of TTFT")


def test_warm_up_rows_do_not_count():
    repository = Repository()
    repository.file("a.csv", sweep({1024: [50, 51, 50.5], 2048: [60, 60.4, 60.2]}))
    frames = repository.frames()
    warmed = frames.cells.with_columns(
        phase=(frames.cells["record"] == 0).cast(int).replace(0, 2).cast(frames.cells["phase"].dtype)
    )
    from dataclasses import replace

    best = next(f for f in findings(replace(frames, cells=warmed), Run()) if f.kind == "best configuration")
    assert best.details["worst"]["n"] == 2


HOSTILE = "[bold]\x1b[31m evil|\u202e" + "x" * 10_000


def test_hostile_names_stay_inert_and_bounded():
    repository = Repository()
    rows = [
        {"model": HOSTILE, "num_ctx": c, "note|x": HOSTILE, "tokens_s": c / 10 + r}
        for c in (1024, 2048)
        for r in range(3)
    ]
    rows.append({"model": HOSTILE, "num_ctx": 1024, "tokens_s": 0.0, "error": HOSTILE})
    repository.file(f"{HOSTILE[:200]}.csv", rows)
    frames = repository.frames()
    everything = findings(frames, Run())
    assert everything
    for finding in everything:
        for text in (finding.statement, finding.definition, *finding.caveats):
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert len(text) < 2000
        json.dumps(finding.details)
    for table in tables(frames, everything):
        for line in table.markdown().splitlines():
            assert "\x1b" not in line
            if line.startswith("|"):
                assert line.replace("\\|", "").count("|") == len(table.header) + 1


def test_tables_are_github_tables():
    table = Table("t", "A | title", ("x|y", "n"), (("a|b\nc", "1"),), "n = 1")
    assert table.markdown().splitlines() == [
        "**A \\| title**", "", "| x\\|y | n |", "| :-- | --: |", "| a\\|b\\\\x0ac | 1 |", "", "*n = 1*"]  # fmt: skip


def test_ranks_fall_for_further_findings_of_one_kind():
    repository = Repository()
    for model in "abc":
        repository.file(f"{model}.csv", sweep({1024: [50, 51, 52], 2048: [70, 71, 72]}, model=model))
    ranks = [f.rank for f in found(repository, "best configuration")]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 3
    keys = [f.key for f in findings(repository.frames(), Run())]
    assert keys == [f.key for f in findings(repository.frames(), Run())]
    assert len(set(keys)) == len(keys)


def test_a_single_run_beside_groups_of_two_is_not_called_n_1_each():
    repository = Repository()
    rows = [{"tone": tone, "tokens_s": value} for tone, value in (("a", 90), ("b", 70), ("b", 71), ("c", 60))]
    repository.file("a.csv", rows)
    statement = only(repository, "best configuration").statement
    assert "n = 1 per configuration" not in statement
    assert "fewer than 3 runs on a side" in statement


def test_two_single_runs_that_hardly_differ_are_no_finding():
    repository = Repository()
    repository.file("a.csv", [{"num_ctx": 1024, "tokens_s": 50.0}, {"num_ctx": 2048, "tokens_s": 50.1}])
    assert found(repository, "best configuration") == []


def test_a_mean_whose_n_the_file_does_not_state_is_not_called_n_1():
    repository = Repository()
    times = {"std_time_ms": 0.1, "min_time_ms": 0.9, "max_time_ms": 1.2}
    repository.file("a.json", [{"variant": k, "mean_time_ms": t, **times} for k, t in (("x", 1.0), ("y", 1.1))])
    statement = only(repository, "best configuration").statement
    assert "n not stated" in statement
    assert "n = 1" not in statement


def test_configurations_that_ran_the_same_queries_are_compared_query_by_query():
    repository = Repository()
    rows = [
        {"cache": cache, "query": f"q{n}", "tokens_s": (1000 - 99 * n) * (1.05 if cache == "hot" else 1.0) + n % 3}
        for cache in ("hot", "cold") for n in range(9)
    ]  # fmt: skip
    repository.file("a.csv", rows)
    finding = only(repository, "best configuration")
    assert finding.details["separable"] is True, "though the queries differ by far more than the caches"
    assert any("compared one by one" in caveat for caveat in finding.caveats)


def test_scores_of_different_tasks_are_not_ranked():
    repository = Repository()
    rows = [{"model": m, "task": f"{m}-{n}", "accuracy": 0.5 + n / 100} for m in ("a", "b") for n in range(4)]
    repository.file("a.csv", rows)
    assert found(repository, "model ranking") == []


def test_what_is_before_and_what_after_is_no_option():
    repository = Repository()
    rows = [
        {"state": state, "strategy": s, "tokens_s": 10.0 * (1 + n) + 100 * (state == "metrics_after")}
        for state in ("metrics_before", "metrics_after") for n, s in enumerate(("x", "y", "z"))
    ]  # fmt: skip
    repository.file("a.csv", rows)
    assert {f.details["factor"] for f in found(repository, "factor effect")} <= {"strategy"}


def test_files_that_their_names_tell_apart_are_no_replicates():
    for names, expected in ((("c2/a.csv", "c4/a.csv"), 0), (("run1/a.csv", "run2/a.csv"), 1)):
        repository = Repository()
        for number, path in enumerate(names):
            repository.file(path, [{"model": "m", "tokens_s": 50.0 + number + n / 10} for n in range(4)])
        assert len(found(repository, "replicates")) == expected, names


def test_large_factors_are_told_as_factors():
    repository = Repository()
    repository.file("a.csv", sweep({1: [10, 10.1, 10.2], 64: [900, 901, 902]}))
    statement = only(repository, "best configuration").statement
    assert "89.2× the other" in statement, statement


def test_a_rate_that_a_text_says_has_its_place_on_the_curve():
    repository = Repository()
    rows = [{"model": "m", "request_rate": rate, "output_throughput": value}
            for rate, value in (("1.0", 100), ("inf", 400), ("4.0", 380), ("16.0", 395))]  # fmt: skip
    repository.file("a.csv", rows)
    assert only(repository, "load knee").details["knee"] == "4.0"


def test_sources_name_the_field_as_it_stands_in_the_file():
    repository = Repository()
    times = {"std_time_ms": 2.0, "min_time_ms": 0.04, "max_time_ms": 6.9, "n": 10}
    rows = [{"kernel": "x", "mean_time_ms": 0.76, "path": "k.x", **times}]
    repository.file("a.json", rows)
    (source,) = only(repository, "outlier mean").sources
    assert (source.record, source.field) == (0, "mean_time_ms")


def twins(digits, second="b.json"):
    """A table and a copy of it in another form, rounded."""
    repository = Repository()
    rows = sweep({1024: [50.1234, 51.2345, 50.5678], 2048: [60.1234, 60.4567, 60.2345]}, model="m", backend="x")
    repository.file("a.csv", rows)
    repository.file(
        second, [{**row, "tokens_s": round(row["tokens_s"], digits)} for row in rows], kind="json", tool="u"
    )
    return repository


def test_a_rounded_copy_in_another_form_is_told_once():
    best = only(twins(3), "best configuration")
    assert {source.path for source in best.sources} == {"a.csv", "b.json"}
    assert "a.csv" in best.statement
    assert best.caveats[-1] == "b.json says the same: a copy is no second measurement"
    statements = [finding.statement for finding in findings(twins(3).frames(), Run())]
    assert len(statements) == len(set(statements))
    assert not any("differs by 0" in statement for statement in statements)


def test_a_second_measurement_is_told_beside_the_first():
    assert len(found(twins(0), "best configuration")) == 2


def test_counts_that_agree_are_no_copy():
    one = Finding(
        kind="failures", statement="4 rows of 6 failed (66.7 %) in a.csv.", value=66.7, unit="percent",
        label="measured",
        definition="", sources=(Source(path="a.csv"),),
    )  # fmt: skip
    other = msgspec.structs.replace(
        one, statement="4 rows of 6 failed (66.7 %) in b.csv.", sources=(Source(path="b.csv"),)
    )
    assert told_once([one, other]) == [one, other]


def test_a_rounded_copy_is_no_repeat():
    repository = Repository()
    for path, digits in (("s/run1.csv", 6), ("s/run2.csv", 3), ("s/run3.csv", 0)):
        rates = [round(rate, digits) for rate in (50.1234567, 51.2345678, 50.5678912)]
        repository.file(path, sweep({1024: rates}, model="m"))
    repeats = only(repository, "replicates")
    assert "in 2 files differs by" in repeats.statement
    assert "run3.csv" in repeats.statement


def test_a_warm_median_has_the_interval_of_a_median_and_no_deviation_of_a_mean():
    repository = Repository()
    warm = [{"ttft_s": 0.1 + run / 1000, "load_s": 0.01, "model": "m"} for run in range(9)]
    repository.file("a.csv", [*warm, {"ttft_s": 9.0, "load_s": 5.0, "model": "m"}])
    cold = only(repository, "cold and warm")
    assert cold.value == pytest.approx(0.104)
    assert cold.interval == pytest.approx((0.101, 0.107))
    assert cold.spread is None
    assert "the interval is of the warm median" in cold.definition


def test_a_path_in_a_document_is_told_in_words():
    repository = Repository()
    wild = {"mean_time_ms": 10.0, "std_time_ms": 20.0, "min_time_ms": 0.5, "max_time_ms": 90.0, "n": 10}
    repository.file("a.json", [{**wild, "path": "attention.torch"}], kind="json")
    assert only(repository, "outlier mean").statement.startswith("torch of attention in a.json: mean run time")
