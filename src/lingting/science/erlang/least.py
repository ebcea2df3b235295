"""The inverse: the least number of agents that meets a target, for any number of intervals at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .birth_death import inverse_blocking
from .errors import BadFigureError, UnreachableTargetError, checked, refuse
from .performance import Customers, Performance, ServiceLevelVariant, performance
from .poisson import Figures
from .traffic import Traffic

Whole = NDArray[np.int64]
Positions = NDArray[np.intp]

MOST_AGENTS = 10_000_000
_HALVINGS = 40


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the agents must achieve; every figure named must hold, those left None are not looked at.

    Each is a number or an array that broadcasts with the traffic.
    ``service_level``       least share answered within ``within_seconds``, counted as ``variant``;
    ``mean_wait_seconds``   most mean wait over all calls with a line (the trade's ASA over offered calls);
    ``answer_speed_seconds`` most mean wait of the calls answered;
    ``waiting_probability``, ``abandonment``, ``blocking``, ``occupancy``  ceilings, as shares.
    """

    service_level: ArrayLike | None = None
    within_seconds: ArrayLike | None = None
    variant: ServiceLevelVariant = ServiceLevelVariant.ANSWERED_OF_OFFERED
    mean_wait_seconds: ArrayLike | None = None
    answer_speed_seconds: ArrayLike | None = None
    waiting_probability: ArrayLike | None = None
    abandonment: ArrayLike | None = None
    blocking: ArrayLike | None = None
    occupancy: ArrayLike | None = None

    def __post_init__(self) -> None:
        if (self.service_level is None) != (self.within_seconds is None):
            raise BadFigureError("service_level and within_seconds belong together; give both or neither.")
        given = [name for name in _CEILINGS if getattr(self, name) is not None]
        if self.service_level is None and not given:
            raise BadFigureError("The target names no figure; give a service level or a ceiling.")
        if self.service_level is not None and self.within_seconds is not None:
            level = checked("service_level", values=self.service_level, least=0.0, most=1.0, above=True)
            object.__setattr__(self, "service_level", level)
            object.__setattr__(self, "within_seconds", checked("within_seconds", values=self.within_seconds, least=0.0))
        for name in given:
            most = np.inf if name.endswith("_seconds") else 1.0
            object.__setattr__(self, name, checked(name, values=getattr(self, name), least=0.0, most=most, above=True))

    def is_met_by(self, figures: Performance) -> NDArray[np.bool_]:
        """True where every figure named holds; shape of ``figures``."""
        met = np.ones(figures.shape, dtype=np.bool_)
        if self.service_level is not None and self.within_seconds is not None:
            level = figures.service_level(self.within_seconds, variant=self.variant)
            met &= level >= np.asarray(self.service_level)
        for name, reading in _CEILINGS.items():
            ceiling = getattr(self, name)
            if ceiling is not None:
                met &= reading(figures) <= ceiling
        return met

    def broadcast(self, shape: tuple[int, ...]) -> Target:
        """The same target with every figure stretched to ``shape`` and made flat."""
        return self._each(lambda values: np.broadcast_to(values, shape).ravel())

    def selected(self, positions: Positions) -> Target:
        """A flat target's figures at ``positions``."""
        return self._each(lambda values: values[positions])

    def _each(self, change: Callable[[Figures], Figures]) -> Target:
        changed = {
            name: change(np.asarray(getattr(self, name)))
            for name in ("service_level", "within_seconds", *_CEILINGS)
            if getattr(self, name) is not None
        }
        return Target(variant=self.variant, **changed)


_CEILINGS: dict[str, Callable[[Performance], Figures]] = {
    "mean_wait_seconds": lambda figures: figures.mean_wait_seconds(),
    "answer_speed_seconds": lambda figures: figures.mean_wait_seconds(Customers.ANSWERED),
    "waiting_probability": lambda figures: figures.waiting_probability,
    "abandonment": lambda figures: figures.abandonment,
    "blocking": lambda figures: figures.blocking,
    "occupancy": lambda figures: figures.occupancy,
}


