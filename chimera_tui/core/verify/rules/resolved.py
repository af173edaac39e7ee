"""Whether a text says exactly what a number is about, so that another number is wrong."""

from __future__ import annotations

import re
from functools import cached_property

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.rules.readings import Reading
from chimera_tui.core.verify.words.context import Context, statistic_in, words_of
from chimera_tui.core.verify.words.differences import is_difference
from chimera_tui.core.verify.words.doubt import (
    of_another_size,
    of_the_other,
    per_thing,
    ranked,
    said_of_it,
    statistic_of_list,
    supposed,
    turned_to,
)
from chimera_tui.core.verify.words.metrics_meant import Meaning
from chimera_tui.core.verify.words.metrics_named import GENERAL
from chimera_tui.core.verify.words.nearness import Nearness
from chimera_tui.core.verify.words.singled_out import Chosen, models_of, rows_in
from chimera_tui.core.verify.words.strangers import content, of_another, of_the_next, unknown_in, unknown_names

EXTREMES = ("min", "max", "best", "worst")
FARTHEST = 5.0
MOST_SERIES, MOST_VALUES = 3, 4
"""Series with one value each, and values of a statistic, that the same words may mean: beyond, another may be meant."""
BEYOND = 0.02
FILES = 2
SURE = 2
"""Names that leave so few rows that their only measure of a unit needs no name of its own."""
_REST = re.compile(r"[_-]\w|\w*\d")
"""The rest of a longer name, of which only a part is known."""


