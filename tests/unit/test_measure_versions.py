"""Other versions and output modes of the tools: each test is a small file of our own with the same shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_measure_wild import rows, run


def cells(result: Any) -> dict[tuple[str, str], tuple[float, str]]:
    """(metric, stat) to (value, unit) of a file with one observation, or one a metric."""
    found: dict[tuple[str, str], tuple[float, str]] = {}
    for _, one in rows(result):
        found |= one
    return found


def test_a_percentile_with_a_point_in_its_name(tmp_path: Path) -> None:
    document = {
        "backend": "vllm", "model_id": "tiny", "num_prompts": 8, "completed": 8, "request_throughput": 2.0,
        "output_throughput": 20.0, "total_token_throughput": 40.0, "mean_ttft_ms": 50.0, "p99.9_ttft_ms": 90.0,
        "mean_itl_ms": 5.0, "max_num_seqs": 16, "spec_decode_acceptance_rate": 72.5,
    }  # fmt: skip
    [(factors, found)] = rows(run(tmp_path, document, "run=0.json"))
    assert found["ttft", "p99.9"] == (0.09, "s")
    assert found["spec_acceptance_rate", "value"] == (72.5, "%")
    assert factors["max_num_seqs"] == 16


def test_aiperf_names_with_abbreviations(tmp_path: Path) -> None:
    text = (
        "Metric,avg,min,max,p50\nE2E Output Token Throughput (tokens/sec/user),80.5,41.5,129.5,78.5\n"
        "Request Latency (ms),2000.00,1000.00,3000.00,1900.00\n\n"
        "Metric,Value\nTotal Token Throughput (tokens/sec),900.5\n"
    )
    found = cells(run(tmp_path, text, "profile_export_aiperf.csv"))
    assert found["output_tps_per_user", "mean"] == (80.5, "tokens/s")
    assert found["total_tps_system", "value"] == (900.5, "tokens/s")


def test_aiperf_model_in_a_list_and_statistics_over_runs(tmp_path: Path) -> None:
    latency = {"unit": "ms", "avg": 2000.0, "p50": 1900.0, "count": 40}
    document = {
        "request_throughput": {"unit": "requests/sec", "avg": 4.5}, "request_latency": latency,
        "request_count": {"unit": "requests", "avg": 40.0},
        "input_config": {"models": {"items": [{"name": "tiny-3b"}]}, "phases": [{"concurrency": 8, "duration": 30.0}]},
    }  # fmt: skip
    [(factors, found)] = rows(run(tmp_path, document, "profile_export_aiperf.json"))
    assert (factors["model"], factors["concurrency"]) == ("tiny-3b", 8)
    assert ("duration", "value") not in found

    rate = {
        "mean": 4.5,
        "avg": 4.5,
        "std": 0.0,
        "min": 4.0,
        "max": 5.0,
        "cv": 0.0,
        "ci_low": 4.25,
        "unit": "requests/sec",
    }
    count = {"mean": 40.0, "std": 0.0, "unit": "requests"}
    sweep = {
        "aggregation_type": "sweep", "metadata": {"sweep_parameters": [{"name": "concurrency", "values": [8, 16]}]},
        "per_combination_metrics": [
            {"parameters": {"concurrency": c}, "metrics": {"request_throughput": rate, "request_count": count}}
            for c in (8, 16)
        ],
    }  # fmt: skip
    result = run(tmp_path, sweep, "profile_export_aiperf_sweep.json")
    assert result.tool == "aiperf"
    assert [factors["concurrency"] for factors, _ in rows(result)] == [8, 16]
    assert result.error_table == []
    for _, found in rows(result):
        assert found["request_rate", "mean"] == (4.5, "requests/s")
        assert found["request_rate", "std"] == (0.0, "requests/s")
        assert found["request_rate", "ci_low"] == (4.25, "requests/s")


def test_the_unit_of_each_row_in_a_column(tmp_path: Path) -> None:
    text = (
        "name,iterations,real_time,cpu_time,time_unit,items_per_second\n"
        '"BM_a",1000,4.25,4.5,us,10.5\n"BM_b",10,42.5,42.25,ms,20.5\n"BM_c",9,8.5,8.25,ns,30.5\n'
    )
    found = {factors["benchmark"]: one for factors, one in rows(run(tmp_path, text, "gb.csv"))}
    assert {name: one["wall_time", "value"] for name, one in found.items()} == {
        "BM_a": (4.25e-6, "s"), "BM_b": (0.0425, "s"), "BM_c": (8.5e-9, "s"),
    }  # fmt: skip
    assert found["BM_a"]["items_per_s", "value"] == (10.5, "1/s")


def test_what_google_benchmark_says_of_the_machine_is_no_measurement(tmp_path: Path) -> None:
    document = {
        "context": {"num_cpus": 4, "load_avg": [3.5, 2.5], "caches": [{"type": "Data", "level": 1, "size": 65536}]},
        "benchmarks": [
            {"name": "BM_a", "run_type": "iteration", "real_time": 4.0, "cpu_time": 4.0, "time_unit": "us"},
            {"name": "BM_a_RMS", "run_type": "aggregate", "aggregate_name": "RMS", "rms": 0.25},
        ],
    }  # fmt: skip
    assert [set(found) for _, found in rows(run(tmp_path, document, "gb.json"))] == [
        {("wall_time", "value"), ("cpu_time", "value")}, {("complexity_rms", "value")},
    ]  # fmt: skip


def test_perf_analyzer_csv_is_in_microseconds(tmp_path: Path) -> None:
    text = "Concurrency,Inferences/Second,Client Send,Server Queue,Client Recv,p50 latency,p99 latency\n"
    text += "2,60.5,200,64,8,14000,21000\n"
    result = run(tmp_path, text, "perf.csv")
    assert result.tool == "perf_analyzer"
    [(factors, found)] = rows(result)
    assert factors["concurrency"] == 2
    assert found["request_rate", "value"] == (60.5, "requests/s")
    assert found["e2e_latency", "p99"] == (0.021, "s")
    assert found["server_queue_time", "mean"] == (6.4e-5, "s")


def test_cargo_criterion_lines(tmp_path: Path) -> None:
    estimate = {"estimate": 2.5, "lower_bound": 2.25, "upper_bound": 2.75, "unit": "us"}
    line = {
        "reason": "benchmark-complete", "id": "parse/large", "iteration_count": [10], "measured_values": [25.0],
        "unit": "us", "throughput": [{"per_iteration": 1024, "unit": "elements"}], "mean": estimate, "median": estimate,
        "change": {"mean": {"estimate": 0.25, "unit": "%"}, "change": "NoChange"},
    }  # fmt: skip
    text = json.dumps(line) + "\n" + json.dumps({"reason": "group-complete", "group_name": "parse"}) + "\n"
    result = run(tmp_path, text, "criterion.jsonl")
    assert result.tool == "criterion"
    [(factors, found)] = rows(result)
    assert factors["benchmark"] == "parse/large"
    assert found == {
        ("wall_time", "mean"): (2.5e-6, "s"), ("wall_time", "ci_low of mean"): (2.25e-6, "s"),
        ("wall_time", "ci_high of mean"): (2.75e-6, "s"), ("wall_time", "p50"): (2.5e-6, "s"),
        ("wall_time", "ci_low of p50"): (2.25e-6, "s"), ("wall_time", "ci_high of p50"): (2.75e-6, "s"),
        ("wall_time_change", "mean"): (0.25, "ratio"),
    }  # fmt: skip


def test_criterion_samples_are_of_one_iteration(tmp_path: Path) -> None:
    text = "group,function,sample_measured_value,unit,iteration_count\nG,f,5000,us,10\nG,f,10000,us,20\n"
    assert [found for _, found in rows(run(tmp_path, text, "raw.csv"))] == [{("wall_time", "value"): (0.0005, "s")}] * 2


@pytest.mark.parametrize("text", ["[[10.0, 20.0], [5.5, 6.5]]", "[1.5, 2.5, 3.5]"])
def test_numbers_without_any_name_are_no_measurement(tmp_path: Path, text: str) -> None:
    result = run(tmp_path, text, "sample.json")
    assert (result.status, result.value) == ("no measurements", [])
    assert "without a name" in result.reason


def test_clickbench_of_a_machine_in_a_list(tmp_path: Path) -> None:
    document = [{"machine": "laptop", "comment": "16 GB", "tags": ["laptop"], "result": [[0.5, 0.25, 0.25]]}]
    result = run(tmp_path, document, "laptop.json")
    assert result.tool == "clickbench"
    assert [(f["run"], found["wall_time", "value"]) for f, found in rows(result)] == [
        ("1", (0.5, "s")), ("2", (0.25, "s")), ("3", (0.25, "s")),
    ]  # fmt: skip


def test_lm_eval_counts_samples_and_knows_accuracies(tmp_path: Path) -> None:
    scores = {"alias": "t", "sample_len": 50, "strict_acc,none": 0.75, "strict_acc_stderr,none": 0.25}
    document = {"results": {"t": scores}, "configs": {}, "n-shot": {"t": 0}, "config": {"model": "x", "model_args": {}}}
    [(_, found)] = rows(run(tmp_path, document, "results.json"))
    assert found == {("score", "value"): (0.75, "fraction"), ("score", "stderr"): (0.25, "fraction")}


def test_db_benchmark_batch_is_when_it_began(tmp_path: Path) -> None:
    text = (
        "batch,timestamp,task,data,question,solution,run,time_sec,mem_gb,chk_time_sec\n"
        "1528261020,1528261021,groupby,G1,sum,dplyr,1,0.5,0.25,0.125\n"
    )
    [(factors, _)] = rows(run(tmp_path, text, "time.csv"))
    assert "batch" not in factors
    assert factors["batch_started"] == 1528261020


def test_guidellm_csv_with_its_groups(tmp_path: Path) -> None:
    columns = [
        ("Run Info", "Backend", "", '"{""model"": ""tiny-3b""}"'),
        ("Run Info", "Profile", "", '"{""kind"": ""concurrent"", ""streams"": [4]}"'),
        ("Timings", "Start Time", "", "2026-02-03 10:20:30"),
        ("Timings", "Duration", "Sec", "60.5"),
        ("Request Counts", "Successful", "", "8"),
        ("Request Counts", "Errored", "", "2"),
        ("Request Latency", "Successful Sec", "Mean", "2.5"),
        ("Server Throughput", "Successful Requests/Sec", "Mean", "0.5"),
        ("Server Throughput", "Successful Concurrency", "Mean", "3.5"),
        ("Token Metrics", "Successful Input Tokens", "Mean", "100"),
        ("Token Metrics", "Successful Total Tokens", "Mean", "150"),
        ("Token Throughput", "Successful Input Tokens/Sec", "Mean", "50.5"),
        ("Token Throughput", "Successful Output Tokens/Sec", "Median", "25.5"),
        ("Token Throughput", "Successful Total Tokens/Sec", "Mean", "75.5"),
        ("Token Throughput", "Successful Output Tokens/Sec", "Percentiles", '"[1.5, 2.5]"'),
        ("Scheduler Metrics", "Request Time Avg", "Sec", "2.75"),
    ]
    text = "\n".join(",".join(column[i] for column in columns) for i in range(4)) + "\n"
    result = run(tmp_path, text, "benchmarks.csv")
    assert result.tool == "guidellm"
    [(factors, found)] = rows(result)
    assert factors == {"model": "tiny-3b", "concurrency": 4, "strategy": "concurrent"}
    assert result.at[0] is not None
    assert found == {
        ("duration", "value"): (60.5, "s"), ("requests_ok", "value"): (8, "requests"),
        ("requests_failed", "value"): (2, "requests"), ("e2e_latency", "mean"): (2.5, "s"),
        ("request_rate", "mean"): (0.5, "requests/s"), ("concurrency", "mean"): (3.5, "requests"),
        ("input_tokens", "mean"): (100, "tokens"), ("total_tokens", "mean"): (150, "tokens"),
        ("input_tps", "mean"): (50.5, "tokens/s"), ("output_tps_system", "p50"): (25.5, "tokens/s"),
        ("total_tps_system", "mean"): (75.5, "tokens/s"), ("output_tps_system", "p0.1"): (1.5, "tokens/s"),
        ("output_tps_system", "p1"): (2.5, "tokens/s"),
    }  # fmt: skip


def test_inferencex_is_in_seconds_and_per_gpu(tmp_path: Path) -> None:
    document = {
        "hw": "gpu-x", "conc": 4, "framework": "vllm", "precision": "fp8", "isl": 1024, "osl": 512, "tp": 8, "ep": 1,
        "tput_per_gpu": 55.5, "output_tput_per_gpu": 27.5, "mean_ttft": 0.25, "p99.9_ttft": 0.75, "mean_intvty": 57.5,
    }  # fmt: skip
    result = run(tmp_path, document, "agg.json")
    assert result.tool == "inferencex"
    [(factors, found)] = rows(result)
    assert (factors["device"], factors["concurrency"], factors["quant"], factors["tp"]) == ("gpu-x", 4, "fp8", 8)
    assert found["ttft", "p99.9"] == (0.75, "s")
    assert found["total_tps_per_gpu", "value"] == (55.5, "tokens/s")
    assert found["decode_tps_per_user", "mean"] == (57.5, "tokens/s")


def test_hyperfine_markdown_is_a_table_of_a_tool(tmp_path: Path) -> None:
    text = (
        "| Command | Mean [ms] | Min [ms] | Max [ms] | Relative |\n|:---|---:|---:|---:|---:|\n"
        "| `sort a` | 250.5 ± 2.5 | 248.0 | 255.0 | 1.00 |\n| `sort b` | 501.0 ± 5.0 | 490.0 | 512.0 | 2.00 ± 0.05 |\n"
    )
    result = run(tmp_path, text, "README.md")
    assert result.tool == "hyperfine"
    assert [(factors["command"], found) for factors, found in rows(result)][1] == (
        "sort b",
        {
            ("wall_time", "mean"): (0.501, "s"), ("wall_time", "std"): (0.005, "s"), ("wall_time", "min"): (0.49, "s"),
            ("wall_time", "max"): (0.512, "s"), ("relative_time", "mean"): (2.0, "ratio"),
            ("relative_time", "std"): (0.05, "ratio"),
        },
    )  # fmt: skip


def test_one_metric_a_row_behind_what_it_is_of(tmp_path: Path) -> None:
    text = (
        "# exported by a tool\n# version: 1.0, first\nEndpoint,Type,Metric,Unit,avg,max,p99,Description\n"
        "host:1,gauge,running,requests,2.5,4.0,3.5,How many run.\n\n"
        "Endpoint,Type,Metric,Unit,total,rate,Description\nhost:1,counter,prompt_tokens,tokens,1000.0,16.5,All.\n\n"
        "Endpoint,Type,Metric,Unit,avg,p99_estimate,Description\nhost:1,histogram,request_latency,seconds,0.5,1.5,x\n\n"
        "Endpoint,Metric,Key,Value,Description\nhost:1,cache_info,block_size,16,x\n"
    )
    result = run(tmp_path, text, "server_metrics_export.csv")
    found = rows(result)
    assert [factors["Type"] for factors, _ in found] == ["gauge", "counter", "histogram"]
    assert found[0][1] == {
        ("running", "mean"): (2.5, "requests"), ("running", "max"): (4.0, "requests"),
        ("running", "p99"): (3.5, "requests"),
    }  # fmt: skip
    assert found[1][1]["prompt_tokens_total", "value"] == (1000.0, "tokens")
    assert found[2][1] == {("e2e_latency", "mean"): (0.5, "s"), ("e2e_latency", "p99"): (1.5, "s")}


@pytest.mark.parametrize(
    ("text", "n"), [("# a note, long\nmodel,ttft_s\nx,0.5\n", 1), ("# ttft_s,batch\n0.5,1\n0.75,2\n", 2)]
)
def test_comments_above_a_header(tmp_path: Path, text: str, n: int) -> None:
    result = run(tmp_path, text, "a.csv")
    assert [found["ttft", "value"][1] for _, found in rows(result)] == ["s"] * n


def test_a_blank_line_before_the_first_row_that_a_tool_prints(tmp_path: Path) -> None:
    header = "| model | size | params | backend | ngl | lm | test | t/s |\n" + "| --- " * 8 + "|\n"
    text = f"{header}\n| tiny 2B Q4_0 | 1.00 GiB | 2.00 B | CPU | 0 | mmap | tg128 | 1.25 ± 0.25 |\n\nbuild: abc (1)\n"
    [(factors, found)] = rows(run(tmp_path, text, "bench.txt"))
    assert factors["load_mode"] == "mmap"
    assert found["decode_tps", "mean"] == (1.25, "tokens/s")


def test_a_model_in_the_cache_of_hugging_face_and_servers_called_ctx(tmp_path: Path) -> None:
    document = {
        "backend": "openai", "model_id": "/models/models--acme--tiny-3b/snapshots/0123456789abcdef/", "num_prompts": 4,
        "request_throughput": 1.5, "output_throughput": 2.5, "total_token_throughput": 3.5,
    }  # fmt: skip
    [(factors, _)] = rows(run(tmp_path, document, "concurrency_4_gpus_16_ctx_8_gen_8.json"))
    assert (factors["model"], factors["concurrency"]) == ("acme/tiny-3b", 4)
    assert "num_ctx" not in factors


def test_lengths_that_inference_perf_measured_and_one_that_was_asked_for(tmp_path: Path) -> None:
    document = {
        "load_summary": {"count": 10, "requested_rate": 2.0, "achieved_rate": 1.5, "send_duration": 5.0},
        "successes": {
            "count": 8,
            "latency": {
                "request_latency": {"mean": 4.5, "p99": 9.0},
                "time_per_output_token": {"mean": 0.25, "p99": 0.5},
            },
            "throughput": {"input_tokens_per_sec": 20.0, "output_tokens_per_sec": 10.0, "requests_per_sec": 0.5},
            "prompt_len": {"mean": 40.5, "min": 30.0, "max": 50.0},
        },
        "failures": {"count": 2},
    }
    result = run(tmp_path, document, "stage_0_lifecycle_metrics.json")
    assert result.tool == "inference-perf"
    [(factors, found)] = rows(result)
    assert factors["request_rate"] == 2
    assert "input_tokens" not in factors
    assert found == {
        ("requests_total", "value"): (10.0, "requests"), ("requests_ok", "value"): (8.0, "requests"),
        ("requests_failed", "value"): (2.0, "requests"), ("offered_rate", "value"): (1.5, "requests/s"),
        ("send_duration", "value"): (5.0, "s"), ("request_rate", "value"): (0.5, "requests/s"),
        ("e2e_latency", "mean"): (4.5, "s"), ("e2e_latency", "p99"): (9.0, "s"),
        ("tpot_excl_first", "mean"): (0.25, "s"), ("tpot_excl_first", "p99"): (0.5, "s"),
        ("input_tps", "value"): (20.0, "tokens/s"), ("output_tps_system", "value"): (10.0, "tokens/s"),
        ("input_tokens", "mean"): (40.5, "tokens"), ("input_tokens", "min"): (30.0, "tokens"),
        ("input_tokens", "max"): (50.0, "tokens"),
    }  # fmt: skip


def test_optimum_benchmark_as_a_table_with_columns_of_units(tmp_path: Path) -> None:
    text = (
        "config.backend.model,config.scenario.input_shapes.batch_size,report.traceback,report.prefill.latency.unit,"
        "report.prefill.latency.mean,report.prefill.latency.values,report.prefill.throughput.unit,"
        "report.prefill.throughput.value\n"
        'acme/a,2,,s,0.25,"[0.2, 0.3]",tokens/s,400.0\nacme/b,2,Traceback: OutOfMemoryError,,,,,\n'
    )
    result = run(tmp_path, text, "perf.csv")
    assert result.tool == "optimum-benchmark"
    (factors, found), (failed, what) = rows(result)
    assert (factors["model"], factors["batch"]) == ("acme/a", 2)
    assert not [name for name in factors if name.endswith(("unit", "values"))]
    assert found == {("ttft", "mean"): (0.25, "s"), ("prefill_tps", "value"): (400.0, "tokens/s")}
    assert failed["model"] == "acme/b"
    assert [name for name, _ in what] == ["failure"]


def test_units_that_optimum_benchmark_states_decide_what_a_throughput_is_of(tmp_path: Path) -> None:
    document = {
        "prefill": {
            "latency": {"unit": "s", "count": 2, "mean": 0.25, "values": [0.2, 0.3]},
            "throughput": {"unit": "tokens/s", "value": 400.0},
        },
        "decode": {"latency": {"unit": "s", "count": 2, "mean": 0.5}, "throughput": {"unit": "tokens/s", "value": 8.0}},
    }
    [(_, found)] = rows(run(tmp_path, document, "benchmark_report.json"))
    assert found["prefill_tps", "value"] == (400.0, "tokens/s")
    assert found["decode_tps", "value"] == (8.0, "tokens/s")
    assert not [name for name, _ in found if name == "samples_per_s"]


SERVED = """\
Namespace(subparser='bench', dispatch=<function main at 0x7f>, seed=7, num_prompts=100, dataset_name='random', \
random_input_len=1024, random_output_len=128, port=8000, model='acme/tiny-3b', request_rate=inf, burstiness=1.0, \
max_concurrency=None, temperature=None)
Traffic request rate: inf
Maximum request concurrency: 8
============ Serving Benchmark Result ============
Successful requests:                     100
Total throughput (tok/s):                391.50
Mean TTFT (ms):                          500.00
---------------Speculative Decoding---------------
Acceptance rate (%):                     60.00
Acceptance length:                       2.50
Per-position acceptance (%):
  Position 0:                            80.00
