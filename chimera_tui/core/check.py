"""One thing that was looked at before work begins: what was found, and what a person can do about it."""

from typing import Literal

import msgspec

State = Literal["ok", "warning", "problem"]
"""``warning``: something works less well or not yet; ``problem``: something must be put right."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """``area`` groups checks; ``what_to_do`` is a sentence, empty where nothing is to be done."""

    area: str
    name: str
    found: str
    state: State = "ok"
    what_to_do: str = ""
