"""Where complaints are more than they were: observed against expected, with significance, ranked and explained.

found = find_hotspots(cells, exposure)
for spot in found.spots:
    print(spot.observed, spot.expected, spot.ratio, spot.low, spot.high, spot.adjusted_p)
"""

from lingting.science.hotspots.comparing import Comparison, compare_rates
from lingting.science.hotspots.errors import HotspotInputError
from lingting.science.hotspots.finding import Cell, Findings, Spot, find_hotspots
from lingting.science.hotspots.tables import count_cells

__all__ = [
    "Cell",
    "Comparison",
    "Findings",
    "HotspotInputError",
    "Spot",
    "compare_rates",
    "count_cells",
    "find_hotspots",
]
