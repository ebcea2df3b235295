"""People month by month on every path: who starts, learns, leaves; nobody appears or vanishes otherwise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lingting.science.capacity.errors import Figures, Whole
from lingting.science.capacity.terms import WEEKS_A_MONTH, Group, Hiring


@dataclass(frozen=True)
class Classes:
    """What is planned for one group: `people` who start and `classes` they form, by month."""

    people: Whole
    classes: Whole

    @classmethod
    def none(cls, months: int) -> "Classes":
        """No hiring."""
        return cls(np.zeros(months, np.int64), np.zeros(months, np.int64))

    def sizes(self, month: int) -> list[int]:
        """People of each class that starts in the month, as even as can be."""
        count, people = int(self.classes[month]), int(self.people[month])
        return [people // count + (place < people % count) for place in range(count)] if people else []


@dataclass(frozen=True)
class Played:
    """What became of a group on each path, [paths, months].

    headcount: on the payroll, trainees included. productive: what they are worth in experienced people, mentors'
    time taken off. starts, leavers: in the month (leavers at its end). late: classes that started late, by the
    month they were planned for.
    """

    headcount: Whole
    productive: Figures
    starts: Whole
    leavers: Whole
    late: Whole


def play(group: Group, *, classes: Classes, paths: int, seed: int) -> Played:
    """Chance on every path: each class may be late, each person may leave (binomial by tenure)."""
    rng = np.random.default_rng(seed)
    months = group.paths.shape[1]
    tracked = tracked_months(group)
    worth, leave = group.hiring.worth(tracked), group.hiring.chance_to_leave(tracked)
    starts, late = _starts(group.hiring, classes, rng, paths=paths, months=months)
    state = np.tile(tenure_counts(group, tracked), (paths, 1))
    headcount, leavers = np.zeros((paths, months), np.int64), np.zeros((paths, months), np.int64)
    productive = np.zeros((paths, months))
    for month in range(months):
        state[:, 0] += starts[:, month]
        headcount[:, month] = state.sum(axis=1)
        productive[:, month] = state @ worth
        gone = _binomial(rng, state, leave)
        leavers[:, month] = gone.sum(axis=1)
        state -= gone
        state[:, -1] += state[:, -2]
        state[:, 1:-1] = state[:, :-2].copy()
        state[:, 0] = 0
    return Played(headcount, productive, starts, leavers, late)


def tracked_months(group: Group) -> int:
    """Tenures told apart: past the last, nothing changes any more."""
    hiring = group.hiring
    settled = hiring.training_months + max(hiring.ramp.full_after_months, hiring.mentor_months + 1)
    return int(max(hiring.leaving.from_months[-1], np.ceil(settled))) + 2


def tenure_counts(group: Group, tracked: int) -> Whole:
    """People there today by month of tenure, [tracked]."""
    places = np.minimum(np.asarray(group.tenures, dtype=np.float64).astype(np.int64), tracked - 1)
    return np.bincount(places, minlength=tracked)


def weeks_left(hiring: Hiring, month: int) -> float:
    """Weeks from the requisition of a class to its planned first day."""
    return min(month * WEEKS_A_MONTH, hiring.lead.within(1.0 - hiring.most_late_share))


def _starts(hiring: Hiring, classes: Classes, rng: np.random.Generator, *, paths: int, months: int) -> tuple[Whole, Whole]:
    starts, late = np.zeros((paths, months), np.int64), np.zeros((paths, months), np.int64)
    for month in np.flatnonzero(classes.people).tolist():
        chances = hiring.lead.delays(weeks_left(hiring, month))
        for size in classes.sizes(month):
            delay = rng.choice(len(chances), size=paths, p=chances / chances.sum())
            begun = month + delay
            inside = np.flatnonzero(begun < months)
            starts[inside, begun[inside]] += size
            late[:, month] += delay > 0
    return starts, late


def _binomial(rng: np.random.Generator, state: Whole, leave: Figures) -> Whole:
    """Leavers by cell; empty cells draw nothing."""
    gone = np.zeros_like(state)
    filled: tuple[NDArray[np.intp], ...] = np.nonzero(state)
    gone[filled] = rng.binomial(state[filled], leave[filled[1]])
    return gone
