"""The rows of the library: reports with what was judged, found and marked here; made anew only when one of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chimera_tui.core.query import QueryError, compile_filter
from chimera_tui.core.report.library import grouped
from chimera_tui.core.verify.results.numbers import Counts

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.engine.saved.report_search import Hit


class ReportRows:
    """``frame`` are the reports, ``hits`` what a search found (None: none goes on), ``marked`` files or group names."""

    def __init__(self) -> None:
        self.frame: pl.DataFrame | None = None
        self.hits: Mapping[str, Hit] | None = None
        self.marked: list[str | None] = []
        self._judged: dict[str, Counts] = {}
        self._listed: pl.DataFrame | None = None
        self._made_of: tuple[object, ...] = ()

    @property
    def count(self) -> int:
        """How many reports there are, whatever is shown."""
        return self.frame.height if self.frame is not None else 0

    def take(self, frame: pl.DataFrame) -> None:
        """Other reports; what was judged here stays known."""
        self.frame = self._with_judged(frame)

    def note_judged(self, file: str, found: Counts) -> None:
        """A report was judged here: its row says so until the program ends."""
        self._judged[file] = found
        if self.frame is not None:
            self.take(self.frame)

    def _with_judged(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        if not self._judged:
            return frame
        rows = [(file, *found) for file, found in self._judged.items()]
        schema = {"file": pl.String, **dict.fromkeys(Counts._fields, pl.UInt32)}
        judged = pl.DataFrame(rows, schema=schema, orient="row")
        return frame.update(judged, on="file", how="left").with_columns(
            verified=pl.when(pl.col("claims") > 0).then(100 * pl.col("supported") / pl.col("claims"))
        )

    def listed(self, sign: str) -> pl.DataFrame:
        """One row a report, those that hold the text that is searched for, with ``mark``, ``hits`` and ``found``."""
        made_of = (id(self.frame), id(self.hits), tuple(self.marked), sign)
        if self._listed is None or made_of != self._made_of:
            self._listed, self._made_of = self._marked(self._found(), "file", sign), made_of
        return self._listed

    def groups(self, by: str, where: pl.Expr | None, sign: str) -> pl.DataFrame:
        """One row a group of the reports for which ``where`` is true."""
        rows = self._found()
        return self._marked(grouped(rows if where is None else rows.filter(where), by), by, sign)

    def where(self, text: str) -> tuple[pl.Expr | None, str]:
        """A filter line as an expression, and what is wrong with it."""
        if self.frame is None or not text.strip():
            return None, ""
        try:
            return compile_filter(text, self._found().schema, text_columns=("path", "model")), ""
        except QueryError as error:
            return None, str(error)

    def _found(self) -> pl.DataFrame:
        import polars as pl

        frame = self.frame if self.frame is not None else pl.DataFrame()
        if self.hits is None:
            return frame
        rows = [(file, hit.times, hit.around) for file, hit in self.hits.items()]
        schema = {"file": pl.String, "hits": pl.UInt32, "found": pl.String}
        return frame.join(
            pl.DataFrame(rows, schema=schema, orient="row"), on="file", how="inner", maintain_order="left"
        )

    def _marked(self, rows: pl.DataFrame, key: str, sign: str) -> pl.DataFrame:
        import polars as pl

        marked = pl.col(key).is_in([one for one in self.marked if one is not None]).fill_null(value=False)
        if None in self.marked:
            marked |= pl.col(key).is_null()
        return rows.with_columns(mark=pl.when(marked).then(pl.lit(sign)).otherwise(pl.lit(" ")))

    def of(self, keys: Sequence[str | None], by: str, where: pl.Expr | None) -> list[list[dict[str, object]]]:
        """The reports of each group, or with ``by`` = ``file`` each report by itself."""
        import polars as pl

        rows = self._found() if by != "file" else self.frame if self.frame is not None else pl.DataFrame()
        rows = rows if where is None else rows.filter(where)
        return [rows.filter(pl.col(by).eq_missing(pl.lit(key))).to_dicts() for key in keys]
