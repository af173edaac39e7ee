"""Rows that the words around a number single out by parts of names, settings in prose and heads of columns."""

import json
from pathlib import Path

import pytest

from chimera_tui.core.verify.facts import Facts
from tests.unit.verify_repository import facts_of, labels

SUPPORTED, CONTRADICTED, UNVERIFIABLE = "supported", "contradicted", "unverifiable"

SWEEP = """model,quant,n_gpu_layers,pp512_tps,tg128_tps
Otter-2-12B,Q4_K_M,0,61.5,7.25
Otter-2-12B,Q4_K_M,40,910.5,48.75
Otter-2-12B,Q8_0,40,870.25,29.5
Badger-mini,Q4_K_M,0,190.5,21.75
Badger-mini,Q4_K_M,40,2310.5,133.25
Badger-mini,Q8_0,40,2290.5,88.125
"""
SERVING = {
    ("acme/Heron-9B-Instruct", 1): (31.25, 9.5, 104.75),
    ("acme/Heron-9B-Instruct", 8): (58.5, 12.125, 640.5),
    ("acme/Stork-Small-30B", 1): (84.75, 21.5, 46.25),
    ("acme/Stork-Small-30B", 8): (150.25, 27.75, 281.5),
}
POWER = "elapsed_s,gpu_power_w\n" + "".join(f"{n * 5},{90 + n % 7}\n" for n in range(20))
SCORES = "model,task,metric,value\nwren-1b,piqa,acc,0.7125\nwren-1b,boolq,acc,0.6315\nlark-7b,piqa,acc,0.8035\n"


def _write(root: Path) -> Path:
    (root / "serving").mkdir()
    (root / "sweep.csv").write_text(SWEEP)
    (root / "power.csv").write_text(POWER)
    (root / "scores.csv").write_text(SCORES)
    for (model, clients), (ttft, itl, throughput) in SERVING.items():
        document = {
            "backend": "vllm", "model_id": model, "max_concurrency": clients, "completed": 80, "num_prompts": 80,
            "mean_ttft_ms": ttft, "p99_ttft_ms": ttft * 2.5, "mean_itl_ms": itl, "output_throughput": throughput,
        }  # fmt: skip
        name = f"{model.split('/')[1].lower()}_c{clients}.json"
        (root / "serving" / name).write_text(json.dumps(document))
    return root


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    return facts_of(_write(tmp_path_factory.mktemp("rows")))


