"""Short forms of reports: heads without brackets, cold and warm runs, ratios of two columns, settings behind a number.

A wrong number written the same way is never called right.
"""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"

RUNS = """model,threads,repeat,load_s,ttft_ms,tg64 t/s,pp256 t/s
a1:7b,1,1,1.611,1731.4,41.22,611.7
a1:7b,1,2,0.041,81.3,41.91,617.3
a1:7b,1,3,0.043,84.9,42.08,615.1
b2:9b,1,1,3.877,4112.6,21.37,312.8
b2:9b,1,2,0.051,391.7,21.83,314.6
b2:9b,1,3,0.055,396.2,21.64,311.9
"""
CARDS = "model,threads,output_throughput,e2e_latency_s\nc3:8b,1,1233.1,15.96\nc3:8b,2,1585.9,7.52\n"
COLD = "| model | load s, cold | TTFT ms, cold | TTFT ms, warm |\n|---|---|---|---|\n"
GRID = """model,threads,num_ctx,repeat,gen_tps
d4:2b,4,1024,1,51.31
d4:2b,4,1024,2,52.14
d4:2b,4,4096,1,47.92
d4:2b,4,4096,2,48.43
d4:2b,8,1024,1,83.22
d4:2b,8,1024,2,84.17
d4:2b,8,4096,1,79.58
d4:2b,8,4096,2,79.06
"""
PIVOT = "## 1. threads, mean gen tok/s\n\n| model | threads 4 | threads 8 |\n|---|---|---|\n"
SERVED = "model,tp,request_rate,output_throughput,mean_ttft_ms\n" + "".join(
    f"e5:8b,{tp},{rate},{tps},{ttft}\n"
    for tp, rate, tps, ttft in (
        (1, 4, 877.6, 98.4),
        (1, 16, 1249.9, 2811.3),
        (2, 4, 891.2, 58.3),
        (2, 16, 2237.3, 1830.5),
    )
)
SCORES = """model,quant,mmlu_acc,gen_tps
f6:9b,Q8_0,73.51,23.71
f6:9b,Q4_K_M,72.77,38.42
g7:3b,Q8_0,58.18,91.56
g7:3b,Q4_K_M,57.75,143.62
"""
PAIR = "## Q8_0 (A) against Q4_K_M (B), f6:9b\n\n"
SIDES = "## Generation of Q8_0 (A) against Q4_K_M (B) in tok/s\n\n| model | A | B |\n|---|---|---|\n"
BEST = "| model | MMLU (Q4_K_M) | Best for |\n|---|---|---|\n"
ENVIRONMENT = (
    '{"environment": {"torch": "2.6.0", "driver": "550.127.05"}, "warmup": 20, "model": "h8:1b", "latency_ms": 3.1}'
)
RATIO = (
    "Output throughput of c3:8b in tokens/s:\n\n| model | A (1 thread) | B (2 threads) | B / A |\n|---|---|---|---|\n"
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "grid.csv").write_text(GRID)
    (folder / "served.csv").write_text(SERVED)
    (folder / "scores.csv").write_text(SCORES)
    (folder / "once.json").write_text(ENVIRONMENT)
    (folder / "oom.csv").write_text("model,status,tps\nk1:1b,ok,4.5\nk1:1b,oom,0\nk2:1b,ok,5.5\nk2:1b,oom,0\n")
    (folder / "parts").mkdir()
    for name, model in (("x", "m9:1b"), ("y", "m9:1b"), ("z", "m8:1b")):
        (folder / "parts" / f"{name}.csv").write_text(f"model,wait_s\n{model},4.25\n{model},4.5\n")
    (folder / "runs.csv").write_text(RUNS)
    (folder / "threads.csv").write_text(CARDS)
    return facts_of(folder)


