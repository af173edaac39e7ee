"""The worked answers of the real repository, where it is there: equal to 1e-4 relative, with their caveats."""

import asyncio
import csv
import json
from pathlib import Path

import pytest

from chimera_tui.core.config.schema import Run, Scan
from chimera_tui.core.findings import findings, recommendations
from chimera_tui.engine.repository.workspace import Workspace

DATA = Path(__file__).parents[2].parent / "shared" / "data"
REPOSITORY = DATA / "benchmark-repo"
pytestmark = pytest.mark.skipif(not REPOSITORY.is_dir(), reason="the real benchmark repository is not here")


def near(value):
    return pytest.approx(value, rel=1e-4)


@pytest.fixture(scope="module")
def truth():
    facts = json.loads((DATA / "truth.json").read_text("utf-8"))["facts"]
    return {fact["id"]: fact for fact in facts}


@pytest.fixture(scope="module")
def found():
    snapshot = asyncio.run(Workspace(REPOSITORY, scan=Scan()).refresh())
    return findings(snapshot.frames, Run())


def of_kind(found, kind, path=None, **details):
    return [
        f
        for f in found
        if f.kind == kind
        and (path is None or any(source.path == path for source in f.sources))
        and all(f.details.get(key) == value for key, value in details.items())
    ]


def the(found, kind, path=None, **details):
    matching = of_kind(found, kind, path, **details)
    assert len(matching) == 1, [f.statement for f in matching]
    return matching[0]


def test_f01_best_configuration_is_not_separable(found, truth):
    expected = truth["F01"]["value"]
    finding = the(found, "best configuration", truth["F01"]["sources"][0], metric="decode_tps")
    best, worst = finding.details["best"], finding.details["worst"]
    assert best["names"]["config_name"] == expected["config"]
    assert best["factors"] == {key: expected[key] for key in ("num_gpu", "num_ctx", "temperature")}
    assert finding.value == near(expected["tokens_s"])
    assert best["row"]["ttft_s"] == near(expected["ttft_s"])
    assert worst["names"]["config_name"] == expected["worst_config"]
    assert worst["mean"] == near(expected["worst_tokens_s"])
    assert finding.details["range_pct"] == near(expected["spread_pct"])
    assert finding.details["n_configurations"] == expected["n_configs"]
    assert finding.n == expected["n_per_config"]
    assert finding.details["separable"] is False
    assert "n = 1 per configuration" in finding.caveats[0]
    assert "not statistically separable" in finding.caveats[0]


def test_f03_cold_and_warm_are_kept_apart(found, truth):
    for path, expected in zip(truth["F03"]["sources"], truth["F03"]["value"].values(), strict=True):
        finding = the(found, "cold and warm", path)
        details = finding.details
        assert (details["n_cold"], details["n_warm"]) == (expected["n_cold"], expected["n_warm"])
        assert details["cold_median"] == near(expected["cold_median_s"])
        assert finding.value == near(expected["warm_median_s"])
        assert details["ratio"] == near(expected["ratio"])
        assert details["pooled_mean_misleading"] == near(expected["mean_all_s"])
        assert "mixes two populations" in finding.caveats[0]


def test_f05_effect_of_num_gpu(found, truth):
    for path, expected in zip(truth["F05"]["sources"], truth["F05"]["value"].values(), strict=True):
        finding = the(found, "factor effect", path, metric="decode_tps", factor="num_gpu")
        groups = finding.details["groups"]
        assert [g["num_gpu"] for g in groups] == [g["num_gpu"] for g in expected["by_num_gpu"]]
        for group, wanted in zip(groups, expected["by_num_gpu"], strict=True):
            assert group["n"] == wanted["n"]
            for key in ("mean", "sd", "median"):
                assert group[key] == near(wanted[key])
        assert finding.details["kruskal_p"] == near(expected["kruskal_p"])
        assert finding.value == near(expected["range_pct"])
        assert any("layers" in caveat for caveat in finding.caveats)
    dip = the(found, "factor effect", truth["F05"]["sources"][0], metric="decode_tps", factor="num_gpu")
    assert any("missing, failed" in caveat and "num_gpu=60" in caveat for caveat in dip.caveats)


def test_f07_quantisation_ranking(found, truth):
    expected = truth["F07"]["value"]
    finding = the(found, "quantisation ranking", truth["F07"]["sources"][0], metric="decode_tps")
    assert finding.details["ranking"] == expected["ranking"]
    assert finding.value == near(expected["speedup_q4_0_over_q8_0"])
    assert finding.details["best_over"]["q5_K_M"] == near(expected["speedup_q4_0_over_q5_K_M"])
    names = {"n": "n", "mean": "mean", "sd": "sd", "ci95_low": "ci95_low", "ci95_high": "ci95_high", "median": "median",
             "pooled": "pooled_tokens_s", "mean_ttft_s": "mean_ttft_s", "warm_mean_ttft_s": "warm_mean_ttft_s",
             "n_cold": "n_cold"}  # fmt: skip
    for group in finding.details["groups"]:
        for ours, theirs in names.items():
            assert group[ours] == near(expected[group["quant"]][theirs]), ours
    assert any("no effect of the quantisation" in caveat for caveat in finding.caveats)
    assert any("few tokens" in caveat for caveat in finding.caveats)


