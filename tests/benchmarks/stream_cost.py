"""What streaming Markdown costs: StreamView beside Textual's own Markdown.get_stream, in one run.

Each side runs in a child process on a 120×40 pty whose output is drained and counted; keys are sent meanwhile.
What a start and idling cost comes after (start_cost).
    python -m tests.benchmarks.stream_cost [--tokens 10000] [--rate 100] [--skip-stock]
"""

import argparse
import asyncio
import fcntl
import json
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from chimera_tui.cli.screen import TEXTUAL_ENVIRONMENT
from tests.benchmarks.start_cost import judged, measured

if TYPE_CHECKING:
    from chimera_tui.ui.markdown.marks import Mark

ROWS, COLUMNS = 40, 120
WORDS = """
the throughput of gemma3:1b rises with num_gpu while cold starts dominate TTFT and p99 of decode in this run because
load duration is pooled with warm rows so a mean of 182.67 tok/s at num_ctx=2048 is not separable from the baseline
**117.4 tok/s** (n = 5) and `eval_duration` agrees within 0.9 % of every *measured* value
""".split()  # noqa: SIM905  # a text, cut here


def markdown(tokens: int, seed: int = 7) -> list[str]:
    """A report-like text as tokens of about 4.35 characters."""
    pick = random.Random(seed)
    parts: list[str] = []
    size = 0
    while size < tokens * 4.35:
        part = _section(pick, len(parts))
        parts.append(part)
        size += len(part)
    text = "".join(parts)
    out: list[str] = []
    at = 0
    while at < len(text) and len(out) < tokens:
        step = pick.choice((2, 3, 4, 4, 5, 6, 6))
        out.append(text[at : at + step])
        at += step
    return out


def _section(pick: random.Random, number: int) -> str:
    def words(low: int, high: int) -> str:
        return " ".join(pick.choice(WORDS) for _ in range(pick.randint(low, high)))

    kind = number % 7
    if kind == 0:
        return f"## {number}. {words(2, 5)}\n\n"
    if kind in (1, 4):
        return f"{words(40, 90)}.\n\n"
    if kind == 2:
        return "".join(f"- **{words(1, 2)}**: {words(8, 24)}\n" for _ in range(pick.randint(3, 7))) + "\n"
    if kind == 3:
        rows = "".join(
            f"| g{60 + i} | {pick.random() * 200:.2f} | {words(1, 4)} |\n" for i in range(pick.randint(4, 9))
        )
        return f"| config | tok/s | note |\n|:--|--:|---|\n{rows}\n"
    if kind == 5:
        return (
            "```python\n" + "".join(f"value_{i} = mean([{i}.5, 2.25])  # {words(2, 5)}\n" for i in range(8)) + "```\n\n"
        )
    return f"1. {words(8, 20)}\n   - {words(5, 12)}\n   - {words(5, 12)}\n2. {words(8, 20)}\n\n> {words(10, 25)}\n\n"


# the child


def marks_of(text: str) -> "list[tuple[int, Mark]]":
    """A verdict on every number, and from where on it is known: the end of its line. Four of ten are not supported."""
    from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE
    from chimera_tui.ui.markdown.marks import Mark

    labels = [CONTRADICTED] * 2 + [UNVERIFIABLE] * 2 + [SUPPORTED] * 6
    return [
        (text.find("\n", one.end()) + 1 or len(text), Mark(one.start(), one.end(), labels[number % 10], "a reason"))
        for number, one in enumerate(re.finditer(r"\d+(?:\.\d+)?", text))
    ]


