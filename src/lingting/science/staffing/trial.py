"""Judging people by skill group with the simulator, under the routing rule that runs live."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lingting.science.simulate import (
    NEVER_GIVES_UP,
    Contact,
    Duration,
    Exponential,
    Figure,
    Person,
    PoissonArrivals,
    Scenario,
    simulate,
    team,
)

from .skills import Evaluate, Levels, People, SkillGroup, SkillQueue


def simulated_levels(
    queues: Sequence[SkillQueue],
    *,
    groups: Sequence[SkillGroup],
    seed: int,
    hours: int = 24,
    runs: int = 6,
    handling: Sequence[Duration] | None = None,
    confidence: float = 0.95,
) -> Evaluate:
    """An evaluator for ``required_people``: the interval's traffic held steady for ``hours``, ``runs`` times.

    The first hour fills the empty centre and is not counted. Arrivals are Poisson, handling exponential
    unless
    ``handling`` gives a distribution per queue, patience exponential. One seed, so that every plan meets the
    same customers. Groups take queues in their order of preference; ``priority`` of a queue ranks who waits.
    """
    contacts = tuple(
        _contact(queue, hours, handling[place] if handling else Exponential(queue.handling_seconds))
        for place, queue in enumerate(queues)
    )
    thresholds = tuple(dict.fromkeys(queue.within_seconds for queue in queues))

    def evaluate(people: People) -> Levels:
        scenario = Scenario(
            contacts=contacts,
            people=_floor(groups, people),
            horizon_seconds=3600.0 * (hours + 1),
            interval_seconds=3600.0,
        )
        found = simulate(scenario, seed=seed, runs=runs, answer_within=thresholds)
        estimates = [
            found.figure(
                Figure.SERVICE_LEVEL,
                contacts=[queue.name],
                intervals=slice(1, None),
                within_seconds=queue.within_seconds,
                confidence=confidence,
            )
            for queue in queues
        ]
        return Levels(
            service_level=tuple(float(one.mean) for one in estimates),
            uncertainty=tuple(float(one.high - one.low) / 2.0 for one in estimates),
        )

    return evaluate


def _contact(queue: SkillQueue, hours: int, handling: Duration) -> Contact:
    hourly = queue.calls * 3600.0 / queue.interval_seconds
    patient = math.isinf(queue.patience_seconds)
    return Contact(
        name=queue.name,
        queue=queue.name,
        handling=handling,
        arrivals=PoissonArrivals(np.full(hours + 1, hourly), 3600.0),
        patience=NEVER_GIVES_UP if patient else Exponential(queue.patience_seconds),
        priority=queue.priority,
    )


def _floor(groups: Sequence[SkillGroup], people: People) -> tuple[Person, ...]:
    return tuple(
        person
        for group, count in zip(groups, people, strict=True)
        for person in team(count, queues=group.queues, prefix=group.name)
    )
