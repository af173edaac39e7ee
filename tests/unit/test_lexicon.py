"""The lexicon is data: it is whole, and a tool or a synonym is added by a line of text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chimera_tui
from chimera_tui.core.measure.console_lines import printed
from chimera_tui.core.measure.lexicon import entries, meaning
from chimera_tui.core.measure.naming import percentile, stat_named
from chimera_tui.core.measure.tools import signatures
from chimera_tui.core.measure.units import unit_of

LOGS = {"llama.cpp", "mlperf loadgen"} | {one.tool for one in printed()}
"""Tools that are known by what their logs say, not by fields."""
PACKAGE = Path(chimera_tui.__file__).parent
DESIGN = Path(__file__).parents[2].parent / "shared" / "design" / "metric-lexicon.tsv"
ROLES = {
    "measure",
    "measure+n",
    "factor",
    "config",
    "n",
    "at",
    "id",
    "text",
    "error",
    "ok",
    "state",
    "cancelled",
    "phase",
    "exit_codes",
    "unit",
    "stat",
    "settings",
}


def rows(name: str) -> list[list[str]]:
    text = (PACKAGE / "core" / "measure" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()]


def test_every_line_of_the_lexicon_is_whole() -> None:
    header, *body = rows("lexicon.tsv")
    assert header == ["tool", "field", "role", "name", "stat", "unit", "better", "definition"]
    for row in body:
        assert len(row) == 8, row
        assert row[2] in ROLES, row
        assert row[6] in ("", "lower", "higher", "neutral"), row
        assert row[5] in ("", "?") or unit_of(row[5]), row
        assert not row[2].startswith("measure") or row[3], row


def test_no_field_is_defined_twice_for_one_tool() -> None:
    body = rows("lexicon.tsv")[1:]
    assert len({(row[0], row[1]) for row in body}) == len(body)


def test_every_signature_names_a_tool_of_the_lexicon() -> None:
    signed = {signature.tool for signature in signatures()}
    assert signed == (set(entries()) - {"*", *LOGS}) | (signed & LOGS)


@pytest.mark.skipif(not DESIGN.is_file(), reason="the shared design is not here")
def test_every_tool_of_the_design_is_recognised() -> None:
    aliases = {
        "lm-eval (<=0.3)": "lm-eval",
        "lm-eval (>=0.4)": "lm-eval",
        "optimum-benchmark (v0.0)": "optimum-benchmark",
        "ollama API": "ollama",
    }
    designed = {line.split("\t")[0] for line in DESIGN.read_text("utf-8").splitlines()[1:]}
    assert {aliases.get(tool, tool) for tool in designed} - LOGS <= {signature.tool for signature in signatures()}


@pytest.mark.parametrize(
    ("tool", "field", "unit", "expected"),
    [
        ("", "mean_time_ms", "", ("wall_time", "mean", "s")),
        ("", "p99_ms", "", ("wall_time", "p99", "s")),
        ("", "Generation Time (ms)", "", ("e2e_latency", "value", "s")),
        ("", "timing.p95_us", "", ("wall_time", "p95", "s")),
        ("", "median_tokens_s", "", ("decode_tps", "p50", "tokens/s")),
        ("", "eval_s_mean", "", ("decode_time", "mean", "s")),
        ("", "peakMemoryGiB", "", ("memory_peak", "value", "bytes")),
        ("", "memory_percent", "", ("memory", "value", "%")),
        ("aiperf", "inter_token_latency.p99", "ms", ("itl_mean_per_request", "p99", "s")),
        ("aiperf", "inter_chunk_latency.avg", "ms", ("itl_chunk_gap", "mean", "s")),
        (
            "guidellm",
            "metrics.time_per_output_token_ms.successful.percentiles.p001",
            "",
            ("tpot_incl_first", "p0.1", "s"),
        ),
        ("guidellm", "metrics.inter_token_latency_ms.successful.std_dev", "", ("itl_mean_per_request", "std", "s")),
        ("vllm bench serve", "p99_itl_ms", "", ("itl_chunk_gap", "p99", "s")),
        ("vllm bench serve", "mean_tpot_ms", "", ("tpot_excl_first", "mean", "s")),
        ("llmperf", "results_inter_token_latency_s_quantiles_p25", "", ("itl_incl_first", "p25", "s")),
        ("chimeraforge", "mean_ttft_s", "", ("ttft_server_derived", "mean", "s")),
        ("", "mean_ttft_s", "", ("ttft", "mean", "s")),
    ],
)
def test_meanings(tool: str, field: str, unit: str, expected: tuple[str, str, str]) -> None:
    found = meaning(tool, field, unit)
    assert (found.role, (found.name, found.stat, found.unit)) == ("measure", expected)


@pytest.mark.parametrize(
    ("digits", "name"),
    [("50", "p50"), ("99", "p99"), ("999", "p99.9"), ("001", "p0.1"), ("05", "p5"), ("99_90", "p99.9")],
)
def test_percentiles(digits: str, name: str) -> None:
    assert percentile(digits) == name
    assert stat_named("p" + digits) == name


def test_conversions_round_once() -> None:
    found = meaning("", "latency_ms")
    assert found.canonical(4848.439) == 4.848439  # 4848.439 × 0.001 is 4.848439000000001
    assert meaning("", "latency_ns").canonical(1.0) == 1e-9


def test_a_tool_is_added_by_lines_of_data(tmp_path: Path) -> None:
    """A copy of the package with three more lines knows the tool; no code is touched."""
    shutil.copytree(PACKAGE, tmp_path / "chimera_tui", ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "chimera_tui" / "core" / "measure"
    with (folder / "tools.tsv").open("a", encoding="utf-8") as file:
        file.write("zoombench\t\tzoom_version warp_ms\n")
    with (folder / "lexicon.tsv").open("a", encoding="utf-8") as file:
        file.write("zoombench\twarp_ms\tmeasure\twarp_time\t\tms\tlower\tfrom start to warp\n")
        file.write("*\tblink\tmeasure\tblink_time\t\tms\tlower\ta synonym for all\n")
    (tmp_path / "z.json").write_text('{"zoom_version": "1", "mean_warp_ms": 1, "warp_ms": 2500, "blink": 3}')
    script = (
        "from pathlib import Path; from chimera_tui.core.measure import Limits, measure_file;"
        "r = measure_file(Path('z.json'), 'z.json', 'json', Limits());"
        "print(r.tool, [(r.series_table[s].metric, v) for s, v in zip(r.series, r.value)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "zoombench [('warp_time', 0.001), ('warp_time', 2.5), ('blink_time', 0.003)]"
