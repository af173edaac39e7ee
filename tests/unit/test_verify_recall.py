"""Ways to write a right number that are easily missed; a wrong one written the same way is never called right."""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"

UPGRADE = """engine_version,scenario,concurrency,output_tok_s,ttft_p50_ms,ttft_p99_ms
1.4.2,chat,1,61.3,41.7,131.9
1.4.2,chat,8,402.7,63.2,207.4
1.4.2,code,1,55.9,87.4,301.2
1.4.2,code,8,371.8,140.3,655.8
1.5.0,chat,1,71.6,38.1,118.3
1.5.0,chat,8,466.2,57.9,188.6
1.5.0,code,1,63.4,79.2,276.5
1.5.0,code,8,433.1,122.8,590.7
"""
COLD = """model,phase,num_ctx,status,ttft_s
a1:7b,cold,2048,ok,2.14
a1:7b,warm,2048,ok,0.17
a1:7b,warm,4096,timeout,
b2:9b,cold,2048,ok,3.52
b2:9b,warm,4096,ok,0.26
c3:1b,warm,8192,timeout,
"""
CAPS = """power_cap_w,avg_power_w,decode_tok_s
150,141.2,61.3
150,143.9,62.8
220,209.6,83.4
220,211.1,84.9
"""
MACHINE = """host,cpu_percent,memory_percent,gpu_temp_c
n1,11.4,61.8,48
n1,15.7,64.2,71
"""
BACKENDS = "All figures are mean throughputs in tok/s.\n\n| Version | chat | code |\n|---|---|---|\n"
LIMITS = "| cap | avg power | tok/s |\n|---|---|---|\n"
HEAD = (
    "| Scenario | Mean output tok/s (1.4.2) | Mean output tok/s (1.5.0) | Mean p99 TTFT in ms (1.5.0) |\n"
    "|---|---|---|---|\n"
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "upgrade.csv").write_text(UPGRADE)
    (folder / "cold.csv").write_text(COLD)
    (folder / "caps.csv").write_text(CAPS)
    (folder / "suites").mkdir()
    (folder / "suites" / "first.csv").write_text(COLD.replace("a1:7b", "d4:2b"))
    (folder / "suites" / "second.csv").write_text(COLD.replace("b2:9b", "e5:8b"))
    (folder / "attempt.csv").write_text(
        "model,started_at,eval_count\nf6:1b,2025-03-04T10:11:12Z,311\nf6:1b,2025-03-04T10:12:40Z,296\n"
    )
    (folder / "kernel.json").write_text('{"settings": {"runs": 12, "warmup_runs": 4}, "mean_time_ms": 3.27}')
    (folder / "machine.csv").write_text(MACHINE)
    return facts_of(folder)


