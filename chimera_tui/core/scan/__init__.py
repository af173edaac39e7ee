"""Which files a repository holds and what kind each is."""

from chimera_tui.core.scan.entry import FOLDER, KINDS, RUN, Entry, kind_of
from chimera_tui.core.scan.walk import Walker, walk

__all__ = ["FOLDER", "KINDS", "RUN", "Entry", "Walker", "kind_of", "walk"]
