"""The Findings pane over a small repository of our own: what is listed, told, pinned, dropped, opened, remembered."""

from pathlib import Path

import pytest
from textual.widgets import Static

from chimera_tui.core.findings.choice import Choices
from chimera_tui.engine.repository.choices import choices_path, load_choices
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.findings.frame import brief
from chimera_tui.ui.panes.findings.pane import FindingsPane
from chimera_tui.ui.panes.preview.json_view import JsonView
from chimera_tui.ui.screens.export import ExportDialog
from chimera_tui.ui.tables.frame_table import FrameTable
from tests.ui.app_steps import opened, said, seen, until


@pytest.fixture
def repository(repository: Path) -> Path:
    """One more finding: two quantisations."""
    rows = [f"q,{quant},{speed + run / 5}" for quant, speed in (("q4_0", 80), ("q8_0", 50)) for run in range(4)]
    (repository / "sweep" / "quant.csv").write_text("model,quant,tokens_per_second\n" + "\n".join(rows) + "\n")
    return repository


async def shown(pilot, screen):
    """The pane, its findings computed."""
    await pilot.press("4")
    pane = screen.query_one(FindingsPane)
    await until(pilot, lambda: pane.table.row_count and screen.focused is pane.table, "the findings are listed")
    return pane


def told(pane):
    return str(pane.query_one("FindingDetail > Static", Static).content)


async def test_nothing_is_computed_before_the_pane_is_looked_at(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = screen.query_one(FindingsPane)
        await pilot.pause()
        assert pane.findings == ()
        await shown(pilot, screen)
        assert pane.findings


async def test_a_finding_has_its_value_n_and_label_and_is_told_whole_below(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        first = pane.findings[0]
        assert pane.table.row["statement"] == first.statement
        assert pane.table.row["n"] == first.n
        assert pane.table.row["basis"] == first.label
        text = told(pane)
        for part in (first.statement, first.definition, *first.caveats, first.sources[0].path, first.key):
            assert part in text
        await pilot.press("down")
        await until(pilot, lambda: pane.findings[1].statement in told(pane), "the next one is told")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_pin_drop_and_undo_are_shown_and_remembered(make_app, repository, size) -> None:
    async with opened(make_app(), size) as (pilot, screen):
        pane = await shown(pilot, screen)
        first, second = pane.findings[:2]
        await pilot.press("p", "down", "d")
        assert pane.choices == Choices((first.key,), (second.key,))
        assert "pinned" in seen(screen.app)
        await until(pilot, lambda: load_choices(repository) == pane.choices, "the choice is on disk")
        await pilot.press("u")
        assert pane.choices == Choices((first.key,))
        await pilot.press("up", "p")
        assert pane.choices == Choices()
        await pilot.press("u")
        await until(pilot, lambda: load_choices(repository) == Choices((first.key,)), "the undone choice is on disk")
    async with opened(make_app()) as (pilot, screen):
        assert (await shown(pilot, screen)).choices == Choices((first.key,))


async def test_a_choice_that_cannot_be_saved_counts_and_is_said(make_app, repository) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        choices_path(repository).parent.parent.mkdir(parents=True, exist_ok=True)
        choices_path(repository).parent.write_text("a file where a folder should be")
        await pilot.press("d")
        await until(pilot, lambda: "was not saved" in said(screen.app), "the failure is said")
        assert pane.choices.dropped == (pane.findings[0].key,)


async def test_enter_opens_the_source_at_its_row(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        source = next(f for f in pane.findings if f.sources[0].record is not None).sources[0]
        pane.table.move_cursor([f.sources[0] for f in pane.findings].index(source))
        await pilot.press("enter")
        await until(pilot, lambda: screen.panes.previewing, "the file is open")
        table = screen.panes.preview.query_one(FrameTable)
        await until(pilot, lambda: table.row_count and table.cursor_row == source.record, "the row is found")
        assert source.field in table.frame.columns
        await pilot.press("escape")
        await until(pilot, lambda: screen.focused is pane.table, "back among the findings")


async def test_a_summary_in_json_is_opened_at_the_number_itself(make_app, repository) -> None:
    text = "".join(
        f'"{name}": {{"mean_time_ms": {mean}, "std_time_ms": {std}, "min_time_ms": {low}, "max_time_ms": {high}}},'
        for name, mean, std, low, high in (("plain", 0.76, 2.05, 0.04, 6.9), ("fused", 0.05, 0.01, 0.04, 0.07))
    )
    (repository / "kernels.json").write_text('{"fusion": {' + text.rstrip(",") + "}}")
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        wanted = next(n for n, f in enumerate(pane.findings) if f.kind == "outlier ratio")
        pane.table.move_cursor(wanted)
        await pilot.press("right_square_bracket", "enter")
        await until(pilot, lambda: screen.panes.previewing, "the file is open")
        view = screen.panes.preview.query_one(JsonView)
        await until(pilot, lambda: "mean_time_ms" in seen(screen.app), "the number is shown")
        assert view.has_focus


async def test_the_filter_line_takes_words_and_conditions(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        await pilot.press("slash", *"n>3", "enter")
        await until(pilot, lambda: pane.table.row_count < pane.table.total_rows or pane.table.row["n"] > 3, "filtered")
        assert all(n > 3 for n in pane.table.view()["n"])
        await pilot.press("slash", *" nonsense =", "enter")
        assert pane.filter_line.refused
        await pilot.press("escape")
        await until(pilot, lambda: pane.table.row_count == pane.table.total_rows, "all again")


async def test_files_taken_out_of_the_analysis_take_their_findings_along(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        await pilot.press("1", "space", "4")  # the first folder of the tree holds the only sweep
        await until(pilot, lambda: not pane.findings and not pane.table.row_count, "nothing is left to compare")


async def test_the_rows_are_sorted_by_number_and_exported_whole(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        assert pane.table.frame["number"].to_list() == list(range(1, len(pane.findings) + 1))
        await pilot.press("E")
        await until(pilot, lambda: isinstance(screen.app.screen, ExportDialog), "a file is asked for")


async def test_the_pane_comes_back_as_it_was_left(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        await shown(pilot, screen)
        await pilot.press("slash", *"quant", "enter")
        kept = screen.layout_now()
    assert kept.panes[Pane.FINDINGS]["filter"] == "quant"
    async with opened(make_app()) as (pilot, screen):
        screen.query_one(FindingsPane).restore(kept.panes[Pane.FINDINGS])
        pane = await shown(pilot, screen)
        assert pane.table.row_count < pane.table.total_rows


async def test_copying_a_finding_copies_it_whole(make_app) -> None:
    async with opened(make_app()) as (pilot, screen):
        pane = await shown(pilot, screen)
        pane.table.move_column([column.name for column in pane.table.columns].index("finding"))
        await pilot.press("y")
        await until(pilot, lambda: screen.app.clipboard, "it is copied")
        first = pane.findings[0]
        assert screen.app.clipboard == f"{first.statement} ({'; '.join((first.label, *first.caveats))})"


def test_a_line_leaves_paths_out() -> None:
    assert brief("m in a/b_c/d.csv: median TTFT is 9 ms warm") == "m: median TTFT is 9 ms warm"
    assert brief("3 files in reports/gemma3: best") == "3 files in gemma3: best"
    assert brief("x/y.csv against x/base.csv: +3 %; 512 tok/s") == "y.csv against base.csv: +3 %; 512 tok/s"
