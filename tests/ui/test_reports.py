"""The Reports pane: a library that is sorted, filtered, grouped, searched; reports read, compared, deleted."""

from pathlib import Path

import pytest

from chimera_tui.ui.panes.reports.columns import columns
from chimera_tui.ui.panes.reports.pane import ReportsPane
from chimera_tui.ui.tables.cells import UNICODE
from chimera_tui.ui.tables.layout import Layout
from tests.ui.app_steps import opened, said, seen, text_of, until

REPORT = """# Chimera Agent Report

**Model:** {model}
**Runs:** 1
**Timestamp:** 2025-11-2{day} 00:31:09 UTC

## Configuration

num_ctx={ctx}

## Aggregate Metrics

| Metric | Value |
|--------|-------|
| Average Throughput | {tps} ± 1.00 tok/s |

## Technical Report

The word of {model} at {ctx} is {word}.

## LLM Call Metrics

| Run | Stage | TTFT (ms) | Throughput (tok/s) | Tokens | Duration (ms) |
|-----|-------|-----------|-------------------|--------|---------------|
| 1 | report | 900.00 | {tps}.10 | 100 | 2000.00 |
| 1 | report | 100.00 | {tps}.30 | 100 | 1000.00 |
"""
PANE = "6"


@pytest.fixture
def repository(repository: Path) -> Path:
    place = 0
    for model, tps in (("gemma3", 40), ("llama3.1", 20)):
        for ctx in (512, 1024):
            word = "zebra" if place == 2 else "horse"
            text = REPORT.format(model=model, ctx=ctx, tps=tps + place, day=place + 1, word=word)
            (repository / f"{model}-{ctx}.md").write_text(text)
            place += 1
    return repository


def shown(screen) -> list[str]:
    return [Path(file).name for file in screen.query_one(ReportsPane).library.files_shown()]


async def in_library(pilot, screen, reports: int = 4) -> ReportsPane:
    pane = screen.query_one(ReportsPane)
    await until(pilot, lambda: pane.count == reports, "the reports are listed")
    await pilot.press(PANE)
    await until(pilot, lambda: pane.library.table.has_focus, "the library has the keys")
    return pane


async def test_every_report_has_a_row_the_newest_first(make_app):
    async with opened(make_app()) as (pilot, screen):
        await in_library(pilot, screen)
        assert shown(screen) == ["llama3.1-1024.md", "llama3.1-512.md", "gemma3-1024.md", "gemma3-512.md"]
        await pilot.press("z")
        await until(pilot, lambda: "llama3.1" in seen(screen.app) and "num_ctx=1024" in seen(screen.app), "the columns")


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40)])
async def test_ending_and_figures_are_seen_without_zoom_and_the_report_is_told_below(make_app, size):
    async with opened(make_app(), size) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await until(pilot, lambda: "num_ctx=1024" in seen(screen.app), "the report under the cursor in words")
        (head,) = [line for line in seen(screen.app).splitlines() if "tok/s" in line]
        assert all(title in head for title in ("UTC", "ending", "tok/s", "TTFT s", "ver%"))
        assert ("model" in head) == (size != (120, 40))
        pane.library.table.move_cursor(3)
        await until(pilot, lambda: "num_ctx=512" in seen(screen.app), "the other report")


@pytest.mark.parametrize(("width", "ending"), [(52, "cancelled"), (72, "server error"), (80, "ended without done")])
def test_nothing_that_matters_is_left_out_or_cut_too_far(width, ending):
    widths = {"mark": 1, "date": 11 if width < 76 else 16, "ending": len(ending), "decode_tps": 5, "ttft_s": 6}
    shown = columns(width)
    layout = Layout(shown, tuple(widths.get(one.name, 3) for one in shown), 2, (), UNICODE)
    slots = {shown[slot.index].name: slot.width for slot in layout.slots(0, width - 3)}
    assert {"date", "ending", "decode_tps", "ttft_s", "verified"} <= set(slots)
    assert slots["ending"] >= min(len(ending), 8 if width == 52 else 16)


async def test_sort_and_filter(make_app):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("s")
        await until(pilot, lambda: shown(screen)[0] == "gemma3-512.md", "sorted by date")
        await pilot.press("slash", *"num_ctx > 512")
        await until(pilot, lambda: shown(screen) == ["gemma3-1024.md", "llama3.1-1024.md"], "filtered")
        await pilot.press("enter", "escape")
        await until(pilot, lambda: len(shown(screen)) == 4, "all again")
        assert pane.library.table.has_focus


