"""Chats, back-office filler, priority, retrials and shrinkage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lingting.science.erlang import (
    BadFigureError,
    Concurrency,
    Target,
    Traffic,
    UnreachableTargetError,
    blended_performance,
    chat_performance,
    combined_shrinkage,
    least_agents,
    least_chat_agents,
    least_priority_agents,
    most_kept_busy,
    performance,
    performance_with_retrials,
    present_agents,
    priority_performance,
    rostered_people,
)

from .birth_and_death import StateByState, centre

CHATS = Traffic(calls=60, handling_seconds=300, patience_seconds=200)
THREE = Concurrency((1.0, 1.2, 1.5))


def test_one_chat_at_a_time_is_a_call_queue() -> None:
    chats = chat_performance(CHATS, agents=[8, 12], concurrency=Concurrency((1.0,)))
    calls = performance(CHATS, agents=[8, 12])
    assert chats.waiting_probability == pytest.approx(calls.waiting_probability, rel=1e-11)
    assert chats.occupancy == pytest.approx(calls.occupancy, rel=1e-11)
    assert chats.service_level(20) == pytest.approx(calls.service_level(20), rel=1e-11)


def test_several_chats_at_once_agree_with_the_chain() -> None:
    speed = (0.0, 1.0, 2 / 1.2, 3 / 1.5, 0.0)
    rates = []
    for present in range(1, 150):
        each, more = divmod(min(present, 15), 5)
        working = (5 - more) * speed[each] + more * speed[each + 1]
        rates.append(working / 300 + max(present - 15, 0) / 200)
    chain = StateByState(60 / 1800, tuple(rates), agents=15)

    figures = chat_performance(CHATS, agents=5, concurrency=THREE)

    assert figures.waiting_probability == pytest.approx(chain.waiting, rel=1e-11)
    assert figures.queue_length == pytest.approx(chain.queue_length, rel=1e-11)
    assert figures.occupancy == pytest.approx(chain.busy / 15, rel=1e-11)


def test_least_chat_agents_meet_the_target_and_one_less_does_not() -> None:
    target = Target(service_level=0.9, within_seconds=30)
    needed = least_chat_agents(CHATS, concurrency=THREE, target=target)
    assert target.is_met_by(chat_performance(CHATS, agents=needed, concurrency=THREE))
    assert not target.is_met_by(chat_performance(CHATS, agents=needed - 1, concurrency=THREE))
    assert needed < least_agents(CHATS, target=target)


def test_a_concurrency_that_slows_the_agent_in_all_is_refused() -> None:
    with pytest.raises(BadFigureError, match="allow 2 at most"):
        Concurrency((1.0, 1.5, 3.0))


@settings(max_examples=25, deadline=None)
@given(agents=some.integers(1, 30), kept=some.integers(0, 30), load=some.floats(0.1, 1.6))
def test_filler_agrees_with_the_chain_cut_off_below_its_threshold(agents: int, kept: int, load: float) -> None:
    kept = min(kept, agents)
    traffic = Traffic(calls=load * agents * 10, handling_seconds=180, patience_seconds=150)
    chain = centre(
        arrivals=load * agents / 180, handling_seconds=180.0, patience_seconds=150.0, agents=agents,
        lines=agents + 150, lowest=kept,
    )  # fmt: skip

    blended = blended_performance(traffic, agents=agents, kept_busy=kept)

    assert blended.calls.waiting_probability == pytest.approx(chain.waiting, rel=1e-9)
    assert blended.filler_agents == pytest.approx(kept * chain.shares[kept], rel=1e-9)
    assert blended.calls.occupancy == pytest.approx(chain.busy / agents, rel=1e-9)


def test_work_that_can_be_put_down_fills_the_idle_time_and_costs_callers_nothing() -> None:
    plain = performance(CHATS, agents=15)
    blended = blended_performance(CHATS, agents=15, kept_busy=15, interruptible=True)
    assert blended.filler_agents == pytest.approx(15 * (1 - plain.occupancy), rel=1e-10)
    assert blended.calls.service_level(20) == pytest.approx(plain.service_level(20), rel=1e-10)
    assert blended.calls.occupancy == pytest.approx(1.0, rel=1e-10)


def test_most_kept_busy_is_the_last_threshold_that_spares_the_callers() -> None:
    target = Target(service_level=0.8, within_seconds=20)
    kept = most_kept_busy(CHATS, agents=[15, 18], target=target)
    assert target.is_met_by(blended_performance(CHATS, agents=[15, 18], kept_busy=kept).calls).all()
    assert not target.is_met_by(blended_performance(CHATS, agents=[15, 18], kept_busy=kept + 1).calls).any()
    with pytest.raises(UnreachableTargetError, match="even without back-office work"):
        most_kept_busy(CHATS, agents=8, target=target)


@settings(max_examples=25, deadline=None)
@given(
    shares=some.lists(some.floats(0.05, 1.0), min_size=2, max_size=4),
    agents=some.integers(1, 60), load=some.floats(0.2, 0.95), patience=some.sampled_from([np.inf, 300.0]),
)  # fmt: skip
def test_ranks_share_out_the_queue_that_everyone_forms(shares: list[float], agents: int, load: float, patience: float) -> None:
    calls = np.array(shares) / sum(shares) * load * agents * 10
    ranked = priority_performance(Traffic(calls=calls, handling_seconds=180, patience_seconds=patience), agents=agents)
    plain = performance(Traffic(calls=calls.sum(), handling_seconds=180, patience_seconds=patience), agents=agents)

    assert ranked.queue_length.sum() == pytest.approx(plain.queue_length, rel=1e-9)
    assert (np.diff(ranked.mean_wait_seconds) > 0).all()
    assert (ranked.abandonment * calls).sum() / calls.sum() == pytest.approx(plain.abandonment, abs=1e-12)
    assert (np.diff(ranked.service_level(20)) < 1e-7).all()


def test_mean_waits_by_rank_are_those_of_cobham() -> None:
    calls, agents = np.array([20.0, 30.0, 40.0]), 10
    ranked = priority_performance(Traffic(calls=calls, handling_seconds=180), agents=agents)
    waiting = performance(Traffic(calls=90, handling_seconds=180), agents=agents).waiting_probability
    used = np.concatenate([[0.0], np.cumsum(calls) / 100])
    expected = waiting * 18.0 / ((1 - used[:-1]) * (1 - used[1:]))
    assert ranked.mean_wait_seconds == pytest.approx(expected, rel=1e-12)
    first = 1 - waiting * np.exp(-(1 - used[1]) * 20 / 18)
    assert ranked.service_level(20)[0] == pytest.approx(first, abs=2e-8)


def test_the_service_level_of_a_lower_rank_agrees_with_its_own_chain() -> None:
    """A tagged caller of rank 2: callers ahead come (rank 1) and go, until answered or out of patience."""
    first, second, answer, abandon, size, within = 0.01, 0.02, 7 / 180, 1 / 90, 160, 20.0
    step = np.zeros((size, size))
    start = np.ones(size)
    for ahead in range(size):
        if ahead:
            start[ahead] = start[ahead - 1] * (first + second) / (answer + ahead * abandon)
            step[ahead, ahead - 1] = answer + ahead * abandon
        if ahead + 1 < size:
            step[ahead, ahead + 1] = first
        step[ahead, ahead] = -(answer + ahead * abandon + first + abandon)
    start /= start.sum()
    parts = 4000
    served, state = 0.0, start
    advance = np.linalg.matrix_power(np.eye(size) + step * within / parts / 64, 64)
    for _ in range(parts):
        following = state @ advance
        served += 0.5 * (state[0] + following[0]) * answer * within / parts
        state = following
    ranked = priority_performance(Traffic(calls=[18, 36], handling_seconds=180, patience_seconds=90), agents=7)
    waits = float(ranked.waiting_probability)
    assert ranked.service_level(within)[1] == pytest.approx(1 - waits + waits * served, abs=2e-6)


def test_least_priority_agents_serve_every_rank_and_one_less_does_not() -> None:
    traffic = Traffic(calls=[[18.0, 30.0], [36.0, 60.0]], handling_seconds=180, patience_seconds=90)
    target = Target(service_level=[[0.9], [0.6]], within_seconds=20)
    needed = least_priority_agents(traffic, target=target)
    wanted = np.array([[0.9], [0.6]])
    assert (priority_performance(traffic, agents=needed).service_level(20) >= wanted).all()
    assert not (priority_performance(traffic, agents=needed - 1).service_level(20) >= wanted).all(axis=0).any()


def test_ranks_with_different_handling_times_are_refused() -> None:
    with pytest.raises(BadFigureError, match="handling_seconds must be the same"):
        priority_performance(Traffic(calls=[10, 10], handling_seconds=[100, 200]), agents=5)


@settings(max_examples=30, deadline=None)
@given(agents=some.integers(1, 60), load=some.floats(0.2, 2.0), retry=some.floats(0.0, 0.95))
def test_repeated_calls_balance_those_lost(agents: int, load: float, retry: float) -> None:
    traffic = Traffic(calls=load * agents * 10, handling_seconds=180, patience_seconds=120)
    found = performance_with_retrials(traffic, agents=agents, retry_share=retry)
    lost = 1 - found.attempts.answered
    assert found.calls_factor == pytest.approx(1 + retry * found.calls_factor * lost, rel=1e-9)
    assert found.attempts.abandonment >= performance(traffic, agents=agents).abandonment * (1 - 1e-9)
    assert found.given_up == pytest.approx((1 - retry) * lost * found.calls_factor, abs=1e-9)


def test_shrinkage_is_added_within_a_cause_group_and_multiplied_between() -> None:
    share = combined_shrinkage(of_paid_time={"leave": 0.1, "sickness": 0.05}, of_present_time={"breaks": 0.08, "coaching": 0.02})
    assert share == pytest.approx(1 - 0.85 * 0.9)
    with pytest.raises(BadFigureError, match="leave no time"):
        combined_shrinkage(of_paid_time={"leave": 0.6, "training": 0.5})


def test_rostered_people_are_not_one_too_many_for_a_rounding_error() -> None:
    assert rostered_people([70, 71, 0], shrinkage=0.3).tolist() == [100, 102, 0]
    assert present_agents(100, shrinkage=0.3) == pytest.approx(70.0)


@settings(deadline=None)
@given(agents=some.integers(0, 20_000), shrinkage=some.floats(0.0, 0.9))
def test_rostered_people_leave_enough_and_one_less_does_not(agents: int, shrinkage: float) -> None:
    people = int(rostered_people(agents, shrinkage=shrinkage))
    assert present_agents(people, shrinkage=shrinkage) >= agents * (1 - 1e-8)
    if people:
        assert present_agents(people - 1, shrinkage=shrinkage) < agents
