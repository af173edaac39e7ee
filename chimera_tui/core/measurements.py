"""The wide view of the thin frames: one row a measurement, every factor a flat column, codes spelled out.

Columns of ``files`` and ``series`` keep their names (``tool`` is that of the series, ``status`` that of the
measurement). A factor whose name is taken already gets ``_factor`` after it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core import frames as schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from chimera_tui.core.frames import Frames

LOAD_METRIC = "load_time"
"""The canonical metric that tells a cold start from a warm one."""
DEFAULT_COLD_LOAD_S = 0.5
MOST_FACTORS = 256
"""More factors than this stay in ``extra`` as JSON, the rarest ones: a frame of ten thousand columns helps nobody."""
FILE_COLUMNS = ("path", "kind", "role", "level", "dup_of")
TAIL = ("phase", "cold", "status", "error", "at", "raw", "raw_unit", "definition", "better")
ORDER = (
    "path", "record", "field", "metric", "stat", "value", "unit", "n", "tool",
    *list(schema.CONFIGS)[1:-3],
)  # fmt: skip
KEYS = ("path_conflict", "from_path", "kind", "role", "level", "dup_of", "file_id", "config_id")


def view(frames: Frames, cold_load_s: float = DEFAULT_COLD_LOAD_S) -> pl.LazyFrame:
    """The inner join of cells, series, configs and files. ``cold`` is null where no load time is known."""
    import polars as pl

    cells = frames.cells.lazy().with_columns(
        phase=_spelled("phase", schema.PHASES),
        status=_spelled("status", schema.STATUSES),
        at=pl.col("at").cast(pl.Datetime("ns", "UTC")),
        error=pl.lit(frames.errors["text"]).gather(pl.col("error_id")) if frames.errors.height else _null_text(),
        cold=_cold(frames, cold_load_s),
    )
    configs = frames.wide_configs
    joined = (
        cells.join(frames.series.lazy(), on="series_id", maintain_order="left")
        .join(configs.lazy(), on="config_id", maintain_order="left")
        .join(frames.files.lazy().select("file_id", *FILE_COLUMNS), on="file_id", maintain_order="left")
    )
    fixed = set(ORDER) | set(TAIL) | set(KEYS)
    factors = [name for name in configs.columns if name not in fixed]
    return joined.select(*ORDER, *factors, *TAIL, *KEYS)


def widened(configs: pl.DataFrame) -> pl.DataFrame:
    """``configs`` with each key of ``extra`` as a column of its own, flat and of one type, the commonest first."""
    extras = [_decoded(text) for text in configs["extra"].to_list()]
    counts = Counter(key for extra in extras for key in extra)
    kept = sorted(counts, key=lambda key: (-counts[key], key))[:MOST_FACTORS]
    names = _names(kept)
    columns = [_column(names[key], [extra.get(key) for extra in extras]) for key in kept]
    whole = configs.drop("extra") if len(kept) == len(counts) else configs
    return whole.with_columns(columns)


def _decoded(text: str | None) -> dict[str, object]:
    if not text:
        return {}
    found = msgspec.json.decode(text)
    return found if isinstance(found, dict) else {}


def _names(keys: Sequence[str]) -> dict[str, str]:
    taken = {*schema.CELLS, *schema.SERIES, *schema.CONFIGS, *schema.FILES, *TAIL, *KEYS, *ORDER}
    names = {}
    for key in keys:
        name = key
        while name in taken:
            name += "_factor"
        taken.add(name)
        names[key] = name
    return names


def _column(name: str, values: list[object]) -> pl.Series:
    """Values of JSON as one flat column: of their own type where they share one, as text where they do not."""
    import polars as pl

    types = {type(value) for value in values} - {type(None)}
    if types <= {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if types <= {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):  # type: ignore[operator]
        return pl.Series(name, values, dtype=pl.Int64)
    if types <= {int, float}:
        return pl.Series(name, [None if v is None else float(v) for v in values], dtype=pl.Float64)  # type: ignore[arg-type]
    return pl.Series(name, [None if value is None else _text(value) for value in values], dtype=pl.String)


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _spelled(column: str, names: Sequence[str]) -> pl.Expr:
    # A chain of comparisons is twenty times faster than replace_strict on five million rows.
    import polars as pl

    expression: pl.Expr = pl.lit(names[0])
    for code, name in enumerate(names[1:], 1):
        expression = pl.when(pl.col(column) == code).then(pl.lit(name)).otherwise(expression)
    return expression


def _null_text() -> pl.Expr:
    import polars as pl

    return pl.lit(None, dtype=pl.String)


def _cold(frames: Frames, cold_load_s: float) -> pl.Expr:
    # Expressions, not a join: a query that does not ask for the column does not pay for it.
    import polars as pl

    loads = frames.loads
    if not loads.height:
        return pl.lit(None, dtype=pl.Boolean)
    observation = record_key()
    cold = loads.filter(pl.col("load_s") >= cold_load_s)["observation"]
    warm = loads.filter(pl.col("load_s") < cold_load_s)["observation"]
    return pl.when(observation.is_in(cold.implode())).then(True).when(observation.is_in(warm.implode())).then(False)


def record_key() -> pl.Expr:
    """``(file_id, record)`` as one number."""
    import polars as pl

    return pl.col("file_id").cast(pl.UInt64) * 2**32 + pl.col("record").cast(pl.UInt64)


def load_times(frames: Frames) -> pl.DataFrame:
    """``observation, load_s``: the longest model load recorded with each observation, single values only."""
    import polars as pl

    loads = (pl.col("metric") == LOAD_METRIC) & (pl.col("stat") == "value") & (pl.col("unit") == "s")
    ids = frames.series.filter(loads)["series_id"]
    return (
        frames.cells.lazy()
        .filter(pl.col("series_id").is_in(ids.implode()))
        .group_by(record_key().alias("observation"))
        .agg(pl.col("value").max().alias("load_s"))
        .collect()
    )
