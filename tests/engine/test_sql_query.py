"""SQL that can be stopped, and that cannot take the program with it."""

import asyncio

import pytest

from chimera_tui.core.query import QueryError
from chimera_tui.engine.repository.sql_query import run_query
from tests.ui.sample_frames import sample_frames

ENDLESS = "SELECT SUM(m0.value) AS s FROM " + ", ".join(f"measurements m{n}" for n in range(7))


async def test_one_table_and_joined_tables_give_the_same_rows():
    here = await run_query("SELECT COUNT(*) AS n FROM measurements WHERE kind = 'json'", sample_frames(), 10)
    there = await run_query(
        "SELECT COUNT(*) AS n FROM measurements m JOIN files f ON m.path = f.path WHERE f.kind = 'json'",
        sample_frames(),
        10,
    )
    assert here.frame.rows() == there.frame.rows() == [(216,)]
    assert (await run_query("SELECT f.path FROM files f JOIN files g ON f.kind = g.kind", sample_frames(), 5)).truncated


async def test_errors_of_the_child_are_sentences():
    with pytest.raises(QueryError, match="did you mean"):
        await run_query("SELECT f.pth FROM files f JOIN files g ON f.path = g.path", sample_frames(), 5)
    with pytest.raises(QueryError, match="not allowed"):
        await run_query("SELECT * FROM files JOIN read_csv('/etc/passwd') p ON 1 = 1", sample_frames(), 5)


async def test_a_query_that_needs_too_much_memory_ends_alone():
    text = "SELECT SUM(a.value) OVER () AS s, a.*, b.*, c.* FROM measurements a, measurements b, measurements c"
    with pytest.raises(QueryError, match="more memory"):
        await asyncio.wait_for(run_query(text, sample_frames(), 5), 60)


async def test_cancelling_kills_a_query_that_never_ends():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run_query(ENDLESS, sample_frames(), 5), 2)
