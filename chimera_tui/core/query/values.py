"""The right-hand side of a comparison, read by the type of its column."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chimera_tui.core.query.error import QueryError, quoted

if TYPE_CHECKING:
    import polars as pl

_NUMBER = re.compile(r"([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Zµ]*)")
_SCALES = {
    "": 1, "b": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600,
}  # fmt: skip
_TIME = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?Z?)?)?)?")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def comparison(column: str, dtype: pl.DataType, operator: str, text: str, *, wild: bool = True) -> pl.Expr:
    """``column operator text`` as an expression without nulls; ``wild``: ``*`` and ``?`` stand for any text."""
    operator = {"==": "=", "<>": "!="}.get(operator, operator)
    if operator in ("~", "!~"):
        return _holds(column, text, operator == "~")
    if dtype.is_numeric():
        return _ordered(column, operator, _number(column, text))
    if str(dtype) == "Boolean":
        return _truth(column, operator, text)
    if dtype.is_temporal():
        return _moment(column, dtype, operator, text)
    if str(dtype) in ("String", "Categorical", "Null") or str(dtype).startswith("Enum"):
        return _text(column, operator, text, wild)
    raise QueryError(f"{quoted(column)} holds {dtype}, which cannot be compared.")


def _ordered(column: str, operator: str, value: object) -> pl.Expr:
    import polars as pl

    col = pl.col(column)
    if operator == "=":
        return col.eq(pl.lit(value)).fill_null(False)
    if operator == "!=":
        return col.ne(pl.lit(value)).fill_null(True)
    compared = {"<": col.lt, "<=": col.le, ">": col.gt, ">=": col.ge}[operator](pl.lit(value))
    return compared.fill_null(False)


def _number(column: str, text: str) -> float:
    if text.lower() in ("nan", "inf", "-inf"):
        return float(text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise QueryError(f"{quoted(column)} is a number, {quoted(text)} is not.")
    digits, suffix = match.groups()
    scale = _SCALES.get(suffix.lower())
    if scale is None:
        raise QueryError(f"{quoted(suffix)} after a number is none of k M G T, Ki Mi Gi Ti, ns us ms s min h.")
    value = float(digits) * scale
    return int(value) if value.is_integer() and abs(value) < 2**62 else value


def _truth(column: str, operator: str, text: str) -> pl.Expr:
    value = _TRUTHS.get(text.lower())
    if value is None or operator not in ("=", "!="):
        raise QueryError(f"{quoted(column)} is true or false: {column} = true.")
    return _ordered(column, operator, value)


def _text(column: str, operator: str, text: str, wild: bool) -> pl.Expr:
    import polars as pl

    folded = pl.col(column).cast(pl.String).str.to_lowercase()
    if wild and operator in ("=", "!=") and ("*" in text or "?" in text):
        pattern = re.escape(text.lower()).replace(r"\*", ".*").replace(r"\?", ".")
        found = folded.str.contains(f"(?s)^{pattern}$")
        return found.fill_null(False) if operator == "=" else ~found.fill_null(False)
    value = pl.lit(text).str.to_lowercase()
    if operator == "=":
        return folded.eq(value).fill_null(False)
    if operator == "!=":
        return folded.ne(value).fill_null(True)
    compared = {"<": folded.lt, "<=": folded.le, ">": folded.gt, ">=": folded.ge}[operator](value)
    return compared.fill_null(False)


def _holds(column: str, text: str, positive: bool) -> pl.Expr:
    import polars as pl

    found = pl.col(column).cast(pl.String, strict=False).str.to_lowercase()
    found = found.str.contains(pl.lit(text).str.to_lowercase(), literal=True)
    return found.fill_null(False) if positive else ~found.fill_null(False)


def _moment(column: str, dtype: pl.DataType, operator: str, text: str) -> pl.Expr:
    """Times name a span: ``=`` is inside it, ``<`` before its start, ``>`` past its end."""
    import polars as pl

    start, end = _span(column, text)
    if dtype == pl.Date:
        first: pl.Expr = pl.lit(start.date())
        past: pl.Expr = pl.lit(end.date() if end.time() == datetime.min.time() else end.date() + timedelta(days=1))
    elif isinstance(dtype, pl.Datetime):
        zone = dtype.time_zone
        first = pl.lit(start if zone else start.replace(tzinfo=None), dtype=dtype)
        past = pl.lit(end if zone else end.replace(tzinfo=None), dtype=dtype)
    else:
        raise QueryError(f"{quoted(column)} holds {dtype}, which cannot be compared.")
    col = pl.col(column)
    found = {
        "=": (col >= first) & (col < past), "!=": (col < first) | (col >= past),
        "<": col < first, "<=": col < past, ">": col >= past, ">=": col >= first,
    }[operator]  # fmt: skip
    return found.fill_null(operator == "!=")


def _span(column: str, text: str) -> tuple[datetime, datetime]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise QueryError(f"{quoted(column)} is a time, such as 2025-10-01 or 2025-10-01T13:45; {quoted(text)} is not.")
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        start = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
        if month is None:
            length = timedelta(days=366 if monthrange(start.year, 2)[1] == 29 else 365)
        elif day is None:
            length = timedelta(days=monthrange(start.year, month)[1])
        elif hour is None:
            length = timedelta(days=1)
        else:
            length = timedelta(minutes=1) if second is None else timedelta(seconds=1)
        return start, start + length
    except (ValueError, OverflowError):
        raise QueryError(f"There is no time {quoted(text)}.") from None
