"""Findings over repositories laid out as public ones are: what decides something is told once, and compared at all."""

import asyncio
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chimera_tui.core.config.schema import Run, Scan
from chimera_tui.core.findings import Finding, findings, recommendations
from chimera_tui.core.findings.factors import factor_frame, kinds
from chimera_tui.core.findings.places import experiment_folder
from chimera_tui.core.findings.tables import tables
from chimera_tui.engine.repository.workspace import Workspace


def found_in(folder: Path) -> list[Finding]:
    return list(findings(asyncio.run(Workspace(folder, scan=Scan()).refresh()).frames, Run()))


def of_kind(found: list[Finding], kind: str, **details: Any) -> list[Finding]:
    return [f for f in found if f.kind == kind and all(f.details.get(key) == value for key, value in details.items())]


def write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))


def llama_bench(quant: str, flash: bool, depth: int, speed: float) -> dict[str, Any]:
    samples = [speed - 0.5, speed, speed + 0.5]
    return {
        "build_commit": "abc", "backends": "CUDA", "model_filename": f"models/m-{quant}.gguf",
        "model_type": f"llama 8B {quant.replace('_M', ' - Medium')}", "model_size": 5_000_000_000, "n_gpu_layers": 99,
        "flash_attn": flash, "n_prompt": 0, "n_gen": 128, "n_depth": depth, "avg_ts": speed, "stddev_ts": 0.5,
        "samples_ts": samples,
    }  # fmt: skip


@pytest.fixture
def llama(tmp_path: Path) -> Path:
    speeds = {"Q4_K_M": 100.0, "Q5_K_M": 90.0, "Q8_0": 60.0}
    runs = [
        llama_bench(quant, flash, depth, speed * (1.1 if flash else 1) * (1 - depth / 20_000))
        for quant, speed in speeds.items() for flash in (False, True) for depth in (0, 2048, 8192)
    ]  # fmt: skip
    write(tmp_path / "cuda.json", runs)
    return tmp_path


def test_the_spread_a_tool_recorded_beside_its_samples_counts(llama: Path) -> None:
    [best] = of_kind(found_in(llama), "best configuration")
    assert best.details["separable"] is True
    assert (best.value, best.spread, best.n) == (pytest.approx(110), 0.5, 3)


def test_what_holds_at_every_size_and_for_every_quantisation_is_told_once(llama: Path) -> None:
    found = found_in(llama)
    [best] = of_kind(found, "best configuration")
    assert "The same is best at context_depth=2048 (98.74 tok/s), 8192 (64.94 tok/s)." in best.statement
    assert "The same is best for llama 8B Q5_K - Medium (CUDA) (99.00 tok/s), " in best.statement
    assert len(of_kind(found, "context depth")) == 1


def test_quantisations_of_one_model_are_ranked_as_such_and_once(llama: Path) -> None:
    rankings = [f for f in found_in(llama) if f.kind.endswith(" ranking")]
    assert [f.kind for f in rankings] == ["quantisation ranking"]
    assert rankings[0].details["ranking"] == ["Q4_K", "Q5_K", "Q8_0"]
    assert rankings[0].details["about"] == "llama 8B (CUDA)"
    assert not any("not separable from anything" in caveat for caveat in rankings[0].caveats)


def serving(concurrency: int, tp: int, speed: float, failed: int = 0) -> dict[str, Any]:
    return {
        "backend": "vllm", "model_id": "m/a-8b", "tokenizer_id": "m/a-8b", "tensor_parallel_size": tp,
        "max_concurrency": concurrency, "num_prompts": 100, "completed": 100 - failed, "failed": failed,
        "output_throughput": speed, "mean_ttft_ms": 50.0 + concurrency, "mean_itl_ms": 9.0, "request_throughput": 2.0,
    }  # fmt: skip


