"""A small repository on disk, and its facts, for the tests of the checker."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from chimera_tui.engine.repository.facts import repository_facts
from chimera_tui.engine.repository.workspace import Workspace

CSV = "model,num_ctx,tokens_s,ttft_s\nalpha:1b,1024,51.25,0.125\nalpha:1b,2048,53.75,0.375\nbeta:7b,1024,12.345,2.5\n"
ROWS = '{"model": "alpha:1b", "tokens_s": 61.5}, {"model": "alpha:1b", "tokens_s": 63.5}'
JSON = f'{{"results": [{ROWS}], "gpu_name": "NVIDIA RTX 3090"}}'
FILES = {
    "runs/alpha_runs.csv": CSV,
    "runs/gamma_runs.csv": "model,latency_ms\ngamma:3b,120.5\ngamma:3b,140.5\n",
    "runs/old/alpha_old.csv": "model,tokens_s\nalpha:1b,40.5\n",
    "data/results.json": JSON,
    "notes.md": "# Notes\n\n## More\n\nNothing was measured at 999.99 tokens/s.\n",
}
MODIFIED = {
    "csv": datetime(2025, 3, 4, 10, 20, 30, tzinfo=UTC),
    "json": datetime(2025, 2, 1, tzinfo=UTC),
    "md": datetime(2025, 1, 15, tzinfo=UTC),
}


def write_repository(root: Path) -> Path:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        seconds = MODIFIED[name.rpartition(".")[2]].timestamp()
        os.utime(path, (seconds, seconds))
    return root


def facts_of(root: Path) -> Facts:
    snapshot = asyncio.run(Workspace(root, scan=Scan()).refresh())
    return repository_facts(snapshot.root, snapshot.frames)


def labels(text: str, facts: Facts) -> list[tuple[str, str]]:
    return [(one.claim.span, one.label) for one in check(text, facts).verdicts]
