"""The routing rule by example: who gets the work, and what it says about it."""

from dataclasses import replace

import pytest

from lingting.science.match import Agent, Code, MatchInputError, Policy, Relaxation, Work, match

NOW = 600.0
LIN = Agent(id="lin", queues={"refund": 1}, skills={"mandarin": 3}, capacity=2, idle_since=500.0)
WANG = Agent(id="wang", queues={"refund": 1}, skills={"mandarin": 3}, capacity=2, idle_since=400.0)
POLYGLOT = Agent(
    id="ann",
    queues={"refund": 1},
    skills={"mandarin": 3, "english": 3, "cantonese": 2},
    capacity=2,
    idle_since=0.0,
)
BACKUP = Agent(id="bo", queues={"refund": 2}, skills={"mandarin": 3}, capacity=2, idle_since=0.0)
CHAT = Work(id="chat-1", queue="refund", waiting_since=580.0, skills={"mandarin": 2})


def decide(work: Work, *agents: Agent) -> tuple[object, Code]:
    result = match([work], agents=agents, now=NOW)
    if result.pairs:
        return result.pairs[0].agent_id, result.pairs[0].reason.code
    return None, result.waiting[0].reason.code


def test_the_only_candidate_gets_the_work() -> None:
    assert decide(CHAT, LIN) == ("lin", Code.ONLY_CANDIDATE)


def test_the_longest_idle_of_equals_gets_the_work() -> None:
    assert decide(CHAT, LIN, WANG) == ("wang", Code.LONGEST_IDLE)


def test_the_least_loaded_of_equals_gets_the_work() -> None:
    assert decide(CHAT, LIN, replace(WANG, used={"chat": 1})) == ("lin", Code.LEAST_LOADED)


def test_many_skilled_people_are_kept_free() -> None:
    assert decide(CHAT, LIN, POLYGLOT) == ("lin", Code.LEAST_OVERQUALIFIED)


def test_back_up_agents_come_after_the_queues_own() -> None:
    assert decide(CHAT, LIN, BACKUP) == ("lin", Code.QUEUE_RANK)


def test_the_last_agent_comes_first_while_the_preference_lasts() -> None:
    known = replace(CHAT, preferred_agent="bo", preferred_for_seconds=30.0)
    assert decide(known, LIN, BACKUP) == ("bo", Code.PREFERRED_AGENT)
    assert decide(replace(known, waiting_since=570.0), LIN, BACKUP) == ("lin", Code.QUEUE_RANK)


def test_held_work_waits_for_the_last_agent_and_says_until_when() -> None:
    held = replace(CHAT, preferred_agent="bo", hold_seconds=60.0)
    result = match([held], agents=[LIN, replace(BACKUP, used={"chat": 2})], now=NOW)
    assert result.waiting[0].reason.code == Code.HELD_FOR_PREFERRED
    assert result.recheck_at == 640.0
    assert match([held], agents=[LIN], now=640.0).owners() == {"chat-1": "lin"}


def test_a_priority_point_is_worth_the_policys_seconds_of_waiting() -> None:
    ordinary = replace(CHAT, id="a", waiting_since=500.0)
    vip = replace(CHAT, id="b", waiting_since=590.0, priority=2)
    full_but_one = replace(LIN, used={"chat": 1})
    assert match([ordinary, vip], agents=[full_but_one], now=NOW).owners() == {"b": "lin"}
    slow = Policy(ageing_seconds=40.0)
    assert match([ordinary, vip], agents=[full_but_one], now=NOW, policy=slow).owners() == {"a": "lin"}


def test_skills_are_relaxed_step_by_step_and_the_nearest_match_is_taken() -> None:
    expert = replace(
        CHAT,
        waiting_since=500.0,
        skills={"mandarin": 5},
        relaxations=(
            Relaxation(60.0, "mandarin", 1),
            Relaxation(90.0, "mandarin", 1),
            Relaxation(150.0, "mandarin"),
        ),
    )
    good = replace(WANG, id="zhou", skills={"mandarin": 4}, idle_since=599.0)
    result = match([expert], agents=[LIN, good], now=NOW)
    assert (result.pairs[0].agent_id, result.pairs[0].reason.code) == ("zhou", Code.NEAREST_SKILLS)
    assert result.pairs[0].reason.parameters["relaxed"] == [{"skill": "mandarin", "asked": 5, "accepted": 3}]
    assert "mandarin was accepted from level 3 instead of 5" in result.pairs[0].reason.explain()
    early = match([expert], agents=[LIN, good], now=559.0)
    assert early.recheck_at == 560.0
    assert early.waiting[0].reason.parameters["skills"] == [{"skill": "mandarin", "level": 5}]


