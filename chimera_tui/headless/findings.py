"""``chimera-tui findings``: what the measurements show; pins and drops for the model."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.findings import Finding, Progress
from chimera_tui.core.findings.choice import Choices, labelled
from chimera_tui.core.inert import inert_line
from chimera_tui.engine.repository.choices import load_choices, save_choices
from chimera_tui.headless.exit_codes import EXIT_CODES, FAILED, USAGE
from chimera_tui.headless.tables import read
from chimera_tui.headless.talk import say

if TYPE_CHECKING:
    from chimera_tui.core.config.schema import Settings
    from chimera_tui.engine.repository.workspace import Workspace

QUIET_S = 2.0
"""Analyses are named on stderr once they have taken this long."""


async def findings(
    workspace: Workspace, settings: Settings, wanted: Mapping[str, Sequence[str]], *, as_json: bool
) -> int:
    """The computed findings, highest ranked first, after the ``wanted`` choices were made. Returns the exit status."""
    snapshot = await read(workspace)
    if snapshot is None:
        return EXIT_CODES[Ending.NO_DATA]
    began = time.monotonic()

    def tell(progress: Progress) -> None:
        if time.monotonic() - began > QUIET_S:
            say(f"{progress.done + 1} of {progress.total}: {progress.doing}")

    found = snapshot.findings(settings.run, tell)
    before = load_choices(workspace.root)
    choices = before
    for choice, names in wanted.items():
        for name in names:
            key = _key(name, found)
            if not key:
                say(f"There is no finding {name!r}: give a label from F1 to F{len(found)}, or a key.")
                return USAGE
            choices = choices.with_choice(key, choice)
    if choices != before:
        try:
            save_choices(workspace.root, choices)
        except OSError as error:
            say(f"The choice was not saved: {error}.")
            return FAILED
    _write(found, choices, as_json=as_json)
    return 0


def _key(name: str, found: Sequence[Finding]) -> str:
    """The key of a finding that is named by its label or by the key itself; empty where there is none."""
    return next((one.finding.key for one in labelled(found) if name in (one.label, one.finding.key)), "")


def _write(found: Sequence[Finding], choices: Choices, *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"label": label, "key": one.key, "choice": choices.of(one.key), **msgspec.to_builtins(one)}
            for label, one in labelled(found)
        ]
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(rows, enc_hook=str), indent=2).decode() + "\n")
        return
    for label, one in labelled(found):
        caveats = f" Caveat: {'; '.join(one.caveats)}." if one.caveats else ""
        basis = ", ".join(filter(None, (one.label, choices.of(one.key))))
        sys.stdout.write(inert_line(f"{label} ({basis}) {one.statement}{caveats}") + "\n")
