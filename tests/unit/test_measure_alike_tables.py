"""Tables measured together must give what measuring each by itself gives, whatever is in their cells."""

import random
from collections.abc import Iterator
from itertools import count

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimera_tui.core.assemble import Assembler
from chimera_tui.core.frames import Frames
from chimera_tui.core.measure import FileResult, Limits, alike_tables
from chimera_tui.core.measure.alike_tables import AlikeTables
from chimera_tui.core.measure.files import measure_table
from chimera_tui.core.read.content import decode
from chimera_tui.core.scan import Entry

HEADERS = (
    "model,num_gpu,num_ctx,temperature,ttft_s,tokens_s",
    "model,concurrency,status,error,request_latency_ms,output_tokens,timestamp",
    "name,latency (ms),throughput,notes,p50_ms,p99_ms,num_requests",
    ",model,batch_size,tps,memory_mb,seed",
    "phase,ttft,itl,cancelled,success,config",
    "test,avg_ts,stddev_ts,n_prompt,n_gen,model_filename",
    "a,b,c",
    "metric,value,unit,model",
    "Metric,mean,p50,p99",
    "benchmark,mode,threads,samples,score,unit",
)
PLAIN = {
    "model": ("gemma3:1b", "llama3.1:8b-q4_0"), "name": ("short", "long prompt"), "notes": ("first", "again"),
    "status": ("ok", "done"), "error": ("", "none"), "phase": ("warmup", "profiling", "x"), "cancelled": ("false",),
    "success": ("true", "1"), "config": ("g60_c1024_t0.4", "x"), "temperature": ("0", "0.2", "0.8"),
    "timestamp": ("1759197058", "2025-10-04T09:30:00Z", "x"), "test": ("pp512", "tg128"), "model_filename": ("a.gguf",),
}  # fmt: skip
WILD = (
    "", "NaN", "inf", "-", "5 ms", "1.5 ± 0.2", "true", "failed", "1e400", "1e120", "1e-7", "007", "+5", ".5", "5.",
    "1_000", " 3 ", "１２", "-0", "5e-324", "mean", "max", "count", "min", "ms", "é", 'x"y', "\u2028", "1,5", "61.5",
    "boom", "\x0b", "\ufeff", "0.00016449645841977513", "12345678901234567890", "9" * 30, "x" * 300,
)  # fmt: skip


def tables(pick: random.Random, files: int, wild: float) -> list[str]:
    """Files of a few headers, now and then with a cell, a row or a line that is out of the ordinary."""
    headers = pick.sample(HEADERS, 2)
    return [_table(pick, pick.choice(headers), wild if pick.random() < 0.4 else 0.0) for _ in range(files)]


def _table(pick: random.Random, header: str, wild: float) -> str:
    names = header.split(",")
    rows = [[_cell(pick, name, wild) for name in names] for _ in range(pick.choice((0, 1, 2, 3, 8, 20)))]
    if rows and pick.random() < wild:
        rows.insert(pick.randrange(len(rows)), pick.choice((names, [], ["x"], ["mean"] * len(names), ["ms"] * 9)))
    end = pick.choice(("\n", "\n", "\n", "\r\n")) if wild else "\n"
    return end.join([header, *(",".join(row) for row in rows)]) + pick.choice((end, end, ""))


def _cell(pick: random.Random, name: str, wild: float) -> str:
    if pick.random() < wild:
        return pick.choice(WILD)
    if name in PLAIN:
        return pick.choice(PLAIN[name])
    return pick.choice((str(pick.randrange(2000)), f"{pick.uniform(0, 99):.3f}", repr(pick.expovariate(1)), "0.0"))


def entry(rel: str) -> Entry:
    return Entry(rel, "csv", 1, 1)


def path(number: int) -> str:
    return f"{('gpu80_ctx512_temp0p8', 'plain', 'b8')[number % 3]}/sweep_{number:03}.csv"