class Resolution:
    """One claim, the words around it and the readings that do not agree with it."""

    def __init__(  # noqa: PLR0917
        self, at: Context, cells: Cells, near: Nearness, meaning: Meaning, chosen: Chosen, wanted: str,
        readings: list[Reading],
    ) -> None:  # fmt: skip
        self.at, self.cells, self.near, self.meaning, self.chosen = at, cells, near, meaning, chosen
        self.wanted, self.readings = wanted, readings
        self.stated = [one for one in readings if not one.words]

    @property
    def resolved(self) -> bool:
        """Whether metric, rows and statistic are plain."""
        return (
            bool(self.readings) and not self._of_something_else() and self._named() and self._placed() and self._one()
        )

    @cached_property
    def _content(self) -> list[str]:
        return content(self.near)

    @cached_property
    def alone(self) -> bool:
        """Whether the rows have the statistic once, as the files state it, and the number is of its size."""
        if not self.wanted or not self.chosen.named or self._content:
            return False
        its = [one for one in self.stated if self.cells.series[one.series_id].stat == self.wanted]
        return len({one.value for one in its}) == 1 and bool(self.plausible(its))

    @cached_property
    def sole(self) -> bool:
        """Whether the rows that several names beside the number select have one value of its size in its unit."""
        chosen, at = self.chosen, self.at
        if (
            chosen.near < SURE
            or chosen.skipped
            or self._content
            or self.near.unnamed_side
            or "respectively" in at.sentence
        ):
            return False
        if self._partly_known():
            return False
        return len({float(f"{one.value:.6g}") for one in self.plausible(self.readings)}) == 1

    def _partly_known(self) -> bool:
        """Whether the sentence has a name of which only the beginning is known."""
        names = self.near.known.mentions(self.at.sentence)
        return any(_REST.match(self.at.sentence, one.end) for one in names if not one.setting)

    def plausible(self, readings: list[Reading]) -> list[Reading]:
        """Those of the number's size; where there are none, it is of something that is named elsewhere."""
        x = abs(self.at.claim.value)
        return [one for one in readings if abs(one.value) / FARTHEST <= x <= abs(one.value) * FARTHEST]

    def _of_something_else(self) -> bool:  # noqa: PLR0911 - one way to be unsure a line
        """Whether the words leave it open, or say, that it is of something else."""
        at, near, wanted = self.at, self.near, self.wanted
        if at.is_whole or supposed(at) or of_the_other(at) or at.claim.hedge in ("over", "under") or near.borrowed:
            return True
        if not self.sole and (
            ranked(at) or (wanted and not (statistic_in(near.tail) or said_of_it(at) or statistic_of_list(at)))
        ):
            return True
        if self.meaning.far and not self.plausible(self.readings):
            return True
        if self._of_many_models() or self._of_no_unit() or of_another_size(at, [one.value for one in self.readings]):
            return True
        if (wanted and turned_to(at)) or (near.compared and not near.known.mentions(f"{near.lead} ; {near.tail}")):
            return True
        if is_difference(at) or (at.claim.value < 0 and all(one.value > 0 for one in self.readings)):
            return True
        if at.in_row:
            return per_thing(at)
        return of_another(near) or of_the_next(near) or at.turned_from

    def _of_many_models(self) -> bool:
        """Whether settings alone select rows of several models, and the number is within what those have."""
        known = self.near.known
        names = [one for text in self.near.layers[: self.near.near] for one in known.mentions(text)]
        if any(not one.setting for one in names) or len(models_of(self.cells, self.chosen.sets[0])) < 2:
            return False
        values = [one.value for one in self.readings]
        return min(values) <= self.at.claim.value <= max(values)

    def _of_no_unit(self) -> bool:
        """Whether the files give whole numbers without a unit where the text gives a share."""
        bare = all(not self.cells.series[one.series_id].unit and one.raw in {0, 1} for one in self.readings)
        return self.at.canonical_unit[0] == "%" and bare

    def _named(self) -> bool:
        """Whether words name the metric, or leave only one."""
        at = self.at
        if not (at.unit or at.claim.decimals > 0) or (at.claim.digits < 2 and not at.in_row):
            return False
        if at.in_row and not (at.header or at.claim.unit):
            return False
        if self.alone or self.sole:
            return True
        headed = bool(self.wanted and self.stated and at.in_row and GENERAL.search(at.header))
        return (self.meaning.named or headed) and (self.meaning.near or not self._content)

    def _placed(self) -> bool:
        """Whether words beside the number name the rows, or all are in one file."""
        at, near, skipped = self.at, self.near, self.chosen.skipped
        one_place = len({one.file_id for one in self.readings}) == 1 and (self.meaning.near or self.alone)
        one_place = one_place and not (skipped or self._content or unknown_in(near, near.before))
        one_place = one_place or self.everywhere
        if not (self.chosen.near or one_place) or (skipped and not at.in_row) or unknown_names(at, near):
            return False
        if not at.in_row and self._partly_known():
            return False
        return not at.in_row or self.alone or bool(near.known.mentions(near.row) or near.known.mentions(at.header))

    def _one(self) -> bool:
        """Whether there is one value that it can be, or few."""
        an_extreme = self.wanted in EXTREMES and not self.stated and not ranked(self.at)
        if an_extreme and self._of_one_row(self.readings[0]):
            return False
        if self.sole:
            return True
        values = {float(f"{one.value:.6g}") for one in self.stated or self.readings}
        if len(values) == 1 or self._outside(values):
            return True
        if self.wanted and self.wanted not in ("spread", "sum"):
            return len(values) <= MOST_VALUES
        each = {(one.series_id, float(f"{one.value:.6g}")) for one in self.stated or self.readings}
        return len(each) == len({one for one, _ in each}) <= MOST_SERIES and not self.meaning.exact

    def _outside(self, values: set[float]) -> bool:
        """Whether the number is no mean and no other value of those rows: it is beyond all of them."""
        x = self.at.claim.value
        beyond = x < min(values) * (1 - BEYOND) or x > max(values) * (1 + BEYOND)
        plain = self.at.in_row and self.wanted in ("", "mean", "p50") and self.meaning.near and not self.chosen.skipped
        return beyond and plain and bool(self.plausible(self.readings))

    @cached_property
    def everywhere(self) -> bool:
        """Whether the metric has one value in all files."""
        files = {one.file_id for one in self.readings}
        values = {float(f"{one.value:.6g}") for one in self.readings}
        named = self.meaning.named and self.meaning.near and not (self.wanted or self._content or self.at.in_row)
        if not named or len(files) < FILES or len(values) != 1 or not self.plausible(self.readings):
            return False
        name = normalised(self.cells.series[self.readings[0].series_id].field.rpartition(".")[2])
        return set(name.split("_")) <= set(words_of(self.meaning.text))

    def _of_one_row(self, one: Reading) -> bool:
        """Whether the rows are one: the best of one is no statistic, so others are meant."""
        return len(rows_in(self.cells, self.near.known, one.series_id, self.chosen.sets[0])) < 2
