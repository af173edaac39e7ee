"""What a real terminal shows after partial repaints equals the rows of the document."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte

ROWS, COLUMNS = 24, 70

CHILD = """
import asyncio, json, random, sys
from pathlib import Path
from textual.app import App
from chimera_tui.ui.reader.stream_view import StreamView
from tests.benchmarks.stream_cost import markdown, marks_of

class Child(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield StreamView(repaints_per_s=40)
    def on_mount(self):
        self.run_worker(self.stream())
    async def settle(self):
        view = self.query_one(StreamView)
        while not view.drawn:
            await asyncio.sleep(0.005)
        for _ in range(4):
            painted = asyncio.Event()
            self.call_after_refresh(painted.set)
            await painted.wait()
    async def stream(self):
        view = self.query_one(StreamView)
        pick = random.Random(int(sys.argv[2]))
        texts = markdown(1200, seed=int(sys.argv[2]))
        texts.insert(400, "\\\\n\\\\n日本語の表 ⚡ wide e\\u0301\\\\n\\\\n")
        steps = [(view.action_move_pages, -1.0), (view.action_move, 3), (view.action_top,), (view.action_follow,)]
        steps += [(view.action_mark, "problem", -1), (view.action_block, -1), (view.forget,)]
        due = marks_of("".join(texts))
        for number, text in enumerate(texts):
            view.append(text)
            while due and due[0][0] <= view.length:
                view.add_mark(due.pop(0)[1])
            if number % 12 == 0:
                await asyncio.sleep(pick.choice((0, 0.01, 0.03)))
            if number % 150 == 149:
                action, *arguments = pick.choice(steps)
                action(*arguments)
        if int(sys.argv[2]) % 2:
            view.finish()
            view.search("throughput")
        await self.settle()
        rows = [view.render_line(y).text.rstrip() for y in range(view.size.height)]
        signs = [[], []]
        for y in range(view.size.height):
            at = 0
            for segment in view.render_line(y):
                for list_, on in zip(signs, (segment.style.reverse, segment.style.underline)):
                    list_ += [[y, at + x] for x in range(segment.cell_length)] if on else []
                at += segment.cell_length
        Path(sys.argv[1]).write_text(json.dumps([rows, *signs]))
        self._driver.write("\\x1b]2;all written\\x07")

Child().run(mouse=False)
"""


Screen = tuple[list[str], list[list[int]], list[list[int]]]
"""Rows, and the cells (row, column) that are reversed and underlined."""


def shown_and_expected(seed: int, out: Path) -> tuple[Screen, Screen]:
    """What is on the terminal and what the widget says it shows, once nothing moves any more."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_FPS": "60"}
    command = [sys.executable, "-c", CHILD, str(out), str(seed)]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=root, start_new_session=True
    )
    os.close(slave)
    terminal = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(terminal)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and terminal.title != "all written":
        if select.select([master], [], [], 0.05)[0]:
            stream.feed(os.read(master, 65536).replace(b"\x1b[>25u", b""))
    process.kill()
    process.wait()
    os.close(master)
    rows = [row[: COLUMNS - 1].rstrip() for row in terminal.display]
    cells = [(y, x, terminal.buffer[y][x]) for y in range(ROWS) for x in range(COLUMNS - 1)]
    reversed_ = [[y, x] for y, x, cell in cells if cell.reverse]
    underlined = [[y, x] for y, x, cell in cells if cell.underscore]
    return (rows, reversed_, underlined), json.loads(out.read_text())


def test_partial_repaints_leave_the_right_screen(tmp_path: Path) -> None:
    signs = 0
    for seed in (1, 2, 3, 4):
        shown, expected = shown_and_expected(seed, tmp_path / f"{seed}.json")
        assert [row.replace(" ", "") for row in shown[0]] == [row.replace(" ", "") for row in expected[0]], seed
        assert shown[1:] == tuple(expected[1:]), seed
        assert len("".join(expected[0])) > 300
        signs += len(expected[1]) + len(expected[2])
    assert signs > 40
