"""Demand as what may happen, not as one number: paths of calls and handling time over the intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from lingting.science.erlang import BadFigureError, Traffic
from lingting.science.erlang.errors import checked
from lingting.science.erlang.poisson import Figures


@dataclass(frozen=True, kw_only=True)
class DemandPaths:
    """Equally likely futures: the first axis counts the paths, the others are intervals (and queues).

    ``calls``             expected calls per interval on each path, >= 0;
    ``handling_seconds``  mean handling time, per path and interval or broadcast;
    ``interval_seconds``, ``patience_seconds``  as in ``Traffic``.
    Paths come from ``science.forecast`` or ``from_quantiles``. Raises BadFigureError naming path and
    interval.
    """

    calls: ArrayLike
    handling_seconds: ArrayLike
    interval_seconds: ArrayLike = 1800.0
    patience_seconds: ArrayLike = math.inf

    def __post_init__(self) -> None:
        calls = checked("calls", values=self.calls, least=0.0)
        if calls.ndim == 0 or calls.shape[0] == 0:
            raise BadFigureError("calls needs a first axis that counts the paths, with at least one of them.")
        object.__setattr__(self, "calls", calls)
        handling = checked("handling_seconds", values=self.handling_seconds, least=0.0, above=True)
        object.__setattr__(self, "handling_seconds", np.broadcast_to(handling, calls.shape))

    @classmethod
    def from_quantiles(
        cls,
        levels: ArrayLike,
        *,
        calls: ArrayLike,
        handling_seconds: ArrayLike,
        interval_seconds: ArrayLike = 1800.0,
        patience_seconds: ArrayLike = math.inf,
        paths: int = 200,
    ) -> DemandPaths:
        """Paths with the given quantiles in every interval: ``calls[i]`` are the quantiles at ``levels[i]``.

        Levels rise within (0, 1); between them the quantile is interpolated, beyond them held. All intervals
        of a path stand at the same level: right for each interval by itself, and for sums only if days are
        good or bad as a whole.
        """
        shares = checked("levels", values=levels, least=0.0, most=1.0, above=True, below=True)
        figures = checked("calls", values=calls, least=0.0)
        if shares.ndim != 1 or np.any(np.diff(shares) <= 0.0) or figures.shape[:1] != shares.shape:
            raise BadFigureError("levels must rise, one for each row of calls.")
        if np.any(np.diff(figures, axis=0) < 0.0):
            raise BadFigureError("The quantiles of calls fall where the levels rise.")
        middle = (np.arange(paths) + 0.5) / paths
        flat = figures.reshape(shares.size, -1)
        drawn = np.stack([np.interp(middle, shares, column) for column in flat.T], axis=1)
        return cls(
            calls=drawn.reshape(paths, *figures.shape[1:]),
            handling_seconds=handling_seconds,
            interval_seconds=interval_seconds,
            patience_seconds=patience_seconds,
        )

    @property
    def count(self) -> int:
        """Number of paths."""
        return int(cast(Figures, self.calls).shape[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the intervals."""
        return cast(Figures, self.calls).shape[1:]

    @property
    def traffic(self) -> Traffic:
        """All paths as one traffic; its first axis counts the paths."""
        return Traffic(
            calls=self.calls,
            interval_seconds=self.interval_seconds,
            handling_seconds=self.handling_seconds,
            patience_seconds=self.patience_seconds,
        )
