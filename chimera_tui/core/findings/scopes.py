"""Scopes: sets of observations that may be compared with each other.

A scope is one quantity of one experiment. The experiment is a file where the compared factor varies inside a file,
else the files of the same columns and factors in one part of the tree.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chimera_tui.core.findings.evidence import WEIGHTS, WITH_LOAD, Evidence
from chimera_tui.core.findings.factors import ENTITIES
from chimera_tui.core.findings.finding import Source
from chimera_tui.core.findings.groups import Group, groups
from chimera_tui.core.findings.wording import factors, metric_words, name

if TYPE_CHECKING:
    import polars as pl

UNIT_UNKNOWN = "the files do not state the unit of this metric"
LOADS_UNKNOWN = "the load of the model is part of this metric but was not recorded: cold starts may be among the values"
PER_KIND = 24
"""Scopes examined per kind of finding, those with the most observations first."""
PER_KIND_OF_FEW = 60
FEW = 200_000
"""Observations up to which more scopes are examined: of a sweep over sizes and loads all of them."""


MOST_TOLD = 4
_SAID = {*ENTITIES, "base_model", "present"}


@dataclass(frozen=True)
class Scope:
    """One quantity of one experiment: its observations joined with all factors."""

    evidence: Evidence
    rows: pl.DataFrame
    entity: dict[str, Any]
    quantity: int
    told_by: tuple[str, ...] = ()
    """The held factors that tell this scope from others of the same entities."""
    with_place: bool = False
    """Whether only the files tell it from others."""

    @cached_property
    def about(self) -> dict[str, Any]:
        """The quantity's metric, unit, better, definition, stem and tool."""
        import polars as pl

        return self.evidence.quantities.filter(pl.col("quantity") == self.quantity).row(0, named=True)

    @property
    def metric(self) -> str:
        """The canonical metric."""
        return str(self.about["metric"])

    @property
    def unit(self) -> str:
        """The canonical unit."""
        return str(self.about["unit"])

    @property
    def words(self) -> str:
        """The metric in a sentence; an unknown one with the field it stands in."""
        return metric_words(self.metric)

    @property
    def higher_is_better(self) -> bool:
        """Whether more is better."""
        return bool(self.about["better"] == "higher")

    @property
    def contains_load(self) -> bool:
        """Whether the metric counts loading the model, so that cold and warm must be kept apart."""
        return self.metric.startswith(WITH_LOAD)

    @property
    def loads_unknown(self) -> bool:
        """Whether the metric's definition names the load, but no row says how long it took."""
        return "load" in self.about["definition"] and self.contains_load and self.rows["cold"].null_count() > 0

    @property
    def unit_unknown(self) -> bool:
        """Whether a rate or a time stands in the files without its unit."""
        return not self.unit and self.metric in WEIGHTS and self.metric != "score"

    @cached_property
    def paths(self) -> list[str]:
        """The files behind it, in path order."""
        import polars as pl

        ids = self.rows["file_id"].unique()
        return self.evidence.files.filter(pl.col("file_id").is_in(ids.implode()))["path"].sort().to_list()

    @property
    def subject(self) -> str:
        """Whom it is about: the entities that are known, else the place; more where that is not unique."""
        return self._subject(with_held=True)

    @property
    def telling(self) -> dict[str, Any]:
        """The subject, also without the factors held, and these: what findings at other sizes are joined by."""
        held = {key: self.entity[key] for key in self.told_by}
        return {"subject": self.subject, "about": self._subject(with_held=False), "held": held}

    def _subject(self, *, with_held: bool) -> str:
        entities = {key: self.entity[key] for key in ENTITIES if self.entity.get(key) is not None}
        model = entities.pop("model", None) or self.entity.get("base_model")
        if model is not None and str(entities.get("quant", "")).lower() in str(model).lower():
            entities.pop("quant", None)
        shown = [name(value, 40) for value in entities.values()]
        held = factors({key: self.entity[key] for key in self.told_by})
        if held and with_held:
            shown.append(held)
        parts = [name(model)] if model is not None else []
        if shown:
            parts.append(f"({', '.join(shown)})" if parts else ", ".join(shown))
        if not parts:
            return self.where
        known = model is not None or self.entity.get("backend") is not None
        return " ".join(parts if known and not self.with_place else [*parts, f"in {self.where}"])

    @property
    def where(self) -> str:
        """The file, or the folder that holds the files."""
        paths = self.paths
        if len(paths) == 1:
            return name(paths[0], 120)
        return f"{len(paths)} files in {name(posixpath.commonpath(paths) or '.', 120)}"

    def sources(self, limit: int = 12) -> tuple[Source, ...]:
        """The files and the field."""
        field = str(self.about["stem"])
        return tuple(Source(path=path, field=field) for path in self.paths[:limit])

    def place(self, group: Group) -> Source:
        """Where a group's (best) row is."""
        import polars as pl

        path = self.evidence.files.filter(pl.col("file_id") == group.file_id)["path"][0]
        return Source(path=path, record=group.record, field=str(self.about["stem"]))

    def varying(self, names: list[str]) -> list[str]:
        """Those of the factors that take more than one value here."""
        return [factor for factor in names if self.rows[factor].n_unique() > 1]

    def warm(self) -> Scope:
        """The scope without cold rows."""
        import polars as pl

        return replace(self, rows=self.rows.filter(~pl.col("cold").fill_null(value=False)))

    def groups(self, by: list[str]) -> list[Group]:
        """The groups by these factors, in the order of their first row."""
        return groups(self.rows, by)