New thing (ms):                          250.00
==================================================
"""


def test_a_served_block_is_of_what_was_asked_for_above_it(tmp_path: Path) -> None:
    [(factors, found)] = rows(run(tmp_path, SERVED, "serve.log"))
    assert (factors["model"], factors["concurrency"], factors["request_rate"]) == ("acme/tiny-3b", 8, "inf")
    assert (factors["input_tokens"], factors["output_tokens"], factors["num_prompts"]) == (1024, 128, 100)
    assert not {"seed", "port", "temperature"} & set(factors)
    assert found == {
        ("requests_ok", "value"): (100.0, "requests"), ("total_tps_system", "value"): (391.5, "tokens/s"),
        ("ttft", "mean"): (0.5, "s"), ("spec_acceptance_rate", "value"): (60.0, "%"),
        ("spec_acceptance_length", "value"): (2.5, "tokens"), ("acceptance_at_position_0", "value"): (80.0, "%"),
        ("new_thing", "value"): (0.25, "s"),
    }  # fmt: skip


BOXES = """\
                 NVIDIA {name} | LLM Metrics
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━━┓
┃                             {head} ┃      avg ┃    p99 ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━━┩
│           Time To First Token (ms) │ 1,250.00 │ 2,500.50 │
│    Output Token Throughput Per User │    20.50 │  10.50 │
│                  (tokens/sec/user) │          │        │
│  Output Token Throughput (per sec) │   256.50 │    N/A │
│              Request Count (count) │    26.00 │    N/A │
└────────────────────────────────────┴──────────┴────────┘
Request throughput (per sec): 4.50
"""


@pytest.mark.parametrize(
    ("name", "head", "tool"), [("AIPerf", "Metric", "aiperf"), ("GenAI-Perf", "Statistic", "genai-perf")]
)
def test_the_tables_that_aiperf_and_genai_perf_draw(tmp_path: Path, name: str, head: str, tool: str) -> None:
    result = run(tmp_path, "INFO begin\n" + BOXES.format(name=name, head=head) + "INFO │ end\n", "bench.log")
    assert result.tool == tool
    [(_, found)] = rows(result)
    assert found == {
        ("ttft", "mean"): (1.25, "s"), ("ttft", "p99"): (2.5005, "s"),
        ("decode_tps_per_user", "mean"): (20.5, "tokens/s"), ("decode_tps_per_user", "p99"): (10.5, "tokens/s"),
        ("output_tps_system", "value"): (256.5, "tokens/s"), ("requests_ok", "value"): (26.0, "requests"),
        ("request_rate", "value"): (4.5, "requests/s"),
    }  # fmt: skip


def test_keys_of_alike_objects_that_are_models(tmp_path: Path) -> None:
    document = {
        "qwen3:4b": {"tps": 20.5},
        "acme/crow:9b": {"tps": 10.5},
        "llama3.1": {"tps": 5.5},
        "nova": {"tps": 1.5},
    }
    assert [factors["model"] for factors, _ in rows(run(tmp_path, document, "a.json"))] == list(document)
    months = {"spring": {"tps": 20.5}, "qwen3:4b": {"tps": 10.5}, "autumn": {"tps": 5.5}}
    assert [factors.get("model") for factors, _ in rows(run(tmp_path, months, "b.json"))] == [None, "qwen3:4b", None]


def test_groups_in_alike_objects_have_one_name(tmp_path: Path) -> None:
    flat = {one: {task: {"tps": 2.5, "ok": True} for task in ("reason", "recall")} for one in ("first", "second")}
    beside = {one: {"load_s": 0.5, **tasks} for one, tasks in flat.items()}
    for document in (flat, beside):
        found = [factors for factors, _ in rows(run(tmp_path, document, "a.json")) if "key" in factors]
        assert [(factors["name"], factors["key"]) for factors in found] == [
            (one, task) for one in ("first", "second") for task in ("reason", "recall")
        ]


GUIDELLM_NEW = """\
OK OpenAIHTTPBackend backend validated with model acme/tiny-3b
Request Latency Statistics (Completed Requests)
|==============|=========|======|======|======|
| Benchmark    | Request Latency || TTFT       ||
| Strategy     | Sec             || ms         ||
|              | Mdn     | p95    | Mdn  | p95 |
|--------------|---------|--------|------|-----|
| concurrent@8 | 40.5    | 41.5   | 50.0 | 75.0 |
|==============|=========|========|======|======|

