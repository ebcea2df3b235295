"""A forecast: expected arrivals by interval, and sample paths that every sum and quantile is taken from."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .backtest import NAIVE, Score
from .calendar import Counts, Dates, Figures, Flags
from .errors import BadHorizonError
from .examination import Finding
from .noise import DayNoise


class Per(enum.Enum):
    """What figures are for."""

    INTERVAL = "interval"
    DAY = "day"
    MONTH = "month"
    TOTAL = "total"


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecast:
    """Arrivals to come on ``dates``.

    ``point`` (days, intervals) expected counts; ``paths`` (paths, days, intervals) equally likely whole counts, 0
    where closed. Sums over intervals, days, months and queues are sums of the paths, so all of them agree.
    ``method`` chosen, ``scores`` of all methods in the backtest, ``findings`` about the history.
    """

    queue: str
    channel: str
    dates: Dates
    start_minute: int
    interval_minutes: int
    open: Flags
    point: Figures
    paths: Counts
    method: str
    scores: tuple[Score, ...]
    findings: tuple[Finding, ...]
    noise: DayNoise | None = None

    def expected(self, per: Per = Per.INTERVAL) -> Figures:
        """Expected counts: (days, intervals), (days,), (months,) or (1,)."""
        return self._summed(self.point[None], per)[0]

    def sampled(self, per: Per = Per.INTERVAL) -> Figures:
        """Sample paths (paths, ...) summed as ``expected`` is."""
        return self._summed(self.paths.astype(np.float64), per)

    def quantiles(self, levels: ArrayLike, *, per: Per = Per.INTERVAL) -> Figures:
        """Quantiles (levels, ...) of the sums. Raises BadHorizonError for a level outside 0 to 1.

        Of n paths the k-th stands at k / (n + 1), so that few paths do not make intervals too narrow.
        """
        wanted = np.atleast_1d(np.asarray(levels, dtype=np.float64))
        if not ((wanted >= 0.0) & (wanted <= 1.0)).all():
            raise BadHorizonError(f"levels must lie between 0 and 1, not {wanted.tolist()}")
        return np.asarray(np.quantile(self.sampled(per), wanted, axis=0, method="weibull"))

    def interval(self, share: float = 0.8, *, per: Per = Per.INTERVAL) -> tuple[Figures, Figures]:
        """Lower and upper end of the central interval that holds ``share`` of the paths."""
        lower, upper = self.quantiles([0.5 - share / 2.0, 0.5 + share / 2.0], per=per)
        return lower, upper

    @property
    def months(self) -> Dates:
        """First days of the months, in the order of monthly figures."""
        return np.unique(self.dates.astype("datetime64[M]")).astype("datetime64[D]")

    def coarser(self, minutes: int) -> Forecast:
        """The same in longer intervals. Raises BadHorizonError unless a multiple."""
        factor, rest = divmod(minutes, self.interval_minutes)
        if rest or not factor:
            raise BadHorizonError(f"{minutes} minutes are no multiple of {self.interval_minutes}")
        starts = np.arange(0, self.point.shape[1], factor)
        return replace(
            self,
            interval_minutes=minutes,
            open=np.logical_or.reduceat(self.open, starts, axis=1),
            point=np.add.reduceat(self.point, starts, axis=1),
            paths=np.add.reduceat(self.paths, starts, axis=2),
            noise=None,
        )

    def explain(self) -> str:
        """The forecast in words: what was chosen, against the naive line, and what stood out in the history."""
        name = " ".join(part for part in (self.queue, self.channel) if part) or "the queue"
        low, high = self.interval(0.8, per=Per.TOTAL)
        lines = [
            f"{name}, {self.dates[0]} to {self.dates[-1]}: {self.point.sum():.0f} arrivals expected, "
            f"8 of 10 times between {low[0]:.0f} and {high[0]:.0f}.",
            f"Method: {self.method}.",
        ]
        lines += [
            f"  {score.method}{' (naive)' if score.method == NAIVE else ''}: {score.per_interval:.1%} off per interval, "
            f"{score.per_day:.1%} per day, one day ahead, {score.days} days"
            for score in self.scores
        ]
        lines += [
            f"{found.day} {found.kind.value}: {found.why}{', left out' if found.is_left_out else ''}." for found in self.findings
        ]
        return "\n".join(lines)

    def _summed(self, values: Figures, per: Per) -> Figures:
        if per is Per.INTERVAL:
            return values
        days = values.sum(axis=2)
        if per is Per.DAY:
            return np.asarray(days)
        if per is Per.TOTAL:
            return np.asarray(days.sum(axis=1, keepdims=True))
        _months, starts = np.unique(self.dates.astype("datetime64[M]"), return_index=True)
        return np.asarray(np.add.reduceat(days, starts, axis=1))


def total_of(forecasts: Sequence[Forecast], *, queue: str = "all", channel: str = "") -> Forecast:
    """The sum of several queues or channels over the same days; path n is the sum of their paths n.

    Raises BadHorizonError unless dates, intervals and paths agree.
    """
    if not forecasts:
        raise BadHorizonError("a total needs at least one forecast")
    first = forecasts[0]
    for other in forecasts[1:]:
        same = np.array_equal(first.dates, other.dates) and first.paths.shape == other.paths.shape
        if not same or (first.start_minute, first.interval_minutes) != (other.start_minute, other.interval_minutes):
            raise BadHorizonError(
                f"{other.queue or 'a forecast'} has other days, intervals or paths than {first.queue or 'the first'}"
            )
    return replace(
        first,
        queue=queue,
        channel=channel,
        open=np.logical_or.reduce([one.open for one in forecasts]),
        point=np.sum([one.point for one in forecasts], axis=0),
        paths=np.sum([one.paths for one in forecasts], axis=0),
        method=", ".join(dict.fromkeys(one.method for one in forecasts)),
        scores=(),
        findings=tuple(found for one in forecasts for found in one.findings),
        noise=None,
    )
