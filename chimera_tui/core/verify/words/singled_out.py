"""Which rows the texts around a claim name: groups, each a file with a configuration, the nearest text first."""

from __future__ import annotations

from typing import NamedTuple

from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.words.factor_values import values_of
from chimera_tui.core.verify.words.mentions import Mention, Vocabulary
from chimera_tui.core.verify.words.nearness import Nearness

MOST_CELLS, MOST_OTHERS = 20_000, 3
"""Cells of one series beyond which it is left to the rules that search by value."""


def models_of(cells: Cells, groups: frozenset[int]) -> set[object]:
    """The models of some groups of rows; one of no model counts as another."""
    return {values_of(cells, "model").get(one) for one in groups}


class Chosen(NamedTuple):
    """The groups of rows that are named: the widest that the sentence allows, narrowed by each text farther off."""

    sets: tuple[frozenset[int], ...]
    said: frozenset[int]
    """Those that the sentence and its items name."""
    near: int
    skipped: int
    named: bool


def groups_of(cells: Cells, known: Vocabulary, series: tuple[int, ...]) -> frozenset[int]:
    """The groups that have cells of the series at all."""
    key = ("groups of", series)
    if key not in cells.memo:
        cells.memo[key] = frozenset(group for one in series for group in _cells_of(cells, known, one))
    return cells.memo[key]  # type: ignore[return-value]


Row = tuple[int, int, float, bool]


def _cells_of(cells: Cells, known: Vocabulary, series_id: int) -> dict[int, list[Row]]:
    """The cells of a series by their group: file, record, canonical value, whether the row failed."""
    key = ("grouped", series_id)
    if key not in cells.memo:
        frame = cells.whole(series_id)
        found: dict[int, list[Row]] = {}
        for file_id, record, _, config_id, value, status in frame.rows() if frame.height <= MOST_CELLS else ():
            found.setdefault(known.number[file_id, config_id], []).append((file_id, record, value, status != 0))
        cells.memo[key] = found
    return cells.memo[key]  # type: ignore[return-value]


def rows_in(cells: Cells, known: Vocabulary, series_id: int, groups: frozenset[int]) -> list[Row]:
    """The cells of a series in some groups."""
    its = _cells_of(cells, known, series_id)
    if len(groups) < len(its):
        return [row for group in sorted(groups) if group in its for row in its[group]]
    return [row for group, rows in its.items() if group in groups for row in rows]


def many_rows(cells: Cells, known: Vocabulary, series_id: int, groups: frozenset[int], most: int) -> bool:
    """Whether the groups have more rows than that, told from how many groups there are: each has a row."""
    return len(groups) > most and len(_cells_of(cells, known, series_id).keys() & groups) > most


def choose(near: Nearness, possible: frozenset[int]) -> Chosen | None:
    """The rows that the texts name, the nearest first; None where the nearest name rows that are not there."""
    groups, by, skipped = possible, 0, 0
    others: list[frozenset[int]] = []
    wider: list[frozenset[int]] = []
    said = own = groups
    for layer, text in enumerate(near.layers):
        first = groups
        own = groups if layer == 1 else own
        for one in near.mentions(layer):
            both = groups & one.groups
            if not both:
                if (
                    (one.setting and not one.groups and not (near.at.in_row and by))
                    or (layer == 0 and not by)
                    or _heads(one, layer, near)
                ):
                    return None
                if layer < near.near:
                    apart = layer == 1 and ";" in text[one.end :]
                    skipped += not apart and (not by or bool(one.groups & own))
                    others += [other] if (other := first & one.groups) and layer else []
                continue
            others = [narrow for other in others if (narrow := other & one.groups)] or others
            if layer < near.near and both != groups and near.unnamed_side:
                wider.append(groups)
            if layer >= near.near and both != groups and (one.setting or near.loose(layer)):
                wider.append(groups)
            by += layer < near.near and (both != groups or not layer)
            groups = both
            said = groups if layer < near.near else said
    named = bool(by) or groups != possible
    about = [its for its in (groups & near.about, said & near.about) if its and its != groups][:1]
    if near.at.turned_from:  # where it turned from, what stands above need not hold
        about += [said] if said != groups else []
    return Chosen((groups, *others[:MOST_OTHERS], *wider[:1], *about), said, by, skipped, named)


def _heads(one: Mention, layer: int, near: Nearness) -> bool:
    """Whether it is the first thing that a table row names: the row is about that, not about a word in a remark."""
    first = near.row.find(";") if near.at.column else 0
    return near.at.in_row and layer == 2 and (one == near.mentions(2)[0] or one.end <= first)
