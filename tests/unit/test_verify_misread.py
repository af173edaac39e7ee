"""Numbers that are right where the text is read as it is meant: the metric, the rows, the statistic that are theirs."""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    starts = [("alba:3b", 2.311, 2.423, 91.12), ("alba:3b", 2.105, 2.207, 93.48), ("brio:9b", 7.702, 8.114, 41.55)]
    warm = [("alba:3b", 0.031, 0.121, 94.36), ("brio:9b", 0.042, 0.333, 42.97)]
    rows = [f"{m},{phase},{load},{ttft},{tps},ok" for phase, its in (("cold", starts), ("warm", warm))
            for m, load, ttft, tps in its]  # fmt: skip
    head = "model,phase,load_s,ttft_s,tokens_per_s,status\n"
    (folder / "cold_warm.csv").write_text(head + "\n".join([*rows, "brio:9b,cold,0,0,0,failed"]) + "\n")
    (folder / "engine.csv").write_text(
        "engine_version,scenario,concurrency,output_tok_s,ttft_p99_ms\n"
        "0.8.5,chat,1,60.4,137.7\n0.8.5,chat,16,696.4,197.6\n0.10.1,chat,1,71.9,98.8\n0.10.1,chat,16,838.5,151.3\n"
        "0.8.5,rag,1,43.5,790.3\n0.8.5,rag,16,490.6,1987.1\n0.10.1,rag,1,52.3,522.3\n0.10.1,rag,16,712.5,1402.2\n"
    )
    (folder / "depth.csv").write_text(
        "model,n_depth,decode_tok_s\ncorva-7b,0,70.35\ncorva-7b,4096,60.07\ncorva-7b,16384,40.46\n"
    )
    (folder / "load.csv").write_text(
        "engine,qps_target,total_requests,failed_requests,avg_latency_sec\ndart,1,60,0,0.6885\ndart,50,3000,0,1.0631\n"
    )
    (folder / "kernels.json").write_text(
        '{"attention": {"torch": {"mean_time_ms": 24.61, "std_time_ms": 73.16, "max_time_ms": 244.1}}}'
    )
    (folder / "backends.csv").write_text("kernel,backend,time_ms\nsoftmax,dart-a,0.347\nsoftmax,dart-b,0.203\n")
    (folder / "one.json").write_text('{"model": "corva-9b", "load_duration_s": 3.412, "total_duration_s": 5.6}')
    for name in ("demo_a.json", "demo_b.json"):
        (folder / name).write_text('{"learning_efficiency": 0.8, "anomalies": 4}')
    return facts_of(folder)


