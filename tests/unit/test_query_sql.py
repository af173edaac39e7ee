"""SQL: reads the three tables, never a file; errors are sentences."""

from contextlib import suppress
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.query import QueryError, check_sql, run_sql, tables_of
from chimera_tui.core.query.sql import reads_one_table
from tests.ui.sample_frames import sample_frames

TABLES = tables_of(sample_frames())


def rows(text, limit=None):
    return run_sql(text, TABLES, limit).frame.rows()


def test_a_query_joins_groups_and_uses_ctes():
    found = rows(
        "WITH fast AS (SELECT model, num_gpu, value FROM measurements WHERE metric = 'decode_tps') "
        "SELECT model, MAX(value) AS best FROM fast GROUP BY model ORDER BY best -- the best\n;"
    )
    assert found == [("gemma3:latest", 97.0), ("llama3.1", 117.0)]
    assert rows(
        "SELECT COUNT(*) FROM files JOIN (SELECT DISTINCT path FROM measurements) m ON files.path = m.path"
    ) == [(3,)]
    assert rows("select extract(year from date '2024-01-01')") == [(2024,)]
    assert rows("select count(*) from runs") == [(0,)]


def test_any_factor_is_a_column():
    assert rows("SELECT DISTINCT host FROM measurements") == [("a",)]


def test_the_limit_is_kept_and_said():
    result = run_sql("SELECT * FROM measurements", TABLES, 10)
    assert (result.frame.height, result.truncated) == (10, True)
    assert run_sql("SELECT * FROM files", TABLES, 9).truncated is False
    assert run_sql("SELECT * FROM measurements", TABLES).frame.height == 216


@pytest.mark.parametrize("text", [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM READ_CSV ('/etc/passwd')",
    "SELECT * FROM \"read_csv\"('/etc/passwd')",
    "SELECT * FROM `read_csv`('/etc/passwd')",
    "SELECT * FROM read_csv/* a /* nested */ b */('/etc/passwd')",
    "SELECT * FROM read_csv -- x\n('/etc/passwd')",
    "SELECT * FROM files, read_csv('/etc/passwd')",
    "SELECT * FROM files JOIN read_parquet('/etc/passwd') p ON true",
    "SELECT * FROM files WHERE path IN (SELECT 1 FROM read_ndjson('/etc/passwd'))",
    "WITH t AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM t",
    "SELECT 'it''s' FROM read_csv('/etc/passwd')",
    "SELECT '\\' FROM read_csv('/etc/passwd') WHERE a = '\\'",
    "SELECT E'\\'' , * FROM read_csv('/etc/passwd')",
    "SELECT $$'$$ FROM read_csv('/etc/passwd') WHERE a = $$'$$",
    "SELECT q'[']' FROM read_csv('/etc/passwd')",
    "SELECT U&'x' FROM read_csv('/etc/passwd')",
    "SELECT * FROM unnest([1, 2]) AS t",
    "SELECT * FROM scan_anything('x')",
    "FROM read_csv('/etc/passwd')",
])  # fmt: skip
def test_no_query_reaches_a_file(text):
    with pytest.raises(QueryError):
        check_sql(text)


@pytest.mark.parametrize("text", [
    "DROP TABLE files", "DELETE FROM files", "CREATE TABLE x AS SELECT * FROM files", "EXPLAIN SELECT 1", "SHOW TABLES",
    "TRUNCATE TABLE files", "VALUES (1)", "SELECT 1; DROP TABLE files", "",
])  # fmt: skip
def test_only_one_select_is_run(text):
    with pytest.raises(QueryError):
        rows(text)


@pytest.mark.parametrize("text", [
    "SELECT 'read_csv(x)' FROM files", "SELECT path FROM files WHERE path <> 'a ; b'",
    "SELECT path AS read_csv FROM files", "SELECT 1 -- read_csv('x')", "SELECT COUNT(*) FROM (SELECT * FROM files) t",
])  # fmt: skip
def test_what_only_looks_dangerous_runs(text):
    assert rows(text)


def test_paths_as_tables_are_unknown_tables():
    with pytest.raises(QueryError, match="no table"):
        rows("SELECT * FROM '/etc/passwd'")


@pytest.mark.parametrize(("text", "said"), [
    ("SELECT modl FROM measurements", "no column “modl”; did you mean model?"),
    ('SELECT * FROM files WHERE kind = "xqz"', "no column “xqz”"),
    ('SELECT * FROM files WHERE kind = "xqz"', "A text stands in single quotation marks: 'so'."),
    ("SELECT * FROM measurement", "no table “measurement”; did you mean measurements?"),
    ("SELECT * FROM zzz", "there are files, measurements, runs"),
    ("SELECT * FROM files GROUP", "The query cannot be run: "),
    ("SELECT SUM(model) FROM measurements", "The query cannot be run: "),
    ("SELECT 'x", "is not closed"),
    ("SELECT 1 /* x", "comment after"),
])  # fmt: skip
def test_errors_are_sentences(text, said):
    with pytest.raises(QueryError) as caught:
        rows(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "one"), [
    ("SELECT a, b FROM files WHERE a IN (1, 2) ORDER BY a, b", True),
    ("SELECT MAX(a) FROM files f GROUP BY 1, 2", True),
    ("SELECT 'from x, y' FROM files", True),
    ("SELECT 1", False),
    ("SELECT * FROM files, runs", False),
    ("SELECT * FROM files f, runs WHERE 1 = 1", False),
    ("SELECT * FROM files CROSS JOIN runs", False),
    ("SELECT * FROM (SELECT * FROM files)", False),
    ("SELECT * FROM files WHERE a IN (SELECT a FROM runs)", False),
])  # fmt: skip
def test_queries_that_combine_tables_are_known(text, one):
    assert reads_one_table(text) is one


def test_the_frames_stay_as_they_were():
    frames = sample_frames()
    tables = tables_of(replace(frames))
    with suppress(QueryError):
        run_sql("WITH t AS (SELECT 1) DELETE FROM files", tables)
    assert tables["files"].select(pl.len()).collect().item() == frames.files.height


_PIECES = st.sampled_from([
    "SELECT", "WITH", "FROM", "files", "measurements", "*", ",", "(", ")", "'a'", '"path"', "path", "WHERE", "=", "1",
    "GROUP BY", "ORDER BY", "JOIN", "ON", "COUNT", "AVG", "value", "model", "AS", "t", "LIMIT", "-1", "UNION", "OVER",
    "NOT", "NULL", "IN", "LIKE", "||", "/", "0", "CAST", "::", "[", "]", ".",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map(lambda pieces: "SELECT " + " ".join(pieces)))
def test_any_row_of_words_runs_or_is_a_query_error(text):
    with suppress(QueryError):
        run_sql(text, TABLES, 5)


@given(st.text(max_size=60))
def test_any_text_is_checked(text):
    with suppress(QueryError):
        check_sql(text)
    with suppress(QueryError):
        check_sql("SELECT " + text)