def scopes(evidence: Evidence, varying: list[str], fixed: list[str], *, metric: str = "") -> list[Scope]:
    """Scopes in which the ``varying`` factors take several values while the ``fixed`` ones take one each.

    Of each experiment the heaviest quantity of each direction (throughputs, latencies) is taken, or those whose
    metric begins with ``metric``; the experiments with the most observations come first.
    """
    import polars as pl

    if not varying or not evidence.comparable.height:
        return []
    found = []
    keyed = _keyed(evidence, varying, fixed)
    most = PER_KIND_OF_FEW if evidence.comparable.height <= FEW else PER_KIND
    for root, key, quantity in _chosen(evidence, keyed, metric).head(most).iter_rows():
        where = keyed.filter((pl.col("root") == root) & (pl.col("fixed_key") == key)).select("file_id", "config_id")
        rows = (
            evidence.comparable_of[quantity].lazy()
            .join(where.lazy(), on=["file_id", "config_id"], how="semi")
            .join(evidence.factors.lazy(), on="config_id").sort("file_id", "record").collect()
        )  # fmt: skip
        found.append(Scope(evidence, rows, _entity(evidence, rows, fixed), quantity))
    return _told_apart(found)


def _entity(evidence: Evidence, rows: pl.DataFrame, fixed: list[str]) -> dict[str, Any]:
    """What is held equal, and the texts and tasks that happen to be."""
    held = {factor: rows[factor][0] for factor in fixed}
    works = [factor for factor in evidence.names("workload") if factor not in held]
    return held | {factor: rows[factor][0] for factor in works if rows[factor].n_unique() == 1}


def _told_apart(found: list[Scope]) -> list[Scope]:
    """Name what tells scopes of one subject and metric apart: the held factors that differ, else the files."""
    alike: dict[tuple[str, str], list[Scope]] = {}
    for scope in found:
        alike.setdefault((scope.subject, scope.metric), []).append(scope)
    differing = {
        key: tuple(f for f in group[0].entity if f not in _SAID and len({scope.entity.get(f) for scope in group}) > 1)[
            :MOST_TOLD
        ]
        for key, group in alike.items()
    }
    found = [
        replace(scope, told_by=tuple(f for f in differing[scope.subject, scope.metric] if f in scope.entity))
        for scope in found
    ]
    seen = Counter((scope.subject, scope.metric) for scope in found)
    return [replace(scope, with_place=seen[scope.subject, scope.metric] > 1) for scope in found]


def _keyed(evidence: Evidence, varying: list[str], fixed: list[str]) -> pl.DataFrame:
    """``file_id``, ``config_id``, ``root`` (the experiment), ``fixed_key`` and ``varying_key``."""
    import polars as pl

    def key(names: list[str]) -> pl.Expr:
        return pl.struct(names).rank("dense") if names else pl.lit(0, dtype=pl.UInt32)

    keys = evidence.factors.lazy().select("config_id", fixed_key=key(fixed), varying_key=key(varying))
    several = pl.col("varying_key").n_unique().over("file_id", "fixed_key").max().over("file_id") > 1
    return (
        evidence.tally.lazy().select("file_id", "config_id").unique()
        .join(keys, on="config_id").join(evidence.places.lazy(), on="file_id")
        .with_columns(root=pl.when(several).then(pl.col("file_id").cast(pl.Int64)).otherwise(-pl.col("place")))
        .select("file_id", "config_id", "root", "fixed_key", "varying_key").collect()
    )  # fmt: skip


def _chosen(evidence: Evidence, keyed: pl.DataFrame, metric: str) -> pl.DataFrame:
    """``root``, ``fixed_key``, ``quantity`` of the scopes with at least two groups, most telling first."""
    import polars as pl

    rows = evidence.tally.lazy()
    best = pl.struct("weight", "rows").rank("ordinal", descending=True).over("root", "fixed_key", "better") == 1
    return (
        rows.filter(pl.col("metric").str.starts_with(metric))
        .join(keyed.lazy(), on=["file_id", "config_id"])
        .group_by("root", "fixed_key", "quantity", "better", "weight")
        .agg(rows=pl.col("rows").sum(), groups=pl.col("varying_key").n_unique())
        .sort("root", "fixed_key", "quantity")  # equal ones would be ranked by chance
        .filter(pl.col("groups") > 1).filter(best)
        .with_columns(telling=pl.col("rows") * pl.col("weight"))
        .sort("telling", "root", "fixed_key", "quantity", descending=[True, False, False, False])
        .select("root", "fixed_key", "quantity").collect()
    )  # fmt: skip


def file_scopes(evidence: Evidence, wanted: pl.Expr, fixed: list[str], per_kind: int = PER_KIND) -> list[Scope]:
    """One scope a file, value of the fixed factors and quantity among the wanted rows, the largest first."""
    import polars as pl

    rows = evidence.comparable.filter(wanted)
    if not rows.height:
        return []
    found = []
    rows = rows.join(evidence.factors.select("config_id", key=pl.struct(fixed).rank("dense")), on="config_id")
    keys = ["file_id", "key", "quantity"]
    largest = rows.group_by(keys).len().sort("len", *keys, descending=[True, False, False, False]).select(keys)
    for file_id, key, quantity in largest.head(per_kind).iter_rows():
        mine = rows.filter((pl.col("file_id") == file_id) & (pl.col("key") == key) & (pl.col("quantity") == quantity))
        mine = mine.drop("key").join(evidence.factors, on="config_id").sort("record")
        found.append(Scope(evidence, mine, {factor: mine[factor][0] for factor in fixed}, quantity))
    return _told_apart(found)
