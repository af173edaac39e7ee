"""Groups: observations that share a configuration, or the statistics a tool wrote of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chimera_tui.core.findings.wording import factor as factor_text
from chimera_tui.core.findings.wording import factors
from chimera_tui.core.stats import Summary, t_interval

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Group:
    """Observations that share a configuration, or the statistics a tool wrote of them."""

    factors: dict[str, Any]
    n: int
    mean: float
    sd: float | None
    median: float
    low: float
    high: float
    rows: int
    n_cold: int
    file_id: int
    record: int
    config_id: int
    n_stated: bool = True
    """Whether the file says how many runs are behind a mean that its tool wrote."""

    @property
    def n_words(self) -> str:
        """How many runs it is, in words."""
        return f"n = {self.n}" if self.n_stated else "n not stated"

    @property
    def summary(self) -> Summary:
        """Size, mean and standard deviation, for a test."""
        return Summary(self.n, self.mean, self.sd)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Student's 95 % interval of the mean; None at n = 1."""
        return t_interval(self.summary)

    @property
    def label(self) -> str:
        """The configuration in words."""
        return factors(self.factors) if len(self.factors) != 1 else factor_text(next(iter(self.factors.values())))

    def worked(self) -> dict[str, object]:
        """The group as JSON-able values."""
        interval = self.interval
        return {
            **self.factors, "n": self.n, "mean": self.mean, "sd": self.sd, "median": self.median,
            "min": self.low, "max": self.high,
            "ci95_low": interval and interval[0], "ci95_high": interval and interval[1],
            **({} if self.n_stated else {"n_stated": False}),
        }  # fmt: skip


def groups(rows: pl.DataFrame, by: list[str]) -> list[Group]:
    """Group observations; a group of one row that a tool summarised keeps the tool's n and standard deviation."""
    import polars as pl

    if not rows.height:
        return []
    summed = rows.group_by(by or [pl.lit(0).alias("_all")], maintain_order=True).agg(
        rows=pl.len(), mean=pl.col("value").mean(), sd=pl.col("value").std(), median=pl.col("value").median(),
        low=pl.min_horizontal(pl.col("value").min(), pl.col("low").min()),
        high=pl.max_horizontal(pl.col("value").max(), pl.col("high").max()),
        n=pl.col("n").sum(), n_stated=((pl.col("stat") == "value") | (pl.col("n") > 1)).any() | (pl.len() > 1),
        tool_sd=pl.col("sd").first(), tool_mid=pl.col("mid").first(), stat=pl.col("stat").first(),
        n_cold=pl.col("cold").fill_null(value=False).sum(),
        file_id=pl.col("file_id").first(), record=pl.col("record").first(), config_id=pl.col("config_id").first(),
    )  # fmt: skip
    return [_group(row, by) for row in summed.iter_rows(named=True)]


def _group(row: dict[str, Any], by: list[str]) -> Group:
    told = row["rows"] == 1 and row["stat"] != "value"
    median = row["tool_mid"] if told and row["tool_mid"] is not None else row["median"]
    return Group(
        factors={key: row[key] for key in by},
        n=max(int(row["n"]), 1) if told else int(row["rows"]),
        mean=row["mean"], sd=row["tool_sd"] if told and row["n"] > 1 else row["sd"], median=median,
        low=row["low"], high=row["high"], rows=row["rows"], n_cold=row["n_cold"],
        file_id=row["file_id"], record=row["record"], config_id=row["config_id"],
        n_stated=row["n_stated"],
    )  # fmt: skip
