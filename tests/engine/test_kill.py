"""``kill -9`` at random moments of a stream: what the server had sent a second before is in the journal."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chimera_tui.engine.events import Chunk
from chimera_tui.engine.journal import read_journal
from tests.engine.whole_runs import small_repository
from tests.server import Exchange, Script, ServerThread

TOKENS_PER_S = 400
FIRST, LAST = 70_000, 140_000
"""Bytes of the answer between which the moments are: more than a second's worth, so that a second before is inside."""
MOMENTS = [random.Random(seed).randint(FIRST, LAST) for seed in range(10)]
TEXT = "".join(f"Line {number}: throughput is {number / 7:.3f} tok/s, µ≠ß.\n" for number in range(2000))


def report_call(exchange: Exchange) -> bool:
    """The call whose answer streams."""
    return exchange.request.path == "/api/chat" and not exchange.request.wants_json


def text_of_whole_lines(body: bytes) -> str:
    """The answer's text in the lines that are whole."""
    return "".join(json.loads(line)["message"]["content"] for line in body.split(b"\n")[:-1])


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_missing_that_was_sent_a_second_before_a_kill(tmp_path: Path, moment: int) -> None:
    repository = small_repository(tmp_path / "repo")
    homes = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "CACHE")}
    with ServerThread(Script(text=TEXT, tokens_per_s=TOKENS_PER_S)) as server:
        words = ["report", str(repository), "--engine", "ollama", "--host", server.url, "--set", "run.persona=none"]
        with subprocess.Popen(
            [sys.executable, "-m", "chimera_tui", *words], env=os.environ | homes, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:  # fmt: skip
            seen = server.wait_for(
                lambda found: any(report_call(each) and each.sent.bytes >= moment for each in found), 90
            )
            killed_at_s = time.monotonic()
            child.send_signal(signal.SIGKILL)
        (answer,) = [each for each in seen if report_call(each)]
        before = bytes(answer.sent.body[: answer.sent.bytes_by(killed_at_s - 1.0)])
    assert len(before) > 0
    (folder,) = (repository / "chimera-reports").iterdir()
    assert not (folder / "report.md").exists()
    journal = read_journal(folder / "calls.ndjson")
    kept = "".join(event.text for event in journal if isinstance(event, Chunk) and event.call == 2)
    sent = text_of_whole_lines(before)
    assert kept.startswith(sent)
    assert TEXT.startswith(kept), "nor is anything there that was not sent"
