"""Calls blended with back-office work that fills the agents' idle time.

Work that can be put down the moment a call comes costs the callers nothing: the agents' idle time is all
free. Work that must be finished first is started only while fewer than ``kept_busy`` agents are busy, so
that the rest stay ready for calls. With back-office pieces as long as a call, the busy agents never fall
below that threshold and the queue is an Erlang queue cut off below it: exact, and the best rule of its kind
(S. Bhulai & G. Koole, "A queueing model for call blending in call centers", IEEE Trans. Automatic Control
2003; here with abandonment).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .errors import BadFigureError, UnreachableTargetError, checked, refuse
from .least import Positions, Target, Whole, least_whole
from .performance import Performance, assembled, check_stable
from .poisson import Figures
from .queues import EndlessQueue, Rates
from .states import agent_side
from .traffic import Traffic


@dataclass(frozen=True)
class BlendedPerformance:
    """What callers meet, and the back-office work done beside.

    ``calls``           figures of the calls; their occupancy counts both kinds of work;
    ``filler_agents``   mean number of agents on back-office work (agent-hours per hour);
    ``filler_per_hour`` back-office pieces finished per hour (each as long as a call).
    """

    calls: Performance
    filler_agents: Figures
    filler_per_hour: Figures


def blended_performance(
    traffic: Traffic,
    *,
    agents: ArrayLike,
    kept_busy: ArrayLike,
    interruptible: bool = False,
) -> BlendedPerformance:
    """Figures when back-office work without end keeps ``kept_busy`` agents busy (whole, 0 to ``agents``).

    ``interruptible`` work is put down for every call: then all that counts is the idle time below the
    threshold. Raises BadFigureError, EmptyIntervalError, UnstableQueueError; line limits are not part of
    this model.
    """
    people = checked("agents", values=agents, least=1.0, whole=True)
    busy = checked("kept_busy", values=kept_busy, least=0.0, whole=True)
    shape = np.broadcast_shapes(traffic.shape, people.shape, busy.shape)
    traffic = traffic.broadcast(shape)
    people, busy = (np.array(np.broadcast_to(part, shape)) for part in (people, busy))
    refuse(busy > people, reason="kept_busy exceeds the agents", figures=busy, error=BadFigureError)
    refuse(np.isfinite(traffic.line_limit), reason="blending has no line limit", error=BadFigureError)
    traffic.check_has_calls()
    check_stable(traffic, agents=people)
    if interruptible:
        return _put_down_for_calls(traffic, people, busy)
    return _finished_first(traffic, people, busy)


def most_kept_busy(traffic: Traffic, *, agents: ArrayLike, target: Target) -> Whole:
    """Largest ``kept_busy`` with which the calls still meet ``target`` (back-office work not interruptible).

    The target should not hold an occupancy ceiling: that one is about filling, not about callers.
    Raises UnreachableTargetError where the calls miss the target even without back-office work.
    """
    people = checked("agents", values=agents, least=1.0, whole=True)
    shape = np.broadcast_shapes(traffic.shape, people.shape)
    traffic = traffic.broadcast(shape)
    count = np.array(np.broadcast_to(people, shape)).ravel()
    wanted = target.broadcast(shape)

    def misses(kept: Figures, rows: Positions) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        open_rows = kept <= count[rows]
        tried = blended_performance(traffic.selected(rows), agents=count[rows], kept_busy=np.minimum(kept, count[rows]))
        return np.asarray(~wanted.selected(rows).is_met_by(tried.calls) | ~open_rows)

    first_miss = least_whole(
        misses,
        lowest=np.zeros_like(count),
        guess=0.9 * count,
        step=0.1 * count,
        highest=count + 1.0,
    )
    short = (first_miss == 0).reshape(shape)
    refuse(short, reason="the calls miss the target even without back-office work", error=UnreachableTargetError)
    return (first_miss - 1).reshape(shape)[()]


def _finished_first(traffic: Traffic, people: Figures, busy: Figures) -> BlendedPerformance:
    sides = [
        agent_side(load, completions=np.arange(kept + 1.0, count + 1.0), lowest=int(kept))
        for load, count, kept in zip(traffic.load.ravel(), people.ravel(), busy.ravel(), strict=True)
    ]
    queue = _queue(traffic, people, np.array([side.head for side in sides]))
    none_waiting = 1.0 - queue.waiting_share + queue.full_share
    filler = busy.ravel() * none_waiting * np.array([side.shares[0] for side in sides])
    return _blended(traffic, people, queue, filler)


def _put_down_for_calls(traffic: Traffic, people: Figures, busy: Figures) -> BlendedPerformance:
    sides = [
        agent_side(load, completions=np.arange(1.0, count + 1.0))
        for load, count in zip(traffic.load.ravel(), people.ravel(), strict=True)
    ]
    queue = _queue(traffic, people, np.array([side.head for side in sides]))
    none_waiting = 1.0 - queue.waiting_share + queue.full_share
    spare = [
        float(np.dot(side.shares, np.maximum(kept - np.arange(side.shares.size), 0.0)))
        for side, kept in zip(sides, busy.ravel(), strict=True)
    ]
    return _blended(traffic, people, queue, none_waiting * np.array(spare))


def _queue(traffic: Traffic, people: Figures, head: Figures) -> EndlessQueue:
    rates = Rates(
        arrivals=traffic.arrivals_per_second.ravel(),
        answers=(people * traffic.answers_per_second).ravel(),
        abandons=traffic.abandons_per_second.ravel(),
    )
    return EndlessQueue(rates, head)


def _blended(traffic: Traffic, people: Figures, queue: EndlessQueue, filler: Figures) -> BlendedPerformance:
    in_use = traffic.load.ravel() * (1.0 - queue.abandoned_share) + filler
    per_hour = 3600.0 * filler * traffic.answers_per_second.ravel()
    return BlendedPerformance(
        calls=assembled(traffic, agents=people, queue=queue, in_use=in_use),
        filler_agents=filler.reshape(traffic.shape)[()],
        filler_per_hour=per_hour.reshape(traffic.shape)[()],
    )
