"""People by skill group: proved against exact formulas where there are some, and by simulation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lingting.science.erlang import BadFigureError, Target, Traffic, UnreachableTargetError, least_agents, performance
from lingting.science.staffing import (
    Levels,
    SkillGroup,
    SkillQueue,
    fluid_cost,
    required_people,
    simulated_levels,
)

TARGET = Target(service_level=0.8, within_seconds=20)


def queue_of(name: str, calls: float, *, handling: float = 180.0) -> SkillQueue:
    return SkillQueue(
        name=name,
        calls=calls,
        handling_seconds=handling,
        service_level=0.8,
        within_seconds=20,
        patience_seconds=120,
    )


def apart(queues: list[SkillQueue]):
    """Each group serves the queue of the same place and no other: Erlang A queue by queue."""

    def evaluate(people: tuple[int, ...]) -> Levels:
        levels = [
            float(performance(queue.traffic, agents=count).service_level(20)) for queue, count in zip(queues, people, strict=True)
        ]
        return Levels(tuple(levels), (0.0,) * len(levels))

    return evaluate


def pooled(queues: list[SkillQueue]):
    """Everybody serves every queue, first come first served: one Erlang A queue."""
    calls = sum(queue.calls for queue in queues)
    together = Traffic(calls=calls, handling_seconds=180, patience_seconds=120)

    def evaluate(people: tuple[int, ...]) -> Levels:
        level = float(performance(together, agents=sum(people)).service_level(20))
        return Levels((level,) * len(queues), (0.0,) * len(queues))

    return evaluate


@settings(max_examples=25, deadline=None)
@given(calls=some.lists(some.floats(5, 400), min_size=1, max_size=4))
def test_groups_of_one_skill_come_to_each_queue_s_own_requirement(calls: list[float]) -> None:
    queues = [queue_of(f"q{place}", volume) for place, volume in enumerate(calls)]
    groups = [SkillGroup(name=f"g{place}", queues={queue.name: 1}) for place, queue in enumerate(queues)]
    found = required_people(queues, groups=groups, evaluate=apart(queues))
    assert list(found.people) == [queue.alone() for queue in queues]
    assert found.pooling_gain == pytest.approx(0.0)
    assert found.is_feasible()


@settings(max_examples=25, deadline=None)
@given(calls=some.lists(some.floats(5, 300), min_size=2, max_size=4))
def test_people_who_can_do_everything_come_to_the_pooled_requirement(calls: list[float]) -> None:
    queues = [queue_of(f"q{place}", volume) for place, volume in enumerate(calls)]
    everyone = SkillGroup(name="all", queues={queue.name: 1 for queue in queues})
    found = required_people(queues, groups=[everyone], evaluate=pooled(queues))
    together = Traffic(calls=sum(calls), handling_seconds=180, patience_seconds=120)
    assert found.people == (int(least_agents(together, target=TARGET)),)
    assert found.pooling_gain >= 0
    assert found.cost >= found.fluid_cost - 1e-9
    assert all(level < 0.8 for level in found.one_less["all"].service_level)


def test_a_person_of_two_skills_is_not_counted_twice() -> None:
    """Ten erlangs in each of two queues and only people who can do both: twenty agents of work, not ten."""
    queues = [
        SkillQueue(name=name, calls=100, handling_seconds=180, service_level=0.8, within_seconds=20) for name in ("sales", "care")
    ]
    both = SkillGroup(name="both", queues={"sales": 1, "care": 1})
    sales = SkillGroup(name="sales", queues={"sales": 1}, cost=0.5)
    assert fluid_cost(queues, groups=[both]) == pytest.approx(20.0)
    assert fluid_cost(queues, groups=[both, sales]) == pytest.approx(15.0)


def test_a_queue_nobody_serves_or_without_calls_is_refused() -> None:
    queues = [queue_of("sales", 50), queue_of("care", 50)]
    groups = [SkillGroup(name="sales", queues={"sales": 1})]
    with pytest.raises(BadFigureError, match="No group serves queue care"):
        required_people(queues, groups=groups, evaluate=apart(queues))
    with pytest.raises(BadFigureError, match="No group serves"):
        fluid_cost(queues, groups=groups)
    with pytest.raises(BadFigureError, match="Queue chat has no calls"):
        queue_of("chat", 0)


def test_the_search_says_when_it_found_nothing() -> None:
    queues = [queue_of("sales", 50)]
    groups = [SkillGroup(name="sales", queues={"sales": 1})]

    def hopeless(people: tuple[int, ...]) -> Levels:
        return Levels((0.1,), (0.0,))

    with pytest.raises(UnreachableTargetError, match="None of 12 plans"):
        required_people(queues, groups=groups, evaluate=hopeless, most_judged=12)


def check_by_simulation(loads: tuple[float, float], *, seed: int) -> None:
    """The answer keeps its promises in the simulator, one person less in any group does not; pooling does not lose."""
    queues = [queue_of("sales", loads[0] * 10), queue_of("care", loads[1] * 7.5, handling=240.0)]
    groups = [
        SkillGroup(name="sellers", queues={"sales": 1}),
        SkillGroup(name="carers", queues={"care": 1}),
        SkillGroup(name="both", queues={"sales": 1, "care": 1}, cost=1.05),
    ]
    judge = simulated_levels(queues, groups=groups, seed=seed, hours=20, runs=4)
    found = required_people(queues, groups=groups, evaluate=judge)

    again = simulated_levels(queues, groups=groups, seed=seed, hours=20, runs=4)
    assert found.is_feasible()
    assert again(found.people) == found.levels
    staffed = [place for place, count in enumerate(found.people) if count]
    for place in staffed:
        less = tuple(count - (other == place) for other, count in enumerate(found.people))
        reachable = less[2] > 0 or min(less[:2]) > 0
        if reachable:
            assert any(level < 0.8 for level in again(less).service_level)
    assert found.fluid_cost <= found.cost <= found.alone_cost + 1


def test_the_answer_meets_the_promises_in_the_simulator_and_one_less_does_not() -> None:
    check_by_simulation((1.0, 1.0), seed=11)


@pytest.mark.slow
@pytest.mark.parametrize("loads", [(2.0, 3.0), (4.0, 4.0), (1.5, 6.0), (8.0, 3.0)])
def test_a_grid_of_centres_holds_in_the_simulator(loads: tuple[float, float]) -> None:
    check_by_simulation(loads, seed=23)
