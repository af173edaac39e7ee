"""Shows what can be asked behind a bare ``by``, ``pivot`` or ``SELECT``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.ui.tables.column_suggester import ColumnSuggester

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIKELY = ("num_gpu", "num_ctx", "concurrency", "batch", "quant", "backend", "model")
"""Factors that people vary, the first of them first."""


class QuestionSuggester(ColumnSuggester):
    """A whole question of the factors and the metric at hand; once one is begun, column names."""

    def __init__(self, names: Callable[[], Sequence[str]], metric: Callable[[], str]) -> None:
        super().__init__(names)
        self._metric = metric

    async def get_suggestion(self, value: str) -> str | None:
        """The text with the rest of a question, or with its last word completed."""
        names, metric = self._names(), self._metric()
        factors = [name for name in LIKELY if name in names]
        if value == "by " and factors:
            return f"{value}{factors[0]} of {metric}"
        if value == "pivot " and len(factors) > 1:
            return f"{value}{factors[0]} x {factors[1]} of {metric}"
        if value == "SELECT ":
            return f"{value}* FROM measurements WHERE metric = '{metric}'"
        return await super().get_suggestion(value)
