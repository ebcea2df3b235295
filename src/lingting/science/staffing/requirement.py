"""From demand as a distribution to the people who meet the target with a stated probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingting.science.erlang import Target, least_agents, performance
from lingting.science.erlang.errors import checked
from lingting.science.erlang.poisson import Figures

from .demand import DemandPaths

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Requirement:
    """Agents per interval, and how sure the target is with them; every array has the shape of the intervals.

    ``agents``             least agents with which the target is met on at least ``asked_share`` of the paths;
    ``met_share``          share of the paths on which these agents meet it;
    ``met_share_one_less`` the same with one agent less (below ``asked_share`` by construction);
    ``agents_of_mean``     what the mean of the paths alone would ask for: the price of certainty is the
    difference.
    """

    agents: Whole
    asked_share: Figures
    met_share: Figures
    met_share_one_less: Figures
    agents_of_mean: Whole

    def is_feasible(self) -> bool:
        """True if every interval meets the target as surely as asked."""
        return bool(np.all(self.met_share >= self.asked_share))

    def explain(self) -> str:
        """One sentence per interval."""
        columns = (self.agents, self.met_share, self.met_share_one_less, self.agents_of_mean)
        rows = zip(*(np.ravel(column) for column in columns), strict=True)
        return "\n".join(
            f"interval {place}: {agents} agents meet the target on {met:.1%} of the paths, one less on {less:.1%};"
            f" the mean demand alone would ask for {mean}."
            for place, (agents, met, less, mean) in enumerate(rows)
        )


@dataclass(frozen=True)
class Outlook:
    """What given agents achieve over the paths.

    ``met_share``        per interval: share of the paths on which the target is met;
    ``service_level``    per interval: share of calls answered in time, over all paths;
    ``period_levels``    per path: share of the calls of all intervals answered in time (one number a path);
    ``period_met_share`` share of the paths on which this reaches the target's level.
    """

    met_share: Figures
    service_level: Figures
    period_levels: Figures
    period_met_share: float


def required_agents(demand: DemandPaths, *, target: Target, met_share: ArrayLike) -> Requirement:
    """Least agents per interval so that P(``target`` is met) >= ``met_share`` (0 < share <= 1, broadcasts).

    Each path gets its own least agents; the answer is the least number that covers the share of paths asked
    for, which is exact for the paths given. A path without calls in an interval needs nobody there. Raises as
    ``least_agents`` does.
    """
    asked = checked("met_share", values=met_share, least=0.0, most=1.0, above=True)
    each = np.asarray(least_agents(demand.traffic, target=target, allow_idle=True))
    shape = each.shape[1:]
    ordered = np.sort(each, axis=0)
    paths = each.shape[0]
    wanted = np.broadcast_to(_paths_to_meet(asked, paths) - 1, shape)[None, ...]
    agents = np.take_along_axis(ordered, wanted, axis=0)[0]
    return Requirement(
        agents=agents,
        asked_share=np.broadcast_to(asked, shape),
        met_share=np.asarray(np.mean(each <= agents, axis=0)),
        met_share_one_less=np.asarray(np.mean(each <= agents - 1, axis=0)),
        agents_of_mean=_agents_of_mean(demand, target),
    )


def outlook(demand: DemandPaths, *, agents: ArrayLike, target: Target) -> Outlook:
    """What ``agents`` (whole, >= 0, broadcast with the intervals) achieve over the paths of ``demand``.

    Where the load reaches the agents and nobody gives up, nobody is answered in time on that path; the same
    holds for calls without an agent. ``target`` needs a service level.
    """
    if target.service_level is None or target.within_seconds is None:
        raise ValueError("An outlook needs a target with a service level.")
    people = checked("agents", values=agents, least=0.0, whole=True)
    traffic = demand.traffic
    everyone = np.broadcast_to(people, traffic.shape).ravel()
    level = np.zeros(traffic.load.size)
    endless = traffic.abandons_per_second.ravel() == 0.0
    idle = traffic.load.ravel() == 0.0
    open_rows = np.flatnonzero(~idle & (everyone > np.where(endless, traffic.load.ravel(), 0.0)))
    met = idle.copy()
    wanted = target.broadcast(traffic.shape).selected(open_rows)
    if open_rows.size and wanted.within_seconds is not None:
        figures = performance(traffic.selected(open_rows), agents=everyone[open_rows])
        level[open_rows] = figures.service_level(wanted.within_seconds, variant=target.variant)
        met[open_rows] = wanted.is_met_by(figures)
    return _summed(demand, level.reshape(traffic.shape), met.reshape(traffic.shape), target)


def _paths_to_meet(asked: Figures, paths: int) -> Whole:
    """Least k with k / paths >= asked, whatever the rounding of their product."""
    near = np.clip(np.ceil(asked * paths), 1, paths)
    near = np.where((near - 1.0) / paths >= asked, near - 1.0, near)
    near = np.where(near / paths < asked, near + 1.0, near)
    return np.asarray(np.clip(near, 1, paths), dtype=np.int64)


def _summed(demand: DemandPaths, level: Figures, met: NDArray[np.bool_], target: Target) -> Outlook:
    calls = cast(Figures, demand.calls)
    in_time = calls * level
    rows = calls.reshape(demand.count, -1).sum(axis=1)
    period = _ratio(in_time.reshape(demand.count, -1).sum(axis=1), rows)
    asked = float(np.max(np.asarray(target.service_level)))
    return Outlook(
        met_share=np.asarray(met.mean(axis=0)),
        service_level=_ratio(in_time.sum(axis=0), calls.sum(axis=0)),
        period_levels=period,
        period_met_share=float(np.mean(period >= asked)),
    )


def _ratio(part: Figures, whole: Figures) -> Figures:
    """``part / whole``; 1 where there were no calls, for none was late."""
    return np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), 1.0)


def _agents_of_mean(demand: DemandPaths, target: Target) -> Whole:
    calls = cast(Figures, demand.calls)
    work = (calls * cast(Figures, demand.handling_seconds)).sum(axis=0)
    handling = np.where(work > 0.0, work / np.where(work > 0.0, calls.sum(axis=0), 1.0), 1.0)
    mean = DemandPaths(
        calls=calls.mean(axis=0)[None, ...],
        handling_seconds=handling[None, ...],
        interval_seconds=demand.interval_seconds,
        patience_seconds=demand.patience_seconds,
    )
    needed = least_agents(mean.traffic, target=target, allow_idle=True)
    return np.asarray(np.asarray(needed)[0])