def least_agents(
    traffic: Traffic,
    *,
    target: Target,
    allow_idle: bool = False,
    most_agents: int = MOST_AGENTS,
) -> Whole:
    """Least whole number of agents that meets ``target`` in every interval; shape of traffic and target.

    An interval without calls needs 0 agents if ``allow_idle``, else raises EmptyIntervalError.
    Where no number up to ``most_agents`` (and the line limit) is enough: UnreachableTargetError.
    The answer meets the target and one agent less does not (or would let the queue grow for ever).
    """

    def figures(part: Traffic, agents: Figures) -> Performance:
        return performance(part, agents=agents)

    return least_meeting(
        traffic,
        target=target,
        figures=figures,
        lowest=_fewest_stable(traffic),
        highest=np.minimum(traffic.line_limit, float(most_agents)),
        allow_idle=allow_idle,
    )


def fractional_agents(traffic: Traffic, *, target: Target, allow_idle: bool = False) -> Figures:
    """The number of agents, not rounded up, at which ``target`` is just met; shape of traffic and target.

    By the continuous extension of the formulas, so that groups of queues can be rounded once instead of queue by
    queue. Lines must be unlimited (BadFigureError). Otherwise as ``least_agents``; agrees with it when rounded up.
    """
    refuse(np.isfinite(traffic.line_limit), reason="lines are limited, so agents are whole", error=BadFigureError)
    whole = np.asarray(least_agents(traffic, target=target, allow_idle=allow_idle), dtype=np.float64)
    shape = whole.shape
    busy = np.flatnonzero(whole.ravel() > 0.0)
    part = traffic.broadcast(shape).selected(busy)
    wanted = target.broadcast(shape).selected(busy)
    high = whole.ravel()[busy]
    endless = part.abandons_per_second == 0.0
    low = np.maximum(high - 1.0, np.where(endless, part.load, 0.0))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        possible = middle > np.where(endless, part.load, 0.0)
        met = possible & wanted.is_met_by(performance(part, agents=np.where(possible, middle, high)))
        low, high = np.where(met, low, middle), np.where(met, middle, high)
    agents = np.zeros(whole.size)
    agents[busy] = high
    return np.asarray(agents.reshape(shape)[()])


def least_lines(load: ArrayLike, *, blocking: ArrayLike, most_lines: int = MOST_AGENTS) -> Whole:
    """Least lines without a queue that turn away at most ``blocking`` of ``load`` erlangs (Erlang B)."""
    erlangs = checked("load", values=load, least=0.0, above=True)
    ceiling = checked("blocking", values=blocking, least=0.0, most=1.0, above=True)
    erlangs, ceiling = np.broadcast_arrays(erlangs, ceiling)
    flat, most = erlangs.ravel(), ceiling.ravel()

    def meets(lines: Figures, rows: Positions) -> NDArray[np.bool_]:
        return np.asarray(1.0 / inverse_blocking(flat[rows], agents=lines) <= most[rows])

    found = least_whole(
        meets,
        lowest=np.zeros_like(flat),
        guess=flat,
        step=np.sqrt(flat),
        highest=np.full_like(flat, most_lines),
    )
    return found.reshape(erlangs.shape)[()]


