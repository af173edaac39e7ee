"""Tools without a sample at hand, in the shape that their source writes: metrics, units, definitions kept apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from chimera_tui.core.measure import FileResult, Limits, measure_file


def run(tmp_path: Path, data: Any, rel: str) -> FileResult:
    path = tmp_path / rel
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    kinds = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "text", ".log": "text"}
    return measure_file(path, rel, kinds[path.suffix], Limits())


def table(result: FileResult) -> dict[tuple[str, str], float]:
    """(metric, stat) to value, of results with one observation."""
    found = {}
    for value, series in zip(result.value, result.series, strict=True):
        key = result.series_table[series]
        assert (key.metric, key.stat) not in found, key
        found[key.metric, key.stat] = value
    return found


def units(result: FileResult) -> dict[str, str]:
    return {key.metric: key.unit for key in result.series_table}


VLLM = {
    "date": "20250801-120000",
    "backend": "vllm",
    "model_id": "meta-llama/Llama-3.1-8B-Instruct",
    "tokenizer_id": "x",
    "num_prompts": 200,
    "request_rate": "inf",
    "burstiness": 1.0,
    "max_concurrency": 16,
    "duration": 20.5,
    "completed": 200,
    "total_input_tokens": 204800,
    "total_output_tokens": 25600,
    "request_throughput": 9.75,
    "output_throughput": 1248.5,
    "total_token_throughput": 11236.5,
    "mean_ttft_ms": 287.4,
    "median_ttft_ms": 250.0,
    "std_ttft_ms": 90.0,
    "p99_ttft_ms": 700.5,
    "mean_tpot_ms": 11.2,
    "median_tpot_ms": 11.0,
    "std_tpot_ms": 1.0,
    "p99_tpot_ms": 14.5,
    "mean_itl_ms": 11.3,
    "median_itl_ms": 10.5,
    "std_itl_ms": 4.0,
    "p99_itl_ms": 60.5,
}


def test_vllm_bench_serve(tmp_path: Path) -> None:
    result = run(tmp_path, VLLM, "vllm-infqps-concurrency16-Llama-3.1-8B-20250801.json")
    assert result.tool == "vllm bench serve"
    found = table(result)
    assert found["ttft", "mean"] == 0.2874
    assert found["tpot_excl_first", "p99"] == 0.0145
    assert found["itl_chunk_gap", "p99"] == 0.0605
    assert found["output_tps_system", "value"] == 1248.5
    assert found["total_tps_system", "value"] == 11236.5
    assert found["request_rate", "value"] == 9.75
    config = result.config_table[0]
    assert (config.model, config.backend, config.concurrency) == ("meta-llama/Llama-3.1-8B-Instruct", "vllm", 16)
    assert json.loads(config.extra or "")["request_rate"] == "inf"
    assert {n for n, s in zip(result.n, result.series, strict=True) if result.series_table[s].metric == "ttft"} == {200}


CONSOLE = """
============ Serving Benchmark Result ============
Successful requests:                     200
Benchmark duration (s):                  20.50
Total input tokens:                      204800
Total generated tokens:                  25600
Request throughput (req/s):              9.75
Output token throughput (tok/s):         1248.50
Total Token throughput (tok/s):          11236.50
---------------Time to First Token----------------
Mean TTFT (ms):                          287.40
Median TTFT (ms):                        250.00
P99 TTFT (ms):                           700.50
-----Time per Output Token (excl. 1st token)------
Mean TPOT (ms):                          11.20
==================================================
"""


def test_vllm_console_block(tmp_path: Path) -> None:
    result = run(tmp_path, "INFO starting\n" + CONSOLE + "INFO done\n", "serve.log")
    assert (result.status, result.tool, result.rows) == ("ok", "vllm bench serve", 1)
    found, written = table(result), table(run(tmp_path, VLLM, "v.json"))
    assert {key: written[key] for key in found} == found
    assert len(found) == 11


def test_two_console_blocks_are_two_observations(tmp_path: Path) -> None:
    assert set(run(tmp_path, CONSOLE * 2, "serve.txt").record) == {0, 1}


GENAI = {
    "request_throughput": {"unit": "requests/sec", "avg": 4.5},
    "request_latency": {"unit": "ms", "avg": 1500.0, "p99": 2500.0, "min": 900.0, "max": 2600.0, "std": 10.0},
    "time_to_first_token": {"unit": "ms", "avg": 20.5, "p99": 30.5, "min": 10.0, "max": 31.0, "std": 2.0},
    "inter_token_latency": {"unit": "ms", "avg": 10.5, "p99": 12.5, "min": 9.0, "max": 13.0, "std": 1.0},
    "output_token_throughput": {"unit": "tokens/sec", "avg": 450.5},
    "input_config": {"model": ["llama"], "concurrency": 4},
}


def test_genai_perf_json(tmp_path: Path) -> None:
    result = run(tmp_path, GENAI, "profile_export_genai_perf.json")
    assert result.tool == "genai-perf"
    found = table(result)
    assert (found["ttft", "mean"], found["itl_mean_per_request", "p99"]) == (0.0205, 0.0125)
    assert (found["request_rate", "value"], found["output_tps_system", "value"]) == (4.5, 450.5)
    definition = next(key.definition for key in result.series_table if key.metric == "ttft")
    assert "even if it is empty" in definition


def test_genai_perf_csv_of_stacked_tables(tmp_path: Path) -> None:
    text = (
        "Metric,avg,min,max,p99,p95,p90,p75,p50,p25\n"
        "Time To First Token (ms),20.50,10.00,31.00,30.50,30.00,29.00,25.00,20.00,15.00\n"
        'Request Latency (ms),"1,500.00",900.00,"2,600.00","2,500.00",1,1,1,1,1\n\n'
        "Metric,Value\nOutput Token Throughput (tokens/sec),450.50\nRequest Throughput (per sec),4.50\n"
    )
    result = run(tmp_path, text, "profile_export_genai_perf.csv")
    assert result.tool == "genai-perf"
    found = table(result)
    assert (found["ttft", "mean"], found["ttft", "p99"], found["e2e_latency", "max"]) == (0.0205, 0.0305, 2.6)
    assert (found["output_tps_system", "value"], found["request_rate", "value"]) == (450.5, 4.5)


def test_inference_benchmarker(tmp_path: Path) -> None:
    spread = {"p50": 20.0, "p60": 21.0, "p70": 22.0, "p80": 23.0, "p90": 24.0, "p95": 25.0, "p99": 26.0, "avg": 20.5}
    document = {
        "config": {"model_name": "llama", "rates": None},
        "results": [
            {
                "id": "constant@4.00req/s",
                "executor_type": "ConstantArrivalRate",
                "config": {"rate": 4.0, "max_vus": 8},
                "total_requests": 100,
                "total_tokens": 5000,
                "token_throughput_secs": 250.5,
                "duration_ms": 20000,
                "time_to_first_token_ms": spread,
                "inter_token_latency_ms": spread,
                "failed_requests": 0,
                "successful_requests": 100,
                "request_rate": 3.9,
                "e2e_latency_ms": spread,
            }
        ],
    }
    result = run(tmp_path, document, "results/x.json")
    assert result.tool == "inference-benchmarker"
    found = table(result)
    assert (found["ttft", "mean"], found["itl_mean_per_request", "p99"], found["e2e_latency", "p50"]) == (
        0.0205,
        0.026,
        0.02,
    )
    assert (found["output_tps_system", "value"], found["request_rate", "value"], found["duration", "value"]) == (
        250.5,
        3.9,
        20,
    )
    assert units(result)["output_tps_system"] == "tokens/s"


def test_ollama_api_dump(tmp_path: Path) -> None:
    answer = {
        "model": "gemma3:1b-it-q4_K_M",
        "created_at": "2025-10-08T16:29:11.044799Z",
        "response": "Hi",
        "done": True,
        "done_reason": "stop",
        "context": [1, 2, 3],
        "total_duration": 5_000_000_000,
        "load_duration": 2_000_000_000,
        "prompt_eval_count": 26,
        "prompt_eval_duration": 500_000_000,
        "eval_count": 100,
        "eval_duration": 2_500_000_000,
    }
    result = run(tmp_path, answer, "dump.json")
    assert result.tool == "ollama"
    assert table(result) == {
        ("e2e_latency", "value"): 5.0,
        ("load_time", "value"): 2.0,
        ("input_tokens", "value"): 26,
        ("prefill_time", "value"): 0.5,
        ("output_tokens", "value"): 100,
        ("decode_time", "value"): 2.5,
    }
    assert (result.config_table[0].model, result.config_table[0].quant) == ("gemma3:1b-it-q4_K_M", "q4_K_M")
    assert result.at[0] == 1759940951044799000


def test_optimum_benchmark_report(tmp_path: Path) -> None:
    def measured(unit: str, value: float) -> dict[str, Any]:
        return {
            "memory": {"unit": "MB", "max_ram": 1024.5, "max_global_vram": 2048.0},
            "latency": {
                "unit": "s",
                "count": 2,
                "total": 2 * value,
                "mean": value,
                "p50": value,
                "p90": value,
                "stdev": 0.001,
                "stdev_": 1.5,
                "values": [value, value],
            },
            "throughput": {"unit": unit, "value": 33.5},
        }

    document = {
        "load": {"latency": {"unit": "s", "count": 1, "total": 1, "mean": 1.0, "values": [1.0]}},
        "prefill": measured("samples/s", 0.05),
        "decode": measured("tokens/s", 1.5),
        "per_token": {"latency": {"unit": "s", "count": 2, "mean": 0.01, "p50": 0.01, "values": [0.01, 0.01]}},
    }
    result = run(tmp_path, document, "benchmark_report.json")
    assert result.tool == "optimum-benchmark"
    found = [
        (result.series_table[s].metric, result.series_table[s].stat, v)
        for s, v in zip(result.series, result.value, strict=True)
    ]
    assert ("ttft", "mean", 0.05) in found
    assert ("itl", "mean", 0.01) in found
    assert ("decode_tps", "value", 33.5) in found
    assert ("samples_per_s", "value", 33.5) in found
    assert ("memory_max_ram", "value", 1024.5e6) in found or ("memory_max_ram", "max", 1024.5e6) in found
    assert {n for n, s in zip(result.n, result.series, strict=True) if result.series_table[s].metric == "ttft"} == {2}


def test_loadgen_invalid_run_is_failed(tmp_path: Path) -> None:
    bar = "=" * 48
    text = (
        f"{bar}\nMLPerf Results Summary\n{bar}\nSUT name : PySUT\nScenario : Server\nMode     : PerformanceOnly\n"
        "Completed samples per second    : 1.65\nCompleted tokens per second: 113.73\nResult is : INVALID\n"
        f"{bar}\nAdditional Stats\n{bar}\n"
        "Mean First Token latency (ns)    : 1500000\n99.90 percentile first token latency (ns)   : 2500000\n"
        "Mean Time to Output Token (ns)    : 10500000\n"
        f"{bar}\nTest Parameters Used\n{bar}\ntarget_qps : 1.65\nmin_duration (ms): 600000\n"
    )
    result = run(tmp_path, text, "mlperf_log_summary.txt")
    assert set(result.status_code) == {1}
    found = table(result)
    assert (found["ttft", "mean"], found["ttft", "p99.9"], found["tpot_excl_first", "mean"]) == (0.0015, 0.0025, 0.0105)
    assert (found["output_tps_system", "value"], found["request_rate", "value"]) == (113.73, 1.65)
    assert json.loads(result.config_table[0].extra or "")["target_qps"] == 1.65
    assert len(found) == 5


def test_sglang_one_batch(tmp_path: Path) -> None:
    line = {
        "run_name": "before",
        "batch_size": 1,
        "input_len": 1024,
        "output_len": 16,
        "latency": 0.5,
        "output_throughput": 40.5,
        "overall_throughput": 2080.5,
        "last_gen_throughput": 41.5,
    }
    result = run(tmp_path, json.dumps(line) + "\n", "result.jsonl")
    assert result.tool == "sglang bench_one_batch"
    found = table(result)
    assert (found["e2e_latency", "value"], found["output_tps_system", "value"], found["total_tps_system", "value"]) == (
        0.5,
        40.5,
        2080.5,
    )
    assert (result.config_table[0].batch, result.config_table[0].input_tokens) == (1, 1024)


def test_google_benchmark_aggregates_are_not_mixed(tmp_path: Path) -> None:
    runs = [
        {
            "name": "BM_x/8",
            "run_type": "iteration",
            "iterations": 100,
            "real_time": 42.0,
            "cpu_time": 24.0,
            "time_unit": "ms",
        },
        {
            "name": "BM_x/8_mean",
            "run_type": "aggregate",
            "aggregate_name": "mean",
            "iterations": 3,
            "real_time": 43.0,
            "cpu_time": 25.0,
            "time_unit": "ms",
        },
        {
            "name": "BM_x/8_cv",
            "run_type": "aggregate",
            "aggregate_name": "cv",
            "aggregate_unit": "percentage",
            "iterations": 3,
            "real_time": 0.05,
            "cpu_time": 0.04,
            "time_unit": "ms",
        },
    ]
    result = run(tmp_path, {"context": {"num_cpus": 4}, "benchmarks": runs}, "gb.json")
    found = [
        (result.series_table[s].stat, result.series_table[s].unit, v)
        for s, v in zip(result.series, result.value, strict=True)
        if result.series_table[s].field == "real_time"
    ]
    assert found == [("value", "s", 0.042), ("mean", "s", 0.043), ("cv", "ratio", 0.05)]


def test_criterion_estimates_and_change(tmp_path: Path) -> None:
    estimate = {
        "point_estimate": 1500.0,
        "standard_error": 2.0,
        "confidence_interval": {"confidence_level": 0.95, "lower_bound": 1490.0, "upper_bound": 1510.0},
    }
    document = {"mean": estimate, "median": estimate, "std_dev": estimate}
    result = run(tmp_path, document, "target/criterion/fib/20/new/estimates.json")
    assert result.tool == "criterion"
    assert table(result)["wall_time", "mean"] == pytest.approx(1.5e-6)
    assert "wall_time" not in units(run(tmp_path, document, "target/criterion/fib/20/change/estimates.json"))


def test_asv_columns_and_parameters(tmp_path: Path) -> None:
    document = {
        "commit_hash": "abc",
        "env_name": "py3",
        "date": 1512411715000,
        "params": {"machine": "m"},
        "result_columns": ["result", "params", "version"],
        "version": 2,
        "results": {"time_x": [[0.5, 0.25, None], [["1", "2", "3"]], "v"], "bench.peakmem_y": [[1024], [], "v"]},
    }
    result = run(tmp_path, document, "results/m/abc-py3.json")
    assert result.value == [0.5, 0.25, 1, 1024]  # one was null: a failure
    assert [result.series_table[s].metric for s in result.series] == [
        "wall_time", "wall_time", "failure", "memory_peak",
    ]  # fmt: skip
    assert json.loads(result.config_table[1].extra or "")["param1"] == "2"
    assert result.records[0] == "results.time_x.result[0]"


@pytest.mark.parametrize("key", ["acc,none", "acc"])
def test_lm_eval_versions(tmp_path: Path, key: str) -> None:
    document = {
        "results": {"arc_easy": {"alias": "arc_easy", key: 0.5, key.replace("acc", "acc_stderr"): "N/A"}},
        "versions": {"arc_easy": 1},
        "n-shot": {"arc_easy": 0},
        "n-samples": {"arc_easy": {"original": 9, "effective": 8}},
        "config": {"model": "hf", "model_args": "pretrained=EleutherAI/pythia-70m,dtype=float32"},
        "configs": {},
    }
    result = run(tmp_path, document, "results_2024.json")
    assert (result.tool, table(result), result.n) == ("lm-eval", {("score", "value"): 0.5}, [8])
    assert result.config_table[0].model == "EleutherAI/pythia-70m"


def test_a_run_where_every_request_failed(tmp_path: Path) -> None:
    result = run(tmp_path, {**VLLM, "completed": 0, "failed": 200, "mean_ttft_ms": 0.0}, "v.json")
    assert (set(result.status_code), result.error_table) == ({1}, ["no request completed"])


@pytest.mark.parametrize(
    "document",
    [
        {
            "system": "x", "machine": "m", "cluster_size": 1, "load_time": 2, "data_size": 9,
            "result": [[1.5, 0.5, 0.4], [None, None, 0.7]],
        },
        {
            "results": {"time_a": 0.5, "time_b": None, "time_c": {"result": [1.0, None], "params": [["1", "2"]]}},
            "params": {}, "python": "3", "commit_hash": "1", "env_name": "e", "version": 1,
        },
    ],
    ids=["clickbench", "asv"],
)  # fmt: skip
def test_null_in_the_place_of_a_time_is_a_failure(tmp_path: Path, document: dict[str, Any]) -> None:
    result = run(tmp_path, document, "results/20250101/m.json")
    failed = [i for i, status in enumerate(result.of_cells(result.status_code)) if status == 1]
    assert len(failed) == 2
    assert {result.series_table[result.series[i]].metric for i in failed} == {"failure"}
    assert {result.error_table[result.error[result.of[i]]] for i in failed} == {"null instead of a value"}


def test_row_numbers_without_a_name_are_no_measurement(tmp_path: Path) -> None:
    result = run(tmp_path, ",tokens_s\n0,10.5\n1,11.5\n", "frame.csv")
    assert {key.field for key in result.series_table} == {"tokens_s"}
    assert result.value == [10.5, 11.5]


def test_vllm_bench_latency_and_throughput(tmp_path: Path) -> None:
    latency = {"avg_latency": 5.06, "latencies": [5.05, 5.07], "percentiles": {"10": 5.05, "50": 5.06, "99": 5.07}}
    result = run(tmp_path, latency, "latency.json")
    assert result.tool == "vllm bench latency"
    assert table(result)["e2e_latency", "p50"] == 5.06
    assert table(result)["e2e_latency", "mean"] == 5.06
    throughput = {
        "elapsed_time": 12.5, "num_requests": 1000, "total_num_tokens": 413999, "requests_per_second": 80.0,
        "tokens_per_second": 33119.92,
    }  # fmt: skip
    result = run(tmp_path, throughput, "throughput.json")
    assert result.tool == "vllm bench throughput"
    assert table(result)["total_tps_system", "value"] == 33119.92
    assert units(result)["total_tps_system"] == "tokens/s"


def test_a_dumped_ollama_stream_is_known_by_its_last_line(tmp_path: Path) -> None:
    last = {"done": True, "total_duration": 6_000_000_000, "load_duration": 2_000_000_000, "eval_count": 51}
    lines = [{"model": "m", "message": {"content": "Hi"}, "done": False}, last | {"eval_duration": 2_500_000_000}]
    result = run(tmp_path, "\n".join(map(json.dumps, lines)), "stream.jsonl")
    assert result.tool == "ollama"
    assert table(result)["load_time", "value"] == 2.0
    assert table(result)["decode_time", "value"] == 2.5


def test_ollama_verbose_and_llama_cpp_timings(tmp_path: Path) -> None:
    block = (
        "total duration:       1m2.5s\nload duration:        1.5ms\nprompt eval count:    26 token(s)\n"
        "prompt eval duration: 342.5ms\nprompt eval rate:     75.90 tokens/s\neval count:           282 token(s)\n"
        "eval duration:        4.5s\neval rate:            62.66 tokens/s\n"
    )
    found = table(run(tmp_path, f">>> why\n\n{block}", "verbose.txt"))
    assert (found["e2e_latency", "value"], found["load_time", "value"]) == (62.5, 0.0015)
    assert (found["decode_tps", "value"], found["output_tokens", "value"]) == (62.66, 282)
    two = run(tmp_path, block + block, "two.log")
    assert sorted(set(two.record)) == [0, 1]
    log = (
        "llama_perf_context_print:        load time =    1042.66 ms\n"
        "llama_perf_context_print: prompt eval time =     105.33 ms /    17 tokens "
        "(    6.20 ms per token,   161.40 tokens per second)\n"
        "llama_perf_context_print:        eval time =    2103.11 ms /   127 runs   "
        "(   16.56 ms per token,    60.39 tokens per second)\n"
    )
    result = run(tmp_path, log, "run.log")
    assert result.tool == "llama.cpp"
    assert table(result)["prefill_tps", "value"] == 161.4
    assert table(result)["decode_time", "value"] == pytest.approx(2.10311)


def test_percentiles_with_their_unit_in_the_name_of_the_object(tmp_path: Path) -> None:
    document = {"model": "m", "ttft_percentiles_ms": {"p50": 12.5, "p99": 40.0}, "tokens_per_second": 9.5}
    assert table(run(tmp_path, document, "r.json"))["ttft", "p99"] == 0.04
