"""What the routing rule promises, whatever the floor looks like."""

import json
import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.science.match import Agent, MatchResult, Policy, Relaxation, Work, match
from lingting.science.match.demand import accepted_levels
from lingting.science.match.rule import NEVER, choose_agent, has_room, serve_key, standing, tier

NOW = 1_000.0
SKILLS = ("mandarin", "cantonese", "refund")
QUEUES = ("sales", "repair")
CHANNELS = ("chat", "mail")

levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=3)
relaxations = st.lists(
    st.builds(
        Relaxation,
        after_seconds=st.sampled_from((0.0, 30.0, 120.0)),
        skill=st.sampled_from(SKILLS),
        lower_by=st.sampled_from((None, 1, 2)),
    ),
    max_size=2,
).map(tuple)


def work_items(*, weights: st.SearchStrategy[int], exclusives: st.SearchStrategy[bool]) -> st.SearchStrategy[list[Work]]:
    item = st.builds(
        Work,
        id=st.integers(0, 99),
        queue=st.sampled_from(QUEUES),
        waiting_since=st.integers(700, 1_000).map(float),
        priority=st.integers(0, 3),
        skills=levels,
        relaxations=relaxations,
        channel=st.sampled_from(CHANNELS),
        weight=weights,
        exclusive=exclusives,
        preferred_agent=st.none() | st.integers(0, 30),
        preferred_for_seconds=st.sampled_from((10.0, 600.0)),
        hold_seconds=st.sampled_from((0.0, 0.0, 20.0, 200.0)),
        excluded_agents=st.frozensets(st.integers(0, 8), max_size=3),
    )
    return st.lists(item, max_size=14, unique_by=lambda work: work.id)


agent = st.builds(
    Agent,
    id=st.integers(0, 30),
    queues=st.dictionaries(st.sampled_from(QUEUES), st.integers(1, 2), max_size=2),
    skills=levels,
    capacity=st.integers(0, 4),
    used=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 2), max_size=2),
    channel_limits=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3), max_size=2),
    idle_since=st.integers(800, 1_000).map(float),
)
crews = st.lists(agent, max_size=8, unique_by=lambda one: one.id)
rivals = st.lists(
    st.builds(
        Agent,
        id=st.integers(0, 30),
        queues=st.builds(dict, sales=st.integers(1, 2)),
        skills=st.sampled_from(({}, {"mandarin": 2}, {"mandarin": 3}, {"mandarin": 2, "refund": 1})),
        capacity=st.just(2),
        used=st.builds(dict, chat=st.integers(0, 1)),
        idle_since=st.sampled_from((800.0, 900.0)),
    ),
    min_size=2,
    max_size=8,
    unique_by=lambda one: one.id,
)
contested = st.builds(
    Work,
    id=st.just(1),
    queue=st.just("sales"),
    waiting_since=st.just(900.0),
    skills=st.sampled_from(({}, {"mandarin": 2}, {"mandarin": 3})),
    relaxations=st.sampled_from(((), (Relaxation(30.0, "mandarin", 1),), (Relaxation(30.0, "mandarin"),))),
    excluded_agents=st.frozensets(st.integers(0, 30), max_size=3),
)
any_work = work_items(weights=st.integers(1, 3), exclusives=st.booleans())
single_units = work_items(weights=st.just(1), exclusives=st.just(False))
quick = settings(max_examples=50, deadline=None)


def after(result: MatchResult, *, crew: list[Agent], work: list[Work]) -> dict[int, Agent]:
    """The agents with what they were given in hand."""
    items = {item.id: item for item in work}
    crew_now = {one.id: one for one in crew}
    for pair in result.pairs:
        item, one = items[pair.work_id], crew_now[pair.agent_id]
        used = dict(one.used)
        used[item.channel] = used.get(item.channel, 0) + (one.capacity if item.exclusive else item.weight)
        crew_now[one.id] = replace(one, used=used)
    return crew_now


@quick
@given(work=any_work, crew=crews)
def test_every_piece_of_work_is_answered_exactly_once(work: list[Work], crew: list[Agent]) -> None:
    result = match(work, agents=crew, now=NOW)
    answered = [pair.work_id for pair in result.pairs] + [left.work_id for left in result.waiting]
    assert sorted(answered) == sorted(item.id for item in work)


@quick
@given(work=any_work, crew=crews)
def test_nobody_is_given_more_than_he_can_hold(work: list[Work], crew: list[Agent]) -> None:
    result = match(work, agents=crew, now=NOW)
    before = {one.id: one for one in crew}
    given_to = set(result.owners().values())
    for agent_id, one in after(result, crew=crew, work=work).items():
        if agent_id in given_to:
            assert sum(one.used.values()) <= one.capacity
            for channel, limit in one.channel_limits.items():
                grew = one.used.get(channel, 0) > before[agent_id].used.get(channel, 0)
                exclusive = any(w.exclusive for w in work if result.owners().get(w.id) == agent_id)
                assert not grew or exclusive or one.used[channel] <= limit


