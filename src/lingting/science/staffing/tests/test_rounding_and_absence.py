"""Whole people per group, and the people behind those on contacts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from lingting.science.erlang import BadFigureError, Target, Traffic, fractional_agents, least_agents
from lingting.science.staffing import Basis, Cause, apportioned, people_with_absence, rounded_by_group


@settings(deadline=None)
@given(
    needed=arrays(np.float64, (5, 3), elements=some.floats(0.0, 40.0)),
    groups=some.lists(some.sampled_from(["north", "south", "night"]), min_size=5, max_size=5),
)
def test_groups_are_covered_and_never_take_more_than_rounding_each_queue(needed: np.ndarray, groups: list[str]) -> None:
    found = rounded_by_group(needed, groups=groups)
    assert (found.saved >= 0).all()
    for place, name in enumerate(found.groups):
        members = [queue for queue, group in enumerate(groups) if group == name]
        total = found.people_of_group[place]
        assert (total >= needed[members].sum(axis=0) - 1e-6).all()
        assert (total - 1 < needed[members].sum(axis=0)).all()
        assert (found.people[members].sum(axis=0) == total).all()
    assert (np.abs(found.people - needed) < 1 + 1e-6).all()


def test_six_small_queues_in_one_group_save_people() -> None:
    traffic = Traffic(calls=[8, 10, 12, 14, 9, 11], handling_seconds=180, patience_seconds=120)
    target = Target(service_level=0.8, within_seconds=20)
    found = rounded_by_group(fractional_agents(traffic, target=target), groups=["one"] * 6)
    each = least_agents(traffic, target=target)
    assert found.rounded_each[0] == each.sum()
    assert found.saved[0] >= 1


def test_shares_go_to_the_largest_remainders() -> None:
    assert apportioned([1.5, 2.3, 0.9], total=5).tolist() == [2, 2, 1]
    with pytest.raises(BadFigureError, match="total"):
        apportioned([1.5, 2.3], total=9)
    with pytest.raises(BadFigureError, match="one group for each queue"):
        rounded_by_group([1.0, 2.0], groups=["one"])


def test_absence_is_told_by_cause_and_adds_up() -> None:
    causes = [
        Cause(name="leave", share=0.10, basis=Basis.PAID_TIME),
        Cause(name="sickness", share=[0.03, 0.06], basis=Basis.PAID_TIME),
        Cause(name="breaks", share=0.08, basis=Basis.PRESENT_TIME),
    ]
    found = people_with_absence([70, 70], causes=causes)
    assert list(found.away) == ["leave", "sickness", "breaks"]
    assert found.people - sum(found.away.values()) == pytest.approx(found.present)
    assert (found.present >= 70 - 1e-9).all()
    assert (found.present - (1 - found.shrinkage) < 70).all()
    assert "leave 10.0%" in found.explain()


def test_without_causes_everyone_is_present() -> None:
    assert people_with_absence(12, causes=[]).people == 12


def test_a_cause_named_twice_or_out_of_range_is_refused() -> None:
    twice = [Cause(name="leave", share=0.1, basis=Basis.PAID_TIME)] * 2
    with pytest.raises(BadFigureError, match="same name"):
        people_with_absence(10, causes=twice)
    with pytest.raises(BadFigureError, match="shrinkage by training"):
        Cause(name="training", share=1.0, basis=Basis.PAID_TIME)