def child(side: str, tokens: int, rate: float, out: str, marks: bool) -> None:
    """Stream into one widget and write down what it cost."""
    from textual.app import App, ComposeResult
    from textual.containers import VerticalScroll
    from textual.widgets import Markdown, Static

    from chimera_tui.ui.reader.stream_view import StreamView

    class Bench(App[None]):
        CSS = "VerticalScroll, StreamView { height: 1fr; } Static { height: 1; }"
        BINDINGS: ClassVar = [("x", "count", "count")]
        ENABLE_COMMAND_PALETTE = False

        def compose(self) -> ComposeResult:
            if side == "stock":
                with VerticalScroll():
                    yield Markdown()
            else:
                yield StreamView()
            yield Static("K0.")

        def on_mount(self) -> None:
            self.handled: list[float] = []
            self.lags: list[float] = []
            self.run_worker(self.stream())

        def action_count(self) -> None:
            self.handled.append(time.monotonic())
            self.query_one(Static).update(f"K{len(self.handled)}.", layout=False)

        async def watch_lag(self) -> None:
            while True:
                before = time.monotonic()
                await asyncio.sleep(0.01)
                self.lags.append(time.monotonic() - before - 0.01)

        async def stream(self) -> None:
            await asyncio.sleep(1.0)
            texts = markdown(tokens)
            tell("start")
            memory, cpu, began = rss(), time.process_time(), time.monotonic()
            lag = asyncio.create_task(self.watch_lag())
            await (self.stock(texts) if side == "stock" else self.ours(texts))
            lag.cancel()
            took, spent = time.monotonic() - began, time.process_time() - cpu
            tell("end")
            result = {"seconds": took, "cpu_s": spent, "memory": rss() - memory, "lags": sorted(self.lags)}
            result["handled"] = self.handled
            Path(out).write_text(json.dumps(result))  # noqa: ASYNC240  # measured already
            self.exit()

        async def wait_turn(self, number: int, began: float) -> None:
            ahead = began + number / rate - time.monotonic() if rate else 0
            await asyncio.sleep(max(ahead, 0))

        async def stock(self, texts: list[str]) -> None:
            scroll = self.query_one(VerticalScroll)
            scroll.anchor()
            stream = Markdown.get_stream(self.query_one(Markdown))
            began = time.monotonic()
            for number, text in enumerate(texts):
                await self.wait_turn(number, began)
                await stream.write(text)
            await stream.stop()

        async def ours(self, texts: list[str]) -> None:
            view = self.query_one(StreamView)
            due = deque(marks_of("".join(texts)) if marks else ())
            began = time.monotonic()
            for number, text in enumerate(texts):
                await self.wait_turn(number, began)
                view.append(text)
                while due and due[0][0] <= view.length:
                    view.add_mark(due.popleft()[1])
            view.finish()
            while not view.drawn:  # noqa: ASYNC110  # a benchmark may poll
                await asyncio.sleep(0.01)

    def tell(word: str) -> None:
        os.write(3, word.encode() + b"\n")

    def rss() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    Bench().run(mouse=False)


# the parent


