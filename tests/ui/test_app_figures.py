"""The metrics bar: estimates while text comes, the server's figures after, never a number cut in half."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.engine.clock import Clock
from chimera_tui.engine.events import (
    CallFinished,
    CallStarted,
    Chunk,
    ClaimJudged,
    ModelMemory,
    RunEnded,
    RunStarted,
    Stage,
    StageStarted,
)
from chimera_tui.ui.glyphs import ASCII, UNICODE
from chimera_tui.ui.workspace.bar_fields import GAP, Field, fitting
from chimera_tui.ui.workspace.live_figures import LiveFigures, clock, rate, seconds
from chimera_tui.ui.workspace.metrics_bar import MetricsBar

FIGURES = CallFigures(
    ttft_s=0.42, wall_s=12.0, total_s=11.9, prompt_tokens=1204, prefill_s=0.4, generated_tokens=480, decode_s=10.0
)


def fed(*events) -> LiveFigures:
    figures = LiveFigures(running=True)
    for event in events:
        figures.apply(event)
    return figures


START = (
    StageStarted(at_s=0, stage=Stage.INGEST),
    RunStarted(at_s=0.5, run_id="r", engine="ollama", model="gemma3:latest", root="/r", started="now"),
    StageStarted(at_s=0.6, stage=Stage.ANALYSIS),
    StageStarted(at_s=1, stage=Stage.REPORT),
    CallStarted(
        at_s=2, call=1, stage=Stage.REPORT, model="gemma3:latest", messages=(), options={}, prompt_tokens_est=1180,
        num_ctx=4096,
    ),
)  # fmt: skip


def values(figures: LiveFigures) -> dict[str, str]:
    return {field.label: field.value for field in figures.fields() if field.label}


def test_before_the_first_token_it_says_that_it_waits():
    figures = fed(*START)
    figures.now_s = 9
    assert values(figures)["waiting"] == "0:07"
    assert "decode" not in values(figures)
    assert figures.stage_words() == "3/4 report"
    assert values(figures)["in"] == "~1,180"


@pytest.mark.parametrize(("loaded", "words"), [(False, "loading the model"), (True, "queue or prefill")])
def test_what_a_call_waits_for_is_told_by_the_server(loaded, words):
    memory = ModelMemory(at_s=1.5, model="gemma3:latest", loaded=loaded)
    figures = fed(*START[:-1], memory, START[-1])
    figures.now_s = 9
    assert values(figures)[words] == "0:07"
    figures.apply(Chunk(at_s=9.5, call=1, text="a"))
    assert words not in values(figures)
    assert values(figures)["TTFT"] == "~7.50 s"


def test_time_in_the_queue_and_the_load_have_figures_of_their_own():
    slow = CallFigures(
        ttft_s=9, total_s=20.0, load_s=3.0, prompt_tokens=10, prefill_s=1, generated_tokens=50, decode_s=10
    )
    figures = fed(
        *START, CallFinished(at_s=22, call=1, stage=Stage.REPORT, ending=Ending.COMPLETE, figures=slow),
    )  # fmt: skip
    assert (values(figures)["queue"], values(figures)["load"]) == ("6.00 s", "3.00 s")


def test_the_share_of_the_model_on_the_gpu_is_what_the_server_said_last():
    figures = fed(
        *START,
        ModelMemory(at_s=2.1, model="m", loaded=False),
        ModelMemory(at_s=3, model="m", loaded=True, gpu_share=0.62),
    )  # fmt: skip
    assert values(figures)["GPU"] == "62%"


def test_the_sparkline_shows_the_rate_of_each_half_second_and_where_nothing_came():
    chunks = [
        Chunk(at_s=at, call=1, text="x", pieces=n) for at, n in ((2.6, 10), (3.1, 20), (3.4, 20), (4.2, 5), (4.6, 9))
    ]
    figures = fed(*START, *chunks)
    # Whole columns from 2.5 s on: 10, 40, 0, 5 tokens; the one that is still being filled is not shown.
    assert figures.sparkline(8, UNICODE.levels) == "    ▃█▁▂"
    assert figures.sparkline(2, ASCII.levels) == "      _#"
    assert figures.sparkline(8, ASCII.levels).isascii()


def test_while_text_comes_everything_that_is_guessed_is_marked():
    figures = fed(
        *START, Chunk(at_s=2.5, call=1, text="a" * 35, pieces=10), Chunk(at_s=4.5, call=1, text="b" * 315, pieces=90)
    )
    found = values(figures)
    assert found["TTFT"] == "~500 ms"
    assert found["out"] == "~100"
    assert found["decode"] == "~50.0 tok/s"
    assert found["ctx"] == "~1,280/4,096"


def test_the_servers_figures_replace_the_guesses():
    figures = fed(
        *START,
        Chunk(at_s=2.5, call=1, text="a" * 350),
        CallFinished(at_s=14, call=1, stage=Stage.REPORT, ending=Ending.COMPLETE, figures=FIGURES),
    )
    found = values(figures)
    assert "~" not in "".join(found.values())
    assert found["TTFT"] == "420 ms"
    assert found["decode"] == "48.0 tok/s"
    assert found["prefill"] == "3,010 tok/s"
    assert found["ctx"] == "1,684/4,096"


def test_each_call_is_counted_anew_by_the_pieces_that_came():
    figures = fed(
        *START,
        Chunk(at_s=2.5, call=1, text="a" * 960, pieces=300),
        CallFinished(at_s=14, call=1, stage=Stage.REPORT, ending=Ending.COMPLETE, figures=FIGURES),
        CallStarted(at_s=15, call=2, stage=Stage.PERSONA, model="m", messages=(), options={}, prompt_tokens_est=5),
        Chunk(at_s=16, call=2, text="b" * 200, pieces=60),
    )
    assert values(figures)["out"] == "~60"


def test_what_nobody_said_is_left_out():
    figures = fed(
        *START, CallFinished(at_s=3, call=1, stage=Stage.REPORT, ending=Ending.NO_DONE, figures=CallFigures())
    )
    assert not {"TTFT", "decode", "prefill", "out"} & set(values(figures))


def test_the_summary_has_the_report_calls_ttft_and_the_throughput_of_all_calls():
    other = CallFigures(ttft_s=9.0, generated_tokens=120, decode_s=10.0)
    figures = fed(
        *START,
        CallFinished(at_s=14, call=1, stage=Stage.REPORT, ending=Ending.COMPLETE, figures=FIGURES),
        CallFinished(at_s=30, call=2, stage=Stage.PERSONA, ending=Ending.COMPLETE, figures=other),
        RunEnded(at_s=31, ending=Ending.COMPLETE),
    )
    found = {field.label: field.value for field in figures.summary() if field.label}
    assert found == {"last run": "complete", "in": "0:31", "decode": "30.0 tok/s", "TTFT": "420 ms", "out": "600"}
    assert figures.ended_well


def test_a_run_that_was_stopped_while_reading_names_no_engine():
    figures = fed(START[0], RunEnded(at_s=2, ending=Ending.CANCELLED))
    assert [field.value for field in figures.summary()] == ["cancelled", "0:02"]


@given(
    fields=st.lists(
        st.builds(
            Field,
            st.text("abc", max_size=6),
            st.text("0123456789,", min_size=1, max_size=12),
            st.integers(1, 12),
            short=st.none() | st.tuples(st.just(""), st.text("0123456789,", min_size=1, max_size=4)),
        ),
        max_size=10,
    ),
    width=st.integers(0, 120),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_fields_are_whole_in_order_and_fit(fields, width):
    chosen = fitting(fields, width)
    assert sum(field.width for field in chosen) + GAP * max(0, len(chosen) - 1) <= width or not chosen
    rest = iter(fields)
    assert all(any(one in {field, field.shortened} for field in rest) for one in chosen)


CHUNKS = (Chunk(at_s=2.5, call=1, text="a"), Chunk(at_s=4.5, call=1, text="b" * 3150, pieces=160))


def verdicts(supported: int, wrong: int, unknown: int) -> list[ClaimJudged]:
    labels = ["supported"] * supported + ["contradicted"] * wrong + ["unverifiable"] * unknown
    return [
        ClaimJudged(at_s=3, call=1, start=9 * at, end=9 * at + 2, span="44", label=label, rule="5", reason="")
        for at, label in enumerate(labels)
    ]


@pytest.mark.parametrize(
    ("judged", "short"), [((12, 0, 32), "12/44"), ((12, 3, 29), "12/44 ✗3"), ((112, 13, 19), "112/144 ✗13")]
)
def test_at_80_columns_what_matters_stays_in_short_forms(judged, short):
    found = fitting(fed(*START, *CHUNKS, *verdicts(*judged)).fields(), 78)
    kept = {field.label: field.value for field in found}
    assert {"TTFT", "ctx"} <= set(kept)
    assert short in (kept.get("ver."), kept.get("verified"))
    assert {"3/4 report", "0:04", "~80.5 tok/s"} <= {field.value for field in found}


def test_where_there_is_room_nothing_is_short():
    fields = fed(*START, *CHUNKS, *verdicts(12, 3, 29)).fields()
    assert fitting(fields, 200) == fields


def test_a_call_without_the_servers_count_is_counted_by_its_pieces():
    cut = CallFinished(at_s=14, call=1, stage=Stage.REPORT, ending=Ending.CANCELLED, figures=CallFigures())
    figures = fed(*START, *CHUNKS, cut, RunEnded(at_s=15, ending=Ending.CANCELLED))
    assert {field.label: field.value for field in figures.summary()}["out"] == "~161"


@pytest.mark.parametrize(("words", "value"), [("0:07", 7.9), ("1:01:01", 3661), ("59:59", 3599)])
def test_clock(words, value):
    assert clock(value) == words


def test_units():
    assert seconds(0.42) == "420 ms"
    assert seconds(3.254) == "3.25 s"
    assert seconds(None) == ""
    assert rate(1234.5) == "1,234 tok/s"
    assert rate(45.14) == "45.1 tok/s"


def test_verdicts_are_counted_and_the_latest_on_a_place_counts():
    def judged(start: int, label: str) -> ClaimJudged:
        return ClaimJudged(at_s=3, call=1, start=start, end=start + 2, span="44", label=label, rule="5", reason="")

    figures = fed(*START)
    assert figures.verified() == ""
    figures = fed(*START, judged(0, "supported"), judged(9, "unverifiable"))
    assert values(figures)["verified"] == "1/2"
    figures.apply(judged(9, "contradicted"))
    assert figures.verified() == "1/2, 1 wrong"
    figures.apply(RunEnded(at_s=4, ending=Ending.COMPLETE))
    assert ("verified", "1/2, 1 wrong") in [(field.label, field.value) for field in figures.summary()]


@pytest.mark.parametrize("width", [50, 80, 100, 120, 200])
async def test_the_bar_fits_every_width_and_its_clock_can_be_stopped(width):
    class Shown(App[None]):
        def compose(self):
            yield MetricsBar(clock=Clock(seconds=lambda: 100.0))

    async with Shown().run_test(size=(width, 5)) as pilot:
        bar = pilot.app.query_one(MetricsBar)
        bar.begin()
        for event in (*START, ModelMemory(at_s=2.2, model="m", loaded=True, gpu_share=1.0)):
            bar.apply(event)
        for tenth in range(60):
            bar.apply(Chunk(at_s=2.5 + tenth / 10, call=1, text="word", pieces=4))
        await pilot.pause()
        text = bar.render().plain
        assert len(text) <= width - 2
        assert "3/4 report" in text
        assert "0:08" in text
        assert ("█" in text) is (width >= 80)
        assert ("GPU 100%" in text) is (width >= 100)
        if width == 200:
            assert all(word in text for word in ("~1,180", "ctx ~1,420/4,096", "gemma3:latest", "TTFT ~500 ms"))


async def test_only_what_changed_of_the_bar_is_painted_again():
    class Shown(App[None]):
        def compose(self):
            yield MetricsBar(clock=Clock(seconds=lambda: 100.0))

    async with Shown().run_test(size=(80, 5)) as pilot:
        bar = pilot.app.query_one(MetricsBar)
        bar.begin()
        bar.apply(START[0])
        await pilot.pause()
        asked = []
        bar.refresh = lambda *regions, **_: asked.append(regions)
        bar._tick()
        assert asked == []
        bar.figures.apply(StageStarted(at_s=0, stage=Stage.ANALYSIS))
        bar._tick()
        assert [region.x for (region,) in asked] == [1]
        bar._drawn = bar._text().plain
        bar.figures.now_s = 7
        bar._tick()
        assert [region.x for (region,) in asked][1:] == [1 + bar._drawn.index("0:00") + 3]
