"""The bundled sample is what its script writes, small, and free of anything unintended."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "chimera_tui" / "sample"


@pytest.fixture(scope="module")
def written():
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "tests" / "data" / "make_sample.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script.files()


def test_the_sample_is_what_the_script_writes(written):
    shipped = {p.relative_to(SAMPLE).as_posix(): p.read_bytes() for p in SAMPLE.rglob("*") if p.is_file()}
    assert shipped == written


def test_the_sample_is_small_and_holds_its_traps(written):
    assert 15 <= len(written) <= 20
    assert sum(map(len, written.values())) < 60_000
    assert written["quantisation/quant_bench.csv"].startswith(b"\xef\xbb\xbf")
    assert b"NaN" in written["quantisation/quality.json"]
    assert b"(ms)" in written["compile/startup.csv"].splitlines()[0]
    assert written["sweep/old/gemma3_4b_sweep.csv"] == written["sweep/gemma3_4b_sweep.csv"]
    assert written["serving/aborted.csv"] == b""
    assert not written["serving/soak_test.json"].rstrip().endswith(b"}")
