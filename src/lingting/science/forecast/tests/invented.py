"""A centre whose truth is known: level, weekday and time of day are given, counts are drawn."""

import numpy as np
from numpy.typing import NDArray

from lingting.science.forecast import DayTable, History

FIRST_DAY = np.datetime64("2026-01-05")
WEEK = np.array([1.2, 1.05, 1.0, 0.95, 1.0, 0.5, 0.4])


def day_shape(intervals: int = 24) -> NDArray[np.float64]:
    """Share of each interval: a peak before noon and a lower one after."""
    at = np.linspace(0.0, 1.0, intervals)
    shape = 0.2 + np.exp(-(((at - 0.3) / 0.12) ** 2)) + 0.7 * np.exp(-(((at - 0.65) / 0.15) ** 2))
    return shape / shape.sum()


def expected_counts(days: int, *, level: float = 1000.0, intervals: int = 24) -> NDArray[np.float64]:
    """The truth (days, intervals)."""
    return level * WEEK[np.arange(days) % 7][:, None] * day_shape(intervals)


def invented_history(
    days: int, *, seed: int = 1, level: float = 1000.0, spread: float = 0.08, intervals: int = 24, table: DayTable | None = None
) -> History:
    """Poisson counts around the truth, each day lifted by a common factor of the given spread."""
    rng = np.random.default_rng(seed)
    lift = np.exp(spread * rng.standard_normal((days, 1)))
    counts = rng.poisson(expected_counts(days, level=level, intervals=intervals) * lift)
    return History.on_days(
        FIRST_DAY + np.arange(days),
        counts=counts,
        interval_minutes=30,
        start_minute=480,
        table=table,
        queue="billing",
        channel="phone",
    )