CASES = [
    # A version is the name of rows, also where it heads a column or is all that tells two rows apart.
    (HEAD + "| chat | 232.0 | 268.9 | 153.45 |", "232.0", SUPPORTED),
    (HEAD + "| chat | 232.0 | 268.9 | 153.45 |", "268.9", SUPPORTED),
    (HEAD + "| chat | 268.9 | 232.0 | 153.45 |", "268.9", CONTRADICTED),
    ("Version 1.5.0 reaches a mean output throughput of 258.6 tok/s.", "258.6 tok/s", SUPPORTED),
    ("Version 1.4.2 reaches a mean output throughput of 258.6 tok/s.", "258.6 tok/s", CONTRADICTED),
    # A statistic over cells that are one.
    (HEAD + "| chat | 232.0 | 268.9 | 153.45 |", "153.45", SUPPORTED),
    (HEAD + "| code | 213.9 | 248.3 | 153.45 |", "153.45", CONTRADICTED),
    ("The largest p99 TTFT of version 1.5.0 is 590.7 ms.", "590.7 ms", SUPPORTED),
    # A setting may be a word, and what a heading asks is no metric of a number in another unit.
    ("## Which runtime?\n\nIn chat, version 1.5.0 gives 71.6 tok/s at one client.", "71.6 tok/s", SUPPORTED),
    # Rows, failures and different values are counted in the file that the sentence, the line or the section is about.
    ("This report looks at `upgrade.csv`. It has 8 rows of two scenarios.", "8 rows", SUPPORTED),
    ("This report looks at `upgrade.csv`. It has 8 rows of two scenarios.", "two", SUPPORTED),
    ("This report looks at `upgrade.csv`. It has 8 rows of three scenarios.", "three", UNVERIFIABLE),
    ("This report looks at `upgrade.csv`. It has 9 runs.", "9 runs", UNVERIFIABLE),
    ("`cold.csv` covers three values of num_ctx, hence 6 configurations.", "three", SUPPORTED),
    ("`cold.csv` covers five values of num_ctx, hence 6 configurations.", "five", UNVERIFIABLE),
    ("# Cold starts\n\nSee `cold.csv`.\n\n## Failures\n\nA total of 2 runs failed.", "2 runs", SUPPORTED),
    ("# Cold starts\n\nSee `cold.csv`.\n\n## Failures\n\nA total of 3 runs failed.", "3 runs", UNVERIFIABLE),
    ("# Cold starts\n\nSee `cold.csv`.\n\n## Failures\n\nThe failure rate is 33.3%.", "33.3%", SUPPORTED),
    ("There are 3 rows with a1:7b.", "3 rows", SUPPORTED),
    # The two sides of a ratio may be named instead of printed; which is the faster must be right too.
    ("Version 1.5.0 is 16% faster than version 1.4.2.", "16%", SUPPORTED),
    ("Version 1.5.0 is 16% slower than version 1.4.2.", "16%", UNVERIFIABLE),
    ("Version 1.5.0 is 23% faster than version 1.4.2.", "23%", CONTRADICTED),
    ("Compared with 1.4.2 the p99 TTFT of 1.5.0 is 0.91x lower.", "0.91x", UNVERIFIABLE),
    ("## Mean TTFT\n\n- Cold to warm ratio, a1:7b: 12.6x", "12.6x", SUPPORTED),
    ("## Mean TTFT\n\n- Cold to warm ratio, b2:9b: 12.6x", "12.6x", UNVERIFIABLE),
    # A number in the first column selects rows by what was measured, and the others are means over them.
    (LIMITS + "| 150 W | 142.6 W | 62.05 |", "142.6 W", SUPPORTED),
    (LIMITS + "| 150 W | 142.6 W | 62.05 |", "62.05", SUPPORTED),
    (LIMITS + "| 220 W | 142.6 W | 62.05 |", "62.05", UNVERIFIABLE),
    # What a number turned into tells which two sides are meant.
    ("The mean output throughput increased from 222.9 tok/s to 258.6 tok/s.", "222.9 tok/s", SUPPORTED),
    ("The mean output throughput increased from 222.9 tok/s to 258.6 tok/s.", "258.6 tok/s", SUPPORTED),
    ("The mean output throughput increased from 222.9 tok/s to 268.6 tok/s.", "222.9 tok/s", UNVERIFIABLE),
    # A unit in words above a table, the usage of a part of a machine, a temperature that is no setting.
    (BACKENDS + "| 1.5.0, 1 client | 71.6 | 63.4 |", "63.4", SUPPORTED),
    ("On host n1 the GPU was at 71 °C; CPU usage averaged 13.6%.", "13.6%", SUPPORTED),
    ("On host n1 the GPU was at 71 °C; RAM usage averaged 13.6%.", "13.6%", UNVERIFIABLE),
    # A difference of two right numbers, a number given again in another unit, a loss beside its two sides.
    ("The p99 TTFT of version 1.5.0 rises from 188.6 ms to 590.7 ms, i.e. by 402.1 ms.", "402.1 ms", SUPPORTED),
    ("The p99 TTFT of version 1.5.0 rises from 188.6 ms to 590.7 ms, i.e. by 412.1 ms.", "412.1 ms", UNVERIFIABLE),
    ("The largest p99 TTFT of version 1.5.0 is 590.7 ms, i.e. about 0.59 s.", "0.59 s", SUPPORTED),
    ("The largest p99 TTFT of version 1.5.0 is 590.7 ms, i.e. about 0.69 s.", "0.69 s", CONTRADICTED),
    ("At a cap of 220 W it decodes 84.9 tok/s and at 150 W 62.8 tok/s, a loss of 26.0%.", "26.0%", SUPPORTED),
    ("At a cap of 220 W it decodes 84.9 tok/s and at 150 W 62.8 tok/s, a loss of 36.0%.", "36.0%", UNVERIFIABLE),
    # The unit of the number behind it.
    ("At 8 clients it is 466.2 for 1.5.0 and 402.7 tok/s for 1.4.2 in the chat runs.", "466.2", SUPPORTED),
    # Rows of a folder; what was set up, and not what came of it.
    ("The folder `suites` holds 12 rows of four models. 4 of those rows are failures.", "12 rows", SUPPORTED),
    ("The folder `suites` holds 12 rows of five models. 4 of those rows are failures.", "4", SUPPORTED),
    ("The folder `suites` holds 12 rows of five models. 6 of those rows are failures.", "6", UNVERIFIABLE),
    ("Every kernel was timed in 12 runs.", "12 runs", SUPPORTED),
    ("Every kernel was timed in 13 runs.", "13 runs", UNVERIFIABLE),
    ("Of the kernels 12 runs failed.", "12 runs", UNVERIFIABLE),
    # From one value of a setting to another; a number with a unit behind the name of a setting is no value of it.
    ("Going from 1 to 8 clients multiplies the mean output throughput by 6.6.", "6.6", SUPPORTED),
    ("Going from 1 to 8 clients multiplies the mean output throughput by 7.6.", "7.6", CONTRADICTED),
    ("## Mean TTFT\n\n- 2048 tokens of context, a1:7b, cold: 2.14 s", "2.14 s", SUPPORTED),
    ("In `machine.csv` the GPU temperature peaked at 61 °C.", "61 °C", CONTRADICTED),
    ("In `machine.csv` the GPU temperature peaked at 71 °C.", "71 °C", SUPPORTED),
    # A list of a metric by a factor is one of means.
    ("## Output throughput by scenario\n\n- code: 231.1 tok/s", "231.1 tok/s", SUPPORTED),
    ("## Output throughput by scenario\n\n- code: 241.1 tok/s", "241.1 tok/s", UNVERIFIABLE),
    # The date of a file's measurements beside its name, sums in one file, the size of the largest file.
    ("In the first attempt (`attempt.csv`, 2025-03-04) all went well.", "2025-03-04", SUPPORTED),
    ("In the first attempt (`attempt.csv`, 2025-03-05) all went well.", "2025-03-05", UNVERIFIABLE),
    ("In total f6:1b generated 607 tokens.", "607 tokens", SUPPORTED),
    ("In total f6:1b generated 617 tokens.", "617 tokens", UNVERIFIABLE),
    (f"Largest file: `upgrade.csv` with {len(UPGRADE)} bytes.", f"{len(UPGRADE)} bytes", SUPPORTED),
    (f"Largest file: `upgrade.csv` with {len(UPGRADE) + 40} bytes.", f"{len(UPGRADE) + 40} bytes", CONTRADICTED),
    # What is expected was not measured.
    ("With 64 clients we would expect 612 tok/s of version 1.5.0.", "612 tok/s", UNVERIFIABLE),
]


@pytest.mark.parametrize(("text", "span", "label"), CASES, ids=[f"{span} {label}" for _, span, label in CASES])
def test_a_right_number_is_found_right_and_a_wrong_one_is_not(facts, text, span, label):
    (verdict,) = [one for one in check(text, facts).verdicts if one.claim.span == span]
    assert verdict.label == label, verdict.reason


NO_CLAIMS = [
    "Preload the model, so that the first token arrives in less than 0.5 s.",
    "- Alert when TTFT exceeds 250 ms.",
    "- Test batch sizes of 16 and 64.",
    "A keep-alive of 30 minutes should be enough.",
    "All were rejected with WinError 10049.",
    "I suggest 10 warm-ups.",
]


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_advice_and_codes_are_no_claims(facts, text):
    assert [one.claim.span for one in check(text, facts).verdicts] == []


def test_the_scale_of_a_rating_is_no_claim(facts):
    assert [one.claim.span for one in check("Testers rated it 4.2 out of 5.", facts).verdicts] == ["4.2"]
