"""When contacts arrive. Each can be drawn from, once per run; times are seconds from the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingting.science.simulate.durations import ScenarioError, Seconds


class Arrivals(Protocol):
    """A way contacts arrive."""

    def draw(self, rng: np.random.Generator, *, run: int, horizon_seconds: float) -> Seconds:
        """Sorted moments before the horizon, for the run of this number."""
        ...


@dataclass(frozen=True)
class PoissonArrivals:
    """A Poisson process; `expected` contacts in each interval, the rate even within it.

    expected: shape (intervals,), or (paths, intervals) as a forecast gives sample paths: run n uses path n
        modulo the number of paths. After the last interval nobody arrives.
    """

    expected: ArrayLike
    interval_seconds: float

    def __post_init__(self) -> None:
        paths = np.atleast_2d(np.asarray(self.expected, dtype=np.float64))
        if paths.ndim != 2 or paths.shape[1] == 0:
            raise ScenarioError("PoissonArrivals: expected must have shape (intervals,) or (paths, intervals).")
        if not (np.isfinite(paths).all() and (paths >= 0).all()):
            raise ScenarioError("PoissonArrivals: every expected number must be finite and 0 or more.")
        if not self.interval_seconds > 0:
            raise ScenarioError(f"PoissonArrivals: interval_seconds must be above 0, not {self.interval_seconds}.")
        object.__setattr__(self, "expected", paths)

    def draw(self, rng: np.random.Generator, *, run: int, horizon_seconds: float) -> Seconds:
        """Sorted moments before the horizon."""
        paths = np.asarray(self.expected)
        mass = np.concatenate(([0.0], np.cumsum(paths[run % len(paths)])))
        edges = np.arange(len(mass)) * self.interval_seconds
        count = rng.poisson(mass[-1])
        return _before(np.interp(np.sort(rng.random(count)) * mass[-1], mass, edges), horizon_seconds)


@dataclass(frozen=True)
class CountedArrivals:
    """Exactly these whole numbers of contacts per interval, at even chance within it; paths as in
    PoissonArrivals.
    """

    counts: ArrayLike
    interval_seconds: float

    def __post_init__(self) -> None:
        paths = np.atleast_2d(np.asarray(self.counts))
        if paths.ndim != 2 or paths.shape[1] == 0 or (paths != np.floor(paths)).any() or (paths < 0).any():
            raise ScenarioError("CountedArrivals: counts must be whole, 0 or more, of shape (intervals,) or (paths, intervals).")
        if not self.interval_seconds > 0:
            raise ScenarioError(f"CountedArrivals: interval_seconds must be above 0, not {self.interval_seconds}.")
        object.__setattr__(self, "counts", paths.astype(np.int64))

    def draw(self, rng: np.random.Generator, *, run: int, horizon_seconds: float) -> Seconds:
        """Sorted moments before the horizon."""
        paths: NDArray[np.int64] = np.asarray(self.counts)
        places = np.repeat(np.arange(paths.shape[1]), paths[run % len(paths)])
        return _before(np.sort((places + rng.random(len(places))) * self.interval_seconds), horizon_seconds)


@dataclass(frozen=True)
class RecordedArrivals:
    """The very moments that were recorded, the same in every run."""

    seconds: Sequence[float] | Seconds

    def __post_init__(self) -> None:
        moments = np.sort(np.asarray(self.seconds, dtype=np.float64))
        if not (np.isfinite(moments).all() and (moments >= 0).all()):
            raise ScenarioError("RecordedArrivals: every moment must be finite and 0 or more.")
        object.__setattr__(self, "seconds", moments)

    def draw(self, rng: np.random.Generator, *, run: int, horizon_seconds: float) -> Seconds:
        """The recorded moments before the horizon; takes nothing from rng."""
        return _before(np.asarray(self.seconds), horizon_seconds)


def _before(moments: Seconds, horizon_seconds: float) -> Seconds:
    return moments[: np.searchsorted(moments, horizon_seconds)]
