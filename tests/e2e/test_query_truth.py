"""The worked answers for the real repository, each from one ``chimera-tui query`` as a person types it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"
REPO = DATA / "benchmark-repo"
pytestmark = pytest.mark.skipif(not REPO.is_dir(), reason="the shared benchmark repository is not here")

Rows = list[dict[str, Any]]
SWEEPS = "path LIKE '%param_tuning.csv' AND dup_of IS NULL AND status = 'ok'"
NAMES = {"gemma3": "gemma3:latest"}
"""A sweep whose file says no tag is the default one."""


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return {fact["id"]: fact["value"] for fact in json.loads((DATA / "truth.json").read_text())["facts"]}


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rows]:
    home = tmp_path_factory.mktemp("home")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CHIMERA_", "OLLAMA_"))}
    homes = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}

    def ask(sql: str) -> Rows:
        command = [sys.executable, "-m", "chimera_tui", "query", str(REPO), sql, "--json"]
        done = subprocess.run(
            command, env=clean | homes | {"HOME": str(home)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-4)


def test_f01_best_configuration(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "SELECT config_name, num_gpu, num_ctx, temperature, value, COUNT(*) OVER () AS n_configs, "
        "100 * (MAX(value) OVER () / MIN(value) OVER () - 1) AS spread_pct FROM measurements "
        f"WHERE model = 'gemma3:1b-it-qat' AND metric = 'decode_tps' AND {SWEEPS} ORDER BY value DESC"
    )
    fact, best, worst = facts["F01"], rows[0], rows[-1]
    assert {name: best[name] for name in ("num_gpu", "num_ctx", "temperature", "n_configs")} == {
        name: fact[name] for name in ("num_gpu", "num_ctx", "temperature", "n_configs")
    }
    assert (best["config_name"], worst["config_name"]) == (fact["config"], fact["worst_config"])
    assert best["value"] == close(fact["tokens_s"])
    assert worst["value"] == close(fact["worst_tokens_s"])
    assert best["spread_pct"] == close(fact["spread_pct"])
    assert len({row["config_name"] for row in rows}) == len(rows)  # n = 1 per configuration


def test_f03_cold_and_warm(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "SELECT COALESCE(model, 'llama3.1:8b-instruct-q4_0') AS model, cold, COUNT(*) AS n, MEDIAN(value) AS median_s, "
        f"SUM(value) AS sum_s FROM measurements WHERE metric = 'ttft_server_derived' AND {SWEEPS} GROUP BY model, cold"
    )
    found = {(NAMES.get(row["model"], row["model"]), row["cold"]): row for row in rows}
    assert {model for model, _ in found} == set(facts["F03"])
    for model, fact in facts["F03"].items():
        cold, warm = found[model, True], found[model, False]
        assert (cold["n"], warm["n"]) == (fact["n_cold"], fact["n_warm"])
        assert cold["median_s"] == close(fact["cold_median_s"])
        assert warm["median_s"] == close(fact["warm_median_s"])
        assert cold["median_s"] / warm["median_s"] == close(fact["ratio"])
        assert (cold["sum_s"] + warm["sum_s"]) / (cold["n"] + warm["n"]) == close(fact["mean_all_s"])


def test_f05_effect_of_num_gpu(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "SELECT COALESCE(model, 'llama3.1:8b-instruct-q4_0') AS model, num_gpu, COUNT(*) AS n, AVG(value) AS mean, "
        "STDDEV(value) AS sd, MEDIAN(value) AS median FROM measurements "
        f"WHERE metric = 'decode_tps' AND value > 0 AND {SWEEPS} GROUP BY model, num_gpu ORDER BY num_gpu"
    )
    for model, fact in facts["F05"].items():
        groups = [row for row in rows if NAMES.get(row["model"], row["model"]) == model]
        assert [(row["num_gpu"], row["n"]) for row in groups] == [(g["num_gpu"], g["n"]) for g in fact["by_num_gpu"]]
        for row, expected in zip(groups, fact["by_num_gpu"], strict=True):
            assert [row[name] for name in ("mean", "sd", "median")] == close_all(expected, "mean", "sd", "median")
        means = [row["mean"] for row in groups]
        assert 100 * (max(means) / min(means) - 1) == close(fact["range_pct"])


def close_all(expected: dict[str, float], *names: str) -> Any:
    return pytest.approx([expected[name] for name in names], rel=1e-4)


def test_f07_quantisations(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "SELECT quant, COUNT(CASE WHEN metric = 'decode_tps' THEN 1 END) AS n, "
        "AVG(CASE WHEN metric = 'decode_tps' THEN value END) AS mean, "
        "STDDEV(CASE WHEN metric = 'decode_tps' THEN value END) AS sd, "
        "MEDIAN(CASE WHEN metric = 'decode_tps' THEN value END) AS median, "
        "SUM(CASE WHEN metric = 'output_tokens' THEN value END) / SUM(CASE WHEN metric = 'decode_time' THEN value END) "
        "AS pooled_tokens_s, "
        "AVG(CASE WHEN metric = 'ttft_server_derived' THEN value END) AS mean_ttft_s, "
        "AVG(CASE WHEN metric = 'ttft_server_derived' AND NOT cold THEN value END) AS warm_mean_ttft_s, "
        "COUNT(CASE WHEN metric = 'ttft_server_derived' AND cold THEN 1 END) AS n_cold "
        "FROM measurements WHERE path LIKE '%ollama_quant_bench.csv' AND dup_of IS NULL "
        "GROUP BY quant ORDER BY mean DESC"
    )
    fact = facts["F07"]
    assert [row["quant"] for row in rows] == fact["ranking"]
    for row in rows:
        expected = fact[row["quant"]]
        assert (row["n"], row["n_cold"]) == (expected["n"], expected["n_cold"])
        names = ("mean", "sd", "median", "pooled_tokens_s", "mean_ttft_s", "warm_mean_ttft_s")
        assert [row[name] for name in names] == close_all(expected, *names)
    by_quant = {row["quant"]: row["mean"] for row in rows}
    assert by_quant["q4_0"] / by_quant["q8_0"] == close(fact["speedup_q4_0_over_q8_0"])
    assert by_quant["q4_0"] / by_quant["q5_K_M"] == close(fact["speedup_q4_0_over_q5_K_M"])


def test_f09_failures_recorded_as_zeros(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "SELECT status, error, COUNT(*) AS n, MIN(value) AS low, MAX(value) AS high, AVG(value) AS mean "
        "FROM measurements WHERE metric = 'decode_tps' AND path LIKE 'reports/ollama/%_runs.csv' GROUP BY status, error"
    )
    fact = facts["F09"]
    failed = [row for row in rows if row["status"] == "failed"]
    (good,) = [row for row in rows if row["status"] == "ok"]
    total = sum(row["n"] for row in rows)
    assert (total, sum(row["n"] for row in failed), good["n"]) == (fact["rows"], fact["failed"], fact["ok"])
    assert {(row["low"], row["high"]) for row in failed} == {(0.0, 0.0)}
    assert good["mean"] == close(fact["correct_mean_tokens_s"])
    assert sum(row["n"] * row["mean"] for row in rows) / total == close(fact["naive_mean_tokens_s"])
    for text, count in fact["error_classes"].items():
        assert [row["n"] for row in failed if row["error"].startswith(text)] == [count]


def test_f11_compile_backends(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "WITH cpu AS (SELECT model, backend, value FROM measurements WHERE metric = 'wall_time' AND stat = 'mean' "
        "AND device = 'cpu' AND status = 'ok' AND path LIKE 'reports/compilation/%') "
        "SELECT cpu.model, cpu.backend, eager.value / cpu.value AS speedup FROM cpu "
        "JOIN (SELECT model, value FROM cpu WHERE backend = 'eager') eager ON cpu.model = eager.model"
    )
    expected = {(model, backend): close(x) for model, row in facts["F11"].items() for backend, x in row.items()}
    assert {(row["model"], row["backend"]): row["speedup"] for row in rows} == expected


def test_f13_mean_and_min_disagree(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query(
        "SELECT fusion, MAX(CASE WHEN stat = 'mean' THEN value END) AS mean, "
        "MAX(CASE WHEN stat = 'min' THEN value END) AS low, MAX(CASE WHEN stat = 'max' THEN value END) AS high, "
        "MAX(CASE WHEN stat = 'std' THEN value END) AS sd FROM measurements "
        "WHERE metric = 'wall_time' AND fusion IS NOT NULL GROUP BY fusion"
    )
    fact, by_kernel = facts["F13"], {row["fusion"]: row for row in rows}
    slow, fused = by_kernel["baseline_linear_gelu"], by_kernel["fused_linear_gelu"]
    assert slow["mean"] / fused["mean"] == close(fact["speedup_mean"])
    assert slow["low"] / fused["low"] == close(fact["speedup_min"])
    assert 100 * slow["sd"] / slow["mean"] == close(fact["baseline_cv_pct"])
    assert 100 * fused["sd"] / fused["mean"] == close(fact["fused_cv_pct"])
    assert slow["high"] / slow["low"] == close(fact["baseline_max_over_min"])


def test_h01_byte_identical_files(query: Callable[[str], Rows], facts: dict[str, Any]) -> None:
    rows = query("SELECT b.path AS first, a.path AS copy FROM files a JOIN files b ON a.dup_of = b.file_id")
    assert sorted([row["first"], row["copy"]] for row in rows) == sorted(facts["H01"]["groups"])