AVERAGES = "| Scenario | Mean output tok/s (0.8.5) | Mean p99 TTFT in ms (0.10.1) |\n| --- | --- | --- |\n"
CHANGES = "| Scenario | Concurrency | 0.8.5 | 0.10.1 | Change |\n| --- | --- | --- | --- | --- |\n"
LOADS = "| Target QPS | Achieved req/s | Mean latency (s) |\n| --- | --- | --- |\n"
SPEEDS = (
    "| Test | Concurrency | Agents | Speedup | p99 TTFT (ms) | Output (tok/s per GB) |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
)
PHASES = "| Model | Phase | Mean tokens/s |\n| --- | --- | --- |\n"
CASES = [
    # A phase by another name is a factor, and so is the version where two are compared.
    (PHASES + "| alba:3b | cold | 92.30 |", "92.30", SUPPORTED),
    (PHASES + "| alba:3b | warm | 92.30 |", "92.30", CONTRADICTED),
    ("**Cold starts**\n\n- alba:3b: mean TTFT 2.315 s", "2.315 s", SUPPORTED),
    ("If failed runs are counted, the mean cold TTFT of brio:9b drops to 4.057 s.", "4.057 s", SUPPORTED),
    (AVERAGES + "| chat | 378.4 | 125.05 |", "378.4", SUPPORTED),
    (AVERAGES + "| chat | 418.9 | 125.05 |", "418.9", CONTRADICTED),
    (AVERAGES + "| chat | 378.4 | 125.05 |", "125.05", SUPPORTED),
    (AVERAGES + "| rag | 267.05 | 325.05 |", "325.05", CONTRADICTED),
    # The metric right before the number is its own, not a longer name farther off, nor one in a reason.
    ("- alba:3b: mean load time 1.482 s, mean TTFT 1.584 s", "1.584 s", SUPPORTED),
    ("The mean TTFT misleads, since one model load dominates it: alba:3b averages 1.584 s.", "1.584 s", SUPPORTED),
    # What turns into something has no lowest and no highest value, and the two are of different rows.
    ("The p99 TTFT of the rag scenario also rises, from 1402.2 ms to 1987.1 ms.", "1987.1 ms", SUPPORTED),
    ("The mean output throughput increased from 322.7 tokens/s to 418.8 tokens/s.", "418.8 tokens/s", SUPPORTED),
    # What is said to be the best is a row: its number may be a mean.
    ("alba:3b leads with 92.99 tok/s and brio:9b is slowest with 42.26 tok/s.", "42.26 tok/s", SUPPORTED),
    # A setting or a name behind another number is that number's.
    ("corva-7b decodes at 70.35 tok/s when empty and 40.46 tok/s at a depth of 16384.", "40.46 tok/s", SUPPORTED),
    ("Its cold start takes 61.2 s, alba:3b's 2.315 s on average.", "61.2 s", UNVERIFIABLE),
    ("alba:3b needs 2.207 s when cold, the other one 8.114 s.", "8.114 s", UNVERIFIABLE),
    # Nobody measured it.
    ("On a hard disk the cold load of alba:3b would take 95.5 s.", "95.5 s", UNVERIFIABLE),
    # What follows a number in words is said of that one.
    ("A total of 3,060 requests were sent to dart and none failed.", "3,060 requests", SUPPORTED),
    # Between two loads it is another quantity that changes.
    ("The average latency of dart rises by 54% from 1 to 50 QPS.", "54%", SUPPORTED),
    ("The p99 TTFT at concurrency 16 fell from 197.6 ms to 151.3 ms (good), which is 47% lower.", "47%", CONTRADICTED),
    ("The latency of dart was 0.6885 s before, 1.0631 s after. That is 3.1x worse.", "3.1x", CONTRADICTED),
    (CHANGES + "| chat | 16 | 696.4 | 838.5 | +20.4% |", "20.4%", SUPPORTED),
    (CHANGES + "| chat | 16 | 696.4 | 838.5 | +41.0% |", "41.0%", CONTRADICTED),
    # A statistic that the files state once for the rows named can be nothing else.
    ("- attention (torch): mean 24.61 ms, std 12.9 ms, max 244.1 ms", "12.9 ms", CONTRADICTED),
    # So can the only value of its size and unit in rows that several names select.
    ("With softmax dart-a is best at 0.412 ms, dart-b needs 0.203 ms.", "0.412 ms", CONTRADICTED),
    ("With softmax dart-a is best at 0.412 ms, dart-b needs 0.203 ms.", "0.203 ms", SUPPORTED),
    # A statistic, and a unit, said of the first value of a list are those of the others.
    ("The mean TTFT is 1.584 s for alba:3b and 6.223 s for brio:9b.", "6.223 s", CONTRADICTED),
    ("cold.csv: alba:3b averaged 92.99 tokens/s against 52.26 for brio:9b.", "52.26", CONTRADICTED),
    # A setting behind an extreme says where it was found, right or wrong.
    ("- Worst: 43.5 tok/s with concurrency=16", "43.5 tok/s", UNVERIFIABLE),
    ("- Worst: 33.5 tok/s with concurrency=16", "33.5 tok/s", CONTRADICTED),
    # A time is that of the phase that is said to take it; of a whole only a part is said to be measured.
    ("Loading corva-9b took 3.412 s.", "3.412 s", SUPPORTED),
    ("Loading corva-9b took 5.412 s.", "5.412 s", CONTRADICTED),
    # A metric with one value in all files is no other one anywhere.
    ("The learning efficiency was 92%.", "92%", CONTRADICTED),
    # Settings of a table's row are no two sides; what is per something else, or below zero, is another quantity.
    (SPEEDS + "| 4 | 16 | 1 | 1.463x | -106 | 12.4 |", "1.463x", UNVERIFIABLE),
    (SPEEDS + "| 4 | 16 | 1 | 1.463x | -106 | 12.4 |", "-106", UNVERIFIABLE),
    (SPEEDS + "| 4 | 16 | 1 | 1.463x | -106 | 12.4 |", "12.4", UNVERIFIABLE),
    # What is expected was not measured, whatever numbers stand before.
    ("Expect a 1.98x speedup with a learning efficiency of 99%.", "99%", UNVERIFIABLE),
    # A unit that is not known is none of the metrics beside it.
    ("- **alba:3b**: 2194.95 embeddings/s, mean TTFT 1.584 s", "2194.95", UNVERIFIABLE),
    # A table's row is about its first setting.
    (LOADS + "| 50 | 49.333 | 1.344 |", "1.344", CONTRADICTED),
    ("The QAT variant of corva-7b raises the loss by 72%.", "72%", UNVERIFIABLE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "span", "label"), CASES, ids=[f"{span} {label}" for _, span, label in CASES])
def test_a_number_is_read_with_its_own_words(facts, text, span, label):
    (verdict,) = [one for one in check(text, facts).verdicts if one.claim.span == span]
    assert verdict.label == label, verdict.reason


def test_the_size_of_all_files_is_not_that_of_a_kind_named_behind_it(tmp_path):
    (tmp_path / "a.csv").write_text("model,ttft_s\nm,1.5\n")
    (tmp_path / "README.md").write_text("# Notes\n")
    total, part = check("Total size: 27 bytes, of which Markdown accounts for 8 bytes.", facts_of(tmp_path)).verdicts
    assert (total.label, part.label) == (SUPPORTED, SUPPORTED), (total.reason, part.reason)


def test_formats_of_something_else_are_no_kinds_of_file(facts):
    (verdict,) = check("The data covers five weight formats.", facts).verdicts
    assert verdict.label == UNVERIFIABLE, verdict.reason
