"""Contacts a month to the productive people they need."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lingting.science.capacity.errors import CapacityError, Figures, checked_figures
from lingting.science.erlang import Target, Traffic, least_agents

_LEVELS = 40
_LIGHTEST = 0.02


@dataclass(frozen=True, kw_only=True)
class Workload:
    """How a month's contacts fall into intervals, and what answering them takes.

    day_shape:         weight of each interval of an ordinary day, [intervals], or of each day of the week,
                       [days, intervals]; only proportions count, 0 = closed.
    days_a_month:      days of opening a month (30.4 if open every day).
    handling_seconds:  by an experienced person. target: what must be met in every interval.
    productive_hours:  hours a month that one person on the payroll is there and ready for contacts: paid hours
                       less leave, sickness, training, breaks.
    interval_seconds, patience_seconds: as in `erlang.Traffic`.
    """

    day_shape: ArrayLike
    handling_seconds: float
    target: Target
    productive_hours: float
    days_a_month: float = 30.4
    interval_seconds: float = 1800.0
    patience_seconds: float = float("inf")

    def __post_init__(self) -> None:
        shape = np.atleast_2d(checked_figures("day_shape", values=self.day_shape))
        if shape.ndim != 2 or not shape.sum() > 0:
            raise CapacityError("day_shape needs at least one interval with a weight above 0.")
        object.__setattr__(self, "day_shape", shape)
        for name in ("handling_seconds", "productive_hours", "days_a_month", "interval_seconds"):
            checked_figures(name, values=getattr(self, name), least=1e-9)

    def people(self, contacts: ArrayLike, *, handling_factor: ArrayLike = 1.0) -> Figures:
        """Productive people for `contacts` a month, any shape.

        handling_factor: change of the handling time, broadcast (0.98 = 2 % shorter); it is counted as so much
        less traffic. Between 40 levels of traffic, evenly apart in logarithm, the need is a straight line: within
        0.3 % of solving each month by itself where the centre has ten or more on duty.
        """
        asked = checked_figures("contacts", values=contacts) * checked_figures("handling_factor", values=handling_factor)
        most = float(asked.max(initial=0.0))
        if most <= 0.0:
            return np.zeros(asked.shape)
        lightest = max(float(asked[asked > 0].min()) * 0.999, most * _LIGHTEST)
        levels = np.concatenate(([0.0], np.geomspace(min(lightest, most * 0.999), most, _LEVELS)))
        need = np.concatenate(([0.0], self._exact(levels[1:])))
        return np.asarray(np.interp(asked, levels, need))

    def peak_agents(self, contacts: ArrayLike) -> Figures:
        """Most agents at their desks at once, any shape: what seats are needed for."""
        asked = checked_figures("contacts", values=contacts)
        return np.asarray(self._agents(asked.ravel()).max(axis=(1, 2)).reshape(asked.shape), dtype=np.float64)

    def _exact(self, contacts: Figures) -> Figures:
        agents = self._agents(contacts)
        days = np.asarray(self.day_shape).shape[0]
        hours = agents.sum(axis=(1, 2)) * (self.interval_seconds / 3600.0) * (self.days_a_month / days)
        return np.asarray(hours / self.productive_hours, dtype=np.float64)

    def _agents(self, contacts: Figures) -> Figures:
        shape = np.asarray(self.day_shape)
        share = shape / shape.sum() * (shape.shape[0] / self.days_a_month)
        traffic = Traffic(
            calls=contacts[:, None, None] * share,
            handling_seconds=self.handling_seconds,
            interval_seconds=self.interval_seconds,
            patience_seconds=self.patience_seconds,
        )
        return np.asarray(least_agents(traffic, target=self.target, allow_idle=True), dtype=np.float64)
