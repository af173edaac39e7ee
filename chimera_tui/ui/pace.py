"""How often things are drawn, and what is left out over a slow line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """``repaints_per_s`` of streaming text, ``figures_per_s`` of the metrics bar, and what costs bytes without need."""

    repaints_per_s: float
    figures_per_s: float
    colour_code: bool
    sparkline: bool


USUAL = Pace(repaints_per_s=9, figures_per_s=3, colour_code=True, sparkline=True)
SLOW = Pace(repaints_per_s=4, figures_per_s=1, colour_code=False, sparkline=False)
"""``--slow`` and ``ui.slow``."""
