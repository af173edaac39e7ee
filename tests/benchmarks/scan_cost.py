"""What reading a repository costs: ratios of work done in one run, in one process, and large files beside a busy loop.

Small files (the default): a cold scan to full frames beside the same walk + read + csv/msgspec decoding alone, and a
warm start from the cache beside the walk alone. CPU seconds are judged, because other work slows wall time down.
    python -m tests.benchmarks.scan_cost [--files 50000] [--repeat 3]
    python -m tests.benchmarks.scan_cost --large [--megabytes 200] [--each 10]
"""

import argparse
import asyncio
import contextlib
import csv
import gc
import json
import os
import random
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.scan import walk
from chimera_tui.engine.repository.workspace import Workspace

COLD_LIMIT, WARM_LIMIT = 4.0, 1.6
MEMORY_LIMIT_MB, LAG_LIMIT_S, STOP_LIMIT_S = 1500, 0.05, 1.0
EVERY_S = 0.005
"""How often a loop is looked at."""
IDLE_S = 15.0
FILES_A_FOLDER = 100
IGNORED = (
    "__pycache__/\n*.pyc\n.venv/\n/build/\ndist/\n*.tmp\nnode_modules/\n.cache/\n!keep.tmp\ncheckpoints/**/*.bin\n"
)
MODELS = ("gemma3:270m", "gemma3:1b-it-qat", "gemma3:latest", "llama3.1:8b-instruct-q4_0", "qwen2.5:7b-instruct")
COLUMNS = (
    "model", "num_gpu", "num_ctx", "temperature", "ttft_s", "tokens_s", "load_s", "prompt_eval_s", "eval_s",
    "prompt_eval_count", "eval_count",
)  # fmt: skip
CSV_ROWS = 20


# trees


