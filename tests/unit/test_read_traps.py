"""Every trap that real repositories hold, each through the whole way from bytes to cells."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chimera_tui.core.frames import PHASES, STATUSES
from chimera_tui.core.measure import FileResult, Limits, measure_file

CSV = "model,num_gpu,ttft_ms,tokens_s\ngemma3:1b,40,20.5,181.2\ngemma3:1b,80,21.5,182.3\n"


@pytest.fixture
def measured(tmp_path: Path) -> Any:
    def run(data: bytes | str, rel: str = "results/a.csv", limits: Limits | None = None) -> FileResult:
        path = tmp_path / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        kinds = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "text"}
        result = measure_file(path, rel, kinds.get(path.suffix, "text"), limits or Limits())
        assert {len(column) for column in (result.of, result.series, result.n, result.raw)} == {len(result.value)}
        observations = (result.config, result.phase, result.status_code, result.at, result.error)
        assert {len(column) for column in observations} == {len(result.record)}
        assert set(result.of) <= set(range(len(result.record)))
        return result

    return run


def cells(result: FileResult, metric: str, stat: str | None = None) -> list[float]:
    return [
        value
        for value, series in zip(result.value, result.series, strict=True)
        if result.series_table[series].metric == metric and stat in (None, result.series_table[series].stat)
    ]


def series(result: FileResult, metric: str) -> Any:
    return next(key for key in result.series_table if key.metric == metric)


def extra(result: FileResult, i: int = 0) -> dict[str, Any]:
    return json.loads(result.config_table[result.config[result.of[i]]].extra or "{}")


def test_plain_csv(measured: Any) -> None:
    result = measured(CSV)
    assert (result.status, result.encoding, result.rows, result.cols) == ("ok", "csv", 2, 4)
    assert cells(result, "ttft") == [0.0205, 0.0215]
    assert (series(result, "ttft").unit, series(result, "ttft").raw_unit) == ("s", "ms")
    assert result.raw[:2] == ["20.5", "21.5"]
    assert [c.num_gpu for c in result.config_table] == [40, 80]


def test_utf8_byte_order_mark(measured: Any) -> None:
    result = measured(b"\xef\xbb\xbf" + CSV.encode())
    assert result.encoding == "csv utf-8-sig"
    assert result.config_table[0].model == "gemma3:1b"


def test_byte_order_mark_in_json(measured: Any) -> None:
    result = measured(b"\xef\xbb\xbf" + b'{"ttft_s": 0.5}', "a.json")
    assert (result.encoding, cells(result, "ttft")) == ("json utf-8-sig", [0.5])


@pytest.mark.parametrize(
    ("codec", "name"), [("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")]
)
def test_utf16(measured: Any, codec: str, name: str) -> None:
    result = measured(CSV.encode(codec))
    assert (result.encoding, cells(result, "decode_tps")) == (f"csv {name}", [181.2, 182.3])


def test_latin1_bytes(measured: Any) -> None:
    result = measured(CSV.replace("gemma3:1b,40", "caf\xe9:1b,40").encode("latin-1"))
    assert result.encoding == "csv latin-1"
    assert result.config_table[0].model == "caf\xe9:1b"


def test_stderr_lines_inside_jsonl(measured: Any) -> None:
    text = 'ggml_cuda_init: found 1 device\n  Device 0: x\n{"ttft_s": 0.1}\nwarning: y\n{"ttft_s": 0.2}\n'
    result = measured(text, "a.jsonl")
    assert (result.status, result.encoding, cells(result, "ttft")) == ("ok", "jsonl", [0.1, 0.2])
    assert "3 of its lines are not JSON" in result.reason
    assert result.records == {0: "line 3", 1: "line 5"}


def test_bare_nan_and_infinity_in_json(measured: Any) -> None:
    result = measured('{"ttft_s": NaN, "tokens_s": 10.5, "request_rate": Infinity}', "a.json")
    assert (result.status, cells(result, "ttft"), cells(result, "decode_tps")) == ("ok", [], [10.5])


def test_bare_nan_and_infinity_in_jsonl(measured: Any) -> None:
    result = measured('{"tokens_s": 1.5, "load_s": NaN}\n{"tokens_s": 2.5, "load_s": -Infinity}\n', "a.jsonl")
    assert (result.encoding, cells(result, "decode_tps"), cells(result, "load_time")) == ("jsonl", [1.5, 2.5], [])


def test_jsonl_under_a_json_name(measured: Any) -> None:
    result = measured('{"ttft_s": 0.1}\n{"ttft_s": 0.2}\n', "a.json")
    assert (result.status, result.encoding, cells(result, "ttft")) == ("ok", "jsonl", [0.1, 0.2])
    assert result.records == {}


def test_json_under_a_csv_name(measured: Any) -> None:
    result = measured('{"ttft_s": 0.1}', "a.csv")
    assert (result.encoding, cells(result, "ttft")) == ("json", [0.1])


def test_truncated_json_keeps_what_was_whole(measured: Any) -> None:
    whole = json.dumps({"model": "gemma3:1b", "results": [{"ttft_s": 0.1}, {"ttft_s": 0.2}, {"ttft_s": 0.3}]})
    result = measured(whole[: whole.index("0.3") + 1], "a.json")
    assert result.status == "partial"
    assert "kept" in result.reason
    assert cells(result, "ttft") == [0.1, 0.2]
    assert result.config_table[0].model == "gemma3:1b"


def test_truncated_last_line_of_jsonl(measured: Any) -> None:
    result = measured('{"ttft_s": 0.1}\n{"ttft_s": 0.2}\n{"ttft_s": 0.', "a.jsonl")
    assert (result.status, cells(result, "ttft")) == ("partial", [0.1, 0.2])


def test_broken_json_says_where(measured: Any) -> None:
    result = measured("{not json at all", "a.json")
    assert (result.status, result.value) == ("no measurements", [])
    assert "broken" in result.reason


def test_csv_that_holds_an_error_message(measured: Any) -> None:
    result = measured("==ERROR== the argument for option '--page' is invalid. Use --help for details.\n")
    assert result.status == "no measurements"
    assert result.reason.startswith("an error message, not a table: ==ERROR==")


def test_csv_that_holds_prose_or_html(measured: Any) -> None:
    assert "no table" in measured("nothing here\nbut words\n").reason
    assert "web page" in measured("<!DOCTYPE html>\n<html></html>\n").reason


def test_ragged_rows_short_and_joinable(measured: Any) -> None:
    text = "Model,KV,Batch Size,ttft_s\nm,plain,1,0.5\nm,Weight = fp8, KV = fp8,1,0.25\nm,short,1\n"
    result = measured(text)
    assert result.status == "ok"
    assert cells(result, "ttft") == [0.5, 0.25]
    assert extra(result, 1)["KV"] == "Weight = fp8, KV = fp8"


def test_ragged_rows_that_cannot_be_told(measured: Any) -> None:
    result = measured("a_ms,b_ms\n1.5,2.5\n1,2,3,4\n")
    assert result.status == "partial"
    assert "1 rows have more cells" in result.reason
    assert len(result.value) == 2


def test_ragged_rows_of_a_table_with_one_number_a_row(measured: Any) -> None:
    text = "model,metric,value,unit\na,ttft,1.5,s\na,ttft,1,5,s\na,oops\nb,ttft,1.75,s\n"
    result = measured(text)
    assert (result.status, cells(result, "ttft"), result.record) == ("partial", [1.5, 1.75], [0, 3])
    assert "1 rows have more cells than the header" in result.reason


def test_two_tables_stacked(measured: Any) -> None:
    result = measured("num_gpu,ttft_s\n40,0.5\n80,0.25\n\nTest,load_s\nx,1.5\n")
    assert cells(result, "ttft") == [0.5, 0.25]
    assert cells(result, "load_time") == [1.5]
    assert result.record == [0, 1, 2]
    assert result.records == {2: "line 6"}
    assert "2 tables" in result.reason


def test_blank_lines_inside_one_table(measured: Any) -> None:
    result = measured("num_gpu,ttft_s\n\n40,0.5\n\n80,0.25\n")
    assert (cells(result, "ttft"), result.record) == ([0.5, 0.25], [0, 1])


def test_units_row_below_the_header(measured: Any) -> None:
    result = measured('"Kernel","time","occupancy"\n"","us","%"\n"gemm",9.408,75.7\n"gelu",4.5,60\n')
    assert result.rows == 2
    assert cells(result, "wall_time") == pytest.approx([9.408e-6, 4.5e-6])
    assert series(result, "occupancy").unit == "%"
    assert series(result, "occupancy").definition.startswith("not in the lexicon")


def test_units_inside_headers(measured: Any) -> None:
    result = measured("Prompt,Latency (ms),Throughput (tok/s),Memory [MB]\nx,1500,20,3\n")
    assert cells(result, "e2e_latency") == [1.5]
    assert cells(result, "output_tps") == [20]
    assert cells(result, "memory_used") == [3e6]


def test_crlf_and_old_line_ends(measured: Any) -> None:
    assert cells(measured(CSV.replace("\n", "\r\n")), "decode_tps") == [181.2, 182.3]
    assert cells(measured(CSV.replace("\n", "\r")), "decode_tps") == [181.2, 182.3]


def test_empty_file(measured: Any) -> None:
    for rel in ("a.csv", "a.json", "a.jsonl", "a.md", "a.txt"):
        result = measured(b"", rel)
        assert (result.status, result.reason, result.encoding) == ("no measurements", "the file is empty", "empty")


def test_white_space_only(measured: Any) -> None:
    for rel in ("a.csv", "a.json", "a.jsonl"):
        assert measured(b" \n\n ", rel).status == "no measurements"


def test_header_without_rows(measured: Any) -> None:
    result = measured("num_gpu,ttft_s\n")
    assert (result.status, result.reason) == ("no measurements", "a header without rows")


def test_three_row_header(measured: Any) -> None:
    text = (
        "Run Info,,Request Latency,,,Time to First Token,,\n"
        ",,Successful Sec,,,Successful ms,,\n"
        "Model,Rate,Mean,Median,Percentiles,Mean,Std Dev,Percentiles\n"
        'llama,4,1.5,1.25,"[0.1, 0.2, 0.3, 0.4, 0.5, 1.25, 1.5, 1.75, 2.0, 3.0, 4.0]",20.5,1.5,"[1, 2, 3]"\n'
    )
    result = measured(text, "benchmarks.csv")
    assert result.tool == "guidellm"
    assert cells(result, "e2e_latency", "mean") == [1.5]
    assert cells(result, "e2e_latency", "p99.9") == [4.0]
    assert cells(result, "ttft", "mean") == [0.0205]
    assert cells(result, "ttft", "p0.1") == [0.001]


def test_a_line_of_29_kb(measured: Any) -> None:
    names = ["model", "ttft_s"] + [f"attribute_{i}_of_the_device" for i in range(1000)]
    result = measured(",".join(names) + "\ngemma3:1b,0.5" + ",1.5" * 1000 + "\n")
    assert (result.status, result.cols, len(result.value)) == ("ok", 1002, 1001)


def test_git_lfs_pointer(measured: Any) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    for rel in ("a.csv", "a.json", "a.parquet"):
        result = measured(text, rel)
        assert (result.status, result.encoding) == ("failed", "git-lfs pointer")
        assert "git lfs pull" in result.reason


def test_unreadable_missing_and_folder(tmp_path: Path) -> None:
    gone = measure_file(tmp_path / "gone.csv", "gone.csv", "csv", Limits())
    assert (gone.status, "gone" in gone.reason) == ("failed", True)
    folder = measure_file(tmp_path, "x", "csv", Limits())
    assert folder.status == "failed"


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")  # what os.open says to anyone but root

    monkeypatch.setattr(os, "open", refuse)
    result = measure_file(tmp_path / "a.csv", "a.csv", "csv", Limits())
    assert (result.status, "permissions" in result.reason) == ("failed", True)


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert measure_file(tmp_path / "a.csv", "a.csv", "csv", Limits()).status == "no measurements"


def test_escapes_in_cells(measured: Any) -> None:
    result = measured("model,ttft_s,status\n\x1b[1mgemma3\x1b[0m,\x1b[32m0.5\x1b[0m,\x1b]0;title\x07ok\n")
    assert cells(result, "ttft") == [0.5]
    assert result.config_table[0].model == "gemma3"


def test_failures_stored_as_zero(measured: Any) -> None:
    result = measured("ttft_s,tokens_s,error\n0.000000,0.00,Failed to connect\n0.5,75.2,\n")
    assert [STATUSES[code] for code in result.of_cells(result.status_code)] == ["failed", "ok", "failed", "ok"]
    assert result.error_table == ["Failed to connect"]
    assert result.of_cells(result.error) == [0, None, 0, None]
    assert cells(result, "decode_tps") == [0.0, 75.2]


def test_success_false_and_status_failed(measured: Any) -> None:
    result = measured('[{"ttft_s": 0.0, "success": false}, {"ttft_s": 0.5, "success": true}]', "a.json")
    assert result.status_code == [1, 0]
    result = measured("ttft_s,status\n0,timeout\n0.5,ok\n")
    assert (result.status_code, result.error_table) == ([1, 0], ["status: timeout"])


def test_nested_error_marks_the_whole_record(measured: Any) -> None:
    document = {
        "backends": {
            "eager": {"benchmark": {"mean_time_ms": 1.5}, "compilation": None},
            "jit": {"benchmark": {"mean_time_ms": 0.0}, "compilation": {"success": False, "error": "no triton"}},
        }
    }
    result = measured(json.dumps(document), "a.json")
    assert (result.status_code, result.error_table) == ([0, 1], ["no triton"])
    assert [c.backend for c in result.config_table] == ["eager", "jit"]


def test_deep_nesting(measured: Any) -> None:
    text = '{"a":' * 500 + '{"ttft_s": 1.5}' + "}" * 500
    result = measured('{"tokens_s": 2.5, "b": ' + text + "}", "a.json")
    assert (result.status, cells(result, "decode_tps")) == ("partial", [2.5])
    assert "deeper than" in result.reason
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000):
        assert measured(text, "b.json").value == []


def test_binary_under_a_text_name(measured: Any) -> None:
    result = measured(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "a.csv")
    assert (result.status, result.encoding) == ("no measurements", "binary")
    assert "PNG" in result.reason


def test_thousands_separators_and_percent(measured: Any) -> None:
    result = measured('name,load_ms,gpu_util\na,"1,234.5",93%\nb,"2,000",7 %\n')
    assert cells(result, "load_time") == [1.2345, 2.0]
    assert cells(result, "gpu_utilization") == [93, 7]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_delimiters(measured: Any, delimiter: str) -> None:
    assert cells(measured(CSV.replace(",", delimiter)), "decode_tps") == [181.2, 182.3]


def test_prose_markdown_is_never_measured(measured: Any) -> None:
    text = (
        "# Report\n\nTTFT was 0.5 s.\n\n| Model | Mean TTFT (s) | tokens_s |\n|---|---|---|\n| gemma3 | 0.5 | 102.3 |\n"
    )
    result = measured(text, "report.md")
    assert (result.status, result.role, result.value) == ("no measurements", "prose", [])


def test_the_table_a_tool_printed_is_measured(measured: Any) -> None:
    text = (
        "# Results\n\n| model | size | params | backend | ngl | test | t/s |\n"
        "| --- | ---: | ---: | --- | --: | --- | ---: |\n"
        "| llama 1B Q4_K - Medium | 762.81 MiB | 1.24 B | ROCm | 99 | pp2048 @ d65536 | 504.88 ± 0.76 |\n"
        "| llama 1B Q4_K - Medium | 762.81 MiB | 1.24 B | ROCm | 99 | tg32 | 22.5 ± 0.01 |\n"
    )
    for rel in ("bench.md", "bench.txt"):
        result = measured(text, rel)
        assert result.tool == "llama-bench"
        assert cells(result, "prefill_tps", "mean") == [504.88]
        assert cells(result, "prefill_tps", "std") == [0.76]
        assert cells(result, "decode_tps", "mean") == [22.5]
        assert cells(result, "model_bytes") == pytest.approx([762.81 * 2**20] * 2)
        assert cells(result, "model_params") == pytest.approx([1.24e9] * 2)
        first = result.config_table[0]
        assert (first.quant, first.num_gpu, first.input_tokens, extra(result)["context_depth"]) == (
            "Q4_K",
            99,
            2048,
            65536,
        )


def test_warmup_only_when_recorded(measured: Any) -> None:
    text = (
        '{"metadata": {"benchmark_phase": "warmup"}, "metrics": {"request_latency": {"value": 5, "unit": "ms"}}}\n'
        '{"metadata": {"benchmark_phase": "profiling"}, "metrics": {"request_latency": {"value": 4, "unit": "ms"}}}\n'
    )
    result = measured(text, "profile_export.jsonl")
    assert [PHASES[phase] for phase in result.phase] == ["warmup", "measured"]
    assert {PHASES[phase] for phase in measured(CSV).phase} == {"unknown"}


def test_samples_are_summarised(measured: Any) -> None:
    result = measured(
        json.dumps(
            {
                "model": "m",
                "ttfts": [0.1, 0.2, 0.3],
                "itls": [[0.01, 0.03], [0.02]],
                "mean_ttft_ms": 200.0,
                "mean_itl_ms": 20.0,
                "model_id": "m",
                "backend": "vllm",
            }
        ),
        "a.json",
    )
    assert result.tool == "vllm bench serve"
    assert cells(result, "ttft", "mean") == [0.2]
    assert cells(result, "ttft", "p50") == [0.2]
    assert cells(result, "itl_chunk_gap", "max") == [0.03]
    assert {result.n[i] for i, s in enumerate(result.series) if result.series_table[s].metric == "itl_chunk_gap"} == {3}


def test_options_as_json_in_a_cell(measured: Any) -> None:
    result = measured('tokens_s,options\n10.5,"{""temperature"":0.3,""top_p"":0.9,""num_thread"":8}"\n')
    config = result.config_table[0]
    assert (config.temperature, config.top_p, extra(result)) == (0.3, 0.9, {"num_thread": 8})


def test_timestamps_become_at(measured: Any) -> None:
    result = measured("timestamp,ttft_s\n2025-10-02T19:18:24.204845+00:00,0.5\n1759253524.5,0.25\n")
    assert result.at == [1759432704204845000, 1759253524500000000]
    assert len(result.series_table) == 1


def test_identifiers_are_not_measurements(measured: Any) -> None:
    result = measured("prompt_index,request_id,seed,port,version,ttft_s\n1,7,42,8000,3,0.5\n")
    assert [key.metric for key in result.series_table] == ["ttft"]


def test_unknown_columns_are_kept_and_marked(measured: Any) -> None:
    result = measured("model,frobnication\nm,1.5\n")
    key = result.series_table[0]
    assert (key.metric, key.unit, key.raw_unit) == ("frobnication", "", "")
    assert key.definition == "not in the lexicon: kept under its own name; the unit is not stated"


def test_control_lists_are_no_measurements(measured: Any) -> None:
    result = measured("task,data,nrow,k\ngroupby,G1,1e9,1e2\njoin,J1,1e9,10\n")
    assert (result.status, result.value) == ("no measurements", [])
    assert "whole numbers" in result.reason


def test_system_description_is_no_measurement(measured: Any) -> None:
    result = measured(
        '{"division": "closed", "host_processor_core_count": "64", "framework": "PyTorch"}', "systems/x.json"
    )
    assert (result.status, "describes" in result.reason) == ("no measurements", True)


def test_path_hints_and_conflicts(measured: Any) -> None:
    text = '{"options": {"num_gpu": 60}, "ttft_s": 0.5}'
    result = measured(text, "gpu80_ctx512_temp0p8/run.json")
    config = result.config_table[0]
    assert (config.num_gpu, config.num_ctx, config.temperature) == (60, 512, 0.8)
    assert config.path_conflict == "num_gpu: path says 80, recorded is 60"


def test_millions_of_rows_become_a_summary(measured: Any) -> None:
    rows = "".join(f"gemma3:1b,{i % 100}.5,{'' if i % 4 else 'boom'}\n" for i in range(2_000))
    result = measured("model,ttft_ms,error\n" + rows, limits=Limits(cells_per_file=500))
    assert (result.level, result.rows) == ("summary", 2_000)
    assert "more than 500 numbers" in result.reason
    stats = {key.stat: value for key, value in zip(result.series_table, result.value, strict=True)}
    kept = [(i % 100 + 0.5) / 1000 for i in range(2_000) if i % 4]
    assert stats["mean"] == pytest.approx(sum(kept) / len(kept))
    assert (stats["min"], stats["max"], set(result.n)) == (min(kept), max(kept), {1500})
    assert result.config_table[0].model == "gemma3:1b"


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_large_json_is_streamed_and_summarised(tmp_path: Path, form: str) -> None:
    records = [
        {
            "model": "m" if i < 900 else "other",
            "ttft_s": i / 1000 if i % 7 else None,
            "error": "boom" if i % 10 == 9 else None,
            "prompt": "p",
            "steps": [1, 2] if i == 777 else None,
        }
        for i in range(1000)
    ]
    path = tmp_path / f"a.{form}"
    if form == "json":
        path.write_text(json.dumps({"options": {"num_gpu": 80}, "results": records}))
    else:
        path.write_text("\n".join(map(json.dumps, records)))
    result = measure_file(path, path.name, form, Limits(small_bytes=1000, cells_per_file=100))
    kept = [r["ttft_s"] for r in records if r["ttft_s"] is not None and not r["error"]]
    stats = {
        key.stat: value for key, value in zip(result.series_table, result.value, strict=True) if key.field == "ttft_s"
    }
    assert (result.level, result.rows, result.encoding) == ("summary", 1000, form)
    assert stats["mean"] == pytest.approx(sum(kept) / len(kept))
    assert (stats["min"], stats["max"]) == (min(kept), max(kept))
    assert result.n[0] == len(kept)
    config = result.config_table[0]
    assert (config.model, config.num_gpu, json.loads(config.extra or "{}")) == (
        None,
        80 if form == "json" else None,
        {"prompt": "p"},
    )


def test_large_json_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    whole = json.dumps([{"ttft_s": i + 0.5} for i in range(300)])
    path = tmp_path / "a.json"
    path.write_text(whole[:-40])
    result = measure_file(path, "a.json", "json", Limits(small_bytes=1000))
    assert result.status == "partial"
    assert "what came before is kept" in result.reason
    assert result.value[:3] == [0.5, 1.5, 2.5]
    assert len(result.value) > 280


def test_large_csv_in_full_when_few_cells_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("model,note,ttft_ms\n" + "".join(f"m,{'x' * 150},{i}.5\n" for i in range(200)))
    result = measure_file(path, "a.csv", "csv", Limits(small_bytes=1000))
    assert (result.level, result.record, result.value[0]) == ("full", list(range(200)), 0.0005)


def test_parquet(tmp_path: Path) -> None:
    import polars as pl

    path = tmp_path / "a.parquet"
    frame = pl.DataFrame(
        {
            "model": ["m", "m"],
            "num_gpu": [40, 80],
            "ttft_ms": [20.5, None],
            "nested": [{"load_s": 0.5}, {"load_s": 1.5}],
        }
    )
    frame.write_parquet(path)
    result = measure_file(path, "a.parquet", "parquet", Limits())
    assert (result.status, result.encoding) == ("ok", "parquet")
    assert cells(result, "ttft") == [0.0205]
    assert cells(result, "load_time") == [0.5, 1.5]
    path.write_bytes(path.read_bytes()[:-30])
    cut = measure_file(path, "a.parquet", "parquet", Limits())
    assert (cut.status, "not readable as Parquet" in cut.reason) == ("failed", True)


def test_a_failed_row_without_numbers_is_counted(tmp_path):
    (tmp_path / "a.csv").write_text("num_gpu,tokens_s,error\n40,101.5,\n80,,timed out\n")
    result = measure_file(tmp_path / "a.csv", "a.csv", "csv", Limits())
    failed = [i for i, status in enumerate(result.of_cells(result.status_code)) if status]
    assert [(result.series_table[result.series[i]].metric, result.record[result.of[i]]) for i in failed] == [
        ("failure", 1)
    ]
    assert result.error_table == ["timed out"]
    assert result.config_table[result.config[result.of[failed[0]]]].num_gpu == 80


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_failed_result_without_numbers_is_counted(tmp_path, name):
    items = [{"model": "m:1b", "tokens_per_second": 12.5}, {"model": "m:1b", "error": "timed out"}]
    lines = "\n".join(json.dumps(item) for item in items)
    (tmp_path / name).write_text(lines if name.endswith("l") else json.dumps({"results": items}))
    result = measure_file(tmp_path / name, name, name.partition(".")[2], Limits())
    assert list(
        zip(result.of_cells(result.record), result.value, result.of_cells(result.status_code), strict=True)
    ) == [(0, 12.5, 0), (1, 1.0, 1)]


def test_messages_of_errors_alone_are_no_results(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"error": "model not found"}\n{"error": "timed out"}\n')
    result = measure_file(tmp_path / "a.jsonl", "a.jsonl", "jsonl", Limits())
    assert (result.status, result.value, result.reason) == ("no measurements", [], "only messages of errors, no result")


def test_what_only_the_path_states_is_marked(tmp_path):
    (tmp_path / "a.csv").write_text("num_gpu,tokens_s\n40,101.5\n")
    (config,) = measure_file(tmp_path / "a.csv", "gemma3/ctx512_num_gpu40.csv", "csv", Limits()).config_table
    assert (config.model, config.num_ctx, config.num_gpu) == ("gemma3", 512, 40)
    assert set(config.from_path.split(", ")) == {"model", "num_ctx"}


def test_queries_are_not_quantisations():
    from chimera_tui.core.measure.entities import entity_column, quant_in

    assert entity_column("Q4") is None
    assert entity_column("Q4_K_M") == "quant"
    assert quant_in("llama3.1:8b-q8") == "q8"


def test_decimal_commas(measured: Any) -> None:
    semicolons = measured("model;ttft_ms;tokens_s\na;12,5;101,2\na;1.013,5;99\n")
    assert cells(semicolons, "ttft") == pytest.approx([0.0125, 1.0135])
    assert cells(semicolons, "decode_tps") == [101.2, 99]
    quoted = measured('model,tokens_s,total_tokens\na,"12,5","1,234"\n')
    assert (cells(quoted, "decode_tps"), cells(quoted, "total_tokens")) == ([12.5], [1234])
    english = measured("model;tokens_s;total_tokens\na;12.5;1,234\n")
    assert (cells(english, "decode_tps"), cells(english, "total_tokens")) == ([12.5], [1234])


def test_decimal_commas_of_a_large_table(measured: Any) -> None:
    rows = "".join(f"a;{100 + i % 7},5;1.0{i % 90 + 10},5\n" for i in range(200_000))
    result = measured("model;tokens_s;ttft_ms\n" + rows)
    assert result.level == "summary"
    assert cells(result, "decode_tps", "max") == [106.5]
    assert cells(result, "ttft", "min") == pytest.approx([1.0105])
