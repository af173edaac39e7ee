"""Result files of real tools: tool, metrics and units, and values read off the files by hand."""

from pathlib import Path

import pytest

from chimera_tui.core.measure import FileResult, Limits, measure_file

FORMATS = Path(__file__).parents[2].parent / "shared" / "data" / "formats"
KINDS = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "text"}

pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the shared samples of formats are not here")

# part of the path, tool, then metric, statistic, canonical value and unit
MEASURED = """
qwen_concurrency2__profile_export_aiperf.json | aiperf | ttft p99 0.04871581987999996 s
qwen_concurrency2__profile_export_aiperf.json | aiperf | itl_mean_per_request mean 0.01865274615971627 s
qwen_concurrency2__profile_export_aiperf.json | aiperf | itl_chunk_gap p50 0.018402139 s
qwen_concurrency2__profile_export_aiperf.json | aiperf | output_tps_system value 100.6512156752534 tokens/s
qwen_concurrency2__profile_export_aiperf.json | aiperf | request_rate value 0.5033347244269587 requests/s
qwen_concurrency2__profile_export.jsonl | aiperf | ttft value 0.038007808 s
qwen_concurrency1__profile_export.jsonl | aiperf | e2e_latency value 3.6442601019999997 s
qwen_concurrency4__profile_export.jsonl | aiperf | ttst value 0.022008709 s
gpu_telemetry_export.jsonl | aiperf | gpu_power value 52.293 W
gpu_telemetry_export.jsonl | aiperf | gpu_memory_used value 49627004928.000005 bytes
cheetah__faae7f3b | asv | wall_time value 0.001726552963256836 s
cheetah__faae7f3b | asv | object_bytes value 344 bytes
11caee74 | asv | memory_peak value 111071232 bytes
11caee74 | asv | wall_time std 0.02166749999999862 s
0de12916 | asv | memory_peak value 135892992 bytes
588bff5c | asv | wall_time value 3.238108500000001 s
azure.2.16.json | clickbench | wall_time value 0.239 s
azure.2.16.json | clickbench | load_time value 190 s
c6a.4xlarge.json | clickbench | wall_time value 3.786 s
c6a.4xlarge.json | clickbench | data_bytes value 14779976446 bytes
change__estimates.json | criterion | wall_time_change mean 0.012304783996208712 ratio
test2_run.json | google-benchmark | wall_time value 0.042 s
test2_run.json | google-benchmark | cpu_time value 0.024 s
test4_run0.json | google-benchmark | wall_time zz 0.01 ratio
guidellm_report_v2.json | guidellm | e2e_latency mean 0.01978909969329834 s
guidellm_report_v2.json | guidellm | ttft mean 0.011481165885925293 s
guidellm_report_v2.json | guidellm | tpot_incl_first mean 0.0024421364068984985 s
guidellm_report_v2.json | guidellm | itl_mean_per_request p99.9 0.0012557165963309151 s
guidellm_report_v2.json | guidellm | output_tps_system mean 3.1950675815128577 tokens/s
zeroows~hyperfine.json | hyperfine | wall_time mean 11.61481411152 s
zeroows~hyperfine.json | hyperfine | wall_time p50 12.04923320852 s
llama32-1b.default-hip.jsonl | llama-bench | prefill_tps mean 4703.284998 tokens/s
llama32-1b.lhl-tune.jsonl | llama-bench | prefill_tps mean 5038.109857 tokens/s
llama32-1b.lhl-tune.jsonl | llama-bench | test_time mean 0.662325264 s
quick-test.jsonl | llama-bench | prefill_tps mean 5007.643797 tokens/s
raw_runs.jsonl | llama-bench | prefill_tps std 0.025047 tokens/s
Qwen3-32B-Q8_0__results.jsonl | llama-bench | prefill_tps mean 6.346474 tokens/s
Qwen3-32B-Q8_0__results.jsonl | llama-bench | gpu_memory_peak value 267386880 bytes
dots.llm1.inst-UD-Q4_K_XL__README.md | llama-bench | prefill_tps mean 181.302 tokens/s
dots.llm1.inst-UD-Q4_K_XL__README.md | llama-bench | decode_tps mean 22.302831 tokens/s
eugr~schemas__sample.json | llama-benchy | prefill_tps mean 987.0987514675164 tokens/s
eugr~schemas__sample.json | llama-benchy | ttfr mean 2.0760429790243506 s
eugr~schemas__sample.json | llama-benchy | decode_tps std 0.030456846161467155 tokens/s
Fig_2_a__All_results.csv | llm-inference-bench | e2e_latency mean 1.534201664966531 -
Fig_2_a__All_results.csv | llm-inference-bench | total_tps_system mean 166.86202723263548 -
Fig_3__A100_H100_quant_all_results.csv | llm-inference-bench | e2e_latency mean 1.010333460289985 -
Fig_3__qaunt_results | llm-inference-bench | total_tps_system mean 332.47279421842995 -
Fig_5_a__TP_PP_Results.csv | llm-inference-bench | total_tps_system mean 169.5259938178866 -
individual__perplexity_70b.json | llmperf | ttft value 0.4168282939999983 s
individual__perplexity_70b.json | llmperf | itl_incl_first value 0.03250506327814618 s
summary__fireworks_70b.json | llmperf | ttft p50 0.5165989695000235 s
summary__fireworks_70b.json | llmperf | itl_incl_first std 0.00169704990885679 s
summary__anyscale_7b.json | llmperf | requests_ok value 150 requests
summary__groq_70b.json | llmperf | requests_ok value 150 requests
bloom-3b_pawsx_0-shot.json | lm-eval | score value 0.564 fraction
mpt-7b_arithmetic_5-shot.json | lm-eval | score stderr 0.006102304405675846 fraction
410m-0.5MtokBS_step172000.json | lm-eval | score value 0.2653194263363755 fraction
410m-deduped_step103000.json | lm-eval | score value 0.296551724137931 fraction
bloom__bloom-560m.json | lm-eval | score value 0.3034188034188034 fraction
pythia-1.3b-deduped | lm-eval | score value 2.995833333333333 -
pythia-350m-deduped | lm-eval | score value 11.015847078707157 -
bloom-1b1__README.md | lm-eval | score value 0.2363 fraction
Cisco__results | mlperf loadgen | output_tps_system value 206.119 tokens/s
Cisco__results | mlperf loadgen | e2e_latency mean 2260.15285774 s
Alibaba__results | mlperf loadgen | query_latency p50 0.044272451 s
Alibaba__results | mlperf loadgen | e2e_latency p99.9 0.052656015 s
1-node-2S-EMR-PyTorch__gptj-99__Server | mlperf loadgen | request_rate value 1.65 samples/s
144GB_aarch64x1_TRT__mixtral-8x7b__Offline | mlperf loadgen | output_tps_system value 8021.46 tokens/s
TitanRTXx4 | mlperf loadgen | offered_rate value 82007.78 samples/s
TitanRTXx4 | mlperf loadgen | request_rate value 81998.26 samples/s
gptj-99__Server__performance__run_1__mlperf_log_detail.txt | mlperf loadgen | request_rate value 36.4188 samples/s
mixtral-8x7b__Offline__performance__run_1__mlperf_log_detail.txt | mlperf loadgen | request_rate value 351.309 samples/s
fp16-batch_size(8) | optimum-benchmark | prefill_time value 0.424 s
fp16-batch_size(8) | optimum-benchmark | samples_per_s value 18.9 samples/s
fp16-batch_size(1) | optimum-benchmark | memory_max_reserved value 13767000000 bytes
llama_gptq | optimum-benchmark | output_tps value 36.1 tokens/s
awq+gemm | optimum-benchmark | e2e_latency value 8.33 s
whisper__reports | optimum-benchmark | prefill_time value 0.00985 s
decoupled_output_file.json | perf_analyzer | ttft value 1e-09 s
20150815_030346 | pytest-benchmark | wall_time mean 2.4120267459896217e-07 s
20150815_030325 | pytest-benchmark | wall_time p50 2.1971908270143994e-07 s
20150815_030207 | pytest-benchmark | wall_time max 6.659897890957919e-05 s
llama_3_3_70b_offline | sglang bench_serving | output_tps_system value 4520.698730654741 tokens/s
llama_3_3_70b_online | sglang bench_serving | ttft p50 0.08574514742940664 s
llama_405b_online | sglang bench_serving | itl_chunk_gap p50 0.03878233698196709 s
"""