def one_by_one(texts: list[str]) -> tuple[Frames, list[FileResult]]:
    assembler = Assembler()
    results = [measure_table(decode(text.encode()), path(n), Limits()) for n, text in enumerate(texts)]
    for number, result in enumerate(results):
        assembler.add(assembler.expect(entry(path(number))), entry(path(number)), result)
    return assembler.frames(), results


def together(texts: list[str]) -> tuple[Frames, int]:
    """The frames, and how many files were not measured by themselves."""
    assembler, waiting = Assembler(), AlikeTables()
    entries = {assembler.expect(entry(path(number))): entry(path(number)) for number in range(len(texts))}
    alone = [n for n, text in enumerate(texts) if not waiting.takes(n, decode(text.encode()), path(n))]
    batches, special = waiting.settle()
    for batch in batches:
        assembler.add_batch(batch, entries)
    for number in [*alone, *(one.file_id for one in special)]:
        result = measure_table(decode(texts[number].encode()), path(number), Limits())
        assembler.add(number, entries[number], result)
    return assembler.frames(), sum(len(batch.files) for batch in batches)


def told(frames: Frames) -> Iterator[pl.DataFrame]:
    """What frames say, without the numbers that stand for configurations."""
    yield frames.files
    yield frames.records.sort("file_id", "record")
    found = frames.measurements().collect().drop("config_id")
    yield found.select(sorted(found.columns))


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch):
    monkeypatch.setattr(alike_tables, "_FEWEST", 2)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from((0.0, 0.01, 0.05, 0.3)))
def test_together_they_give_what_each_gives_by_itself(seed, wild):
    texts = tables(random.Random(seed), 24, wild)
    for one, other in zip(told(one_by_one(texts)[0]), told(together(texts)[0]), strict=True):
        assert one.equals(other), (one, other)


@pytest.mark.parametrize("header", HEADERS[:5])
def test_plain_tables_are_measured_together(header):
    pick = random.Random(1)
    texts = [text for text in (_table(pick, header, 0.0) for _ in range(40)) if text.count("\n") > 2]
    assert together(texts)[1] == len(texts)


def test_only_what_is_special_is_measured_by_itself():
    pick, header = random.Random(2), HEADERS[0]
    texts = ["\n".join([header, *(",".join(_cell(pick, n, 0.0) for n in header.split(",")) for _ in range(5))])] * 30
    for number, cell in zip(count(3, 4), ("61.5", "", "1.5 ± 0.2", "NaN"), strict=False):
        column = 3 if cell == "61.5" else 5
        rows = [line.split(",") for line in texts[number].splitlines()]
        rows[4][column] = cell
        texts[number] = "\n".join(",".join(row) for row in rows)
    frames, n_together = together(texts)
    assert n_together == 26
    assert set(frames.files["status"]) == {"ok"}


def test_quotes_blank_lines_ragged_rows_and_other_delimiters_do_not_wait():
    waiting, header = AlikeTables(), HEADERS[0]
    row = "gemma3:1b,80,512,0.2,0.5,20.5"
    assert waiting.takes(0, decode(f"{header}\n{row}\n".encode()), "a.csv")
    for text in (
        header, f'{header}\n"gemma",80,512,0.2,0.5,20.5\n', f"{header}\n\n{row}\n", f"{header}\n{row},1\n",
        f"{header}\n{row}\n{row},1\ngemma3:1b,80,512,0.2,0.5\n", f"{header}\n{row}\n".replace(",", ";"),
        f"{row}\n{row}\n",
    ):  # fmt: skip
        assert not waiting.takes(1, decode(text.encode()), "b.csv"), text
    assert not waiting.takes(2, decode(f"{header}\n{row}\n".encode("utf-16")), "c.csv")


def test_a_fault_costs_time_and_no_file(monkeypatch):
    def faulty(*_):
        raise RuntimeError("not today")

    texts = ["\n".join([HEADERS[0], "gemma3:1b,80,512,0.2,0.5,20.5"])] * 12
    monkeypatch.setattr(alike_tables, "measured_together", faulty)
    frames, n_together = together(texts)
    assert n_together == 0
    assert set(frames.files["status"]) == {"ok"}
