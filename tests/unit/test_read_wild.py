"""Damaged files: whatever bytes stand in them, a reader ends, soon, with a result that says what happened."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from chimera_tui.core.measure import FileResult, Limits, measure_file
from chimera_tui.core.measure.result import SeriesKey

HERE = Path(__file__).parents[1] / "data" / "read"
SEEDS = sorted(p for p in HERE.iterdir() if p.is_file())
KINDS = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown", ".txt": "text", ".parquet": "parquet"}
STATUSES = {"ok", "partial", "no measurements", "failed"}
TIGHT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def checked(path: Path, rel: str, limits: Limits | None = None) -> FileResult:
    started = time.perf_counter()
    result = measure_file(path, rel, KINDS[path.suffix], limits or Limits())
    assert time.perf_counter() - started < 5, "a small file took more than 5 s"
    assert result.status in STATUSES
    assert result.reason or result.status == "ok"
    assert "please report" not in result.reason, result.reason
    assert {len(column) for column in (result.of, result.series, result.n, result.raw)} == {len(result.value)}
    observations = (result.config, result.phase, result.status_code, result.at, result.error)
    assert {len(column) for column in observations} == {len(result.record)}
    assert set(result.of) <= set(range(len(result.record)))
    assert all(isinstance(value, float) and value - value == 0 for value in result.value)
    assert all(0 <= i < len(result.series_table) for i in result.series)
    assert all(0 <= i < len(result.config_table) for i in result.config)
    assert all(i is None or 0 <= i < len(result.error_table) for i in result.error)
    assert all(n is None or 0 < n < 2**32 for n in result.n)
    assert all(at is None or abs(at) < 2**63 for at in result.at)
    assert all(isinstance(part, str) for key in result.series_table for part in astuple(key))
    assert all(isinstance(key, SeriesKey) for key in result.series_table)
    for config in result.config_table:
        assert config.num_gpu is None or abs(config.num_gpu) < 2**31
        assert all(isinstance(part, str | None) for part in (*astuple(config)[:5], *astuple(config)[-2:]))
        json.loads(config.extra or "{}")
    return result


def damaged(data: bytes, random_: random.Random) -> bytes:
    """A few of: cut, drop, repeat, flip, insert, join."""
    for _ in range(random_.randint(1, 4)):
        a = random_.randrange(len(data) + 1)
        b = min(len(data), a + random_.randint(0, 80))
        noise = random_.choice(
            [b"\x00", b"\xff\xfe", b'"', b"{", b"}]", b",", b"\n", b"NaN", b"1e999", b"-", b"\x1b[0m", "é".encode()]
        )
        data = random_.choice(
            [
                data[:a],
                data[:a] + data[b:],
                data[:b] + data[a:],
                data[:a] + noise + data[a:],
                data[a:],
                data[:a] + bytes(random_.randrange(256) for _ in range(4)) + data[b:],
                data + data[:a],
            ]
        )
    return data


@pytest.mark.parametrize("seed", SEEDS, ids=lambda p: p.name)
def test_the_seeds_themselves(seed: Path) -> None:
    assert checked(seed, f"a/{seed.name}").value


@pytest.mark.parametrize("seed", SEEDS, ids=lambda p: p.name)
def test_damaged_files(seed: Path, tmp_path: Path) -> None:
    whole = seed.read_bytes()
    path = tmp_path / seed.name

    @TIGHT
    @given(st.integers(0, 2**32), st.sampled_from(sorted(KINDS)))
    def damage(number: int, suffix: str) -> None:
        target = path.with_suffix(suffix) if number % 4 == 0 else path
        target.write_bytes(damaged(whole, random.Random(number)))
        checked(target, f"gpu80_temp0p8/{target.name}")

    damage()


@pytest.mark.parametrize("seed", SEEDS, ids=lambda p: p.name)
def test_damaged_files_read_as_large_ones(seed: Path, tmp_path: Path) -> None:
    whole = seed.read_bytes()
    path = tmp_path / seed.name

    @settings(TIGHT, max_examples=15)
    @given(st.integers(0, 2**32))
    def damage(number: int) -> None:
        path.write_bytes(damaged(whole, random.Random(number)))
        checked(path, path.name, Limits(small_bytes=64, cells_per_file=number % 40))

    damage()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from(
                [
                    "results",
                    "mean",
                    "p50",
                    "unit",
                    "value",
                    "options",
                    "error",
                    "status",
                    "ttft_ms",
                    "n",
                    "timestamp",
                    "num_gpu",
                    "temperature",
                    "model",
                    "samples",
                    "benchmarks",
                    "stats",
                    "metrics",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@TIGHT
@given(json_values)
def test_any_json(tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    checked(path, "a.json")


@TIGHT
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "",
                    "1",
                    "x",
                    "ttft_s",
                    "NaN",
                    "1e400",
                    "ms",
                    "±",
                    "a\nb",
                    '"',
                    "{",
                    "-0",
                    "success",
                    "false",
                    "temperature",
                    "999999999999",
                    "n",
                    "error",
                    "timestamp",
                    "t/s",
                    "test",
                    "model",
                ]
            ),
            max_size=6,
        ),
        max_size=8,
    ),
    st.sampled_from(list(",;\t|")),
)
def test_any_table(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(delimiter.join(row) for row in rows))
    checked(path, "a.csv")


@TIGHT
@given(st.binary(max_size=300), st.sampled_from(sorted(KINDS)))
def test_any_bytes(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = (tmp_path / "a").with_suffix(suffix)
    path.write_bytes(data)
    checked(path, path.name)
