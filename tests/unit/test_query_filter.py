"""The filter language: what it means, what it says when it is wrong, and that nothing else leaves it."""

import re
from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.query import QueryError, compile_filter, quoted_value

FRAME = pl.DataFrame({
    "path": ["a/one.csv", "a/two.json", "b/Three.CSV", "b/c/four.md", None],
    "kind": ["csv", "json", "csv", "markdown", None],
    "size": pl.Series([500, 12_000, 20_000, 1_100_000, None], dtype=pl.UInt64),
    "value": [0.25, 1.5, float("nan"), -3.0, None],
    "num_gpu": pl.Series([40, 80, None, 40, None], dtype=pl.Int32),
    "cold": [True, False, None, True, None],
    "modified": [0, 1_759_325_100, 1_759_276_800, 1_700_000_000, None],
    "day": pl.Series(["2025-10-01", "2024-02-29", None, "2025-09-30", "1999-12-31"]).str.to_date(),
    "odd name": ["x", "y", "z", "and", "or"],
}).with_columns(
    modified=pl.from_epoch("modified").dt.replace_time_zone("UTC")
)  # fmt: skip


def rows(text: str) -> list[int]:
    expression = compile_filter(text, FRAME.schema, text_columns=("path",))
    mask = FRAME.select(expression.alias("_")).to_series()
    assert mask.null_count() == 0
    return mask.arg_true().to_list()


@pytest.mark.parametrize(("text", "expected"), [
    ("kind = csv", [0, 2]),
    ("KIND == CSV", [0, 2]),
    ("kind = csv and size > 10k", [2]),
    ("kind = csv size > 10k", [2]),
    ("kind=csv size>10k", [2]),
    ("kind = json or kind = markdown and size > 1M", [1, 3]),
    ("(kind = json or kind = markdown) and size > 1M", [3]),
    ("not kind = csv", [1, 3, 4]),
    ("kind != csv", [1, 3, 4]),
    ("! kind <> csv", [0, 2]),
    ("kind in (csv, json)", [0, 1, 2]),
    ("kind is null", [4]),
    ("kind is not null and num_gpu = null", [2]),
    ("num_gpu != null", [0, 1, 3]),
    ("size >= 12kB", [1, 2, 3]),
    ("size > 11Ki size < 1Mi", [1, 2]),
    ("size <= 0.5kb", [0]),
    ("size > -1", [0, 1, 2, 3]),
    ("size = 1e400", []),
    ("value < 300ms", [0, 3]),
    ("value = nan", [2]),
    ("value = -3", [3]),
    ("cold = true", [0, 3]),
    ("cold = no", [1]),
    ("modified = 2025-10-01", [1, 2]),
    ("modified > 2025-10-01", []),
    ("modified >= 2025-10-01", [1, 2]),
    ("modified = 2025-10-01T13:25", [1]),
    ("modified < 2025", [0, 3]),
    ("modified != 2025", [0, 3, 4]),
    ("day = 2024-02", [1]),
    ("day > 2024", [0, 3]),
    ("four", [3]),
    ("THREE", [2]),
    ("*.csv", [0, 2]),
    ("a/*", [0, 1]),
    ("b/?/*", [3]),
    ("path ~ ONE", [0]),
    ("path !~ one", [1, 2, 3, 4]),
    ("kind = m*n", [3]),
    ('kind = "m*n"', []),
    ("kind != *s*", [3, 4]),
    ("size ~ 000", [1, 2, 3]),
    ('"odd name" = "and"', [3]),
    ("`odd name` = 'or'", [4]),
    ('"four"', [3]),
    ("in", []),
])  # fmt: skip
def test_meaning(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(("text", "said"), [
    ("siz > 10k", "no column “siz”; did you mean size?"),
    ("Modifed > 2025", "did you mean modified?"),
    ("zzz = 1", "there are path, kind, size"),
    ("size > big", "“size” is a number, “big” is not"),
    ("size > 10q", "“q” after a number"),
    ("size >", "A value is missing after size >"),
    ("> 10", "A column name is missing before “>”"),
    ("kind = csv and", "A condition is missing at the end"),
    ("(kind = csv", "closing parenthesis"),
    ("kind = csv)", "“)” does not fit here"),
    ("kind in (csv", "closing parenthesis"),
    ("kind is csv", "null or not null"),
    ('kind = "csv', "is not closed"),
    ("cold = maybe", "true or false"),
    ("cold > true", "true or false"),
    ("modified > yesterday", "is a time, such as"),
    ("modified = 2025-13-40", "There is no time"),
    ("", "empty"),
    ("or", "A condition is missing"),
    ("(" * 500, "too deeply"),
    ("not " * 400 + "x", "too deeply"),
    ("x" * 5000, "longer than"),
])  # fmt: skip
def test_errors_say_what_is_wrong(text, said):
    with pytest.raises(QueryError, match=re.escape(said)):
        rows(text)


@pytest.mark.parametrize(("text", "expected"), [
    ("gemma3:4b", [0, 2]), ("decode", [0, 1]), ("gemma decode", [0]), ("not gemma", [1, 3]), ("llama*", [1]),
    ("no", []),
])  # fmt: skip
def test_a_bare_word_looks_into_every_text_column_that_is_there(text, expected):
    frame = pl.DataFrame({
        "path": ["a.csv", "b.csv", "gemma3:4b.csv", "c.csv"],
        "model": pl.Series(["gemma3:4b-it-qat", "llama3.2:3b", None, None], dtype=pl.Categorical),
        "metric": ["decode_tps", "decode_tps", "ttft", None],
        "note": pl.Series([None] * 4, dtype=pl.Null),
    })  # fmt: skip
    where = compile_filter(text, frame.schema, text_columns=("path", "model", "metric", "note", "no such column"))
    assert frame.select(where).to_series().arg_true().to_list() == expected


def test_a_bare_word_without_a_text_column_is_an_error():
    with pytest.raises(QueryError, match="no column “four”"):
        compile_filter("four", FRAME.schema)
    with pytest.raises(QueryError, match="comes a comparison"):
        compile_filter("size", FRAME.schema)


@given(st.text(max_size=20))
def test_a_quoted_value_finds_itself(text):
    frame = pl.DataFrame({"x": [text, text + "!", None]})
    found = frame.select(compile_filter(f"x = {quoted_value(text)}", frame.schema)).to_series().to_list()
    assert found == [True, False, False]


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_a_query_error(text):
    with suppress(QueryError):
        rows(text)


_WORDS = st.sampled_from([
    "kind", "size", "value", "cold", "modified", "day", "num_gpu", "odd name", '"odd name"', "=", "!=", "<", ">=", "~",
    "!~", "and", "or", "not", "(", ")", ",", "in", "is", "null", "csv", "10k", "-1", "1e400", "nan", "2025-10", "true",
    "*", "?", "[", "\\", "9" * 30, "2025-10-01T99:99", "0000",
])  # fmt: skip


@given(st.lists(_WORDS, max_size=12).map(" ".join))
def test_any_row_of_words_is_a_filter_or_a_query_error(text):
    with suppress(QueryError):
        rows(text)


@given(st.integers(-(2**70), 2**70), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
def test_integers_compare_as_numbers_do(number, operator):
    compare = {"=": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}[operator]
    sizes = FRAME["size"].to_list()
    expected = [
        i for i, size in enumerate(sizes) if (operator == "!=" if size is None else getattr(size, compare)(number))
    ]
    assert rows(f"size {operator} {number}") == expected