@pytest.mark.parametrize(
    ("agents", "work", "code"),
    [
        ((), CHAT, Code.NOBODY_READY),
        ((LIN,), replace(CHAT, queue="sales"), Code.NOBODY_IN_QUEUE),
        ((LIN,), replace(CHAT, skills={"mandarin": 4}), Code.NOBODY_WITH_SKILL),
        ((LIN,), replace(CHAT, skills={"french": 1}), Code.NOBODY_WITH_SKILL),
        (
            (LIN, replace(LIN, id="x", skills={"english": 3})),
            replace(CHAT, skills={"mandarin": 1, "english": 1}),
            Code.NOBODY_WITH_ALL_SKILLS,
        ),
        ((replace(LIN, used={"mail": 2}),), CHAT, Code.ALL_AT_CAPACITY),
        ((LIN,), replace(CHAT, weight=3), Code.ALL_AT_CAPACITY),
        ((replace(LIN, channel_limits={"chat": 0}),), CHAT, Code.ALL_AT_CAPACITY),
        (
            (replace(LIN, used={"mail": 1}),),
            replace(CHAT, channel="voice", exclusive=True),
            Code.ALL_AT_CAPACITY,
        ),
        ((LIN,), replace(CHAT, excluded_agents=frozenset({"lin"})), Code.ALL_EXCLUDED),
    ],
)
def test_work_left_waiting_says_what_is_missing(agents: tuple[Agent, ...], work: Work, code: Code) -> None:
    assert decide(work, *agents) == (None, code)


def test_the_missing_skill_is_named() -> None:
    reason = match([replace(CHAT, skills={"french": 2})], agents=[LIN], now=NOW).waiting[0].reason
    assert reason.explain() == "Nobody ready in queue refund has french at level 2."


def test_an_agents_id_is_said_as_it_is() -> None:
    reason = match([CHAT], agents=[LIN], now=NOW).pairs[0].reason
    assert reason.explain() == "lin was the only agent free and able to take it."


def test_a_call_fills_an_agent_and_chats_fill_him_by_weight() -> None:
    call = Work(id="call", queue="refund", waiting_since=0.0, channel="voice", exclusive=True)
    chats = [replace(CHAT, id=f"chat-{number}", waiting_since=float(number)) for number in (1, 2, 3)]
    assert match([call, *chats], agents=[LIN], now=NOW).owners() == {"call": "lin"}
    assert match(chats, agents=[LIN], now=NOW).owners() == {"chat-1": "lin", "chat-2": "lin"}


def test_ties_go_by_id() -> None:
    twins = [replace(LIN, id="b"), replace(LIN, id="a")]
    assert decide(CHAT, *twins) == ("a", Code.LOWEST_ID)


def test_with_mixed_weights_one_agent_more_can_leave_fewer_pieces_served() -> None:
    """The known limit of any rule that serves in order: the docs tell it, this keeps it true."""
    first = Work(id=1, queue="q", waiting_since=1.0, skills={"a": 1})
    big = Work(id=2, queue="q", waiting_since=2.0, skills={"b": 1}, exclusive=True, channel="voice")
    small = [Work(id=number, queue="q", waiting_since=float(number), skills={"c": 1}) for number in (3, 4, 5)]
    flexible = Agent(id=1, queues={"q": 1}, skills={"a": 1, "b": 1, "c": 1}, capacity=4)
    caller = Agent(id=2, queues={"q": 2}, skills={"b": 1}, capacity=4)
    newcomer = Agent(id=3, queues={"q": 1}, skills={"a": 1})
    work = [first, big, *small]
    assert len(match(work, agents=[flexible, caller], now=NOW).pairs) == 5
    assert len(match(work, agents=[flexible, caller, newcomer], now=NOW).pairs) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: Work(id=1, queue="q", waiting_since=float("nan")),
        lambda: Work(id=1, queue="q", waiting_since=0.0, weight=0),
        lambda: Work(id=1, queue="q", waiting_since=0.0, skills={"a": 0}),
        lambda: Work(id=1, queue="q", waiting_since=0.0, hold_seconds=float("nan")),
        lambda: Agent(id=1, queues={"q": 0}),
        lambda: Agent(id=1, queues={"q": 1}, capacity=-1),
        lambda: Agent(id=1, queues={"q": 1}, used={"chat": -1}),
        lambda: Agent(id=1, queues={"q": 1}, idle_since=float("inf")),
        lambda: Relaxation(-1.0, "a"),
        lambda: Relaxation(1.0, "a", 0),
        lambda: Policy(ageing_seconds=0.0),
        lambda: match([], agents=[], now=float("nan")),
        lambda: match([CHAT, CHAT], agents=[], now=NOW),
        lambda: match([], agents=[LIN, LIN], now=NOW),
    ],
)
def test_senseless_input_is_refused_with_its_name(make: object) -> None:
    with pytest.raises(MatchInputError):
        make()  # type: ignore[operator]
