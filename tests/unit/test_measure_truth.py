"""The worked answers for the real repository, computed from the cells by plain filters."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import pytest
from msgspec.structs import asdict

from chimera_tui.core.frames import STATUSES
from chimera_tui.core.measure import Limits, measure_file

DATA = Path(__file__).parents[2].parent / "shared" / "data"
REPO = DATA / "benchmark-repo"
KINDS = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown"}

pytestmark = pytest.mark.skipif(not REPO.is_dir(), reason="the shared benchmark repository is not here")


def rows(rel: str) -> list[dict[str, Any]]:
    """The cells of a file, wide."""
    result = measure_file(REPO / rel, rel, KINDS[Path(rel).suffix], Limits())
    found = []
    for i, value in enumerate(result.value):
        of = result.of[i]
        series, config = result.series_table[result.series[i]], result.config_table[result.config[of]]
        found.append(
            {
                **asdict(series),
                **asdict(config),
                **json.loads(config.extra or "{}"),
                "value": value,
                "n": result.n[i],
                "record": result.record[of],
                "status": STATUSES[result.status_code[of]],
                "error": None if result.error[of] is None else result.error_table[result.error[of]],
                "path": result.records.get(result.record[of]),
            }
        )
    return found


def values(found: list[dict[str, Any]], **wanted: Any) -> list[float]:
    return [row["value"] for row in found if all(row.get(key) == value for key, value in wanted.items())]


def by_record(found: list[dict[str, Any]], metric: str) -> dict[int, float]:
    return {row["record"]: row["value"] for row in found if row["metric"] == metric}


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return {fact["id"]: fact["value"] for fact in json.loads((DATA / "truth.json").read_text())["facts"]}


SWEEPS = {
    "gemma3:270m": "reports/gemma3/gemma3_270m_param_tuning.csv",
    "gemma3:1b-it-qat": "reports/gemma3/gemma3_1b-it-qat_param_tuning.csv",
    "gemma3:latest": "reports/gemma3/gemma3_param_tuning.csv",
    "llama3.1:8b-instruct-q4_0": "csv_data/ollama_param_tuning.csv",
}


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-4)


def test_f01_best_configuration(facts: dict[str, Any]) -> None:
    found = [r for r in rows(SWEEPS["gemma3:1b-it-qat"]) if r["metric"] == "decode_tps" and r["value"] > 0]
    best, worst = max(found, key=lambda r: r["value"]), min(found, key=lambda r: r["value"])
    fact = facts["F01"]
    assert best["config_name"] == fact["config"]
    assert (best["num_gpu"], best["num_ctx"], best["temperature"]) == (60, 1024, 0.4)
    assert close(best["value"], fact["tokens_s"])
    assert close(worst["value"], fact["worst_tokens_s"])
    assert len(found) == fact["n_configs"]


@pytest.mark.parametrize("model", SWEEPS)
def test_f03_cold_and_warm(facts: dict[str, Any], model: str) -> None:
    found = [r for r in rows(SWEEPS[model]) if r["status"] == "ok"]
    load, ttft = by_record(found, "load_time"), by_record(found, "ttft_server_derived")
    cold = [ttft[k] for k in load if load[k] >= 0.5]
    warm = [ttft[k] for k in load if load[k] < 0.5]
    fact = facts["F03"][model]
    assert (len(cold), len(warm)) == (fact["n_cold"], fact["n_warm"])
    assert close(median(cold), fact["cold_median_s"])
    assert close(median(warm), fact["warm_median_s"])


@pytest.mark.parametrize("model", SWEEPS)
def test_f05_num_gpu(facts: dict[str, Any], model: str) -> None:
    found = [r for r in rows(SWEEPS[model]) if r["status"] == "ok"]
    for group in facts["F05"][model]["by_num_gpu"]:
        speeds = values(found, metric="decode_tps", num_gpu=group["num_gpu"])
        assert len(speeds) == group["n"]
        assert close(mean(speeds), group["mean"])
        assert close(stdev(speeds), group["sd"])


def test_f07_quantisations(facts: dict[str, Any]) -> None:
    found = rows("csv_data/ollama_quant_bench.csv")
    for quant in facts["F07"]["ranking"]:
        fact = facts["F07"][quant]
        speeds = values(found, metric="decode_tps", quant=quant)
        assert len(speeds) == fact["n"]
        assert close(mean(speeds), fact["mean"])
        tokens, seconds = (
            values(found, metric="output_tokens", quant=quant),
            values(found, metric="decode_time", quant=quant),
        )
        assert close(sum(tokens) / sum(seconds), fact["pooled_tokens_s"])
        assert close(mean(values(found, metric="ttft_server_derived", quant=quant)), fact["mean_ttft_s"])


def test_f09_failures_stored_as_zero(facts: dict[str, Any]) -> None:
    files = sorted(p.relative_to(REPO).as_posix() for p in (REPO / "reports" / "ollama").glob("*/*_runs.csv"))
    found = [r for rel in files for r in rows(rel) if r["metric"] == "decode_tps"]
    failed = [r for r in found if r["status"] == "failed"]
    fact = facts["F09"]
    assert (len(found), len(failed)) == (fact["rows"], fact["failed"])
    assert {r["value"] for r in failed} == {0.0}
    assert close(mean(r["value"] for r in found), fact["naive_mean_tokens_s"])
    assert close(mean(r["value"] for r in found if r["status"] == "ok"), fact["correct_mean_tokens_s"])
    for text, count in fact["error_classes"].items():
        assert sum(1 for r in failed if r["error"].startswith(text)) == count
    assert {r["temperature"] for r in found} == {0.3}
    assert {r["top_p"] for r in found} == {0.9}


@pytest.mark.parametrize(
    ("model", "rel"),
    [
        ("conv", "reports/compilation/conv_bench_20251002-170837.json"),
        ("mlp", "reports/compilation/mlp_bench_20251002-165750.json"),
        ("transformer", "reports/compilation/transformer_bench_20251002-170914.json"),
    ],
)
def test_f11_backends(facts: dict[str, Any], model: str, rel: str) -> None:
    found = [r for r in rows(rel) if r["metric"] == "wall_time" and r["stat"] == "mean" and r["status"] == "ok"]
    assert {(r["model"], r["device"], r["unit"], r["n"]) for r in found} == {(model, "cpu", "s", 10)}
    eager = values(found, backend="eager")[0]
    for backend, speedup in facts["F11"][model].items():
        assert close(eager / values(found, backend=backend)[0], speedup)


def test_f11_failed_backend_is_marked() -> None:
    found = rows("reports/compilation/mlp_cuda_bench_20251002-171845.json")
    failed = [r for r in found if r["backend"] == "torch_compile"]
    assert failed
    assert {r["status"] for r in failed} == {"failed"}
    assert all("triton" in r["error"] for r in failed)


def test_f13_fused_kernel(facts: dict[str, Any]) -> None:
    found = rows("reports/kernel_optimization/kernel_benchmarks.json")

    def of(kernel: str, stat: str) -> float:
        return values(found, path=f"fusion.{kernel}", metric="wall_time", stat=stat)[0]

    fact = facts["F13"]
    assert close(of("baseline_linear_gelu", "mean") / of("fused_linear_gelu", "mean"), fact["speedup_mean"])
    assert close(of("baseline_linear_gelu", "min") / of("fused_linear_gelu", "min"), fact["speedup_min"])
    cv = 100 * of("baseline_linear_gelu", "std") / of("baseline_linear_gelu", "mean")
    assert close(cv, fact["baseline_cv_pct"])


def every_file() -> Iterator[str]:
    return (p.relative_to(REPO).as_posix() for p in sorted(REPO.rglob("*")) if p.is_file())


def test_every_file_has_an_ending_and_a_reason() -> None:
    results = {rel: measure_file(REPO / rel, rel, KINDS[Path(rel).suffix], Limits()) for rel in every_file()}
    assert len(results) == 101
    assert not [rel for rel, r in results.items() if r.status == "failed"]
    assert not [rel for rel, r in results.items() if r.status != "ok" and not r.reason]
    assert {r.status for rel, r in results.items() if rel.endswith(".md")} == {"no measurements"}
    assert "error message" in results["reports/ncu_summary.csv"].reason
    assert results["reports/ncu_summary.csv"].encoding == "csv utf-16-le"
    for rel, r in results.items():
        if not rel.endswith(".md") and rel != "reports/ncu_summary.csv":
            assert r.status == "ok", (rel, r.reason)