def least_meeting(
    traffic: Traffic,
    *,
    target: Target,
    figures: Callable[[Traffic, Figures], Performance],
    lowest: Figures,
    highest: Figures,
    allow_idle: bool = False,
    erlangs_per_agent: float = 1.0,
) -> Whole:
    """Least agents between ``lowest`` and ``highest`` for which ``figures(part, agents)`` meets ``target``.

    The search behind ``least_agents`` for any model whose target is easier with more agents.
    """
    shape = np.broadcast_shapes(traffic.shape, *_shapes(target))
    traffic = traffic.broadcast(shape)
    if not allow_idle:
        traffic.check_has_calls()
    flat_target = target.broadcast(shape)
    low, high = (np.broadcast_to(part, shape).ravel() for part in (lowest, highest))
    needed = np.zeros(traffic.load.size, dtype=np.int64)
    busy = np.flatnonzero(traffic.load.ravel() > 0.0)
    part, wanted = traffic.selected(busy), flat_target.selected(busy)

    def meets(agents: Figures, rows: Positions) -> NDArray[np.bool_]:
        return wanted.selected(rows).is_met_by(figures(part.selected(rows), agents))

    load = part.load / erlangs_per_agent
    needed[busy] = least_whole(
        meets,
        lowest=low[busy],
        guess=load + 0.5 * np.sqrt(load),
        step=0.5 * np.sqrt(load),
        highest=high[busy],
        positions=busy,
        shape=shape,
    )
    return needed.reshape(shape)[()]


def least_whole(
    meets: Callable[[Figures, Positions], NDArray[np.bool_]],
    *,
    lowest: Figures,
    guess: Figures,
    step: Figures,
    highest: Figures,
    positions: Positions | None = None,
    shape: tuple[int, ...] | None = None,
) -> Whole:
    """Least whole number from ``lowest`` to ``highest`` that ``meets``; flat arrays of one length.

    ``meets(numbers, rows)`` judges the rows still open and must stay true once true. Steps double from
    ``guess`` until the answer is enclosed, then the gap is halved. Raises UnreachableTargetError.
    """
    below = np.ceil(lowest) - 1.0
    above = np.full_like(below, np.inf)
    probe = np.clip(np.ceil(guess), below + 1.0, highest)
    stride = np.maximum(np.ceil(step), 1.0)
    rows = np.arange(below.size)
    _check_reachable(below, highest, positions, shape)
    while rows.size:
        enough = meets(probe[rows], rows)
        above[rows] = np.where(enough, probe[rows], above[rows])
        below[rows] = np.where(enough, below[rows], probe[rows])
        _check_reachable(below, highest, positions, shape)
        leap = np.where(enough, -stride[rows], stride[rows])
        enclosed = np.isfinite(above[rows]) & (below[rows] >= np.ceil(lowest)[rows])
        middle = np.floor(0.5 * (below[rows] + np.where(enclosed, above[rows], 0.0)))
        probe[rows] = np.where(enclosed, middle, _inside(probe[rows] + leap, below[rows], above[rows], highest[rows]))
        stride[rows] *= 2.0
        rows = rows[above[rows] - below[rows] > 1.0]
    return np.asarray(above, dtype=np.int64)


def _inside(probe: Figures, below: Figures, above: Figures, highest: Figures) -> Figures:
    return np.clip(probe, below + 1.0, np.minimum(above - 1.0, highest))


def _check_reachable(
    below: Figures,
    highest: Figures,
    positions: Positions | None,
    shape: tuple[int, ...] | None,
) -> None:
    """Raise UnreachableTargetError naming the intervals where even the highest number is not enough."""
    failed = below >= highest
    if not failed.any():
        return
    size = int(np.prod(shape)) if shape is not None else below.size
    everywhere = np.zeros(size, dtype=np.bool_)
    everywhere[np.flatnonzero(failed) if positions is None else positions[failed]] = True
    reason = f"even {float(highest[failed][0]):g} agents or lines do not meet the target"
    placed = everywhere.reshape(shape) if shape is not None else everywhere
    refuse(placed, reason=reason, error=UnreachableTargetError)


def _fewest_stable(traffic: Traffic) -> Figures:
    """The fewest agents with which the queue does not grow for ever."""
    endless = np.isinf(traffic.line_limit) & (traffic.abandons_per_second == 0.0)
    return np.where(endless, np.floor(traffic.load) + 1.0, 1.0)


def _shapes(target: Target) -> list[tuple[int, ...]]:
    names = ("service_level", "within_seconds", *_CEILINGS)
    return [np.shape(getattr(target, name)) for name in names if getattr(target, name) is not None]
