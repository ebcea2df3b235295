"""The bare roster: who works what when, where breaks and meetings lie."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Ints


@dataclass(frozen=True, eq=False)
class Plan:
    """shifts: shape (people, days), positions in `problem.shifts`, -1 for a day off.

    breaks: shape (people, days, most breaks), minutes after the shift's start (-1 unused); None where the
    problem has no demand by interval. meetings: (name, day, minutes after midnight).
    """

    shifts: Ints
    breaks: Ints | None = None
    meetings: tuple[tuple[str, int, int], ...] = ()
