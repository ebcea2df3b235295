"""How long things last: handling, wrap-up, patience. Each can be drawn from; times are seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]


class ScenarioError(ValueError):
    """The scenario cannot be simulated; the message names the part and says why."""


class Duration(Protocol):
    """A distribution of non-negative times."""

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` independent times."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same; `Constant(0)` for none, `NEVER_GIVES_UP` for patience without end."""

    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds >= 0:
            raise ScenarioError(f"Constant: seconds must be 0 or more, not {self.seconds}.")

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` times the constant; takes nothing from rng."""
        return np.full(count, float(self.seconds))


NEVER_GIVES_UP = Constant(inf)

_FEWEST_WAITING = 30


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory; mean > 0."""

    mean_seconds: float

    def __post_init__(self) -> None:
        _check_positive("Exponential", mean_seconds=self.mean_seconds)

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` independent times."""
        return rng.standard_exponential(count) * self.mean_seconds


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Handling times usually look so; given by mean and standard deviation of the time itself, both > 0."""

    mean_seconds: float
    deviation_seconds: float

    def __post_init__(self) -> None:
        _check_positive("LogNormal", mean_seconds=self.mean_seconds, deviation_seconds=self.deviation_seconds)

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` independent times."""
        spread = sqrt(log(1.0 + (self.deviation_seconds / self.mean_seconds) ** 2))
        return np.exp(rng.standard_normal(count) * spread) * (self.mean_seconds * exp(-(spread**2) / 2))


@dataclass(frozen=True, slots=True)
class Gamma:
    """Mean > 0 and shape > 0: 1 is exponential, more is steadier, less is wilder."""

    mean_seconds: float
    shape: float

    def __post_init__(self) -> None:
        _check_positive("Gamma", mean_seconds=self.mean_seconds, shape=self.shape)

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` independent times."""
        return rng.standard_gamma(self.shape, count) * (self.mean_seconds / self.shape)


@dataclass(frozen=True, slots=True)
class Observed:
    """Times seen, drawn with equal chance, with replacement."""

    seconds: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.seconds:
            raise ScenarioError("Observed: give at least one time.")
        if not all(value >= 0 for value in self.seconds):
            raise ScenarioError("Observed: every time must be 0 or more.")

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` independent times."""
        return np.asarray(self.seconds, dtype=np.float64)[rng.integers(0, len(self.seconds), count)]


@dataclass(frozen=True, slots=True)
class Survival:
    """Patience as a survival curve: `still_there[n]` of all last longer than `seconds[n]`.

    seconds rise from the first > 0; shares fall from at most 1 to at least 0; between two points times are
    spread evenly, and who outlasts the last one leaves with the mean excess `tail_seconds` after it
    (exponential).
    """

    seconds: tuple[float, ...]
    still_there: tuple[float, ...]
    tail_seconds: float

    def __post_init__(self) -> None:
        times, shares = np.asarray(self.seconds), np.asarray(self.still_there)
        if len(times) == 0 or len(times) != len(shares):
            raise ScenarioError("Survival: seconds and still_there must be of the same length, 1 or more.")
        if not (times[0] > 0 and (np.diff(times) > 0).all()):
            raise ScenarioError("Survival: seconds must rise and begin above 0.")
        if not (shares[0] <= 1 and shares[-1] >= 0 and (np.diff(shares) <= 0).all()):
            raise ScenarioError("Survival: still_there must fall within 0 to 1.")
        _check_positive("Survival", tail_seconds=self.tail_seconds)

    def draw(self, rng: np.random.Generator, *, count: int) -> Seconds:
        """`count` independent times."""
        left = rng.random(count)
        shares = np.concatenate(([1.0], self.still_there))[::-1]
        times = np.concatenate(([0.0], self.seconds))[::-1]
        drawn: Seconds = np.interp(left, shares, times)
        beyond = left < self.still_there[-1]
        drawn[beyond] = self.seconds[-1] - np.log(left[beyond] / self.still_there[-1]) * self.tail_seconds
        return drawn


def fit_patience(waits: Sequence[float] | Seconds, *, gave_up: Sequence[bool] | NDArray[np.bool_]) -> Survival:
    """Patience behind a log in which most callers were answered before they lost it.

    waits: how long each caller waited; gave_up: whether he left (else he was answered, and would have waited
    longer). Kaplan and Meier's estimator (1958): at each moment someone left, the share of those still
    waiting who did, as long as 30 or more wait; after that the tail, the total time waited over the number
    who gave up (exponential estimate). Raises ScenarioError if nobody gave up.
    """
    times = np.asarray(waits, dtype=np.float64)
    left = np.asarray(gave_up, dtype=bool)
    if times.shape != left.shape or not (times >= 0).all():
        raise ScenarioError("fit_patience: waits and gave_up must be of the same length, waits 0 or more.")
    if not left.any():
        raise ScenarioError("fit_patience: nobody gave up, so patience cannot be seen in these waits.")
    moments, leaving = np.unique(np.maximum(times[left], 1e-3), return_counts=True)
    waiting = len(times) - np.searchsorted(np.sort(times), moments, side="left")
    seen = max(1, int(np.searchsorted(-waiting, -_FEWEST_WAITING, side="right")))
    moments, leaving, waiting = moments[:seen], leaving[:seen], waiting[:seen]
    still_there = np.cumprod(1.0 - leaving / waiting)
    tail = float(times.sum() / left.sum())
    return Survival(tuple(moments.tolist()), tuple(still_there.tolist()), tail)


def _check_positive(name: str, **values: float) -> None:
    for field, value in values.items():
        if not (value > 0 and isfinite(value)):
            raise ScenarioError(f"{name}: {field} must be a finite number above 0, not {value}.")