Server Throughput Statistics (All Requests)
|==============|=====|======|=======|======|=======|=======|
| Benchmark    | Requests               |||| Input Tokens ||
| Strategy     | Per Sec   || Concurrency || Per Sec      ||
|              | Mdn | Mean | Mdn   | Mean | Mdn   | Mean  |
|--------------|-----|------|-------|------|-------|-------|
| concurrent@8 | 0.5 | 0.25 | 8.0   | 7.5  | 2.25  | 2.5   |
|==============|=====|======|=======|======|=======|=======|
"""
GUIDELLM_OLD = """\
Backend OpenAIHTTPBackend validated with model acme/tiny-3b.
Benchmarks Stats:
==========================================================================
Metadata    | Request Stats         || Out Tok/sec| Req Latency (sec) || TTFT (ms)     ||
Benchmark   | Per Second| Concurrency|        mean|     mean| median| mean| median
------------|-----------|------------|------------|---------|-------|-----|-------
concurrent@8|       0.25|        7.50|        31.5|     0.75|  0.625| 50.0|   25.0
==========================================================================
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            GUIDELLM_NEW,
            {
                ("e2e_latency", "p50"): (40.5, "s"), ("e2e_latency", "p95"): (41.5, "s"), ("ttft", "p50"): (0.05, "s"),
                ("ttft", "p95"): (0.075, "s"), ("request_rate", "p50"): (0.5, "requests/s"),
                ("request_rate", "mean"): (0.25, "requests/s"), ("concurrency", "p50"): (8.0, "requests"),
                ("concurrency", "mean"): (7.5, "requests"), ("input_tps", "p50"): (2.25, "tokens/s"),
                ("input_tps", "mean"): (2.5, "tokens/s"),
            },
        ),
        (
            GUIDELLM_OLD,
            {
                ("request_rate", "value"): (0.25, "requests/s"), ("concurrency", "value"): (7.5, "requests"),
                ("output_tps_system", "mean"): (31.5, "tokens/s"), ("e2e_latency", "mean"): (0.75, "s"),
                ("e2e_latency", "p50"): (0.625, "s"), ("ttft", "mean"): (0.05, "s"), ("ttft", "p50"): (0.025, "s"),
            },
        ),
    ],
)  # fmt: skip
def test_the_tables_that_guidellm_prints(tmp_path: Path, text: str, expected: dict[tuple[str, str], object]) -> None:
    result = run(tmp_path, text, "bench.log")
    assert result.tool == "guidellm"
    [(factors, found)] = rows(result)
    assert (factors["model"], factors["concurrency"], factors["strategy"]) == ("acme/tiny-3b", 8, "concurrent")
    assert found == expected