def test_folders_that_name_a_configuration_are_one_experiment(tmp_path: Path) -> None:
    for tp in (1, 2):
        for concurrency in (1, 8, 64):
            speed = 100.0 * concurrency * (1.5 if tp == 2 else 1)
            write(tmp_path / f"results/a-8b/tp{tp}/conc{concurrency}.json", serving(concurrency, tp, speed))
    [best] = of_kind(found_in(tmp_path), "best configuration", metric="output_tps_system")
    assert best.details["best"]["factors"] == {"tp": 2}
    assert "concurrency=8 (1200 tok/s), 64 (9600 tok/s)" in best.statement


def test_requests_that_failed_within_a_run_are_told(tmp_path: Path) -> None:
    write(tmp_path / "a.json", serving(8, 1, 700.0))
    write(tmp_path / "b.json", serving(64, 1, 900.0, failed=4))
    [lost] = of_kind(found_in(tmp_path), "lost requests")
    assert lost.statement == "4 of 100 requests failed (4 %) in one run of 2, b.json (concurrency=64)."
    assert (lost.value, lost.sources[0].path) == (4.0, "b.json")


SUMMARY = """MLPerf Results Summary
Scenario : {scenario}
Samples per second: {speed}
Tokens per second: {tokens}
Result is : VALID
Additional Stats
Mean latency (ns)                : {latency}
Test Parameters Used
target_qps : {speed}
"""