@quick
@given(work=any_work, crew=crews)
def test_exclusive_work_goes_to_empty_hands_and_stays_alone(work: list[Work], crew: list[Agent]) -> None:
    owners = match(work, agents=crew, now=NOW).owners()
    before = {one.id: one for one in crew}
    for item in work:
        if item.exclusive and item.id in owners:
            assert sum(before[owners[item.id]].used.values()) == 0
            assert list(owners.values()).count(owners[item.id]) == 1


@quick
@given(work=any_work, crew=crews)
def test_the_owner_serves_the_queue_with_the_skills_asked_or_openly_relaxed(work: list[Work], crew: list[Agent]) -> None:
    result = match(work, agents=crew, now=NOW)
    items = {item.id: item for item in work}
    people = {one.id: one for one in crew}
    for pair in result.pairs:
        item, one = items[pair.work_id], people[pair.agent_id]
        told = {step["skill"]: step["accepted"] for step in pair.reason.parameters["relaxed"]}
        assert item.queue in one.queues
        for skill, asked in item.skills.items():
            accepted = accepted_levels(item, now=NOW)[skill]
            assert one.skills.get(skill, 0) >= accepted
            assert told.get(skill, asked) == accepted


@quick
@given(work=any_work, crew=crews)
def test_who_declined_is_never_asked_again(work: list[Work], crew: list[Agent]) -> None:
    owners = match(work, agents=crew, now=NOW).owners()
    assert all(owners.get(item.id) not in item.excluded_agents for item in work)


def smallest_key(item: Work, crew: list[Agent]) -> int | None:
    """Who has the smallest of the rule's packed keys, worked out agent by agent as the simulator does."""
    accepted = accepted_levels(item, now=NOW)
    by_idleness = sorted(crew, key=lambda one: (one.idle_since, one.id))
    keys = np.full(len(crew), NEVER, np.int64)
    for place, one in enumerate(crew):
        used, limit = sum(one.used.values()), one.channel_limits.get(item.channel, 99)
        is_free = has_room(used, one.used.get(item.channel, 0), one.capacity, limit, item.weight, item.exclusive)
        has_levels = all(one.skills.get(skill, 0) >= level for skill, level in accepted.items())
        if item.queue in one.queues and has_levels and is_free and one.id not in item.excluded_agents:
            met = sum(min(one.skills.get(skill, 0), level) for skill, level in item.skills.items())
            surplus, shortfall = sum(one.skills.values()) - met, sum(item.skills.values()) - met
            keys[place] = tier(one.queues[item.queue], shortfall, surplus)
            keys[place] += standing(used, one.capacity, by_idleness.index(one))
    best = choose_agent(keys, -1, False)
    return None if best < 0 else int(crew[best].id)


@quick
@given(item=contested, crew=rivals)
def test_the_agent_chosen_is_the_one_with_the_smallest_key_of_the_rule(item: Work, crew: list[Agent]) -> None:
    assert match([item], agents=crew, now=NOW).owners().get(item.id) == smallest_key(item, crew)


@quick
@given(work=any_work, crew=crews)
def test_held_work_goes_to_the_last_agent_or_nobody(work: list[Work], crew: list[Agent]) -> None:
    owners = match(work, agents=crew, now=NOW).owners()
    for item in work:
        if item.preferred_agent is not None and item.waiting_since + item.hold_seconds > NOW:
            assert owners.get(item.id) in (None, item.preferred_agent)


@quick
@given(work=any_work, crew=crews, seed=st.integers(0, 9))
def test_the_answer_does_not_depend_on_the_order_of_the_lists(work: list[Work], crew: list[Agent], seed: int) -> None:
    shuffled_work, shuffled_crew = list(work), list(crew)
    random.Random(seed).shuffle(shuffled_work)
    random.Random(seed + 1).shuffle(shuffled_crew)
    assert match(work, agents=crew, now=NOW) == match(shuffled_work, agents=shuffled_crew, now=NOW)


@quick
@given(work=any_work, crew=crews)
def test_what_is_left_fits_nobody_who_is_left(work: list[Work], crew: list[Agent]) -> None:
    first = match(work, agents=crew, now=NOW)
    left = {waiting.work_id for waiting in first.waiting}
    second = match(
        [item for item in work if item.id in left],
        agents=after(first, crew=crew, work=work).values(),
        now=NOW,
    )
    assert second.pairs == ()


