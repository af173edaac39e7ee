"""Questions to the frames: filter expressions, groups and pivots, SQL that can only read what it is given."""

from chimera_tui.core.query.error import QueryError
from chimera_tui.core.query.export import write_frame
from chimera_tui.core.query.filter import compile_filter, quoted_value
from chimera_tui.core.query.groups import Grouped, Grouping, column_statistics, group, parse_grouping
from chimera_tui.core.query.sql import SqlResult, check_sql, plan_sql, run_sql, tables_of

__all__ = [
    "Grouped", "Grouping", "QueryError", "SqlResult", "check_sql", "column_statistics", "compile_filter", "group",
    "parse_grouping", "plan_sql", "quoted_value", "run_sql", "tables_of", "write_frame",
]  # fmt: skip
