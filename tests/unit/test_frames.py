import json
from pathlib import Path

import polars as pl
import pytest
from msgspec.structs import replace

from chimera_tui.core import frames as schema
from chimera_tui.core.assemble import Assembler
from chimera_tui.core.frames import Frames
from chimera_tui.core.links import linked
from chimera_tui.core.measure.result import ConfigKey, FileResult, SeriesKey
from chimera_tui.core.scan import Entry


def series(metric: str, stat: str = "value", unit: str = "s") -> SeriesKey:
    return SeriesKey(metric, metric, stat, unit, unit, "tool", "", "lower")


def result(
    metric_values: dict[str, list[float]], configs: list[ConfigKey] | None = None, **fields: object
) -> FileResult:
    """One record per position in the lists, each record with its own configuration where some are given."""
    made = FileResult(role="data", encoding="csv", **fields)
    made.config_table = configs or [ConfigKey(model="m")]
    made.series_table = [series(metric) for metric in metric_values]
    for index, values in enumerate(metric_values.values()):
        for record, value in enumerate(values):
            made.of.append(record)
            made.series.append(index)
            made.value.append(value)
            made.n.append(None)
            made.raw.append(None)
    made.rows = max((len(values) for values in metric_values.values()), default=0)
    for record in range(made.rows):
        made.record.append(record)
        made.config.append(record if configs else 0)
        made.phase.append(2)
        made.status_code.append(0)
        made.at.append(None)
        made.error.append(None)
    return made


def assembled(**files: FileResult) -> Frames:
    assembler = Assembler()
    for name, measured in files.items():
        entry = Entry(name.replace("__", "/").replace("_csv", ".csv").replace("_json", ".json"), "csv", 10, 1)
        assembler.add(assembler.expect(entry), entry, measured)
    return assembler.frames()


def test_empty_frames_have_an_empty_view():
    assert Frames.none().measurements().collect().height == 0


def test_frames_have_the_types_of_the_schema():
    made = assembled(a_csv=result({"ttft": [0.1, 0.2]}))
    for name, kinds in (("cells", schema.CELLS), ("series", schema.SERIES), ("configs", schema.CONFIGS)):
        assert dict(getattr(made, name).schema) == schema.dtypes(kinds)
    assert dict(made.files.schema) == schema.dtypes(schema.FILES)


def test_series_and_configs_are_shared_between_files():
    made = assembled(a_csv=result({"ttft": [0.1]}), b_csv=result({"load_time": [1.0], "ttft": [0.2]}))
    assert made.series.height == 2
    assert made.configs.height == 1
    wide = made.measurements().collect()
    assert wide.filter(metric="ttft")["value"].to_list() == [0.1, 0.2]
    assert wide.filter(metric="ttft")["path"].to_list() == ["a.csv", "b.csv"]


def test_cold_is_decided_by_the_load_of_the_same_observation():
    made = assembled(
        a_csv=result({"ttft": [3.0, 0.1], "load_time": [2.9, 0.05]}),
        b_csv=result({"ttft": [0.2]}),
    )
    wide = made.measurements().collect().filter(metric="ttft").sort("path", "record")
    assert wide["cold"].to_list() == [True, False, None]
    assert made.measurements(cold_load_s=3.0).filter(metric="ttft").collect()["cold"].to_list() == [False, False, None]


def test_every_other_factor_is_a_flat_column_of_its_own_type():
    extras = [
        {"flash_attn": True, "n_cpu_moe": 4, "ratio": 1, "mixed": 1, "path": "x", "gpus": [0, 1]},
        {"flash_attn": False, "n_cpu_moe": 8, "ratio": 0.5, "mixed": "two"},
    ]
    configs = [ConfigKey(model="m", extra=json.dumps(extra, sort_keys=True)) for extra in extras]
    wide = assembled(a_csv=result({"ttft": [1.0, 2.0]}, configs)).measurements().collect()
    assert wide["flash_attn"].to_list() == [True, False]
    assert (wide["n_cpu_moe"].dtype, wide["ratio"].dtype, wide["mixed"].dtype) == (pl.Int64, pl.Float64, pl.String)
    assert wide["mixed"].to_list() == ["1", "two"]
    assert wide["path"].to_list() == ["a.csv", "a.csv"]
    assert wide["path_factor"].to_list() == ["x", None]
    assert wide["gpus"].to_list() == ["[0,1]", None]
    assert not any(dtype.is_nested() for dtype in wide.dtypes)


def test_ten_thousand_factors_do_not_become_ten_thousand_columns():
    extra = json.dumps({f"factor {n}": n for n in range(10_000)})
    wide = assembled(a_csv=result({"ttft": [1.0]}, [ConfigKey(extra=extra)])).measurements()
    assert len(wide.collect_schema()) < 400
    assert wide.collect()["extra"].to_list() == [extra]


def test_codes_and_errors_are_spelled_out():
    made = result({"ttft": [0.0, 1.0]})
    made.status_code[0], made.error[0], made.error_table = 1, 0, ["out of memory"]
    wide = assembled(a_csv=made).measurements().collect()
    assert wide["status"].to_list() == ["failed", "ok"]
    assert wide["error"].to_list() == ["out of memory", None]
    assert wide["phase"].to_list() == ["measured", "measured"]


def test_halves_of_surrogate_pairs_do_not_stop_a_scan():
    made = result({"ttft": [1.0]})
    made.raw[0] = "\ud800"
    assert assembled(a_csv=made).cells["raw"].to_list() == ["\\ud800"]


