"""Cold and warm runs: which of them a text speaks of, and which a record is known to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chimera_tui.core.verify.words.context import Context

if TYPE_CHECKING:
    from chimera_tui.core.verify.index.cells import Cells

_STATE = re.compile(
    r"\b(?:(warm(?:ed)?(?![- ]?up\b)|(?:subsequent|later|following|repeated) (?:runs?|requests?|calls?))"
    r"|cold|first (?:runs?|requests?|calls?|loads?|invocations?))\b",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\b(?:cold\W+(?:and|or|to|vs\.?)?\W*warm|warm\W+(?:and|or|to|vs\.?)?\W*cold)\b", re.IGNORECASE)
_LOADING = re.compile(r"\b(?:re)?load(?:s|ing)?\b(?! (?:test|average|of)\b)", re.IGNORECASE)
"""What loads is cold: a warm run only looks whether the model is there."""
_CLAUSE = re.compile(r"[,;:(]|\b(?:and|but|vs|versus|against|to)\b")


def asked_state(at: Context) -> bool | None:
    """Whether the words nearest to a claim speak of warm runs alone, or of cold ones; None where they do not say."""
    own = _CLAUSE.split(at.own_words)[-1]
    near = (at.before, at.after, at.header, *at.cells[:1]) if at.in_row else (own, at.words_after, at.before)
    for text in (*near, at.sentence):
        if _BOTH.search(text):
            return None
        if found := _STATE.findall(text):
            return bool(found[-1 if text in (own, at.before) else 0])
    return False if _LOADING.search(at.header if at.in_row else own) else None


def is_of_state(cells: Cells, file_id: int, record: int, *, warm: bool | None) -> bool:
    """Whether a record may be of the state asked for: it is not known to be of the other."""
    from chimera_tui.core.measurements import DEFAULT_COLD_LOAD_S

    if warm is None or record < 0:
        return True
    if "loads" not in cells.memo:
        cells.memo["loads"] = dict(cells.frames.loads.select("observation", "load_s").iter_rows())
    load_s = cells.memo["loads"].get(file_id * 2**32 + record)  # type: ignore[attr-defined]
    return load_s is None or warm == (load_s < DEFAULT_COLD_LOAD_S)