LAYERS = "| Model | Quant | 0 layers | 40 layers |\n|---|---|---|---|\n| Otter-2-12B | Q4_K_M | 7.25 | 48.75 |"
CLIENTS = "| Metric | Heron c=1 | Heron c=8 |\n|---|---|---|\n| Mean TTFT (ms) | 31.25 | 85.5 |"
CASES = {
    "part of a name and a setting": [
        ("Mean TTFT for Heron at concurrency 1 is 31.25 ms.", [SUPPORTED, SUPPORTED]),
        ("Mean TTFT for Heron at concurrency 1 is 58.5 ms.", [SUPPORTED, CONTRADICTED]),
        ("At 8 clients the mean TTFT was 58.5 ms (Heron) and 150.2 ms (Stork).", [None, SUPPORTED, SUPPORTED]),
        ("At 8 clients the mean TTFT was 150.2 ms (Heron) and 58.5 ms (Stork).", [None, CONTRADICTED, CONTRADICTED]),
        ("P99 TTFT of Stork is 0.376 s at concurrency 8.", [SUPPORTED, SUPPORTED]),
        ("Mean TTFT for Heron at concurrency 4 is 31.25 ms.", [None, UNVERIFIABLE]),
    ],
    "lists under an item": [
        ("## Generation speed at 40 layers\n\n- **Otter-2-12B**\n  - Q4_K_M: 48.75 t/s", [SUPPORTED]),
        ("## Generation speed at 40 layers\n\n- **Otter-2-12B**\n  - Q4_K_M: 133.25 t/s", [CONTRADICTED]),
    ],
    "two phases": [
        ("Badger-mini Q8_0 reaches 2290.5 t/s at prompt processing.", [SUPPORTED]),
        ("Badger-mini Q8_0 generates 88.125 t/s.", [SUPPORTED]),
        ("Badger-mini Q8_0 generates 91.125 t/s.", [CONTRADICTED]),
    ],
    "heads of columns": [
        (f"## Generation (t/s)\n\n{LAYERS}", [SUPPORTED] * 2),
        (CLIENTS, [SUPPORTED, CONTRADICTED]),
    ],
    "one place": [
        ("Mean GPU power: 92.85 W.", [SUPPORTED]),
        ("Mean GPU power: 99.85 W.", [CONTRADICTED]),
        ("With the lid shut, the mean GPU power is 99.85 W.", [UNVERIFIABLE]),
    ],
    "parts of one as per cent": [
        ("The accuracy of wren-1b on piqa is 71.25%.", [SUPPORTED]),
    ],
    "names that no row has": [
        ("Mean TTFT of Egret-3B was 31.25 ms.", [UNVERIFIABLE]),
        ("Heron-9B draws 61.5 TFLOPS.", [UNVERIFIABLE]),
    ],
    "settings that files record": [
        ("- Number of prompts: 80", [SUPPORTED]),
        ("- Number of prompts: 85", [UNVERIFIABLE]),
        ("- Prompts: 80 W", [UNVERIFIABLE]),
    ],
    "a unit stated once": [
        ("Heron served 104.75 tok/s at concurrency 1, Stork 46.25.", [SUPPORTED, None, SUPPORTED]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [case for cases in CASES.values() for case in cases])
def test_rows_singled_out(facts, text, wanted):
    found = [label for _, label in labels(text, facts)]
    assert len(found) == len(wanted)
    assert [one for one, its in zip(found, wanted, strict=True) if its] == [its for its in wanted if its]


def test_a_contradiction_names_the_right_value_and_its_file(facts):
    from chimera_tui.core.verify.judge import check

    (verdict,) = check("Badger-mini Q8_0 generates 91.125 t/s.", facts).verdicts
    assert (verdict.right, verdict.sources[0].path) == ("88.125 t/s", "sweep.csv")


def test_every_source_names_a_place(facts):
    from chimera_tui.core.verify.judge import check

    text = (
        "The mean throughput of Otter-2-12B was 999.5 tokens/s.\n\nMean GPU power: 99.85 W.\n\nStork: P99 TTFT 0.999 s."
    )
    sources = [source for one in check(text, facts).verdicts for source in one.sources]
    assert sources
    assert all("?" not in source.path for source in sources)


def test_changes_between_rounded_sides(facts):
    table = "| Metric | Heron c=1 | Heron c=8 | Change |\n|---|---|---|---|\n| Mean TTFT (ms) | 31.3 | 58.5 | {} |"
    assert labels(table.format("+87%"), facts)[-1] == ("87%", SUPPORTED)
    assert labels(table.format("+120%"), facts)[-1] == ("120%", CONTRADICTED)


def test_words_far_off_do_not_refute(facts):
    text = "## Prompt processing\n\n- Highest: 2,000.5 tok/s\n- Mean for Badger-mini: 81.04 tok/s\n"
    assert [label for _, label in labels(text, facts)] == [UNVERIFIABLE, SUPPORTED]


def test_a_borrowed_unit_supports_and_never_refutes(facts):
    line = "- **Heron** at 8 clients: mean TTFT 58.5 ms, p99 146.25 ms, hit rate 0.842"
    assert [one for one in labels(line, facts) if one[0] == "0.842"] == [("0.842", UNVERIFIABLE)]
    assert labels("recall@10 and pass@1 were not measured.", facts) == []


PROMPTS = "model,prompt,ttft_s\n" + "".join(
    f"{model},{prompt},{value}\n"
    for model, prompt, value in (
        ("wren:2b", "a player failed but needs some encouragement", 0.125),
        ("wren:2b", "write a short line about the last boss", 0.375),
        ("lark:7b", "a player failed but needs some encouragement", 2.5),
    )
)
TUNING = "num_ctx,tokens_s\n1024,61.25\n1024,61.75\n2048,63.5\n2048,64.5\n4096,66.25\n4096,66.75\n"
COMPILE = {"mlp": 8.177, "conv": 16.478}


@pytest.fixture(scope="module")
def others(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("others")
    (folder / "csv_data").mkdir()
    (folder / "prompts.csv").write_text(PROMPTS)
    (folder / "csv_data" / "wren_tuning.csv").write_text(TUNING)
    for name, seconds in COMPILE.items():
        (folder / f"{name}.json").write_text(json.dumps({"backend": "inductor", "compile_time_s": seconds}))
    return facts_of(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For wren the mean TTFT is 0.250 s but the maximum 0.375 s.", [SUPPORTED, SUPPORTED]),
        ("For wren the mean TTFT is 0.290 s.", [CONTRADICTED]),
        ("In `csv_data/wren_tuning.csv` the maximum is 66.75 tokens/s.", [SUPPORTED]),
        ("num_ctx=1024 averages 61.5 tokens/s and num_ctx=4096 averages 66.5 tokens/s.", [None, SUPPORTED] * 2),
        ("num_ctx=1024 averages 61.5 tokens/s and num_ctx=4096 averages 56.5 tokens/s.",
         [None, SUPPORTED, None, CONTRADICTED]),
        ("The maximum TTFT of wren turned from 0.475 s to 0.375 s.", [UNVERIFIABLE, SUPPORTED]),
        ("The throughput of `csv_data/wren_tuning.csv` grows by 36%.", [UNVERIFIABLE]),
        ("Overall wren is quickest (0.125 s TTFT at best) and lark the slowest.", [SUPPORTED]),
        ("num_ctx=1024 averages 61.5 tokens/s, num_ctx=2048 averages 64.0 tokens/s.", [None, SUPPORTED] * 2),
        ("Files: 2 (2 CSV / 2 JSON)", [None, SUPPORTED, SUPPORTED]),
        ("For wren the mean TTFT is 0.250 s because one prompt only needed 0.135 s.", [SUPPORTED, UNVERIFIABLE]),
        ("Inductor needs 8.18 s to compile the MLP and 19.5 s for the transformer.", [SUPPORTED, UNVERIFIABLE]),
    ],
)  # fmt: skip
def test_no_other_reading_is_left_out(others, text, expected):
    found = [label for _, label in labels(text, others)]
    assert len(found) == len(expected)
    assert all(label in (None, its) for label, its in zip(expected, found, strict=True)), found
