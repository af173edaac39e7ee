"""The headless commands as a person types them: real processes, real files, real exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
REAL = SHARED / "benchmark-repo"


def chimera(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program with an empty home of its own and no terminal."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CHIMERA_", "OLLAMA_", "XDG_"))}
    homes = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE")}
    return subprocess.run(
        [sys.executable, "-m", "chimera_tui", *words], env=clean | homes | {"HOME": str(home)} | environment,
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def measurable(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "runs.csv").write_text("model,num_ctx,tokens_s,ttft_s\na,512,10.5,0.2\na,1024,11.5,0.3\n")
    return folder


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_of_the_whole_program(tmp_path: Path, flag: str) -> None:
    done = chimera(flag, home=tmp_path)
    assert done.returncode == 0
    assert "compare" in done.stdout


def test_demo_without_a_terminal_prints_the_path_of_a_complete_report(tmp_path: Path) -> None:
    done = chimera("demo", home=tmp_path)
    assert done.returncode == 0, done.stderr
    report = Path(done.stdout.strip())
    text = report.read_text()
    for heading in (
        "## 1. Executive Summary",
        "## 2. Data Ingestion Summary",
        "## 3. Performance Analysis",
        "## 4. Key Findings",
        "## 5. Recommendations",
        "## 6. Conclusion",
        "## Workflow Summary",
        "## Metrics",
        "## Key Findings",
        "## Recommendations",
        "## Persona Brief",
        "## Persona Prompt",
        "## Verification",
        "## Provenance",
    ):
        assert f"\n{heading}\n" in text
    assert "written without a model" in text
    assert "Not applicable: written without a model" in text
    names = {path.name for path in report.parent.iterdir()}
    assert names >= {"report.md", "run.toml", "facts.json", "facts.parquet", "metrics.json", "calls.ndjson"}


def test_two_demos_never_share_a_folder(tmp_path: Path) -> None:
    first, second = (Path(chimera("demo", "--headless", home=tmp_path).stdout.strip()) for _ in range(2))
    assert first.parent != second.parent
    assert first.is_file()
    assert second.is_file()


def test_auto_without_a_server_says_so_in_a_line_and_exits_0(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    done = chimera("report", str(repository), "--host", "127.0.0.1:9", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1:9" in done.stderr
    assert "written without a model" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_server_is_an_error_only_when_it_was_asked_for(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    done = chimera("report", str(repository), "--engine", "ollama", "--host", "127.0.0.1:9", home=tmp_path)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "ollama serve" in done.stderr
    assert "Traceback" not in done.stderr


def nothing_there(folder: Path) -> Path:
    return folder / "missing"


def empty(folder: Path) -> Path:
    return folder


def only_prose(folder: Path) -> Path:
    (folder / "README.md").write_text("# Hello\n\nSpeed was 12 tok/s, honest.\n")
    return folder


def a_file(folder: Path) -> Path:
    path = folder / "x.csv"
    path.write_text("a,b\n1,2\n")
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (nothing_there, "does not exist"),
        (empty, "empty"),
        (only_prose, "no model was called"),
        (a_file, "not a folder"),
    ],
)
@pytest.mark.parametrize("engine", ["offline", "ollama"])
def test_nothing_to_report_on_is_one_clear_sentence(tmp_path: Path, make: object, words: str, engine: str) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    path = make(folder)  # type: ignore[operator]
    done = chimera("report", str(path), "--engine", engine, "--host", "127.0.0.1:9", home=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "chimera-reports").exists()


def test_an_unreadable_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    folder = measurable(tmp_path / "repo")
    folder.chmod(0)
    try:
        if os.access(folder, os.R_OK):
            # root reads everything: take away what it cannot do without.
            pytest.skip("this account reads folders without permission")
        done = chimera("report", str(folder), home=tmp_path)
    finally:
        folder.chmod(0o755)
    assert done.returncode == 3
    assert "permission" in done.stderr.lower()


def test_a_repository_that_cannot_be_written_keeps_its_report_elsewhere(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    (repository / "chimera-reports").write_text("in the way")
    done = chimera("report", str(repository), "--engine", "offline", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "data")
    assert "cannot be kept in" in done.stderr


def test_where_nothing_can_be_written_the_report_goes_to_stdout(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    done = chimera("report", str(repository), "--engine", "offline", "-o", str(blocked), home=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("# Chimera Insight")
    assert "in memory" in done.stderr


def test_json_is_data_on_stdout(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    done = chimera("report", str(repository), "--engine", "offline", "--json", home=tmp_path)
    found = json.loads(done.stdout)
    assert (found["ending"], found["engine"], found["files"]) == ("complete", "offline", 1)
    assert Path(found["report"]).is_file()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("report",), "Missing argument"), (("report", ".", "--set", "nonsense"), "NAME=VALUE"),
        (("report", ".", "--set", "options.num_cxt=1"), "did you mean options.num_ctx"),
        (("report", ".", "--set", "options.num_ctx=0"), "0 is not automatic"),
        (("report", ".", "--profile", "none"), "no such profile"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_2_and_says_what_is_right(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    done = chimera(*words, home=tmp_path)
    assert done.returncode == 2
    assert expected in done.stderr


def test_the_screen_refuses_to_start_without_a_terminal(tmp_path: Path) -> None:
    done = chimera(str(tmp_path), home=tmp_path)
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr


def test_config_commands(tmp_path: Path) -> None:
    path = Path(chimera("config", "path", home=tmp_path).stdout.strip())
    assert path.is_relative_to(tmp_path)
    assert chimera("config", "init", home=tmp_path).returncode == 0
    assert path.read_text().startswith("# Settings of chimera-tui")
    again = chimera("config", "init", home=tmp_path)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    path.write_text('[options]\ntemperature = 0.5\n[server]\nheaders = {Authorization = "secret"}\n')
    shown = chimera("config", "show", home=tmp_path).stdout
    assert f"options.temperature = 0.5  # {path}" in shown
    assert "Authorization" in shown
    assert "secret" not in shown
    assert chimera("config", "check", home=tmp_path).returncode == 0
    path.write_text("[options]\ntemperature = 9\n")
    wrong = chimera("config", "check", home=tmp_path)
    assert wrong.returncode == 1
    assert "line 2" in wrong.stderr


@pytest.mark.skipif(not REAL.is_dir(), reason="the real benchmark repository is not beside this checkout")
def test_the_real_repository_offline(tmp_path: Path) -> None:
    done = chimera("report", str(REAL), "--engine", "offline", "-o", str(tmp_path / "out"), home=tmp_path)
    assert done.returncode == 0, done.stderr
    text = Path(done.stdout.strip()).read_text()
    block = re.search(r"```\n(Total files analyzed: 101\n.*?)```", text, re.DOTALL)
    assert block is not None
    kinds = re.findall(r"^(\w+) Files \((\d+)\)\n((?:  - .*\n)+)  \.\.\. and (\d+) more", block[1], re.MULTILINE)
    assert [(kind, int(count)) for kind, count, _, _ in kinds] == [("CSV", 28), ("JSON", 44), ("MARKDOWN", 29)]
    assert [int(more) for *_, more in kinds] == [23, 39, 24]
    csv = kinds[0][2].split()[1::2]
    assert csv[0] == "csv_data/baseline_performance_summary.csv"
    assert csv[4] == "reports/gemma3/gemma3_1b-it-qat_baseline.csv"
    assert csv == sorted(csv)
    # Nothing is written into a repository that was given another place for its reports.
    assert not (REAL / "chimera-reports").exists()


def test_inventory_says_what_each_file_is_and_why(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    (repository / "copy.csv").write_bytes((repository / "runs.csv").read_bytes())
    (repository / "README.md").write_text("# Words\n")
    (repository / "\x1b[31mred.csv").write_text("")
    rows = json.loads(chimera("inventory", str(repository), "--json", home=tmp_path).stdout)
    assert [row["path"] for row in rows] == ["\x1b[31mred.csv", "README.md", "copy.csv", "runs.csv"]
    assert rows[3]["copy_of"] == "copy.csv"
    assert rows[1]["status"] == "no measurements"
    assert all(row["reason"] for row in rows if row["status"] != "ok")
    assert all(row["modified"] for row in rows)
    table = chimera("inventory", str(repository), home=tmp_path).stdout
    assert len(table.splitlines()) == 5
    assert "\x1b" not in table
    assert chimera("inventory", str(repository), "--csv", home=tmp_path).stdout.startswith("path,kind,role,size,")


def test_what_was_not_looked_at_has_no_time_of_its_own(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    (repository / "dead.csv").symlink_to("nowhere")
    for command in (["inventory", str(repository)], ["query", str(repository), "SELECT path, modified FROM files"]):
        rows = json.loads(chimera(*command, "--json", home=tmp_path).stdout)
        assert [row["path"] for row in rows if row["modified"] is None] == ["dead.csv"]


def test_query_is_one_select_and_nothing_else(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    sql = "SELECT num_ctx, value FROM measurements WHERE metric = 'decode_tps' ORDER BY num_ctx"
    found = json.loads(chimera("query", str(repository), sql, "--json", home=tmp_path).stdout)
    assert found == [{"num_ctx": 512, "value": 10.5}, {"num_ctx": 1024, "value": 11.5}]
    parquet = tmp_path / "rows.parquet"
    assert chimera("query", str(repository), sql, "--parquet", str(parquet), home=tmp_path).stdout == ""
    assert parquet.read_bytes()[:4] == b"PAR1"
    for wrong in ("SELECT * FROM read_csv('/etc/passwd')", "DROP TABLE files", "SELECT nosuch FROM files"):
        done = chimera("query", str(repository), wrong, home=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_findings_name_their_sources(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    found = json.loads(chimera("findings", str(repository), "--json", home=tmp_path).stdout)
    assert found
    assert all(one["definition"] and one["label"] in ("measured", "derived", "estimated") for one in found)
    assert any(source["path"] == "runs.csv" for one in found for source in one["sources"])
