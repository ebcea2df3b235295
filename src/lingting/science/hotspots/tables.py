"""From single complaints to counts by cell and week."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations

from lingting.science.hotspots.finding import Cell


def count_cells(
    complaints: Iterable[tuple[int, Mapping[str, Hashable]]], *, weeks: int, dimensions: Sequence[str], most_dimensions: int = 2
) -> list[Cell]:
    """Counts every combination of up to `most_dimensions` values that occurs.

    `complaints`: (week from 0, the value of each dimension; None or "" where it is not known). Weeks outside are left out.
    """
    counts: dict[tuple[tuple[str, Hashable], ...], list[int]] = {}
    sets = [names for size in range(1, most_dimensions + 1) for names in combinations(dimensions, size)]
    for week, values in complaints:
        if not 0 <= week < weeks:
            continue
        for names in sets:
            if any(values.get(name) in (None, "") for name in names):
                continue
            key = tuple((name, values[name]) for name in names)
            counts.setdefault(key, [0] * weeks)[week] += 1
    return [Cell(key, tuple(numbers)) for key, numbers in counts.items()]