def test_ids_go_on_from_the_base_and_are_never_given_twice():
    first = assembled(a_csv=result({"ttft": [1.0]}), b_csv=result({"ttft": [2.0]}))
    assembler = Assembler(first, next_file_id=2)
    assembler.keep({1})
    entry = Entry("c.csv", "csv", 1, 1)
    assembler.add(assembler.expect(entry), entry, result({"load_time": [3.0], "ttft": [4.0]}))
    made = assembler.frames()
    assert made.files["file_id"].to_list() == [1, 2]
    wide = made.measurements().collect()
    assert sorted(zip(wide["path"], wide["metric"], wide["value"], strict=True)) == [
        ("b.csv", "ttft", 2.0), ("c.csv", "load_time", 3.0), ("c.csv", "ttft", 4.0),
    ]  # fmt: skip
    assert made.series["metric"].to_list() == ["ttft", "load_time"]


def test_files_are_in_the_byte_order_of_their_paths():
    assembler = Assembler()
    for name in ("b", "\udcff", "a/z", "é", "a-b"):
        assembler.expect(Entry(name, "csv"))
    files = assembler.frames().files
    assert files["path"].to_list() == ["a-b", "a/z", "b", "é", "\\xff"]
    assert files["path_raw"].to_list()[-1] == b"\xff"


CONFIGS = [ConfigKey(model="gemma3:1b", num_gpu=layers) for layers in (40, 60, 80)]
RUNS = {"ttft": [0.123, 0.456, 0.789], "tps": [101.25, 102.75, 99.55]}


def linked_roles(root: Path, **files: FileResult) -> dict[str, tuple[str, str]]:
    files_frame = linked(assembled(**files), root).files
    return {path: (role, reason) for path, role, reason in files_frame.select("path", "role", "reason").iter_rows()}


def test_a_summary_that_only_repeats_is_derived(tmp_path):
    summary = result({"mean_tps": RUNS["tps"]}, CONFIGS)
    roles = linked_roles(tmp_path, d__runs_csv=result(RUNS, CONFIGS), d__summary_csv=summary)
    assert roles["d/runs.csv"] == ("data", "")
    assert roles["d/summary.csv"] == ("derived", "repeats the configurations and values of d/runs.csv")


def test_a_summary_of_means_is_data(tmp_path):
    summary = result({"mean_tps": [101.18, 102.33, 99.41]}, CONFIGS)
    assert linked_roles(tmp_path, runs_csv=result(RUNS, CONFIGS), s_csv=summary)["s.csv"] == ("data", "")


def test_the_same_values_under_other_configurations_are_data(tmp_path):
    others = [replace(key, num_gpu=999) for key in CONFIGS]
    roles = linked_roles(tmp_path, a_csv=result(RUNS, CONFIGS), b_csv=result(RUNS, others))
    assert {role for role, _ in roles.values()} == {"data"}


def test_of_twins_the_later_is_derived_and_a_short_model_name_agrees(tmp_path):
    short = [replace(key, model="gemma3_1b") for key in CONFIGS]
    roles = linked_roles(tmp_path, a_csv=result(RUNS, CONFIGS), b_json=result(RUNS, short))
    assert roles["a.csv"][0] == "data"
    assert roles["b.json"] == ("derived", "repeats the configurations and values of a.csv")


def test_single_runs_that_a_table_collects_are_derived(tmp_path):
    single = result({metric: values[:1] for metric, values in {**RUNS, "load_time": [0.051]}.items()}, CONFIGS[:1])
    table = result({**RUNS, "load_time": [0.051, 0.052, 0.053]}, CONFIGS)
    assert linked_roles(tmp_path, one_json=single, table_csv=table)["one.json"][0] == "derived"


def test_round_numbers_agree_by_chance(tmp_path):
    counts = {"requests": [10.0, 20.0, 30.0]}
    roles = linked_roles(tmp_path, a_csv=result(counts, CONFIGS), b_csv=result(counts, CONFIGS))
    assert {role for role, _ in roles.values()} == {"data"}


def test_a_derived_file_is_data_again_when_its_source_is_gone(tmp_path):
    made = linked(assembled(a_csv=result(RUNS, CONFIGS), b_csv=result(RUNS, CONFIGS)), tmp_path)
    assembler = Assembler(made, next_file_id=2)
    assembler.keep({1})
    again = linked(assembler.frames(), tmp_path).files
    assert again.select("path", "role", "reason").rows() == [("b.csv", "data", "")]


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_copies_are_found_by_content(tmp_path, size):
    contents = {"a.csv": b"x" * size, "b/c.csv": b"x" * size, "d.csv": b"x" * (size - 1) + b"y", "e.csv": b"x" * 5}
    assembler = Assembler()
    for name, content in contents.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        assembler.expect(Entry(name, "csv", len(content), 1))
    files = linked(assembler.frames(), tmp_path).files
    assert files["dup_of"].to_list() == [None, 0, None, None]
    assert files["hash"].null_count() < 4
    assert files.filter(path="e.csv")["hash"].to_list() == [None]


def test_empty_files_are_not_copies(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.csv").touch()
    assembler = Assembler()
    assembler.expect(Entry("a.csv", "csv"))
    assembler.expect(Entry("b.csv", "csv"))
    assert linked(assembler.frames(), tmp_path).files["dup_of"].to_list() == [None, None]
