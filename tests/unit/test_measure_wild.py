"""Shapes that files of public repositories have: each test is a small file of our own with the same trap."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chimera_tui.core.measure import FileResult, Limits, measure_file
from chimera_tui.core.measure.console_lines import printed
from chimera_tui.core.scan.entry import KINDS

Row = tuple[dict[str, Any], dict[tuple[str, str], tuple[float, str]]]


def run(tmp_path: Path, data: Any, rel: str) -> FileResult:
    path = tmp_path / rel
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return measure_file(path, rel, KINDS[path.suffix], Limits())


def rows(result: FileResult) -> list[Row]:
    """Of each observation its factors, and (metric, stat) to (value, unit)."""
    found: dict[int, Row] = {}
    for value, series, of in zip(result.value, result.series, result.of, strict=True):
        key, config = result.series_table[series], result.config_table[result.config[of]]
        factors = {
            name: value
            for name, value in msgspec.structs.asdict(config).items()
            if name != "extra" and value is not None
        }
        _, cells = found.setdefault(of, ({**factors, **json.loads(config.extra or "{}")}, {}))
        assert (key.metric, key.stat) not in cells, key
        cells[key.metric, key.stat] = (round(value, 12), key.unit)
    return [found[of] for of in sorted(found)]


def test_llama_server_answer(tmp_path: Path) -> None:
    answer = {
        "content": "Blue light scatters.", "id_slot": 0, "model": "/models/tiny-q8_0.gguf", "tokens_predicted": 64,
        "generation_settings": {"temperature": 0.5, "min_keep": 0, "min_p": 0.1, "top_k": 40, "mirostat_tau": 5.0},
        "timings": {
            "prompt_n": 10, "prompt_ms": 50.0, "prompt_per_token_ms": 5.0, "prompt_per_second": 200.0,
            "predicted_n": 64, "predicted_ms": 1600.0, "predicted_per_token_ms": 25.0, "predicted_per_second": 40.0,
        },
    }  # fmt: skip
    result = run(tmp_path, answer, "answer.json")
    assert result.tool == "llama-server"
    [(factors, cells)] = rows(result)
    assert (factors["model"], factors["temperature"], factors["min_p"]) == ("tiny-q8_0.gguf", 0.5, 0.1)
    assert cells == {
        ("input_tokens", "value"): (10, "tokens"), ("prefill_time", "value"): (0.05, "s"),
        ("prefill_tps", "value"): (200, "tokens/s"), ("output_tokens", "value"): (64, "tokens"),
        ("decode_time", "value"): (1.6, "s"), ("decode_tps", "value"): (40, "tokens/s"),
    }  # fmt: skip


def test_llama_server_log_of_two_slots(tmp_path: Path) -> None:
    text = (
        "slot print_timing: id  0 | task 0 | \n"
        "prompt eval time =     500.00 ms /   100 tokens (    5.00 ms per token,   200.00 tokens per second)\n"
        "       eval time =    2000.00 ms /    50 tokens (   40.00 ms per token,    25.00 tokens per second)\n"
        "      total time =    2500.00 ms /   150 tokens\n"
    )
    result = run(tmp_path, text + text.replace("25.00 tokens", "26.00 tokens"), "server.log")
    assert result.tool == "llama.cpp"
    assert [cells["decode_tps", "value"] for _, cells in rows(result)] == [(25, "tokens/s"), (26, "tokens/s")]


def test_llama_bench_sql(tmp_path: Path) -> None:
    text = (
        "CREATE TABLE IF NOT EXISTS llama_bench (\n  model_type TEXT,\n  n_prompt INTEGER\n);\n\n"
        "INSERT INTO llama_bench (model_type, backends, n_prompt, n_gen, avg_ts, stddev_ts) "
        "VALUES ('it''s 1B Q4_0', 'CUDA', '0', '128', '99.5', '0.5');\n"
    )
    result = run(tmp_path, text, "bench.sql")
    assert result.tool == "llama-bench"
    [(factors, cells)] = rows(result)
    assert (factors["model"], factors["backend"], factors["output_tokens"]) == ("it's 1B Q4_0", "CUDA", 128)
    assert cells == {("decode_tps", "mean"): (99.5, "tokens/s"), ("decode_tps", "std"): (0.5, "tokens/s")}


def test_batched_and_sweep_bench_tables(tmp_path: Path) -> None:
    rule = "|----|----|----|----|----|----|----|----|----|----|\n"
    batched = (
        "main: loading\n| PP | TG | B | N_KV | T_PP s | S_PP t/s | T_TG s | S_TG t/s | T s | S t/s |\n" + rule
        + "| 512 | 128 | 4 | 2560 | 2.0 | 1024.0 | 4.0 | 128.0 | 6.0 | 426.67 |\n"
    )  # fmt: skip
    [(factors, cells)] = rows(run(tmp_path, batched, "batched.log"))
    assert (factors["input_tokens"], factors["output_tokens"], factors["concurrency"]) == (512, 128, 4)
    assert cells["decode_tps", "value"] == (128, "tokens/s")
    assert cells["e2e_latency", "value"] == (6, "s")
    sweep = (
        "| PP | TG | N_KV | T_PP s | S_PP t/s | T_TG s | S_TG t/s |\n|---|---|---|---|---|---|---|\n"
        "| 512 | 128 | 4096 | 2.0 | 256.0 | 4.0 | 32.0 |\n"
    )
    result = run(tmp_path, sweep, "sweep.log")
    assert result.tool == "llama-sweep-bench"
    assert rows(result)[0][0]["context_depth"] == 4096


def test_llama_benchy_markdown_means_and_spreads(tmp_path: Path) -> None:
    text = (
        "| model | test | t/s | peak t/s | ttfr (ms) | est_ppt (ms) | e2e_ttft (ms) |\n|:--|--:|--:|--:|--:|--:|--:|\n"
        "| M-int4 | pp512 @ d1000 | 900.0 ± 9.0 | | 600.0 ± 6.0 | 550.0 ± 6.0 | 610.0 ± 7.0 |\n"
        "| M-int4 | tg64 @ d1000 | 40.0 ± 0.5 | 50.0 ± 1.0 | | | |\n"
    )
    result = run(tmp_path, text, "run.md")
    assert result.tool == "llama-benchy"
    (prompt, first), (_, second) = rows(result)
    assert (prompt["context_depth"], prompt["quant"]) == (1000, "int4")
    assert (first["prefill_tps", "mean"], first["ttft", "std"]) == ((900, "tokens/s"), (0.007, "s"))
    assert second == {
        ("decode_tps", "mean"): (40, "tokens/s"), ("decode_tps", "std"): (0.5, "tokens/s"),
        ("output_tps_peak", "mean"): (50, "tokens/s"), ("output_tps_peak", "std"): (1, "tokens/s"),
    }  # fmt: skip


def test_ollama_model_of_the_command_before(tmp_path: Path) -> None:
    block = "total duration:       1m3.5s\neval count:           10 token(s)\neval duration:        500ms\n"
    result = run(tmp_path, f'$ ollama run --verbose a:1b "Why?"\n{block}>>> ollama run b --verbose\n{block}', "o.txt")
    assert [(factors["model"], cells["e2e_latency", "value"][0]) for factors, cells in rows(result)] == [
        ("a:1b", 63.5), ("b", 63.5),
    ]  # fmt: skip


PRINTED = {
    "wrk": (
        (
        "Running 1m test @ http://h:1\n  2 threads and 16 connections\n"
        "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
        "    Latency     2.50ms  100.00us   1.10s    94.19%\n  Latency Distribution\n     99%    3.00ms\n"
        "  6000 requests in 1.00m, 1.02MB read\nRequests/sec:    100.00\nTransfer/sec:     17.00KB\n"
        ),
        {("e2e_latency", "max"): (1.1, "s"), ("e2e_latency", "std"): (0.0001, "s"), ("duration", "value"): (60, "s")},
    ),
    "vllm bench throughput": (
        (
        "Throughput: 2.00 requests/s, 900.00 total tokens/s, 300.00 output tokens/s\n"
        ),
        {("output_tps_system", "value"): (300, "tokens/s"), ("total_tps_system", "value"): (900, "tokens/s")},
    ),
    "vllm bench latency": (
        (
        "Avg latency: 1.5 seconds\n50% percentile latency: 1.4 seconds\n"
        ),
        {("e2e_latency", "mean"): (1.5, "s"), ("e2e_latency", "p50"): (1.4, "s")},
    ),
    "trtllm-bench": (
        (
        "Model:\t\tm/l\n= PERFORMANCE OVERVIEW\nRequest Throughput (req/sec):     4.5\n"
        "Total Latency (ms):    1500.0\n"
        ),
        {("request_rate", "value"): (4.5, "requests/s"), ("duration", "value"): (1.5, "s")},
    ),
    "mlx_lm": (
        (
        "Prompt: 4 tokens, 40.5 tokens-per-sec\nGeneration: 8 tokens, 20.5 tokens-per-sec\nPeak memory: 2.0 GB\n"
        ),
        {("decode_tps", "value"): (20.5, "tokens/s"), ("memory_peak", "value"): (2e9, "bytes")},
    ),
    "llama-perplexity": (
        (
        "perplexity: calculating perplexity over 2 chunks, n_ctx=512, batch_size=64, n_seq=4\n"
        "Final estimate: PPL = 9.5000 +/- 1.25000\n"
        ),
        {("perplexity", "mean"): (9.5, ""), ("perplexity", "stderr"): (1.25, "")},
    ),
    "perf stat": (
        (
        " Performance counter stats for './a':\n\n     1,255.50 msec task-clock      #    0.998 CPUs\n"
        "     7,001      cache-misses\n   <not supported>      cycles\n\n       1.25 seconds time elapsed\n"
        ),
        {("cpu_time", "value"): (1.2555, "s"), ("cache_misses", "value"): (7001, "count")},
    ),
    "k6": (
        (
        "     http_req_duration....: avg=1.5ms min=200µs med=1ms max=2s p(90)=3ms p(95)=4ms\n"
        "       { expected_response:true }...: avg=9ms min=1ms\n     http_req_failed......: 2.00%   ✓ 1  ✗ 49\n"
        "     http_reqs............: 50   25.0/s\n"
        ),
        {("e2e_latency", "p95"): (0.004, "s"), ("error_rate", "value"): (0.02, "fraction")},
    ),
    "mlperf accuracy": (
        "AUC=80.5%, accuracy=96.5%, good=1, total=2\n\nhash=4b65\n", {("accuracy", "value"): (0.965, "fraction")}
    ),
}  # fmt: skip


def test_each_tool_of_the_data_file_is_tested() -> None:
    assert {one.tool for one in printed()} == PRINTED.keys()


@pytest.mark.parametrize("tool", PRINTED)
def test_what_a_tool_printed(tmp_path: Path, tool: str) -> None:
    text, wanted = PRINTED[tool]
    result = run(tmp_path, text, "out.log")
    assert result.tool == tool
    [(_, cells)] = rows(result)
    assert wanted.items() <= cells.items()


def test_a_log_of_one_object_a_line_among_messages(tmp_path: Path) -> None:
    line = {"backend": "vllm", "model_id": "m", "mean_ttft_ms": 50.0, "mean_itl_ms": 9.0}
    text = f'starting\n{{"level": "info", "took": 3}}\n<<<START>>>\n{json.dumps(line)}\n<<<END>>>\n'
    result = run(tmp_path, text, "bench.txt")
    assert result.tool == "vllm bench serve"
    assert [cells["ttft", "mean"] for _, cells in rows(result)] == [(0.05, "s")]


def test_nvidia_smi_with_its_time_and_missing_values(tmp_path: Path) -> None:
    text = (
        "timestamp, utilization.gpu [%], memory.used [MiB], power.draw [W]\n"
        "2026/08/17 10:00:00.000, 95 %, 1 MiB, 81.25 W\n2026/08/17 10:00:02.000, 97 %, 2 MiB, [N/A]\n"
    )
    result = run(tmp_path, text, "gpu.csv")
    assert result.tool == "nvidia-smi"
    assert result.at[0] == 1_786_960_800_000_000_000
    assert rows(result)[1][1] == {
        ("gpu_utilization", "value"): (97, "%"), ("gpu_memory_used", "value"): (2 * 2**20, "bytes"),
    }  # fmt: skip


def test_locust_percentages_are_percentiles(tmp_path: Path) -> None:
    text = (
        "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Requests/s,"
        "Failures/s,50%,99.9%\n"
        "GET,/a,100,1,12,15.5,4.5,0.1,12,80\n,Aggregated,100,1,12,15.5,4.5,0.1,N/A,80\n"
    )
    result = run(tmp_path, text, "x_stats.csv")
    assert result.tool == "locust"
    cells = {
        (key.metric, key.stat, key.unit): result.value[i]
        for i, key in ((i, result.series_table[s]) for i, s in enumerate(result.series))
        if result.of[i] == 0
    }
    assert cells["e2e_latency", "p99.9", "s"] == 0.08
    assert cells["request_rate", "value", "requests/s"] == 4.5


def test_k6_and_vegeta_summaries(tmp_path: Path) -> None:
    trend = {"avg": 1.5, "med": 1.0, "p(95)": 4.0}
    old = {"metrics": {"http_req_duration": trend, "http_reqs": {"count": 50, "rate": 25.0}, "vus": {"max": 5}}}
    new = {"metrics": {name: {"type": "trend", "values": entry} for name, entry in old["metrics"].items()}}
    for k6 in (old, new):
        [(factors, cells)] = rows(run(tmp_path, k6, "summary.json"))
        assert (factors["concurrency"], cells["e2e_latency", "p95"]) == (5, (0.004, "s"))
        assert cells["request_rate", "value"] == (25, "requests/s")
    vegeta = {"latencies": {"mean": 2e6, "50th": 1e6, "99th": 9e6}, "bytes_in": {"mean": 9}, "status_codes": {"200": 5},
              "requests": 5, "throughput": 2.5, "success": 1}  # fmt: skip
    [(_, cells)] = rows(run(tmp_path, vegeta, "vegeta.json"))
    assert (cells["e2e_latency", "p50"], cells["e2e_latency", "p99"]) == ((0.001, "s"), (0.009, "s"))


def test_jmh_json_and_csv_in_the_unit_of_each_benchmark(tmp_path: Path) -> None:
    def one(name: str, unit: str) -> dict[str, Any]:
        raw = [[2.0, 4.0], [3.0]]
        score = {"score": 3.0, "scoreError": "NaN", "scorePercentiles": {"0.0": 2.0, "50.0": 3.0}, "scoreUnit": unit}
        return {"jmhVersion": "1.37", "benchmark": name, "mode": "avgt", "primaryMetric": {**score, "rawData": raw}}

    result = run(tmp_path, [one("a", "us/op"), one("b", "ops/ms")], "jmh.json")
    (factors, time), (_, rate) = rows(result)
    assert (factors["benchmark"], time["wall_time", "mean"], time["wall_time", "std"]) == (
        "a", (3e-06, "s"), (1e-06, "s"),
    )  # fmt: skip
    assert rate["ops_per_s", "p50"] == (3000, "1/s")
    assert set(result.n) == {3}
    text = (
        '"Benchmark","Mode","Threads","Samples","Score","Score Error (99.9%)","Unit","Param: size"\n'
        '"a.get","avgt",1,25,3.5,0.5,"ns/op",100\n'
    )
    [(factors, cells)] = rows(run(tmp_path, text, "jmh.csv"))
    assert (factors["size"], cells["wall_time", "error99.9"]) == (100, (5e-10, "s"))


def test_a_data_frame_written_by_columns(tmp_path: Path) -> None:
    frame = {"GPU": {"0": "A", "1": "B"}, "Tput (req/s)": {"0": 3.5, "1": 4.5}, "Mean TTFT (ms)": {"0": 20, "1": 30}}
    first, second = rows(run(tmp_path, frame, "frame.json"))
    assert (first[0]["GPU"], first[1]["request_rate", "value"]) == ("A", (3.5, "requests/s"))
    assert second[1]["ttft", "mean"] == (0.03, "s")


def test_a_header_of_two_rows_with_units_below(tmp_path: Path) -> None:
    text = (
        ",,Latency,Latency,Throughput\nModel,Batch,mean,p99,mean\n,,ms,ms,tok/s\nm-7b,1,20.5,30.5,49.5\nm-7b,8,4,5,6\n"
    )
    (factors, cells), _ = rows(run(tmp_path, text, "t.csv"))
    assert (factors["model"], factors["batch"]) == ("m-7b", 1)
    assert cells == {
        ("e2e_latency", "mean"): (0.0205, "s"), ("e2e_latency", "p99"): (0.0305, "s"),
        ("output_tps", "mean"): (49.5, "tokens/s"),
    }  # fmt: skip


def test_one_number_a_row_and_statistics_as_columns(tmp_path: Path) -> None:
    text = "model,metric,value,unit\nm-7b,ttft,21.5,ms\nm-7b,throughput,48.5,tokens/s\n"
    found = rows(run(tmp_path, text, "long.csv"))
    assert [cells for _, cells in found] == [
        {("ttft", "value"): (0.0215, "s")}, {("output_tps", "value"): (48.5, "tokens/s")},
    ]  # fmt: skip
    assert {factors["model"] for factors, _ in found} == {"m-7b"}
    text = "Metric,Avg,p99\nRequest Latency (ms),25.5,NA\nTokens Per Second,39.5,45.5\n"
    found = rows(run(tmp_path, text, "wide.csv"))
    assert found[0][1] == {("e2e_latency", "mean"): (0.0255, "s")}
    assert found[1][1]["output_tps", "p99"] == (45.5, "tokens/s")


@pytest.mark.parametrize(
    ("header", "cell", "metric", "value", "unit"),
    [
        ("Requests/s", "4.5", "request_rate", 4.5, "requests/s"),
        ("achieved_requests_per_sec", "4.5", "request_rate", 4.5, "requests/s"),
        ("steps_per_sec", "4.5", "steps", 4.5, "1/s"),
        ("toks_per_s", "4.5", "decode_tps", 4.5, "tokens/s"),
        ("Accuracy", "45.5%", "accuracy", 0.455, "fraction"),
        ("memory in MB", "4.5", "memory_used", 4.5e6, "bytes"),
        ("#Params (B)", "8.5", "model_params", 8.5e9, "parameters"),
        ("Größe (GB)", "8.5", "groesse", 8.5e9, "bytes"),
        ("Latenz (ms)", "8.5", "e2e_latency", 0.0085, "s"),
        ("latency", "8.5 ± 0.5", "e2e_latency", 8.5, ""),
    ],
)
def test_what_a_header_means(
    tmp_path: Path, header: str, cell: str, metric: str, value: float, unit: str
) -> None:  # fmt: skip
    result = run(tmp_path, f"Modell;{header}\na;{cell}\nb;{cell}\n", "t.csv")
    key = result.series_table[0]
    assert (key.metric, key.unit, round(result.value[0], 9)) == (metric, unit, value)
    assert key.stat == ("mean" if "±" in cell else "value")
    assert {config.model for config in result.config_table} == {"a", "b"}


def test_repeats_and_descriptions_are_no_measurements(tmp_path: Path) -> None:
    text = "model,run,http_code,flash_attn,depth,ttft_ms\nm,1,200,1,0,40.5\nm,2,200,1,0,41.5\n"
    result = run(tmp_path, text, "t.csv")
    assert {key.metric for key in result.series_table} == {"ttft"}
    assert len(result.config_table) == 1
    described = {"cluster_info": {"nodes": 2, "total_gpus": 16}, "gpus": [0, 1, 2], "ttft_ms": 40.5}
    [(factors, cells)] = rows(run(tmp_path, described, "d.json"))
    assert (factors["total_gpus"], factors["gpus"], len(cells)) == (16, "0, 1, 2", 1)


def test_lists_of_like_records_are_told_apart_by_their_keys(tmp_path: Path) -> None:
    data = {
        "backends": {
            "onnx": [{"threads": 1, "latency_ms": 4.0}, {"threads": 2, "latency_ms": 3.0}],
            "torch": [{"threads": 1, "latency_ms": 8.0}, {"threads": 2, "latency_ms": 6.0}],
        },
        "errors": [{"message": "none"}],
    }
    found = rows(run(tmp_path, data, "cpu.json"))
    assert [(factors["backend"], factors["threads"]) for factors, _ in found] == [
        ("onnx", 1), ("onnx", 2), ("torch", 1), ("torch", 2),
    ]  # fmt: skip


def test_tables_of_one_log_are_told_apart_by_their_headings(tmp_path: Path) -> None:
    table = "| model | size | params | backend | test | t/s |\n|---|---|---|---|---|---|\n"
    text = "".join(
        f"=== {name} ===\n{table}| a 1B Q4_0 | 1.0 GiB | 1.10 B | ROCm | tg128 | {speed} ± 0.10 |\n\n"
        for name, speed in (("stock driver", 90.5), ("new driver", 99.5))
    )
    found = rows(run(tmp_path, text, "bench.log"))
    assert [factors["section"] for factors, _ in found] == ["stock driver", "new driver"]
    [(factors, _)] = rows(run(tmp_path, text.split("\n\n")[0], "one.log"))
    assert "section" not in factors


def test_a_test_by_its_short_name_says_which_speed_it_is(tmp_path: Path) -> None:
    data = [
        {"model": "a", "test": test, "tokens_per_second": speed} for test, speed in (("pp512", 900.5), ("tg9", 4.5))
    ]
    found = rows(run(tmp_path, data, "own.json"))
    assert [set(cells) for _, cells in found] == [{("prefill_tps", "value")}, {("decode_tps", "value")}]


def test_a_value_with_its_spread_beside_it_is_a_mean_of_the_runs(tmp_path: Path) -> None:
    record = {"model": "a", "quant": "Q8_0", "tg_tps": 13.5, "tg_tps_std": 0.1, "peak_memory_gb": 2.0}
    result = run(tmp_path, {"reps": 3, "results": [record]}, "sweep.json")
    [(_, cells)] = rows(result)
    assert cells["decode_tps", "mean"] == (13.5, "tokens/s")
    assert ("memory_peak", "value") in cells
    assert {
        n for n, series in zip(result.n, result.series, strict=True) if result.series_table[series].stat != "value"
    } == {3}
    [(_, cells)] = rows(run(tmp_path, "model,reps,tg_tps,tg_tps_std\na,3,13.5,0.1\n", "sweep.csv"))
    assert set(cells) == {("decode_tps", "mean"), ("decode_tps", "std")}