CASES = [
    ("Peak prompt rate (pp256) of a1:7b: 617.3 t/s.", "617.3 t/s", SUPPORTED),
    (COLD + "| b2:9b | 3.88 | 4112.6 | 394.0 |", "394.0", SUPPORTED),
    (COLD + "| a1:7b | 1.61 | 83.1 | 83.1 |", "1.61", SUPPORTED),
    (
        "The first run pays for the weights. For b2:9b this load took 3.88 seconds on average.",
        "3.88 seconds",
        SUPPORTED,
    ),
    ("On average b2:9b has a TTFT of 393.95 ms in later runs.", "393.95 ms", SUPPORTED),
    (PIVOT + "| d4:2b | 49.95 | 81.508 |", "49.95", SUPPORTED),
    (PIVOT + "| d4:2b | 49.95 | 81.508 |", "81.508", SUPPORTED),
    ("d4:2b with 8 threads and num_ctx 1024 generates 83.695 tok/s.", "83.695 tok/s", SUPPORTED),
    ("With two GPUs, it delivered 2,237 output tokens per second at a request rate of 16.", "2,237", SUPPORTED),
    ("Mean TTFT for tensor parallel size 2 is 58 ms at 4 req/s, then 1.83 s at 16 req/s.", "58 ms", SUPPORTED),
    ("Mean TTFT for tensor parallel size 2 is 58 ms at 4 req/s, then 1.83 s at 16 req/s.", "1.83 s", SUPPORTED),
    (
        "d4:2b decodes 51.725 tok/s with 4 threads at num_ctx 1024, 48.175 tok/s at 4096 (-7 %).",
        "48.175 tok/s",
        SUPPORTED,
    ),
    (PAIR + "- Generation: 23.71 -> 38.42 tok/s", "23.71", SUPPORTED),
    (PAIR + "- Generation: 23.71 -> 38.42 tok/s", "38.42 tok/s", SUPPORTED),
    (SIDES + "| g7:3b | 91.56 | 143.62 |", "91.56", SUPPORTED),
    (SIDES + "| g7:3b | 91.56 | 143.62 |", "143.62", SUPPORTED),
    (BEST + "| f6:9b | 72.77 | chat |", "72.77", SUPPORTED),
    (BEST + "| f6:9b | 57.75 | chat |", "57.75", CONTRADICTED),
    ('- "environment.torch": "2.6.0"', 'torch": "2.6.0', SUPPORTED),
    ('- "environment.torch": "2.4.1"', 'torch": "2.4.1', CONTRADICTED),
    ('- "environment.driver": "550.127.05"', 'driver": "550.127.05', SUPPORTED),
    ("Each measurement follows 20 warm-up iterations.", "20 warm-up", SUPPORTED),
    ('- {"file": "once.json", "metric": "latency_ms", "value": 3}', "3", SUPPORTED),
    ("The MMLU accuracy of f6:9b under Q8_0 is 73.5%.", "73.5%", SUPPORTED),
    ("The MMLU accuracy of f6:9b under Q8_0 is 61.5%.", "61.5%", CONTRADICTED),
    ("Two models were tested: f6:9b and g7:3b.", "Two", SUPPORTED),
    ("Two models were tested: f6:9b and zebra.", "Two", UNVERIFIABLE),
    ("The latency of h8:1b never exceeded 3.1 ms.", "3.1 ms", SUPPORTED),
    ("Together AI's mean wait: 4.11 s", "4.11 s", UNVERIFIABLE),
    ("d4:2b ran at two context lengths.", "two", SUPPORTED),
    ("d4:2b ran at four context lengths.", "four", UNVERIFIABLE),
    (PIVOT + "| d4:2b | 71.95 | 81.508 |", "71.95", CONTRADICTED),
    ("Latency of c3:8b: 15.96 s with threads=1, 7.52 s with threads=2 (-31 %).", "-31 %", CONTRADICTED),
    ("The TTFT of b2:9b is 4.1126 s against 391.7 ms, 10.5 times as long.", "10.5", SUPPORTED),
    ("`oom.csv`: 4 rows, 2 oom.", "2", SUPPORTED),
    ("Every failed run is the same. That is 2 of 4 runs.", "2", SUPPORTED),
    ("Two of the CSV files in `parts/` are for m9:1b.", "Two", SUPPORTED),
    ("Two of the CSV files in `parts/` are for m8:1b.", "Two", UNVERIFIABLE),
    ("The parts have 2 samples.", "2 samples", SUPPORTED),
    (RATIO + "| c3:8b | 1,233.1 | 1,585.9 | 1.29 |", "1.29", SUPPORTED),
    (RATIO + "| c3:8b | 1,233.1 | 1,585.9 | 1.79 |", "1.79", CONTRADICTED),
    ("Latency of c3:8b: 15.96 s with threads=1 against 7.52 s with threads=2.", "7.52 s", SUPPORTED),
]


@pytest.mark.parametrize(("text", "span", "label"), CASES, ids=[f"{span} {label}" for _, span, label in CASES])
def test_short_forms_are_read(facts, text, span, label):
    verdict = [one for one in check(text, facts).verdicts if one.claim.span.startswith(span)][-1]
    assert verdict.label == label, verdict.reason


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (COLD + "| b2:9b | 3.88 | 394.0 | 4112.6 |", "4112.6"),
        (COLD + "| b2:9b | 0.053 | 394.0 | 4112.6 |", "0.053"),
        (PIVOT + "| d4:2b | 81.508 | 49.95 |", "81.508"),
        (PIVOT + "| d4:2b | 51.31 | 81.508 |", "51.31"),
        ("The difference for f6:9b under Q8_0 is 73.51 MMLU points.", "73.51"),
        ("Going to f6:9b with Q8_0 loses 73.51 %.", "73.51"),
        ("The latency of h8:1b never exceeded 2.9 ms.", "2.9 ms"),
        (PIVOT + "| d4:2b | 65.728 | 49.95 |", "65.728"),
        ("d4:2b with 8 threads and num_ctx 4096 generates 83.695 tok/s.", "83.695 tok/s"),
        (PAIR + "- Generation: 38.42 -> 23.71 tok/s", "38.42"),
        (SIDES + "| g7:3b | 143.62 | 91.56 |", "143.62"),
        ("With one GPU, it delivered 2,237 output tokens per second at a request rate of 16.", "2,237"),
        ("Latency of c3:8b: 7.52 s with threads=1 against 15.96 s with threads=2.", "15.96 s"),
    ],
)
def test_the_other_side_is_not_right(facts, text, span):
    verdict = next(one for one in check(text, facts).verdicts if one.claim.span.startswith(span))
    assert verdict.label != SUPPORTED, verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "TODO: 5 repeats of the sweep.", "Goodput under an SLO of 250 ms.",
        "These are the findings (stage 2 of the pipeline).",
        "Keep the logs, archive results older than 90 days.", "A README of 300 words would help newcomers.",
    ],
)  # fmt: skip
def test_limits_and_plans_are_no_claims(facts, text):
    assert not check(text, facts).verdicts


@pytest.mark.parametrize("text", ["p95 was 3.1 ms and 1.25% of requests failed.", "It has a budget of 8192 tokens."])
def test_what_looks_like_a_definition_is_a_claim(facts, text):
    assert check(text, facts).verdicts[-1].claim.value in (1.25, 8192)
