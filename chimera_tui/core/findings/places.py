"""Where an experiment begins in the tree: folders that only name a configuration or a repetition are part of one."""

import re
from functools import lru_cache

from chimera_tui.core.measure.paths import hints

_REPETITION = re.compile(
    r"(?:run|rep|repeat|trial|iter|iteration|attempt)[-_ ]?\d+|performance|accuracy", re.IGNORECASE
)
_SYSTEM = re.compile(
    r"(.*(?:^|/)results)/[^/]+/[^/]+/(?:Offline|Server|SingleStream|MultiStream|Interactive)", re.IGNORECASE
)


@lru_cache(maxsize=16384)
def experiment_folder(folder: str) -> str:
    """The folder without those at its end that say how it was run: ``results/tp2/run_1`` is ``results``."""
    while folder:
        head, _, name = folder.rpartition("/")
        if submitted := _SYSTEM.fullmatch(folder):
            return submitted[1]
        if not (_REPETITION.fullmatch(name) or hints(name + "/x")):
            return folder
        folder = head
    return folder
