"""The checker over the words of serving benchmarks: settings, percentiles, heads of columns with units, long names."""

import asyncio
import json

import pytest

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.verify.facts import Facts
from chimera_tui.engine.repository.facts import repository_facts
from chimera_tui.engine.repository.workspace import Workspace
from tests.unit.verify_repository import labels

MODEL = "some-lab/Model-3.1-8B-Instruct"
SLOW = {
    "backend": "vllm", "model_id": MODEL, "num_prompts": 500, "request_rate": 4.0, "max_concurrency": 64,
    "duration": 128.4172, "completed": 498, "total_input_tokens": 112340, "total_output_tokens": 98765,
    "request_throughput": 3.878, "output_throughput": 769.0947, "total_token_throughput": 1643.9,
    "mean_ttft_ms": 48.217, "median_ttft_ms": 41.903, "p99_ttft_ms": 133.28, "mean_tpot_ms": 12.384,
    "median_tpot_ms": 12.11, "p99_tpot_ms": 19.77, "mean_itl_ms": 12.402, "median_itl_ms": 11.95, "p99_itl_ms": 38.41,
}  # fmt: skip
FAST = SLOW | {
    "request_rate": 16.0, "duration": 41.2077, "completed": 500, "total_output_tokens": 99012,
    "request_throughput": 12.1337, "output_throughput": 2402.755, "total_token_throughput": 5128.9,
    "mean_ttft_ms": 96.541, "median_ttft_ms": 77.22, "p99_ttft_ms": 402.6, "mean_tpot_ms": 21.877,
    "median_tpot_ms": 21.02, "p99_tpot_ms": 34.5, "mean_itl_ms": 21.93, "median_itl_ms": 20.4, "p99_itl_ms": 77.7,
}  # fmt: skip
LLAMA_BENCH = [
    {"build_commit": "abc", "build_number": 6865, "backends": "ROCm", "gpu_info": "AMD Radeon Graphics",
     "model_filename": "m.gguf", "model_type": "llama 1B Q4_K - Medium", "n_prompt": prompt, "n_gen": gen,
     "avg_ts": speed, "stddev_ts": 0.0, "n_threads": 16}
    for prompt, gen, speed in ((512, 0, 4703.284998), (0, 128, 195.653022), (512, 0, 1350.47966), (0, 128, 64.616239))
]  # fmt: skip


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    root = tmp_path_factory.mktemp("tools")
    (root / "serving_qps4.json").write_text(json.dumps(SLOW))
    (root / "serving_qps16.json").write_text(json.dumps(FAST))
    (root / "llama_hip.jsonl").write_text("".join(json.dumps(row) + "\n" for row in LLAMA_BENCH))
    snapshot = asyncio.run(Workspace(root, scan=Scan()).refresh())
    return repository_facts(snapshot.root, snapshot.frames)


@pytest.mark.parametrize(
    ("text", "span", "label"),
    [
        ("At a request rate of 4 the mean TTFT was 48.217 ms.", "48.217 ms", "supported"),
        ("At a request rate of 4 the mean TTFT was 48.217 ms.", "4", "supported"),
        ("At request_rate=16 the output throughput is 2402.76 tok/s.", "2402.76 tok/s", "supported"),
        ("At request_rate=16 the output throughput is 2402.76 tok/s.", "16", "supported"),
        ("At request_rate=16 the output throughput is 3402.76 tok/s.", "3402.76 tok/s", "contradicted"),
        ("At a request rate of 4 the p99 TTFT was 233.28 ms.", "233.28 ms", "contradicted"),
        ("The p99 TTFT of Model-3.1-8B-Instruct reached 402.6 ms.", "402.6 ms", "supported"),
        ("The highest output throughput of Model-3.1-8B-Instruct is 2702.8 tok/s.", "2702.8 tok/s", "contradicted"),
        ("In `serving_qps4.json` the median TPOT is 12.11 ms.", "12.11 ms", "supported"),
        ("In `serving_qps4.json` the median TPOT is 21.02 ms.", "21.02 ms", "contradicted"),
        ("In `serving_qps4.json` the median ITL is 11.95 ms.", "11.95 ms", "supported"),
        ("Total token throughput (serving_qps4.json): 1,843.90 tok/s", "1,843.90 tok/s", "contradicted"),
        ("| request_rate | Output throughput (tok/s) |\n| --- | --- |\n| 4 | 769.09 |", "769.09", "supported"),
        ("| request_rate | Output throughput (tok/s) |\n| --- | --- |\n| 16 | 769.09 |", "769.09", "contradicted"),
        ("| request_rate | Output throughput tok/s |\n| --- | --- |\n| 4 | 769.09 |", "769.09", "supported"),
        ("| request_rate | Output throughput tok/s |\n| --- | --- |\n| 16 | 769.09 |", "769.09", "contradicted"),
        ("| File | P99 TTFT (ms) |\n| --- | --- |\n| serving_qps16.json | 502.60 |", "502.60", "contradicted"),
        ("tg128 in `llama_hip.jsonl` peaks at 195.65 t/s.", "195.65 t/s", "supported"),
        ("pp512 in `llama_hip.jsonl` reaches 7703.28 t/s.", "7703.28 t/s", "contradicted"),
        ("TTFT (p99): 133.28 ms at request_rate=4 vs 402.6 ms at request_rate=16.", "402.6 ms", "supported"),
        ("TTFT (p99): 402.6 ms at request_rate=4 vs 133.28 ms at request_rate=16.", "402.6 ms", "contradicted"),
        ("Mean TTFT grew by 100.2 % from 48.217 ms to 96.541 ms.", "100.2 %", "supported"),
        ("Mean TTFT grew by 50.2 % from 48.217 ms to 96.541 ms.", "50.2 %", "contradicted"),
        ("- **Requests/s:** 12.13 (serving_qps16.json)", "12.13", "supported"),
        ("Die mittlere TTFT betrug 48,217 ms in serving_qps4.json.", "48,217 ms", "supported"),
        ("Die mittlere TTFT betrug 48,22 ms in serving_qps4.json.", "48,22 ms", "supported"),
        ("Die mittlere TTFT betrug 58,22 ms in serving_qps4.json.", "58,22 ms", "contradicted"),
        ("| Metric | qps 4 | qps 16 |\n|-|-|-|\n| Mean TTFT (ms) | 48.217 | 96.541 |", "96.541", "supported"),
        ("The model has 8.03 billion parameters.", "8.03 billion parameters", "unverifiable"),
        ("The accuracy on MMLU was 67.2 %.", "67.2 %", "unverifiable"),
        ("TTFT rises from 48.217 ms to 96.541 ms, a factor of 2.00x.", "2.00x", "supported"),
        ("TTFT rises from 48.217 ms to 96.541 ms, a factor of 3.1x.", "3.1x", "contradicted"),
    ],
)  # fmt: skip
def test_claims_in_the_words_of_serving_benchmarks(facts: Facts, text: str, span: str, label: str) -> None:
    assert (span, label) in labels(text, facts)


def test_a_citation_is_no_word_of_its_sentence(facts: Facts) -> None:
    assert ("2402.8 tok/s", "supported") in labels(
        "It ran 2 times [F1], with a highest output throughput of 2402.8 tok/s [F2].", facts
    )
