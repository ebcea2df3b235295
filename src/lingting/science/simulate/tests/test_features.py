"""Each thing a centre does, alone and with exact times."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from lingting.science.simulate import (
    CallBack,
    Constant,
    Contact,
    ContactLog,
    CountedArrivals,
    Exponential,
    Figure,
    Filler,
    Person,
    PoissonArrivals,
    RecordedArrivals,
    Relaxation,
    Scenario,
    ScenarioError,
    Transfer,
    simulate,
    team,
)

CALL = Contact("calls", "service", handling=Constant(60.0), arrivals=RecordedArrivals([0.0, 5.0]))
ONE = Person("lin", {"service": 1})


def log_of(*contacts: Contact, people: tuple[Person, ...] = (ONE,), **rules: object) -> ContactLog:
    scenario = Scenario(contacts, people, horizon_seconds=1000.0, interval_seconds=100.0, **rules)  # type: ignore[arg-type]
    return simulate(scenario, seed=0, runs=1, engine="plain", keep_logs=True).logs[0]


def test_a_newcomer_takes_longer_by_his_pace() -> None:
    assert log_of(CALL, people=(replace(ONE, pace=1.5),)).ended_at.tolist() == [90.0, 180.0]
    assert log_of(CALL, people=(replace(ONE, pace_by_queue={"service": 2.0}),)).ended_at.tolist() == [120.0, 240.0]


def test_who_is_on_a_break_finishes_his_call_and_takes_no_other() -> None:
    log = log_of(CALL, people=(replace(ONE, spans=((0.0, 30.0), (200.0, inf))),))
    assert log.answered_at.tolist() == [0.0, 200.0]


def test_nobody_on_duty_leaves_customers_unserved() -> None:
    log = log_of(replace(CALL, patience=Constant(50.0)), people=(replace(ONE, spans=((900.0, 950.0),)),))
    assert log.gave_up_at.tolist() == [50.0, 55.0]


def test_overtime_counts_as_duty() -> None:
    scenario = Scenario((CALL,), (replace(ONE, spans=((0.0, 30.0),)),), horizon_seconds=1000.0, interval_seconds=100.0)
    seen = simulate(scenario, seed=0, runs=1, engine="plain")
    assert seen.duty_seconds.sum() == seen.busy_seconds.sum() == 60.0


def test_chats_run_side_by_side_and_slow_each_other_down() -> None:
    chat = replace(CALL, channel="chat", exclusive=False, arrivals=RecordedArrivals([0.0, 5.0, 10.0]))
    log = log_of(chat, people=(replace(ONE, capacity=2),), crowding=(1.0, 1.5))
    assert log.answered_at.tolist() == [0.0, 5.0, 60.0]
    assert log.ended_at.tolist() == [60.0, 95.0, 150.0]


def test_overflow_relaxes_the_skill_after_its_time() -> None:
    expert = replace(CALL, skills={"refund": 2}, relaxations=(Relaxation(30.0, "refund"),))
    assert log_of(expert).answered_at.tolist() == [30.0, 90.0]


def test_vip_is_served_first() -> None:
    vip = replace(CALL, name="vip", priority=5, arrivals=RecordedArrivals([10.0]))
    log = log_of(CALL, vip)
    assert log.contact.tolist() == [0, 0, 1]
    assert log.answered_at.tolist() == [0.0, 120.0, 60.0]


def test_a_call_back_keeps_the_place_and_loses_nobody() -> None:
    calls = replace(CALL, arrivals=RecordedArrivals([0.0, 5.0, 6.0]), patience=Constant(50.0))
    log = log_of(replace(calls, call_back=CallBack(after_seconds=20.0)))
    assert log.answered_at.tolist() == [0.0, 60.0, 120.0]
    assert np.isnan(log_of(replace(calls, call_back=CallBack(20.0, share=0.0))).answered_at).sum() == 2


def test_after_call_work_is_unhurried_only_when_nobody_waits() -> None:
    calls = replace(CALL, arrivals=RecordedArrivals([0.0, 5.0, 130.0]), unhurried=Constant(30.0))
    log = log_of(calls)
    assert log.answered_at.tolist() == [0.0, 60.0, 150.0]


def test_a_transfer_waits_in_its_new_queue() -> None:
    second = Contact("second line", "repair", handling=Constant(10.0))
    first = replace(CALL, transfers=(Transfer("second line", 1.0),))
    log = log_of(first, second, people=(ONE, Person("wang", {"repair": 1})))
    assert log.contact.tolist() == [0, 0, 1, 1]
    assert log.arrived_at.tolist() == [0.0, 5.0, 60.0, 120.0]
    assert log.ended_at.tolist() == [60.0, 120.0, 70.0, 130.0]


def test_filler_work_fills_what_would_be_idle_and_keeps_a_reserve() -> None:
    filler = Filler("outbound", "service", handling=Constant(50.0), reserve=1)
    people = team(3, queues={"service": 1})
    scenario = Scenario(
        (replace(CALL, arrivals=RecordedArrivals([])),), people, horizon_seconds=1000.0, interval_seconds=100.0, filler=filler
    )
    bounded = replace(scenario, people=tuple(replace(one, spans=((0.0, 1000.0),)) for one in people))
    seen = simulate(bounded, seed=0, runs=1, engine="plain")
    assert seen.figure(Figure.ANSWERED, contacts=["outbound"]).mean == 40
    assert seen.figure(Figure.OCCUPANCY).mean == pytest.approx(2 / 3)


def test_paths_of_a_forecast_are_taken_in_turn() -> None:
    paths = CountedArrivals([[3, 0], [0, 5]], 500.0)
    scenario = Scenario((replace(CALL, arrivals=paths),), (ONE,), horizon_seconds=1000.0, interval_seconds=500.0)
    seen = simulate(scenario, seed=1, runs=4, engine="plain")
    assert seen.sums["offered"][:, 0].tolist() == [[3, 0], [0, 5], [3, 0], [0, 5]]


def test_plans_are_compared_on_the_same_customers() -> None:
    contact = replace(CALL, arrivals=PoissonArrivals([100], 1000.0), handling=Exponential(50.0), patience=Exponential(60.0))
    smaller = Scenario((contact,), team(5, queues={"service": 1}), horizon_seconds=1000.0, interval_seconds=1000.0)
    larger = replace(smaller, people=team(6, queues={"service": 1}))
    one, other = (simulate(plan, seed=3, runs=10, engine="plain") for plan in (smaller, larger))
    np.testing.assert_array_equal(one.sums["offered"], other.sums["offered"])
    paired = one.difference(other, Figure.MEAN_WAIT)
    alone = one.figure(Figure.MEAN_WAIT)
    assert paired.low > 0
    assert paired.high - paired.low < alone.high - alone.low


def test_a_flexible_team_beats_two_separate_ones() -> None:
    def contact(name: str) -> Contact:
        return Contact(
            name, name, handling=Exponential(100.0), arrivals=PoissonArrivals([140], 3600.0), patience=Exponential(100.0)
        )

    contacts = (contact("sales"), contact("repair"))
    apart = team(4, queues={"sales": 1}, prefix="s") + team(4, queues={"repair": 1}, prefix="r")
    joined = team(8, queues={"sales": 1, "repair": 1})
    split, pooled = (
        simulate(Scenario(contacts, people, horizon_seconds=3600.0), seed=1, runs=10, engine="plain")
        for people in (apart, joined)
    )
    assert split.difference(pooled, Figure.ABANDONMENT).low > 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scenario((), (ONE,), horizon_seconds=10.0),
        lambda: Scenario((CALL, CALL), (ONE,), horizon_seconds=10.0),
        lambda: Scenario((CALL,), (), horizon_seconds=10.0),
        lambda: Scenario((CALL,), (ONE, ONE), horizon_seconds=10.0),
        lambda: Scenario((CALL,), (ONE,), horizon_seconds=inf),
        lambda: Scenario((CALL,), (ONE,), horizon_seconds=10.0, interval_seconds=20.0),
        lambda: Scenario((CALL,), (replace(ONE, spans=((5.0, 5.0),)),), horizon_seconds=10.0, interval_seconds=5.0),
        lambda: Scenario((CALL,), (replace(ONE, pace=0.0),), horizon_seconds=10.0, interval_seconds=5.0),
        lambda: Scenario(
            (replace(CALL, transfers=(Transfer("nobody", 0.5),)),), (ONE,), horizon_seconds=10.0, interval_seconds=5.0
        ),
        lambda: Scenario(
            (replace(CALL, transfers=(Transfer("calls", 1.5),)),), (ONE,), horizon_seconds=10.0, interval_seconds=5.0
        ),
        lambda: Scenario((replace(CALL, call_back=CallBack(10.0, 2.0)),), (ONE,), horizon_seconds=10.0, interval_seconds=5.0),
        lambda: simulate(Scenario((CALL,), (ONE,), horizon_seconds=10.0, interval_seconds=5.0), seed=0, runs=0),
        lambda: PoissonArrivals([-1.0], 60.0),
        lambda: PoissonArrivals([float("nan")], 60.0),
        lambda: CountedArrivals([1.5], 60.0),
        lambda: RecordedArrivals([-1.0]),
    ],
)
def test_senseless_scenarios_are_refused(make: object) -> None:
    with pytest.raises(ScenarioError):
        make()  # type: ignore[operator]


def test_queues_and_agents_add_up_to_the_whole() -> None:
    contacts = tuple(
        replace(CALL, name=name, queue=queue, arrivals=PoissonArrivals([60.0, 40.0], 3600.0), patience=Exponential(60.0))
        for name, queue in (("sales", "one"), ("orders", "two"), ("refunds", "two"))
    )
    people = team(6, queues={"one": 1, "two": 1})
    seen = simulate(Scenario(contacts, people, horizon_seconds=7200.0, interval_seconds=3600.0), seed=1, runs=4)
    by_contact = seen.figure(Figure.OFFERED, by="contact").mean
    assert seen.figure(Figure.OFFERED, by="queue").mean.tolist() == [by_contact[0], by_contact[1] + by_contact[2]]
    assert seen.figure(Figure.LONGEST_WAIT, by="queue").mean.shape == (2,)
    by_agent = seen.figure(Figure.ANSWERED, by="agent").mean
    assert by_agent.shape == (6,) and by_agent.sum() == pytest.approx(float(seen.figure(Figure.ANSWERED).mean))
    assert (seen.figure(Figure.AHT, by="agent").mean > 0).all() and (seen.figure(Figure.ASA, by="agent").mean >= 0).all()
    with pytest.raises(ScenarioError, match="By agent"):
        seen.figure(Figure.ABANDONMENT, by="agent")


def test_abandonment_without_the_short_ones_leaves_them_out_above_and_below() -> None:
    calls = replace(CALL, arrivals=PoissonArrivals([200.0], 3600.0), patience=Exponential(30.0))
    seen = simulate(Scenario((calls,), team(1, queues={"service": 1}), horizon_seconds=3600.0), seed=1, runs=3, answer_within=(10.0,))
    lost, short, offered = seen.sums["abandoned"].sum(), seen.abandoned_in.sum(), seen.sums["offered"].sum()
    assert short > 0
    assert seen.figure("abandonment_without_short").mean == pytest.approx((lost - short) / (offered - short))