def test_mlperf_systems_are_ranked_within_model_and_scenario_and_models_are_not(tmp_path: Path) -> None:
    for system, factor in (("SYS_A", 1), ("SYS_B", 2)):
        for model in ("m-70b-99", "x-8x7b"):
            for scenario in ("Offline", "Server"):
                values = {"speed": 10.5 * factor, "tokens": 2000.5 * factor, "latency": 10**9 // factor}
                text = SUMMARY.format(scenario=scenario, **values)
                rel = f"closed/S/results/{system}/{model}/{scenario}/performance/run_1/mlperf_log_summary.txt"
                write(tmp_path / rel, text)
    found = [f for f in found_in(tmp_path) if f.kind.endswith(" ranking")]
    assert {f.kind for f in found} == {"device ranking"}
    assert all(f.details["ranking"] == ["SYS_B", "SYS_A"] for f in found)
    told = " ".join(f.statement for f in found)
    assert "m-70b-99 (scenario=Offline)" in told or "scenario=Server" in told
    assert "target_qps" not in told


@pytest.mark.parametrize(
    ("folder", "experiment"),
    [
        ("results/tp2/run_1", "results"), ("out/llama-8b/tp4", "out"), ("sweep_a/new", "sweep_a/new"),
        ("closed/S/results/SYS/m-99/Server/performance/run_1", "closed/S/results"), ("", ""),
    ],
)  # fmt: skip
def test_where_an_experiment_begins(folder: str, experiment: str) -> None:
    assert experiment_folder(folder) == experiment


def test_a_text_that_only_says_a_number_in_words_is_no_second_option() -> None:
    columns = {name: [None, None] for name in ("model", "quant", "backend", "device", "dtype")}
    frame = pl.DataFrame(
        {
            "config_id": [0, 1],
            **columns,
            "num_thread": [4, 8],
            "config": ["4 threads", "8 threads"],
            "mode": ["a", "b"],
        },
        schema_overrides=dict.fromkeys(columns, pl.String),
    )
    found = kinds(factor_frame(frame))
    assert (found["num_thread"], found["config"], found["mode"]) == ("option", "environment", "option")


def test_a_speed_that_falls_from_the_first_load_on_has_no_knee(tmp_path: Path) -> None:
    for rate in (1, 2, 4, 8):
        data = {
            "backend": "vllm", "model_id": "m/a-8b", "request_rate": rate, "num_prompts": 100, "completed": 100,
            "decode_tps": 90.0 - rate, "mean_ttft_ms": 50.0 + rate,
        }  # fmt: skip
        write(tmp_path / f"{rate}.json", data)
    assert not [finding for finding in found_in(tmp_path) if finding.kind in ("knee", "pareto")]


def test_the_row_of_all_requests_together_is_not_counted_again(tmp_path: Path) -> None:
    (tmp_path / "load_stats.csv").write_text(
        "Type,Name,Request Count,Failure Count,Median Response Time,Requests/s,Failures/s,50%,99%\n"
        "POST,/a,100,5,20,10.0,0.5,20,40\nPOST,/b,300,0,25,30.0,0.0,25,50\n,Aggregated,400,5,24,40.0,0.5,24,50\n"
    )
    [lost] = of_kind(found_in(tmp_path), "lost requests")
    assert lost.statement.startswith("5 of 100 requests failed (5 %) in one run of 2")


def test_times_are_compared_at_one_batch_size_only(tmp_path: Path) -> None:
    rows = [
        {"model": "a", "batch_size": batch, "provider": provider, "latency_ms": 10.0 * batch * slower}
        for batch in (1, 8)
        for provider, slower in (("x", 1), ("y", 1.5))
    ]
    write(tmp_path / "cpu.json", rows)
    [best] = of_kind(found_in(tmp_path), "best configuration")
    assert best.details["best"]["factors"] == {"provider": "x"}
    assert "The same is best at batch=8 (80.00 ms)" in best.statement


def test_what_is_better_when_lower_and_no_time_is_told_against_the_lowest(tmp_path: Path) -> None:
    sizes = {"Q4_K_M": 11.52, "Q8_0": 10.93, "F16": 10.91}
    write(tmp_path / "ppl.json", [{"model": "a-1b", "quant": quant, "ppl": ppl} for quant, ppl in sizes.items()])
    [ranking] = of_kind(found_in(tmp_path), "quantisation ranking")
    assert "against the lowest, F16: Q8_0 1.00×, Q4_K_M 1.06×" in ranking.statement


def test_the_name_of_an_experiment_is_no_other_work(tmp_path: Path) -> None:
    rows = [
        {"model": "a", "backend": backend, "experiment_name": f"{backend}_{level}", level: value, "latency_ms": time}
        for backend, level, value, time in (
            ("onnx", "optimize", "O1", 4.0), ("onnx", "optimize", "O2", 3.0),
            ("torch", "compile", "yes", 9.0), ("torch", "compile", "no", 8.0),
        )
    ]  # fmt: skip
    write(tmp_path / "report.json", rows)
    [ranking] = of_kind(found_in(tmp_path), "backend ranking")
    assert ranking.details["ranking"] == ["onnx", "torch"]
    assert any("other factors change with it" in caveat for caveat in ranking.caveats)


def test_all_loads_and_sizes_of_a_sweep_are_looked_at(tmp_path: Path) -> None:
    loads = [2**k for k in range(16)]
    for tp in (1, 2):
        for concurrency in loads:
            write(tmp_path / f"tp{tp}/conc{concurrency}.json", serving(concurrency, tp, 100.0 * concurrency * tp))
    [best] = of_kind(found_in(tmp_path), "best configuration", metric="output_tps_system")
    assert 1 + len(best.details["also"]) == len(loads)


def test_only_what_changes_the_answers_costs_quality(tmp_path: Path) -> None:
    speeds = {"CUDA": 90.0, "Vulkan": 70.0}
    for backend, speed in speeds.items():
        rows = [{"model": "a-1b", "backend": backend, "decode_tps": speed + k / 10, "run": k} for k in range(4)]
        write(tmp_path / f"{backend}.json", rows)
    [advice] = recommendations(found_in(tmp_path))
    assert advice.text == "For decode throughput prefer CUDA to Vulkan (a-1b: 1.29× the last)."


def test_a_table_does_not_state_an_n_that_the_file_does_not(tmp_path: Path) -> None:
    speeds = {"x": 9.0, "y": 8.0}
    write(
        tmp_path / "own.json", [{"model": "a", "provider": p, "mean_decode_tps": speed} for p, speed in speeds.items()]
    )
    frames = asyncio.run(Workspace(tmp_path, scan=Scan()).refresh()).frames
    found = findings(frames, Run())
    [best] = of_kind(list(found), "best configuration")
    assert "(n not stated)" in best.statement
    [table] = [table for table in tables(frames, found) if table.id == "best-configurations"]
    assert table.rows[0][table.header.index("n")] == "not stated"
    assert "| :-- | :-- | :-- | --: | --: | --: | --: | :-- |" in table.markdown()
