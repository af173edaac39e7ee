"""SQL over the frames: one SELECT, a fresh context each time, and no way to a file.

Polars' own SQL reads any file named in ``read_csv('…')``. The text is therefore taken apart before Polars sees it,
by the rules of its own tokenizer; what this one cannot be sure of (prefixed and dollar-quoted strings) is refused.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from chimera_tui.core.frames import modified
from chimera_tui.core.inert import inert_line
from chimera_tui.core.query.error import QueryError, nearest, no_column, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import polars as pl
    from polars.lazyframe.in_process import InProcessQuery

    from chimera_tui.core.frames import Frames

MAX_LENGTH = 10_000
DISPLAY_ROWS = 100_000
_PIECE = re.compile(
    r"""(?P<space>\s+|--[^\n]*)|(?P<comment>/\*)|(?P<string>'(?:[^']|'')*')"""
    r"""|(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|[^\W\d]\w*)|(?P<other>\d\w*|.)""",
    re.DOTALL,
)
_READS_FILES = re.compile(r"(?:read|scan)_\w+", re.IGNORECASE)
_TABLE_FOLLOWS = frozenset({"from", "join"})
_COLUMN = re.compile(r'unable to find column "(.*?)"; valid columns: \[(.*?)\]', re.DOTALL)
_COLUMN_OF_TABLE = re.compile(r"no column named '(.*?)' found in table")
_RELATION = re.compile(r"relation '(.*?)' was not found")


class SqlResult(NamedTuple):
    """Rows of a query; ``truncated`` when there are more than were asked for."""

    frame: pl.DataFrame
    truncated: bool


def tables_of(frames: Frames) -> dict[str, pl.LazyFrame]:
    """The tables that SQL can ask: ``files`` (without those of runs saved here), ``measurements``, ``runs``."""
    import polars as pl

    files = frames.files.lazy().filter(pl.col("role") != "run").drop("path_raw")
    return {
        "files": files.with_columns(modified=modified()),
        "measurements": frames.measurements(),
        "runs": frames.runs.lazy(),
    }


def run_sql(text: str, tables: Mapping[str, pl.LazyFrame], limit: int | None = None) -> SqlResult:
    """Run one query to its end, at most ``limit`` rows of it. Blocks; raises :class:`QueryError`."""
    with sentences(tables):
        plan = plan_sql(text, tables)
        frame = plan.collect() if limit is None else plan.head(limit + 1).collect()
    if limit is None or frame.height <= limit:
        return SqlResult(frame, truncated=False)
    return SqlResult(frame.head(limit), truncated=True)


def plan_sql(text: str, tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """The query as a lazy frame, nothing computed yet. Raises :class:`QueryError`."""
    import polars as pl

    check_sql(text)
    with sentences(tables):
        return pl.SQLContext(dict(tables), eager=False).execute(text.strip().rstrip(";"))


def start_sql(text: str, tables: Mapping[str, pl.LazyFrame], limit: int) -> InProcessQuery:
    """Begin a query in the background: ``fetch_blocking`` waits for it, ``cancel`` ends it. One row over the limit."""
    with sentences(tables):
        return plan_sql(text, tables).head(limit + 1).collect(background=True)


@contextmanager
def sentences(tables: Mapping[str, pl.LazyFrame]) -> Iterator[None]:
    """Turn what Polars raises into a :class:`QueryError`."""
    import polars as pl

    try:
        yield
    except QueryError:
        raise
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ArithmeticError, ValueError) as error:
        raise _explained(error, tables) from None


def check_sql(text: str) -> None:
    """Raise :class:`QueryError` for anything but one SELECT over the given tables."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query is longer than {MAX_LENGTH:,} characters.")
    pieces = list(_pieces(text))
    words = [piece.lower() for piece in pieces]
    if not words:
        raise QueryError("The query is empty; try SELECT * FROM measurements LIMIT 20.")
    if words[0] not in ("select", "with"):
        raise QueryError(f"Only SELECT and WITH can be run here, not {quoted(pieces[0])}.")
    if ";" in words[:-1]:
        raise QueryError("Only one query at a time.")
    for place, (word, after) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        is_call = after == "(" and _is_name(word)
        name = word.strip('"`')
        before = words[place - 1] if place else ""
        if is_call and (_READS_FILES.fullmatch(name) or before in _TABLE_FOLLOWS):
            raise QueryError(f"{quoted(name)} is not allowed: a query reads files, measurements and runs only.")


def reads_one_table(text: str) -> bool:
    """Whether a query can be told to combine no tables, so that it cannot grow beyond the rows there are."""
    words = [piece.lower() for piece in _pieces(text)]
    if words.count("from") != 1 or "join" in words or "union" in words:
        return False
    rest = words[words.index("from") + 1 :]
    clauses = ("where", "group", "having", "order", "limit", "window", "qualify")
    end = next((place for place, word in enumerate(rest) if word in clauses), len(rest))
    return not {",", "("} & set(rest[:end])


def _pieces(text: str) -> Iterator[str]:
    """Names, strings and signs, comments left out."""
    place = 0
    while place < len(text):
        match = _PIECE.match(text, place)
        assert match is not None  # noqa: S101 - the last alternative takes any character
        piece = match.group()
        place = match.end()
        if match.lastgroup == "comment":
            place = _after_comment(text, place)
            continue
        if match.lastgroup == "space":
            continue
        if piece in "'\"`" and match.lastgroup == "other":
            raise QueryError(f"The quotation mark before {quoted(text[place:])} is not closed.")
        if piece == "$" or (text[place : place + 1] == "'" and match.lastgroup != "string" and piece[-1:].isalnum()):
            raise QueryError("Strings are written 'so', without a prefix and without dollar signs.")
        if text[place : place + 1] == "'" and piece == "&":
            raise QueryError("Strings are written 'so', without a prefix.")
        yield piece


def _after_comment(text: str, place: int) -> int:
    """Comments nest."""
    depth = 1
    while depth:
        match = re.compile(r"/\*|\*/").search(text, place)
        if match is None:
            raise QueryError("The comment after /* is not closed.")
        depth += 1 if match.group() == "/*" else -1
        place = match.end()
    return place


def _is_name(word: str) -> bool:
    return word[0] in '"`_' or word[0].isalpha()


def _no_column(name: str, known: Iterable[str]) -> QueryError:
    """As in a filter, but there a text may stand in double quotation marks: here they make it a column."""
    known = list(known)
    hint = "" if nearest(name, known) else " A text stands in single quotation marks: 'so'."
    return QueryError(f"{no_column(name, known)}{hint}")


def _explained(error: BaseException, tables: Mapping[str, pl.LazyFrame]) -> QueryError:
    """An error of Polars as a sentence."""
    text = str(error)
    if found := _COLUMN.search(text):
        return _no_column(found.group(1), [name.strip(' "') for name in found.group(2).split(",")])
    if found := _COLUMN_OF_TABLE.search(text):
        names = {name: None for table in tables.values() for name in table.collect_schema().names()}
        return _no_column(found.group(1), names)
    if found := _RELATION.search(text):
        guess = nearest(found.group(1), tables)
        hint = f"did you mean {guess}?" if guess else f"there are {', '.join(tables)}."
        return QueryError(f"There is no table {quoted(found.group(1))}; {hint}")
    first = inert_line(text.strip().splitlines()[0] if text.strip() else type(error).__name__, 200)
    first = first.removeprefix("sql parser error: ")
    return QueryError(f"The query cannot be run: {first}")
