"""What can be wrong with a history, an event or a horizon, and the words that say so."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_NAMED_AT_MOST = 3


class ForecastError(ValueError):
    """The input has no forecast; ``places`` names the days or intervals at fault, as text."""

    def __init__(self, reason: str, *, places: tuple[str, ...] = ()) -> None:
        named = ", ".join(places[:_NAMED_AT_MOST])
        more = f" and {len(places) - _NAMED_AT_MOST} more" if len(places) > _NAMED_AT_MOST else ""
        super().__init__(f"{reason}: {named}{more}." if places else f"{reason}.")
        self.places = places


class BadHistoryError(ForecastError):
    """Counts that are negative, infinite or of the wrong shape, or a grid that is none."""


class TooLittleHistoryError(ForecastError):
    """Not enough observed days; a reference queue can lend its own."""


class BadEventError(ForecastError):
    """An event that ends before it starts, or whose effect is neither given nor to be learned."""


class BadHorizonError(ForecastError):
    """A horizon, path count, level or grouping that cannot be answered."""


def place(day: np.datetime64, *, start_minute: int, interval_minutes: int, interval: int) -> str:
    """An interval as people write it: ``2003-03-03 07:05``."""
    hour, minute = divmod(start_minute + interval * interval_minutes, 60)
    return f"{day} {hour:02d}:{minute:02d}"


def places(
    faults: NDArray[np.bool_], *, days: NDArray[np.datetime64], start_minute: int, interval_minutes: int
) -> tuple[str, ...]:
    """The true cells of ``faults`` (days, intervals), as people write them."""
    cells: Iterable[tuple[int, int]] = ((int(row), int(column)) for row, column in np.argwhere(faults))
    return tuple(
        place(days[row], start_minute=start_minute, interval_minutes=interval_minutes, interval=column) for row, column in cells
    )