async def test_groups_have_n_mean_and_sd_and_open_into_their_reports(make_app):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("b")
        await until(pilot, lambda: pane.library.group == "model", "groups")
        row = pane.library.table.row
        assert (row["reports"], row["decode_tps n"], row["decode_tps mean"]) == (2, 2, 40.5)
        assert row["decode_tps std"] == pytest.approx(0.5**0.5)
        await pilot.press("enter")
        await until(pilot, lambda: shown(screen) == ["gemma3-1024.md", "gemma3-512.md"], "its reports")


async def test_a_text_is_found_in_all_reports_and_in_the_one_that_is_opened(make_app):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("f", *"ZEBRA")
        await until(pilot, lambda: shown(screen) == ["llama3.1-512.md"], "the one that holds it")
        assert pane.library.table.row["hits"] == 1
        assert "at 512 is zebra" in pane.library.table.row["found"]
        await pilot.press("enter", "enter")
        await until(pilot, lambda: pane.reading, "it is open")
        await until(pilot, lambda: len(pane.reader.found.view._finder.matches) == 1, "its place is marked")
        await pilot.press("escape")
        await until(pilot, lambda: not pane.reading, "the library is back")
        await pilot.press("escape")
        await until(pilot, lambda: len(shown(screen)) == 4, "all again")


async def test_previous_and_next_follow_the_list_and_esc_comes_back_to_that_row(make_app):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: pane.reading, "it is open")
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: pane.reader.path.name == "gemma3-1024.md", "the next one")
        await pilot.press("escape")
        await until(pilot, lambda: pane.library.table.has_focus, "back")
        assert pane.library.current["model"] == "gemma3"
        assert pane.library.table.cursor_row == 2


async def test_marked_reports_are_compared_with_their_texts_at_one_key(make_app):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("c")
        assert "Mark two reports" in said(screen.app)
        await pilot.press("space", "space", "c")
        await until(pilot, lambda: "Comparison" in pane.text, "the comparison")
        assert pane.comparing
        assert "| num_ctx | 1024 | 512 |" in pane.text
        assert "decode throughput (report)" in pane.text
        await pilot.press("v")
        await until(pilot, lambda: pane.comparison.diff.row_count > 5, "the texts")
        await pilot.press("n")
        assert pane.comparison.diff.cursor_row > 0
        await pilot.press("escape")
        await until(pilot, lambda: not pane.comparing, "the library is back")


async def test_groups_are_compared_by_what_they_were_grouped_by(make_app):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("b")
        await until(pilot, lambda: pane.library.group == "model", "groups")
        await pilot.press("space", "space", "c")
        await until(pilot, lambda: "Comparison" in pane.text, "the comparison")
        assert "`model = gemma3` (2 reports)" in pane.text
        assert "Matched configurations: 2." in pane.text
        assert "(n = 4)" in pane.text


async def test_the_texts_stand_side_by_side_where_there_is_room(make_app):
    app = make_app()
    async with opened(app, (140, 30)) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("z", "space", "space", "c")
        await until(pilot, lambda: "Comparison" in pane.text, "the comparison")
        await pilot.press("v")
        await until(pilot, lambda: "+ num_ctx=512" in seen(app), "both texts")
        line = next(line for line in seen(app).splitlines() if "num_ctx=512" in line)
        assert "- num_ctx=1024" in line
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not pane.comparison.diff.side_by_side, "one under the other")
        lines = [line for line in seen(app).splitlines() if "- num_ctx=1024" in line]
        assert lines
        assert not any("512" in line for line in lines)


async def test_a_deleted_report_comes_back(make_app, repository):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("u")
        assert "No deleted report waits" in said(screen.app)
        await pilot.press("d")
        await until(pilot, lambda: pane.count == 3, "it is gone")
        kept = repository / "chimera-reports" / ".trash" / "llama3.1-1024.md"
        assert kept.is_file()
        assert not (repository / "llama3.1-1024.md").exists()
        await pilot.press("u")
        await until(pilot, lambda: pane.count == 4, "it is back")
        assert (repository / "llama3.1-1024.md").is_file()
        assert not kept.exists()


async def test_a_report_that_another_session_deleted_comes_back(make_app, repository):
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("d")
        await until(pilot, lambda: pane.count == 3, "it is gone")
        gone = repository / "llama3.1-1024.md"
        assert not gone.exists()
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen, reports=3)
        await pilot.press("u")
        await until(pilot, lambda: pane.count == 4, "it is back")
        assert gone.is_file()


async def test_these_keys_do_nothing_elsewhere(make_app):
    async with opened(make_app()) as (pilot, screen):
        await in_library(pilot, screen)
        await pilot.press("2", "d")
        assert "in Reports (6)" in said(screen.app)
        assert screen.query_one(ReportsPane).count == 4


