"""Statistics of few values are worked out without Polars and are the same as with it."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.verify.index.cell_statistics import by_file, of_values, statistic
from chimera_tui.core.verify.index.filters import FEW_CELLS

NAMES = ("mean", "min", "max", "std", "sum", "range", "p5", "p50", "p99", "p99.9", "nonsense")


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(st.floats(-1e9, 1e9), max_size=40))
def test_of_a_list_as_of_a_series(name: str, values: list[float]) -> None:
    assert of_values(values, name) == pytest.approx(statistic(pl.Series(values, dtype=pl.Float64), name), abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_of_few_cells_as_of_many(name: str) -> None:
    few = pl.DataFrame({"file_id": [0, 0, 0, 1, 1, 2], "value": [3.0, 9.0, 4.5, 1.0, 7.0, 2.0]})
    more = pl.DataFrame({"file_id": [9] * FEW_CELLS, "value": [1.0] * FEW_CELLS})
    many = [row for row in by_file(pl.concat([few, more]), name) if row[0] != 9]
    assert by_file(few, name) == [(file_id, pytest.approx(value)) for file_id, value in many]
