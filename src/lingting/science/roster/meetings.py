"""Places training, coaching and meetings where they cost least: in working time, outside breaks, in slack."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .descent import Descent
from .model import DAY_MINUTES, Ints, Meeting, Problem
from .plan import Plan

_LOOKED_AT = 25
_GRID = 15


def with_meetings(problem: Problem, plan: Plan) -> Plan:
    """The plan with every meeting that has a place and costs less there than left out, dearest first."""
    if not problem.meetings:
        return plan
    placed: list[tuple[str, int, int]] = []
    for meeting in sorted(problem.meetings, key=lambda meeting: (-meeting.price, meeting.name)):
        spot = _best_spot(problem, Plan(plan.shifts, plan.breaks, tuple(placed)), meeting)
        if spot is not None:
            placed.append((meeting.name, *spot))
    return Plan(plan.shifts, plan.breaks, tuple(placed))


def _best_spot(problem: Problem, plan: Plan, meeting: Meeting) -> tuple[int, int] | None:
    spots = list(_spots(problem, plan, meeting))
    if problem.demand is None or not spots:
        return spots[0] if spots else None
    descent = Descent(problem, seed=0)
    descent.load(plan)
    grid = problem.demand.interval_minutes
    slack = descent.floor.serving.spare.sum(axis=1) - descent.floor.serving.short.sum(axis=1)

    def span(spot: tuple[int, int]) -> Ints:
        first = spot[0] * DAY_MINUTES + spot[1]
        return np.arange(first // grid, -(-(first + meeting.minutes) // grid))

    spots.sort(key=lambda spot: (-int(slack[span(spot)].min()), spot))
    best, least = None, meeting.price
    for spot in spots[:_LOOKED_AT]:
        rise = _rise(descent, problem, meeting, span(spot))
        if rise < least:
            best, least = spot, rise
    return best


def _rise(descent: Descent, problem: Problem, meeting: Meeting, span: Ints) -> float:
    """What taking the people off the floor costs; the floor is left as found."""
    floor, before = descent.floor, descent.value
    present = np.zeros(floor.serving.work.shape[0], np.int64)
    present[span] = 1
    groups = [descent.crew[problem.person_index[name]].group for name in meeting.people]
    for group in groups:
        floor.move(group, present, sign=-1)
    rise = descent.value - before
    for group in groups:
        floor.move(group, present, sign=1)
    return rise


def _spots(problem: Problem, plan: Plan, meeting: Meeting) -> Iterator[tuple[int, int]]:
    """Days and starts at which everybody is at work and free."""
    grid = problem.demand.interval_minutes if problem.demand else _GRID
    for day in range(max(0, meeting.days[0]), min(problem.days - 1, meeting.days[1]) + 1):
        free = _free_minutes(problem, plan, meeting.people[0], day)
        for name in meeting.people[1:]:
            free = free & _free_minutes(problem, plan, name, day)
        run = np.r_[0, np.cumsum(free)]
        for start in range(0, len(free) - meeting.minutes + 1, grid):
            if run[start + meeting.minutes] - run[start] == meeting.minutes:
                yield day, start


def _free_minutes(problem: Problem, plan: Plan, name: str, day: int) -> Ints:
    """1 for each minute of the day (and of the night after) that the person works and is free."""
    number = problem.person_index[name]
    free = np.zeros(2 * DAY_MINUTES, np.int64)
    if plan.shifts[number, day] < 0:
        return free
    shift = problem.shifts[plan.shifts[number, day]]
    free[shift.start : shift.end] = 1
    if shift.gap:
        free[shift.start + shift.gap[0] : shift.start + sum(shift.gap)] = 0
    if plan.breaks is not None:
        for pause, at in zip(shift.breaks, plan.breaks[number, day], strict=False):
            free[shift.start + at : shift.start + at + pause.minutes] = 0
    minutes = {meeting.name: meeting for meeting in problem.meetings}
    for other, on, start in plan.meetings:
        if on == day and name in minutes[other].people:
            free[start : start + minutes[other].minutes] = 0
    return free
