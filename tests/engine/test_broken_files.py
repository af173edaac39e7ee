"""Files of saved runs that somebody broke: each costs itself, with a sentence, never the program."""

import os
from pathlib import Path

import polars as pl
import pytest

from chimera_tui.core.compare.frozen_changes import findings_of
from chimera_tui.core.config.schema import Scan
from chimera_tui.core.files import write_atomically
from chimera_tui.core.report.analysis import InvalidAnalysisError, parse
from chimera_tui.engine.backends.ollama_errors import read_refusal
from chimera_tui.engine.journal import read_journal
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.saved.frozen import FactsError, frozen_facts
from chimera_tui.engine.saved.html_export import report_html
from chimera_tui.engine.saved.unfinished import find_unfinished

NESTED = "[" * 20_000 + "]" * 20_000
STARTED = (
    '{"event":"run_started","at_s":0,"run_id":"x","engine":"ollama","model":"m","root":"","started":"2025-01-01"}\n'
    '{"event":"program_text","at_s":0,"stage":"report","text":"Words."}\n'
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"inventory": [1]}', "inventory cannot be read: Expected `object`, got `int`"),
        ('{"inventory": [{"path": {"a": 1}}]}', "inventory cannot be read"),
        ('{"inventory": [{"path": "a.csv", "size": "large"}]}', "inventory cannot be read"),
        ('{"inventory": [], "findings": [1]}', "findings cannot be read"),
        (f'{{"inventory": [], "more": {NESTED}}}', "nested too deep"),
        ("[]", "not a facts.json"),
        ("{}", "no inventory"),
    ],
)
def test_frozen_facts_that_are_none_are_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "facts.json"
    path.write_text(text)
    with pytest.raises(FactsError, match=why) as refused:
        frozen_facts(path)
    assert str(path) in str(refused.value)


def test_frozen_cells_of_another_shape_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text('{"inventory": []}')
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "facts.parquet")
    with pytest.raises(FactsError, match=r"facts\.parquet cannot be read"):
        frozen_facts(path)


def test_a_deep_run_toml_and_a_deep_journal_line_hide_no_unfinished_run(tmp_path: Path) -> None:
    folder = tmp_path / "chimera-reports" / "20250101T000000Z-a-b"
    folder.mkdir(parents=True)
    (folder / "run.toml").write_text(f"a = {NESTED}\n")
    (folder / "calls.ndjson").write_text(f"{STARTED}{NESTED}\n")
    assert [event.at_s for event in read_journal(folder / "calls.ndjson")] == [0, 0]
    assert [run.folder for run in find_unfinished(tmp_path)] == [folder]


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2025-13-01", "soon"])
async def test_a_date_beyond_the_calendar_costs_the_date(tmp_path: Path, date: str) -> None:
    folder = tmp_path / "chimera-reports" / "20250101T000000Z-a-b"
    folder.mkdir(parents=True)
    (folder / "run.toml").write_text(f'chimera_tui = "0.1.0"\nstarted = "{date}"\n')
    (folder / "report.md").write_text("# Mine\n")
    (tmp_path / "old.md").write_text(
        f"# Technical Report\n\n**Date:** {date}\n\n**Agent Type:** X\n\n**Configuration:** num_ctx=512\n\n---\n"
    )
    (tmp_path / "a.csv").write_text("model,tokens_s\nm,10.5\n")
    snapshot = await Workspace(tmp_path, scan=Scan()).refresh()
    assert snapshot.frames.runs.select("path", "started").rows() == [
        ("chimera-reports/20250101T000000Z-a-b/report.md", None), ("old.md", None),
    ]  # fmt: skip


def test_an_export_leaves_deep_facts_out(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("# Mine\n")
    (tmp_path / "facts.json").write_text(f'{{"more": {NESTED}}}')
    assert "Mine" in report_html(tmp_path / "report.md")


def test_deep_json_of_a_model_is_an_invalid_analysis() -> None:
    with pytest.raises(InvalidAnalysisError, match="nested too deep"):
        parse(f'{{"more": {NESTED}}}')


def test_deep_json_of_a_server_is_its_words() -> None:
    assert read_refusal(f'{{"error": {NESTED}}}').text.startswith('{"error": [[')


def test_findings_frozen_with_a_large_inventory_are_compared(tmp_path: Path) -> None:
    padding = "x" * 5_000_000
    (tmp_path / "facts.json").write_text(
        f'{{"inventory": "{padding}", "findings": [{{"key": "k", "statement": "s"}}]}}'
    )
    assert findings_of(tmp_path) == {"k": "s"}


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_failed_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
