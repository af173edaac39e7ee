"""Groups and pivots: true statistics, unlike things apart, and notes about what was pooled."""

import statistics
from contextlib import suppress
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.query import (
    QueryError,
    column_statistics,
    compile_filter,
    group,
    parse_grouping,
    quoted_value,
)  # fmt: skip
from tests.ui.sample_frames import sample_frames

MEASUREMENTS = sample_frames().measurements()


def grouped(text):
    return group(MEASUREMENTS, parse_grouping(text))


def test_statistics_of_a_group_are_those_of_its_values():
    result = grouped("by num_gpu, num_ctx of decode_tps")
    assert result.keys == ("num_gpu", "num_ctx")
    assert result.title == "decode_tps, value, tokens/s"
    rows = MEASUREMENTS.filter(pl.col("dup_of").is_null(), metric="decode_tps", num_gpu=40, num_ctx=512)
    values = rows.select("value").collect()["value"].to_list()
    row = result.frame.row(0, named=True)
    assert (row["num_gpu"], row["num_ctx"], row["n"]) == (40, 512, len(values)) == (40, 512, 12)
    assert row["mean"] == pytest.approx(statistics.fmean(values))
    assert row["median"] == pytest.approx(statistics.median(values))
    assert row["std"] == pytest.approx(statistics.stdev(values))
    assert row["cv"] == pytest.approx(statistics.stdev(values) / statistics.fmean(values))
    assert (row["min"], row["max"]) == (min(values), max(values))
    half = 2.2010 * statistics.stdev(values) / 12**0.5
    assert row["ci95_high"] - row["mean"] == pytest.approx(half, rel=1e-4)


def test_metrics_are_never_pooled():
    assert set(grouped("by model").frame["metric"]) == {"decode_tps", "ttft", "load_time"}
    result = grouped("by model of s")
    assert set(result.frame["metric"]) == {"ttft", "load_time"}
    assert "unit" not in result.frame.columns
    assert result.title == "value, s"


def test_notes_name_pooled_cold_starts_and_duplicates():
    notes = grouped("by model of ttft").notes
    assert any("cold and warm are pooled" in note for note in notes)
    assert any("24 of duplicate files left out" in note for note in notes)
    assert not any("cold" in note for note in grouped("by cold, model of ttft").notes)


def test_copies_and_derived_tables_count_only_where_they_are_spoken_of():
    result, whole = grouped("by model of ttft"), grouped("by path, model of ttft")
    assert whole.frame["n"].sum() - result.frame["n"].sum() == 24
    assert "dup_of is null" in result.common
    schema = sample_frames().measurements().collect_schema()
    chosen = group(
        sample_frames().measurements(),
        parse_grouping("by model of ttft"),
        compile_filter("path ~ csv", schema, ("path",)),
    )
    assert not any("left out" in note for note in chosen.notes)


def test_the_common_filter_and_a_key_find_the_rows_of_a_group_again():
    result = grouped("by model of ttft")
    frame = sample_frames().measurements()
    for row in result.frame.iter_rows(named=True):
        text = f"{result.common} model = {quoted_value(row['model'])}"
        found = frame.filter(compile_filter(text, frame.collect_schema(), ("path",))).collect()
        assert found.height == row["n"]


def test_failed_rows_are_left_out_and_counted():
    frames = sample_frames()
    cells = frames.cells.with_columns(status=pl.when(pl.int_range(pl.len()) < 3).then(1).otherwise(0).cast(pl.UInt8))
    result = group(replace(frames, cells=cells).measurements(), parse_grouping("by model of decode_tps"))
    assert result.frame["n"].sum() == 47
    assert "1 failed left out" in result.notes


def test_a_numeric_column_can_be_summarised():
    frame = grouped("by model of num_ctx").frame
    assert frame["min"].to_list() == [512, 512]
    assert frame["max"].to_list() == [4096, 4096]


def test_pivot_is_a_table_of_one_statistic():
    result = grouped("pivot num_gpu x num_ctx of decode_tps median")
    assert result.frame.columns == ["num_gpu", "num_ctx=512", "num_ctx=4096"]
    assert result.frame["num_gpu"].to_list() == [40, 80]
    assert result.frame["num_ctx=512"][0] == 91.0
    assert result.title == "median of decode_tps, value, tokens/s"
    assert result.notes[-1] == "n = 12 a cell"


@pytest.mark.parametrize(("text", "said"), [
    ("by", "Groups are written"),
    ("by ,", "Groups are written"),
    ("nonsense", "Groups are written"),
    ("pivot a", "A pivot is written"),
    ("pivot num_gpu x num_ctx of ttft mode", "no statistic “mode”"),
    ("by modell of ttft", "no column “modell”; did you mean model?"),
    ("by model of ttfft", "“ttfft”; did you mean ttft?"),
    ("by model of zzzzzz", "there are decode_tps"),
])  # fmt: skip
def test_errors_say_what_is_wrong(text, said):
    with pytest.raises(QueryError) as caught:
        grouped(text)
    assert said in str(caught.value)


def test_a_pivot_with_too_many_columns_is_refused():
    with pytest.raises(QueryError, match="a pivot has room for"):
        group(
            MEASUREMENTS.with_columns(num_ctx=pl.int_range(pl.len()), dup_of=None),
            parse_grouping("pivot model x num_ctx of ttft"),
        )


def test_column_statistics_leave_out_what_is_no_number():
    found = column_statistics(pl.DataFrame({"x": [1.0, 2.0, None, float("nan"), float("inf"), 3.0]}), "x")
    assert (found["n"], found["mean"], found["std"], found["max"]) == (3, 2.0, 1.0, 3.0)
    assert column_statistics(pl.DataFrame({"x": pl.Series([], dtype=pl.Int64)}), "x")["mean"] is None


@given(st.text(max_size=40))
def test_any_text_is_a_grouping_or_a_query_error(text):
    for line in (text, f"by {text}", f"pivot {text}", f"by model of {text}"):
        with suppress(QueryError):
            grouped(line)
