"""What judging costs: the index of facts, a line, and the event loop while both go on in threads.

Lines are made for the frames (names, settings, statistics, counts), and with ``--reports`` taken from Markdown too.
    python -m tests.benchmarks.judging_cost [--cells 5000 5000000] [--reports DIR]
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from chimera_tui.core import frames as schema
from chimera_tui.core.endings import Ending
from chimera_tui.core.frames import Frames
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import Judge
from chimera_tui.core.verify.verdict import Verdict
from chimera_tui.engine.events import CallFinished, CallStarted, Chunk, Stage
from chimera_tui.engine.judging import Judging

INDEX_S = 10.0
LINE_MS = {5_000: 5.0, 5_000_000: 20.0}
"""Limits: the index, and the 99th percentile of a line by the number of cells."""
FIELDS = (
    ("tokens_s", "decode_tps", "tokens/s", "higher is better"), ("ttft_s", "ttft", "s", "lower is better"),
    ("load_s", "load_time", "s", "lower is better"), ("eval_count", "output_tokens", "tokens", ""),
)  # fmt: skip
MODELS = ("alpha:1b", "beta:7b-q4_0", "gamma:13b", "delta-mini:270m")


def frames_of(cells: int) -> Frames:
    """Sweeps of four models over 36 configurations, at most 500 files, four metrics a row."""
    per_file = max(40, cells // 500 // 4 * 4)
    number = pl.int_range(cells)
    value = (number * 104_729 % 99_991) / 331
    body = pl.select(
        file_id=number // per_file, record=number % per_file // 4, series_id=number % 4,
        config_id=number // 4 * 7919 % 144, value=pl.when(number % 4 == 1).then(value / 100).otherwise(value),
        n=pl.lit(None), raw=pl.lit(None), phase=pl.lit(0), status=pl.lit(0), at=pl.lit(None), error_id=pl.lit(None),
    )  # fmt: skip
    files = pl.select(file_id=pl.int_range((cells - 1) // per_file + 1)).with_columns(
        path=pl.format("runs/day_{}/sweep_{}.csv", pl.col("file_id") // 50, "file_id"), kind=pl.lit("csv"),
        role=pl.lit("data"), size=pl.lit(1000), n_cells=pl.lit(per_file),
    )  # fmt: skip
    series = [
        {"series_id": i, "field": f, "metric": m, "stat": "value", "unit": u, "raw_unit": u, "better": b}
        for i, (f, m, u, b) in enumerate(FIELDS)
    ]
    configs = [
        {"config_id": i, "model": MODELS[i % 4], "num_gpu": i // 4 % 4 * 20, "num_ctx": 512 << i // 16 % 3,
         "temperature": 0.2 * (i // 48)}
        for i in range(144)
    ]  # fmt: skip
    return replace(
        Frames.none(), files=_whole(files, schema.FILES), cells=body.cast(schema.dtypes(schema.CELLS)),  # type: ignore[arg-type]
        series=_whole(pl.DataFrame(series), schema.SERIES), configs=_whole(pl.DataFrame(configs), schema.CONFIGS),
    )  # fmt: skip


def _whole(frame: pl.DataFrame, kinds: dict[str, str]) -> pl.DataFrame:
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.dtypes(kinds).items()
    )


def lines(count: int, seed: int = 7) -> Iterator[str]:
    """Sentences, items and rows with numbers of every kind, each other than the last."""
    dice = random.Random(seed)
    for number in range(count):
        model, x, y = dice.choice(MODELS), dice.uniform(1, 300), dice.uniform(0.1, 3)
        file = f"sweep_{dice.randrange(500)}.csv"
        settings = f"num_gpu={dice.randrange(4) * 20}, num_ctx={512 << dice.randrange(3)}"
        yield dice.choice((
            f"The mean throughput of {model} was {x:.2f} tokens/s, with a median TTFT of {y:.3f} s.",
            f"- With {settings} the best tokens_s is {x:.1f} tokens/s; {x * 1.25:.1f} tokens/s is 25 % faster.",
            f"| {model} | {512 << dice.randrange(3)} | {x:.2f} | {y:.3f} |",
            f"In `{file}` the highest throughput is {x:.2f} tok/s and the p95 of ttft_s is {y * 1e3:.0f} ms.",
            f"There are {dice.randrange(600)} CSV files ({x / 3:.1f} %), {dice.randrange(9)} of them about {model}.",
            f"{model} reached {x:.3f} tokens/s at a temperature of 0.4, against {x / 2:.3f} tokens/s before.",
            f"Row {number}: tokens_s {x:.6f}, ttft_s {y:.6f}, load_s {y / 3:.6f}, eval_count {int(x)}.",
        ))  # fmt: skip


def judged(facts: Facts, text: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each line that holds a number: as they pass, and of this thread's processor."""
    judge, wall, processor = Judge(facts), [], []
    for line in text:
        began, busy = time.perf_counter(), time.thread_time()
        judge.line(line)
        if any(map(str.isdigit, line)):
            wall.append((time.perf_counter() - began) * 1e3)
            processor.append((time.thread_time() - busy) * 1e3)
    return wall, processor


