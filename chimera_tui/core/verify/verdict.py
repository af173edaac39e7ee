"""What the checker says of a claim: a label, the rule that decided, a reason a person can follow, the source."""

from __future__ import annotations

from typing import Literal

import msgspec

from chimera_tui.core.verify.claim import Claim, Skipped

Label = Literal["supported", "contradicted", "unverifiable"]
SUPPORTED: Label = "supported"
CONTRADICTED: Label = "contradicted"
UNVERIFIABLE: Label = "unverifiable"


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fact a verdict rests on: a cell (path, record, field), a file, or a block of the report itself."""

    path: str
    record: int | None = None
    field: str | None = None
    where: str | None = None
    value: float | str | None = None
    unit: str | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One judged claim."""

    claim: Claim
    label: Label
    rule: str
    reason: str
    right: str = ""
    """The right value, where the claim is contradicted and one is known."""
    reading: str = ""
    """How the claim was understood: metric, statistic, rows."""
    unscoped: bool = False
    """The text does not say which rows it speaks of."""
    sources: tuple[Source, ...] = ()
    same: int = 1
    """How many facts agree."""
    others: int = 0
    """How many siblings of the fact differ."""


class Remark(msgspec.Struct, frozen=True):
    """Something about a line that a reader of the verdicts must know."""

    line: int
    text: str
    illustrative: bool = False
    """The line itself says that values are no results."""

    def __str__(self) -> str:
        return f"line {self.line} {self.text}"


class Check(msgspec.Struct, frozen=True):
    """A whole report judged."""

    verdicts: tuple[Verdict, ...]
    skipped: tuple[Skipped, ...]
    remarks: tuple[Remark, ...] = ()

    def count(self, label: Label) -> int:
        """How many claims got a label."""
        return sum(1 for one in self.verdicts if one.label == label)

    def coverage(self) -> dict[str, int]:
        """Claims found, supported, contradicted, unverifiable, and numbers skipped."""
        return {
            "claims": len(self.verdicts), "supported": self.count(SUPPORTED), "contradicted": self.count(CONTRADICTED),
            "unverifiable": self.count(UNVERIFIABLE), "skipped": len(self.skipped),
        }  # fmt: skip
