"""Work that may wait but not for ever: e-mail and cases with deadlines, by workload carried over.

Work is a fluid of agent-seconds that can be split and put down; what is due first is done first. Then a plan
is feasible exactly if in every window of intervals the work that comes in it and is due in it fits into the
time worked in it (the earliest-deadline condition; M. Dertouzos 1974, in demand-bound form S. Baruah et al.
1990). The smoothest plan is the one of F. Yao, A. Demers & S. Shenker, "A scheduling model for reduced CPU
energy", 1995: the densest window sets its level, then the next one.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingting.science.erlang import BadFigureError, UnreachableTargetError
from lingting.science.erlang.errors import checked
from lingting.science.erlang.poisson import Figures

Whole = NDArray[np.int64]

_SLACK = 1e-9


@dataclass(frozen=True, kw_only=True)
class WorkDue:
    """Lots of work over a row of equal intervals.

    ``seconds``   agent-seconds of each lot, >= 0 (items times handling time);
    ``from_interval``  first interval in which the lot can be worked on, 0 <= f < intervals;
    ``by_interval``    last interval at whose end it must be done, >= from_interval; a lot due at
    ``intervals`` or
                       later may be left at the end;
    ``intervals``, ``interval_seconds``  the row itself.
    Raises BadFigureError naming the lot.
    """

    seconds: Figures
    from_interval: Whole
    by_interval: Whole
    intervals: int
    interval_seconds: float

    def __post_init__(self) -> None:
        work = np.atleast_1d(checked("seconds", values=self.seconds, least=0.0))
        most = float(self.intervals - 1)
        first = checked("from_interval", values=self.from_interval, least=0.0, most=most, whole=True)
        last = checked("by_interval", values=self.by_interval, least=0.0, whole=True)
        checked("interval_seconds", values=self.interval_seconds, least=0.0, above=True)
        work, first, last = np.broadcast_arrays(work, first, last)
        checked("by_interval less from_interval", values=last - first, least=0.0)
        object.__setattr__(self, "seconds", work)
        object.__setattr__(self, "from_interval", first.astype(np.int64))
        object.__setattr__(self, "by_interval", last.astype(np.int64))

    def __add__(self, other: WorkDue) -> WorkDue:
        """Both kinds of work over the same intervals, done by the same people."""
        if (self.intervals, self.interval_seconds) != (other.intervals, other.interval_seconds):
            raise BadFigureError("The two kinds of work stand over different intervals.")
        return WorkDue(
            seconds=np.concatenate([self.seconds, other.seconds]),
            from_interval=np.concatenate([self.from_interval, other.from_interval]),
            by_interval=np.concatenate([self.by_interval, other.by_interval]),
            intervals=self.intervals,
            interval_seconds=self.interval_seconds,
        )

    def windows(self) -> Figures:
        """Work that comes and is due within intervals ``first`` to ``last``, as a square ``[first, last]``."""
        size = self.intervals
        lots = np.zeros((size, size))
        inside = self.by_interval < size
        np.add.at(lots, (self.from_interval[inside], self.by_interval[inside]), self.seconds[inside])
        return np.asarray(np.cumsum(np.cumsum(lots[::-1], axis=0)[::-1], axis=1))


@dataclass(frozen=True)
class Window:
    """Intervals ``first`` to ``last`` with the work that must be done in them and the time there is for it."""

    first: int
    last: int
    work_seconds: float
    time_seconds: float

    @property
    def missing_seconds(self) -> float:
        """Agent-seconds that do not fit; negative is slack."""
        return self.work_seconds - self.time_seconds


@dataclass(frozen=True)
class BacklogPlan:
    """What becomes of the work with given agents, done in order of deadline.

    Per interval, agent-seconds: ``worked``; ``backlog`` left at its end; ``late`` due at its end and not
    done.
    ``tightest`` is the window with least slack: the proof that the plan holds, or why it cannot.
    """

    worked: Figures
    backlog: Figures
    late: Figures
    tightest: Window

    def is_feasible(self) -> bool:
        """True if everything due within the intervals is done in time (the window condition, exact)."""
        return self.tightest.missing_seconds <= _SLACK * max(1.0, self.tightest.work_seconds)

    def explain(self) -> str:
        """Whether it holds, and the window that decides."""
        window = self.tightest
        span = f"from interval {window.first} to {window.last}"
        need = f"{window.work_seconds / 3600:.1f} hours of work must be done in {window.time_seconds / 3600:.1f}"
        if self.is_feasible():
            return f"Every deadline holds; the tightest window is {span}, where {need}."
        return f"Deadlines fail {span}: {need}; {window.missing_seconds / 3600:.1f} hours are missing."


def work_due(
    items: ArrayLike,
    *,
    handling_seconds: ArrayLike,
    within_intervals: int,
    interval_seconds: float,
    is_counted: ArrayLike | None = None,
) -> WorkDue:
    """Work from ``items`` per interval (>= 0), to be done within ``within_intervals`` after they came.

    Items of an interval can be worked on from the next one (they come during theirs). ``is_counted`` marks
    the intervals that count for the deadline, for promises in working time; default all, for promises by the
    clock.
    """
    count = checked("items", values=items, least=0.0)
    handling = checked("handling_seconds", values=handling_seconds, least=0.0, above=True)
    checked("within_intervals", values=within_intervals, least=1.0, whole=True)
    size = count.shape[0]
    counted = np.ones(size, dtype=np.bool_) if is_counted is None else np.asarray(is_counted, dtype=np.bool_)
    if count.ndim != 1 or counted.shape != count.shape:
        raise BadFigureError("items and is_counted must be rows of one length, an entry for each interval.")
    came = np.arange(size)
    due = _due(counted, within_intervals)
    open_at_end = came + 1 < size
    work = np.broadcast_to(count * handling, (size,))
    return WorkDue(
        seconds=work[open_at_end],
        from_interval=(came + 1)[open_at_end],
        by_interval=np.maximum(due, came + 1)[open_at_end],
        intervals=size,
        interval_seconds=interval_seconds,
    )


def backlog_plan(work: WorkDue, *, agents: ArrayLike) -> BacklogPlan:
    """Work off ``work`` with ``agents`` per interval (>= 0, may be fractional), what is due first first."""
    people = checked("agents", values=agents, least=0.0)
    time = np.broadcast_to(people, (work.intervals,)) * work.interval_seconds
    worked, backlog, late = (np.zeros(work.intervals) for _ in range(3))
    order = np.argsort(work.from_interval, kind="stable")
    waiting: list[list[float]] = []
    upcoming = 0
    for interval in range(work.intervals):
        while upcoming < order.size and work.from_interval[order[upcoming]] == interval:
            lot = order[upcoming]
            heapq.heappush(waiting, [float(work.by_interval[lot]), float(work.seconds[lot])])
            upcoming += 1
        worked[interval] = _work_off(waiting, float(time[interval]))
        backlog[interval] = sum(lot[1] for lot in waiting)
        late[interval] = sum(lot[1] for lot in waiting if lot[0] == interval)
    return BacklogPlan(worked, backlog, late, _tightest(work, time))


def least_even_agents(work: WorkDue, *, open_intervals: ArrayLike | None = None, besides: ArrayLike = 0.0) -> int:
    """Least whole number of agents, the same in every open interval, that keeps every deadline.

    ``open_intervals`` are true where people work (default all); ``besides`` is agent time already there,
    such as idle time of call agents, in agents per interval. One agent less misses a deadline. Raises
    UnreachableTargetError naming the window that no number of agents can serve.
    """
    is_open = _open(work, open_intervals)
    there = np.broadcast_to(checked("besides", values=besides, least=0.0), is_open.shape) * work.interval_seconds
    missing = work.windows() - _sums(there)
    time = _sums(np.asarray(is_open * work.interval_seconds, dtype=np.float64))
    _check_servable(missing, time, work)
    needed = np.where(time > 0.0, missing / np.where(time > 0.0, time, 1.0), 0.0)
    return int(np.ceil(max(float(needed.max()), 0.0) * (1.0 - _SLACK)))


def smoothest_agents(work: WorkDue, *, open_intervals: ArrayLike | None = None) -> Figures:
    """Agents per interval (fractional) that keep every deadline as evenly as possible.

    No other plan has a lower peak, and among those none a lower second peak, and so on. Work left at the end
    without a deadline in the row is not planned. Raises UnreachableTargetError.
    """
    is_open = _open(work, open_intervals).astype(np.float64)
    agents = np.zeros(work.intervals)
    first, last, seconds = work.from_interval.copy(), work.by_interval.copy(), work.seconds.copy()
    while True:
        rest = WorkDue(
            seconds=seconds,
            from_interval=first,
            by_interval=last,
            intervals=work.intervals,
            interval_seconds=work.interval_seconds,
        )
        demand, time = rest.windows(), _sums(is_open * work.interval_seconds)
        _check_servable(demand, time, work)
        density = np.where(time > 0.0, demand / np.where(time > 0.0, time, 1.0), 0.0)
        top = float(density.max())
        if top <= 0.0:
            return agents
        start, end = (int(part) for part in np.unravel_index(int(np.argmax(density)), density.shape))
        level = slice(start, end + 1)
        agents[level] += top * is_open[level]
        is_open[level] = 0.0
        seconds = np.where((first >= start) & (last <= end), 0.0, seconds)


def fewest_agents(work: WorkDue, *, most: ArrayLike, open_intervals: ArrayLike | None = None) -> Whole:
    """Whole agents per interval, at most ``most``, that keep every deadline with the fewest agent-intervals.

    Built from left to right, each missing agent in the latest interval that still has room: exact, because
    the windows are stretches of intervals. People come as late as the deadlines let them. Raises
    UnreachableTargetError if ``most`` is not enough.
    """
    is_open = _open(work, open_intervals)
    limit = np.where(is_open, np.broadcast_to(checked("most", values=most, least=0.0, whole=True), is_open.shape), 0)
    wanted = np.ceil(work.windows() / work.interval_seconds - _SLACK)
    agents = np.zeros(work.intervals, dtype=np.int64)
    for last in range(work.intervals):
        placed = np.cumsum(agents[last::-1])[::-1]
        short = int(max(float((wanted[: last + 1, last] - placed).max()), 0.0))
        for interval in range(last, -1, -1):
            extra = min(short, int(limit[interval] - agents[interval]))
            agents[interval] += extra
            short -= extra
            if not short:
                break
        placed = np.cumsum(agents[last::-1])[::-1]
        failed = np.flatnonzero(wanted[: last + 1, last] > placed)
        if failed.size:
            raise UnreachableTargetError(_unservable(int(failed[-1]), last), intervals=((int(failed[-1]),), (last,)))
    return agents


def _work_off(waiting: list[list[float]], time: float) -> float:
    """Take ``time`` seconds off the lots, earliest deadline first; the seconds used."""
    left = time
    while waiting and left > 0.0:
        done = min(waiting[0][1], left)
        waiting[0][1] -= done
        left -= done
        if waiting[0][1] <= 0.0:
            heapq.heappop(waiting)
    return time - left


def _due(counted: NDArray[np.bool_], within: int) -> Whole:
    """Interval at whose end the promise for items of each interval ends; beyond the row if it ends later."""
    size = counted.size
    ends = np.concatenate([np.flatnonzero(counted), np.full(within, 2 * size, dtype=np.int64)])
    after = np.cumsum(counted)
    return np.asarray(ends[np.minimum(after + within - 1, ends.size - 1)], dtype=np.int64)


def _open(work: WorkDue, open_intervals: ArrayLike | None) -> NDArray[np.bool_]:
    if open_intervals is None:
        return np.ones(work.intervals, dtype=np.bool_)
    is_open = np.asarray(open_intervals, dtype=np.bool_)
    if is_open.shape != (work.intervals,):
        raise BadFigureError("open_intervals must have an entry for each interval.")
    return is_open


def _sums(values: Figures) -> Figures:
    """Sum of ``values`` from ``first`` to ``last``, as a square; 0 below the diagonal."""
    ends = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(np.maximum(ends[None, 1:] - ends[:-1, None], 0.0))


def _tightest(work: WorkDue, time: Figures) -> Window:
    demand, supply = work.windows(), _sums(time)
    missing = np.where(np.tri(work.intervals, k=-1, dtype=np.bool_), -np.inf, demand - supply)
    busy = np.where(demand > 0.0, missing, -np.inf)
    chosen = busy if np.isfinite(busy).any() else missing
    first, last = (int(part) for part in np.unravel_index(int(np.argmax(chosen)), chosen.shape))
    return Window(first, last, float(demand[first, last]), float(supply[first, last]))


def _check_servable(missing: Figures, time: Figures, work: WorkDue) -> None:
    """Raise UnreachableTargetError for work that is due in a window without open intervals."""
    stuck = np.argwhere((missing > _SLACK * work.interval_seconds) & (time <= 0.0))
    if stuck.size:
        first, last = (int(part) for part in stuck[0])
        raise UnreachableTargetError(_unservable(first, last), intervals=((first,), (last,)))


def _unservable(first: int, last: int) -> str:
    return f"Work that comes and is due between interval {first} and {last} does not fit into its open intervals."
