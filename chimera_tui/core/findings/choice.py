"""A person's choice among findings, by their keys: which go to the model first, which not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from chimera_tui.core.findings.finding import Finding

PINNED, DROPPED = "pinned", "dropped"


class Choices(msgspec.Struct, frozen=True):
    """Keys of findings; a key is never in both."""

    pinned: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def of(self, key: str) -> str:
        """``pinned``, ``dropped`` or nothing."""
        return PINNED if key in self.pinned else DROPPED if key in self.dropped else ""

    def with_choice(self, key: str, choice: str) -> Choices:
        """The same with a finding pinned, dropped or, as an empty choice, neither."""
        pinned, dropped = (tuple(one for one in keys if one != key) for keys in (self.pinned, self.dropped))
        if choice == PINNED:
            pinned = (*pinned, key)
        elif choice == DROPPED:
            dropped = (*dropped, key)
        return Choices(pinned, dropped)


class Labelled(NamedTuple):
    """A finding with its label inside one run, such as ``F12``: its place by rank, whatever was chosen."""

    label: str
    finding: Finding


def labelled(findings: Sequence[Finding]) -> tuple[Labelled, ...]:
    """Findings in the order of their ranks, with their labels."""
    return tuple(Labelled(f"F{number}", finding) for number, finding in enumerate(findings, 1))


def chosen(findings: Sequence[Finding], choices: Choices) -> tuple[Labelled, ...]:
    """What a report is made of: the pinned findings first, then the others by rank, without the dropped ones."""
    kept = [one for one in labelled(findings) if choices.of(one.finding.key) != DROPPED]
    return tuple(sorted(kept, key=lambda one: choices.of(one.finding.key) != PINNED))
