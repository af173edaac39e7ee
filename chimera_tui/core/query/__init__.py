"""Questions to the frames: filter expressions, groups and pivots, SQL that can only read what it is given."""

from chimera_tui.core.query.error import QueryError
from chimera_tui.core.query.filter import compile_filter

__all__ = ["QueryError", "compile_filter"]