def small_tree(root: Path, files: int) -> None:
    """Half parameter sweeps as CSV, half single results as JSON, a hundred a folder."""
    pick = random.Random(4)
    (root / ".gitignore").write_text(IGNORED)
    for number in range(files):
        folder = root / f"day_{number // FILES_A_FOLDER:04}"
        if number % FILES_A_FOLDER == 0:
            folder.mkdir()
        if number % 2:
            (folder / f"result_{number:06}.json").write_text(json.dumps(_result(pick, number), indent=1))
        else:
            with (folder / f"sweep_{number:06}.csv").open("w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(COLUMNS)
                rows.writerows(_sweep(pick))


def _sweep(pick: random.Random) -> Iterator[tuple[object, ...]]:
    model = pick.choice(MODELS)
    for _ in range(CSV_ROWS):
        load, prefill, decode = pick.expovariate(5), pick.uniform(0.004, 0.2), pick.uniform(0.5, 4)
        tokens = pick.randint(40, 400)
        yield (
            model, pick.choice((0, 40, 80, 999)), pick.choice((512, 1024, 2048)), pick.choice((0.0, 0.2, 0.8)),
            round(load + prefill, 4), round(tokens / decode, 2), round(load, 4), round(prefill, 4), round(decode, 4),
            pick.randint(10, 80), tokens,
        )  # fmt: skip


def _result(pick: random.Random, number: int) -> dict[str, object]:
    middle = pick.uniform(0.05, 2)
    return {
        "benchmark_name": f"inference_{number % 40}",
        "model": pick.choice(MODELS),
        "timestamp": 1_759_197_058 + number,
        "options": {"num_gpu": pick.choice((0, 40, 999)), "num_ctx": 2048, "temperature": 0.8},
        "timing": {
            "samples": 10, "mean_ms": middle, "stdev_ms": middle / 9, "p50_ms": middle * 0.97, "p95_ms": middle * 1.4,
            "p99_ms": middle * 1.6,
        },
        "tokens_per_second": pick.uniform(20, 200),
        "environment": {"os": "Linux", "python_version": "3.11.9", "gpu_name": "RTX 4080", "gpu_count": 1},
    }  # fmt: skip


def large_tree(root: Path, each: int, megabytes: int) -> None:
    """``each`` CSV and as many JSON files: requests of a server under load."""
    for number in range(each):
        pick = random.Random(number)
        size = megabytes * 1_000_000
        lines = [",".join(map(str, row)) + "\n" for _ in range(2500) for row in _sweep(pick)]
        _fill(root / f"requests_{number}.csv", ",".join(COLUMNS) + "\n", lines, "", size)
        items = [json.dumps(dict(zip(COLUMNS, row, strict=True))) for _ in range(2500) for row in _sweep(pick)]
        _fill(root / f"requests_{number}.json", '{"results": [', [i + ",\n" for i in items], items[0] + "]}", size)


def _fill(path: Path, head: str, lines: list[str], tail: str, size: int) -> None:
    block = "".join(lines)
    with path.open("w") as file:
        file.write(head)
        for _ in range(size // len(block)):
            file.write(block)
        file.write("".join(lines[: int(len(lines) * (size % len(block)) / len(block))]) + tail)


# small files


class Cost(NamedTuple):
    """Seconds of one piece of work."""

    cpu_s: float
    wall_s: float


def cost(work: Callable[[], object]) -> Cost:
    """What a call costs, whatever it returns freed before the next."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent = Cost(time.process_time() - cpu, time.perf_counter() - wall)
    del found
    return spent


def decoded(root: Path) -> int:
    """The least that any reader does: the walk, and each file read and decoded."""
    decode = msgspec.json.Decoder().decode
    cells = 0
    for entry in walk(root, Scan()):
        with open(root / entry.rel, "rb") as file:  # noqa: PTH123
            data = file.read()
        if entry.kind == "csv":
            cells += sum(map(len, csv.reader(data.decode().splitlines())))
        else:
            cells += len(decode(data))
    return cells


def opened(root: Path, cache: Path | None) -> int:
    """A start: every file in the frames."""
    snapshot = asyncio.run(Workspace(root, scan=Scan(), cache_dir=cache).refresh())
    assert snapshot.complete
    return snapshot.frames.n_measurements


def small(files: int, repeat: int) -> bool:
    """Measure a tree of small files; whether both ratios hold."""
    with tempfile.TemporaryDirectory(prefix="chimera-scan-cost-") as folder:
        root, cache = Path(folder) / "tree", Path(folder) / "cache"
        root.mkdir()
        small_tree(root, files)
        time.sleep(0.1)  # a file as young as the clock's tick would be read again at the warm start
        print(f"{files:,} files: {opened(root, cache):,} measurements")  # imports and caches of the system, once
        work = {
            "walk": lambda: walk(root, Scan()), "decode": lambda: decoded(root),
            "cold": lambda: opened(root, None), "warm": lambda: opened(root, cache),
        }  # fmt: skip
        costs: dict[str, list[Cost]] = {name: [] for name in work}
        for _ in range(repeat):
            for name, piece in work.items():
                costs[name].append(cost(piece))
    for name, found in costs.items():
        print(f"  {name:7} CPU {_spread([c.cpu_s for c in found])}   wall {_spread([c.wall_s for c in found])}")
    held = [_ratio(costs, "cold", "decode", COLD_LIMIT), _ratio(costs, "warm", "walk", WARM_LIMIT)]
    return all(held)


def _spread(seconds: list[float]) -> str:
    return f"min {min(seconds):7.3f} s, median {statistics.median(seconds):7.3f} s"


def _ratio(costs: dict[str, list[Cost]], above: str, below: str, limit: float) -> bool:
    def ratio(part: str) -> float:
        return min(getattr(c, part) for c in costs[above]) / min(getattr(c, part) for c in costs[below])

    held = ratio("cpu_s") <= limit
    print(
        f"  {above} / {below}: {ratio('cpu_s'):.2f} of the CPU, {ratio('wall_s'):.2f} of the time"
        f" (limit {limit}) {'ok' if held else 'TOO MUCH'}"
    )
    return held


# large files


class Late(NamedTuple):
    """A loop that was late: when, by a clock that all processes share, and by how much."""

    at_s: float
    by_s: float


class Watch:
    """How late the event loop is, beside a process that does nothing, and the memory of this one and its children."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self.lates: list[Late] = []
        self.idle: list[Late] = []
        """What the process that does nothing found meanwhile."""
        self.own_s = 0.0
        """The worst of them that this process can have caused: it is never later than it was at work meanwhile."""

    async def run(self) -> None:
        """Watch until cancelled."""
        # In a thread of this process the looking itself would hold up the loop.
        scale, idle = _beside("--weigh", str(os.getpid())), _beside("--idle")
        try:
            while True:
                before, worked = time.perf_counter(), time.process_time()
                await asyncio.sleep(EVERY_S)
                now = time.perf_counter()
                self.lates.append(Late(now, now - before - EVERY_S))
                self.own_s = max(self.own_s, min(self.lates[-1].by_s, time.process_time() - worked))
        finally:
            self.peak_mb = float(scale.communicate("")[0])
            self.idle = [Late(*late) for late in json.loads(idle.communicate("")[0])]

    @property
    def worst_s(self) -> float:
        """The latest that the loop was."""
        return max(late.by_s for late in self.lates)

    @property
    def beyond_s(self) -> float:
        """The most by which it was later than what the process that does nothing found around the same moment."""
        worst = 0.0
        for late in self.lates:
            if late.by_s > worst:
                meanwhile = (i.by_s for i in self.idle if late.at_s - late.by_s <= i.at_s <= late.at_s + i.by_s)
                worst = max(worst, late.by_s - max(meanwhile, default=0.0))
        return worst


def _beside(*what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.benchmarks.scan_cost", *what]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def idle() -> None:
    """Print when and how late a process that does nothing was, once standard input ends."""
    found = []
    while True:
        before = time.perf_counter()
        if select.select([sys.stdin], [], [], EVERY_S)[0]:
            break
        found.append(Late(time.perf_counter(), time.perf_counter() - before - EVERY_S))
    print(json.dumps([late for late in found if late.by_s > EVERY_S]))


def weigh(pid: int) -> None:
    """Print the most memory that a process and all below it had, once standard input ends."""
    peak = 0.0
    while not select.select([sys.stdin], [], [], 0.25)[0]:
        peak = max(peak, resident_mb(pid))
    print(peak)


def resident_mb(pid: int) -> float:
    """Resident memory of a process and all below it, but for the one that asks."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    ours, fresh = {pid}, {pid}
    while fresh:
        fresh = {one for one, parent in parents.items() if parent in fresh} - ours - {os.getpid()}
        ours |= fresh
    pages = 0
    for one in ours:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _whole(root: Path) -> tuple[Watch, float]:
    watch = Watch()
    watching = asyncio.create_task(watch.run())
    started = time.perf_counter()
    snapshot = await Workspace(root, scan=Scan()).refresh()
    spent = time.perf_counter() - started
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    for row in snapshot.frames.files.select("path", "status", "level", "rows", "n_cells").rows():
        print("  ", *row)
    assert snapshot.complete
    return watch, spent


async def _nothing(seconds: float) -> Watch:
    """How late a loop is while nothing is read: what is due to other work on this machine."""
    watch = Watch()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(watch.run(), seconds)
    return watch


async def _cancelled(root: Path, after_s: float) -> float:
    workspace = Workspace(root, scan=Scan())
    reading = asyncio.create_task(workspace.refresh())
    await asyncio.sleep(after_s)
    started = time.perf_counter()
    workspace.cancel()
    assert not (await reading).complete
    return time.perf_counter() - started


async def _quit(root: Path, after_s: float) -> float:
    reading = asyncio.create_task(Workspace(root, scan=Scan()).refresh())
    await asyncio.sleep(after_s)
    reading.cancel()
    return time.perf_counter()  # asyncio.run then ends the task, its threads and its children


def large(each: int, megabytes: int) -> bool:
    """Read large files; whether memory, loop and stopping keep to their limits."""
    need = 2 * each * megabytes * 1_000_000
    with tempfile.TemporaryDirectory(prefix="chimera-scan-cost-") as folder:
        root = Path(folder)
        if shutil.disk_usage(root).free < need * 1.2:
            print(f"{need / 1e9:.1f} GB and some more are needed in {tempfile.gettempdir()}")
            return False
        large_tree(root, each, megabytes)
        cancel_s = asyncio.run(_cancelled(root, 3.0))
        asked = asyncio.run(_quit(root, 3.0))
        quit_s = time.perf_counter() - asked
        before = asyncio.run(_nothing(IDLE_S))
        watch, spent = asyncio.run(_whole(root))
        after = asyncio.run(_nothing(IDLE_S))
    print(f"{2 * each} files of {megabytes} MB in {spent:.1f} s; load {os.getloadavg()[0]:.1f}")
    print(f"  late by 20 ms or more: {sum(late.by_s >= 0.02 for late in watch.lates)} times of {len(watch.lates):,}")
    print(f"  of the latest, s: {watch.own_s:.3f} own work; {watch.beyond_s:.3f} more than a process that does nothing")
    print(
        f"  that process, s: {max((late.by_s for late in watch.idle), default=0.0):.3f} late at most while reading;"
        f" a loop {IDLE_S:.0f} s before {before.worst_s:.3f}, after {after.worst_s:.3f}"
    )
    if max((late.by_s for late in watch.idle), default=0.0) > LAG_LIMIT_S:
        print("  this machine is too busy to tell how late a key is: a process that does nothing is too late as well")
    return all([
        _limit("memory of all processes, MB", watch.peak_mb, MEMORY_LIMIT_MB),
        _limit("a key is handled within, s", watch.worst_s, LAG_LIMIT_S),
        _limit("cancel, s", cancel_s, STOP_LIMIT_S),
        _limit("quit, s", quit_s, STOP_LIMIT_S),
    ])  # fmt: skip


def _limit(name: str, value: float, limit: float) -> bool:
    print(f"  {name}: {value:.3f} (limit {limit}) {'ok' if value <= limit else 'TOO MUCH'}")
    return value <= limit


def main() -> None:
    """Run from the command line; the exit status says whether all limits hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--each", type=int, default=10, help="large CSV files, and as many JSON files")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--idle", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--weigh", type=int, metavar="PID", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.weigh or asked.idle:
        weigh(asked.weigh) if asked.weigh else idle()
        return
    held = large(asked.each, asked.megabytes) if asked.large else small(asked.files, asked.repeat)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
