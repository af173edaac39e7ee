"""The values of a factor in the rows of a repository: which groups of rows have which."""

from __future__ import annotations

import msgspec

from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.text.names import ENTITY_COLUMNS
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.rows import SETTINGS


def values_of(cells: Cells, name: str) -> dict[int, tuple[object, ...]]:
    """The values of a factor by the groups that have them."""
    return _table(cells).get(name, {})


def factors_in(cells: Cells, groups: frozenset[int]) -> list[str]:
    """The factors that some rows have."""
    return [name for name, its in _table(cells).items() if not groups.isdisjoint(its)]


def _table(cells: Cells) -> dict[str, dict[int, tuple[object, ...]]]:
    key = "values by factor and group"
    if key not in cells.memo:
        known = vocabulary(cells)
        found: dict[str, dict[int, tuple[object, ...]]] = {}
        for row in cells.frames.configs.iter_rows(named=True):
            named = {name: row.get(name) for name in (*ENTITY_COLUMNS, *SETTINGS)}
            named |= msgspec.json.decode(row["extra"]) if row["extra"] else {}
            for name, value in named.items():
                if isinstance(value, (str, int, float)):
                    found.setdefault(name, {}).update(
                        dict.fromkeys(known.by_config.get(row["config_id"], ()), (value,))
                    )
        cells.memo[key] = found
    return cells.memo[key]  # type: ignore[return-value]