def test_f09_failures_stored_as_zeros(found, truth):
    expected = truth["F09"]["value"]
    finding = max(of_kind(found, "failures"), key=lambda f: f.n)
    details = finding.details
    assert (details["rows"], details["failed"], details["ok"]) == (expected["rows"], expected["failed"], expected["ok"])
    assert finding.value == near(expected["fail_pct"])
    assert details["zeros"] is True
    assert details["naive_mean"] == near(expected["naive_mean_tokens_s"])
    assert details["correct_mean"] == near(expected["correct_mean_tokens_s"])
    assert {text[:48]: n for text, n in details["error_classes"].items()} == expected["error_classes"]
    assert any("carry 0" in caveat for caveat in finding.caveats)
    assert any("7 of 7 files" in caveat for caveat in finding.caveats)


def test_f11_compile_backends_against_eager(found, truth):
    for path, (model, expected) in zip(truth["F11"]["sources"], truth["F11"]["value"].items(), strict=True):
        finding = the(found, "backend ranking", path, metric="wall_time")
        assert finding.details["baseline"] == "eager"
        assert finding.details["entity"]["model"] == model
        assert finding.details["speedup_over_baseline"] == {key: near(value) for key, value in expected.items()}
        assert {group["n"] for group in finding.details["groups"]} == {10}
        assert any("tool's own" in caveat for caveat in finding.caveats)


def test_f13_a_ratio_that_one_call_makes(found, truth):
    expected = truth["F13"]["value"]
    finding = the(found, "outlier ratio", truth["F13"]["sources"][0])
    details = finding.details
    assert details["speedup_mean"] == near(expected["speedup_mean"])
    assert finding.value == near(expected["speedup_min"])
    assert details["baseline_cv_pct"] == near(expected["baseline_cv_pct"])
    assert details["candidate_cv_pct"] == near(expected["fused_cv_pct"])
    assert details["baseline_max_over_min"] == near(expected["baseline_max_over_min"])
    assert "270 %" in finding.caveats[0]
    assert len(of_kind(found, "outlier mean", truth["F13"]["sources"][0])) == 2


def test_h01_duplicates(found, truth):
    finding = the(found, "duplicates")
    assert finding.details["groups"] == truth["H01"]["value"]["groups"]
    assert "doubles n" in finding.caveats[0]


def test_every_finding_is_complete_and_ordered(found):
    assert [f.rank for f in found] == sorted((f.rank for f in found), reverse=True)
    assert len({f.key for f in found}) == len(found)
    for finding in found:
        assert finding.sources, finding.statement
        assert finding.definition
        assert finding.statement.endswith(".")
        assert len(finding.statement) < 1200
        json.dumps(finding.details)


def test_recommendations_repeat_the_numbers_of_findings(found):
    keys = {f.key for f in found}
    for one in recommendations(found):
        assert one.findings
        assert set(one.findings) <= keys


def test_h07_markdown_that_the_data_refutes(truth):
    expected = truth["H07"]["value"]
    snapshot = asyncio.run(Workspace(REPOSITORY, scan=Scan()).refresh())
    finding = the(snapshot.findings(Run()), "refuted Markdown", truth["H07"]["sources"][0])
    assert finding.label == "derived"
    assert "other data" in finding.caveats[0]
    claims = {one["value"]: one for one in finding.details["claims"]}
    baseline, tuning = truth["H07"]["sources"][1:]

    def instead(claim, path, statistic):
        return next(x for x in claims[claim]["instead"] if x["path"] == path and x["statistic"] == statistic)

    mean, ttft = expected["claim_mean_throughput"], expected["claim_warm_ttft_s"]
    assert instead(mean, baseline, "mean")["value"] == near(expected["data_baseline_mean_tokens_s"])
    assert instead(ttft, baseline, "mean, warm")["value"] == near(expected["data_baseline_warm_ttft_mean_s"])
    assert instead(ttft, baseline, "mean")["value"] == near(expected["data_baseline_all_ttft_mean_s"])
    best = expected["claim_best_tokens_s"]
    assert instead(best, tuning, "value")["value"] == near(expected["data_that_config"]["tokens_s"])
    assert instead(0.128, tuning, "value")["value"] == near(expected["data_that_config"]["ttft_s"])
    highest = instead(best, tuning, "max")
    assert highest["value"] == near(expected["data_best_tokens_s"])
    row = next(
        row for number, row in enumerate(csv.DictReader((REPOSITORY / tuning).open())) if number == highest["record"]
    )
    assert row["config_name"] == expected["data_best_config"]
    lines = (REPOSITORY / finding.details["path"]).read_text("utf-8").split("\n")
    assert all(one["span"] in lines[one["line"] - 1] for one in finding.details["claims"])