@quick
@given(work=any_work, crew=crews, newcomer=agent)
def test_asking_only_the_agent_who_became_free_is_the_same_as_asking_all(
    work: list[Work], crew: list[Agent], newcomer: Agent
) -> None:
    newcomer = replace(newcomer, id=99)
    first = match(work, agents=crew, now=NOW)
    left = [item for item in work if item.id not in first.owners()]
    crew_now = list(after(first, crew=crew, work=work).values())
    alone = match(left, agents=[newcomer], now=NOW)
    together = match(left, agents=[*crew_now, newcomer], now=NOW)
    assert alone.owners() == together.owners()


@quick
@given(work=any_work, crew=crews)
def test_asking_only_for_the_new_work_is_the_same_as_asking_for_all(work: list[Work], crew: list[Agent]) -> None:
    settled, arrived = work[:-1], work[-1:]
    first = match(settled, agents=crew, now=NOW)
    left = [item for item in settled if item.id not in first.owners()]
    crew_now = list(after(first, crew=crew, work=work).values())
    alone = match(arrived, agents=crew_now, now=NOW)
    together = match(left + arrived, agents=crew_now, now=NOW)
    assert alone.owners() == together.owners()


@quick
@given(work=single_units, crew=crews, newcomer=agent)
def test_one_agent_more_never_leaves_fewer_served_when_all_work_weighs_the_same(
    work: list[Work], crew: list[Agent], newcomer: Agent
) -> None:
    same_channel = [replace(item, channel="chat") for item in work]
    without = match(same_channel, agents=crew, now=NOW).owners()
    with_newcomer = match(same_channel, agents=[*crew, replace(newcomer, id=99)], now=NOW).owners()
    assert without.keys() <= with_newcomer.keys()


@quick
@given(work=any_work, crew=crews)
def test_among_work_of_one_kind_the_more_pressing_is_served(work: list[Work], crew: list[Agent]) -> None:
    same = [
        replace(
            item,
            queue="sales",
            skills={},
            channel="chat",
            weight=1,
            exclusive=False,
            hold_seconds=0,
            excluded_agents=frozenset(),
        )
        for item in work
    ]
    owners = match(same, agents=crew, now=NOW).owners()
    key = {item.id: serve_key(item.waiting_since, item.priority, 60.0) for item in same}
    served = [key[item.id] for item in same if item.id in owners]
    left = [key[item.id] for item in same if item.id not in owners]
    assert not served or not left or max(served) <= min(left)


@quick
@given(
    waiting_since=st.floats(0, 500),
    overtaker_priority=st.integers(0, 20),
    ageing=st.floats(1, 300),
    later=st.floats(0, 10_000),
)
def test_nothing_that_comes_too_late_can_overtake(
    waiting_since: float, overtaker_priority: int, ageing: float, later: float
) -> None:
    arrives = waiting_since + overtaker_priority * ageing + 1.0 + later
    old = Work(id=1, queue="sales", waiting_since=waiting_since)
    vip = Work(id=2, queue="sales", waiting_since=arrives, priority=overtaker_priority)
    one = Agent(id=1, queues={"sales": 1})
    result = match([old, vip], agents=[one], now=arrives, policy=Policy(ageing_seconds=ageing))
    assert result.owners() == {1: 1}


def test_under_endless_overload_of_vips_ordinary_work_is_served_in_bounded_time() -> None:
    ordinary = Work(id=0, queue="sales", waiting_since=0.0)
    waiting = [ordinary]
    served_at: dict[object, float] = {}
    for second in range(1_000):
        waiting += [Work(id=second * 2 + k + 1, queue="sales", waiting_since=float(second), priority=5) for k in range(2)]
        free = Agent(id=1, queues={"sales": 1}, idle_since=float(second))
        result = match(waiting, agents=[free], now=float(second))
        owners = result.owners()
        served_at.update(dict.fromkeys(owners, float(second)))
        waiting = [item for item in waiting if item.id not in owners]
    assert 300.0 < served_at[0] <= 2 * (300.0 + 1.0)


@quick
@given(work=any_work, crew=crews)
def test_every_reason_can_be_said_and_stored(work: list[Work], crew: list[Agent]) -> None:
    result = match(work, agents=crew, now=NOW)
    for decision in (*result.pairs, *result.waiting):
        assert decision.reason.explain().endswith(".")
        assert json.loads(json.dumps(decision.reason.as_data()))["code"] == decision.reason.code


@quick
@given(work=any_work, crew=crews)
def test_before_recheck_at_time_alone_changes_nothing(work: list[Work], crew: list[Agent]) -> None:
    first = match(work, agents=crew, now=NOW)
    left = [item for item in work if item.id not in first.owners()]
    crew_now = list(after(first, crew=crew, work=work).values())
    latest = 100_000.0 if first.recheck_at is None else first.recheck_at - 0.001
    assert first.recheck_at is None or first.recheck_at > NOW
    assert match(left, agents=crew_now, now=latest).pairs == ()