def measure(side: str, tokens: int, rate: float, keys: bool = True, marks: bool = False) -> dict[str, float]:
    """Run one child on a pty of its own; the figures of its stream."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    told, tell = os.pipe()
    out = Path(f"/tmp/stream_cost-{os.getpid()}.json")
    env = {**TEXTUAL_ENVIRONMENT, **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    arguments = ["--child", side, "--tokens", str(tokens), "--rate", str(rate), "--out", str(out)]
    arguments += ["--marks"] if marks else []
    command = [
        "bash",
        "-c",
        f'exec "$@" 3>&{tell}',
        "-",
        sys.executable,
        "-m",
        "tests.benchmarks.stream_cost",
        *arguments,
    ]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=env, pass_fds=(tell,), start_new_session=True
    )
    os.close(slave)
    os.close(tell)
    counted, sent, painted = _drain(process, master, told, keys)
    process.wait()
    result = json.loads(out.read_text())
    out.unlink()
    handled = [there - here for here, there in zip(sent, result["handled"], strict=False)]
    shown = [painted[number] - here for number, here in enumerate(sent, 1) if number in painted]
    return {
        "cpu_percent": 100 * result["cpu_s"] / result["seconds"],
        "bytes_per_token": counted / tokens,
        "bytes_per_s": counted / result["seconds"],
        "memory_mb": result["memory"] / 1e6,
        "lag_p99_ms": 1000 * _p99(result["lags"]),
        "lag_max_ms": 1000 * max(result["lags"]),
        "key_handled_p99_ms": 1000 * _p99(handled),
        "key_painted_p99_ms": 1000 * _p99(shown),
        "seconds": result["seconds"],
    }


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))] if values else float("nan")


def _drain(
    process: "subprocess.Popen[bytes]", master: int, told: int, keys: bool
) -> tuple[int, list[float], dict[int, float]]:
    """Bytes while the child streams; when keys were sent; when each was first seen on the screen."""
    counted, streaming = 0, False
    sent: list[float] = []
    painted: dict[int, float] = {}
    next_key = float("inf")
    while process.poll() is None:
        ready, _, _ = select.select([master, told], [], [], 0.01)
        now = time.monotonic()
        if master in ready:
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            counted += len(data) if streaming else 0
            for number in re.findall(rb"K(\d+)\.", data):
                painted.setdefault(int(number), now)
        if told in ready:
            word = os.read(told, 100)
            streaming = b"start" in word
            next_key = now + 0.25 if streaming and keys else float("inf")
        if now >= next_key and streaming:
            os.write(master, b"x")
            sent.append(time.monotonic())
            next_key = now + 0.23
    return counted, sent, painted


def main() -> None:
    """Print the figures; the exit status says whether all limits hold."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tokens", type=int, default=10_000)
    arguments.add_argument("--rate", type=float, default=100)
    arguments.add_argument("--skip-stock", action="store_true")
    arguments.add_argument("--starts", type=int, default=7)
    arguments.add_argument("--idle-s", type=float, default=10)
    arguments.add_argument("--child")
    arguments.add_argument("--out")
    arguments.add_argument("--marks", action="store_true", help="only for the child: a verdict on every number")
    given = arguments.parse_args()
    if given.child:
        child(given.child, given.tokens, given.rate, given.out, given.marks)
        return
    load = os.getloadavg()
    ours = measure("ours", given.tokens, given.rate)
    stock = {} if given.skip_stock else measure("stock", given.tokens, given.rate)
    slow = measure("ours", min(given.tokens, 300), 10, keys=False)
    unpaced = measure("ours", given.tokens, 0, keys=False)
    print(f"{given.tokens} tokens at {given.rate:g} tok/s, {COLUMNS}x{ROWS}, {os.cpu_count()} cores")
    print(f"load average before {load[0]:.1f}, after {os.getloadavg()[0]:.1f}")
    print(f"{'':20}{'StreamView':>12}{'get_stream':>12}{'ratio':>8}")
    for name, value in ours.items():
        other = stock.get(name)
        print(f"{name:20}{value:12.1f}" + (f"{other:12.1f}{value / other:8.2f}" if other else ""))
    held = [
        judged("CPU of a core", ours["cpu_percent"], 15, "%"),
        *([judged("CPU, ours / get_stream", ours["cpu_percent"] / stock["cpu_percent"], 0.2)] if stock else []),
        judged("bytes a token", ours["bytes_per_token"], 120, "B"),
        judged("bytes a second at 10 tok/s", slow["bytes_per_s"], 3000, "B/s"),
        judged("event loop lag, p99", ours["lag_p99_ms"], 30, "ms"),
        judged("memory growth", ours["memory_mb"], 15, "MB"),
        judged(f"{given.tokens} tokens unpaced", unpaced["seconds"], 3, "s"),
        judged("key handled, p99", ours["key_handled_p99_ms"], 50, "ms"),
        judged("key painted, p99", ours["key_painted_p99_ms"], 120, "ms"),
        measured(given.starts, given.idle_s),
    ]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
