"""A person watches a model write wrong numbers: marked while the text streams, each opened at what says otherwise."""

from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.e2e.test_sessions import SIZES
from tests.e2e.withheld import Withheld
from tests.server import Script, ServerThread
from tests.server.llama import LlamaServer

MODEL = Path(__file__).parents[3] / "shared" / "data" / "models" / "tiny-reporter.gguf"

REPORT = (
    "## 1. Executive Summary\n\nThe repository holds 7 CSV files and 1 JSON file.\n\n"
    "## 3. Performance Analysis\n\nThe first row says csv_tokens_s: 17.25 and so on. "
    "In `sweeps/runs.csv` the maximum of tokens_s is 99.25 tok/s.\n\n"
    "## 6. Conclusion\n\n" + "Nothing more is said here. " * 1500
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "bench-results"
    (folder / "sweeps").mkdir(parents=True)
    rows = [f"m:1b,512,{10 + number}.5" for number in range(30)]
    (folder / "sweeps" / "runs.csv").write_text("model,num_ctx,tokens_s\n" + "\n".join(rows) + "\n")
    (folder / "one.json").write_text('{"model": "m:1b", "tokens_s": 9.5}')
    return folder


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_wrong_numbers_are_marked_while_text_streams_and_enter_shows_what_is_right(
    repository: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    with ServerThread(Script(text=REPORT, data={"summary": "Read.", "findings": [], "recommendations": []},
                             tokens_per_s=80)) as server:  # fmt: skip
        words = [str(repository), "--host", server.url, "--set", "run.engine=ollama", "--set", "run.persona=none"]
        with Terminal(words, home=tmp_path, size=size) as person:
            person.wait(r"2 files")
            person.press("r")
            person.wait(r"holds✗7 CSV files")
            person.wait(r"csv_tokens_s:✗17\.25")
            person.wait(r"verified 1/4, 3 wrong|ver\. 1/4 ✗3")
            assert "Ended" not in person.text
            person.press("g", "m")
            person.wait(r"✗ 7 CSV files contradicted · right: 1\b")
            person.press("m")
            person.wait(r"✗ 17\.25 contradicted · right: 10\.5")
            person.wait(r"enter:\s[^a-z]*runs\.csv\s[^a-z]*row")
            person.press("enter")
            person.wait(r"(?s)sweeps/runs\.csv · 30 rows.*tokens_s.*\[10\.5\]")
            person.press("esc")
            person.wait(r"▸.*17\.25")
            assert "Ended" not in person.text
            person.press("m", "enter")
            person.wait(r"(?s)30 rows.*\[39\.5\]")
            person.press("esc")
            person.wait(r"(?s)✗ 99\.25 tok/s contradicted · right:.*39\.5")
            person.press("M", "M", "enter")
            person.wait(r"(?s)total size.*\[csv\] +1")
            person.press("esc")
            person.wait(r"7 CSV files contradicted")
            person.press("esc", "esc")
            person.wait("cancelled")
            person.press("q")
            assert person.exit_status() == 0


@pytest.mark.skipif(not MODEL.is_file(), reason="the shared model that writes reports is not beside this checkout")
def test_a_real_llama_server_is_caught_while_it_writes(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp, a wheel of llama.cpp, is not installed")
    with LlamaServer(MODEL) as server, Withheld(server.url) as relay:
        words = [str(repository), "--set", "run.engine=openai", "--set", f"server.openai_url={relay.url}"]
        words += ["--set", "run.model=tiny-reporter", "--set", "run.persona=none", "--set", "options.seed=7"]
        with Terminal(words, home=tmp_path, size=(80, 24)) as person:
            person.wait(r"2 files")
            person.press("r")
            person.wait(r"verified \d+/\d+, \d+ wrong|ver\. \d+/\d+ ✗\d+", 90)
            assert "Ended" not in person.text
            relay.seen.set()
            person.press("g", "b")
            person.wait(r"✗ .* contradicted · ")
            person.wait(r"▸.*✗")