NOT_MEASURED = """
conda~results__benchmarks.json | definitions of benchmarks
new__benchmark.json | describes something
data_large.csv | whole numbers
questions.csv | without a column
solutions.csv | without a column
test4_run.json | none of its numbers
FuriosaAI__systems | describes something
HPE__systems | describes something
NVIDIA__systems | describes something
PROVENANCE.tsv | whole numbers
"""


def found(part: str) -> Path:
    matching = [p for p in sorted(FORMATS.rglob("*")) if p.is_file() and part in p.relative_to(FORMATS).as_posix()]
    assert len(matching) == 1, (part, matching)
    return matching[0]


def measured(path: Path) -> FileResult:
    return measure_file(path, path.relative_to(FORMATS).as_posix(), KINDS[path.suffix], Limits())


def lines(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]


@pytest.mark.parametrize(("part", "tool", "expected"), lines(MEASURED))
def test_measured(part: str, tool: str, expected: str) -> None:
    result = measured(found(part))
    metric, stat, value, unit = expected.split()
    assert (result.status, result.tool) == ("ok", tool)
    matching = [
        v
        for v, s in zip(result.value, result.series, strict=True)
        if ((key := result.series_table[s]).metric, key.stat, key.unit) == (metric, stat, unit.removeprefix("-"))
    ]
    assert pytest.approx(float(value), rel=1e-12) in matching


@pytest.mark.parametrize(("part", "reason"), lines(NOT_MEASURED))
def test_not_measured(part: str, reason: str) -> None:
    result = measured(found(part))
    assert (result.status, result.value) == ("no measurements", [])
    assert reason in result.reason


def test_every_file_is_in_one_of_the_lists() -> None:
    listed = {found(line[0]) for line in lines(MEASURED) + lines(NOT_MEASURED)}
    assert {p for p in FORMATS.rglob("*") if p.is_file()} - listed == set()