async def test_every_number_of_a_report_is_judged_at_one_key_and_marked(make_app, repository):
    report = repository / "gemma3-512.md"
    report.write_text(report.read_text().replace("is horse", "is horse in 999 files"))
    async with opened(make_app()) as (pilot, screen):
        pane = await in_library(pilot, screen)
        await pilot.press("G", "V")
        await until(pilot, lambda: "contradicted" in str(pane.reader._title.content), "the verdicts", 1500)
        await pilot.press("m")
        await until(pilot, lambda: "1 of" in text_of(screen, "ReportReading PointLine"), "the first one")
        await pilot.press("b")
        await until(pilot, lambda: "999 files contradicted" in text_of(screen, "ReportReading PointLine"), "the wrong")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pane.library.table.has_focus, "the library")
        assert pane.library.current["claims"] >= 1
        assert pane.library.current["verified"] is not None
        await pilot.press("enter")
        await until(pilot, lambda: pane.reading, "open again")
        assert "contradicted" in str(pane.reader._title.content)


async def test_what_a_saved_run_was_judged_is_marked_without_asking(make_app, repository):
    folder = repository / "chimera-reports" / "20270101T000000Z-chimera-insight-gemma3-latest"
    folder.mkdir(parents=True)
    (folder / "calls.ndjson").write_text('{"type":"run_started"}\n')
    (folder / "run.toml").write_text('chimera_tui = "0.1.0"\nstarted = 2027-01-01T00:00:00Z\n')
    (folder / "report.md").write_bytes("\ufeff# Title\r\n\r\nThere are 999 files.\r\n".encode())
    number = '"line": 3, "start": 10, "end": 13, "span": "999", "label": "contradicted", "right": "7"'
    (folder / "verdicts.json").write_text(f'{{"claims": [{{{number}}}]}}')
    async with opened(make_app()) as (pilot, screen):
        pane = screen.query_one(ReportsPane)
        await until(pilot, lambda: pane.count == 5, "the reports are listed")
        await pilot.press(PANE, "enter")
        await until(pilot, lambda: pane.reading, "it is open")
        await pilot.press("m")
        await until(pilot, lambda: "999 contradicted" in text_of(screen, "ReportReading PointLine"), "the number")


async def test_a_report_becomes_one_html_file(make_app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with opened(make_app()) as (pilot, screen):
        await in_library(pilot, screen)
        await pilot.press("H")
        await until(pilot, lambda: "one HTML file" in seen(screen.app), "the question")
        await pilot.press("enter")
        out = tmp_path / "llama3.1-1024.html"
        await until(pilot, lambda: "bytes written" in said(screen.app), "it is written")
        assert "The word of llama3.1 at 1024" in out.read_text()
        assert "not judged here" in said(screen.app)


async def test_any_markdown_of_the_repository_is_judged_where_it_is_previewed(make_app, repository):
    (repository / "README.md").write_text("# Results\n\nThere are 999 CSV files.\n")
    async with opened(make_app()) as (pilot, screen):
        await pilot.press("2")
        screen.preview("README.md")
        await until(pilot, lambda: screen.panes.preview and screen.panes.preview.content, "the preview")
        preview = screen.panes.preview
        await until(pilot, lambda: "999" in seen(screen.app) and preview.has_focus_within, "its text")
        await pilot.press("V")
        await until(pilot, lambda: "1 contradicted" in seen(screen.app), "the verdicts", 1500)
        await pilot.press("m")
        await until(pilot, lambda: "999 CSV files contradicted" in text_of(screen, "Preview PointLine"), "the number")


async def test_an_unfinished_run_is_read_from_its_journal_and_not_checked(make_app, repository):
    folder = repository / "chimera-reports" / "20270101T000000Z-chimera-insight-llama3.1-8b"
    folder.mkdir(parents=True)
    (folder / "calls.ndjson").write_text('{"type":"run_started"}\n')
    (folder / "run.toml").write_text('chimera_tui = "0.1.0"\nstarted = 2027-01-01T00:00:00Z\n')
    async with opened(make_app()) as (pilot, screen):
        pane = screen.query_one(ReportsPane)
        await until(pilot, lambda: pane.count == 5, "the reports are listed")
        await pilot.press("escape", PANE)
        await until(pilot, lambda: pane.library.table.has_focus, "the library has the keys")
        assert pane.selected["ending"] == "unfinished"
        await pilot.press("V")
        await until(pilot, lambda: "did not finish" in said(screen.app), "it says why not")
        await pilot.press("enter")
        await until(pilot, lambda: pane.reading and "did not finish" in pane.text, "what its journal holds")