async def live(frames: Frames, text: list[str], rate: float = 200.0) -> tuple[list[float], float, int]:
    """How late the event loop is (ms) while the index is built and a stream is judged; seconds to the last verdict."""
    late: list[float] = []
    told: list[Verdict] = []
    over = asyncio.Event()

    async def watch() -> None:
        while not over.is_set():
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append((time.perf_counter() - began - 0.005) * 1e3)

    watching = asyncio.create_task(watch())
    index = asyncio.create_task(asyncio.to_thread(Facts.of, frames))
    judging = Judging(index, lambda call, at, verdict: told.append(verdict), _fail)
    judging.put(CallStarted(at_s=0, call=1, stage=Stage.REPORT, model="", messages=(), options={}, prompt_tokens_est=1))
    for line in text:
        for at in range(0, len(line) + 1, 5):
            judging.put(Chunk(at_s=0, call=1, text=f"{line}\n"[at : at + 5]))
            await asyncio.sleep(1 / rate)
    judging.put(CallFinished(at_s=0, call=1, stage=Stage.REPORT, ending=Ending.COMPLETE, figures=CallFigures()))
    began = time.perf_counter()
    await judging.finish()
    over.set()
    await watching
    return late, time.perf_counter() - began, len(told)


def _fail(error: Exception) -> None:
    raise error


def percentile(values: list[float], share: float) -> float:
    """Of sorted values, the one that this share is not above."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(cells: int, reports: Path | None) -> bool:
    """Print what one size costs; whether all is within the limits."""
    frames = frames_of(cells)
    began = time.perf_counter()
    facts = Facts.of(frames)
    index = time.perf_counter() - began
    text = ["| Model | num_ctx | tokens_s | ttft_s |", "| --- | --- | --- | --- |", *lines(1500)]
    for report in sorted(reports.glob("*.md")) if reports else []:
        text += report.read_text("utf-8", "replace").split("\n")
    took, busy = judged(facts, text)
    limit = LINE_MS[min(LINE_MS, key=lambda n: abs(n - cells))]
    p99 = percentile(took, 0.99)
    print(f"{cells:,} cells: index {index:.2f} s (limit {INDEX_S:g})")
    print(
        f"  {len(took)} lines with numbers: median {statistics.median(took):.2f} ms, p99 {p99:.2f} ms "
        f"(limit {limit:g}), max {max(took):.1f} ms; of the thread's processor p99 {percentile(busy, 0.99):.2f} ms"
    )
    late, rest, told = asyncio.run(live(frames, list(lines(60))))
    print(
        f"  live, 60 lines at 200 pieces/s from the start of the index: loop late p99 {percentile(late, 0.99):.1f} ms, "
        f"max {max(late):.1f} ms; last of {told} verdicts {rest:.2f} s after the stream"
    )
    return index <= INDEX_S and p99 <= limit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, nargs="+", default=[5_000, 5_000_000])
    parser.add_argument("--reports", type=Path)
    arguments = parser.parse_args()
    kept = [measure(cells, arguments.reports) for cells in arguments.cells]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
