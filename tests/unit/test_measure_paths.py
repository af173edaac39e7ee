"""What the names of files say about their configuration."""

from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.measure.paths import hints, without_running_number

PARTS = st.sampled_from((
    "gpu", "ctx", "temp", "batch_size", "bs", "num_ctx", "g60", "c1024", "t0.4", "_", "-", "q4", "q4_k", "K", "llama",
    "gemma3", "qwen2.5", "1b", "int8", "fp16", "8qps", "inf", "20251004", "00012", "12", "run", "s", "w4a16", "(", ".",
))  # fmt: skip


@given(st.lists(PARTS, min_size=1, max_size=5).map("".join), st.integers(100, 10**9))
def test_a_running_number_says_nothing(name: str, number: int) -> None:
    whole = f"{name}_{number}"
    bare = without_running_number(whole)
    if bare != whole:
        assert hints(f"{whole}-.csv") == hints(f"{bare}-.csv")  # the sign behind it keeps the number


def test_numbers_of_factors_are_kept() -> None:
    assert without_running_number("sweep_20251004_093000") == "sweep"
    assert without_running_number("run_num_ctx_2048") == "run_num_ctx_2048"
    assert hints("gpu_80/run_ctx_2048.csv") == {"num_gpu": 80, "num_ctx": 2048}
    assert hints("llama3_q4_0.csv") == {"model": "llama3", "quant": "q4_0"}
